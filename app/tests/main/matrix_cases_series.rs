//! The cases of what activities do beside the way of one: series, copies, calendars, posters, calls, and holding one together.

use super::case::{Aim, Case, call, get, none, post, text};
use serde_json::json;

/// All of them.
pub fn all() -> Vec<Case> {
    [series_cases(), own_cases(), together_cases(), swap_cases()].into_iter().flatten().collect()
}

fn series_cases() -> Vec<Case> {
    let rule = "?cycle=weekly&every=1&weekday=3&nth=1&count=2";
    vec![
        get("/activities/{activity}/series", Aim::Held).on(|c| &c.draft).query(rule),
        get("/api/v1/activities/{activity}/series", Aim::Held).on(|c| &c.draft),
        post("/activities/{activity}/series", Aim::Held, |_, _| text(&[("cycle", "weekly"), ("every", "1")]))
            .on(|c| &c.draft),
        call(
            "PUT",
            "/api/v1/activities/{activity}/series",
            Aim::Held,
            |_, _| json!({ "cycle": "weekly", "every": 1, "weekdays": [3], "count": 2, "dry_run": true }),
        )
        .on(|c| &c.draft),
        post("/activities/{activity}/series/end", Aim::Held, none).on(|c| &c.draft),
        Case::of("DELETE", "/api/v1/activities/{activity}/series", Aim::Held, super::case::Body::Nothing)
            .on(|c| &c.draft),
        call("POST", "/api/v1/activities/{activity}/sessions", Aim::Held, |_, _| json!({ "count": 1 })),
        get("/activities/{activity}/copies/new", Aim::Held),
        post("/activities/{activity}/copies", Aim::Held, |_, _| text(&[("first", "2026-11-01")])),
        call("POST", "/api/v1/activities/{activity}/copies", Aim::Held, |_, _| json!({ "first": "2026-11-01" })),
        get("/sessions/{session}/change", Aim::Held),
        post("/sessions/{session}/time", Aim::Held, |_, _| text(&[("day", "2026-11-23"), ("why", "")])),
        call(
            "PUT",
            "/api/v1/sessions/{session}/time",
            Aim::Held,
            |_, _| json!({ "starts_at": "2026-11-23T15:00:00+08:00", "ends_at": "2026-11-23T14:00:00+08:00", "why": "" }),
        ),
        post("/sessions/{session}/cancellation", Aim::Held, |_, _| text(&[("off", "")])),
        call("POST", "/api/v1/sessions/{session}/cancellation", Aim::Held, |_, _| json!({ "why": "" })),
    ]
}

fn own_cases() -> Vec<Case> {
    vec![
        get("/activities/{activity}/calendar.ics", Aim::Whole),
        get("/activities/{activity}/poster", Aim::Whole),
        get("/activities/{activity}/poster.png", Aim::Whole),
        get("/activities/{activity}/poster.pdf", Aim::Whole),
        get("/calendar/{token}", Aim::Nothing),
        get("/me/calendar", Aim::Plain),
        post("/me/calendar", Aim::Plain, none),
        post("/me/calendar/end", Aim::Plain, none),
        Case::of("POST", "/api/v1/me/calendar", Aim::Plain, super::case::Body::Nothing),
        get("/api/v1/me/calendar", Aim::Plain),
        Case::of("DELETE", "/api/v1/me/calendar", Aim::Plain, super::case::Body::Nothing),
        get("/api/v1/me/services/{signup}/handover", Aim::Mine),
        call("PUT", "/api/v1/me/services/{signup}/handover", Aim::Mine, |_, _| json!({ "offered": false })),
        post("/me/services/{signup}/call", Aim::Mine, |_, _| text(&[("why", "")])),
        call("POST", "/api/v1/me/services/{signup}/call", Aim::Mine, |_, _| json!({})),
    ]
}

fn together_cases() -> Vec<Case> {
    const KEPT: &[&str] = &["UPDATE signup SET handover_at = NULL, handover_to = NULL"];
    vec![
        call(
            "POST",
            "/api/v1/activities/{activity}/groups",
            Aim::Whole,
            |_, c| json!({ "post": c.open.post, "together": "all" }),
        ),
        get("/api/v1/activities/{activity}/handovers", Aim::Whole),
        call("POST", "/api/v1/activities/{activity}/handovers", Aim::Whole, |_, c| json!({ "signup": c.open.signup }))
            .restore(KEPT),
        call("PUT", "/api/v1/sessions/{session}/handovers/{signup}", Aim::Held, |_, _| json!({ "accept": false })),
        call(
            "POST",
            "/api/v1/sessions/{session}/moves",
            Aim::Held,
            |_, c| json!({ "signup": c.open.signup, "post": c.open.post }),
        ),
        post("/sessions/{session}/calls", Aim::Held, |_, c| vec![("signup", c.open.signup.to_string())]).restore(KEPT),
        call("POST", "/api/v1/sessions/{session}/calls", Aim::Held, |_, c| json!({ "signup": c.open.signup }))
            .restore(KEPT),
        get("/activities/{activity}/partners", Aim::Held),
        get("/api/v1/activities/{activity}/partners", Aim::Held),
        post("/activities/{activity}/partners", Aim::Held, |_, _| text(&[("team", "")])),
        call("POST", "/api/v1/activities/{activity}/partners", Aim::Held, |_, _| json!({ "team": "" })),
        post("/activities/{activity}/partners/answer", Aim::Held, |_, c| {
            vec![("team", c.team.to_string()), ("answer", "end".to_owned())]
        }),
        call("PUT", "/api/v1/activities/{activity}/partners/{team}", Aim::Held, |_, _| json!({ "answer": "end" })),
    ]
}

fn swap_cases() -> Vec<Case> {
    const ASKED: &[&str] = &["UPDATE signup_swap SET state = 'asked', wanted_ok = FALSE, given_ok = FALSE"];
    let place: fn(&super::world::World, &crate::district::Corner) -> serde_json::Value =
        |_, c| json!({ "place": c.open.signup });
    vec![
        get("/me/handovers", Aim::Plain),
        get("/api/v1/me/handovers", Aim::Plain),
        get("/me/swaps", Aim::Plain),
        get("/me/absences", Aim::Plain),
        get("/api/v1/me/absences", Aim::Plain),
        get("/api/v1/me/swaps", Aim::Plain),
        get("/me/services/{signup}/swaps", Aim::Mine),
        get("/api/v1/me/services/{signup}/swaps", Aim::Mine),
        post("/me/services/{signup}/swaps", Aim::Mine, |_, c| vec![("place", c.open.signup.to_string())]),
        call("POST", "/api/v1/me/services/{signup}/swaps", Aim::Mine, place),
        post("/me/swaps/{swap}", Aim::Mine, |_, _| text(&[("answer", "no")])).restore(ASKED),
        call("PUT", "/api/v1/me/swaps/{swap}", Aim::Mine, |_, _| json!({ "accept": false })).restore(ASKED),
        Case::of("DELETE", "/api/v1/me/swaps/{swap}", Aim::Mine, super::case::Body::Nothing).restore(ASKED),
        post("/sessions/{session}/swaps", Aim::Held, |_, c| {
            vec![("swap", c.member.to_string()), ("answer", "no".to_owned())]
        }),
        call("PUT", "/api/v1/sessions/{session}/swaps/{swap}", Aim::Held, |_, _| json!({ "accept": false })),
    ]
}
