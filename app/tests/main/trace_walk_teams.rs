//! The walk through a team's life: applied for, reviewed, stopped.

use super::{form, led};
use crate::district::Somebody;
use crate::trace_walk::Walk;

pub async fn walk(walk: &mut Walk, town: &Somebody) {
    let (region, seeker) = (walk.district.side.region, walk.district.far.seeker);
    let founder = walk.district.somebody("founder", vec![], Some(seeker)).await;
    let wish = form(&[("name", "新护河队"), ("kind", "village"), ("region", region), ("purpose", "巡河")]);
    let lines = [("organisations.applied", "organisation", None), ("organisations.founded", "organisation", None)];
    let team = led(&walk.ask(&founder, ("POST", "/teams"), ("/teams".into(), wish), &lines).await);
    let of = Some(team);
    let lines = [
        ("organisations.decided", "organisation", of),
        ("organisations.moved", "organisation", of),
        ("organisations.joined", "organisation", of),
    ];
    let sent = (format!("/desk/teams/{team}/review"), form(&[("decision", "approve")]));
    walk.ask(town, ("POST", "/desk/teams/{team}/review"), sent, &lines).await;
    let sent = (format!("/desk/teams/{team}/state"), form(&[("state", "suspended"), ("reason", "换届")]));
    walk.ask(town, ("POST", "/desk/teams/{team}/state"), sent, &[("organisations.moved", "organisation", of)]).await;
}
