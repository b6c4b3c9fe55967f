//! The cases of joining and leaving teams by one's own word. What is asked is refused for what the member of the corner is, so
//! that everybody finds the teams as they were.

use super::case::{Aim, Body, Case, call, get, none, post};
use serde_json::json;

/// All of them.
pub fn all() -> Vec<Case> {
    // What somebody asks for on the way is asked for by nobody afterwards; the corners' own requests are due when they were made.
    const UNASKED: &[&str] = &["DELETE FROM join_request WHERE due_at <> made_at"];
    vec![
        get("/teams", Aim::Plain),
        get("/teams", Aim::Plain).query("?q=chen&town=440605125&kind=village"),
        get("/teams/{team}", Aim::Whole),
        get("/api/v1/open-teams", Aim::Plain),
        post("/teams/{team}/requests", Aim::Whole, none).restore(UNASKED),
        post("/me/requests/{request}/withdrawal", Aim::Nothing, none),
        get("/me/teams/{team}/leaving", Aim::Team),
        post("/me/teams/{team}/leaving", Aim::Team, none),
        call("POST", "/api/v1/me/requests", Aim::Plain, |_, c| json!({ "team": c.team.to_string() })).restore(UNASKED),
        Case::of("DELETE", "/api/v1/me/requests/{request}", Aim::Nothing, Body::Nothing),
        call("POST", "/api/v1/me/teams/{team}/leaving", Aim::Team, |_, _| json!({ "give_back": false })),
    ]
}
