//! The desk: the list of what does not count yet, and one with what the system checked and the decision.

use super::decisions::{self, bar};
use super::forms::PendingFilter;
use super::model::{Objection, Pending, PendingState, Shown};
use super::store::{self, Listed};
use super::{evidence, verbs};
use crate::forms::DecisionForm;
use crate::model::{EntryId, Method};
use crate::pages::{Sheet, method_word};
use crate::policy::REVIEW;
use crate::{settings, store as ledger};
use askama::Template;
use axum::extract::Path;
use kernel::bulk::BulkDeed;
use kernel::http::{Paged, filters};
use kernel::ids::Raw;
use kernel::tables::Out;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Target, Tx, Word};
use places::Region;

const PAGE: usize = 50;
const MOST_EXPORTED: usize = 50_000;

#[derive(Template)]
#[template(path = "hours/pending_index.html")]
struct Index {
    filter: PendingFilter,
    query: String,
    rows: Vec<Listed>,
    next: Option<String>,
    towns: Vec<Region>,
    states: &'static [PendingState],
    methods: &'static [Method],
    views: String,
    deeds: Vec<BulkDeed>,
}

impl Index {
    fn is_state(&self, state: &PendingState) -> bool {
        self.filter.state == state.as_str()
    }

    fn is_method(&self, method: &Method) -> bool {
        self.filter.method == method.as_str()
    }
}

pub(crate) async fn index(cx: Cx, Query(filter): Query<PendingFilter>) -> Result<Answer> {
    let rows = store::list(&cx.db, filter.page(&cx).await?, 51).await?;
    let page = Paged::cut(rows, PAGE, |r| vec![r.made_at.to_rfc3339(), r.id.to_string()]);
    let mut towns = places::towns(&cx).await?;
    towns.retain(|town| cx.may(REVIEW, &Target { region: &town.code, ..Target::default() }).is_ok());
    let views = kernel::views::chips(&cx, "pending_hours", &filter.query()).await?;
    cx.page(&Index {
        views,
        deeds: kernel::bulk::offered(&cx, crate::bulk::PENDING),
        query: filter.query(),
        filter,
        rows: page.items,
        next: page.next,
        towns,
        states: PendingState::ALL,
        methods: Method::ALL,
    })
}

pub(crate) async fn export(cx: Cx, Query(filter): Query<PendingFilter>) -> Result<Answer> {
    let limit = i64::try_from(MOST_EXPORTED).unwrap_or(i64::MAX) + 1;
    let rows = store::list(&cx.db, filter.wanted(&cx).await?, limit).await?;
    if rows.len() > MOST_EXPORTED {
        return Err(Error::Refused(Word::new("hours.export.too_many").with("most", MOST_EXPORTED)));
    }
    let shown = PendingFilter { q: if filter.q.trim().is_empty() { String::new() } else { "*".to_owned() }, ..filter };
    let sheet = Sheet {
        name: "hours.pending.export.name",
        columns: &[
            ("hours.person", 12),
            ("hours.volunteer_no", 20),
            ("hours.team", 28),
            ("hours.activity", 32),
            ("hours.day", 12),
            ("hours.from", 8),
            ("hours.to", 8),
            ("hours.hours", 8),
            ("hours.method", 12),
            ("hours.pending.standing", 12),
            ("hours.pending.remark", 28),
            ("hours.entered_by", 12),
            ("hours.pending.first", 12),
            ("hours.pending.second", 12),
        ],
        rows: rows.iter().map(|row| row.cells(&cx)).collect(),
        filter: shown.query(),
    };
    sheet.send(&cx, shown.format == "csv").await
}

impl Listed {
    fn method_word(&self) -> &'static str {
        method_word(self.method)
    }

    fn cells(&self, cx: &Cx) -> Vec<Out> {
        vec![
            Out::Text(self.person_name.clone()),
            Out::maybe(self.volunteer_no.clone()),
            Out::Text(self.team_name.clone()),
            Out::Text(self.title.clone()),
            Out::Date(self.day),
            Out::Text(kernel::words::time(self.started_at)),
            Out::Text(kernel::words::time(self.ended_at)),
            Out::Hours(self.minutes),
            Out::Text(cx.t(self.method_word()).to_owned()),
            Out::Text(cx.t(self.state.word()).to_owned()),
            Out::maybe(self.reason.clone()),
            Out::Text(self.entered_name.clone()),
            Out::maybe(self.first_name.clone()),
            Out::maybe(self.second_name.clone()),
        ]
    }
}

#[derive(Template)]
#[template(path = "hours/pending.html")]
struct Show {
    pending: Pending,
    person: String,
    team: String,
    method: &'static str,
    shown: Vec<Shown>,
    objections: Vec<Objection>,
    /// What the system can know, with its class: empty, `warn` or `stop`.
    checks: Vec<(&'static str, Word)>,
    /// Why this reader may not decide, if they may not.
    bar: Option<Word>,
    effect: Word,
    errors: FieldErrors,
    form: DecisionForm,
}

impl Show {
    /// Whether anybody decides about it now.
    fn waits(&self) -> bool {
        matches!(self.pending.state, PendingState::Waiting | PendingState::Held | PendingState::Objected)
    }

    fn is_objected(&self) -> bool {
        self.pending.state == PendingState::Objected
    }

    fn is_entered(&self) -> bool {
        self.pending.state == PendingState::Entered
    }
}

async fn record(cx: &Cx, pending: Pending, errors: FieldErrors, form: DecisionForm) -> Result<Show> {
    let objections = store::objections(&cx.db, cx.tenant, pending.id).await?;
    let open = objections.iter().find(|o| o.upheld.is_none());
    Ok(Show {
        person: ledger::person_name(&cx.db, cx.tenant, pending.person_id).await?,
        team: ledger::team_name(&cx.db, cx.tenant, pending.organisation_id).await?,
        method: method_word(pending.method),
        shown: store::shown(&cx.db, cx.tenant, pending.id).await?,
        checks: checks(cx, &pending).await?,
        bar: bar(cx, &pending, open),
        effect: effect(cx, &pending).await?,
        objections,
        pending,
        errors,
        form,
    })
}

/// What the system can know before a person looks at it.
async fn checks(cx: &Cx, pending: &Pending) -> Result<Vec<(&'static str, Word)>> {
    let mut checks = Vec::new();
    if !pending.state.is_live() {
        return Ok(checks);
    }
    let there = store::day_minutes(&cx.db, cx.tenant, pending.person_id, pending.day).await?;
    let most = settings::DAY_LIMIT.read(&cx.db, cx.tenant).await?;
    let day = there + pending.minutes;
    let said = |key| Word::new(key).with("hours", kernel::words::hours(day)).with("most", most);
    match day > most * 60 {
        true => checks.push(("warn", said("hours.pending.check.over"))),
        false => checks.push(("", said("hours.pending.check.within"))),
    }
    if pending.method == Method::Own && store::shown(&cx.db, cx.tenant, pending.id).await?.is_empty() {
        checks.push(("warn", Word::new("hours.pending.check.no_evidence")));
    }
    if let Some(until) = pending.posted_until {
        let last = kernel::words::short_date(cx.lang, verbs::last_day(until));
        checks.push(("", Word::new("hours.pending.check.posted").with("day", last)));
    }
    Ok(checks)
}

/// What a yes leads to.
async fn effect(cx: &Cx, pending: &Pending) -> Result<Word> {
    let there = store::day_minutes(&cx.db, cx.tenant, pending.person_id, pending.day).await?;
    let over = settings::over_limit(&cx.db, cx.tenant, there + pending.minutes).await?;
    let key = match pending.state {
        PendingState::Objected => "hours.pending.effect.objected",
        PendingState::Waiting if over => "hours.pending.effect.second",
        _ if pending.notice && pending.posted_until.is_none() => "hours.pending.effect.posted",
        _ => "hours.pending.effect.entered",
    };
    let days = settings::NOTICE_DAYS.read(&cx.db, cx.tenant).await?;
    Ok(Word::new(key).with("days", days).with("hours", kernel::words::hours(pending.minutes)))
}

pub(crate) async fn show(cx: Cx, Path(pending): Path<EntryId>) -> Result<Answer> {
    let pending = decisions::find(&cx, pending).await?;
    cx.page(&record(&cx, pending, FieldErrors::none(), DecisionForm::default()).await?)
}

/// A file that was shown, to keep or as a picture.
pub(crate) async fn proof(cx: Cx, Path((pending, proof)): Path<(EntryId, Raw)>) -> Result<Answer> {
    let pending = decisions::find(&cx, pending).await?;
    let at = cx.clone();
    let look = async move |tx: &mut Tx<'_>| evidence::look(tx, &at, &pending, proof).await;
    let file = cx.write(kernel::LaneKey::of(cx.tenant.0), look).await?;
    Ok(cx.download(&file.name, &file.kind, file.content))
}

pub(crate) async fn decide(cx: Cx, Path(id): Path<EntryId>, Form(form): Form<DecisionForm>) -> Result<Answer> {
    let pending = decisions::find(&cx, id).await?;
    match decisions::settle(&cx, &pending, &form).await {
        Ok(state) => {
            let word = match state {
                PendingState::Held => "hours.pending.done.held",
                PendingState::Posted => "hours.pending.done.posted",
                PendingState::Entered => "hours.pending.done.entered",
                _ => "hours.pending.done.returned",
            };
            Ok(cx.see_other_saying(&pending.url(), &Word::new(word)))
        }
        Err(Error::Invalid(errors)) => cx.invalid(&record(&cx, pending, errors, form).await?),
        Err(error) => Err(error),
    }
}
