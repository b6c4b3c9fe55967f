//! The cases of guardians, of the life cycle, of saved views and of the pages about objects. What is asked is refused for what the
//! people of the corners are (of age, no erasing that waits), so that everybody finds them as they were.

use super::case::{Aim, Body, Case, call, get, none, post, text};
use serde_json::json;

/// A deed that its address says all of.
fn bare(method: &'static str, route: &'static str, aim: Aim) -> Case {
    Case::of(method, route, aim, Body::Nothing)
}

/// All of them.
pub fn all() -> Vec<Case> {
    [guardian_cases(), life_cases(), object_cases(), certificate_cases()].into_iter().flatten().collect()
}

const PAPER: Body =
    Body::Upload(&[("agrees", "on"), ("for_data", "on")], ("scan", "consent.pdf", b"%PDF-1.4 a signed paper"));

fn guardian_cases() -> Vec<Case> {
    use people::policy::READ;
    const GUARDIANS: &str = "/desk/people/{person}/guardians";
    const CONSENT: &str = "/desk/people/{person}/guardians/{guardian}/consent";
    const OF_API: &str = "/api/v1/people/{person}/guardians";
    let named: fn(&super::World, &crate::district::Corner) -> super::case::Fields =
        |_, _| text(&[("name", "梁国栋"), ("phone", "13800000013"), ("relation", "father")]);
    vec![
        get("/desk/people/minors", Aim::Plain),
        get("/desk/people/minors/export", Aim::Plain).query("?format=csv"),
        get("/api/v1/people/minors", Aim::Plain),
        get(GUARDIANS, Aim::Person).seen(READ),
        get(OF_API, Aim::Person).seen(READ),
        post(GUARDIANS, Aim::Person, named).seen(READ),
        call("POST", OF_API, Aim::Person, |_, _| json!({ "name": "梁国栋", "relation": "father" })).seen(READ),
        get(CONSENT, Aim::Person).seen(READ),
        Case::of("POST", CONSENT, Aim::Person, PAPER).seen(READ),
        Case::of("POST", "/api/v1/people/{person}/guardians/{guardian}/consent", Aim::Person, PAPER).seen(READ),
        post("/desk/people/{person}/guardians/{guardian}/link", Aim::Person, none).seen(READ),
        bare("POST", "/api/v1/people/{person}/guardians/{guardian}/link", Aim::Person).seen(READ),
        post("/desk/people/{person}/guardians/{guardian}/withdrawal", Aim::Person, |_, _| text(&[("reason", "")]))
            .seen(READ),
        call(
            "POST",
            "/api/v1/people/{person}/guardians/{guardian}/withdrawal",
            Aim::Person,
            |_, _| json!({ "reason": "" }),
        )
        .seen(READ),
        get("/guardian/{token}", Aim::Nothing),
        post("/guardian/{token}", Aim::Nothing, |_, _| text(&[("agrees", "on")])),
        get("/me/wards", Aim::Plain),
        get("/api/v1/me/wards", Aim::Plain),
        call("POST", "/api/v1/me/wards", Aim::Nothing, |_, _| json!({ "token": "nothing", "agrees": true })),
        post("/me/wards/{guardian}/withdrawal", Aim::Mine, none),
        bare("DELETE", "/api/v1/me/wards/{guardian}", Aim::Mine),
    ]
}

fn life_cases() -> Vec<Case> {
    use people::policy::READ;
    const LIFE: &str = "/desk/people/{person}/life";
    vec![
        get(LIFE, Aim::Person),
        get("/api/v1/people/{person}/life", Aim::Person),
        post(LIFE, Aim::Person, |_, _| text(&[("to", "archived"), ("basis", "retention"), ("reason", "x")])).seen(READ),
        call("POST", "/api/v1/people/{person}/life", Aim::Person, |_, _| json!({ "to": "archived" })).seen(READ),
        post("/desk/people/{person}/erasure", Aim::Person, |_, _| text(&[("reason", "")])).seen(READ),
        call("POST", "/api/v1/people/{person}/erasure", Aim::Person, |_, _| json!({ "reason": "" })).seen(READ),
        post("/desk/people/{person}/erasure/decision", Aim::Person, |_, _| text(&[("decision", "no")])).seen(READ),
        call("POST", "/api/v1/people/{person}/erasure/decision", Aim::Person, |_, _| json!({ "decision": "no" }))
            .seen(READ),
        post("/desk/people/{person}/erasure/withdrawal", Aim::Person, none).seen(READ),
        bare("DELETE", "/api/v1/people/{person}/erasure", Aim::Person).seen(READ),
        get("/me/life", Aim::Plain),
        get("/api/v1/me/life", Aim::Plain),
        post("/me/life", Aim::Plain, |_, _| text(&[("to", "archived")])),
        call("POST", "/api/v1/me/life", Aim::Plain, |_, _| json!({ "to": "archived" })),
        post("/me/erasure", Aim::Plain, none).restore(&["DELETE FROM person_erasure"]),
        post("/me/erasure/withdrawal", Aim::Plain, none),
        bare("POST", "/api/v1/me/erasure", Aim::Plain).restore(&["DELETE FROM person_erasure"]),
        bare("DELETE", "/api/v1/me/erasure", Aim::Plain),
    ]
}

fn object_cases() -> Vec<Case> {
    vec![
        get("/desk/objects/{kind}/{object}/log", Aim::Person),
        get("/desk/objects/{kind}/{object}/access", Aim::Person),
        get("/api/v1/objects/{kind}/{object}/log", Aim::Person),
        get("/api/v1/objects/{kind}/{object}/access", Aim::Person),
        get("/desk/bulk", Aim::Nothing).query("?list=none"),
        post("/desk/bulk", Aim::Nothing, |_, _| text(&[("list", "none")])),
        get("/desk/bulk/{run}", Aim::Nothing),
        post("/desk/bulk/{run}/undoing", Aim::Nothing, none),
        get("/api/v1/bulk", Aim::Nothing).query("?list=none"),
        call("POST", "/api/v1/bulk", Aim::Nothing, |_, _| json!({ "list": "none" })),
        get("/api/v1/bulk/{run}", Aim::Nothing),
        bare("DELETE", "/api/v1/bulk/{run}", Aim::Nothing),
        post("/desk/views", Aim::Nothing, |_, _| text(&[("list", "none"), ("name", "x")])),
        post("/desk/views/{view}/removal", Aim::Nothing, none),
        get("/api/v1/views", Aim::Nothing).query("?list=none"),
        call("POST", "/api/v1/views", Aim::Nothing, |_, _| json!({ "list": "none", "name": "x" })),
        bare("DELETE", "/api/v1/views/{view}", Aim::Nothing),
    ]
}

fn certificate_cases() -> Vec<Case> {
    use people::policy::READ;
    const LIVE: &[&str] = &["UPDATE certificate_kind SET ended_at = NULL"];
    vec![
        get("/desk/certificates", Aim::Plain),
        get("/api/v1/certificates", Aim::Plain),
        post("/desk/certificates", Aim::Plain, |_, _| text(&[("name", "")])),
        call("POST", "/api/v1/certificates", Aim::Plain, |_, _| json!({ "name": "" })),
        post("/desk/certificates/{certificate_kind}/end", Aim::Whole, none).restore(LIVE),
        bare("DELETE", "/api/v1/certificates/{certificate_kind}", Aim::Whole).restore(LIVE),
        get("/desk/people/{person}/certificates", Aim::Person).seen(READ),
        get("/api/v1/people/{person}/certificates", Aim::Person).seen(READ),
        post("/desk/people/{person}/certificates", Aim::Person, |_, _| text(&[("kind", "")])).seen(READ),
        call("POST", "/api/v1/people/{person}/certificates", Aim::Person, |_, _| json!({ "kind": "" })).seen(READ),
        post("/desk/people/{person}/certificates/{certificate}/withdrawal", Aim::Person, |_, _| {
            text(&[("reason", "")])
        })
        .seen(READ),
        call(
            "POST",
            "/api/v1/people/{person}/certificates/{certificate}/withdrawal",
            Aim::Person,
            |_, _| json!({ "reason": "" }),
        )
        .seen(READ),
        get("/me/certificates", Aim::Plain),
        get("/api/v1/me/certificates", Aim::Plain),
    ]
}
