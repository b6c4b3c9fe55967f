//! Held again and again: the rule with what it would make, one session changed alone, and the whole once more.

use super::{held_activity, held_session};
use crate::copies::{Copy, copy, copy_plan};
use crate::forms::{MoveForm, SeriesForm};
use crate::model::{Activity, ActivityId, NewSession, Session, SessionId, State};
use crate::rules::series::{Cycle, Series};
use crate::series::{apply, cancel_session, end, may_lengthen, move_session, plan};
use crate::{MANAGE, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::time::WorkCalendar;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Routes, Word};
use serde::Deserialize;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/activities/{activity}/series", MANAGE, show)
        .post("/activities/{activity}/series", MANAGE, create)
        .post("/activities/{activity}/series/end", MANAGE, destroy)
        .get("/activities/{activity}/copies/new", MANAGE, new_copy)
        .post("/activities/{activity}/copies", MANAGE, create_copy)
        .get("/sessions/{session}/change", MANAGE, change)
        .post("/sessions/{session}/time", MANAGE, update_time)
        .post("/sessions/{session}/cancellation", MANAGE, cancel)
}

/// A rule as people say it: `每 2 周的周一、周三，到 2027-01-31`.
pub(super) fn said(cx: &Cx, rule: &Series) -> Word {
    let key = match (rule.cycle, rule.every) {
        (Cycle::Weekly, 1) => "series.said.weekly",
        (Cycle::Weekly, _) => "series.said.weeks",
        (Cycle::Monthly, 1) => "series.said.monthly",
        (Cycle::Monthly, _) => "series.said.months",
    };
    let days: Vec<&str> =
        WEEKDAYS.iter().filter(|(n, _)| rule.weekdays.contains(n)).map(|(_, key)| cx.t(key)).collect();
    let nth = NTH.iter().find(|(n, _)| *n == rule.nth).map_or("", |(_, key)| cx.t(key));
    let end = match (rule.until, rule.count) {
        (Some(day), _) => cx.say(&Word::new("series.said.until").with("day", day)),
        (None, Some(n)) => cx.say(&Word::new("series.said.count").with("n", n)),
        (None, None) => String::new(),
    };
    let skips = if rule.skip_holidays { cx.t("series.said.skips") } else { "" };
    let word = Word::new(key).with("every", rule.every).with("days", days.join(cx.t("series.said.and")));
    word.with("nth", nth).with("end", end).with("skips", skips)
}

const WEEKDAYS: [(u32, &str); 7] = [
    (1, "series.day.1"),
    (2, "series.day.2"),
    (3, "series.day.3"),
    (4, "series.day.4"),
    (5, "series.day.5"),
    (6, "series.day.6"),
    (7, "series.day.7"),
];
const NTH: [(u32, &str); 5] =
    [(1, "series.nth.1"), (2, "series.nth.2"), (3, "series.nth.3"), (4, "series.nth.4"), (5, "series.nth.5")];

#[derive(Template)]
#[template(path = "activities/series.html")]
struct Show {
    activity: Activity,
    rule: Option<Word>,
    /// How many sessions there are now.
    held: usize,
    /// Those to come, each of which can be changed alone.
    coming: Vec<Session>,
    form: SeriesForm,
    errors: FieldErrors,
    /// What the rule would make.
    made: Vec<NewSession>,
    lengthens: bool,
}

impl Show {
    fn is_draft(&self) -> bool {
        self.activity.state == State::Draft
    }

    /// Whether something can be typed.
    fn asks(&self) -> bool {
        self.is_draft() || self.lengthens
    }

    /// What goes on with the form that says yes: each field with its value.
    fn fields(&self) -> Vec<(&'static str, &str)> {
        let SeriesForm { cycle, every, weekday, nth, until, count, skip_holidays } = &self.form;
        let mut all = vec![
            ("cycle", cycle.as_str()),
            ("every", every),
            ("nth", nth),
            ("until", until),
            ("count", count),
            ("skip_holidays", skip_holidays),
        ];
        all.extend(weekday.iter().map(|day| ("weekday", day.as_str())));
        all
    }
}

async fn page(cx: &Cx, activity: Activity, form: SeriesForm) -> Result<Show> {
    let sessions = store::sessions(&cx.db, cx.tenant, activity.id).await?;
    let known = store::series::find(&cx.db, cx.tenant, activity.id).await?.map(|(_, rule)| rule);
    let lengthens = known.is_some() && may_lengthen(cx, &activity);
    let (mut errors, mut made) = (FieldErrors::none(), Vec::new());
    let asked = form.is_asked() && (activity.state == State::Draft || lengthens);
    if asked {
        let calendar = WorkCalendar::load(&cx.db).await?;
        match plan(&cx.db, (cx, &calendar), &activity, &form).await {
            Ok(plan) => made = plan.sessions,
            Err(Error::Invalid(found)) => errors = found,
            Err(Error::Refused(word)) => errors.add("until", word),
            Err(other) => return Err(other),
        }
    }
    let first = sessions.first().map_or(cx.today(), |s| s.day);
    let form = match (asked, activity.state) {
        (false, State::Draft) => SeriesForm::of(known.as_ref(), first),
        _ => form,
    };
    let rule = known.map(|rule| said(cx, &rule));
    let held = sessions.iter().filter(|s| s.cancelled_at.is_none()).count();
    let live = activity.state.is_public();
    let coming = sessions.into_iter().filter(|s| live && s.starts_at > cx.now && s.cancelled_at.is_none()).collect();
    Ok(Show { activity, rule, held, coming, form, errors, made, lengthens })
}

async fn show(cx: Cx, Path(activity): Path<ActivityId>, Query(form): Query<SeriesForm>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    cx.page(&page(&cx, activity, form).await?)
}

async fn create(cx: Cx, Path(activity): Path<ActivityId>, Form(form): Form<SeriesForm>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    match apply(&cx, activity.id, form.clone()).await {
        Ok(n) => {
            let to = format!("/activities/{}/series", activity.id);
            Ok(cx.see_other_saying(&to, &Word::new("series.done").with("n", n)))
        }
        Err(Error::Invalid(_)) => cx.invalid(&page(&cx, activity, form).await?),
        Err(other) => Err(other),
    }
}

async fn destroy(cx: Cx, Path(activity): Path<ActivityId>, Form(_): Form<super::Nothing>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    end(&cx, activity.id).await?;
    Ok(cx.see_other_saying(&format!("/activities/{}/series", activity.id), &Word::new("series.ended")))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct First {
    first: String,
}

#[derive(Template)]
#[template(path = "activities/copy.html")]
struct NewCopy {
    activity: Activity,
    first: String,
    sessions: Vec<NewSession>,
    errors: FieldErrors,
}

async fn copy_page(cx: &Cx, activity: Activity, typed: &str) -> Result<NewCopy> {
    match copy_plan(cx, &activity, Some(typed).filter(|t| !t.is_empty())).await {
        Ok(Copy { first, sessions, .. }) => {
            Ok(NewCopy { activity, first: first.to_string(), sessions, errors: FieldErrors::none() })
        }
        Err(Error::Invalid(errors)) => Ok(NewCopy { activity, first: typed.to_owned(), sessions: Vec::new(), errors }),
        Err(other) => Err(other),
    }
}

async fn new_copy(cx: Cx, Path(activity): Path<ActivityId>, Query(wanted): Query<First>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    cx.page(&copy_page(&cx, activity, &wanted.first).await?)
}

async fn create_copy(cx: Cx, Path(activity): Path<ActivityId>, Form(form): Form<First>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, MANAGE).await?;
    match copy(&cx, &activity, &form.first).await {
        Ok(made) => Ok(cx.see_other_saying(&format!("/activities/{made}/edit"), &Word::new("copy.done"))),
        Err(Error::Invalid(_)) => cx.invalid(&copy_page(&cx, activity, &form.first).await?),
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "activities/session_change.html")]
struct Change {
    activity: Activity,
    session: Session,
    /// How many are expected and wait.
    people: usize,
    form: MoveForm,
    errors: FieldErrors,
    /// Why it is called off, as it was typed.
    why: String,
    stays: bool,
}

async fn change_page(cx: &Cx, id: SessionId, typed: Option<MoveForm>, errors: FieldErrors) -> Result<Change> {
    let (session, activity) = held_session(cx, id, MANAGE).await?;
    let people = store::series::expected(&cx.db, cx.tenant, id).await?.len();
    let form = typed.unwrap_or_else(|| MoveForm {
        day: session.day.to_string(),
        from: kernel::words::time(session.starts_at),
        to: kernel::words::time(session.ends_at),
        why: String::new(),
    });
    let stays = session.cancelled_at.is_none() && session.starts_at > cx.now;
    Ok(Change { activity, session, people, form, errors, why: String::new(), stays })
}

async fn change(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    cx.page(&change_page(&cx, session, None, FieldErrors::none()).await?)
}

async fn update_time(cx: Cx, Path(session): Path<SessionId>, Form(form): Form<MoveForm>) -> Result<Answer> {
    let (session, activity) = held_session(&cx, session, MANAGE).await?;
    let to = match form.check(&cx) {
        Ok(to) => to,
        Err(errors) => return cx.invalid(&change_page(&cx, session.id, Some(form), errors).await?),
    };
    move_session(&cx, session.id, to).await?;
    Ok(cx.see_other_saying(&format!("/activities/{}/series", activity.id), &Word::new("series.moved")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Why {
    off: String,
}

async fn cancel(cx: Cx, Path(session): Path<SessionId>, Form(form): Form<Why>) -> Result<Answer> {
    let (session, activity) = held_session(&cx, session, MANAGE).await?;
    let mut errors = FieldErrors::none();
    let why = errors.text("off", &form.off, 100);
    if !errors.is_empty() {
        let page = change_page(&cx, session.id, None, errors).await?;
        return cx.invalid(&Change { why: form.off, ..page });
    }
    cancel_session(&cx, session.id, why).await?;
    Ok(cx.see_other_saying(&format!("/activities/{}/series", activity.id), &Word::new("series.called_off")))
}
