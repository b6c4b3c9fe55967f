//! Holding an activity together: the team that holds it asks others, their leaders say yes or no. People come for the team that
//! they choose among theirs, so that each hour counts for one; people served count for the team that holds it, once.
//!
//! asked -> accepted -> ended; asked -> declined; whoever declined or was let go can be asked again.

use crate::MANAGE;
use crate::model::{Activity, ActivityId, PartnerState, State};
use crate::store;
use crate::store::partner::{self, Partner};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, FieldErrors, Result, Target, Tx, Word, text_enum};
use organisations::{Organisation, OrganisationId, Tree};
use serde::Serialize;

/// Most teams that hold an activity with another.
const MOST: usize = 12;

#[derive(Serialize)]
struct PartnerChanged {
    #[serde(skip)]
    activity: ActivityId,
    organisation: String,
    deed: &'static str,
}

impl Deed for PartnerChanged {
    const KIND: &'static str = "activity.partner";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

text_enum! {
    /// What is said to, or by, a team that was asked.
    pub enum Answer {
        /// It holds the activity, too.
        Accept = "accept",
        /// It does not.
        Decline = "decline",
        /// It does not any more; either side says so.
        End = "end",
    }
}

/// Whether the actor manages activities of the team that was asked.
pub(crate) fn leads(cx: &Cx, of: &Partner) -> bool {
    let target = Target { region: &of.region_code, organisation: &of.path, person: None };
    cx.may(MANAGE, &target).is_ok()
}

/// An activity with those who were asked, for whoever manages it or one of their teams; for others it is not there.
pub(crate) async fn visible(cx: &Cx, id: ActivityId) -> Result<(Activity, Vec<Partner>)> {
    let activity = store::find(&cx.db, cx.tenant, id).await?;
    let partners = partner::list(&cx.db, cx.tenant, id).await?;
    let asked = |p: &Partner| matches!(p.state, PartnerState::Asked | PartnerState::Accepted) && leads(cx, p);
    if cx.may(MANAGE, &activity.target()).is_err() && !partners.iter().any(asked) {
        return Err(Error::NotFound);
    }
    Ok((activity, partners))
}

/// The team that is meant by a name or a number.
async fn named(cx: &Cx, typed: &str) -> Result<Organisation> {
    let mut errors = FieldErrors::none();
    let name = errors.text("team", typed, 60);
    let mut found = organisations::find_by_name(&cx.db, cx.tenant, Tree::Team, &name).await?;
    found.extend(organisations::find_by_number(&cx.db, cx.tenant, Tree::Team, &name).await?);
    match found.len() {
        _ if !errors.is_empty() => {}
        0 => errors.add("team", Word::new("activity.form.invited_unknown").with("name", &name)),
        1 => return Ok(found.remove(0)),
        _ => errors.add("team", Word::new("activity.form.invited_twice").with("name", &name)),
    }
    Err(Error::Invalid(errors))
}

/// Asks a team, by its name or number; its leaders are told.
///
/// # Errors
/// `Invalid` when the team is not known; `Refused` when it is not at work, holds the activity already, or it is over.
pub(crate) async fn ask(cx: &Cx, id: ActivityId, typed: &str) -> Result<()> {
    let team = named(cx, typed).await?;
    organisations::rules::at_work(&team).map_err(Error::Refused)?;
    let at = cx.clone();
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        let activity = store::find(tx, at.tenant, id).await?;
        crate::pages::held(&at, MANAGE, &activity)?;
        not_over(&activity)?;
        let there = partner::list(tx, at.tenant, id).await?;
        let live = |p: &&Partner| matches!(p.state, PartnerState::Asked | PartnerState::Accepted);
        if activity.organisation_id == team.id || there.iter().filter(live).any(|p| p.organisation_id == team.id) {
            return Err(Error::refused("partner.refused.there"));
        }
        if there.iter().filter(live).count() >= MOST {
            return Err(Error::Refused(Word::new("partner.refused.many").with("n", MOST)));
        }
        partner::ask(tx, &at, id, team.id).await?;
        tx.record(&at, &PartnerChanged { activity: id, organisation: team.name.clone(), deed: "asked" });
        let word =
            Word::new("partner.message.asked").with("team", &activity.organisation_name).with("title", &activity.title);
        tell(tx, &at, (id, team.id), &word).await
    })
    .await
}

/// Says yes or no for a team, or lets it go; the other side is told.
///
/// # Errors
/// `Refused` when it was not asked, or answered already.
pub(crate) async fn answer(cx: &Cx, id: ActivityId, team: OrganisationId, said: Answer) -> Result<()> {
    let at = cx.clone();
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        let activity = store::find(tx, at.tenant, id).await?;
        let asked = partner::find(tx, at.tenant, id, team).await?;
        let Some(asked) = asked else { return Err(Error::refused("partner.refused.gone")) };
        let (ours, theirs) = (at.may(MANAGE, &activity.target()).is_ok(), leads(&at, &asked));
        let (to, may) = match said {
            Answer::Accept => (PartnerState::Accepted, theirs),
            Answer::Decline => (PartnerState::Declined, theirs),
            Answer::End => (PartnerState::Ended, ours || theirs),
        };
        if !may {
            return Err(Error::Forbidden(MANAGE.name));
        }
        not_over(&activity)?;
        let from = if said == Answer::End { asked.state } else { PartnerState::Asked };
        let live = matches!(asked.state, PartnerState::Asked | PartnerState::Accepted);
        if !live || !partner::answer(tx, &at, (id, team), (from, to)).await? {
            return Err(Error::refused("partner.refused.gone"));
        }
        tx.record(&at, &PartnerChanged { activity: id, organisation: asked.name.clone(), deed: to.as_str() });
        let (word, receiver) = match said {
            Answer::Accept => ("partner.message.accepted", activity.organisation_id),
            Answer::Decline => ("partner.message.declined", activity.organisation_id),
            Answer::End => ("partner.message.ended", if theirs && !ours { activity.organisation_id } else { team }),
        };
        let word = Word::new(word).with("team", &asked.name).with("title", &activity.title);
        tell(tx, &at, (id, receiver), &word).await
    })
    .await
}

fn not_over(activity: &Activity) -> Result<()> {
    let live = matches!(activity.state, State::Draft | State::Review | State::Open | State::Running);
    if live { Ok(()) } else { Err(Error::refused("partner.refused.over")) }
}

async fn tell(tx: &mut Tx<'_>, cx: &Cx, (id, team): (ActivityId, OrganisationId), word: &Word) -> Result<()> {
    let leaders: Vec<Raw> = partner::leaders(tx, cx.tenant, team).await?.into_iter().map(|p| p.0).collect();
    kernel::messages::leave_all(tx, cx, &leaders, word, &url(id)).await
}

/// The page of those who hold an activity together.
pub(crate) fn url(id: ActivityId) -> String {
    format!("/activities/{id}/partners")
}
