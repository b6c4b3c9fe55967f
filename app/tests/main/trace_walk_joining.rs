//! The walk through joining and leaving a team by one's own word, by page and by program.

use super::{Sent, form};
use crate::trace_walk::Walk;
use kernel::ids::Raw;
use kernel::{Read as _, args, row};
use serde_json::json;

row! { struct Found { id: Raw } }

/// The request that waits.
async fn waiting(walk: &Walk, team: Raw) -> Raw {
    let sql = "SELECT id FROM join_request WHERE organisation_id = $1 AND state = 'applied'";
    walk.district.app.db().one::<Found>(sql, args![team]).await.expect("a request waits").id
}

pub async fn walk(walk: &mut Walk) {
    let app = walk.district.app.clone();
    let region = walk.district.side.region;
    let person = app.person_in("想入队", region).await;
    let own = walk.district.somebody("joiner", vec![], Some(person)).await;
    let (team, _) = app.team("新入队试队", region).await;
    let made = [("federation.request_made", "join_request", None)];
    let sent = (format!("/teams/{team}/requests"), form(&[]));
    walk.ask(&own, ("POST", "/teams/{team}/requests"), sent, &made).await;
    let request = waiting(walk, team).await;
    let back = [("federation.request_withdrawn", "join_request", Some(request))];
    let sent = (format!("/me/requests/{request}/withdrawal"), form(&[]));
    walk.ask(&own, ("POST", "/me/requests/{request}/withdrawal"), sent, &back).await;
    let sent = ("/api/v1/me/requests".to_owned(), Sent::Json(json!({ "team": team.to_string() })));
    walk.ask(&own, ("POST", "/api/v1/me/requests"), sent, &made).await;
    let request = waiting(walk, team).await;
    let back = [("federation.request_withdrawn", "join_request", Some(request))];
    let sent = (format!("/api/v1/me/requests/{request}"), Sent::Json(json!({})));
    walk.ask(&own, ("DELETE", "/api/v1/me/requests/{request}"), sent, &back).await;
    let left = [("organisations.left", "organisation", Some(team))];
    app.member(team, person).await;
    let sent = (format!("/me/teams/{team}/leaving"), form(&[]));
    walk.ask(&own, ("POST", "/me/teams/{team}/leaving"), sent, &left).await;
    app.member(team, person).await;
    let sent = (format!("/api/v1/me/teams/{team}/leaving"), Sent::Json(json!({ "give_back": false })));
    walk.ask(&own, ("POST", "/api/v1/me/teams/{team}/leaving"), sent, &left).await;
}
