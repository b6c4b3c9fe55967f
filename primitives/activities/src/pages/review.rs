//! The decision about an activity that somebody else handed in: what the system checked, and two buttons.

use super::held_activity;
use crate::lifecycle;
use crate::model::{Activity, ActivityId, Post, Session, State};
use crate::{REVIEW, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Word};
use serde::Deserialize;

/// One line of what the system checked.
struct Check {
    /// Empty when it is well, `warn` or `stop`.
    class: &'static str,
    word: Word,
    url: Option<String>,
}

impl Check {
    fn of(ok: bool, class: &'static str, word: &'static str, otherwise: &'static str) -> Self {
        let (class, word) = if ok { ("", word) } else { (class, otherwise) };
        Self { class, word: Word::new(word), url: None }
    }
}

#[derive(Template)]
#[template(path = "activities/review.html")]
struct Show {
    activity: Activity,
    region: String,
    sessions: Vec<Session>,
    posts: Vec<Post>,
    checks: Vec<Check>,
    own: bool,
    opinion: String,
    errors: FieldErrors,
}

impl Show {
    fn of<'s>(&'s self, session: &'s Session) -> impl Iterator<Item = &'s Post> {
        self.posts.iter().filter(move |p| p.session_id == session.id)
    }
}

async fn checks(cx: &Cx, activity: &Activity) -> Result<Vec<Check>> {
    let mut all = vec![
        Check::of(!activity.risk_notice.trim().is_empty(), "stop", "review.risk", "review.no_risk"),
        Check::of(!activity.risky || activity.insurance_no.is_some(), "stop", "review.insured", "review.not_insured"),
        Check::of(!activity.own_duty, "stop", "review.not_duty", "review.duty"),
        Check::of(!activity.working_time, "warn", "review.free_time", "review.working_time"),
    ];
    if activity.is_backfill() {
        let mut proof = Check::of(activity.is_proved(), "stop", "review.proved", "review.not_proved");
        if let (Some(name), Some(at)) = (&activity.truth_name, activity.truth_at) {
            proof.word = proof.word.with("name", name).with("when", kernel::words::moment(at));
            proof.url = Some(format!("{}/proof", activity.url()));
        }
        all.push(proof);
    }
    let clashes = store::clashes(&cx.db, cx.tenant, activity).await?;
    let namesakes = store::namesakes(&cx.db, cx.tenant, activity).await?;
    if clashes.is_empty() {
        all.push(Check::of(true, "", "review.no_clash", ""));
    }
    if namesakes.is_empty() {
        all.push(Check::of(true, "", "review.no_namesake", ""));
    }
    for (near, word) in
        clashes.iter().map(|c| (c, "review.clash")).chain(namesakes.iter().map(|n| (n, "review.namesake")))
    {
        let word = Word::new(word).with("title", &near.title).with("day", near.starts_on);
        all.push(Check { class: "warn", word, url: Some(format!("/desk/activities/{}", near.id)) });
    }
    Ok(all)
}

/// What the system found first against publishing it, if anything: such a one is looked at alone.
pub(crate) async fn against(cx: &Cx, activity: &Activity) -> Result<Option<Word>> {
    Ok(checks(cx, activity).await?.into_iter().find(|check| !check.class.is_empty()).map(|check| check.word))
}

async fn page(cx: &Cx, activity: Activity, opinion: String, errors: FieldErrors) -> Result<Show> {
    let (sessions, posts) = store::program(&cx.db, cx.tenant, activity.id).await?;
    let region = places::full_region_name(cx, &activity.region_code).await?;
    let checks = checks(cx, &activity).await?;
    let own = activity.submitted_by.is_some() && activity.submitted_by == cx.actor.account;
    Ok(Show { activity, region, sessions, posts, checks, own, opinion, errors })
}

pub(super) async fn show(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, REVIEW).await?;
    if activity.state != State::Review {
        return Ok(cx.see_other(&format!("/desk/activities/{}", activity.id)));
    }
    cx.page(&page(&cx, activity, String::new(), FieldErrors::none()).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    decision: String,
    #[serde(default)]
    opinion: String,
}

pub(super) async fn decide(cx: Cx, Path(activity): Path<ActivityId>, Form(form): Form<Decision>) -> Result<Answer> {
    let activity = held_activity(&cx, activity, REVIEW).await?;
    let publish = match form.decision.as_str() {
        "publish" => true,
        "return" => false,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    match lifecycle::review(&cx, activity.id, publish, &form.opinion).await {
        Err(Error::Invalid(errors)) => return cx.invalid(&page(&cx, activity, form.opinion, errors).await?),
        decided => decided?,
    };
    let word = if publish { "review.published" } else { "review.returned" };
    Ok(cx.see_other_saying("/desk", &Word::new(word).with("title", activity.title)))
}
