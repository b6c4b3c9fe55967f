//! Making an activity: the draft and its changes, for page and program alike.

use crate::forms::ActivityForm;
use crate::model::{Activity, ActivityId, NewActivity, State};
use crate::pages::{held, held_activity};
use crate::{MANAGE, store};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, FieldErrors, Result, Target, Tx, Word};
use organisations::{Organisation, OrganisationId, Tree};
use places::Region;
use serde::Serialize;

#[derive(Serialize)]
struct Written {
    #[serde(skip)]
    activity: ActivityId,
    title: String,
    deed: &'static str,
}

impl Deed for Written {
    const KIND: &'static str = "activity.written";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("activity", Some(self.activity.0))
    }
}

/// Makes a draft of a team's.
///
/// # Errors
/// `Invalid` with every problem, by the names of the form's fields; `Refused` when the team is not at work.
pub(crate) async fn create(cx: &Cx, team: &Organisation, form: &ActivityForm) -> Result<ActivityId> {
    organisations::rules::at_work(team).map_err(Error::Refused)?;
    let new = check(cx, team, form).await?;
    let at = cx.clone();
    cx.once(team.id.lane(), async move |tx: &mut Tx<'_>| {
        let id = store::insert(tx, &at, &new).await?;
        tx.record(&at, &Written { activity: id, title: new.title, deed: "made" });
        Ok(id)
    })
    .await
}

/// Changes a draft to what was typed; its team stays.
///
/// # Errors
/// As `create`.
pub(crate) async fn update(cx: &Cx, (id, team): (ActivityId, &Organisation), form: &ActivityForm) -> Result<()> {
    let new = check(cx, team, form).await?;
    let at = cx.clone();
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        held(&at, MANAGE, &store::find(tx, at.tenant, id).await?)?;
        store::update_draft(tx, &at, id, &new).await?;
        tx.record(&at, &Written { activity: id, title: new.title, deed: "changed" });
        Ok(())
    })
    .await
}

/// What may exist of what was typed; where it is held must lie where the actor may act.
async fn check(cx: &Cx, team: &Organisation, form: &ActivityForm) -> Result<NewActivity> {
    let site = match form.site.trim() {
        "" => None,
        id => match id.parse() {
            Ok(id) => Some(places::find_site(&cx.db, cx.tenant, id).await?),
            Err(_) => return Err(Error::Malformed(Word::new("error.form"))),
        },
    };
    let new = form.check(cx, team, site.as_ref()).map_err(Error::Invalid)?;
    let region = places::find_region(&cx.db, &new.region).await.ok();
    let may = |r: &Region| cx.may(MANAGE, &Target { region: &r.code, organisation: &team.path, person: None }).is_ok();
    if !region.as_ref().is_some_and(may) {
        let mut errors = FieldErrors::none();
        errors.add("region", Word::new("form.choose"));
        return Err(Error::Invalid(errors));
    }
    Ok(new)
}

/// A team that the actor manages activities of.
pub(crate) async fn team(cx: &Cx, id: OrganisationId) -> Result<Organisation> {
    let team = organisations::find(&cx.db, cx.tenant, id).await?;
    let target = Target { region: &team.region_code, organisation: &team.path, person: None };
    if team.tree != Tree::Team || cx.may(MANAGE, &target).is_err() {
        return Err(Error::NotFound);
    }
    Ok(team)
}

/// A draft of the actor's teams, and whose it is; anything else cannot be changed any more.
pub(crate) async fn find(cx: &Cx, id: ActivityId) -> Result<(Activity, Organisation)> {
    let activity = held_activity(cx, id, MANAGE).await?;
    if activity.state != State::Draft {
        return Err(Error::refused("activity.refused.not_draft"));
    }
    let team = organisations::find(&cx.db, cx.tenant, activity.organisation_id).await?;
    Ok((activity, team))
}
