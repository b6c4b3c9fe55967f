//! Pages: one's own phone at the place, the leader's list and code, claims afterwards.

mod check_in;
mod claim;
mod code;
mod roster;

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
        .get("/sessions/{session}/code", ATTEND, code::show)
        .get("/sessions/{session}/code/picture", ATTEND, code::picture)
        .get("/sessions/{session}/claims/new", hours::CLAIM, claim::new)
        .post("/sessions/{session}/claims", hours::CLAIM, claim::create)
}
