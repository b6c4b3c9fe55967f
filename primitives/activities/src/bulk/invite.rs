//! Inviting many teams of the list to one activity, and taking it back. A draft's teams are its manager's to choose; once it is open,
//! who else may come is for those who publish.

use crate::drafts::NAMED;
use crate::model::{Activity, Invited, Scope, State};
use crate::{MANAGE, REVIEW, store};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use kernel::bulk::BulkDeed;
use kernel::db::Json;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Read, Result, Tx, Word, args};
use organisations::{Organisation, OrganisationId};
use serde::Serialize;

/// Invites many teams to the activity of a number.
pub(crate) const INVITE: BulkDeed = BulkDeed {
    list: "teams",
    name: "activities.invite",
    permission: MANAGE,
    asks: "activity.bulk.number",
    names,
    check: |cx, id, number| Box::pin(check(cx, id, number)),
    act: |tx, cx, id, number| change(tx, cx, (id, true), number),
    back: Some(|tx, cx, id, number| change(tx, cx, (id, false), number)),
};

#[derive(Serialize)]
struct InvitedTeam {
    #[serde(skip)]
    activity: crate::ActivityId,
    organisation: String,
    invited: bool,
}

impl Deed for InvitedTeam {
    const KIND: &'static str = "activity.invited";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

fn names(cx: Cx, ids: Vec<Raw>) -> BoxFuture<'static, Result<Vec<(Raw, String)>>> {
    Box::pin(async move {
        let ids: Vec<OrganisationId> = ids.into_iter().map(OrganisationId).collect();
        let found = organisations::find_many(&cx.db, cx.tenant, &ids).await?;
        let known = |team: &Organisation| organisations::policy::can(&cx, organisations::policy::READ, team);
        Ok(found.into_iter().filter(known).map(|team| (team.id.0, team.name)).collect())
    })
}

/// The activity of a number whose teams the actor may choose now.
async fn activity(db: &impl Read, cx: &Cx, number: &str) -> Result<Activity> {
    let found = store::find_by_number(db, cx.tenant, number.trim()).await?;
    let held = found.filter(|activity| cx.may(MANAGE, &activity.target()).is_ok());
    let activity = held.ok_or_else(|| Error::refused("activity.bulk.no_activity"))?;
    let word = match activity.state {
        _ if activity.scope != Scope::Teams => "activity.bulk.not_teams",
        State::Draft => return Ok(activity),
        State::Open if cx.may(REVIEW, &activity.target()).is_ok() => return Ok(activity),
        State::Open => "activity.bulk.officer",
        _ => "activity.bulk.closed",
    };
    Err(Error::refused(word))
}

/// Why a team cannot be added to those that are invited.
fn against(of: &Activity, team: &Organisation) -> Option<Word> {
    if let Err(word) = organisations::rules::at_work(team) {
        return Some(word);
    }
    if of.organisation_id == team.id || of.invited.0.iter().any(|i| i.team == team.id) {
        return Some(Word::new("activity.bulk.invited_already"));
    }
    (of.invited.0.len() >= NAMED).then(|| Word::new("activity.form.invited_many").with("n", NAMED))
}

async fn check(cx: Cx, id: Raw, number: String) -> Result<Option<Word>> {
    let activity = match activity(&cx.db, &cx, &number).await {
        Err(Error::Refused(word)) => return Ok(Some(word)),
        found => found?,
    };
    let team = organisations::find(&cx.db, cx.tenant, OrganisationId(id)).await?;
    Ok(against(&activity, &team))
}

fn change<'t>(tx: &'t mut Tx<'_>, cx: Cx, (id, add): (Raw, bool), number: String) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        let found = activity(tx, &cx, &number).await?;
        // The row is this transaction's before its teams are read, so that two lists of them do not undo each other.
        let sql = "UPDATE activity SET updated_at = $1 WHERE tenant_id = $2 AND id = $3";
        tx.execute(sql, args![cx.now, cx.tenant, found.id]).await?;
        let activity = activity(tx, &cx, &number).await?;
        let team = organisations::find(tx, cx.tenant, OrganisationId(id)).await?;
        let mut invited = activity.invited.0.clone();
        if add {
            if let Some(word) = against(&activity, &team) {
                return Err(Error::Refused(word));
            }
            invited.push(Invited { team: team.id, name: team.name.clone() });
        } else {
            invited.retain(|i| i.team != team.id);
            if invited.len() == activity.invited.0.len() {
                return Err(Error::refused("activity.bulk.not_invited"));
            }
        }
        let sql = "UPDATE activity SET invited = $1 WHERE tenant_id = $2 AND id = $3";
        tx.execute(sql, args![Json(&invited), cx.tenant, activity.id]).await?;
        tx.record(&cx, &InvitedTeam { activity: activity.id, organisation: team.name.clone(), invited: add });
        if add && activity.state == State::Open { tell(tx, &cx, &activity, &team).await } else { Ok(()) }
    })
}

/// An open activity waits for nobody: the leaders of the team hear of it now.
async fn tell(tx: &mut Tx<'_>, cx: &Cx, activity: &Activity, team: &Organisation) -> Result<()> {
    let leaders = organisations::leaders_of(tx, cx.tenant, &[team.id]).await?.remove(&team.id).unwrap_or_default();
    let leaders: Vec<Raw> = leaders.into_iter().filter(|l| l.role.leads()).map(|l| l.person_id.0).collect();
    let word = Word::new("activity.message.invited").with("team", &team.name).with("title", &activity.title);
    kernel::messages::leave_all(tx, cx, &leaders, &word, &activity.url()).await
}
