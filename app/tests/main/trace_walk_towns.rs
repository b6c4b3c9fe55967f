//! The way of the walk through the map: towns are renamed, divided and merged, after everything that happens in them.

use super::api::call;
use super::{Walk, form};
use crate::district::Somebody;
use serde_json::json;

/// By page and by JSON.
pub async fn walk(walk: &mut Walk, district: &Somebody) {
    let lines = [("federation.town_renamed", "region", None)];
    let sent = form(&[("name", "大沥新镇"), ("on", ""), ("reason", "区划调整")]);
    let path = "/desk/towns/440605125/name".to_owned();
    walk.ask(district, ("POST", "/desk/towns/{region}/name"), (path, sent), &lines).await;
    let sent = ("/towns/440605126/name".to_owned(), json!({ "name": "里水新镇", "reason": "区划调整" }));
    call(walk, district, ("POST", "/api/v1/towns/{region}/name"), sent, &lines).await;

    let lines = [("federation.town_divided", "region", None)];
    let new = [("name", "沥东街道"), ("code", "440605199"), ("community", "440605125001"), ("reason", "区划调整")];
    let path = "/desk/towns/440605125/division".to_owned();
    walk.ask(district, ("POST", "/desk/towns/{region}/division"), (path, form(&new)), &lines).await;
    let body = json!({ "name": "河村街道", "code": "440605198", "community": ["440605126005"], "reason": "区划调整" });
    let sent = ("/towns/440605126/division".to_owned(), body);
    call(walk, district, ("POST", "/api/v1/towns/{region}/division"), sent, &lines).await;

    let lines = [("federation.towns_merged", "region", None)];
    let sent = form(&[("into", "440605125"), ("reason", "区划调整")]);
    let path = "/desk/towns/440605124/merger".to_owned();
    walk.ask(district, ("POST", "/desk/towns/{region}/merger"), (path, sent), &lines).await;
    let sent = ("/towns/440605126/merger".to_owned(), json!({ "into": "440605125", "reason": "区划调整" }));
    call(walk, district, ("POST", "/api/v1/towns/{region}/merger"), sent, &lines).await;
}
