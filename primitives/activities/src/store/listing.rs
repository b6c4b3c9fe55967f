//! Lists of activities: the public one and the desk's, one statement each.

use super::mine::Reader;
use crate::model::{ActivityId, State};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::Cursor;
use kernel::policy::Reach;
use kernel::{Conditions, Cx, Read, Result, args, row};
use organisations::model::OrganisationId;

/// What a reader looks for; what is empty does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A region's code; everything below it.
    pub town: String,
    /// A category's code, among all of an activity's.
    pub category: String,
    /// Part of the title or the number.
    pub query: String,
    /// One state.
    pub state: Option<State>,
    /// One team.
    pub organisation: Option<OrganisationId>,
    /// Sessions from this day.
    pub from: Option<NaiveDate>,
    /// Sessions until this day.
    pub to: Option<NaiveDate>,
    /// Only those with a place left in their next session.
    pub only_left: bool,
}

/// Whose list it is.
#[derive(Clone, Debug)]
pub enum Face {
    /// What strangers see: open and running with a session to come, the next first.
    Public,
    /// Of that, what this reader may take.
    Mine(Box<Reader>),
    /// What somebody with this reach sees, the latest first.
    Desk(Reach),
}

/// A page of activities after the cursor, which is `Listed::keys`, or in public `Listed::next_keys`.
pub async fn list(cx: &Cx, face: &Face, filter: &Filter, cursor: Option<&Cursor>, limit: i64) -> Result<Vec<Listed>> {
    let mut wanted = Conditions::new("a.tenant_id = ?", args![cx.tenant]);
    match face {
        Face::Public | Face::Mine(_) => {
            if let Face::Mine(reader) = face {
                reader.narrow(&mut wanted);
            }
            wanted.and("a.state IN ('open', 'running') AND a.scope <> 'hidden' AND a.next_at IS NOT NULL", args![]);
            if let Some(cursor) = cursor {
                let (next, id): (DateTime<Utc>, ActivityId) = (cursor.get(0)?, cursor.get(1)?);
                wanted.and("(a.next_at, a.id) > (?, ?)", args![next, id]);
            }
        }
        Face::Desk(reach) => {
            wanted.within(reach, "a.region_code", "a.organisation_path");
            if let Some(cursor) = cursor {
                let (day, id): (NaiveDate, ActivityId) = (cursor.get(0)?, cursor.get(1)?);
                wanted.and("(a.starts_on, a.id) < (?, ?)", args![day, id]);
            }
        }
    }
    narrow(cx, &mut wanted, filter);
    let mut found = read(&cx.db, &mut wanted, !matches!(face, Face::Desk(_)), limit).await?;
    let tree = places::tree(cx).await?;
    for row in &mut found {
        tree.town(&row.region_code).clone_into(&mut row.region_name);
    }
    Ok(found)
}

fn narrow(cx: &Cx, wanted: &mut Conditions, filter: &Filter) {
    if !filter.town.is_empty() {
        wanted.and("a.region_code >= ? AND a.region_code < ?", args![filter.town, kernel::policy::after(&filter.town)]);
    }
    if !filter.category.is_empty() {
        // Codes have two digits and stand in quotes, so that none is found inside another.
        wanted.and("CAST(a.categories AS TEXT) LIKE '%\"' || ? || '\"%'", args![filter.category]);
    }
    if let Some(state) = filter.state {
        wanted.and("a.state = ?", args![state]);
    }
    if let Some(organisation) = filter.organisation {
        let held = "(a.organisation_id = ? OR CAST(a.partners AS TEXT) LIKE ?)";
        wanted.and(held, args![organisation, format!("%{organisation}%")]);
    }
    if filter.from.is_some() || filter.to.is_some() {
        let (from, to) = (filter.from.unwrap_or(NaiveDate::MIN), filter.to);
        let (from, to) = (from.max(FIRST), to.unwrap_or(LAST));
        wanted.and("a.starts_on <= ? AND a.ends_on >= ?", args![to, from]);
        wanted.and(
            "EXISTS (SELECT 1 FROM activity_session n WHERE n.tenant_id = a.tenant_id AND n.activity_id = a.id AND n.day >= ? AND n.day <= ?
               AND n.cancelled_at IS NULL)",
            args![from, to],
        );
    }
    if filter.only_left {
        wanted.and("a.next_taken < a.next_places AND a.next_end > ?", args![cx.now]);
    }
    kernel::search::narrow(wanted, cx.tenant, "activity", &filter.query);
}

/// Days beyond which nothing is held; both engines write them with four digits.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("the first of January is a day");
const LAST: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("the last of December is a day");

row! {
    /// An activity as a list shows it.
    pub struct Listed {
        /// Its id.
        pub id: ActivityId,
        /// Its number.
        pub number: String,
        /// Its title.
        pub title: String,
        /// Who holds it.
        pub organisation_name: String,
        /// Where.
        pub region_code: String,
        /// The name of its town.
        pub region_name: String,
        /// The meeting place.
        pub place: String,
        /// Where it stands.
        pub state: State,
        /// The first category.
        pub category: String,
        /// First day.
        pub starts_on: NaiveDate,
        /// Last day.
        pub ends_on: NaiveDate,
        /// When the next session begins.
        pub next_at: Option<DateTime<Utc>>,
        /// When that session ends.
        pub next_end: Option<DateTime<Utc>>,
        /// Whether one chooses one's hours between the two.
        pub flexible: bool,
        /// Places.
        pub places: i64,
        /// Places taken.
        pub taken: i64,
    }
}

impl Listed {
    /// The desk's place in its list.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        vec![self.starts_on.to_string(), self.id.to_string()]
    }

    /// The public place in the list.
    #[must_use]
    pub fn next_keys(&self) -> Vec<String> {
        vec![self.next_at.map(|at| at.to_rfc3339()).unwrap_or_default(), self.id.to_string()]
    }

    /// Places left.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.places - self.taken
    }

    /// Its public page.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/activities/{}", self.id)
    }

    /// The character of its seal.
    #[must_use]
    pub fn seal(&self) -> &'static str {
        crate::model::seal(&self.category).0
    }

    /// The colour class of its seal.
    #[must_use]
    pub fn seal_class(&self) -> &'static str {
        crate::model::seal(&self.category).1
    }
}

const COLUMNS: &str = "a.id, a.number, a.title, a.organisation_name, a.region_code, '' AS region_name, a.place, a.state, a.category, \
    a.starts_on, a.ends_on, a.next_at, a.next_end, a.flexible";

/// `wanted` names the columns of `a`; places are those of the next session, at the desk those of all.
async fn read(db: &impl Read, wanted: &mut Conditions, public: bool, limit: i64) -> Result<Vec<Listed>> {
    let sql = if public {
        let inner = wanted.tail(" ORDER BY a.next_at, a.id LIMIT ?", args![limit]);
        let places = "COALESCE(a.next_places, 0) AS places, COALESCE(a.next_taken, 0) AS taken";
        format!("SELECT {COLUMNS}, {places} FROM activity a WHERE {inner}")
    } else {
        // The inner list keeps thousands of rows from being joined before the cut.
        let inner = wanted.tail(" ORDER BY a.starts_on DESC, a.id DESC LIMIT ?", args![limit]);
        let sum = |what: &str| {
            format!(
                "CAST(COALESCE((SELECT SUM(p.{what}) FROM post p WHERE p.tenant_id = a.tenant_id AND p.activity_id = a.id), 0) AS BIGINT)"
            )
        };
        format!(
            "SELECT {COLUMNS}, {} AS places, {} AS taken FROM (SELECT * FROM activity a WHERE {inner}) a
             ORDER BY a.starts_on DESC, a.id DESC",
            sum("places"),
            sum("taken")
        )
    };
    db.all(&sql, wanted.args()).await
}
