//! The record of a person: facts masked, what other rooms know, and the trace.

use crate::duplicates::{self, PairRow};
use crate::model::{Person, PersonId};
use crate::private::Field;
use crate::{mask, policy, store};
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use kernel::http::filters;
use kernel::{Answer, Cx, Result, Word, audit};

/// A fact that is masked until somebody gives a reason.
pub(super) struct Fact {
    pub field: Field,
    pub masked: String,
    /// In clear, for sixty seconds.
    pub shown: Option<String>,
    /// Whether this reader may ask.
    pub may: bool,
}

struct Line {
    read: bool,
    actor: String,
    kind: String,
    field: Option<String>,
    reason: Option<String>,
    at: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "people/show.html")]
struct Show {
    person: Person,
    number: String,
    region: String,
    facts: Vec<Fact>,
    panels: Vec<String>,
    trace: Option<Vec<Line>>,
    may_edit: bool,
    doubles: Vec<PairRow>,
}

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>) -> Result<Answer> {
    let person = store::find(&cx.db, cx.tenant, person).await?;
    policy::may_read(&cx, &person).await?;
    if let Some(kept) = person.merged_into_id {
        return Ok(cx.see_other_saying(&format!("/desk/people/{kept}"), &Word::new("people.merge.moved")));
    }
    record(&cx, person, None).await
}

/// The record, with one field in clear when somebody just gave a reason.
pub(super) async fn record(cx: &Cx, person: Person, shown: Option<(Field, String)>) -> Result<Answer> {
    let may_private = policy::can(cx, policy::READ_PRIVATE, &person).await?;
    let may_open = policy::can(cx, policy::OPEN_ID, &person).await?;
    let facts = Field::ALL
        .iter()
        .map(|&field| Fact {
            field,
            masked: masked(field, &person),
            shown: shown.as_ref().filter(|(f, _)| *f == field).map(|(_, text)| text.clone()),
            may: if field == Field::Identity { may_open } else { may_private },
        })
        // That somebody has a political status at all is told only to those who may ask for it.
        .filter(|fact| fact.may || fact.field != Field::PoliticalStatus)
        .collect();
    let trace = if may_private { Some(lines(cx, person.id).await?) } else { None };
    let may_edit = policy::can(cx, policy::EDIT, &person).await?;
    let mut doubles = if may_edit { duplicates::of_person(&cx.db, cx.tenant, person.id).await? } else { Vec::new() };
    doubles.retain(|pair| {
        [&pair.region_code, &pair.other_region_code].iter().all(|code| policy::may_register(cx, code).is_ok())
    });
    let page = Show {
        number: mask::number_of(&person),
        region: places::full_region_name(cx, &person.region_code).await?,
        facts,
        panels: kernel::desk::panels(cx, "people.show", person.id.0).await?,
        trace,
        may_edit,
        doubles,
        person,
    };
    cx.page(&page)
}

pub(crate) fn masked(field: Field, person: &Person) -> String {
    match field {
        Field::BirthDate => mask::birth_of(person),
        Field::Identity => mask::identity_of(person),
        Field::Phone => mask::phone_of(person),
        Field::Email => person.email.as_ref().map(|_| "****".to_owned()).unwrap_or_default(),
        Field::Address => person.address.as_ref().map(|_| "****".to_owned()).unwrap_or_default(),
        Field::PoliticalStatus => "****".to_owned(),
    }
}

async fn lines(cx: &Cx, person: PersonId) -> Result<Vec<Line>> {
    let filter = audit::Filter { object: Some(person.0), ..audit::Filter::default() };
    let stored = audit::list(&cx.db, cx.tenant, &filter, 20).await?;
    let text = |line: &audit::Stored, name: &str| {
        line.detail.0.get(name).and_then(|v| v.as_str()).filter(|t| !t.is_empty()).map(str::to_owned)
    };
    Ok(stored
        .into_iter()
        .map(|line| Line {
            read: line.kind == "people.opened",
            field: text(&line, "field"),
            reason: text(&line, "reason"),
            actor: line.actor,
            kind: line.kind,
            at: line.at,
        })
        .collect())
}
