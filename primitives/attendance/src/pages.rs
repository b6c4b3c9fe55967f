//! Pages: one's own phone at the place, the leader's list and code, claims afterwards.

mod bulk;
mod check_in;
mod claim;
mod code;
mod guest;
mod inside;
mod roster;
mod sheet;
mod sheet_desk;

use crate::ATTEND;
use activities::{READ, SIGN_UP};
use kernel::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/c/{session}/{turn}/{mark}", READ, check_in::scan)
        .get("/check-in/{session}", SIGN_UP, check_in::show)
        .post("/check-in/{session}", SIGN_UP, check_in::create)
        .get("/sessions/{session}", ATTEND, roster::show)
        .post("/sessions/{session}/arrivals", ATTEND, roster::arrive)
        .post("/sessions/{session}/departures", ATTEND, roster::depart)
        .post("/sessions/{session}/served", ATTEND, roster::served)
        .get("/sessions/{session}/bulk", ATTEND, bulk::new)
        .post("/sessions/{session}/bulk", ATTEND, bulk::create)
        .get("/sessions/{session}/guests/new", ATTEND, guest::new)
        .post("/sessions/{session}/guests", ATTEND, guest::create)
        .get("/sessions/{session}/inside", ATTEND, inside::show)
        .get("/sessions/{session}/inside/events", ATTEND, inside::events)
        .get("/sessions/{session}/code", ATTEND, code::show)
        .get("/sessions/{session}/code/picture", ATTEND, code::picture)
        .get("/sessions/{session}/claims/new", hours::CLAIM, claim::new)
        .post("/sessions/{session}/claims", hours::CLAIM, claim::create)
        .get("/sessions/{session}/sheets", hours::CLAIM, sheet::index)
        .get("/sessions/{session}/sheets/new", hours::CLAIM, sheet::new)
        .post("/sessions/{session}/sheets", hours::CLAIM, sheet::create)
        .get("/sheets/{sheet}/sample", hours::CLAIM, sheet::sample)
        .post("/sheets/{sheet}/sample", hours::CLAIM, sheet::compare)
        .get("/sheets/{sheet}/scan", hours::CLAIM, sheet::scan)
        .get("/desk/sheets/{sheet}", hours::DECIDE, sheet_desk::show)
        .post("/desk/sheets/{sheet}/decision", hours::DECIDE, sheet_desk::decide)
}
