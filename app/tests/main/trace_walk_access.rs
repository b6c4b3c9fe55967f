//! The walk over the one-time links for those who are on record without an account.

use super::form;
use crate::district::{PASSWORD, Somebody};
use crate::trace_walk::Walk;
use testkit::Reply;

/// The path of a link that a page shows.
fn link(reply: &Reply) -> String {
    let text = reply.text();
    let shown = text.split("/access/").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
    let token: String = shown.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    format!("/access/{token}")
}

pub async fn walk(walk: &mut Walk, town: &Somebody, stranger: &Somebody) {
    let side = &walk.district.side;
    let (person, team, member) = (side.seeker, side.team, side.member);
    let route = ("POST", "/desk/people/{person}/access");
    let given = [("federation.access_given", "person", Some(person))];
    let path = format!("/desk/people/{person}/access");
    walk.ask(town, route, (path.clone(), form(&[])), &given).await;
    let ended = [("federation.access_ended", "person", Some(person))];
    let sent = (format!("{path}/end"), form(&[]));
    walk.ask(town, ("POST", "/desk/people/{person}/access/end"), sent, &ended).await;
    let shown = walk.ask(town, route, (path, form(&[])), &given).await;
    // Whoever opens a link is signed in by it.
    let nobody = Somebody {
        actor: kernel::Actor::default(),
        visitor: walk.district.app.stranger(),
        token: None,
        label: "nobody",
        tenant: town.tenant,
    };
    let chosen = form(&[("password", PASSWORD), ("again", PASSWORD), ("agreed", "1")]);
    let open = ("POST", "/access/{token}");
    walk.ask_some(&nobody, open, (link(&shown), chosen), "federation.access_used").await;

    let sheet =
        [("federation.access_sheet", "organisation", Some(team)), ("federation.access_given", "person", Some(member))];
    let sent = (format!("/desk/teams/{team}/access"), form(&[]));
    walk.ask(town, ("POST", "/desk/teams/{team}/access"), sent, &sheet).await;
    let sent = (format!("/desk/people/{member}/access"), form(&[]));
    let shown = walk.ask(town, route, sent, &[("federation.access_given", "person", Some(member))]).await;
    let refused = [("federation.access_refused", "person", Some(member))];
    let wrong = form(&[("tail", "9999"), ("password", PASSWORD), ("again", PASSWORD), ("agreed", "1")]);
    walk.ask(stranger, open, (link(&shown), wrong), &refused).await;

    let filed = [("federation.claim_filed", "record_claim", None)];
    let sent = form(&[("name", "没有登记"), ("tail", "1234"), ("phone", "13812345678")]);
    walk.ask(stranger, ("POST", "/claim"), ("/claim".into(), sent), &filed).await;
    let claim = waiting_claim(walk, member).await;
    let decided = [("federation.claim_decided", "record_claim", Some(claim))];
    let sent = (format!("/team/claims/{claim}/decision"), form(&[("decision", "declined")]));
    walk.ask(town, ("POST", "/team/claims/{claim}/decision"), sent, &decided).await;
}

/// Somebody says that this record is theirs.
pub async fn waiting_claim(walk: &Walk, person: kernel::ids::Raw) -> kernel::ids::Raw {
    let claim = kernel::ids::fresh();
    let (app, now) = (walk.district.app.clone(), walk.district.app.app.clock.now());
    let sql =
        "INSERT INTO record_claim (tenant_id, id, token_hash, person_id, by_phone, state, made_at, due_at, ends_at)
               VALUES ($1, $2, $6, $3, TRUE, 'waiting', $4, $5, $5)";
    let until = now + chrono::Duration::days(3);
    app.sql(sql, kernel::args![app.tenant, claim, person, now, until, claim.to_string()].to_vec()).await;
    claim
}
