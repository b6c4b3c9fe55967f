//! The SQL of reminders and answers.

use super::Step;
use crate::model::{ActivityId, SessionId, SignupId};
use chrono::{DateTime, Utc};
use kernel::{Cx, Read, Result, TenantId, Tx, args, row};
use people::PersonId;
use std::collections::BTreeSet;

row! {
    /// A session that people are reminded of.
    pub(crate) struct Coming {
        pub id: SessionId,
        pub activity_id: ActivityId,
        pub title: String,
        pub place: String,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        pub flexible: bool,
    }
}

/// The sessions of published activities that begin within a span, at which this step is still to be done.
pub(crate) async fn due(
    db: &impl Read,
    tenant: TenantId,
    step: Step,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Coming>> {
    let sql = "SELECT s.id, s.activity_id, a.title, a.place, s.starts_at, s.ends_at, s.flexible
               FROM activity_session s JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
               WHERE s.tenant_id = $1 AND s.day >= $2 AND s.day <= $3 AND s.starts_at > $4 AND s.starts_at <= $5
                 AND a.state IN ('open', 'running')
                 AND NOT EXISTS (SELECT 1 FROM reminder_round r
                   WHERE r.tenant_id = s.tenant_id AND r.session_id = s.id AND r.step = $6)
               ORDER BY s.starts_at, s.id LIMIT 500";
    let days = (kernel::time::day(from), kernel::time::day(to));
    db.all(sql, args![tenant, days.0, days.1, from, to, step]).await
}

row! {
    /// Somebody who has a place.
    pub(crate) struct Joined {
        pub id: SignupId,
        pub person_id: PersonId,
        pub answer: Option<String>,
    }
}

/// Who had a place in a session at a moment and was not reminded at this step yet.
pub(crate) async fn lacking(
    db: &impl Read,
    tenant: TenantId,
    (session, step): (SessionId, Step),
    moment: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Joined>> {
    // The states stand there as the index of live sign-ups has them.
    let sql = "SELECT u.id, u.person_id, u.answer FROM signup u
               WHERE u.tenant_id = $1 AND u.session_id = $2 AND u.state IN ('joined', 'waiting') AND u.state = 'joined'
                 AND u.changed_at <= $3
                 AND NOT EXISTS (SELECT 1 FROM reminder r WHERE r.tenant_id = u.tenant_id AND r.session_id = u.session_id
                   AND r.person_id = u.person_id AND r.step = $4)
               ORDER BY u.person_id LIMIT $5";
    db.all(sql, args![tenant, session, moment, step, most]).await
}

/// Notes that somebody is reminded; `false` when another process was first.
pub(crate) async fn note(tx: &mut Tx<'_>, cx: &Cx, (session, step): (SessionId, Step), one: &Joined) -> Result<bool> {
    let sql = "INSERT INTO reminder (tenant_id, session_id, person_id, step, signup_id, sent_at) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, args![cx.tenant, session, one.person_id, step, one.id, cx.now]).await? == 1)
}

/// Notes that everybody was reminded at a step.
pub(crate) async fn close_round(tx: &mut Tx<'_>, cx: &Cx, (session, step): (SessionId, Step)) -> Result<()> {
    let sql = "INSERT INTO reminder_round (tenant_id, session_id, step, done_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    tx.execute(sql, args![cx.tenant, session, step, cx.now]).await?;
    Ok(())
}

row! { struct Said { answer: Option<String> } }

/// What somebody said: `coming`, `cannot`, or nothing.
pub(crate) async fn said(db: &impl Read, tenant: TenantId, id: SignupId) -> Result<Option<String>> {
    let row: Said = db.one("SELECT answer FROM signup WHERE tenant_id = $1 AND id = $2", args![tenant, id]).await?;
    Ok(row.answer)
}

/// Keeps what somebody said.
pub(crate) async fn say(tx: &mut Tx<'_>, cx: &Cx, id: SignupId, answer: &str) -> Result<()> {
    let sql = "UPDATE signup SET answer = $1, answered_at = $2 WHERE tenant_id = $3 AND id = $4";
    tx.execute(sql, args![answer, cx.now, cx.tenant, id]).await?;
    Ok(())
}

/// What those who signed up for a session say.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Who has a place and comes.
    pub coming: BTreeSet<PersonId>,
    /// How many said that they cannot, and left.
    pub cannot: i64,
    /// How many have a place and did not say.
    pub silent: i64,
    /// Whether anybody was asked.
    pub asked: bool,
}

row! { struct Live { person_id: PersonId, answer: Option<String> } }
row! { struct Count { n: i64 } }

/// The answers for a session.
pub(crate) async fn answers(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<Answers> {
    let sql = "SELECT person_id, answer FROM signup
               WHERE tenant_id = $1 AND session_id = $2 AND state IN ('joined', 'waiting') AND state = 'joined'";
    let live: Vec<Live> = db.all(sql, args![tenant, session]).await?;
    let sql = "SELECT COUNT(*) AS n FROM signup
               WHERE tenant_id = $1 AND session_id = $2 AND answer = 'cannot' AND state NOT IN ('joined', 'waiting')";
    let cannot = db.one::<Count>(sql, args![tenant, session]).await?.n;
    let sql = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM reminder WHERE tenant_id = $1 AND session_id = $2 LIMIT 1) AS asked";
    let asked = db.one::<Count>(sql, args![tenant, session]).await?.n > 0;
    let all = live.len();
    let comes = |one: Live| (one.answer.as_deref() == Some("coming")).then_some(one.person_id);
    let coming: BTreeSet<PersonId> = live.into_iter().filter_map(comes).collect();
    let silent = i64::try_from(all - coming.len()).unwrap_or(0);
    Ok(Answers { asked: asked || cannot > 0 || !coming.is_empty(), coming, cannot, silent })
}

impl Answers {
    /// Whether somebody said that they come.
    #[must_use]
    pub fn comes(&self, person: &PersonId) -> bool {
        self.coming.contains(person)
    }
}
