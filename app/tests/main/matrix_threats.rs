//! Attacks on every route at once: fields that nobody asked for, forms from elsewhere, texts that want to be a script or a
//! statement.

use super::case::{Aim, Body, Case};
use super::world::World;
use super::{Told, ask, cases, promised};
use crate::district::{District, Somebody};
use crate::trace_walk::whole;
use kernel::args;
use testkit::TestApp;

/// Fields that decide who gains: none of them is taken from a form.
const GREED: &[&str] = &[
    "tenant_id",
    "is_admin",
    "account",
    "account_id",
    "hours",
    "minutes",
    "submitted_by",
    "reviewed_by",
    "approved_by",
    "entered_by",
    "granted_by",
    "organisation_id",
    "organisation_path",
    "owner",
    "made_by",
    "volunteer_no",
    "taken",
    "position",
    "scope_kind",
    "second_factor",
    "_method",
];

/// Somebody who may do it, and where.
fn whoever<'w>(world: &'w World, case: &Case) -> &'w Somebody {
    let routes = &world.district.app.app.routes;
    let permission = routes.iter().find(|r| r.method == case.method && r.path == case.route);
    let permission = permission.expect("the route is there").permission;
    let may = |who: &&Somebody| promised(world, case, permission, who, &world.district.near) == Told::Goes;
    world.everybody.iter().find(may).unwrap_or_else(|| panic!("nobody may {} {}", case.method, case.route))
}

/// What a form answers to fields that it does not name, and to senders who are not its own page.
async fn by_form(world: &World, case: &Case, typed: &[(&'static str, String)], name: &str) -> Vec<String> {
    let (who, path) = (whoever(world, case), case.path(world, &world.district.near));
    let keeper = world.everybody.iter().find(|w| w.label == "keeper").expect("there is a keeper");
    let mut wrong = Vec::new();
    let plain: Vec<(&str, &str)> = typed.iter().map(|(k, v)| (*k, v.as_str())).collect();
    for greed in GREED {
        let fields = [&plain[..], &[(*greed, "1")]].concat();
        let reply = who.visitor.post(&path, &fields).await;
        wrong.extend((reply.status != 400).then(|| format!("{name} takes {greed}: {}", reply.status)));
    }
    let (own, others) = (who.visitor.csrf(), keeper.visitor.csrf());
    let with = |token: &'_ str| [&[("_csrf", token.to_owned())], typed].concat();
    let no_token = if who.label == "keeper" { typed.to_vec() } else { with(&others) };
    let mut told = Vec::new();
    for (fields, header) in [
        (typed.to_vec(), None),
        (no_token, None),
        (with(&own), Some(("origin", "https://evil.cn"))),
        (with(&own), Some(("sec-fetch-site", "cross-site"))),
        (with(&own), Some(("origin", "null"))),
    ] {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let headers: Vec<(&str, &str)> = header.into_iter().collect();
        told.push(who.visitor.post_raw(&path, &fields, &headers).await.status.as_u16());
    }
    wrong.extend((told != [403; 5]).then(|| format!("{name} from elsewhere: {told:?}")));
    wrong
}

/// The same of a call; a browser's cookie opens none.
async fn by_call(world: &World, case: &Case, body: &serde_json::Value, name: &str) -> Vec<String> {
    let (who, path) = (whoever(world, case), case.path(world, &world.district.near));
    let mut wrong = Vec::new();
    for greed in GREED {
        let mut body = body.clone();
        body[*greed] = 1.into();
        let reply = who.visitor.json(case.method, &path, who.token.as_deref(), Some(&body), None).await;
        wrong.extend((reply.status != 400).then(|| format!("{name} takes {greed}: {}", reply.status)));
    }
    let reply = who.visitor.send(case.method, &path, &[], body.to_string()).await;
    wrong.extend((reply.status != 400).then(|| format!("{name} by cookie: {}", reply.status)));
    wrong
}

#[tokio::test]
async fn no_form_takes_a_field_that_it_does_not_name_nor_comes_from_elsewhere() {
    let app = TestApp::embedded(crate::district::all).await;
    let world = World::build(District::settle(&app).await).await;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for case in cases::all().iter().filter(|c| c.aim != Aim::Nothing && c.method != "GET") {
        let corner = &world.district.near;
        let name = format!("{} {}", case.method, case.route);
        let before = whole(&app).await;
        match &case.body {
            Body::Form(make) => wrong.extend(by_form(&world, case, &make(&world, corner), &name).await),
            Body::Json(make) => wrong.extend(by_call(&world, case, &make(&world, corner), &name).await),
            Body::Upload(fields, file) => {
                let fields = [&fields[..], &[("owner", "1")]].concat();
                let path = case.path(&world, corner);
                let reply = whoever(&world, case).visitor.upload(&path, &fields, *file).await.status.as_u16();
                wrong.extend((![400, 409].contains(&reply)).then(|| format!("{name}: {reply}")));
            }
            Body::Nothing => {}
        }
        asked += 1;
        let after = whole(&app).await;
        let changed = before.iter().zip(&after).filter(|(was, is)| was != is);
        wrong.extend(changed.map(|(was, _)| format!("{name} changed {}", was.0)));
    }
    println!("{asked} deeds were asked for by greedy and foreign forms");
    assert!(asked > 55 && wrong.is_empty(), "{asked}: {}", wrong.join("\n"));
}

/// Wants to be a tag, an attribute's end, a template and a statement.
const PAYLOAD: &str = "<img src=x onerror=alert(1)>\"'><svg/onload=1>{{7*7}}${7*7}";

/// Puts the payload wherever people type.
async fn poison(app: &TestApp) {
    for sql in [
        "UPDATE person SET name = $1, employer = $1, skills = $1, address = $1, email = $1",
        "UPDATE organisation SET name = $1, purpose = $1, contact_name = $1",
        "UPDATE activity SET title = $1, summary = $1, place = $1, organisation_name = $1, beneficiaries = $1, guarantees = $1,
           risk_notice = $1, contact_name = $1, submitted_name = $1, opinion = $1",
        "UPDATE post SET name = $1, conditions = $1",
        "UPDATE hours_entry SET title = $1, entered_by = $1, reason = $1",
        "UPDATE hours_claim SET title = $1, reason = $1, entered_name = $1, opinion = $1",
        "UPDATE hours_pending SET title = $1, reason = $1, entered_name = $1, first_name = $1, opinion = $1",
        "UPDATE hours_evidence SET name = $1",
        "UPDATE award SET title = $1, issuer = $1, document = $1, number = $1, content = $1, entered_name = $1",
        "UPDATE site SET name = $1, address = $1, opening = $1",
        "UPDATE account SET name = $1",
        "UPDATE account_role SET granted_by = $1",
        "UPDATE import_run SET file_name = $1, made_by_name = $1",
        "UPDATE import_refusal SET sheet = $1, shown = $1",
        "UPDATE wall_screen SET name = $1",
        "UPDATE file SET name = $1",
        "UPDATE job SET last_error = $1",
        "UPDATE region SET name = $1 WHERE level = 'community'",
        "UPDATE audit_line SET actor = $1",
    ] {
        app.sql(sql, args![PAYLOAD].to_vec()).await;
    }
    for member in ["detail", "args"] {
        let (table, value) = if member == "detail" { ("audit_line", "reason") } else { ("message", "name") };
        let json = serde_json::json!({ value: PAYLOAD, "team": PAYLOAD, "name": PAYLOAD });
        let sql = if table == "message" { "UPDATE message SET args = $1" } else { "UPDATE audit_line SET detail = $1" };
        app.sql(sql, args![json].to_vec()).await;
    }
}

#[tokio::test]
async fn what_people_type_is_shown_as_text_on_every_page() {
    let app = TestApp::embedded(crate::district::all).await;
    let world = World::build(District::settle(&app).await).await;
    poison(&app).await;
    let (mut wrong, mut shown, mut typed) = (Vec::new(), 0, 0);
    for case in cases::all().iter().filter(|c| c.method == "GET") {
        for who in &world.everybody {
            let reply = ask(&world, case, who, &world.district.near).await;
            if !reply.header("content-type").starts_with("text/html") {
                continue;
            }
            let text = reply.text();
            shown += 1;
            typed += usize::from(text.contains("{{7*7}}") || text.contains("&#123;&#123;7*7"));
            let live = text.contains("<img src=x") || text.contains("<svg/onload") || text.contains("\"'>");
            wrong.extend(live.then(|| format!("{} for {}", case.route, who.label)));
        }
    }
    println!("{shown} pages, {typed} of them with the payload as text");
    assert!(typed >= 60, "the payload is on {typed} pages only: they do not show what was poisoned");
    assert!(wrong.is_empty(), "live on {}", wrong.join("\n"));
}

/// The names of all queries.
const QUERIES: &[&str] = &[
    "q",
    "town",
    "region",
    "kind",
    "state",
    "team",
    "cursor",
    "after",
    "actor",
    "object",
    "from",
    "to",
    "year",
    "group",
    "category",
    "who",
    "verb",
    "next",
    "show",
    "past",
    "tree",
    "when",
    "day",
    "left",
    "method",
    "person",
    "person_id",
    "token",
    "format",
];

#[tokio::test]
async fn no_address_breaks_a_statement() {
    let app = TestApp::embedded(crate::district::all).await;
    let world = World::build(District::settle(&app).await).await;
    let (mut wrong, mut asked, mut heard) = (Vec::new(), 0, 0);
    for case in cases::all().iter().filter(|c| c.method == "GET" && c.aim == Aim::Plain && c.query.is_empty()) {
        let who = whoever(&world, case);
        let path = case.path(&world, &world.district.near);
        for query in QUERIES {
            for text in ["'", "' OR '1'='1", "%' --", "\"; DROP TABLE person; --", "\u{0}", "%_\\", "{{7*7}}"] {
                let path = format!("{path}?{query}={}", testkit::app::encode(text));
                let reply = match case.route.starts_with("/api/") {
                    true => who.visitor.json("GET", &path, who.token.as_deref(), None, None).await,
                    false => who.visitor.get(&path).await,
                };
                asked += 1;
                heard += usize::from(reply.status == 200);
                wrong.extend(reply.status.is_server_error().then(|| format!("{path}: {}", reply.status)));
                let more = *query == "q" && reply.status == 200 && reply.text_contains(world.district.far.name);
                wrong.extend(more.then(|| format!("{path} widens the list")));
                if reply.status == 400 {
                    break; // a field that this page does not know
                }
            }
        }
    }
    println!("{asked} addresses, {heard} of them were understood");
    assert!(heard > 200, "only {heard} of {asked} were understood");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
