//! The cases of announcements and of reminders, pages and JSON; what changes an object stands after what reads it.

use super::case::{Aim, Body, Case, Fields, call, get, none, post, text};
use super::world::World;
use crate::district::Corner;
use serde_json::json;

/// A deed that its address says all of.
fn bare(route: &'static str, aim: Aim) -> Case {
    Case::of("POST", route, aim, Body::Nothing)
}

/// All of them.
pub fn all() -> Vec<Case> {
    [announcements(), programs(), reminders()].into_iter().flatten().collect()
}

const OUT: &[&str] = &["UPDATE announcement SET state = 'sent', withdrawn_at = NULL"];

fn announcements() -> Vec<Case> {
    // Without a title nothing is kept, and nobody is told anything.
    let untitled: fn(&World, &Corner) -> Fields = |_, _| text(&[("title", ""), ("body", "x")]);
    vec![
        get("/desk/announcements", Aim::Plain),
        get("/desk/announcements/export", Aim::Plain).query("?format=csv"),
        get("/desk/announcements/new", Aim::Plain),
        get("/desk/announcements/received", Aim::Plain),
        get("/desk/announcements/received/export", Aim::Plain).query("?format=csv"),
        get("/desk/announcements/{announcement}/share", Aim::Held).query("?show=all"),
        get("/desk/announcements/{announcement}/share/export", Aim::Held).query("?format=csv&show=all"),
        get("/desk/announcements/{announcement}/share/chasing", Aim::Held),
        post("/desk/announcements", Aim::Plain, untitled),
        get("/desk/announcements/{announcement}", Aim::Held),
        get("/desk/announcements/{announcement}/edit", Aim::Held),
        get("/desk/announcements/{announcement}/progress", Aim::Held),
        get("/desk/announcements/{announcement}/readers", Aim::Held).query("?show=all"),
        get("/desk/announcements/{announcement}/export", Aim::Held).query("?format=csv&show=all"),
        get("/desk/announcements/{announcement}/chasing", Aim::Held),
        get("/desk/announcements/{announcement}/withdrawal", Aim::Held),
        get("/me/announcements", Aim::Plain),
        get("/me/announcements/{announcement}", Aim::Mine),
        post("/desk/announcements/{announcement}", Aim::Held, untitled),
        post("/desk/announcements/{announcement}/sending", Aim::Held, none),
        post("/desk/announcements/{announcement}/cancellation", Aim::Held, none),
        post("/desk/announcements/{announcement}/share/chasing", Aim::Held, none),
        post("/desk/announcements/{announcement}/chasing", Aim::Held, none),
        post("/desk/announcements/{announcement}/withdrawal", Aim::Held, none).restore(OUT),
        post("/me/announcements/{announcement}/reading", Aim::Mine, none),
    ]
}

fn programs() -> Vec<Case> {
    let untitled: fn(&World, &Corner) -> serde_json::Value =
        |_, _| json!({ "title": "", "urgency": "normal", "kind": "work", "body": "x" });
    vec![
        get("/api/v1/announcements", Aim::Plain),
        call("POST", "/api/v1/announcements", Aim::Plain, untitled),
        get("/api/v1/announcements/received", Aim::Plain),
        get("/api/v1/announcements/{announcement}/share", Aim::Held),
        bare("/api/v1/announcements/{announcement}/share/chasing", Aim::Held),
        get("/api/v1/announcements/{announcement}", Aim::Held),
        get("/api/v1/announcements/{announcement}/teams", Aim::Held),
        get("/api/v1/announcements/{announcement}/readers", Aim::Held),
        call("PUT", "/api/v1/announcements/{announcement}", Aim::Held, untitled),
        bare("/api/v1/announcements/{announcement}/sending", Aim::Held),
        bare("/api/v1/announcements/{announcement}/cancellation", Aim::Held),
        bare("/api/v1/announcements/{announcement}/chasing", Aim::Held),
        bare("/api/v1/announcements/{announcement}/withdrawal", Aim::Held).restore(OUT),
        get("/api/v1/me/announcements", Aim::Plain),
        get("/api/v1/me/announcements/{announcement}", Aim::Mine),
        bare("/api/v1/me/announcements/{announcement}/reading", Aim::Mine),
    ]
}

fn reminders() -> Vec<Case> {
    vec![
        get("/me/services/{signup}/answer", Aim::Mine),
        post("/me/services/{signup}/answer", Aim::Mine, |_, _| text(&[("answer", "yes")])),
        call("PUT", "/api/v1/me/services/{signup}/answer", Aim::Mine, |_, _| json!({ "coming": true })),
        get("/api/v1/sessions/{session}/answers", Aim::Held).on(|c| &c.running),
        // A mark that is not ours opens nothing to anybody.
        get("/answers/{signup}/{mark}", Aim::Nothing),
        post("/answers/{signup}/{mark}", Aim::Nothing, |_, _| text(&[("answer", "yes")])),
    ]
}
