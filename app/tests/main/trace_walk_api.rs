//! The walk through the JSON twins: the same deeds as the pages', by tokens, after the pages were walked.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use super::Sent;
use crate::district::Somebody;
use crate::matrix::api_draft;
use crate::trace_walk::{Line, Walk};
use kernel::ids::Raw;
use kernel::{Read as _, args, row};
use serde_json::{Value, json};
use testkit::Reply;

/// Calls a route with its token.
pub async fn call(
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
    hours(walk, by("town")).await;
    people(walk, &by).await;
    imports(walk, by("town")).await;
}

async fn hours(walk: &mut Walk, town: &Somebody) {
    let side = &walk.district.side;
    let (entry, claim, member, over) = (side.entry, side.claim, side.member, side.over.session);
    row! { struct Held { starts_at: chrono::DateTime<chrono::Utc> } }
    let sql = "SELECT starts_at FROM activity_session WHERE id = $1";
    let from = walk.district.app.db().one::<Held>(sql, args![over]).await.unwrap().starts_at;
    let line = json!({ "person": member, "from": from, "to": from + chrono::Duration::hours(1) });
    let claimed = [("hours.claimed", "claim", None), ("attendance.roster_read", "session", Some(over))];
    let sent = (format!("/sessions/{over}/claims"), json!({ "lines": [line], "reason": "现场断网" }));
    call(walk, town, ("POST", "/api/v1/sessions/{session}/claims"), sent, &claimed).await;
    let reversed = [("hours.reversed", "hours", Some(entry))];
    let sent = (format!("/hours/{entry}/reversal"), json!({ "reason": "记错了人" }));
    call(walk, town, ("POST", "/api/v1/hours/{entry}/reversal"), sent, &reversed).await;
    let decided = [("hours.claim_decided", "claim", Some(claim))];
    let sent = (format!("/hours/claims/{claim}/decision"), json!({ "decision": "return", "opinion": "缺签到表" }));
    call(walk, town, ("POST", "/api/v1/hours/claims/{claim}/decision"), sent, &decided).await;
}

async fn people<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (town, district, leader) = (by("town"), by("district"), by("leader"));
    let near = &walk.district.near;
    let (member, name, region, team, seeker) = (near.member, near.name, near.region, near.team, near.seeker);
    let (site, request) = (near.site, walk.district.side.request);
    let changed = [("people.changed", "person", Some(member))];
    let sent = (format!("/people/{member}"), json!({ "name": name, "skills": "急救、粤语" }));
    call(walk, town, ("PATCH", "/api/v1/people/{person}"), sent, &changed).await;
    let typed = |name: &str| json!({ "name": name, "kind": "village", "region": region });
    let founded = [("organisations.founded", "organisation", None)];
    call(walk, town, ("POST", "/api/v1/teams"), ("/teams".into(), typed("又一支志愿队")), &founded).await;
    let changed = [("organisations.changed", "organisation", Some(team))];
    let sent = (format!("/teams/{team}"), typed("再改名志愿队"));
    call(walk, town, ("PUT", "/api/v1/teams/{team}"), sent, &changed).await;
    let invited = [("organisations.invited", "organisation", Some(team))];
    let sent = (format!("/teams/{team}/members"), json!({ "who": "13911113333", "role": "member" }));
    call(walk, leader, ("POST", "/api/v1/teams/{team}/members"), sent, &invited).await;
    let left = [("organisations.left", "organisation", Some(team))];
    let sent = (format!("/teams/{team}/members/{seeker}/leaving"), json!({ "reason": "搬家" }));
    call(walk, leader, ("POST", "/api/v1/teams/{team}/members/{person}/leaving"), sent, &left).await;
    let decided = [("federation.request_decided", "join_request", Some(request))];
    let sent = (format!("/team/requests/{request}/decision"), json!({ "decision": "declined" }));
    call(walk, town, ("POST", "/api/v1/team/requests/{request}/decision"), sent, &decided).await;
    let typed = || json!({ "name": "又一站", "kind": "station", "address": "三号", "region": region });
    let saved = [("places.site_saved", "site", None)];
    call(walk, district, ("POST", "/api/v1/sites"), ("/sites".into(), typed()), &saved).await;
    let saved = [("places.site_saved", "site", Some(site))];
    call(walk, district, ("PUT", "/api/v1/sites/{site}"), (format!("/sites/{site}"), typed()), &saved).await;
    let person = walk.district.app.person("梁家宝").await;
    let own = walk.district.somebody("reader", vec![], Some(person)).await;
    let read = [("federation.messages_read", "person", Some(person))];
    call(walk, &own, ("POST", "/api/v1/me/messages/read"), ("/me/messages/read".into(), json!({})), &read).await;
    let changed = [("federation.own_changed", "person", Some(person))];
    call(walk, &own, ("PATCH", "/api/v1/me"), ("/me".into(), json!({ "skills": "急救" })), &changed).await;
    let claim = super::access::waiting_claim(walk, member).await;
    let decided = [("federation.claim_decided", "record_claim", Some(claim))];
    let sent = (format!("/team/claims/{claim}/decision"), json!({ "accepted": false }));
    call(walk, town, ("POST", "/api/v1/team/claims/{claim}/decision"), sent, &decided).await;
}

async fn imports(walk: &mut Walk, town: &Somebody) {
    let file = ("file", "roster.csv", crate::matrix::ROSTER.as_bytes());
    let sent = ("/api/v1/imports".to_owned(), Sent::Upload(vec![("kind".into(), "volunteers".into())], file));
    let lines = [("import.uploaded", "import", None), ("import.previewed", "import", None)];
    let made = walk.ask(town, ("POST", "/api/v1/imports"), sent, &lines).await.json();
    let id: Raw = made["import"]["id"].as_str().unwrap().parse().unwrap();
    let at = |rest: &str| format!("/imports/{id}/{rest}");
    let taken = [("import.errors_taken", "import", Some(id))];
    let sent = (format!("/api/v1{}", at("errors")), Sent::Nothing);
    walk.ask(town, ("GET", "/api/v1/imports/{import}/errors"), sent, &taken).await;
    let lines = [("import.mapped", "import", Some(id)), ("import.previewed", "import", Some(id))];
    let sent = (at("mapping"), json!({ "columns": { "电话": "phone" } }));
    call(walk, town, ("POST", "/api/v1/imports/{import}/mapping"), sent, &lines).await;
    let lines = [("import.started", "import", Some(id))];
    call(walk, town, ("POST", "/api/v1/imports/{import}/commit"), (at("commit"), json!({})), &lines).await;
    let lines = [("import.cancelled", "import", Some(id))];
    let route = ("POST", "/api/v1/imports/{import}/cancellation");
    call(walk, town, route, (at("cancellation"), json!({})), &lines).await;
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
    let code = attendance::code::code_url(&walk.district.app.cx(), activities::SessionId(running));
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
