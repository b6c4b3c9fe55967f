//! What the district holds about oneself: masked until one asks, each look in the trace, and who else looked.

use crate::deeds::OwnOpened;
use crate::store::request;
use askama::Template;
use kernel::http::{Cursor, Paged, filters};
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Tx, Word, audit, text_enum};
use organisations::Tree;
use organisations::model::MembershipOf;
use people::{Field, Person, PersonId, mask};
use serde::{Deserialize, Serialize};

/// What is masked until one asks, in the order of the page.
const FIELDS: [Field; 6] =
    [Field::Identity, Field::Phone, Field::BirthDate, Field::Address, Field::Email, Field::PoliticalStatus];

text_enum! {
    /// Why somebody looks at their own data.
    pub(crate) enum Why {
        /// To see whether it is right.
        Check = "check",
        /// To copy it into a form elsewhere.
        Form = "form",
        /// Because something seems wrong.
        Wrong = "wrong",
    }
}

#[derive(Template)]
#[template(path = "federation/data.html")]
struct Show {
    person: Person,
    number: String,
    place: String,
    fields: Vec<Masked>,
    whys: &'static [Why],
    teams: Vec<MembershipOf>,
    requests: Vec<request::Own>,
    errors: FieldErrors,
}

/// A field as it stands on the page.
struct Masked {
    field: Field,
    mask: String,
    shown: Option<String>,
}

pub(crate) async fn show(cx: Cx) -> Result<Answer> {
    cx.page(&page(&cx, None, FieldErrors::none()).await?)
}

async fn page(cx: &Cx, shown: Option<(Field, String)>, errors: FieldErrors) -> Result<Show> {
    let id = PersonId(cx.person()?);
    let person = people::find(&cx.db, cx.tenant, id).await?;
    let has_status = people::political_status(&cx.db, cx.tenant, id).await?.is_some()
        || !organisations::history_of(&cx.db, cx.tenant, id, Tree::Branch).await?.is_empty();
    let fields = FIELDS
        .into_iter()
        .filter_map(|field| {
            let mask = masked(field, &person, has_status)?;
            let shown = shown.as_ref().filter(|(which, _)| *which == field).map(|(_, text)| text.clone());
            Some(Masked { field, mask, shown })
        })
        .collect();
    Ok(Show {
        number: mask::spaced(person.volunteer_no.as_deref().unwrap_or_default()),
        place: places::full_region_name(cx, &person.region_code).await?,
        fields,
        whys: Why::ALL,
        teams: organisations::history_of(&cx.db, cx.tenant, id, Tree::Team).await?,
        requests: request::own(&cx.db, cx.tenant, id).await?,
        person,
        errors,
    })
}

/// What stands on the page before anybody asks; nothing where nothing is held.
pub(crate) fn masked(field: Field, person: &Person, has_status: bool) -> Option<String> {
    const STARS: &str = "****";
    match field {
        Field::Identity => person.id_tail.as_ref().map(|tail| format!("{STARS} {STARS} {STARS} {tail}")),
        Field::Phone => person.phone.as_deref().map(mask::phone),
        Field::BirthDate => person.birth_date.map(|_| STARS.to_owned()),
        Field::Address => person.address.as_ref().map(|_| STARS.to_owned()),
        Field::Email => person.email.as_ref().map(|_| STARS.to_owned()),
        Field::PoliticalStatus => has_status.then(|| STARS.to_owned()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    field: String,
    #[serde(default)]
    why: String,
}

pub(crate) async fn reveal(cx: Cx, Form(wish): Form<Wish>) -> Result<Answer> {
    let mut errors = FieldErrors::none();
    let field: Option<Field> = errors.choice("field", &wish.field);
    let why: Option<Why> = errors.choice("why", &wish.why);
    let (Some(field), Some(why)) = (field, why) else {
        return cx.invalid(&page(&cx, None, errors).await?);
    };
    let (at, id) = (cx.clone(), PersonId(cx.person()?));
    let text = cx
        .write(id.lane(), async move |tx: &mut Tx<'_>| {
            let text = open(tx, &at, id, field).await?.ok_or(Error::NotFound)?;
            tx.record(&at, &OwnOpened { object: Some(id.0), field: field.as_str(), reason: why.as_str() });
            Ok(text)
        })
        .await?;
    cx.page(&page(&cx, Some((field, text)), FieldErrors::none()).await?)
}

async fn open(tx: &Tx<'_>, cx: &Cx, id: PersonId, field: Field) -> Result<Option<String>> {
    if field == Field::PoliticalStatus {
        political(tx, cx, id).await
    } else {
        people::open_field(tx, cx, id, field).await
    }
}

/// The status that holds and the branches of now, in one line.
async fn political(tx: &Tx<'_>, cx: &Cx, id: PersonId) -> Result<Option<String>> {
    let mut parts = Vec::new();
    if let Some(status) = people::political_status(tx, cx.tenant, id).await? {
        parts.push(cx.t(&format!("people.political.{}", status.code)).to_owned());
        parts.extend(status.from_on.map(|day| cx.say(&Word::new("federation.since").with("day", day))));
    }
    let branches = organisations::history_of(tx, cx.tenant, id, Tree::Branch).await?;
    parts.extend(branches.into_iter().filter(|b| b.to_on.is_none()).map(|b| b.name));
    Ok((!parts.is_empty()).then(|| parts.join(" · ")))
}

#[derive(Template)]
#[template(path = "federation/trace.html")]
struct Trace {
    lines: Vec<Line>,
    next: Option<String>,
}

/// What was done with one's record.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Line {
    /// In the reader's language.
    deed: String,
    /// Who did it, or `you`, or nobody who was signed in, in the reader's language.
    actor: String,
    /// Beijing time.
    at: String,
    /// Why, where one had to say.
    reason: Option<String>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    /// Where the page before ended.
    cursor: Option<String>,
}

const PAGE: usize = 50;

pub(crate) async fn trace(cx: Cx, Query(query): Query<Page>) -> Result<Answer> {
    let page = lines(&cx, &query).await?;
    cx.page(&Trace { lines: page.items, next: page.next })
}

/// The trace of one's own record, the newest first, 50 at a time.
///
/// # Errors
/// `Malformed` for a cursor that no page gave.
pub(crate) async fn lines(cx: &Cx, query: &Page) -> Result<Paged<Line>> {
    let before = match Cursor::read(query.cursor.as_deref(), 3)? {
        Some(cursor) => Some((cursor.get(0)?, cursor.get(1)?, cursor.get(2)?)),
        None => None,
    };
    let filter = audit::Filter { object: Some(cx.person()?), before, ..audit::Filter::default() };
    let found = audit::list(&cx.db, cx.tenant, &filter, PAGE as i64 + 1).await?;
    let page = Paged::cut(found, PAGE, |l| vec![l.at.to_rfc3339(), l.chain.clone(), l.seq.to_string()]);
    Ok(page.map(|stored| line(cx, stored)))
}

/// A line as the one whom it is about may read it: what, who and when; the reason where one was given.
fn line(cx: &Cx, stored: audit::Stored) -> Line {
    let own = stored.account_id.is_some() && stored.account_id == cx.actor.account;
    let actor = match (own, stored.actor.is_empty()) {
        (true, _) => cx.t("federation.trace.you").to_owned(),
        (false, true) => cx.t("federation.trace.nobody").to_owned(),
        (false, false) => stored.actor,
    };
    let told = |name: &str| stored.detail.0.get(name).and_then(|v| v.as_str()).filter(|t| !t.is_empty());
    let reason = told("reason").map(|reason| match reason.parse::<Why>() {
        Ok(why) => cx.t(&format!("federation.why.{why}")).to_owned(),
        Err(_) => cx.t(&format!("people.reason.{reason}")).to_owned(),
    });
    let checked = || told("checked").map(|how| cx.t(&format!("account.recovery.checked.{how}")).to_owned());
    Line {
        deed: cx.t(&format!("deed.{}", stored.kind)).to_owned(),
        actor,
        at: kernel::words::moment(stored.at),
        reason: reason.or_else(checked),
    }
}
