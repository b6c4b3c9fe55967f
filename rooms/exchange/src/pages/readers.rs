//! Who has read an announcement and who has not, one by one; and the tables to keep of that and of the teams.

use super::PAGE;
use crate::deeds::Exported;
use crate::model::{Announcement, AnnouncementId, Reader};
use crate::store::readers::{self, Filter};
use crate::{export, rules, verbs};
use askama::Template;
use axum::extract::Path;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::tables::Out;
use kernel::{Answer, Cx, Error, Query, Result, Tx, Word};
use organisations::OrganisationId;
use serde::Deserialize;

/// What the address may say of the teams.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TeamsWanted {
    pub q: String,
    pub cursor: Option<String>,
}

impl TeamsWanted {
    pub(crate) fn fields(&self) -> [(&str, &str); 1] {
        [("q", &self.q)]
    }
}

/// What the address may say of the people.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReadersWanted {
    q: String,
    team: String,
    /// `unread` (as without), `read` or `all`.
    show: String,
    /// Of a table to keep: `people` (as without) or `teams`.
    of: String,
    /// `xlsx` or `csv`.
    format: String,
    cursor: Option<String>,
}

impl ReadersWanted {
    pub(crate) fn filter(&self) -> Result<Filter> {
        let wrong = || Error::Malformed(Word::new("error.query"));
        let seen = match self.show.as_str() {
            "" | "unread" => Some(false),
            "read" => Some(true),
            "all" => None,
            _ => return Err(wrong()),
        };
        let team = if self.team.is_empty() { None } else { Some(self.team.parse().map_err(|_| wrong())?) };
        Ok(Filter { query: self.q.trim().to_owned(), team, seen, near: None })
    }

    fn fields(&self) -> [(&str, &str); 3] {
        [("q", &self.q), ("team", &self.team), ("show", &self.show)]
    }
}

#[derive(Template)]
#[template(path = "exchange/readers.html")]
struct Index {
    a: Announcement,
    team: Option<String>,
    rows: Paged<Reader>,
    wanted: ReadersWanted,
}

impl Index {
    fn next(&self) -> Option<String> {
        let url = self.a.url();
        self.rows.next.as_deref().map(|cursor| format!("{url}/readers{}", query_string(&self.wanted.fields(), cursor)))
    }

    fn tab(&self, show: &str) -> String {
        let fields = [("q", self.wanted.q.as_str()), ("team", &self.wanted.team), ("show", show)];
        format!("{}/readers{}", self.a.url(), query_string(&fields, ""))
    }

    fn is(&self, show: &str) -> bool {
        self.wanted.show == show || (self.wanted.show.is_empty() && show == "unread")
    }

    fn export(&self, format: &str) -> String {
        let fields = [&self.wanted.fields()[..], &[("of", "people"), ("format", format)]].concat();
        format!("{}/export{}", self.a.url(), query_string(&fields, ""))
    }
}

/// An announcement that its readers answer for; of others nobody is counted.
async fn counted(cx: &Cx, id: AnnouncementId) -> Result<Announcement> {
    let a = verbs::held(cx, id).await?;
    if a.must_read { Ok(a) } else { Err(Error::refused("exchange.refused.need_not")) }
}

pub(super) async fn index(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    Query(wanted): Query<ReadersWanted>,
) -> Result<Answer> {
    let a = counted(&cx, id).await?;
    let (filter, cursor) = (wanted.filter()?, Cursor::read(wanted.cursor.as_deref(), 2)?);
    let found = readers::list(&cx.db, cx.tenant, (id, &filter), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let team = match filter.team {
        Some(team) => organisations::find_many(&cx.db, cx.tenant, &[team]).await?.pop().map(|team| team.name),
        None => None,
    };
    cx.page(&Index { a, team, rows: Paged::cut(found, PAGE, Reader::keys), wanted })
}

const TEAMS: [(&str, u8); 5] = [
    ("exchange.team", 36),
    ("exchange.people", 10),
    ("exchange.seen", 10),
    ("exchange.unseen", 10),
    ("exchange.rate", 10),
];
const PEOPLE: [(&str, u8); 4] =
    [("exchange.person", 16), ("exchange.teams", 40), ("exchange.read_at", 18), ("exchange.chased_on", 14)];

pub(super) async fn export(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    Query(wanted): Query<ReadersWanted>,
) -> Result<Answer> {
    let a = counted(&cx, id).await?;
    let filter = wanted.filter()?;
    let (columns, rows): (&[(&str, u8)], Vec<Vec<Out>>) = if wanted.of == "teams" {
        let found = readers::teams(&cx.db, cx.tenant, (id, &filter.query), (None, export::MOST)).await?;
        let row = |team: crate::model::TeamRate| {
            let unseen = Out::Int(team.unseen());
            vec![
                Out::Text(team.name),
                Out::Int(team.people),
                Out::Int(team.seen),
                unseen,
                Out::Text(rules::share(team.permille)),
            ]
        };
        (&TEAMS, found.into_iter().map(row).collect())
    } else {
        let found = readers::list(&cx.db, cx.tenant, (id, &filter), (None, export::MOST)).await?;
        let row = |one: Reader| {
            vec![
                Out::Text(one.name),
                Out::maybe(one.teams),
                Out::maybe(one.read_at.map(kernel::words::moment)),
                one.chased_on.map_or(Out::Empty, Out::Date),
            ]
        };
        (&PEOPLE, found.into_iter().map(row).collect())
    };
    let (at, count, format) = (cx.clone(), rows.len(), export::format(&wanted.format));
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &Exported { announcement: id, rows: count, format });
        Ok(())
    })
    .await?;
    export::file(&cx, &a.title, (columns, format), rows)
}

/// Whom it is for, a line each.
pub(super) async fn whom(cx: &Cx, a: &Announcement) -> Result<Vec<String>> {
    if let Some(activity) = a.activity_id {
        let activity = activities::find(&cx.db, cx.tenant, activities::ActivityId(activity)).await?;
        return Ok(vec![cx.say(&Word::new("exchange.whom.activity").with("title", activity.title))]);
    }
    let mut lines = Vec::new();
    if !a.town.is_empty() {
        lines.push(places::full_region_name(cx, &a.town).await?);
    }
    if !a.team_kinds.0.is_empty() {
        let kinds: Vec<&str> = a.team_kinds.0.iter().map(|kind| cx.t(kind_word(kind))).collect();
        lines.push(kinds.join("、"));
    }
    if !a.teams.0.is_empty() {
        let ids: Vec<OrganisationId> = a.teams.0.iter().map(|id| OrganisationId(*id)).collect();
        let mut teams = organisations::find_many(&cx.db, cx.tenant, &ids).await?;
        teams.sort_by(|one, other| one.sort_key.cmp(&other.sort_key));
        let some: Vec<&str> = teams.iter().take(12).map(|team| team.name.as_str()).collect();
        let more = teams.len().saturating_sub(some.len());
        lines.push(some.join("、"));
        if more > 0 {
            lines.push(cx.say(&Word::new("exchange.whom.more").with("n", more)));
        }
    }
    if lines.is_empty() {
        lines.push(cx.t("exchange.whom.all").to_owned());
    }
    lines.push(cx.t(&format!("exchange.role.{}", a.role)).to_owned());
    Ok(lines)
}

/// The word of a kind of team.
fn kind_word(kind: &str) -> &'static str {
    match kind.parse() {
        Ok(organisations::Kind::Federation) => "organisations.kind.federation",
        Ok(organisations::Kind::Town) => "organisations.kind.town",
        Ok(organisations::Kind::Organ) => "organisations.kind.organ",
        Ok(organisations::Kind::Enterprise) => "organisations.kind.enterprise",
        Ok(organisations::Kind::Institution) => "organisations.kind.institution",
        _ => "organisations.kind.village",
    }
}
