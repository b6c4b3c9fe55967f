//! Deeds about people who may be on record twice.

use super::form;
use crate::district::Somebody;
use crate::trace_walk::{Sent, Walk};
use serde_json::json;

pub async fn walk(walk: &mut Walk, town: &Somebody) {
    let (member, leader) = (walk.district.near.member, walk.district.near.leader);
    let url = format!("/desk/people/{member}/duplicates/{leader}");
    let said = [("people.double_decided", "person", None)];
    let sent = (format!("{url}/decision"), form(&[("decision", "apart")]));
    walk.ask(town, ("POST", "/desk/people/{person}/duplicates/{other}/decision"), sent, &said).await;
    let path = format!("/api/v1/people/{member}/duplicates/{leader}/decision");
    let sent = (path, Sent::Json(json!({ "apart": false })));
    walk.ask(town, ("POST", "/api/v1/people/{person}/duplicates/{other}/decision"), sent, &said).await;
    let taken = [("people.doubles_exported", "person", None)];
    let sent = ("/desk/people/duplicates/export".to_owned(), Sent::Nothing);
    walk.ask(town, ("GET", "/desk/people/duplicates/export"), sent, &taken).await;
}
