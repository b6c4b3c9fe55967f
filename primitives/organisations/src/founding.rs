//! How a team comes to be: applied for, decided by the body above, handed further up when that body lets it lie.

use crate::limits::REVIEW_DAYS;
use crate::model::{MembershipRole, NewOrganisation, Organisation, OrganisationId, State};
use crate::rules::{Level, contact};
use crate::store::{self, Review};
use crate::{life, policy, verbs};
use chrono::{DateTime, Utc};
use kernel::ids::Raw;
use kernel::time::WorkCalendar;
use kernel::{Cx, Deed, Error, Read, Result, Tx, Word, WorkItem, messages};
use people::PersonId;
use serde::Serialize;

verbs::deed! {
    /// Somebody asked for a team.
    Applied, "organisations.applied" { name: String, level: Level }
}
verbs::deed! {
    /// The body above decided about it.
    Decided, "organisations.decided" { approved: bool, opinion: String }
}
verbs::deed! {
    /// It lay too long and went to the body above.
    MovedUp, "organisations.moved_up" { level: Level }
}

/// When something handed in now should be decided: the end of the last working day.
pub(crate) fn due(cx: &Cx, calendar: &WorkCalendar, days: u32) -> DateTime<Utc> {
    kernel::time::day_start(calendar.after(cx.today(), days)) + chrono::Duration::hours(18)
}

/// Puts a team on record that waits for its review; `leader` will lead it.
pub async fn apply(
    tx: &mut Tx<'_>,
    cx: &Cx,
    new: &NewOrganisation,
    leader: Option<PersonId>,
    calendar: &WorkCalendar,
) -> Result<OrganisationId> {
    let above = match new.parent {
        Some(parent) => Some(store::find(tx, cx.tenant, parent).await?),
        None => None,
    };
    let new = NewOrganisation { state: State::Applied, ..new.clone() };
    verbs::insert(tx, cx, &new).await?;
    let (level, desk) = desk(tx, cx, above).await?;
    let of = (new.id, new.region_code.as_str(), leader);
    let due_at = due(cx, calendar, days(tx, cx).await?);
    store::insert_review(tx, cx, of, (level, desk.path()), due_at).await?;
    tx.record(cx, &Applied { organisation: new.id, name: new.name.clone(), level });
    call(tx, cx, &desk, (new.id, &new.name)).await?;
    Ok(new.id)
}

async fn days(db: &impl Read, cx: &Cx) -> Result<u32> {
    Ok(u32::try_from(REVIEW_DAYS.read(db, cx.tenant).await?).unwrap_or(1))
}

/// Whose decision it is what happens at the head of a team, and the path of that body.
pub(crate) async fn desk_of(db: &impl Read, cx: &Cx, team: &Organisation) -> Result<(Level, String)> {
    let above = parent(db, cx, Some(team)).await?;
    let (level, desk) = desk(db, cx, above).await?;
    Ok((level, desk.path().to_owned()))
}

/// The body whose decision it is.
struct Desk {
    body: Option<Organisation>,
    leaders: Vec<Raw>,
}

impl Desk {
    fn path(&self) -> &str {
        self.body.as_ref().map_or("", |body| body.path.as_str())
    }
}

/// Goes up from a body until somebody there can decide.
async fn desk(db: &impl Read, cx: &Cx, above: Option<Organisation>) -> Result<(Level, Desk)> {
    let mut above = above;
    loop {
        let leaders = match &above {
            Some(body) => store::leaders_of(db, cx.tenant, &[body.id]).await?.remove(&body.id).unwrap_or_default(),
            None => Vec::new(),
        };
        let leaders: Vec<Raw> = leaders.into_iter().filter(|l| l.role.leads()).map(|l| l.person_id.0).collect();
        let at_work = above.as_ref().is_none_or(|body| body.state == State::Active);
        if let Some(level) = contact(above.as_ref(), at_work && !leaders.is_empty()) {
            let leaders = if level == Level::Team { leaders } else { Vec::new() };
            return Ok((level, Desk { body: above, leaders }));
        }
        above = parent(db, cx, above.as_ref()).await?;
    }
}

async fn parent(db: &impl Read, cx: &Cx, of: Option<&Organisation>) -> Result<Option<Organisation>> {
    match of.and_then(|body| body.parent_id) {
        Some(id) => store::find(db, cx.tenant, id).await.map(Some),
        None => Ok(None),
    }
}

/// Tells those who lead the body above; staff find it on their work-list.
async fn call(tx: &mut Tx<'_>, cx: &Cx, desk: &Desk, (id, name): (OrganisationId, &str)) -> Result<()> {
    let word = Word::new("organisations.message.applied").with("team", name);
    messages::leave_all(tx, cx, &desk.leaders, &word, &format!("/desk/teams/{id}/review")).await
}

/// Lets a team begin, or ends it before it began. Neither who applied nor who will lead it decides.
pub async fn decide(tx: &mut Tx<'_>, cx: &Cx, id: OrganisationId, (approved, opinion): (bool, &str)) -> Result<()> {
    let review = store::find_review(tx, cx.tenant, id).await?.ok_or(Error::NotFound)?;
    policy::may_review(cx, &review)?;
    if policy::is_own(cx, &review) {
        return Err(Error::refused("organisations.review.own"));
    }
    store::decide_review(tx, cx, id, (approved, opinion)).await?;
    let team = store::find(tx, cx.tenant, id).await?;
    tx.record(cx, &Decided { organisation: id, approved, opinion: opinion.to_owned() });
    life::step(tx, cx, &team, if approved { State::Active } else { State::Ended }, opinion).await?;
    if let Some(leader) = review.leader_id.filter(|_| approved) {
        verbs::admit(tx, cx, (id, leader), MembershipRole::Leader, cx.today()).await?;
    }
    let told = [review.made_person, review.leader_id.map(|l| l.0)];
    let mut told: Vec<Raw> = told.into_iter().flatten().collect();
    told.dedup();
    let key = if approved { "organisations.message.approved" } else { "organisations.message.refused" };
    let word = Word::new(key).with("team", &team.name).with("why", opinion);
    messages::leave_all(tx, cx, &told, &word, &format!("/teams/{id}/application")).await
}

/// Hands on what lies too long to the body above; every half minute.
pub(crate) async fn hand_up(cx: Cx) -> Result<()> {
    let late = store::overdue(&cx.db, cx.tenant, cx.now).await?;
    if late.is_empty() {
        return Ok(());
    }
    let calendar = WorkCalendar::load(&cx.db).await?;
    for review in late {
        let due_at = due(&cx, &calendar, days(&cx.db, &cx).await?);
        let at = cx.clone();
        cx.write(review.organisation_id.lane(), async move |tx: &mut Tx<'_>| {
            let (level, desk) = above(tx, &at, &review).await?;
            if store::move_up(tx, at.tenant, &review, (level, desk.path()), due_at).await? {
                tx.record(&at, &MovedUp { organisation: review.organisation_id, level });
                call(tx, &at, &desk, (review.organisation_id, &review.name)).await?;
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// The desk above the one where an application lies.
async fn above(db: &impl Read, cx: &Cx, review: &Review) -> Result<(Level, Desk)> {
    let district = Desk { body: None, leaders: Vec::new() };
    if review.level != Level::Team {
        return Ok((Level::District, district));
    }
    let body = store::find_by_path(db, cx.tenant, crate::Tree::Team, &review.desk_path).await?;
    let next = parent(db, cx, body.as_ref()).await?;
    desk(db, cx, next).await
}

/// Applications on the work-list of the level where they lie now.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(policy::REVIEW) {
        return Ok(Vec::new());
    }
    let found = store::waiting(&cx.db, cx.tenant, &cx.reach(policy::REVIEW), 200).await?;
    let mut items = Vec::new();
    for review in found.into_iter().filter(|r| policy::is_theirs(&cx, r) && !policy::is_own(&cx, r)) {
        items.push(WorkItem {
            many: Some((crate::bulk::REVIEWS, review.organisation_id.0)),
            kind: "work.kind.team",
            tint: "tag-b",
            title: cx.say(&Word::new("organisations.review.work").with("team", &review.name)),
            facts: format!(
                "{} · {}",
                places::full_region_name(&cx, &review.region_code).await?,
                cx.t(&format!("organisations.kind.{}", review.kind))
            ),
            who: review.made_name.clone(),
            due: review.due_at,
            url: format!("/desk/teams/{}/review", review.organisation_id),
        });
    }
    Ok(items)
}
