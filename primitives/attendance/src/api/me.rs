//! One's own coming and going by the place's code, scanned or spoken, as JSON.

use super::{Stay, stay};
use crate::model::{Accuracy, Distance, How, Offered, Via};
use crate::{code, taking};
use activities::store::find_session;
use activities::{SIGN_UP, SessionId, actor_person};
use axum::Json;
use kernel::http::{Body, Problem};
use kernel::{Cx, Error, FieldErrors, Result, Routes, Word, routes};
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(SIGN_UP, routes!(create_own_arrival)).api(SIGN_UP, routes!(create_own_departure))
}

/// That one stands at the place: its code, or the session with the digits that are spoken there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlaceCode {
    /// What the camera reads: the address inside the code, shown within the last 30 seconds.
    #[serde(default)]
    code: Option<String>,
    /// With `spoken`: the session.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    session: Option<SessionId>,
    /// The six digits that were spoken within the last two minutes; after five wrong ones they are closed.
    #[serde(default)]
    spoken: Option<String>,
    /// How far from the site the phone says it is: `near` (200 m), `around` (1 km), `far` or `unknown`; evidence, never a gate.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    distance: Option<Distance>,
    /// How sure it is: `fine` (100 m), `coarse` or `none`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    accuracy: Option<Accuracy>,
}

impl PlaceCode {
    /// The session at whose place one stands, and how that was shown.
    async fn read(&self, cx: &Cx) -> Result<(SessionId, How)> {
        let offered =
            self.distance.map(|distance| Offered { distance, accuracy: self.accuracy.unwrap_or(Accuracy::None) });
        match (&self.code, self.session, &self.spoken) {
            (Some(code), None, None) => Ok((code::read_code(cx, code)?, How { via: Via::Code, offered })),
            (None, Some(session), Some(spoken)) => {
                code::check_spoken(cx, session, actor_person(cx)?, spoken).await?;
                Ok((session, How { via: Via::Spoken, offered }))
            }
            _ => {
                let mut errors = FieldErrors::none();
                errors.add("code", Word::new("form.required"));
                Err(Error::Invalid(errors))
            }
        }
    }
}

/// Checks oneself in by the place's code. A repeat answers the arrival that is there.
#[utoipa::path(post, path = "/api/v1/me/arrivals", tag = "activities", request_body = PlaceCode,
    responses((status = 200, body = Stay), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_own_arrival(cx: Cx, Body(shown): Body<PlaceCode>) -> Result<Json<Stay>> {
    let person = actor_person(&cx)?;
    let (session, how) = shown.read(&cx).await?;
    taking::check_in(&cx, session, person, how).await?;
    stay(&cx, &find_session(&cx.db, cx.tenant, session).await?, person).await
}

/// Checks oneself out by the place's code, which writes one's hours.
#[utoipa::path(post, path = "/api/v1/me/departures", tag = "activities", request_body = PlaceCode,
    responses((status = 200, body = Stay), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_own_departure(cx: Cx, Body(shown): Body<PlaceCode>) -> Result<Json<Stay>> {
    let person = actor_person(&cx)?;
    let (session, how) = shown.read(&cx).await?;
    taking::check_out(&cx, session, person, how).await?;
    stay(&cx, &find_session(&cx.db, cx.tenant, session).await?, person).await
}
