//! The way of an activity: handed in, reviewed by another, published, begun, ended.

use crate::model::{Activity, ActivityId, State};
use crate::rules::{self, Step};
use crate::signups::draw;
use crate::store;
use kernel::ids::Raw;
use kernel::time::WorkCalendar;
use kernel::{
    AccountId, Conditions, Cx, Deed, Error, FieldErrors, LaneKey, Read as _, Result, Tx, Word, WorkItem, args, row,
};
use serde::Serialize;

#[derive(Serialize)]
struct Moved {
    #[serde(skip)]
    activity: ActivityId,
    from: State,
    to: State,
    opinion: String,
}

impl Deed for Moved {
    const KIND: &'static str = "activity.moved";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

/// Takes a step with an activity; states and rights are read again inside the transaction.
pub async fn take(cx: &Cx, id: ActivityId, step: Step, opinion: String) -> Result<State> {
    let calendar = WorkCalendar::load(&cx.db).await?;
    let cx = cx.clone();
    cx.clone()
        .write(id.lane(), async move |tx: &mut Tx<'_>| step_in(tx, &cx, id, step, &opinion, &calendar).await)
        .await
}

/// The same, once for each one-time key: a repeat answers the state that the first one led to.
pub async fn take_once(cx: &Cx, id: ActivityId, step: Step, opinion: String) -> Result<State> {
    let calendar = WorkCalendar::load(&cx.db).await?;
    let cx = cx.clone();
    cx.clone().once(id.lane(), async move |tx: &mut Tx<'_>| step_in(tx, &cx, id, step, &opinion, &calendar).await).await
}

/// Decides about what somebody else handed in: it is published, or goes back with a reason.
///
/// # Errors
/// `Invalid` without that reason.
pub(crate) async fn review(cx: &Cx, id: ActivityId, publish: bool, opinion: &str) -> Result<State> {
    let mut errors = FieldErrors::none();
    let (step, opinion) = match publish {
        true => (Step::Publish, errors.optional_text("opinion", opinion, 300).unwrap_or_default()),
        false => (Step::Return, errors.text("opinion", opinion, 300)),
    };
    if errors.is_empty() { take_once(cx, id, step, opinion).await } else { Err(Error::Invalid(errors)) }
}

/// Whether the actor may take this step now. A team hands in, begins and ends its own activities and gives up its own drafts;
/// deciding, and stopping what is public, is for those who publish.
pub(crate) fn may_take(cx: &Cx, activity: &Activity, step: Step) -> Result<()> {
    if rules::step(activity.state, step, activity.scope).is_none() {
        return Err(Error::refused("activity.refused.step"));
    }
    let permission = match (step, activity.state) {
        (Step::Submit | Step::Start | Step::End, _) | (Step::Void, State::Draft) => crate::MANAGE,
        _ => crate::REVIEW,
    };
    cx.may(permission, &activity.target())
}

pub(crate) async fn step_in(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: ActivityId,
    step: Step,
    opinion: &str,
    calendar: &WorkCalendar,
) -> Result<State> {
    let activity = store::find(tx, cx.tenant, id).await?;
    if cx.actor.account.is_some() {
        may_take(cx, &activity, step)?;
    }
    let Some(to) = rules::step(activity.state, step, activity.scope) else {
        return Err(Error::refused("activity.refused.step"));
    };
    if matches!(step, Step::Submit | Step::Publish | Step::Resume) {
        let team = organisations::find(tx, cx.tenant, activity.organisation_id).await?;
        organisations::rules::at_work(&team).map_err(Error::Refused)?;
    }
    match step {
        Step::Submit => submit(tx, cx, &activity, calendar).await?,
        Step::Publish => {
            decide(tx, cx, &activity, opinion).await?;
            draw::commit(tx, cx, &activity).await?;
            store::exclude_back(tx, cx, &activity).await?;
        }
        Step::Return => decide(tx, cx, &activity, opinion).await?,
        Step::Start if activity.risky && activity.insurance_no.is_none() => {
            return Err(Error::refused("activity.refused.insurance"));
        }
        _ => {}
    }
    let ended = (to == State::Ended).then_some(if cx.actor.account.is_some() { "hand" } else { "auto" });
    let sql = "UPDATE activity SET state = $1, updated_at = $2, ended_how = $3 WHERE tenant_id = $4 AND id = $5 AND state = $6";
    if tx.execute(sql, args![to, cx.now, ended, cx.tenant, id, activity.state]).await? == 0 {
        return Err(Error::refused("activity.refused.step"));
    }
    tx.record(cx, &Moved { activity: id, from: activity.state, to, opinion: opinion.to_owned() });
    if to.is_public() {
        // Time went on while it was a draft or stopped.
        store::next::note(tx, cx.tenant, id, cx.now).await?;
    }
    match step {
        Step::Disable => tell(tx, cx, &activity, "activity.message.stopped", opinion).await?,
        Step::Void => tell(tx, cx, &activity, "activity.message.void", opinion).await?,
        Step::Resume => tell(tx, cx, &activity, "activity.message.resumed", opinion).await?,
        _ => {}
    }
    Ok(to)
}

row! { struct Expected { person_id: Raw } }

/// Tells everybody who is expected, or waits in line, at a session that is not over.
async fn tell(tx: &mut Tx<'_>, cx: &Cx, activity: &Activity, word: &'static str, why: &str) -> Result<()> {
    let sql = "SELECT DISTINCT s.person_id FROM activity_session x
               JOIN signup s ON s.tenant_id = x.tenant_id AND s.session_id = x.id AND s.state IN ('joined', 'waiting')
               WHERE x.tenant_id = $1 AND x.activity_id = $2 AND x.ends_at > $3";
    let expected: Vec<Expected> = tx.all(sql, args![cx.tenant, activity.id, cx.now]).await?;
    let people: Vec<Raw> = expected.into_iter().map(|e| e.person_id).collect();
    let word = Word::new(word).with("title", &activity.title).with("day", activity.starts_on).with("why", why);
    kernel::messages::leave_all(tx, cx, &people, &word, &activity.url()).await
}

async fn submit(tx: &mut Tx<'_>, cx: &Cx, activity: &Activity, calendar: &WorkCalendar) -> Result<()> {
    if activity.own_duty {
        return Err(Error::refused("activity.refused.own_duty"));
    }
    if activity.risky && activity.insurance_no.is_none() {
        return Err(Error::refused("activity.refused.insurance"));
    }
    if store::sessions(tx, cx.tenant, activity.id).await?.is_empty() {
        return Err(Error::refused("activity.refused.no_session"));
    }
    if activity.is_backfill() && !activity.is_proved() {
        return Err(Error::refused("activity.refused.no_proof"));
    }
    let due = kernel::time::day_start(calendar.after(cx.today(), 2)) + chrono::Duration::hours(18);
    let sql = "UPDATE activity SET submitted_by = $1, submitted_name = $2, submitted_at = $3, due_at = $4, reviewed_by = NULL,
                 reviewed_name = NULL, reviewed_at = NULL WHERE tenant_id = $5 AND id = $6";
    tx.execute(sql, args![cx.actor.account, cx.actor.name, cx.now, due, cx.tenant, activity.id]).await?;
    Ok(())
}

/// Nobody decides what they handed in themselves.
async fn decide(tx: &mut Tx<'_>, cx: &Cx, activity: &Activity, opinion: &str) -> Result<()> {
    let account: AccountId = cx.actor.account.ok_or(Error::SignIn)?;
    if activity.submitted_by == Some(account) {
        return Err(Error::refused("activity.refused.own"));
    }
    let sql = "UPDATE activity SET reviewed_by = $1, reviewed_name = $2, reviewed_at = $3, opinion = $4 WHERE tenant_id = $5 AND id = $6";
    tx.execute(sql, args![account, cx.actor.name, cx.now, opinion, cx.tenant, activity.id]).await?;
    Ok(())
}

row! { struct Due { id: ActivityId, state: State, risky: bool, insurance_no: Option<String> } }

/// Begins what is due today, ends what is past and moves on to the sessions that are next; every 20 seconds.
pub(crate) async fn keep_up(cx: Cx) -> Result<()> {
    step_all(&cx).await?;
    store::next::advance(&cx.db, cx.tenant, cx.now).await
}

async fn step_all(cx: &Cx) -> Result<()> {
    let sql = "SELECT id, state, risky, insurance_no FROM activity WHERE tenant_id = $1
                 AND ((state = 'open' AND starts_on <= $2) OR (state = 'running' AND ends_on < $2)) LIMIT 500";
    let due: Vec<Due> = cx.db.all(sql, args![cx.tenant, cx.today()]).await?;
    for activity in due {
        let step = match activity.state {
            State::Open if activity.risky && activity.insurance_no.is_none() => continue,
            State::Open => Step::Start,
            _ => Step::End,
        };
        match take(cx, activity.id, step, String::new()).await {
            // Somebody was quicker, or it lacks something: the others still get their step.
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

row! {
    struct Waiting {
        id: ActivityId, title: String, organisation_name: String, submitted_name: String, starts_on: chrono::NaiveDate, place: String,
        due_at: Option<chrono::DateTime<chrono::Utc>>, submitted_by: Option<AccountId>
    }
}

/// What waits for this reader's review.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(crate::REVIEW) {
        return Ok(Vec::new());
    }
    let mut wanted = Conditions::new("tenant_id = ? AND state = 'review'", args![cx.tenant]);
    wanted.within(&cx.reach(crate::REVIEW), "region_code", "organisation_path");
    let tail = wanted.tail(" ORDER BY due_at LIMIT 200", &[]);
    let sql = format!(
        "SELECT id, title, organisation_name, submitted_name, starts_on, place, due_at, submitted_by FROM activity WHERE {tail}"
    );
    let rows: Vec<Waiting> = cx.db.all(&sql, wanted.args()).await?;
    let own = cx.actor.account;
    Ok(rows
        .into_iter()
        .filter(|w| w.submitted_by.is_none() || w.submitted_by != own)
        .map(|w| WorkItem {
            many: Some((crate::bulk::LIST, w.id.0)),
            kind: "work.kind.activity",
            tint: "",
            title: cx.say(&Word::new("activity.work.title").with("title", &w.title)),
            facts: format!(
                "{} · {} · {}",
                kernel::words::date(cx.lang, w.starts_on, cx.today()),
                w.organisation_name,
                w.place
            ),
            who: w.submitted_name,
            due: w.due_at.unwrap_or(cx.now),
            url: format!("/desk/activities/{}/review", w.id),
        })
        .collect())
}

/// The lane of an activity's own steps.
#[must_use]
pub fn lane(id: ActivityId) -> LaneKey {
    id.lane()
}
