//! A guardian's own pages, by their own account: what they are asked for, what they agreed to, and taking it back. And what the
//! record and the minor's own page say of it.

use super::forms::ticks;
use super::model::{Guardian, GuardianId, GuardianState};
use super::rules::{self, Band};
use super::store::{self, Ward};
use super::verbs::{self, AskRead, band_of};
use crate::model::{Person, PersonId};
use crate::{mask, policy};
use askama::Template;
use axum::extract::Path;
use futures_util::future::BoxFuture;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Tx, Word};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Template)]
#[template(path = "people/guardian_ask.html")]
struct Ask {
    token: String,
    name: String,
    band: Band,
    errors: FieldErrors,
    form: ConsentForm,
}

/// What a guardian ticks.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ConsentForm {
    /// `on`: agrees that the minor serves.
    pub agrees: String,
    /// `on`: agrees separately to the data of a child under 14.
    pub for_data: String,
}

impl ConsentForm {
    /// Whether it holds for data, where both are ticked that are asked for.
    pub(super) fn check(&self, band: Band) -> std::result::Result<bool, FieldErrors> {
        let mut errors = FieldErrors::none();
        let on = |text: &str| kernel::forms::ticked(Some(text));
        ticks(&mut errors, band, (on(&self.agrees), on(&self.for_data)));
        if errors.is_empty() { Ok(on(&self.for_data)) } else { Err(errors) }
    }
}

pub(super) async fn ask(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    let (guardian, person) = verbs::by_link(&cx, &token).await?;
    let (at, deed) = (cx.clone(), AskRead { person: person.id, guardian: guardian.id });
    cx.write(person.id.lane(), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &deed);
        Ok(())
    })
    .await?;
    let band = band_of(&cx, &person)?;
    let form = ConsentForm::default();
    cx.page(&Ask { token, name: person.name, band, errors: FieldErrors::none(), form })
}

pub(super) async fn consent(cx: Cx, Path(token): Path<String>, Form(form): Form<ConsentForm>) -> Result<Answer> {
    let (guardian, person) = verbs::by_link(&cx, &token).await?;
    let band = band_of(&cx, &person)?;
    match form.check(band) {
        Ok(for_data) => agree(&cx, (guardian, person), for_data).await?,
        Err(errors) => return cx.invalid(&Ask { token, name: person.name, band, errors, form }),
    }
    Ok(cx.see_other_saying("/me/wards", &Word::new("people.guardian.agreed_own")))
}

/// Agrees; the link was read.
pub(super) async fn agree(cx: &Cx, (guardian, person): (Guardian, Person), for_data: bool) -> Result<()> {
    let at = cx.clone();
    cx.once(person.id.lane(), async move |tx: &mut Tx<'_>| {
        verbs::consent_by_account(tx, &at, (&person, &guardian), for_data).await
    })
    .await
}

#[derive(Template)]
#[template(path = "people/wards.html")]
struct Wards {
    wards: Vec<Ward>,
    errors: FieldErrors,
}

pub(super) async fn index(cx: Cx) -> Result<Answer> {
    let wards = store::wards(&cx.db, cx.tenant, PersonId(cx.person()?)).await?;
    cx.page(&Wards { wards, errors: FieldErrors::none() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) async fn withdraw(cx: Cx, Path(id): Path<GuardianId>, Form(_): Form<Nothing>) -> Result<Answer> {
    take_back(&cx, id).await?;
    Ok(cx.see_other_saying("/me/wards", &Word::new("people.guardian.withdrawn")))
}

/// Takes one's own consent back: no reason is asked for.
pub(super) async fn take_back(cx: &Cx, id: GuardianId) -> Result<()> {
    let guardian = store::find(&cx.db, cx.tenant, id).await?;
    if guardian.guardian_person_id != Some(PersonId(cx.person()?)) {
        return Err(Error::NotFound);
    }
    let at = cx.clone();
    cx.once(guardian.person_id.lane(), async move |tx: &mut Tx<'_>| verbs::withdraw(tx, &at, &guardian, "").await).await
}

#[derive(Template)]
#[template(path = "people/guardian_panel.html")]
struct Panel {
    url: String,
    band: Option<Band>,
    refused: Option<Word>,
    guardians: Vec<(Guardian, String)>,
}

async fn standing(cx: &Cx, person: &Person) -> Result<(Option<Band>, Option<Word>, Vec<Guardian>)> {
    let held = store::of_person(&cx.db, cx.tenant, person.id).await?;
    let given = held.iter().filter(|g| g.state == GuardianState::Given);
    let consent = given.map(|g| 1 + i64::from(g.for_data)).max();
    let band = person.birth_date.and_then(|born| rules::band(born, cx.today()));
    Ok((band, rules::refusal(person.birth_date, cx.today(), consent), held))
}

/// On the record of a minor, for those who may see S3: whether somebody agreed. Names and phones stand on their own page.
pub(crate) fn panel_of_record(cx: Cx, id: Raw) -> BoxFuture<'static, Result<Option<String>>> {
    Box::pin(async move {
        let person = crate::find(&cx.db, cx.tenant, PersonId(id)).await?;
        let (band, refused, held) = standing(&cx, &person).await?;
        if (band.is_none() && held.is_empty()) || !policy::can(&cx, policy::READ_PRIVATE, &person).await? {
            return Ok(None);
        }
        let masked = |guardian: Guardian| {
            let phone = guardian.phone.as_deref().map(mask::phone).unwrap_or_default();
            (guardian, phone)
        };
        let guardians = held.into_iter().map(masked).collect();
        let url = format!("{}/guardians", person.url());
        cx.fragment(&Panel { url, band, refused, guardians }).map(Some)
    })
}

#[derive(Template)]
#[template(path = "people/guardian_own.html")]
struct Own {
    refused: Option<Word>,
    wards: usize,
}

/// On one's own page: a minor sees what is missing, a guardian the way to what they agreed to.
pub(crate) fn panel_of_me(cx: Cx, id: Raw) -> BoxFuture<'static, Result<Option<String>>> {
    Box::pin(async move {
        let person = crate::find(&cx.db, cx.tenant, PersonId(id)).await?;
        let (band, refused, _) = standing(&cx, &person).await?;
        let wards = store::wards(&cx.db, cx.tenant, person.id).await?.len();
        if band.is_none() && wards == 0 {
            return Ok(None);
        }
        cx.fragment(&Own { refused: refused.filter(|_| band.is_some()), wards }).map(Some)
    })
}
