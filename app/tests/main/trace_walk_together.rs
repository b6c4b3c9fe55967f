//! The walk over signing up together, handing a place over, and moves between posts.

use super::form;
use crate::district::Somebody;
use crate::trace_walk::Walk;
use kernel::args;
use kernel::ids::Raw;

pub async fn walk(walk: &mut Walk, leader: &Somebody, seeker: &Somebody, signup: Raw) {
    let app = walk.district.app.clone();
    let (activity, session) = (walk.district.near.open.activity, walk.district.near.open.session);
    let (post, team) = (walk.district.near.open.post.to_string(), walk.district.near.team);
    let (brought, another, taker) = (app.person("同行").await, app.person("同来").await, app.person("顶班").await);
    app.member(team, brought).await;
    app.member(team, another).await;
    let (one, two) = (brought.to_string(), another.to_string());
    let sent = form(&[("post", &post), ("together", "some"), ("member", &one), ("member", &two)]);
    let route = ("POST", "/activities/{activity}/groups");
    walk.ask(leader, route, (format!("/activities/{activity}/groups"), sent), &[("signup.made", "signup", None)]).await;

    let taker = walk.district.somebody("taker", vec![], Some(taker)).await;
    app.sql("UPDATE activity SET handover_asks = TRUE WHERE id = $1", args![activity].to_vec()).await;
    let lines = [("signup.handover", "signup", Some(signup))];
    let path = format!("/me/services/{signup}/handover");
    walk.ask(seeker, ("POST", "/me/services/{signup}/handover"), (path, form(&[("answer", "yes")])), &lines).await;
    let id = signup.to_string();
    let sent = (format!("/activities/{activity}/handovers"), form(&[("signup", &id)]));
    walk.ask(&taker, ("POST", "/activities/{activity}/handovers"), sent, &lines).await;
    let sent = (format!("/sessions/{session}/handovers"), form(&[("signup", &id), ("answer", "no")]));
    walk.ask(leader, ("POST", "/sessions/{session}/handovers"), sent, &lines).await;

    let other = kernel::ids::fresh();
    let sql = "INSERT INTO post (tenant_id, id, session_id, activity_id, name, conditions, places, taken, waiting, next_position)
               SELECT tenant_id, $2, session_id, activity_id, '登记员', '', 9, 0, 0, 1 FROM post WHERE session_id = $1";
    app.sql(sql, args![session, other].to_vec()).await;
    let sent = (format!("/sessions/{session}/moves"), form(&[("signup", &id), ("post", &other.to_string())]));
    let lines = [("signup.moved", "signup", Some(signup))];
    walk.ask(leader, ("POST", "/sessions/{session}/moves"), sent, &lines).await;
}
