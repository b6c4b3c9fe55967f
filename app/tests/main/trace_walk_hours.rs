//! The walk through what does not count yet: reported, decided, objected to, taken back; and a month that is closed.

use super::super::{Sent, Walk};
use super::{PHOTO, form, led};
use crate::district::Somebody;
use kernel::ids::Raw;
use serde_json::json;

pub async fn walk<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (own, leader, town, district) = (by("own"), by("leader"), by("town"), by("district"));
    report(walk, own).await;
    let (pending, proof, posted) = (walk.district.near.pending, walk.district.near.proof, walk.district.near.posted);
    let read = [("hours.proof_read", "pending", Some(pending))];
    let path = format!("/desk/hours/pending/{pending}/evidence/{proof}");
    walk.ask(leader, ("GET", "/desk/hours/pending/{pending}/evidence/{proof}"), (path, Sent::Nothing), &read).await;
    let exported = [("hours.exported", "hours", None)];
    let path = "/desk/hours/pending/export?format=csv".to_owned();
    walk.ask(leader, ("GET", "/desk/hours/pending/export"), (path, Sent::Nothing), &exported).await;
    let decided = [("hours.pending_decided", "pending", Some(pending))];
    let sent = (format!("/desk/hours/pending/{pending}/decision"), form(&[("decision", "approve"), ("opinion", "")]));
    walk.ask(leader, ("POST", "/desk/hours/pending/{pending}/decision"), sent, &decided).await;
    let objected = [("hours.objected", "pending", Some(posted))];
    let sent = (format!("/postings/{posted}/objections"), form(&[("reason", "那天没有活动")]));
    walk.ask(leader, ("POST", "/postings/{pending}/objections"), sent, &objected).await;
    let closed = [("hours.month_closed", "month", None)];
    let sent = ("/desk/hours/months/2026-10/closure".to_owned(), form(&[]));
    walk.ask(district, ("POST", "/desk/hours/months/{month}/closure"), sent, &closed).await;

    let (pending, posted) = (walk.district.side.pending, walk.district.side.posted);
    let decided = [("hours.pending_decided", "pending", Some(pending))];
    let body = json!({ "decision": "return", "opinion": "没有来过" });
    let sent = (format!("/api/v1/hours/pending/{pending}/decision"), Sent::Json(body));
    walk.ask(town, ("POST", "/api/v1/hours/pending/{pending}/decision"), sent, &decided).await;
    let objected = [("hours.objected", "pending", Some(posted))];
    let sent = (format!("/api/v1/postings/{posted}/objections"), Sent::Json(json!({ "reason": "那天没有活动" })));
    walk.ask(town, ("POST", "/api/v1/postings/{pending}/objections"), sent, &objected).await;
    let sent = ("/api/v1/hours/months/2026-09/closure".to_owned(), Sent::Json(json!({})));
    walk.ask(district, ("POST", "/api/v1/hours/months/{month}/closure"), sent, &closed).await;
}

/// The member reports hours of the session that is over and takes the report back, by the page and by a program.
async fn report(walk: &mut Walk, own: &Somebody) {
    let over = walk.district.near.over.session;
    let applied = [("hours.applied", "pending", None)];
    let fields = [("from", "09:00"), ("to", "11:00"), ("reason", "手机没电")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let sent = (format!("/sessions/{over}/applications"), Sent::Upload(fields, ("evidence", "proof.jpg", PHOTO)));
    let made = led(&walk.ask(own, ("POST", "/sessions/{session}/applications"), sent, &applied).await);
    let withdrawn = [("hours.application_withdrawn", "pending", Some(made))];
    let sent = (format!("/me/hours/applications/{made}/withdrawal"), form(&[]));
    walk.ask(own, ("POST", "/me/hours/applications/{pending}/withdrawal"), sent, &withdrawn).await;
    let body = json!({ "from": "2026-11-20T09:00:00+08:00", "to": "2026-11-20T10:00:00+08:00", "reason": "手机没电" });
    let sent = (format!("/api/v1/sessions/{over}/applications"), Sent::Json(body));
    let made = walk.ask(own, ("POST", "/api/v1/sessions/{session}/applications"), sent, &applied).await;
    let made: Raw = made.json()["id"].as_str().and_then(|id| id.parse().ok()).expect("it was made");
    let withdrawn = [("hours.application_withdrawn", "pending", Some(made))];
    let sent = (format!("/api/v1/me/hours/applications/{made}"), Sent::Json(json!({})));
    walk.ask(own, ("DELETE", "/api/v1/me/hours/applications/{pending}"), sent, &withdrawn).await;
}
