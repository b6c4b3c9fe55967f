//! Making an activity: the draft and its changes, for page and program alike.

use crate::forms::{ActivityForm, Known};
use crate::model::{Activity, ActivityId, Exclusive, NewActivity, State};
use crate::pages::{held, held_activity};
use crate::{MANAGE, store};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, FieldErrors, Result, Target, Tx, Word};
use organisations::{Organisation, OrganisationId, Tree};
use places::Region;
use serde::Serialize;
use std::collections::HashMap;

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

/// Notes that a draft was made.
pub(crate) fn written(tx: &mut Tx<'_>, cx: &Cx, activity: ActivityId, title: String) {
    tx.record(cx, &Written { activity, title, deed: "made" });
}

/// Makes a draft of a team's.
///
/// # Errors
/// `Invalid` with every problem, by the names of the form's fields; `Refused` when the team is not at work.
pub(crate) async fn create(cx: &Cx, team: &Organisation, form: &ActivityForm) -> Result<ActivityId> {
    organisations::rules::at_work(team).map_err(Error::Refused)?;
    let new = check(cx, team, form, false).await?;
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
    let has_code = store::find(&cx.db, cx.tenant, id).await?.pass_sealed.is_some();
    let mut new = check(cx, team, form, has_code).await?;
    if let Some((_, rule)) = store::series::find(&cx.db, cx.tenant, id).await? {
        crate::series::follow(cx, &mut new, &rule).await?;
    }
    let at = cx.clone();
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        held(&at, MANAGE, &store::find(tx, at.tenant, id).await?)?;
        store::update_draft(tx, &at, id, &new).await?;
        if let Some((_, rule)) = store::series::find(tx, at.tenant, id).await? {
            store::series::keep(tx, &at, id, (new.starts_on, &rule)).await?;
        }
        tx.record(&at, &Written { activity: id, title: new.title, deed: "changed" });
        Ok(())
    })
    .await
}

/// What may exist of what was typed; where it is held must lie where the actor may act.
async fn check(cx: &Cx, team: &Organisation, form: &ActivityForm, has_code: bool) -> Result<NewActivity> {
    let site = match form.site.trim() {
        "" => None,
        id => match id.parse() {
            Ok(id) => Some(places::find_site(&cx.db, cx.tenant, id).await?),
            Err(_) => return Err(Error::Malformed(Word::new("error.form"))),
        },
    };
    let (teams, exclusive) = (teams(cx, form).await?, exclusive(cx, form).await?);
    let kinds = people::certificates::kinds(&cx.db, cx.tenant).await?;
    let known = Known { site: site.as_ref(), teams, exclusive, kinds, has_code };
    let new = form.check(cx, team, known).map_err(Error::Invalid)?;
    let region = places::find_region(&cx.db, &new.region).await.ok();
    let may = |r: &Region| cx.may(MANAGE, &Target { region: &r.code, organisation: &team.path, person: None }).is_ok();
    if !region.as_ref().is_some_and(may) {
        let mut errors = FieldErrors::none();
        errors.add("region", Word::new("form.choose"));
        return Err(Error::Invalid(errors));
    }
    Ok(new)
}

/// Most teams that one activity names.
pub(crate) const NAMED: usize = 60;

/// The teams whose names or numbers stand in the form, by what was typed.
async fn teams(cx: &Cx, form: &ActivityForm) -> Result<HashMap<String, std::result::Result<Organisation, Word>>> {
    let mut all = HashMap::new();
    for name in form.named_teams() {
        if all.contains_key(name) {
            continue;
        }
        if all.len() == NAMED {
            all.insert(name.to_owned(), Err(Word::new("activity.form.invited_many").with("n", NAMED)));
            break;
        }
        let mut found = organisations::find_by_name(&cx.db, cx.tenant, Tree::Team, name).await?;
        found.extend(organisations::find_by_number(&cx.db, cx.tenant, Tree::Team, name).await?);
        let team = match found.len() {
            0 => Err(Word::new("activity.form.invited_unknown").with("name", name)),
            1 => Ok(found.remove(0)),
            _ => Err(Word::new("activity.form.invited_twice").with("name", name)),
        };
        all.insert(name.to_owned(), team);
    }
    Ok(all)
}

/// The activities whose numbers stand in the form, a line each; whoever names one must be able to see it.
async fn exclusive(cx: &Cx, form: &ActivityForm) -> Result<std::result::Result<Vec<Exclusive>, Word>> {
    let mut all: Vec<Exclusive> = Vec::new();
    for line in form.exclusive_lines().take(6) {
        let number = line.split_whitespace().next().unwrap_or(line);
        let found = store::find_by_number(&cx.db, cx.tenant, number).await?;
        let Some(found) = found.filter(|a| a.state.is_public() || held(cx, MANAGE, a).is_ok()) else {
            return Ok(Err(Word::new("activity.form.exclusive_unknown").with("number", number)));
        };
        if all.iter().all(|e| e.activity != found.id) {
            all.push(Exclusive { activity: found.id, number: found.number, title: found.title });
        }
    }
    Ok(Ok(all))
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
