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
    [activities_cases(), hours_cases(), records_cases(), people_cases(), federation_cases(), import_cases()]
        .into_iter()
        .flatten()
        .collect()
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
        call(
            "POST",
            "/api/v1/sessions/{session}/bulk",
            Aim::Held,
            |_, c| json!({ "deed": "in", "people": [c.member], "look": true }),
        )
        .on(|c| &c.running),
        call(
            "POST",
            "/api/v1/sessions/{session}/guests",
            Aim::Held,
            |_, _| json!({ "name": "冯秀英", "phone": "", "told": true }),
        )
        .on(|c| &c.running),
        get("/api/v1/sessions/{session}/sheets", Aim::Held).on(|c| &c.over),
        call(
            "POST",
            "/api/v1/sessions/{session}/sheets",
            Aim::Held,
            |_, _| json!({ "rows": [], "reason": "", "scan": { "name": "x", "content": "" } }),
        )
        .on(|c| &c.over),
        get("/api/v1/sheets/{sheet}/sample", Aim::Held),
        call("POST", "/api/v1/sheets/{sheet}/sample", Aim::Held, |_, _| json!({ "rows": [] })),
        get("/api/v1/desk/sheets/{sheet}", Aim::Held),
        call("POST", "/api/v1/desk/sheets/{sheet}/decision", Aim::Held, |_, _| json!({ "accept": false })),
        call("POST", "/api/v1/me/arrivals", Aim::Plain, code),
        call("POST", "/api/v1/me/departures", Aim::Plain, code),
    ]
}

fn hours_cases() -> Vec<Case> {
    let claim: fn(&World, &Corner) -> Value = |_, _| json!({ "lines": [], "reason": "" });
    vec![
        get("/api/v1/team", Aim::Plain),
        get("/api/v1/hours", Aim::Plain),
        get("/api/v1/hours/{entry}", Aim::Held),
        get("/api/v1/hours/claims", Aim::Plain),
        get("/api/v1/hours/claims/{claim}", Aim::Held),
        call("POST", "/api/v1/sessions/{session}/claims", Aim::Held, claim).on(|c| &c.over),
        call("POST", "/api/v1/hours/{entry}/reversal", Aim::Held, |_, _| json!({ "reason": "" })),
        call("POST", "/api/v1/hours/claims/{claim}/decision", Aim::Held, |_, _| json!({ "decision": "" })),
        get("/api/v1/me/hours/applications", Aim::Plain),
        get("/api/v1/me/hours/sessions", Aim::Plain),
        call(
            "POST",
            "/api/v1/sessions/{session}/applications",
            Aim::Team,
            |_, _| json!({ "from": "2026-11-20T09:00:00+08:00", "to": "2026-11-20T11:00:00+08:00", "reason": "" }),
        )
        .on(|c| &c.over),
        get("/api/v1/hours/pending", Aim::Plain),
        get("/api/v1/hours/pending/{pending}", Aim::Held),
        call("POST", "/api/v1/hours/pending/{pending}/decision", Aim::Held, |_, _| json!({ "decision": "" })),
        get("/api/v1/postings", Aim::Plain),
        call("POST", "/api/v1/postings/{pending}/objections", Aim::Whole, |_, _| json!({ "reason": "" })),
        get("/api/v1/hours/months", Aim::Plain),
        bare("POST", "/api/v1/hours/months/{month}/closure", Aim::Plain),
        bare("DELETE", "/api/v1/me/hours/applications/{pending}", Aim::Mine).restore(super::cases::REPORTED),
    ]
}

fn records_cases() -> Vec<Case> {
    let award: fn(&World, &Corner) -> Value = |_, c| json!({ "team": c.team, "title": "", "on": "", "issuer": "", "document": "", "number": "", "kind": "", "content": "" });
    let marks: fn(&World, &Corner) -> Value = |_, _| json!({ "first": 0, "second": 0, "third": 0 });
    vec![
        get("/api/v1/awards", Aim::Plain),
        get("/api/v1/awards/{award}", Aim::Held),
        call("POST", "/api/v1/awards", Aim::Held, award),
        call("POST", "/api/v1/awards/{award}/withdrawal", Aim::Held, |_, _| json!({ "reason": "" })),
        get("/api/v1/me/awards", Aim::Plain),
        get("/api/v1/evaluations", Aim::Plain),
        get("/api/v1/activities/{activity}/evaluations", Aim::Held).on(|c| &c.over),
        call("PUT", "/api/v1/activities/{activity}/evaluations/{person}", Aim::Held, marks).on(|c| &c.over),
        get("/api/v1/me/evaluations", Aim::Plain),
        call("PUT", "/api/v1/me/evaluations/{activity}", Aim::Leader, marks).on(|c| &c.over),
        get("/api/v1/me/statement", Aim::Plain),
        get("/api/v1/teams/{team}/statement", Aim::Held),
    ]
}

fn people_cases() -> Vec<Case> {
    use organisations::policy::READ;
    let team: fn(&World, &Corner) -> Value =
        |_, c| json!({ "name": "新志愿队", "kind": "village", "region": c.region });
    let site: fn(&World, &Corner) -> Value =
        |_, c| json!({ "name": "新服务站", "kind": "station", "address": "二号", "region": c.region });
    let leaving: fn(&World, &Corner) -> Value = |_, _| json!({ "last": "", "reason": "" });
    let member: fn(&World, &Corner) -> Value = |_, _| json!({ "who": "", "role": "member" });
    vec![
        call("PATCH", "/api/v1/people/{person}", Aim::Person, |_, c| json!({ "name": c.name }))
            .seen(people::policy::READ),
        call("POST", "/api/v1/teams", Aim::Region, team).founds(),
        call("PUT", "/api/v1/teams/{team}", Aim::Held, team).seen(READ),
        call("POST", "/api/v1/teams/{team}/members", Aim::Held, member).seen(READ),
        call("POST", "/api/v1/teams/{team}/members/{person}/leaving", Aim::Held, leaving).seen(READ),
        call("POST", "/api/v1/sites", Aim::Region, site).founds(),
        call("PUT", "/api/v1/sites/{site}", Aim::Region, site),
    ]
}

fn federation_cases() -> Vec<Case> {
    const WAITS: &[&str] = &[
        "UPDATE join_request SET state = 'applied', decided_at = NULL, decided_by = NULL, decided_name = NULL, opinion = NULL",
    ];
    const CLAIMED: &[&str] =
        &["UPDATE record_claim SET state = 'waiting', decided_at = NULL, decided_by = NULL, decided_name = NULL"];
    let accepted: fn(&World, &Corner) -> Value = |_, _| json!({ "decision": "accepted" });
    let nothing: fn(&World, &Corner) -> Value = |_, _| json!({ "into": "", "reason": "" });
    vec![
        get("/api/v1/me/trace", Aim::Plain),
        call("PATCH", "/api/v1/me", Aim::Plain, |_, _| json!({ "skills": "急救" })),
        get("/api/v1/towns", Aim::Plain),
        call("POST", "/api/v1/towns/{region}/merger", Aim::Plain, nothing),
        call("POST", "/api/v1/towns/{region}/name", Aim::Plain, |_, _| json!({ "name": "", "reason": "" })),
        call("POST", "/api/v1/towns/{region}/division", Aim::Plain, |_, _| json!({ "name": "", "reason": "" })),
        get("/api/v1/team/claims", Aim::Plain),
        call("POST", "/api/v1/team/claims/{claim}/decision", Aim::Held, |_, _| json!({ "accepted": false }))
            .restore(CLAIMED),
        get("/api/v1/work", Aim::Plain),
        get("/api/v1/me/messages", Aim::Plain),
        bare("POST", "/api/v1/me/messages/read", Aim::Plain),
        get("/api/v1/team/requests", Aim::Plain),
        call("POST", "/api/v1/team/requests/{request}/decision", Aim::Held, accepted).restore(WAITS),
    ]
}

fn import_cases() -> Vec<Case> {
    let upload = Body::Upload(&[("kind", "volunteers")], ("file", "roster.csv", super::world::ROSTER.as_bytes()));
    vec![
        get("/api/v1/imports", Aim::Plain),
        Case::of("POST", "/api/v1/imports", Aim::Plain, upload),
        get("/api/v1/imports/{import}", Aim::Made),
        get("/api/v1/imports/{import}/refusals", Aim::Made),
        get("/api/v1/imports/{import}/errors", Aim::Made),
        call("POST", "/api/v1/imports/{import}/mapping", Aim::Made, |_, _| json!({ "columns": {} })),
        bare("POST", "/api/v1/imports/{import}/cancellation", Aim::Made),
        bare("POST", "/api/v1/imports/{import}/commit", Aim::Made),
    ]
}
