//! The walk through awards, evaluations and what leaves as a table.

use super::super::{Sent, Walk};
use super::{form, led};
use crate::district::Somebody;
use kernel::ids::Raw;
use serde_json::json;

pub async fn walk<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (own, leader, town) = (by("own"), by("leader"), by("town"));
    awards(walk, town).await;
    let (activity, person) = (walk.district.near.over.activity, walk.district.near.leader);
    let given = [("evaluations.given", "activity", Some(activity))];
    let marks = || form(&[("first", "5"), ("second", "4"), ("third", "5"), ("words", "准时")]);
    let sent = (format!("/activities/{activity}/evaluations/{person}"), marks());
    walk.ask(town, ("POST", "/activities/{activity}/evaluations/{person}"), sent, &given).await;
    let sent = (format!("/me/evaluations/{activity}"), marks());
    walk.ask(leader, ("POST", "/me/evaluations/{activity}"), sent, &given).await;
    let marks = || Sent::Json(json!({ "first": 4, "second": 4, "third": 4 }));
    let sent = (format!("/api/v1/activities/{activity}/evaluations/{person}"), marks());
    walk.ask(town, ("PUT", "/api/v1/activities/{activity}/evaluations/{person}"), sent, &given).await;
    let sent = (format!("/api/v1/me/evaluations/{activity}"), marks());
    walk.ask(leader, ("PUT", "/api/v1/me/evaluations/{activity}"), sent, &given).await;
    let team = walk.district.near.team;
    for (who, route, path, line) in [
        (leader, "/desk/awards/export", "/desk/awards/export".to_owned(), ("award", None)),
        (leader, "/desk/evaluations/export", "/desk/evaluations/export".to_owned(), ("activity", None)),
        (own, "/me/hours/statement/export", "/me/hours/statement/export".to_owned(), ("person", own.actor.person)),
        (
            leader,
            "/desk/teams/{team}/statement/export",
            format!("/desk/teams/{team}/statement/export"),
            ("organisation", Some(team)),
        ),
    ] {
        let lines = [("records.exported", line.0, line.1)];
        walk.ask(who, ("GET", route), (format!("{path}?format=csv"), Sent::Nothing), &lines).await;
    }
}

/// An award is entered and withdrawn, by the page and by a program.
async fn awards(walk: &mut Walk, town: &Somebody) {
    let (team, award) = (walk.district.near.team.to_string(), walk.district.near.award);
    let fields = [
        ("title", "星级志愿队"),
        ("on", "2026-11-02"),
        ("issuer", "区联合会"),
        ("document", "表彰决定"),
        ("number", "无"),
        ("kind", "district"),
        ("content", "助餐"),
        ("team", team.as_str()),
    ];
    let entered = [("awards.entered", "award", None)];
    let made = led(&walk.ask(town, ("POST", "/desk/awards"), ("/desk/awards".into(), form(&fields)), &entered).await);
    let withdrawn = [("awards.withdrawn", "award", Some(made))];
    let sent = (format!("/desk/awards/{made}/withdrawal"), form(&[("reason", "登记错了")]));
    walk.ask(town, ("POST", "/desk/awards/{award}/withdrawal"), sent, &withdrawn).await;
    let body: serde_json::Map<String, serde_json::Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let sent = ("/api/v1/awards".to_owned(), Sent::Json(body.into()));
    let made = walk.ask(town, ("POST", "/api/v1/awards"), sent, &entered).await.json();
    let _: Raw = made["id"].as_str().and_then(|id| id.parse().ok()).expect("it was made");
    let withdrawn = [("awards.withdrawn", "award", Some(award))];
    let sent = (format!("/api/v1/awards/{award}/withdrawal"), Sent::Json(json!({ "reason": "登记错了" })));
    walk.ask(town, ("POST", "/api/v1/awards/{award}/withdrawal"), sent, &withdrawn).await;
}
