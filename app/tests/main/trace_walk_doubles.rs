//! Deeds about people who may be on record twice.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use super::form;
use crate::district::Somebody;
use crate::trace_walk::{Sent, Walk};
use kernel::ids::Raw;
use kernel::{Read as _, row};
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

/// Two are made one by one officer, and two again by two; by page and by JSON.
pub async fn merge(walk: &mut Walk, town: &Somebody, district: &Somebody) {
    row! { struct Found { id: Raw } }
    let (app, region) = (walk.district.app.clone(), walk.district.near.region);
    for api in ["", "/api/v1"] {
        let json = !api.is_empty();
        let sent = |fields: &[(&'static str, String)]| match json {
            true => Sent::Json(fields.iter().map(|(k, v)| (*k, v.as_str())).collect::<serde_json::Value>()),
            false => Sent::Form(fields.to_vec()),
        };
        let base = if json { "/api/v1/people" } else { "/desk/people" };
        let (one, two) = (app.person_in("合一", region).await, app.person_in("合二", region).await);
        let merged = [("people.merged", "person", Some(one))];
        let path = format!("{base}/{one}/duplicates/{two}/merging");
        let route = if json { MERGE.1 } else { MERGE.0 };
        walk.ask(town, ("POST", route), (path, sent(&[("kept", one.to_string())])), &merged).await;
        let sql = "SELECT id FROM person_merge WHERE kept_id = $1";
        let merge: Found = app.db().one(sql, kernel::args![one]).await.unwrap();
        let asked = [("people.unmerge_asked", "person", Some(one))];
        let path = format!("{base}/merges/{}/unmerging", merge.id);
        let route = if json { ASK.1 } else { ASK.0 };
        walk.ask(town, ("POST", route), (path.clone(), sent(&[("reason", "两姐妹".to_owned())])), &asked).await;
        let apart = [("people.unmerged", "person", Some(one))];
        let route = if json { DECIDE.1 } else { DECIDE.0 };
        let said = sent(&[("decision", "yes".to_owned())]);
        walk.ask(district, ("POST", route), (format!("{path}/decision"), said), &apart).await;
    }
}

const MERGE: (&str, &str) =
    ("/desk/people/{person}/duplicates/{other}/merging", "/api/v1/people/{person}/duplicates/{other}/merging");
const ASK: (&str, &str) = ("/desk/people/merges/{merge}/unmerging", "/api/v1/people/merges/{merge}/unmerging");
const DECIDE: (&str, &str) =
    ("/desk/people/merges/{merge}/unmerging/decision", "/api/v1/people/merges/{merge}/unmerging/decision");
