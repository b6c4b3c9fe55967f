//! The live matrix of rights: every role asks every route for its own object, for one of the same town and for one of
//! another, and the answer is the one that permission and reach promise. No answer holds a name or a number it may not.

#[path = "matrix_case.rs"]
mod case;
#[path = "matrix_cases.rs"]
mod cases;
#[path = "matrix_cases_api.rs"]
mod cases_api;
#[path = "matrix_cases_exchange.rs"]
mod cases_exchange;
#[path = "matrix_cases_joining.rs"]
mod cases_joining;
#[path = "matrix_cases_people.rs"]
mod cases_people;
#[path = "matrix_cases_series.rs"]
mod cases_series;
#[path = "matrix_threats.rs"]
mod threats;
#[path = "matrix_world.rs"]
mod world;

use crate::district::{Corner, District, Somebody};
use case::{Aim, Body, Case};
pub use cases::activity_form;
pub use cases_api::draft as api_draft;
use kernel::policy::decide;
use kernel::{Permission, Role, Target, args};
use std::collections::BTreeSet;
use testkit::{Reply, TestApp, on_both};
pub use world::ROSTER;
use world::World;

/// What a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// The verb goes on, or is refused for what the object is and not for who asks.
    Goes,
    /// Not yours, or not there: the same.
    NotThere,
    /// The permission itself is lacking.
    Forbidden,
    /// Nobody is signed in.
    SignIn,
}

/// What policy promises.
fn promised(world: &World, case: &Case, permission: Permission, who: &Somebody, corner: &Corner) -> Told {
    if !decide(&who.actor, permission, None).allowed {
        return if who.actor.account.is_none() { Told::SignIn } else { Told::Forbidden };
    }
    let inner = case.inner.unwrap_or(permission);
    let foreign = who.tenant != world.district.app.tenant;
    let goes = |yes: bool| if yes { Told::Goes } else { Told::NotThere };
    match case.aim {
        Aim::Plain => Told::Goes,
        Aim::Nothing => Told::NotThere,
        Aim::Whole => goes(!foreign),
        Aim::Mine => goes(!foreign && who.actor.person == Some(corner.member)),
        Aim::Leader => goes(!foreign && who.actor.person == Some(corner.leader)),
        Aim::Team => {
            goes(!foreign && [corner.member, corner.leader].iter().any(|person| who.actor.person == Some(*person)))
        }
        Aim::Made => goes(!foreign && world.sees_run(who, corner)),
        Aim::Region if reaches(who, inner, corner, false) => goes(!foreign || case.method == "POST" && case.founds),
        Aim::Region => Told::Forbidden,
        Aim::Held | Aim::Person if foreign => Told::NotThere,
        Aim::Held | Aim::Person => {
            let person = case.aim == Aim::Person;
            if reaches(who, inner, corner, person) {
                return Told::Goes;
            }
            match case.seen {
                Some(seen) if reaches(who, seen, corner, person) => Told::Forbidden,
                _ => Told::NotThere,
            }
        }
    }
}

/// Whether a permission reaches what hangs on a corner; a person is reached by home or by team.
fn reaches(who: &Somebody, permission: Permission, corner: &Corner, person: bool) -> bool {
    let team = Target { region: corner.region, organisation: &corner.path, person: person.then_some(corner.member) };
    decide(&who.actor, permission, Some(&team)).allowed
}

fn told(reply: &Reply) -> Option<Told> {
    let to_sign_in = reply.location.as_deref().is_some_and(|to| to.starts_with("/sign-in"));
    match reply.status.as_u16() {
        303 if to_sign_in => Some(Told::SignIn),
        200 | 201 | 202 | 204 | 303 | 409 | 422 | 429 => Some(Told::Goes),
        401 => Some(Told::SignIn),
        403 => Some(Told::Forbidden),
        404 => Some(Told::NotThere),
        _ => None,
    }
}

async fn ask(world: &World, case: &Case, who: &Somebody, corner: &Corner) -> Reply {
    let path = case.path(world, corner);
    if case.route.starts_with("/api/") {
        let body = match &case.body {
            Body::Json(make) => Some(make(world, corner)),
            Body::Upload(fields, file) => {
                return who.visitor.upload_by_token(&path, who.token.as_deref(), fields, *file).await;
            }
            _ => None,
        };
        return who.visitor.json(case.method, &path, who.token.as_deref(), body.as_ref(), None).await;
    }
    match &case.body {
        Body::Nothing => who.visitor.get(&path).await,
        Body::Form(make) => {
            let fields = make(world, corner);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            who.visitor.post(&path, &fields).await
        }
        Body::Upload(fields, file) => who.visitor.upload(&path, fields, *file).await,
        Body::Json(_) => panic!("{} takes no JSON", case.route),
    }
}

/// What an answer holds that this reader may not know: a name beyond their reach, or a number without a line in the trace.
async fn leaked(world: &World, who: &Somebody, reply: &Reply) -> Option<String> {
    let text = reply.text();
    let keeps_record =
        [Role::Auditor, Role::Accounts].iter().any(|role| who.actor.grants.iter().any(|g| g.role == *role));
    for (_, corner) in world.district.corners() {
        let own = who.actor.person == Some(corner.member);
        let foreign = who.tenant != world.district.app.tenant;
        let known = own || keeps_record || reaches(who, people::policy::READ, corner, true);
        if text.contains(corner.name) && (foreign || !known) {
            return Some(format!("the name {}", corner.name));
        }
        let Some(secret) = corner.secrets.iter().find(|secret| text.contains(secret.as_str())) else { continue };
        let sql = "SELECT COUNT(*) AS n FROM audit_line WHERE request_id = $1";
        let lines = world.district.app.count(sql, args![reply.header("x-request-id")]).await;
        if lines == 0 || foreign || !(own || known) {
            return Some(format!("{secret} with {lines} lines in the trace"));
        }
    }
    None
}

async fn check(world: &World, case: &Case, who: &Somebody, (place, corner): (&str, &Corner)) -> Result<(), String> {
    let routes = &world.district.app.app.routes;
    let fact = routes.iter().find(|r| r.method == case.method && r.path == case.route);
    let permission = fact.unwrap_or_else(|| panic!("there is no {} {}", case.method, case.route)).permission;
    let expected = promised(world, case, permission, who, corner);
    let reply = ask(world, case, who, corner).await;
    let cell = format!("{} {} · {} · {place}", case.method, case.path(world, corner), who.label);
    if told(&reply) != Some(expected) {
        return Err(format!("{cell}: {} to {:?}, promised {expected:?}", reply.status, reply.location));
    }
    if let Some(header) = unprotected(who, &reply) {
        return Err(format!("{cell}: the header {header} is {:?}", reply.header(header)));
    }
    match leaked(world, who, &reply).await {
        Some(what) => Err(format!("{cell}: tells {what}")),
        None => Ok(()),
    }
}

/// A header of every answer that is missing: no frame, no guessing of types, no other origin, no copy of a signed-in page.
fn unprotected(who: &Somebody, reply: &Reply) -> Option<&'static str> {
    let signed_in = who.actor.account.is_some();
    let wanted = [
        ("content-security-policy", "frame-ancestors 'none'"),
        ("content-security-policy", "default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "same-origin"),
        ("cache-control", if signed_in { "no-store" } else { "no-" }),
    ];
    let missing = wanted.iter().find(|(name, value)| !reply.header(name).contains(value));
    missing.map(|(name, _)| *name).or((signed_in && reply.headers.contains_key("etag")).then_some("etag"))
}

/// Every route has a case, so that a new one is asked for or named here.
fn untold(app: &TestApp, cases: &[Case]) -> Vec<String> {
    let asked: BTreeSet<(&str, &str)> = cases.iter().map(|c| (c.method, c.route)).collect();
    let routes = app.app.routes.iter().filter(|r| !asked.contains(&(r.method, r.path.as_str())));
    routes.map(|r| format!("{} {}", r.method, r.path)).collect()
}

#[tokio::test]
async fn every_role_gets_from_every_route_what_was_promised_and_no_byte_more() {
    on_both(crate::district::all, async |app: TestApp| {
        let began = std::time::Instant::now();
        let cases = cases::all();
        assert_eq!(untold(&app, &cases), [""; 0], "routes without a case");
        let mut world = World::build(District::settle(&app).await).await;
        let (mut cells, mut wrong, mut turn) = (0, Vec::new(), 0_usize);
        for case in &cases {
            for at in 0..if case.aim.has_place() { 3 } else { 1 } {
                for who in 0..world.everybody.len() {
                    turn += 1;
                    // The other engine answers a sample: the rules are the same code.
                    if app.on_server && !turn.is_multiple_of(11) {
                        continue;
                    }
                    let place = world.district.corners()[at];
                    cells += 1;
                    world.restore(case).await;
                    wrong.extend(check(&world, case, &world.everybody[who], place).await.err());
                    world.restore(case).await;
                    world.sign_in_again(case, who).await;
                }
            }
        }
        println!("{cells} cells in {:.1} s, {} wrong", began.elapsed().as_secs_f32(), wrong.len());
        assert!(wrong.is_empty(), "{} of {cells} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    })
    .await;
}
