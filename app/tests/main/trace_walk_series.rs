//! The walk over series, copies, sessions changed alone, calendars, calls and holding an activity together.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use super::{form, led};
use crate::district::Somebody;
use crate::trace_walk::{Sent, Walk};
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::{Read as _, args, row};
use serde_json::json;
use testkit::app::organisation;

const RULE: [(&str, &str); 5] = [("cycle", "weekly"), ("every", "1"), ("weekday", "3"), ("nth", "1"), ("count", "5")];

pub async fn walk(walk: &mut Walk, leader: &Somebody, town: &Somebody) {
    let made = series(walk, leader).await;
    sessions(walk, (leader, town), made).await;
    let seeker = walk.district.app.person("顶班人").await;
    let seeker = walk.district.somebody("calls", vec![], Some(seeker)).await;
    calendar(walk, &seeker).await;
    places(walk, leader, &seeker).await;
    swaps(walk, leader, &seeker).await;
    partners(walk, leader).await;
}

/// A copy that is held again and again; answers its id.
async fn series(walk: &mut Walk, leader: &Somebody) -> Raw {
    let open = walk.district.near.open.activity;
    let written = [("activity.written", "activity", None)];
    let sent = (format!("/activities/{open}/copies"), form(&[("first", "2026-12-02")]));
    let made = led(&walk.ask(leader, ("POST", "/activities/{activity}/copies"), sent, &written).await);
    let sent = (format!("/api/v1/activities/{open}/copies"), Sent::Json(json!({ "first": "2026-12-02" })));
    walk.ask(leader, ("POST", "/api/v1/activities/{activity}/copies"), sent, &written).await;
    let lines = [("activity.series", "activity", Some(made))];
    let url = format!("/activities/{made}/series");
    walk.ask(leader, ("POST", "/activities/{activity}/series"), (url.clone(), form(&RULE)), &lines).await;
    let ended = (format!("{url}/end"), form(&[]));
    walk.ask(leader, ("POST", "/activities/{activity}/series/end"), ended, &lines).await;
    let rule = json!({ "cycle": "weekly", "every": 1, "weekdays": [3], "count": 5 });
    let api = format!("/api/v1{url}");
    walk.ask(leader, ("PUT", "/api/v1/activities/{activity}/series"), (api.clone(), Sent::Json(rule)), &lines).await;
    let ended = (api, Sent::Json(json!({})));
    walk.ask(leader, ("DELETE", "/api/v1/activities/{activity}/series"), ended, &lines).await;
    leader.visitor.post(&url, &RULE).await.expect(303);
    made
}

/// Its sessions are moved, called off and added to, once it is public.
async fn sessions(walk: &mut Walk, (leader, town): (&Somebody, &Somebody), made: Raw) {
    let app = walk.district.app.clone();
    app.sql("UPDATE activity SET state = 'open' WHERE id = $1", args![made].to_vec()).await;
    let sql = "SELECT id FROM activity_session WHERE activity_id = $1 ORDER BY starts_at";
    let found: Vec<Found> = app.db().all(sql, args![made]).await.unwrap();
    let changed = |n: usize| [("activity.session_changed", "session", Some(found[n].id))];
    let at = |n: usize, rest: &str| format!("/sessions/{}/{rest}", found[n].id);
    let to = form(&[("day", "2026-12-03"), ("from", "14:00"), ("to", "17:00"), ("why", "下雨")]);
    walk.ask(leader, ("POST", "/sessions/{session}/time"), (at(0, "time"), to), &changed(0)).await;
    let to = json!({ "starts_at": "2026-12-10T14:00:00+08:00", "ends_at": "2026-12-10T17:00:00+08:00", "why": "下雨" });
    let sent = (format!("/api/v1{}", at(1, "time")), Sent::Json(to));
    walk.ask(leader, ("PUT", "/api/v1/sessions/{session}/time"), sent, &changed(1)).await;
    let sent = (at(2, "cancellation"), form(&[("off", "下雨")]));
    walk.ask(leader, ("POST", "/sessions/{session}/cancellation"), sent, &changed(2)).await;
    let sent = (format!("/api/v1{}", at(3, "cancellation")), Sent::Json(json!({ "why": "下雨" })));
    walk.ask(leader, ("POST", "/api/v1/sessions/{session}/cancellation"), sent, &changed(3)).await;
    let lines = [("activity.series", "activity", Some(made))];
    let sent = (format!("/api/v1/activities/{made}/sessions"), Sent::Json(json!({ "count": 2 })));
    walk.ask(town, ("POST", "/api/v1/activities/{activity}/sessions"), sent, &lines).await;
}

async fn calendar(walk: &mut Walk, seeker: &Somebody) {
    let lines = [("calendar.changed", "person", seeker.actor.person)];
    let page = |path: &str| (path.to_owned(), form(&[]));
    let call = || ("/api/v1/me/calendar".to_owned(), Sent::Json(json!({})));
    walk.ask(seeker, ("POST", "/me/calendar"), page("/me/calendar"), &lines).await;
    walk.ask(seeker, ("POST", "/me/calendar/end"), page("/me/calendar/end"), &lines).await;
    walk.ask(seeker, ("POST", "/api/v1/me/calendar"), call(), &lines).await;
    walk.ask(seeker, ("DELETE", "/api/v1/me/calendar"), call(), &lines).await;
}

/// What people do with each other's places, by programs; and calls by both.
async fn places(walk: &mut Walk, leader: &Somebody, seeker: &Somebody) {
    let app = walk.district.app.clone();
    let (activity, session) = (walk.district.near.open.activity, walk.district.near.open.session);
    let (post, team) = (walk.district.near.open.post, walk.district.near.team);
    app.sql("UPDATE activity SET handover_asks = TRUE WHERE id = $1", args![activity].to_vec()).await;
    let joined = seeker.visitor.post(&format!("/activities/{activity}/signups"), &[("post", &post.to_string())]).await;
    let signup: Raw = joined.expect(303).location.unwrap().rsplit('/').next().unwrap().parse().unwrap();
    let (one, two, taker) = (app.person("同行一").await, app.person("同行二").await, app.person("接班人").await);
    app.member(team, one).await;
    app.member(team, two).await;
    let group = json!({ "post": post, "together": "some", "members": [one, two] });
    let sent = (format!("/api/v1/activities/{activity}/groups"), Sent::Json(group));
    let made = [("signup.made", "signup", None)];
    walk.ask(leader, ("POST", "/api/v1/activities/{activity}/groups"), sent, &made).await;

    let called = [("signup.called", "signup", Some(signup))];
    let (path, of) = (format!("/me/services/{signup}/call"), format!("/sessions/{session}/calls"));
    let named = json!({ "signup": signup });
    let id = signup.to_string();
    for (who, route, path, sent) in [
        (seeker, ("POST", "/me/services/{signup}/call"), path.clone(), form(&[("why", "孩子发烧")])),
        (seeker, ("POST", "/api/v1/me/services/{signup}/call"), format!("/api/v1{path}"), Sent::Json(json!({}))),
        (leader, ("POST", "/sessions/{session}/calls"), of.clone(), form(&[("signup", &id)])),
        (leader, ("POST", "/api/v1/sessions/{session}/calls"), format!("/api/v1{of}"), Sent::Json(named.clone())),
    ] {
        app.sql("DELETE FROM replacement_call", Vec::new()).await;
        walk.ask(who, route, (path, sent), &called).await;
    }

    let lines = [("signup.handover", "signup", Some(signup))];
    let offer = (format!("/api/v1/me/services/{signup}/handover"), Sent::Json(json!({ "offered": true })));
    walk.ask(seeker, ("PUT", "/api/v1/me/services/{signup}/handover"), offer, &lines).await;
    let taker = walk.district.somebody("takes", vec![], Some(taker)).await;
    let sent = (format!("/api/v1/activities/{activity}/handovers"), Sent::Json(named));
    walk.ask(&taker, ("POST", "/api/v1/activities/{activity}/handovers"), sent, &lines).await;
    let sent = (format!("/api/v1/sessions/{session}/handovers/{signup}"), Sent::Json(json!({ "accept": false })));
    walk.ask(leader, ("PUT", "/api/v1/sessions/{session}/handovers/{signup}"), sent, &lines).await;
    let other = kernel::ids::fresh();
    let sql = "INSERT INTO post (tenant_id, id, session_id, activity_id, name, conditions, places, taken, waiting, next_position)
               SELECT tenant_id, $2, session_id, activity_id, '搬运员', '', 9, 0, 0, 1 FROM post WHERE id = $1";
    app.sql(sql, args![post, other].to_vec()).await;
    let sent = (format!("/api/v1/sessions/{session}/moves"), Sent::Json(json!({ "signup": signup, "post": other })));
    let lines = [("signup.moved", "signup", Some(signup))];
    walk.ask(leader, ("POST", "/api/v1/sessions/{session}/moves"), sent, &lines).await;
}

/// Two people swap their places, on the pages and by programs, and the leader has a say.
async fn swaps(walk: &mut Walk, leader: &Somebody, seeker: &Somebody) {
    let app = walk.district.app.clone();
    let (near, side) = (&walk.district.near.open, &walk.district.side.open);
    let (session, there) = (near.session, (side.activity, side.post));
    let wanted = of_person(&app, near.activity, seeker).await;
    app.sql("UPDATE activity SET handover_asks = TRUE", Vec::new()).await;
    app.sql("UPDATE signup SET handover_at = made_at, handover_to = NULL WHERE id = $1", args![wanted].to_vec()).await;
    let other = walk.district.app.person("换班人").await;
    let other = walk.district.somebody("swaps", vec![], Some(other)).await;
    let (path, post) = (format!("/activities/{}/signups", there.0), there.1.to_string());
    let joined = other.visitor.post(&path, &[("post", &post)]).await;
    let given: Raw = joined.expect(303).location.unwrap().rsplit('/').next().unwrap().parse().unwrap();
    let lines = [("signup.swap", "signup", Some(wanted))];
    let ask = format!("/me/services/{given}/swaps");
    let (page, api) = (form(&[("place", &wanted.to_string())]), Sent::Json(json!({ "place": wanted })));
    let route = ("POST", "/me/services/{signup}/swaps");
    walk.ask(&other, route, (ask.clone(), page), &lines).await;
    let swap = newest(&app).await;
    let withdrawn = (format!("/api/v1/me/swaps/{swap}"), Sent::Json(json!({})));
    walk.ask(&other, ("DELETE", "/api/v1/me/swaps/{swap}"), withdrawn, &lines).await;
    walk.ask(&other, ("POST", "/api/v1/me/services/{signup}/swaps"), (format!("/api/v1{ask}"), api), &lines).await;
    let swap = newest(&app).await;
    let yes = (format!("/me/swaps/{swap}"), form(&[("answer", "yes")]));
    walk.ask(seeker, ("POST", "/me/swaps/{swap}"), yes, &lines).await;
    let no = form(&[("swap", &swap.to_string()), ("answer", "no")]);
    walk.ask(leader, ("POST", "/sessions/{session}/swaps"), (format!("/sessions/{session}/swaps"), no), &lines).await;
    app.sql("UPDATE signup_swap SET state = 'asked' WHERE id = $1", args![swap].to_vec()).await;
    let yes = (format!("/api/v1/me/swaps/{swap}"), Sent::Json(json!({ "accept": true })));
    walk.ask(seeker, ("PUT", "/api/v1/me/swaps/{swap}"), yes, &lines).await;
    let no = (format!("/api/v1/sessions/{session}/swaps/{swap}"), Sent::Json(json!({ "accept": false })));
    walk.ask(leader, ("PUT", "/api/v1/sessions/{session}/swaps/{swap}"), no, &lines).await;
}

row! { struct Found { id: Raw } }

/// The place that somebody has in an activity.
async fn of_person(app: &testkit::TestApp, activity: Raw, who: &Somebody) -> Raw {
    let sql = "SELECT id FROM signup WHERE activity_id = $1 AND person_id = $2 AND state = 'joined'";
    app.db().one::<Found>(sql, args![activity, who.actor.person.unwrap()]).await.unwrap().id
}

/// The swap that was asked for last.
async fn newest(app: &testkit::TestApp) -> Raw {
    let sql = "SELECT id FROM signup_swap WHERE state = 'asked' ORDER BY id DESC LIMIT 1";
    app.db().one::<Found>(sql, &[]).await.unwrap().id
}

/// A team of the same town is asked and answers, on the page and by a program.
async fn partners(walk: &mut Walk, leader: &Somebody) {
    let activity = walk.district.near.open.activity;
    let lines = [("activity.partner", "activity", Some(activity))];
    let page = format!("/activities/{activity}/partners");
    let (side, far) = (&walk.district.side, &walk.district.far);
    let (first, second) = (side.team, far.team);
    let leads = |corner: &crate::district::Corner| (vec![organisation(Role::Leader, &corner.path)], corner.leader);
    let ((one, by), (two, also)) = (leads(side), leads(far));
    let one = walk.district.somebody("side-leads", one, Some(by)).await;
    let two = walk.district.somebody("far-leads", two, Some(also)).await;
    let sent = (page.clone(), form(&[("team", "沥东巡河队")]));
    walk.ask(leader, ("POST", "/activities/{activity}/partners"), sent, &lines).await;
    let sent = (format!("{page}/answer"), form(&[("team", &first.to_string()), ("answer", "accept")]));
    walk.ask(&one, ("POST", "/activities/{activity}/partners/answer"), sent, &lines).await;
    let sent = (format!("/api/v1{page}"), Sent::Json(json!({ "team": "里水义诊队" })));
    walk.ask(leader, ("POST", "/api/v1/activities/{activity}/partners"), sent, &lines).await;
    let sent = (format!("/api/v1{page}/{second}"), Sent::Json(json!({ "answer": "decline" })));
    walk.ask(&two, ("PUT", "/api/v1/activities/{activity}/partners/{team}"), sent, &lines).await;
}
