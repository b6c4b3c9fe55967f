//! More people in full than one person may take alone: one officer says what for, another one decides, and the first
//! fetches the file once within a day.

use super::{ALONE, Mark, fresh_list, sheet};
use crate::deeds::{ExportAsked, ExportDecided, Exported};
use crate::pages::{Wanted, district};
use crate::policy;
use crate::store::export::{self, ExportState, ExportWish};
use askama::Template;
use axum::extract::Path;
use chrono::Duration;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::policy::Scope;
use kernel::time::{WorkCalendar, day_start};
use kernel::{Answer, Cx, Error, FieldErrors, Form, Json, LaneKey, Result, Routes, Target, Tx, Word, WorkItem};
use serde::Deserialize;

/// Working days within which a wish is decided.
const DAYS: u32 = 3;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/desk/people/export/{wish}", policy::EXPORT, show)
        .post("/desk/people/export/{wish}/decision", policy::EXPORT, decide)
        .post("/desk/people/export/{wish}/file", policy::EXPORT, fetch)
}

fn url(wish: Raw) -> String {
    format!("/desk/people/export/{wish}")
}

/// Files the wish and leads to its page.
pub(super) async fn ask(cx: &Cx, wanted: Wanted, (format, reason): (&str, String), rows: usize) -> Result<Answer> {
    let due = WorkCalendar::load(&cx.db).await?.after(cx.today(), DAYS);
    let new = ExportWish {
        id: kernel::ids::fresh(),
        scope: scope(cx, &wanted.town),
        filter: Json(wanted),
        format: format.to_owned(),
        reason,
        row_count: i64::try_from(rows).unwrap_or(i64::MAX),
        state: ExportState::Waiting,
        made_at: cx.now,
        made_by: cx.actor.account.ok_or(Error::SignIn)?,
        made_person: cx.actor.person,
        made_name: cx.actor.name.clone(),
        due_at: day_start(due.succ_opt().unwrap_or(due)),
        decided_name: None,
        opinion: None,
        ends_at: None,
    };
    let at = cx.clone();
    let id: Raw = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            export::insert(tx, at.tenant, &new).await?;
            tx.record(&at, &ExportAsked { wish: Some(new.id), rows: new.row_count, reason: new.reason });
            Ok(new.id)
        })
        .await?;
    Ok(cx.see_other_saying(&url(id), &Word::new("people.export_asked").with("most", ALONE)))
}

/// The region that holds everybody in the file: the town that was chosen, else the whole of what the asker may take.
fn scope(cx: &Cx, town: &str) -> String {
    let mut held = cx.actor.grants.iter().filter(|grant| policy::EXPORT.roles.contains(&grant.role));
    match (town.trim(), held.next().map(|grant| &grant.scope), held.next()) {
        ("", Some(Scope::Region(code)), None) => code.clone(),
        ("", ..) => district(cx).to_owned(),
        (town, ..) => town.to_owned(),
    }
}

fn is_own(cx: &Cx, wish: &ExportWish) -> bool {
    let same_person = wish.made_person.is_some() && wish.made_person == cx.actor.person;
    cx.actor.account == Some(wish.made_by) || same_person
}

/// Who holds the whole of it may decide, but nobody about their own, by whichever account.
fn may_decide(cx: &Cx, wish: &ExportWish) -> bool {
    let target = Target { region: &wish.scope, ..Target::default() };
    !is_own(cx, wish) && cx.may(policy::EXPORT, &target).is_ok()
}

/// The wish, for the one who asked and for those who may decide; to others there is none.
async fn find(cx: &Cx, id: Raw) -> Result<ExportWish> {
    let wish = export::find(&cx.db, cx.tenant, id).await?;
    if is_own(cx, &wish) || may_decide(cx, &wish) { Ok(wish) } else { Err(Error::NotFound) }
}

#[derive(Template)]
#[template(path = "people/export_wish.html")]
struct Show {
    url: String,
    list: String,
    may_decide: bool,
    may_fetch: bool,
    over: bool,
    opinion: String,
    errors: FieldErrors,
    wish: ExportWish,
}

fn page(cx: &Cx, wish: ExportWish, opinion: String, errors: FieldErrors) -> Show {
    let open = wish.state == ExportState::Approved && wish.ends_at.is_some_and(|ends| cx.now < ends);
    Show {
        url: url(wish.id),
        list: format!("/desk/people{}", wish.filter.0.query("")),
        may_decide: wish.state == ExportState::Waiting && may_decide(cx, &wish),
        may_fetch: open && cx.actor.account == Some(wish.made_by),
        over: wish.state == ExportState::Approved && !open,
        opinion,
        errors,
        wish,
    }
}

async fn show(cx: Cx, Path(id): Path<Raw>) -> Result<Answer> {
    let wish = find(&cx, id).await?;
    cx.page(&page(&cx, wish, String::new(), FieldErrors::none()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    decision: String,
    #[serde(default)]
    opinion: String,
}

async fn decide(cx: Cx, Path(id): Path<Raw>, Form(form): Form<Decision>) -> Result<Answer> {
    let wish = find(&cx, id).await?;
    if !may_decide(&cx, &wish) {
        return Err(Error::refused("people.export_own"));
    }
    let mut errors = FieldErrors::none();
    let opinion = errors.optional_text("opinion", &form.opinion, 100).unwrap_or_default();
    let (state, ends_at) = match form.decision.as_str() {
        "approved" => (ExportState::Approved, Some(cx.now + Duration::days(1))),
        "refused" => (ExportState::Refused, None),
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    if state == ExportState::Refused && opinion.is_empty() {
        errors.add("opinion", Word::new("people.export_why_not"));
    }
    if !errors.is_empty() {
        return cx.invalid(&page(&cx, wish, form.opinion, errors));
    }
    let at = cx.clone();
    cx.once(LaneKey::of(id), async move |tx: &mut Tx<'_>| {
        export::decide(tx, &at, id, (state, &opinion, ends_at)).await?;
        tx.record(&at, &ExportDecided { wish: Some(id), approved: state == ExportState::Approved });
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying(&url(id), &Word::new("people.export_said")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

async fn fetch(cx: Cx, Path(id): Path<Raw>, Form(_): Form<Nothing>) -> Result<Answer> {
    let wish = find(&cx, id).await?;
    if cx.actor.account != Some(wish.made_by) {
        return Err(Error::refused("people.export_asker"));
    }
    let people = fresh_list(&cx, &wish.filter.0).await?;
    let rows = i64::try_from(people.len()).unwrap_or(i64::MAX);
    // A few have joined since it was decided; a list that has become another one is decided anew.
    if rows > wish.row_count + wish.row_count / 20 {
        return Err(Error::Refused(Word::new("people.export_grown").with("n", rows).with("was", wish.row_count)));
    }
    let format = if wish.format == "csv" { "csv" } else { "xlsx" };
    let second = wish.decided_name.clone().unwrap_or_default();
    let bytes = sheet(&cx, &people, (false, format), &Mark { reason: &wish.reason, second: Some(&second) }).await?;
    let at = cx.clone();
    cx.write(LaneKey::of(id), async move |tx: &mut Tx<'_>| {
        export::fetch(tx, &at, id).await?;
        let filter = wish.filter.0.query("");
        let deed =
            Exported { person: None, rows: people.len(), masked: false, format, reason: wish.reason, filter, second };
        tx.record(&at, &deed);
        Ok(())
    })
    .await?;
    Ok(super::download(&cx, format, bytes))
}

/// On the work-list: what one may decide, and one's own files that wait to be fetched.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(policy::EXPORT) {
        return Ok(Vec::new());
    }
    let found = export::pending(&cx, 100).await?;
    let item = |wish: ExportWish| {
        let key = match wish.state {
            ExportState::Waiting if may_decide(&cx, &wish) => "people.export_work",
            ExportState::Approved if cx.actor.account == Some(wish.made_by) => "people.export_ready",
            _ => return None,
        };
        Some(WorkItem {
            many: None,
            kind: "work.kind.export",
            tint: "tag-r",
            title: cx.say(&Word::new(key).with("n", wish.row_count)),
            facts: wish.reason,
            who: wish.made_name,
            due: wish.ends_at.unwrap_or(wish.due_at),
            url: url(wish.id),
        })
    };
    Ok(found.into_iter().filter_map(item).collect())
}
