//! The guardians of one minor at the desk: in clear for those who may see S3, each look with its line.

use super::forms::{GuardianForm, both};
use super::model::{Guardian, GuardianId};
use super::rules::{self, Band};
use super::verbs::{LINK_DAYS, Read, ScanRead};
use super::{Relation, store};
use crate::model::{Person, PersonId};
use crate::policy;
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Result, Tx};

/// What stands on the page beside the guardians.
#[derive(Default)]
pub(super) struct Said {
    /// What was typed of a new guardian.
    pub form: GuardianForm,
    /// Why somebody takes a consent back.
    pub reason: String,
    /// What is wrong.
    pub errors: FieldErrors,
    /// Of which guardian, where it is not the new one.
    pub of: Option<GuardianId>,
    /// A link that was just made.
    pub link: Option<String>,
}

#[derive(Template)]
#[template(path = "people/guardians.html")]
pub(super) struct Show {
    person: Person,
    band: Option<Band>,
    guardians: Vec<Guardian>,
    refused: Option<kernel::Word>,
    may_edit: bool,
    days: i64,
    relations: &'static [Relation],
    said: Said,
}

impl Show {
    fn url(&self) -> String {
        format!("{}/guardians", self.person.url())
    }

    /// The errors that belong to the form of a new guardian.
    fn new_errors(&self) -> FieldErrors {
        if self.said.of.is_none() { self.said.errors.clone() } else { FieldErrors::none() }
    }

    /// Whether what was said is about this guardian.
    fn is_of(&self, guardian: &Guardian) -> bool {
        self.said.of == Some(guardian.id)
    }

    /// The errors that belong to a guardian's own forms.
    fn errors_of(&self, guardian: &Guardian) -> FieldErrors {
        if self.is_of(guardian) { self.said.errors.clone() } else { FieldErrors::none() }
    }

    /// The id of a field: the summary of errors leads to the one that is wrong, and no two have the same.
    fn id_of(&self, guardian: &Guardian, name: &str) -> String {
        if self.is_of(guardian) { name.to_owned() } else { format!("{name}-{}", guardian.id) }
    }

    fn reason_of(&self, guardian: &Guardian) -> &str {
        if self.is_of(guardian) { &self.said.reason } else { "" }
    }

    fn asks_data(&self) -> bool {
        self.band.is_some_and(Band::asks_data)
    }

    fn asks_phone(&self) -> bool {
        self.band.is_some_and(Band::asks_phone)
    }
}

/// The page; whoever gets it leaves the line.
pub(super) async fn page(cx: &Cx, person: Person, said: Said) -> Result<Show> {
    let guardians = read(cx, person.id).await?;
    let consent = guardians.iter().filter(|g| g.state == super::GuardianState::Given);
    let consent = consent.map(|g| 1 + i64::from(g.for_data)).max();
    Ok(Show {
        band: person.birth_date.and_then(|born| rules::band(born, cx.today())),
        refused: rules::refusal(person.birth_date, cx.today(), consent),
        may_edit: policy::can(cx, policy::EDIT, &person).await?,
        days: LINK_DAYS,
        relations: Relation::ALL,
        guardians,
        person,
        said,
    })
}

/// A person's guardians, with the line of the look.
pub(super) async fn read(cx: &Cx, person: PersonId) -> Result<Vec<Guardian>> {
    let at = cx.clone();
    cx.write(person.lane(), async move |tx: &mut Tx<'_>| {
        let found = store::of_person(tx, at.tenant, person).await?;
        tx.record(&at, &Read { person, lines: found.len() });
        Ok(found)
    })
    .await
}

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>) -> Result<Answer> {
    let person = crate::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, policy::READ_PRIVATE, &person).await?;
    cx.page(&page(&cx, person, Said::default()).await?)
}

/// The signed paper, opened for whoever reads it (S4 by what may stand on it): the line in the same transaction.
pub(super) async fn scan(cx: Cx, Path(of): Path<(PersonId, GuardianId)>) -> Result<Answer> {
    let (person, guardian) = both(&cx, policy::READ_PRIVATE, of).await?;
    let file = guardian.file_id.ok_or_else(|| Error::refused("people.guardian.no_scan"))?;
    let (at, id) = (cx.clone(), guardian.id);
    let file = cx
        .write(person.id.lane(), async move |tx: &mut Tx<'_>| {
            tx.record(&at, &ScanRead { person: person.id, guardian: id });
            kernel::files::open_sealed(tx, &at, file).await
        })
        .await?;
    let file = file.expose();
    Ok(cx.download(&file.name, &file.kind, file.content.clone()))
}
