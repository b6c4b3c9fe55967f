//! What the desk enters about guardians.

use super::forms::{GuardianForm, PaperForm, WithdrawalForm, both};
use super::model::GuardianId;
use super::record::{Said, page};
use super::verbs::{self, band_of};
use crate::model::PersonId;
use crate::policy;
use axum::extract::Path;
use kernel::http::Multipart;
use kernel::{Answer, Cx, FieldErrors, Form, Result, Tx, Word};
use serde::Deserialize;

fn url(person: PersonId) -> String {
    format!("/desk/people/{person}/guardians")
}

pub(super) async fn create(cx: Cx, Path(person): Path<PersonId>, Form(form): Form<GuardianForm>) -> Result<Answer> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, policy::EDIT, &person).await?;
    let new = match form.check(band_of(&cx, &person)?, &person) {
        Ok(new) => new,
        Err(errors) => return cx.invalid(&page(&cx, person, Said { form, errors, ..Said::default() }).await?),
    };
    let (at, id) = (cx.clone(), person.id);
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        verbs::name(tx, &at, &person, (&new.name, new.phone.as_deref(), new.relation)).await
    })
    .await?;
    Ok(cx.see_other_saying(&url(id), &Word::new("people.guardian.named")))
}

pub(super) async fn consent(cx: Cx, Path(of): Path<(PersonId, GuardianId)>, parts: Multipart) -> Result<Answer> {
    let (person, guardian) = both(&cx, policy::EDIT, of).await?;
    let ((file, kind, bytes), for_data) = match PaperForm::read(parts).await?.check(band_of(&cx, &person)?) {
        Ok(checked) => checked,
        Err(errors) => {
            let said = Said { errors, of: Some(guardian.id), ..Said::default() };
            return cx.invalid(&page(&cx, person, said).await?);
        }
    };
    let (at, id) = (cx.clone(), person.id);
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        let file = kernel::files::insert_sealed(tx, &at, &file, kind, &bytes).await?;
        verbs::consent_on_paper(tx, &at, (&person, &guardian), (file, for_data)).await
    })
    .await?;
    Ok(cx.see_other_saying(&url(id), &Word::new("people.guardian.agreed")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Makes a link and shows it once.
pub(super) async fn link(cx: Cx, Path(of): Path<(PersonId, GuardianId)>, Form(_): Form<Nothing>) -> Result<Answer> {
    let (person, guardian) = both(&cx, policy::EDIT, of).await?;
    let (at, lane, minor, of) = (cx.clone(), person.id.lane(), person.clone(), guardian.id);
    let link = cx.write(lane, async move |tx: &mut Tx<'_>| verbs::make_link(tx, &at, &minor, &guardian).await).await?;
    let said = Said { link: Some(link), of: Some(of), errors: FieldErrors::none(), ..Said::default() };
    cx.page(&page(&cx, person, said).await?)
}

pub(super) async fn withdraw(
    cx: Cx,
    Path(of): Path<(PersonId, GuardianId)>,
    Form(form): Form<WithdrawalForm>,
) -> Result<Answer> {
    let (person, guardian) = both(&cx, policy::EDIT, of).await?;
    let reason = match form.check() {
        Ok(reason) => reason,
        Err(errors) => {
            let said = Said { errors, of: Some(guardian.id), reason: form.reason, ..Said::default() };
            return cx.invalid(&page(&cx, person, said).await?);
        }
    };
    let at = cx.clone();
    cx.once(person.id.lane(), async move |tx: &mut Tx<'_>| verbs::withdraw(tx, &at, &guardian, &reason).await).await?;
    Ok(cx.see_other_saying(&url(person.id), &Word::new("people.guardian.withdrawn")))
}
