//! The life cycle of one person at the desk: where they stood, the next step with its effect, and erasing by two people.

use super::forms::{ErasureDecision, ErasureForm, Nothing, StepForm};
use super::model::{Basis, Erasure, Stage, StageRow};
use super::{erasure, rules, store, verbs};
use crate::model::{Person, PersonId};
use crate::policy;
use askama::Template;
use axum::extract::Path;
use futures_util::future::BoxFuture;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, End, Error, FieldErrors, Form, Result, Told, Tx, Word, parting};

#[derive(Template)]
#[template(path = "people/life.html")]
struct Show {
    person: Person,
    rows: Vec<StageRow>,
    steps: &'static [Stage],
    /// What leaving would end, where it is a step.
    leaving: Told,
    may_move: bool,
    erasure: Option<Erasure>,
    erasing: Told,
    may_decide: bool,
    form: StepForm,
    reason: String,
    errors: FieldErrors,
    step_errors: bool,
}

impl Show {
    fn url(&self) -> String {
        format!("{}/life", self.person.url())
    }

    fn errors_of(&self, step: bool) -> FieldErrors {
        if step == self.step_errors { self.errors.clone() } else { FieldErrors::none() }
    }

    /// Whether an erasing waits for somebody or for its day.
    fn waits(&self) -> bool {
        self.erasure.as_ref().is_some_and(Erasure::is_open)
    }

    fn may_leave(&self) -> bool {
        self.steps.contains(&Stage::Left)
    }

    /// The bases of the steps from here.
    fn bases(&self) -> Vec<Basis> {
        let mut all: Vec<Basis> = self.steps.iter().flat_map(|step| rules::bases(*step)).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What is typed and wrong.
#[derive(Default)]
struct Said {
    form: StepForm,
    reason: String,
    errors: FieldErrors,
    step: bool,
}

async fn page(cx: &Cx, person: Person, said: Said) -> Result<Show> {
    let may_move = policy::can(cx, policy::LIFE, &person).await? && person.merged_into_id.is_none();
    let steps = if may_move { rules::steps(person.stage()) } else { &[] };
    let leaving = match steps.contains(&Stage::Left) {
        true => parting::tell(cx, person.id.0, End::Left).await?,
        false => Told::default(),
    };
    let erasure = store::erasure(&cx.db, cx.tenant, person.id).await?.filter(|_| may_move);
    let erasing = match may_move && person.erased_at.is_none() {
        true => parting::tell(cx, person.id.0, End::Erased).await?,
        false => Told::default(),
    };
    let may_decide = match &erasure {
        Some(found) => policy::can(cx, policy::ERASE, &person).await? && !erasure::is_own(cx, found),
        None => false,
    };
    Ok(Show {
        rows: store::history(&cx.db, cx.tenant, &person).await?,
        steps,
        leaving,
        may_move,
        erasure,
        erasing,
        may_decide,
        person,
        form: said.form,
        reason: said.reason,
        errors: said.errors,
        step_errors: said.step,
    })
}

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>) -> Result<Answer> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may_read(&cx, &person).await?;
    cx.page(&page(&cx, person, Said::default()).await?)
}

async fn movable(cx: &Cx, id: PersonId) -> Result<Person> {
    let person = crate::find(&cx.db, cx.tenant, id).await?;
    policy::may(cx, policy::LIFE, &person).await?;
    Ok(person)
}

pub(super) async fn create(cx: Cx, Path(person): Path<PersonId>, Form(form): Form<StepForm>) -> Result<Answer> {
    let person = movable(&cx, person).await?;
    let url = format!("{}/life", person.url());
    let moved = match form.check(person.stage()) {
        Ok(step) => take(&cx, person.id, step).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let errors = match moved {
        Ok(()) => return Ok(cx.see_other_saying(&url, &Word::new("people.life.moved"))),
        Err(Error::Invalid(errors)) => errors,
        Err(Error::Refused(word)) => FieldErrors(vec![("to", word)]),
        Err(other) => return Err(other),
    };
    cx.invalid(&page(&cx, person, Said { form, errors, step: true, ..Said::default() }).await?)
}

/// Takes a step that was checked.
pub(super) async fn take(cx: &Cx, person: PersonId, (to, basis, reason): (Stage, Basis, String)) -> Result<()> {
    let at = cx.clone();
    cx.once(person.lane(), async move |tx: &mut Tx<'_>| verbs::move_to(tx, &at, person, (to, basis, &reason)).await)
        .await
}

pub(super) async fn ask(cx: Cx, Path(person): Path<PersonId>, Form(form): Form<ErasureForm>) -> Result<Answer> {
    let person = movable(&cx, person).await?;
    let url = format!("{}/life", person.url());
    let mut errors = FieldErrors::none();
    let reason = errors.text("reason", &form.reason, 200);
    let asked = match errors.is_empty() {
        true => erasure::ask(&cx, &person, (false, reason)).await,
        false => Err(Error::Invalid(errors)),
    };
    let errors = match asked {
        Ok(()) => return Ok(cx.see_other_saying(&url, &Word::new("people.erasure.asked"))),
        Err(Error::Invalid(errors)) => errors,
        Err(Error::Refused(word)) => FieldErrors(vec![("reason", word)]),
        Err(other) => return Err(other),
    };
    cx.invalid(&page(&cx, person, Said { reason: form.reason, errors, ..Said::default() }).await?)
}

pub(super) async fn decide(cx: Cx, Path(person): Path<PersonId>, Form(form): Form<ErasureDecision>) -> Result<Answer> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, policy::ERASE, &person).await?;
    let yes = form.yes()?;
    erasure::decide(&cx, person.id, yes).await?;
    let word = if yes { "people.erasure.agreed" } else { "people.erasure.refused" };
    Ok(cx.see_other_saying(&format!("{}/life", person.url()), &Word::new(word)))
}

pub(super) async fn withdraw(cx: Cx, Path(person): Path<PersonId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let person = movable(&cx, person).await?;
    erasure::take_back(&cx, person.id).await?;
    Ok(cx.see_other_saying(&format!("{}/life", person.url()), &Word::new("people.erasure.withdrawn")))
}

#[derive(Template)]
#[template(path = "people/life_panel.html")]
struct Panel {
    url: String,
    row: StageRow,
}

/// On the record: since when they stand where they stand.
pub(crate) fn panel_of_record(cx: Cx, id: Raw) -> BoxFuture<'static, Result<Option<String>>> {
    Box::pin(async move {
        let person = crate::find(&cx.db, cx.tenant, PersonId(id)).await?;
        let Some(row) = store::history(&cx.db, cx.tenant, &person).await?.into_iter().next() else { return Ok(None) };
        cx.fragment(&Panel { url: format!("{}/life", person.url()), row }).map(Some)
    })
}
