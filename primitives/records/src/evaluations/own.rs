//! The volunteer's side: what was said of them, and what they say of the teams they served with.

use super::forms::MarksForm;
use super::model::{About, Asked, Evaluation};
use super::pages::{Edit, closed};
use super::{say, served_in, store};
use activities::{Activity, ActivityId};
use askama::Template;
use axum::extract::Path;
use chrono::Duration;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Word};
use people::PersonId;

/// Days back for which volunteers are asked.
const DAYS: i64 = 90;

#[derive(Template)]
#[template(path = "records/own_evaluations.html")]
struct Index {
    asked: Vec<Asked>,
    said: Vec<Evaluation>,
    of_me: Vec<Evaluation>,
    labels: [&'static str; 3],
}

impl Index {
    fn label(&self, at: impl std::borrow::Borrow<usize>) -> &'static str {
        self.labels[*at.borrow()]
    }
}

/// What somebody is asked for, what they said, and what was said of them.
pub(super) async fn all(cx: &Cx) -> Result<(Vec<Asked>, Vec<Evaluation>, Vec<Evaluation>)> {
    let person = PersonId(cx.person()?);
    let since = kernel::time::day(cx.now - Duration::days(DAYS));
    Ok((
        store::asked(&cx.db, cx.tenant, person, since).await?,
        store::of_person(&cx.db, cx.tenant, person, (About::Team, 100)).await?,
        store::of_person(&cx.db, cx.tenant, person, (About::Volunteer, 100)).await?,
    ))
}

pub(super) async fn index(cx: Cx) -> Result<Answer> {
    let (asked, said, of_me) = all(&cx).await?;
    cx.page(&Index { asked, said, of_me, labels: About::Volunteer.words() })
}

async fn form(cx: &Cx, activity: Activity, sent: Option<(MarksForm, FieldErrors)>) -> Result<Edit> {
    let person = PersonId(cx.person()?);
    let before = store::find(&cx.db, cx.tenant, (activity.id, person), About::Team).await?;
    let kept = before.as_ref().map(|said| MarksForm::of(said.marks(), &said.words)).unwrap_or_default();
    let (form, errors) = sent.unwrap_or((kept, FieldErrors::none()));
    Ok(Edit {
        title: Word::new("records.evaluation.of_team").with("title", &activity.title),
        action: format!("/me/evaluations/{}", activity.id),
        back: "/me/evaluations".to_owned(),
        labels: About::Team.words(),
        effect: "records.evaluation.effect_team",
        closed: closed(cx, &activity, before.as_ref()),
        sub: activity.organisation_name,
        form,
        errors,
    })
}

pub(super) async fn edit(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    let activity = served_in(&cx, activity, PersonId(cx.person()?)).await?;
    cx.page(&form(&cx, activity, None).await?)
}

pub(super) async fn update(cx: Cx, Path(activity): Path<ActivityId>, Form(typed): Form<MarksForm>) -> Result<Answer> {
    let person = PersonId(cx.person()?);
    let activity = served_in(&cx, activity, person).await?;
    let marks = match typed.check() {
        Err(Error::Invalid(errors)) => return cx.invalid(&form(&cx, activity, Some((typed, errors))).await?),
        checked => checked?,
    };
    say(&cx, &activity, (person, About::Team), marks).await?;
    Ok(cx.see_other_saying("/me/evaluations", &Word::new("records.evaluation.kept")))
}
