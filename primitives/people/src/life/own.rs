//! One's own life cycle: where one stands and since when, going on, leaving, and asking to be erased.

use super::forms::{Nothing, OwnStep};
use super::model::{Basis, Erasure, Stage, StageRow};
use super::{ERASURE_DAYS, erasure, rules, store, verbs};
use crate::model::{Person, PersonId};
use askama::Template;
use futures_util::future::BoxFuture;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, End, Error, FieldErrors, Form, Result, Told, Tx, Word, parting};

#[derive(Template)]
#[template(path = "people/own_life.html")]
struct Show {
    rows: Vec<StageRow>,
    may_go_on: bool,
    may_leave: bool,
    leaving: Told,
    erasing: Told,
    erasure: Option<Erasure>,
    days: i64,
    errors: FieldErrors,
}

impl Show {
    fn open(&self) -> Option<&Erasure> {
        self.erasure.as_ref().filter(|erasure| erasure.is_open())
    }
}

async fn own(cx: &Cx) -> Result<Person> {
    crate::find(&cx.db, cx.tenant, PersonId(cx.person()?)).await
}

async fn page(cx: &Cx, person: Person, errors: FieldErrors) -> Result<Show> {
    let steps = rules::steps(person.stage());
    let may_leave = steps.contains(&Stage::Left) && person.stage() != Stage::Archived;
    Ok(Show {
        rows: store::history(&cx.db, cx.tenant, &person).await?,
        may_go_on: may_go_on(person.stage()),
        leaving: parting::tell(cx, person.id.0, End::Left).await?,
        erasing: parting::tell(cx, person.id.0, End::Erased).await?,
        erasure: store::erasure(&cx.db, cx.tenant, person.id).await?,
        days: ERASURE_DAYS.read(&cx.db, cx.tenant).await?,
        may_leave,
        errors,
    })
}

/// Whoever is dormant or left goes on by their own word; a candidate waits for the desk.
fn may_go_on(stage: Stage) -> bool {
    matches!(stage, Stage::Dormant | Stage::Left)
}

pub(super) async fn show(cx: Cx) -> Result<Answer> {
    let person = own(&cx).await?;
    cx.page(&page(&cx, person, FieldErrors::none()).await?)
}

/// Takes one's own step.
pub(super) async fn step(cx: &Cx, person: &Person, form: &OwnStep) -> Result<Stage> {
    let to: Stage = form.to.parse().map_err(|_| Error::Malformed(Word::new("error.form")))?;
    let basis = match to {
        Stage::Active if may_go_on(person.stage()) => Basis::Consent,
        Stage::Left if person.stage() != Stage::Archived => Basis::Withdrawal,
        _ => return Err(Error::refused("people.life.no_step")),
    };
    let (at, id, reason) = (cx.clone(), person.id, cx.t("people.life.own_word").to_owned());
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| verbs::move_to(tx, &at, id, (to, basis, &reason)).await).await?;
    Ok(to)
}

pub(super) async fn create(cx: Cx, Form(form): Form<OwnStep>) -> Result<Answer> {
    let person = own(&cx).await?;
    match step(&cx, &person, &form).await {
        Ok(Stage::Active) => Ok(cx.see_other_saying("/me/life", &Word::new("people.life.goes_on"))),
        Ok(_) => Ok(cx.see_other_saying("/me/life", &Word::new("people.life.you_left"))),
        Err(Error::Refused(word)) => {
            let errors = FieldErrors(vec![("leave", word)]);
            cx.invalid(&page(&cx, person, errors).await?)
        }
        Err(other) => Err(other),
    }
}

pub(super) async fn ask(cx: Cx, Form(_): Form<Nothing>) -> Result<Answer> {
    let person = own(&cx).await?;
    match erasure::ask(&cx, &person, (true, String::new())).await {
        Ok(()) => Ok(cx.see_other_saying("/me/life", &Word::new("people.erasure.asked_own"))),
        Err(Error::Refused(word)) => {
            let errors = FieldErrors(vec![("erase", word)]);
            cx.invalid(&page(&cx, person, errors).await?)
        }
        Err(other) => Err(other),
    }
}

pub(super) async fn withdraw(cx: Cx, Form(_): Form<Nothing>) -> Result<Answer> {
    erasure::take_back(&cx, PersonId(cx.person()?)).await?;
    Ok(cx.see_other_saying("/me/life", &Word::new("people.erasure.withdrawn")))
}

#[derive(Template)]
#[template(path = "people/life_own.html")]
struct Panel {
    stage: Stage,
    erasure: Option<Erasure>,
}

/// On one's own page, where something of it is not as usual.
pub(crate) fn panel_of_me(cx: Cx, id: Raw) -> BoxFuture<'static, Result<Option<String>>> {
    Box::pin(async move {
        let person = crate::find(&cx.db, cx.tenant, PersonId(id)).await?;
        let erasure = store::erasure(&cx.db, cx.tenant, person.id).await?.filter(Erasure::is_open);
        if person.stage() == Stage::Active && erasure.is_none() {
            return Ok(None);
        }
        cx.fragment(&Panel { stage: person.stage(), erasure }).map(Some)
    })
}
