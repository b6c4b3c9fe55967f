//! The SQL of sign-ups, for one and for many at once.

use crate::model::{Activity, ActivityId, PostId, Quota, SessionId, Signup, SignupId, SignupState, State, Way};
use crate::rules::{self, Room};
use crate::signups::group::Companion;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::db::{FromRow, Row, ToValue as _, Value};
use kernel::{Json, Read, Result, TenantId, Tx, args, row};
use organisations::model::OrganisationId;
use people::guardians::CONSENT;
use people::model::PersonId;

pub(super) const COLUMNS: &str = "id, activity_id, session_id, post_id, person_id, organisation_id, state, position, made_at, quota, \
    offered_until, group_id, handover_at, starts_at, ends_at, loose";

/// One sign-up.
pub async fn find(db: &impl Read, tenant: TenantId, id: SignupId) -> Result<Signup> {
    db.one(&format!("SELECT {COLUMNS} FROM signup WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// The live sign-up of a person in a session.
pub async fn find_live(
    db: &impl Read,
    tenant: TenantId,
    session: SessionId,
    person: PersonId,
) -> Result<Option<Signup>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signup WHERE tenant_id = $1 AND session_id = $2 AND person_id = $3 AND state IN ('joined', 'waiting')"
    );
    db.optional(&sql, args![tenant, session, person]).await
}

/// What a person joined or waits for that has not begun.
pub async fn ahead(db: &impl Read, tenant: TenantId, person: PersonId, now: DateTime<Utc>) -> Result<Vec<Signup>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signup WHERE tenant_id = $1 AND person_id = $2 AND starts_at > $3
           AND state IN ('joined', 'waiting') ORDER BY id"
    );
    db.all(&sql, args![tenant, person, now]).await
}

/// What a person joined or waits for with a team and is not over: what the team holds, and what they come to for it.
pub async fn with_team(
    db: &impl Read,
    tenant: TenantId,
    (person, team): (PersonId, OrganisationId),
    now: DateTime<Utc>,
) -> Result<Vec<Signup>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signup WHERE tenant_id = $1 AND person_id = $2 AND ends_at > $4 AND state IN ('joined', 'waiting')
           AND EXISTS (SELECT 1 FROM activity a WHERE a.tenant_id = signup.tenant_id AND a.id = signup.activity_id AND a.state <> 'void'
             AND (a.organisation_id = $3 OR signup.organisation_id = $3))
           AND EXISTS (SELECT 1 FROM activity_session d WHERE d.tenant_id = signup.tenant_id AND d.id = signup.session_id
             AND d.cancelled_at IS NULL)
         ORDER BY starts_at, id"
    );
    db.all(&sql, args![tenant, person, team, now]).await
}

/// Those who stand or fall together and still count, in order.
pub async fn of_group(db: &impl Read, tenant: TenantId, group: kernel::ids::Raw) -> Result<Vec<Signup>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signup WHERE tenant_id = $1 AND group_id = $2 AND state IN ('joined', 'waiting') ORDER BY position"
    );
    db.all(&sql, args![tenant, group]).await
}

row! { struct Named { person_id: PersonId, name: String } }

/// The members of a team, by name, as companions.
pub async fn members_of(db: &impl Read, tenant: TenantId, team: OrganisationId) -> Result<Vec<Companion>> {
    let sql = "SELECT p.id AS person_id, p.name FROM membership m
               JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id AND p.state IN ('active', 'dormant')
               WHERE m.tenant_id = $1 AND m.organisation_id = $2 AND m.to_on IS NULL ORDER BY p.sort_key, p.id LIMIT 500";
    let mut found: Vec<Named> = db.all(sql, args![tenant, team]).await?;
    found.dedup_by_key(|one| one.person_id);
    Ok(found.into_iter().map(|one| Companion { person: one.person_id, name: one.name }).collect())
}

/// The volunteer of exactly this name and number.
pub async fn find_named(db: &impl Read, tenant: TenantId, name: &str, number: &str) -> Result<Option<PersonId>> {
    let sql = "SELECT id AS person_id, name FROM person WHERE tenant_id = $1 AND volunteer_no = $2 AND name = $3";
    let found: Option<Named> = db.optional(sql, args![tenant, number, name]).await?;
    Ok(found.map(|one| one.person_id))
}

/// `$first …` for many people; the count is rounded up with repeats, so that few different statements are prepared.
fn people_list(first: usize, people: &[PersonId], args: &mut Vec<Value>) -> String {
    let wanted = people.len().next_power_of_two();
    let last = people.last().copied();
    args.extend(
        people.iter().copied().chain(last.into_iter().cycle().take(wanted - people.len())).map(|p| p.to_value()),
    );
    kernel::db::in_list(first, wanted)
}

/// What these people signed up for at that time, in any session and any state. The state is not asked for: PostgreSQL would then
/// take the index of one session's sign-ups, and read all of the district's, as long as it has not counted the table.
pub async fn meeting(
    db: &impl Read,
    tenant: TenantId,
    span: (DateTime<Utc>, DateTime<Utc>),
    people: &[PersonId],
) -> Result<Vec<Signup>> {
    let mut args = args![tenant, span.1, span.0].to_vec();
    let list = people_list(4, people, &mut args);
    let sql = format!(
        "SELECT {COLUMNS} FROM signup WHERE tenant_id = $1 AND starts_at < $2 AND ends_at > $3 AND person_id IN {list}"
    );
    db.all(&sql, &args).await
}

row! {
    /// What the rules need to know of a person.
    pub struct Facts {
        /// Who.
        pub id: PersonId,
        /// For age rules.
        pub birth_date: Option<NaiveDate>,
        /// Whether the identity number is known.
        pub real_name: bool,
        /// The life cycle's state.
        pub state: String,
        /// Minutes in the ledger; 0 when the activity does not ask.
        pub minutes: i64,
        /// Whether they belong to a team that is asked for; false when the activity does not ask.
        pub in_team: bool,
        /// What they can do, in their words.
        pub skills: Option<String>,
        /// Where they live.
        pub region_code: String,
        /// Whether they joined, or wait for, an activity that cannot be joined beside this one.
        pub excluded: bool,
        /// What a guardian agreed to; see `people::guardians::CONSENT`.
        pub consent: Option<i64>,
    }
}

/// The memberships `m` that stand in a team `i` or below it; whoever asks says whose and which.
const BELOW: &str = "SELECT 1 FROM membership m
    JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
    JOIN organisation i ON i.tenant_id = m.tenant_id AND substr(o.path, 1, length(i.path)) = i.path
    WHERE m.tenant_id = $1 AND m.to_on IS NULL";

row! { struct Yes { yes: bool } }

/// Whether a person belongs to one of these teams or to one below.
pub async fn is_member(db: &impl Read, tenant: TenantId, person: PersonId, teams: &[OrganisationId]) -> Result<bool> {
    if teams.is_empty() {
        return Ok(false);
    }
    let mut args = args![tenant, person].to_vec();
    let list = kernel::db::in_list(3, teams.len());
    args.extend(teams.iter().map(|team| team.to_value()));
    let row: Yes =
        db.one(&format!("SELECT EXISTS ({BELOW} AND m.person_id = $2 AND i.id IN {list}) AS yes"), &args).await?;
    Ok(row.yes)
}

/// Whether a person joined or waits in an activity.
pub async fn is_in(db: &impl Read, tenant: TenantId, person: PersonId, activity: ActivityId) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM signup WHERE tenant_id = $1 AND person_id = $2 AND activity_id = $3
                 AND state IN ('joined', 'waiting')) AS yes";
    let row: Yes = db.one(sql, args![tenant, person, activity]).await?;
    Ok(row.yes)
}

/// The columns of `Facts` of a person `p`, `$1` the tenant; hours and team only where the activity asks for them. What is `given`
/// for a place does not exclude.
fn facts_columns((activity, given): (&Activity, &[SignupId]), args: &mut Vec<Value>) -> String {
    let minutes = if activity.min_minutes > 0 {
        "(SELECT COALESCE(SUM(h.minutes), 0) FROM hours_entry h WHERE h.tenant_id = p.tenant_id AND h.person_id = p.id)"
    } else {
        "0"
    };
    let asked = rules::asked_teams(activity);
    let member = if asked.is_empty() {
        "FALSE".to_owned()
    } else {
        let list = kernel::db::in_list(args.len() + 1, asked.len());
        args.extend(asked.iter().map(|team| team.to_value()));
        format!("EXISTS ({BELOW} AND m.person_id = p.id AND i.id IN {list})")
    };
    let others = &activity.exclusive.0;
    let excluded = if others.is_empty() {
        "FALSE".to_owned()
    } else {
        let list = kernel::db::in_list(args.len() + 1, others.len());
        args.extend(others.iter().map(|other| other.activity.to_value()));
        let kept = if given.is_empty() {
            String::new()
        } else {
            let list = kernel::db::in_list(args.len() + 1, given.len());
            args.extend(given.iter().map(|one| one.to_value()));
            format!(" AND x.id NOT IN {list}")
        };
        format!(
            "EXISTS (SELECT 1 FROM signup x WHERE x.tenant_id = p.tenant_id AND x.person_id = p.id
               AND x.state IN ('joined', 'waiting') AND x.activity_id IN {list}{kept})"
        )
    };
    format!(
        "p.skills, p.region_code, {excluded} AS excluded, {CONSENT} AS consent, p.id, p.birth_date, (p.id_hash IS NOT NULL) AS real_name, p.state, CAST({minutes} AS BIGINT) AS minutes, {member} AS in_team"
    )
}

/// Facts of many people.
pub async fn facts(
    db: &impl Read,
    tenant: TenantId,
    of: (&Activity, &[SignupId]),
    people: &[PersonId],
) -> Result<Vec<Facts>> {
    let mut args = args![tenant].to_vec();
    let list = people_list(2, people, &mut args);
    let columns = facts_columns(of, &mut args);
    let sql = format!("SELECT {columns} FROM person p WHERE p.tenant_id = $1 AND p.id IN {list}");
    db.all(&sql, &args).await
}

/// Facts of one person, with a sign-up that still counts or none.
struct Standing(Facts, Option<Live>);

impl FromRow for Standing {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let facts = Facts::from_row(row)?;
        let Some(id) = row.get("signup_id")? else { return Ok(Self(facts, None)) };
        let live = Live {
            id,
            activity_id: row.get("activity_id")?,
            session_id: row.get("session_id")?,
            post_id: row.get("post_id")?,
            state: row.get("signup_state")?,
            starts_at: row.get("starts_at")?,
            ends_at: row.get("ends_at")?,
            loose: row.get("loose")?,
            offered_until: row.get("offered_until")?,
        };
        Ok(Self(facts, Some(live)))
    }
}

/// What the rules need to know of a person, and what that person joined or waits for that began after `since` (a session lasts a
/// day at most): one statement, for it is asked for every page with a form.
pub async fn standing(
    db: &impl Read,
    tenant: TenantId,
    of: (&Activity, &[SignupId]),
    person: PersonId,
    since: DateTime<Utc>,
) -> Result<(Option<Facts>, Vec<Live>)> {
    let mut args = args![tenant, person, since].to_vec();
    let columns = facts_columns(of, &mut args);
    let sql = format!(
        "SELECT {columns}, s.id AS signup_id, s.activity_id, s.session_id, s.post_id, s.state AS signup_state, s.starts_at, s.ends_at, s.loose,
           s.offered_until
         FROM person p LEFT JOIN signup s ON s.tenant_id = p.tenant_id AND s.person_id = p.id AND s.starts_at > $3
           AND s.state IN ('joined', 'waiting')
         WHERE p.tenant_id = $1 AND p.id = $2"
    );
    let rows: Vec<Standing> = db.all(&sql, &args).await?;
    let (facts, live): (Vec<Facts>, Vec<Option<Live>>) = rows.into_iter().map(|s| (s.0, s.1)).unzip();
    Ok((facts.into_iter().next(), live.into_iter().flatten().collect()))
}

row! {
    /// A team that somebody belongs to.
    pub struct Belongs {
        /// Who.
        pub person_id: PersonId,
        /// The team.
        pub organisation_id: OrganisationId,
        /// Its path.
        pub path: String,
    }
}

/// The teams of these people, the first that each joined first.
pub async fn teams(db: &impl Read, tenant: TenantId, people: &[PersonId]) -> Result<Vec<Belongs>> {
    let mut args = args![tenant].to_vec();
    let list = people_list(2, people, &mut args);
    let sql = format!(
        "SELECT m.person_id, m.organisation_id, o.path FROM membership m
         JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id AND o.tree = 'team'
         WHERE m.tenant_id = $1 AND m.to_on IS NULL AND m.person_id IN {list} ORDER BY m.from_on, m.id"
    );
    db.all(&sql, &args).await
}

/// Writes many sign-ups with one statement.
pub async fn insert(tx: &mut Tx<'_>, tenant: TenantId, all: &[Signup]) -> Result<()> {
    let rows: Vec<Vec<Value>> = all
        .iter()
        .map(|s| {
            args![
                tenant,
                s.id,
                s.activity_id,
                s.session_id,
                s.post_id,
                s.person_id,
                s.organisation_id,
                s.state,
                s.position,
                s.starts_at,
                s.ends_at,
                s.made_at,
                s.made_at,
                s.quota,
                s.group_id,
                s.loose
            ]
            .to_vec()
        })
        .collect();
    let head = "INSERT INTO signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state, position,
                  starts_at, ends_at, made_at, changed_at, quota, group_id, loose)";
    tx.insert_many(head, "", &rows).await?;
    Ok(())
}

row! {
    /// A post at this moment.
    pub struct PostNow {
        /// How many can join.
        pub places: i64,
        /// How many joined, or have an offer.
        pub taken: i64,
        /// How many wait.
        pub waiting: i64,
        /// The place in line that the next one gets.
        pub next_position: i64,
        /// Places that are kept for teams.
        pub quotas: Json<Vec<Quota>>,
        /// Until when.
        pub free_at: Option<DateTime<Utc>>,
    }
}

impl PostNow {
    /// The room that is left at a moment.
    #[must_use]
    pub fn room(self, now: DateTime<Utc>) -> Room {
        let kept = self.free_at.is_some_and(|at| now < at);
        Room::of(self.places - self.taken, self.waiting, self.quotas.0, kept)
    }
}

/// Takes a post for this transaction and reads it.
pub async fn take_post(tx: &mut Tx<'_>, tenant: TenantId, post: PostId) -> Result<PostNow> {
    // Writing nothing new still takes the row on PostgreSQL; on SQLite the whole lane is ours anyway.
    let sql = "UPDATE post SET taken = taken WHERE tenant_id = $1 AND id = $2
               RETURNING places, taken, waiting, next_position, quotas, free_at";
    tx.one(sql, args![tenant, post]).await
}

/// Moves the counters of a post.
pub async fn count(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    post: PostId,
    taken: i64,
    waiting: i64,
    positions: i64,
) -> Result<()> {
    let sql = "UPDATE post SET taken = taken + $1, waiting = waiting + $2, next_position = next_position + $3
               WHERE tenant_id = $4 AND id = $5";
    tx.execute(sql, args![taken, waiting, positions, tenant, post]).await?;
    Ok(())
}

/// Writes which of the kept places are taken.
pub async fn set_quotas(tx: &mut Tx<'_>, tenant: TenantId, post: PostId, quotas: &[Quota]) -> Result<()> {
    let sql = "UPDATE post SET quotas = $1 WHERE tenant_id = $2 AND id = $3";
    tx.execute(sql, args![Json(quotas), tenant, post]).await?;
    Ok(())
}

/// Changes the state of a live sign-up; `false` when it was not in `from` any more.
pub async fn change(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: SignupId,
    from: SignupState,
    to: SignupState,
    now: DateTime<Utc>,
) -> Result<bool> {
    let sql = "UPDATE signup SET state = $1, changed_at = $2, offered_until = NULL WHERE tenant_id = $3 AND id = $4 AND state = $5";
    Ok(tx.execute(sql, args![to, now, tenant, id, from]).await? == 1)
}

row! {
    /// A sign-up as its person sees it.
    pub struct Mine {
        /// The sign-up.
        pub id: SignupId,
        /// The activity.
        pub activity_id: ActivityId,
        /// The session.
        pub session_id: SessionId,
        /// Where the sign-up stands.
        pub state: SignupState,
        /// The activity's title.
        pub title: String,
        /// The category.
        pub category: String,
        /// The team that holds it.
        pub organisation_name: String,
        /// The meeting place.
        pub place: String,
        /// Who answers questions.
        pub contact_name: String,
        /// Their phone.
        pub contact_phone: String,
        /// The post.
        pub post: String,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// Whether one chooses one's hours.
        pub flexible: bool,
        /// Whether one did not say them: the two times are the window's.
        pub loose: bool,
        /// Where the activity stands.
        pub activity_state: State,
        /// When they signed up.
        pub made_at: DateTime<Utc>,
        /// Until when the place that is offered has to be confirmed.
        pub offered_until: Option<DateTime<Utc>>,
        /// How places are given.
        pub way: Way,
        /// When wishes end.
        pub closes_at: DateTime<Utc>,
        /// When the draw was held.
        pub drawn_at: Option<DateTime<Utc>>,
        /// How many joined this post.
        pub taken: i64,
        /// When they came.
        pub in_at: Option<DateTime<Utc>>,
        /// When they left.
        pub out_at: Option<DateTime<Utc>>,
        /// How many stand before them in line, when waiting.
        pub before: i64,
    }
}

/// Everything that `Mine` holds; `$1` is the tenant and `$2` the person.
const MINE: &str = "SELECT s.id, s.activity_id, s.session_id, s.state, a.title, a.category, a.organisation_name, a.place, a.contact_name,
                a.contact_phone, p.name AS post, s.starts_at, s.ends_at, a.flexible, s.loose, a.state AS activity_state, s.made_at, s.offered_until, a.way,
                a.closes_at, a.drawn_at, p.taken, t.in_at, t.out_at,
                (SELECT COUNT(*) FROM signup b WHERE b.tenant_id = s.tenant_id AND b.post_id = s.post_id AND b.state = 'waiting'
                   AND b.offered_until IS NULL AND b.position < s.position) AS before
         FROM signup s
         JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
         JOIN post p ON p.tenant_id = s.tenant_id AND p.id = s.post_id
         LEFT JOIN attendance t ON t.tenant_id = s.tenant_id AND t.session_id = s.session_id AND t.person_id = s.person_id
         WHERE s.tenant_id = $1 AND s.person_id = $2";

/// A person's sign-ups that end after (or, `past`, before) a moment.
pub async fn of_person(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    at: DateTime<Utc>,
    past: bool,
    limit: i64,
) -> Result<Vec<Mine>> {
    let (compare, order) = if past { ("<=", "DESC") } else { (">", "ASC") };
    let states = if past { "('joined', 'withdrawn', 'removed')" } else { "('joined', 'waiting')" };
    let sql = format!(
        "{MINE} AND s.ends_at {compare} $3 AND s.state IN {states} AND a.state <> 'void'
         ORDER BY s.starts_at {order}, s.id {order} LIMIT $4"
    );
    db.all(&sql, args![tenant, person, at, limit]).await
}

/// One of a person's own sign-ups; somebody else's is not there.
pub async fn find_mine(db: &impl Read, tenant: TenantId, person: PersonId, id: SignupId) -> Result<Mine> {
    db.one(&format!("{MINE} AND s.id = $3"), args![tenant, person, id]).await
}

row! {
    /// A sign-up that still counts, with its time.
    pub struct Live {
        /// Its id.
        pub id: SignupId,
        /// For which activity.
        pub activity_id: ActivityId,
        /// For which session.
        pub session_id: SessionId,
        /// For which post.
        pub post_id: PostId,
        /// Where it stands.
        pub state: SignupState,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// Whether one did not say when one comes.
        pub loose: bool,
        /// Until when the place that is offered has to be confirmed.
        pub offered_until: Option<DateTime<Utc>>,
    }
}
