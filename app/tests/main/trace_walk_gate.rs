//! The walk through the gate of a place and its paper sheets: many at once, somebody at the desk, two readings of a sheet.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use super::form;
use crate::district::Somebody;
use crate::trace_walk::{Sent, Walk};
use kernel::ids::Raw;
use kernel::{Read as _, args, row};
use serde_json::json;

const SCAN: (&str, &str, &[u8]) = ("scan", "sheet.pdf", b"%PDF-1.4 sheet");

row! { struct Newest { id: Raw } }

async fn newest(walk: &Walk) -> Raw {
    let sql = "SELECT id FROM paper_sheet ORDER BY id DESC LIMIT 1";
    walk.district.app.db().one::<Newest>(sql, args![]).await.unwrap().id
}

pub async fn walk<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    gate(walk, by("leader")).await;
    sheets(walk, &by).await;
    sheets_by_program(walk, &by).await;
}

async fn gate(walk: &mut Walk, leader: &Somebody) {
    let (session, member) = (walk.district.near.running.session, walk.district.near.member.to_string());
    let read = [("attendance.roster_read", "session", Some(session))];
    for (route, rest) in [("/sessions/{session}/bulk", "bulk"), ("/sessions/{session}/inside", "inside")] {
        walk.ask(leader, ("GET", route), (format!("/sessions/{session}/{rest}"), Sent::Nothing), &read).await;
    }
    let both = [("attendance.roster_read", "session", Some(session)), ("attendance.taken", "session", Some(session))];
    let sent = form(&[("deed", "out"), ("then", "do"), ("person", &member)]);
    walk.ask(leader, ("POST", "/sessions/{session}/bulk"), (format!("/sessions/{session}/bulk"), sent), &both).await;
    let body = json!({ "deed": "out", "people": [member] });
    let sent = (format!("/api/v1/sessions/{session}/bulk"), Sent::Json(body));
    walk.ask(leader, ("POST", "/api/v1/sessions/{session}/bulk"), sent, &read).await;
    let made = [("people.registered", "person", None), ("attendance.taken", "session", Some(session))];
    let sent = form(&[("name", "冯秀英"), ("phone", "13911118888"), ("told", "on")]);
    walk.ask(leader, ("POST", "/sessions/{session}/guests"), (format!("/sessions/{session}/guests"), sent), &made)
        .await;
    let body = json!({ "name": "冯子健", "phone": "13911119999", "told": true });
    let sent = (format!("/api/v1/sessions/{session}/guests"), Sent::Json(body));
    walk.ask(leader, ("POST", "/api/v1/sessions/{session}/guests"), sent, &made).await;
}

async fn sheets<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (over, name) = (walk.district.near.over.session, walk.district.near.name);
    let row = |to: &str| {
        [("who:1", name), ("from:1", "09:00"), ("to:1", to)].map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec()
    };
    let mut whole = row("11:00");
    whole.push(("reason".to_owned(), "现场断网".to_owned()));
    let keyed = [("sheet.keyed", "sheet", None), ("attendance.roster_read", "session", Some(over))];
    let sent = (format!("/sessions/{over}/sheets"), Sent::Upload(whole, SCAN));
    walk.ask(by("leader"), ("POST", "/sessions/{session}/sheets"), sent, &keyed).await;
    let sheet = newest(walk).await;
    let read = [("sheet.read", "sheet", Some(sheet))];
    let sent = (format!("/sheets/{sheet}/scan"), Sent::Nothing);
    walk.ask(by("town"), ("GET", "/sheets/{sheet}/scan"), sent, &read).await;
    let checked = [("sheet.checked", "sheet", Some(sheet))];
    let sent = (format!("/sheets/{sheet}/sample"), Sent::Upload(row("10:00"), ("scan", "", b"")));
    walk.ask(by("town"), ("POST", "/sheets/{sheet}/sample"), sent, &checked).await;
    let sent = (format!("/desk/sheets/{sheet}"), Sent::Nothing);
    walk.ask(by("district"), ("GET", "/desk/sheets/{sheet}"), sent, &read).await;
    let decided = [("sheet.decided", "sheet", Some(sheet))];
    let sent = form(&[("decision", "return"), ("opinion", "差得太多")]);
    let sent = (format!("/desk/sheets/{sheet}/decision"), sent);
    walk.ask(by("district"), ("POST", "/desk/sheets/{sheet}/decision"), sent, &decided).await;
}

async fn sheets_by_program<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (over, name) = (walk.district.near.over.session, walk.district.near.name);
    let rows = |to: &str| json!([{ "line": 1, "who": name, "from": "0900", "to": to }]);
    let scan = json!({ "name": "sheet.pdf", "content": "JVBERi0xLjQgc2Nhbg==" });
    let keyed = [("sheet.keyed", "sheet", None)];
    let body = json!({ "rows": rows("1100"), "reason": "现场断网", "scan": scan });
    let sent = (format!("/api/v1/sessions/{over}/sheets"), Sent::Json(body));
    walk.ask(by("leader"), ("POST", "/api/v1/sessions/{session}/sheets"), sent, &keyed).await;
    let sheet = newest(walk).await;
    let checked = [("sheet.checked", "sheet", Some(sheet))];
    let sent = (format!("/api/v1/sheets/{sheet}/sample"), Sent::Json(json!({ "rows": rows("1000") })));
    walk.ask(by("town"), ("POST", "/api/v1/sheets/{sheet}/sample"), sent, &checked).await;
    let read = [("sheet.read", "sheet", Some(sheet))];
    let sent = (format!("/api/v1/desk/sheets/{sheet}"), Sent::Nothing);
    walk.ask(by("district"), ("GET", "/api/v1/desk/sheets/{sheet}"), sent, &read).await;
    let decided = [("sheet.decided", "sheet", Some(sheet)), ("hours.claimed", "claim", None)];
    let body = json!({ "accept": true, "second": [1] });
    let sent = (format!("/api/v1/desk/sheets/{sheet}/decision"), Sent::Json(body));
    walk.ask(by("district"), ("POST", "/api/v1/desk/sheets/{sheet}/decision"), sent, &decided).await;
}
