//! Evaluations as JSON.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use super::forms::{ClosedFilter, MarksForm};
use super::model::{About, Asked, Closed, Evaluation, Marks, Served};
use super::own::all;
use super::pages::{answers, one, page};
use super::rules::said;
use super::{held, say, served_in, store};
use crate::policy::EVALUATE;
use activities::ActivityId;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, Paged, Problem};
use kernel::{Cx, Query, Result};
use people::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 100;

#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct ClosedQuery {
    /// Part of a title or of a team's name, or an activity's number.
    q: Option<String>,
    /// A region's code; everything below it.
    town: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A closed activity with how many were evaluated.
#[derive(Serialize, ToSchema)]
pub(super) struct ClosedActivity {
    #[schema(value_type = String)]
    id: ActivityId,
    title: String,
    organisation: String,
    ended: NaiveDate,
    /// People with hours in it.
    served: i64,
    /// Of them evaluated by the team.
    evaluated: i64,
    /// Of them who said something of the team.
    answered: i64,
}

impl From<Closed> for ClosedActivity {
    fn from(row: Closed) -> Self {
        let Closed { id, title, organisation_name, ends_on, served, evaluated, answered } = row;
        Self { id, title, organisation: organisation_name, ended: ends_on, served, evaluated, answered }
    }
}

/// Closed activities of the caller's teams or region, the latest first, 100 a page.
#[utoipa::path(get, path = "/api/v1/evaluations", tag = "records", params(ClosedQuery),
    responses((status = 200, body = Paged<ClosedActivity>), (status = 400, body = Problem)))]
pub(super) async fn list_evaluated(cx: Cx, Query(query): Query<ClosedQuery>) -> Result<Json<Paged<ClosedActivity>>> {
    let filter = ClosedFilter {
        q: query.q.unwrap_or_default(),
        town: query.town.unwrap_or_default(),
        cursor: query.cursor.unwrap_or_default(),
        format: String::new(),
    };
    Ok(Json(page(&cx, &filter, PAGE).await?.map(ClosedActivity::from)))
}

/// Three marks from 1 to 5.
#[derive(Serialize, ToSchema)]
pub(super) struct MarksJson {
    first: i64,
    second: i64,
    third: i64,
    words: String,
    made_at: DateTime<Utc>,
}

/// Somebody with hours in the activity.
#[derive(Serialize, ToSchema)]
pub(super) struct EvaluatedPerson {
    #[schema(value_type = String)]
    person: PersonId,
    name: String,
    minutes: i64,
    /// Punctuality, attitude and skill, once the team said it.
    marks: Option<MarksJson>,
}

impl From<Served> for EvaluatedPerson {
    fn from(row: Served) -> Self {
        let marks = row.marks().zip(row.made_at).map(|([first, second, third], made_at)| MarksJson {
            first,
            second,
            third,
            words: row.words.clone().unwrap_or_default(),
            made_at,
        });
        Self { person: row.person_id, name: row.name, minutes: row.minutes, marks }
    }
}

/// What volunteers said of the team, on average.
#[derive(Serialize, ToSchema)]
pub(super) struct AnswerSums {
    /// How many answers are in it; they come in groups of five.
    answers: usize,
    /// Training, one decimal.
    training: String,
    /// Working together, one decimal.
    together: String,
    /// How it was carried out and planned, one decimal.
    plan: String,
}

/// An answer of a volunteer, for officers.
#[derive(Serialize, ToSchema)]
pub(super) struct AnswerJson {
    activity: String,
    title: String,
    organisation: String,
    marks: MarksJson,
}

impl From<Evaluation> for AnswerJson {
    fn from(row: Evaluation) -> Self {
        let [first, second, third] = row.marks();
        Self {
            activity: row.activity_id.to_string(),
            title: row.title,
            organisation: row.organisation_name,
            marks: MarksJson { first, second, third, words: row.words, made_at: row.made_at },
        }
    }
}

/// An activity's evaluations.
#[derive(Serialize, ToSchema)]
pub(super) struct ActivityEvaluations {
    people: Vec<EvaluatedPerson>,
    /// How many volunteers answered.
    answered: usize,
    /// Their answers in sums; absent under five.
    sums: Option<AnswerSums>,
    /// Each answer; absent for team leaders.
    answers: Option<Vec<AnswerJson>>,
}

/// What the team said of its volunteers, and what they said of it.
#[utoipa::path(get, path = "/api/v1/activities/{activity}/evaluations", tag = "records", params(("activity" = String, Path)),
    responses((status = 200, body = ActivityEvaluations), (status = 404, body = Problem)))]
pub(super) async fn show_evaluations(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Json<ActivityEvaluations>> {
    let activity = held(&cx, activity, EVALUATE).await?;
    let (answered, sums, each) = answers(&cx, &activity).await?;
    let people = store::served(&cx.db, cx.tenant, activity.id).await?;
    let sums = sums.map(|sums| {
        let [training, together, plan] = sums.tenths.map(said);
        AnswerSums { answers: sums.answers, training, together, plan }
    });
    Ok(Json(ActivityEvaluations {
        people: people.into_iter().map(EvaluatedPerson::from).collect(),
        answered,
        sums,
        answers: each.map(|rows| rows.into_iter().map(AnswerJson::from).collect()),
    }))
}

/// Three marks from 1 to 5 and what is said beside them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMarks {
    first: i64,
    second: i64,
    third: i64,
    /// Up to 200 characters.
    #[serde(default)]
    words: String,
}

impl NewMarks {
    fn check(&self) -> Result<Marks> {
        MarksForm::of([self.first, self.second, self.third], &self.words).check()
    }
}

/// Says of a volunteer how punctual, kind and able they were; within seven days it may be changed.
#[utoipa::path(put, path = "/api/v1/activities/{activity}/evaluations/{person}", tag = "records",
    params(("activity" = String, Path), ("person" = String, Path)), request_body = NewMarks,
    responses((status = 204, description = "It is kept"), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The activity goes on, it is oneself, or the days are over"),
        (status = 422, body = Problem)))]
pub(super) async fn put_evaluation(
    cx: Cx,
    Path((activity, person)): Path<(ActivityId, PersonId)>,
    Body(new): Body<NewMarks>,
) -> Result<StatusCode> {
    let activity = one(&cx, activity, person).await?;
    say(&cx, &activity, (person, About::Volunteer), new.check()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An activity about which one may answer.
#[derive(Serialize, ToSchema)]
pub(super) struct AskedActivity {
    #[schema(value_type = String)]
    activity: ActivityId,
    title: String,
    organisation: String,
    ended: NaiveDate,
    /// One's minutes in it.
    minutes: i64,
}

impl From<Asked> for AskedActivity {
    fn from(row: Asked) -> Self {
        let Asked { id, title, organisation_name, ends_on, minutes } = row;
        Self { activity: id, title, organisation: organisation_name, ended: ends_on, minutes }
    }
}

/// One's own evaluations.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnEvaluations {
    /// Closed activities one has not answered about, of the last 90 days.
    asked: Vec<AskedActivity>,
    /// What one said of teams.
    said: Vec<AnswerJson>,
    /// What teams said of oneself.
    of_me: Vec<AnswerJson>,
}

/// What one is asked for, what one said, and what was said of oneself.
#[utoipa::path(get, path = "/api/v1/me/evaluations", tag = "records", responses((status = 200, body = OwnEvaluations)))]
pub(super) async fn list_own_evaluations(cx: Cx) -> Result<Json<OwnEvaluations>> {
    let (asked, said, of_me) = all(&cx).await?;
    Ok(Json(OwnEvaluations {
        asked: asked.into_iter().map(AskedActivity::from).collect(),
        said: said.into_iter().map(AnswerJson::from).collect(),
        of_me: of_me.into_iter().map(AnswerJson::from).collect(),
    }))
}

/// Says of a team how its training, its working together and its plan were; within seven days it may be changed.
#[utoipa::path(put, path = "/api/v1/me/evaluations/{activity}", tag = "records", params(("activity" = String, Path)),
    request_body = NewMarks, responses((status = 204, description = "It is kept"), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn put_team_evaluation(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(new): Body<NewMarks>,
) -> Result<StatusCode> {
    let person = PersonId(cx.person()?);
    let activity = served_in(&cx, activity, person).await?;
    say(&cx, &activity, (person, About::Team), new.check()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
