//! The cases of the JSON twins; what changes an object stands after what reads it.

use super::case::{Aim, Body, Case, call, get};
use super::world::World;
use crate::district::Corner;
use serde_json::{Value, json};

/// A deed that its address says all of.
fn bare(method: &'static str, route: &'static str, aim: Aim) -> Case {
    Case::of(method, route, aim, Body::Nothing)
}

/// A draft of a corner's team.
pub fn draft(corner: &Corner) -> Value {
    json!({
        "team": corner.team, "region": corner.region, "title": "长者饭堂送餐", "summary": "把热饭送到长者家中。",
        "place": "服务站北门", "categories": ["02"], "risk_notice": "路线过两处路口。", "risky": false,
        "working_time": false, "own_duty": false, "scope": "public", "contact_name": "联系人",
        "contact_phone": "13700000000",
        "confirmations": { "no_paid_work": true, "no_required_activity": true, "no_own_benefit": true,
            "public_purpose": true, "unpaid": true, "real_hours": true },
        "sessions": [{ "starts_at": "2026-11-27T14:00:00+08:00", "ends_at": "2026-11-27T17:00:00+08:00",
            "posts": [{ "name": "送餐员", "places": 5 }] }],
    })
}

/// All of them.
pub fn all() -> Vec<Case> {
    [activities_cases()].into_iter().flatten().collect()
}

fn activities_cases() -> Vec<Case> {
    const JOINED: &[&str] = &["UPDATE signup SET state = 'joined'", "UPDATE post SET taken = 1"];
    let named: fn(&World, &Corner) -> Value = |_, c| json!({ "person": c.member });
    let code: fn(&World, &Corner) -> Value = |_, c| json!({ "code": format!("/c/{}/1/forged", c.running.session) });
    vec![
        get("/api/v1/desk/activities", Aim::Plain),
        get("/api/v1/desk/activities/{activity}", Aim::Held).on(|c| &c.draft),
        get("/api/v1/sessions/{session}/signups", Aim::Held).on(|c| &c.running),
        get("/api/v1/sessions/{session}/code", Aim::Held).on(|c| &c.running),
        get("/api/v1/me/services", Aim::Plain),
        call("POST", "/api/v1/activities", Aim::Held, |_, c| draft(c)),
        call("PUT", "/api/v1/activities/{activity}", Aim::Held, |_, c| draft(c)).on(|c| &c.draft),
        bare("POST", "/api/v1/activities/{activity}/submission", Aim::Held).on(|c| &c.draft),
        call("POST", "/api/v1/activities/{activity}/decision", Aim::Held, |_, _| json!({ "decision": "publish" }))
            .on(|c| &c.review),
        call("POST", "/api/v1/activities/{activity}/step", Aim::Held, |_, _| json!({ "step": "resume" })),
        call("POST", "/api/v1/sessions/{session}/removals", Aim::Held, named).on(|c| &c.running).restore(JOINED),
        bare("DELETE", "/api/v1/me/services/{signup}", Aim::Mine).restore(JOINED),
        call("POST", "/api/v1/me/arrivals", Aim::Plain, code),
        call("POST", "/api/v1/me/departures", Aim::Plain, code),
    ]
}
