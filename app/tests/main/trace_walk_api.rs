//! The walk through the JSON twins: the same deeds as the pages', by tokens, after the pages were walked.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use super::Sent;
use crate::district::Somebody;
use crate::matrix::api_draft;
use crate::trace_walk::{Line, Walk};
use kernel::args;
use kernel::ids::Raw;
use serde_json::{Value, json};
use testkit::Reply;

/// Calls a route with its token.
async fn call(
    walk: &mut Walk,
    who: &Somebody,
    (method, route): (&'static str, &'static str),
    (rest, body): (String, Value),
    lines: &[Line],
) -> Reply {
    walk.ask(who, (method, route), (format!("/api/v1{rest}"), Sent::Json(body)), lines).await
}

fn id_of(reply: &Reply) -> Raw {
    assert!(reply.status.is_success(), "{} {}", reply.status, reply.text());
    reply.json()["id"].as_str().unwrap().parse().unwrap()
}

pub async fn walk<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    activities(walk, by("leader"), by("town")).await;
    attendance(walk, &by).await;
}

async fn activities(walk: &mut Walk, leader: &Somebody, town: &Somebody) {
    let draft = || api_draft(&walk.district.near);
    let (new, changed) = (draft(), draft());
    let lines = [("activity.written", "activity", None)];
    let made = call(walk, leader, ("POST", "/api/v1/activities"), ("/activities".into(), new), &lines).await;
    let id = id_of(&made);
    let lines = [("activity.written", "activity", Some(id))];
    let at = |rest: &str| format!("/activities/{id}{rest}");
    call(walk, leader, ("PUT", "/api/v1/activities/{activity}"), (at(""), changed), &lines).await;
    let moved = [("activity.moved", "activity", Some(id))];
    let route = ("POST", "/api/v1/activities/{activity}/submission");
    call(walk, leader, route, (at("/submission"), json!({})), &moved).await;
    let route = ("POST", "/api/v1/activities/{activity}/decision");
    call(walk, town, route, (at("/decision"), json!({ "decision": "publish" })), &moved).await;
    let route = ("POST", "/api/v1/activities/{activity}/step");
    call(walk, town, route, (at("/step"), json!({ "step": "disable", "opinion": "天气" })), &moved).await;
}

/// Puts somebody on the list of a session, as the sign-up of another says.
async fn joined(walk: &Walk, person: Raw, like: Raw) -> Raw {
    let sql = "INSERT INTO signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state, position,
                 starts_at, ends_at, made_at, changed_at)
               SELECT tenant_id, $1, activity_id, session_id, post_id, $2, organisation_id, 'joined', position + 9, starts_at,
                 ends_at, made_at, changed_at FROM signup WHERE id = $3";
    let id = kernel::ids::fresh();
    walk.district.app.sql(sql, args![id, person, like].to_vec()).await;
    let sql = "UPDATE post SET taken = taken + 1 WHERE id = (SELECT post_id FROM signup WHERE id = $1)";
    walk.district.app.sql(sql, args![id].to_vec()).await;
    id
}

async fn attendance<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (running, open) = (walk.district.near.running.session, walk.district.near.open.session);
    let (like, first) = (walk.district.near.running.signup, walk.district.near.open.signup);
    let guest = walk.district.far.member;
    let own = walk.district.somebody("guest", vec![], Some(guest)).await;
    joined(walk, guest, like).await;
    let code = activities::attendance::code_url(&walk.district.app.cx(), activities::SessionId(running));
    let shown = || json!({ "code": code });
    let taken = [("attendance.taken", "session", Some(running))];
    call(walk, &own, ("POST", "/api/v1/me/arrivals"), ("/me/arrivals".into(), shown()), &taken).await;
    call(walk, &own, ("POST", "/api/v1/me/departures"), ("/me/departures".into(), shown()), &taken).await;
    let changed = [("signup.changed", "signup", None)];
    let seeker = walk.district.side.seeker;
    joined(walk, seeker, first).await;
    let sent = (format!("/sessions/{open}/removals"), json!({ "person": seeker }));
    call(walk, by("leader"), ("POST", "/api/v1/sessions/{session}/removals"), sent, &changed).await;
    let mine = joined(walk, guest, first).await;
    let changed = [("signup.changed", "signup", Some(mine))];
    let sent = (format!("/me/services/{mine}"), json!({}));
    call(walk, &own, ("DELETE", "/api/v1/me/services/{signup}"), sent, &changed).await;
    let read = [("attendance.roster_read", "session", Some(running))];
    let path = format!("/api/v1/sessions/{running}/signups");
    walk.ask(by("leader"), ("GET", "/api/v1/sessions/{session}/signups"), (path, Sent::Nothing), &read).await;
}
