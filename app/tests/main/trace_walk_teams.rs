//! The walk through a team's life: applied for, reviewed, stopped.

use super::{form, led};
use crate::district::Somebody;
use crate::trace_walk::Walk;
use kernel::args;
use kernel::ids::Raw;

pub async fn walk(walk: &mut Walk, town: &Somebody) {
    let region = walk.district.side.region;
    let seeker = walk.district.app.person_in("建队人", region).await;
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
    handover(walk, town, team).await;
    divide(walk, town, team).await;
    let sent = (format!("/desk/teams/{team}/state"), form(&[("state", "suspended"), ("reason", "换届")]));
    walk.ask(town, ("POST", "/desk/teams/{team}/state"), sent, &[("organisations.moved", "organisation", of)]).await;
}

/// Offered and withdrawn, offered and accepted, confirmed.
async fn handover(walk: &mut Walk, town: &Somebody, team: Raw) {
    let app = walk.district.app.clone();
    let heir = app.person_in("接手人", walk.district.side.region).await;
    app.member(team, heir).await;
    app.sql("UPDATE person SET phone = $1 WHERE id = $2", args!["13900009999", heir].to_vec()).await;
    let sql = "SELECT path FROM organisation WHERE id = $1";
    kernel::row! { struct Found { path: String } }
    let path = kernel::Read::one::<Found>(app.db(), sql, args![team]).await.unwrap().path;
    let leader =
        walk.district.somebody("chief", vec![testkit::app::organisation(kernel::Role::Leader, &path)], None).await;
    let lines = [("organisations.handover", "organisation", Some(team))];
    let at = format!("/desk/teams/{team}/handover");
    let offer = || (at.clone(), form(&[("who", "13900009999")]));
    walk.ask(&leader, ("POST", "/desk/teams/{team}/handover"), offer(), &lines).await;
    let sent = (format!("{at}/withdrawal"), form(&[]));
    walk.ask(&leader, ("POST", "/desk/teams/{team}/handover/withdrawal"), sent, &lines).await;
    walk.ask(&leader, ("POST", "/desk/teams/{team}/handover"), offer(), &lines).await;
    let successor = walk.district.somebody("heir", vec![], Some(heir)).await;
    let sent = (format!("/teams/{team}/handover"), form(&[("answer", "accept")]));
    walk.ask(&successor, ("POST", "/teams/{team}/handover"), sent, &lines).await;
    let sent = (format!("{at}/decision"), form(&[("decision", "approve")]));
    walk.ask(town, ("POST", "/desk/teams/{team}/handover/decision"), sent, &lines).await;
}

/// A new team is split off and merged again.
async fn divide(walk: &mut Walk, town: &Somebody, team: Raw) {
    kernel::row! { struct Found { number: String } }
    let app = walk.district.app.clone();
    let member = app.person_in("分队人", walk.district.side.region).await;
    app.member(team, member).await;
    let who = member.to_string();
    let sent = form(&[("name", "新护河二队"), ("member", &who), ("leader", &who), ("reason", "人多了")]);
    let lines = [("organisations.split", "organisation", Some(team))];
    let at = format!("/desk/teams/{team}/division");
    let new = led(&walk.ask(town, ("POST", "/desk/teams/{team}/division"), (at, sent), &lines).await);
    let sql = "SELECT number FROM organisation WHERE id = $1";
    let number = kernel::Read::one::<Found>(app.db(), sql, args![team]).await.unwrap().number;
    let lines = [("organisations.merged", "organisation", Some(new))];
    let sent = (format!("/desk/teams/{new}/merger"), form(&[("into", &number), ("reason", "又合起来")]));
    walk.ask(town, ("POST", "/desk/teams/{team}/merger"), sent, &lines).await;
}
