//! The JSON twins of the public list and page, of signing up.

pub(crate) mod calendar;
pub(crate) mod desk;
mod draft;
pub(crate) mod line;
pub(crate) mod me;
pub(crate) mod partners;
pub(crate) mod removal;
pub(crate) mod report;
pub(crate) mod series;
pub(crate) mod swap;
pub(crate) mod team;
pub(crate) mod together;

use crate::model::{Activity, ActivityId, Post, PostId, Session, SessionId};
use crate::pages::{actor_person, visible_activity};
use crate::store::listing::Face;
use crate::store::mine::Reader;
use crate::store::{self, Filter, Listed};
use crate::{READ, SIGN_UP, signups};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::http::{Body, Cursor, Paged};
use kernel::{Cx, Error, Query, Result, Routes, routes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 60;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(READ, routes!(list_activities))
        .api(READ, routes!(show_activity))
        .api(SIGN_UP, routes!(create_signup))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ActivityQuery {
    /// A region's code; everything below it.
    town: Option<String>,
    /// A category's code, `01` to `17` or `99`.
    category: Option<String>,
    /// Sessions from this day.
    from: Option<NaiveDate>,
    /// Sessions until this day.
    to: Option<NaiveDate>,
    /// Only those with a place left.
    left: Option<bool>,
    /// Only what the token's person may take.
    mine: Option<bool>,
    /// Part of the title or the number.
    q: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// An activity in the public list.
#[derive(Serialize, ToSchema)]
struct ListedActivity {
    #[schema(value_type = String)]
    id: ActivityId,
    number: String,
    title: String,
    organisation: String,
    region: String,
    place: String,
    /// `open` or `running`.
    #[schema(value_type = String)]
    state: crate::State,
    /// The first category's code.
    category: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    /// When the next session begins.
    next_at: Option<DateTime<Utc>>,
    /// Whether everybody chooses their hours.
    flexible: bool,
    /// Places of the next session.
    places: i64,
    /// Places taken.
    taken: i64,
}

impl From<Listed> for ListedActivity {
    fn from(a: Listed) -> Self {
        Self {
            id: a.id,
            number: a.number,
            title: a.title,
            organisation: a.organisation_name,
            region: a.region_code,
            place: a.place,
            state: a.state,
            category: a.category,
            starts_on: a.starts_on,
            ends_on: a.ends_on,
            next_at: a.next_at,
            flexible: a.flexible,
            places: a.places,
            taken: a.taken,
        }
    }
}

/// Activities that are open or running, the earliest first.
#[utoipa::path(get, path = "/api/v1/activities", tag = "activities", params(ActivityQuery), responses((status = 200, body = Paged<ListedActivity>)))]
async fn list_activities(cx: Cx, Query(query): Query<ActivityQuery>) -> Result<Json<Paged<ListedActivity>>> {
    let cursor = Cursor::read(query.cursor.as_deref(), 2)?;
    let filter = Filter {
        town: query.town.unwrap_or_default(),
        category: query.category.unwrap_or_default(),
        query: query.q.unwrap_or_default(),
        from: query.from,
        to: query.to,
        only_left: query.left.unwrap_or(false),
        ..Filter::default()
    };
    let reader = match actor_person(&cx) {
        Ok(person) if query.mine == Some(true) => Reader::of(&cx, person).await?,
        _ => None,
    };
    let face = reader.map_or(Face::Public, |reader| Face::Mine(Box::new(reader)));
    let found = store::list(&cx, &face, &filter, cursor.as_ref(), PAGE as i64 + 1).await?;
    Ok(Json(Paged::cut(found, PAGE, Listed::next_keys).map(ListedActivity::from)))
}

/// What strangers may know of an activity.
#[derive(Serialize, ToSchema)]
struct PublicActivity {
    #[schema(value_type = String)]
    id: ActivityId,
    number: String,
    title: String,
    summary: String,
    organisation: String,
    /// The names of the teams that hold it, too.
    partners: Vec<String>,
    region: String,
    place: String,
    #[schema(value_type = String)]
    state: crate::State,
    categories: Vec<String>,
    /// Whom it takes on: `public`, `teams`, `pass_code`, `hidden`, `backfill` or `real_name`.
    #[schema(value_type = String)]
    scope: crate::model::Scope,
    /// The names of the invited teams.
    invited: Vec<String>,
    /// The names of the certificates that have to be valid on the day of a session.
    certificates: Vec<String>,
    /// `first_come` or `draw`.
    #[schema(value_type = String)]
    way: crate::model::Way,
    risk_notice: String,
    guarantees: String,
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    contact_name: String,
    /// Absent when the team keeps it to those who joined.
    contact_phone: Option<String>,
    sessions: Vec<PublicSession>,
}

/// A session with its posts.
#[derive(Serialize, ToSchema)]
struct PublicSession {
    #[schema(value_type = String)]
    id: SessionId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Everybody chooses their hours between the two.
    flexible: bool,
    /// Minutes of a visit that count at most, where hours are free.
    visit_minutes: Option<i64>,
    /// It was called off; the others go on.
    cancelled: bool,
    posts: Vec<PublicPost>,
}

/// A post for which people sign up.
#[derive(Serialize, ToSchema)]
struct PublicPost {
    #[schema(value_type = String)]
    id: PostId,
    name: String,
    conditions: String,
    places: i64,
    /// Joined, or offered to somebody in line.
    taken: i64,
    waiting: i64,
    /// Places that are kept for teams.
    kept: Vec<KeptPlaces>,
    /// Until when they are kept.
    kept_until: Option<DateTime<Utc>>,
}

/// Places of a post that are kept for a team.
#[derive(Serialize, ToSchema)]
struct KeptPlaces {
    team: String,
    places: i64,
    taken: i64,
}

fn public(activity: Activity, sessions: Vec<Session>, posts: &[Post]) -> PublicActivity {
    let kept = |q: &crate::model::Quota| KeptPlaces { team: q.name.clone(), places: q.places, taken: q.taken };
    let post = |p: &Post| PublicPost {
        id: p.id,
        name: p.name.clone(),
        conditions: p.conditions.clone(),
        places: p.places,
        taken: p.taken,
        waiting: p.waiting,
        kept: p.quotas.0.iter().map(kept).collect(),
        kept_until: p.free_at,
    };
    let session = |s: Session| PublicSession {
        id: s.id,
        starts_at: s.starts_at,
        ends_at: s.ends_at,
        flexible: s.flexible,
        visit_minutes: s.visit_minutes,
        cancelled: s.cancelled_at.is_some(),
        posts: posts.iter().filter(|p| p.session_id == s.id).map(post).collect(),
    };
    PublicActivity {
        id: activity.id,
        number: activity.number,
        title: activity.title,
        summary: activity.summary,
        organisation: activity.organisation_name,
        partners: activity.partners.0.into_iter().map(|p| p.name).collect(),
        region: activity.region_code,
        place: activity.place,
        state: activity.state,
        categories: activity.categories.0,
        scope: activity.scope,
        certificates: activity.certificates.0.into_iter().map(|asked| asked.name).collect(),
        way: activity.way,
        invited: activity.invited.0.into_iter().map(|i| i.name).collect(),
        risk_notice: activity.risk_notice,
        guarantees: activity.guarantees,
        opens_at: activity.opens_at,
        closes_at: activity.closes_at,
        contact_name: activity.contact_name,
        contact_phone: activity.contact_public.then_some(activity.contact_phone),
        sessions: sessions.into_iter().map(session).collect(),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct KeyQuery {
    /// The key of a hidden activity's link.
    #[serde(default)]
    key: String,
}

/// One activity with its sessions and posts.
#[utoipa::path(get, path = "/api/v1/activities/{activity}", tag = "activities", params(("activity" = String, Path), KeyQuery), responses((status = 200, body = PublicActivity)))]
async fn show_activity(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Query(query): Query<KeyQuery>,
) -> Result<Json<PublicActivity>> {
    let activity = visible_activity(&cx, activity, &query.key).await?;
    let (sessions, posts) = store::program(&cx.db, cx.tenant, activity.id).await?;
    Ok(Json(public(activity, sessions, &posts)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSignup {
    /// The post.
    #[schema(value_type = String)]
    post: PostId,
    /// The pass code where one is asked for, or the key of a hidden activity's link.
    #[serde(default)]
    pass: String,
    /// For which of one's teams one comes; without it, the holding team where one belongs to it, else one's first.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    team: Option<organisations::OrganisationId>,
    /// When one comes, where hours are free; without it, one comes when one likes.
    #[serde(default)]
    from: Option<DateTime<Utc>>,
    /// Until when.
    #[serde(default)]
    to: Option<DateTime<Utc>>,
}

/// A sign-up as its person sees it.
#[derive(Serialize, ToSchema)]
struct MadeSignup {
    id: String,
    /// `joined` or `waiting`.
    state: String,
    /// The order of commits at this post, from 1.
    position: i64,
    made_at: DateTime<Utc>,
}

/// Signs the token's person up for a post, or puts them in line. A repeat answers the sign-up that is there.
#[utoipa::path(post, path = "/api/v1/activities/{activity}/signups", tag = "activities", params(("activity" = String, Path)), request_body = NewSignup, responses((status = 201, body = MadeSignup), (status = 409, description = "Refused, with every reason")))]
async fn create_signup(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Body(new): Body<NewSignup>,
) -> Result<(StatusCode, Json<MadeSignup>)> {
    let activity = visible_activity(&cx, activity, &new.pass).await?;
    let post = store::find_post(&cx.db, cx.tenant, new.post).await?;
    if post.activity_id != activity.id {
        return Err(Error::NotFound);
    }
    let hours = new.from.zip(new.to);
    let choice = signups::Choice { post: post.id, team: new.team, hours };
    let made = signups::enter(&cx, &activity, actor_person(&cx)?, choice, &new.pass).await?;
    let answer = MadeSignup {
        id: made.id.to_string(),
        state: made.state.to_string(),
        position: made.position,
        made_at: made.made_at,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}
