//! What a person says on their own page to a team that invites them.

use crate::deeds::RequestDecided;
use crate::store::request;
use axum::extract::Path;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Error, Form, Result, Tx, Word};
use organisations::OrganisationId;
use people::PersonId;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    decision: String,
}

pub(crate) async fn decide(cx: Cx, Path(id): Path<Raw>, Form(form): Form<Said>) -> Result<Answer> {
    let accepted = match form.decision.as_str() {
        "accepted" => true,
        "declined" => false,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    let person = PersonId(cx.person()?);
    let at = cx.clone();
    let team: String = cx
        .once(person.lane(), async move |tx: &mut Tx<'_>| {
            let found = organisations::answer_invitation(tx, &at, (id, person), accepted).await?;
            if accepted {
                settle(tx, &at, (found.organisation_id, person)).await?;
            }
            Ok(found.organisation_name)
        })
        .await?;
    let said = if accepted { "federation.invitation.accepted" } else { "federation.invitation.declined" };
    Ok(cx.see_other_saying("/me", &Word::new(said).with("team", team)))
}

/// Both wanted it: a request of the same person that still waits is answered by the yes.
async fn settle(tx: &mut Tx<'_>, cx: &Cx, (team, person): (OrganisationId, PersonId)) -> Result<()> {
    let Some(object) = request::find_open(tx, cx.tenant, (team, person)).await? else { return Ok(()) };
    request::decide(tx, cx, object, true, "").await?;
    let (object, person, organisation) = (Some(object), person.0, team.0);
    tx.record(cx, &RequestDecided { object, person, organisation, accepted: true });
    Ok(())
}

#[cfg(test)]
mod tests;
