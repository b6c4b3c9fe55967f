//! Deeds about guardians, the life cycle and saved views; by page and by JSON.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use super::form;
use crate::district::Somebody;
use crate::trace_walk::{Line, Sent, Walk};
use kernel::ids::Raw;
use kernel::{Read as _, args, row};
use serde_json::json;

fn paper() -> Sent<'static> {
    let fields = vec![("agrees".into(), "on".into()), ("for_data".into(), "on".into())];
    Sent::Upload(fields, ("scan", "consent.pdf", b"%PDF-1.4 signed"))
}

async fn newest(walk: &Walk, sql: &str) -> Raw {
    row! { struct Found { id: Raw } }
    walk.district.app.db().one::<Found>(sql, &[]).await.unwrap().id
}

/// A child with nobody who agreed yet.
async fn child(walk: &Walk) -> Raw {
    let app = &walk.district.app;
    let id = app.person_in("童近芳", walk.district.near.region).await;
    let born: chrono::NaiveDate = "2014-05-01".parse().unwrap();
    app.sql("UPDATE person SET birth_date = $2 WHERE id = $1", args![id, born].to_vec()).await;
    id
}

pub async fn walk(walk: &mut Walk, town: &Somebody, district: &Somebody) {
    guardians(walk, town).await;
    by_account(walk, town).await;
    certificates(walk, town, district).await;
    life(walk, town, district).await;
    own_life(walk).await;
    bulk(walk, town).await;
    let lines = [("view.saved", "saved_view", None)];
    let sent = form(&[("list", "people"), ("name", "大沥"), ("query", "?town=440605125"), ("share", "on")]);
    walk.ask(town, ("POST", "/desk/views"), ("/desk/views".to_owned(), sent), &lines).await;
    let view = newest(walk, "SELECT id FROM saved_view ORDER BY id DESC LIMIT 1").await;
    let lines = [("view.removed", "saved_view", Some(view))];
    let path = format!("/desk/views/{view}/removal");
    walk.ask(town, ("POST", "/desk/views/{view}/removal"), (path, form(&[])), &lines).await;
    let lines = [("view.saved", "saved_view", None)];
    let sent = Sent::Json(json!({ "list": "people", "name": "大沥", "query": "?town=440605125" }));
    walk.ask(town, ("POST", "/api/v1/views"), ("/api/v1/views".to_owned(), sent), &lines).await;
    let view = newest(walk, "SELECT id FROM saved_view ORDER BY id DESC LIMIT 1").await;
    let lines = [("view.removed", "saved_view", Some(view))];
    let path = format!("/api/v1/views/{view}");
    walk.ask(town, ("DELETE", "/api/v1/views/{view}"), (path, Sent::Json(json!({}))), &lines).await;
}

/// Kinds of certificates, and what somebody holds.
async fn certificates(walk: &mut Walk, town: &Somebody, district: &Somebody) {
    let member = walk.district.app.person_in("持证人", walk.district.near.region).await;
    for api in ["", "/api/v1"] {
        let json = !api.is_empty();
        let lines = [("people.certificate_kind", "certificate_kind", None)];
        let (route, path) = match json {
            true => ("/api/v1/certificates", "/api/v1/certificates".to_owned()),
            false => ("/desk/certificates", "/desk/certificates".to_owned()),
        };
        let sent = if json { Sent::Json(json!({ "name": "健康证" })) } else { form(&[("name", "急救员证")]) };
        walk.ask(district, ("POST", route), (path, sent), &lines).await;
        let kind = newest(walk, "SELECT id FROM certificate_kind ORDER BY id DESC LIMIT 1").await;
        let of = |kind: &'static str| -> [Line; 1] { [(kind, "person", Some(member))] };
        let (id, base) = (kind.to_string(), if json { "/api/v1/people" } else { "/desk/people" });
        let route = if json { "/api/v1/people/{person}/certificates" } else { "/desk/people/{person}/certificates" };
        let url = format!("{base}/{member}/certificates");
        let sent = match json {
            true => Sent::Json(json!({ "kind": id, "issued_on": "2026-01-01" })),
            false => form(&[("kind", &id), ("issued_on", "2026-01-01")]),
        };
        walk.ask(town, ("POST", route), (url.clone(), sent), &of("people.certified")).await;
        walk.ask(town, ("GET", route), (url.clone(), Sent::Nothing), &of("people.certificates_read")).await;
        let paper = newest(walk, "SELECT id FROM certificate ORDER BY id DESC LIMIT 1").await;
        let sent = if json { Sent::Json(json!({ "reason": "换新" })) } else { form(&[("reason", "换新")]) };
        let route = match json {
            true => "/api/v1/people/{person}/certificates/{certificate}/withdrawal",
            false => "/desk/people/{person}/certificates/{certificate}/withdrawal",
        };
        walk.ask(town, ("POST", route), (format!("{url}/{paper}/withdrawal"), sent), &of("people.certified")).await;
        let ended = [("people.certificate_kind", "certificate_kind", Some(kind))];
        match json {
            true => {
                let path = format!("/api/v1/certificates/{kind}");
                let route = ("DELETE", "/api/v1/certificates/{certificate_kind}");
                walk.ask(district, route, (path, Sent::Json(json!({}))), &ended).await
            }
            false => {
                let path = format!("/desk/certificates/{kind}/end");
                let route = ("POST", "/desk/certificates/{certificate_kind}/end");
                walk.ask(district, route, (path, form(&[])), &ended).await
            }
        };
    }
}

async fn guardians(walk: &mut Walk, town: &Somebody) {
    for api in ["", "/api/v1"] {
        let json = !api.is_empty();
        let base = if json { "/api/v1/people" } else { "/desk/people" };
        let child = child(walk).await;
        let of = |kind: &'static str| -> [Line; 1] { [(kind, "person", Some(child))] };
        let url = format!("{base}/{child}/guardians");
        let new = [("name", "梁国栋"), ("phone", "13800000019"), ("relation", "father")];
        let sent = if json {
            Sent::Json(json!({ "name": "梁国栋", "phone": "13800000019", "relation": "father" }))
        } else {
            form(&new)
        };
        let route = if json { "/api/v1/people/{person}/guardians" } else { "/desk/people/{person}/guardians" };
        walk.ask(town, ("POST", route), (url.clone(), sent), &of("people.guardian_named")).await;
        walk.ask(town, ("GET", route), (url.clone(), Sent::Nothing), &of("people.guardians_read")).await;
        let guardian = newest(walk, "SELECT id FROM guardian ORDER BY id DESC LIMIT 1").await;
        let route = match json {
            true => "/api/v1/people/{person}/guardians/{guardian}/consent",
            false => "/desk/people/{person}/guardians/{guardian}/consent",
        };
        let path = format!("{url}/{guardian}/consent");
        walk.ask(town, ("POST", route), (path.clone(), paper()), &of("people.guardian_agreed")).await;
        if !json {
            walk.ask(town, ("GET", route), (path, Sent::Nothing), &of("people.consent_read")).await;
        }
        let sent = if json { Sent::Json(json!({ "reason": "搬走" })) } else { form(&[("reason", "搬走")]) };
        let route = match json {
            true => "/api/v1/people/{person}/guardians/{guardian}/withdrawal",
            false => "/desk/people/{person}/guardians/{guardian}/withdrawal",
        };
        let path = format!("{url}/{guardian}/withdrawal");
        walk.ask(town, ("POST", route), (path, sent), &of("people.guardian_withdrawn")).await;
    }
    let lines = [("people.minors_exported", "person", None)];
    let path = ("/desk/people/minors/export?consent=all".to_owned(), Sent::Nothing);
    walk.ask(town, ("GET", "/desk/people/minors/export"), path, &lines).await;
}

/// The token in a page or an answer that shows a link.
fn token(text: &str) -> String {
    let after = text.split("/guardian/").nth(1).unwrap();
    after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect()
}

async fn by_account(walk: &mut Walk, town: &Somebody) {
    let app = walk.district.app.clone();
    for api in ["", "/api/v1"] {
        let json = !api.is_empty();
        let base = if json { "/api/v1/people" } else { "/desk/people" };
        let child = child(walk).await;
        let of = |kind: &'static str| -> [Line; 1] { [(kind, "person", Some(child))] };
        let parent = app.person_in("梁近栋", walk.district.near.region).await;
        let parent = walk.district.somebody("parent", vec![], Some(parent)).await;
        let url = format!("/desk/people/{child}/guardians");
        town.visitor
            .post(&url, &[("name", "梁近栋"), ("phone", "13800000018"), ("relation", "mother")])
            .await
            .expect(303);
        let guardian = newest(walk, "SELECT id FROM guardian ORDER BY id DESC LIMIT 1").await;
        let route = match json {
            true => "/api/v1/people/{person}/guardians/{guardian}/link",
            false => "/desk/people/{person}/guardians/{guardian}/link",
        };
        let path = format!("{base}/{child}/guardians/{guardian}/link");
        let sent = if json { Sent::Json(json!({})) } else { form(&[]) };
        let made = walk.ask(town, ("POST", route), (path, sent), &of("people.guardian_linked")).await;
        let token = token(&made.text());
        let path = format!("/guardian/{token}");
        if json {
            let sent = Sent::Json(json!({ "token": token, "agrees": true, "for_data": true }));
            let path = "/api/v1/me/wards".to_owned();
            walk.ask(&parent, ("POST", "/api/v1/me/wards"), (path, sent), &of("people.guardian_agreed")).await;
            let path = format!("/api/v1/me/wards/{guardian}");
            let sent = Sent::Json(json!({}));
            let lines = of("people.guardian_withdrawn");
            walk.ask(&parent, ("DELETE", "/api/v1/me/wards/{guardian}"), (path, sent), &lines).await;
        } else {
            let asked = of("people.consent_asked");
            walk.ask(&parent, ("GET", "/guardian/{token}"), (path.clone(), Sent::Nothing), &asked).await;
            let sent = form(&[("agrees", "on"), ("for_data", "on")]);
            walk.ask(&parent, ("POST", "/guardian/{token}"), (path, sent), &of("people.guardian_agreed")).await;
            let path = format!("/me/wards/{guardian}/withdrawal");
            let lines = of("people.guardian_withdrawn");
            walk.ask(&parent, ("POST", "/me/wards/{guardian}/withdrawal"), (path, form(&[])), &lines).await;
        }
    }
}

async fn life(walk: &mut Walk, town: &Somebody, district: &Somebody) {
    let app = walk.district.app.clone();
    for api in ["", "/api/v1"] {
        let json = !api.is_empty();
        let person = app.person_in("离近芳", walk.district.near.region).await;
        let of = |kind: &'static str| -> [Line; 1] { [(kind, "person", Some(person))] };
        let base = if json { "/api/v1/people" } else { "/desk/people" };
        let sent = |fields: &[(&'static str, &'static str)]| match json {
            true => Sent::Json(fields.iter().copied().collect::<serde_json::Value>()),
            false => form(fields),
        };
        let route = if json { "/api/v1/people/{person}/life" } else { "/desk/people/{person}/life" };
        let step = sent(&[("to", "left"), ("basis", "withdrawal"), ("reason", "搬走")]);
        walk.ask(town, ("POST", route), (format!("{base}/{person}/life"), step), &of("people.moved")).await;
        let url = format!("{base}/{person}/erasure");
        let routes = match json {
            true => ["/api/v1/people/{person}/erasure", "/api/v1/people/{person}/erasure/decision"],
            false => ["/desk/people/{person}/erasure", "/desk/people/{person}/erasure/decision"],
        };
        let why = sent(&[("reason", "本人来办")]);
        walk.ask(town, ("POST", routes[0]), (url.clone(), why), &of("people.erasure_asked")).await;
        let yes = sent(&[("decision", "yes")]);
        let path = format!("{url}/decision");
        walk.ask(district, ("POST", routes[1]), (path, yes), &of("people.erasure_decided")).await;
        let taken = of("people.erasure_withdrawn");
        if json {
            let sent = (url, Sent::Json(json!({})));
            walk.ask(town, ("DELETE", "/api/v1/people/{person}/erasure"), sent, &taken).await;
        } else {
            let sent = (format!("{url}/withdrawal"), form(&[]));
            walk.ask(town, ("POST", "/desk/people/{person}/erasure/withdrawal"), sent, &taken).await;
        }
    }
}

async fn own_life(walk: &mut Walk) {
    let app = walk.district.app.clone();
    let person = app.person_in("离近成", walk.district.near.region).await;
    let own = walk.district.somebody("leaving", vec![], Some(person)).await;
    let of = |kind: &'static str| -> [Line; 1] { [(kind, "person", Some(person))] };
    let sent = ("/api/v1/me/erasure".to_owned(), Sent::Json(json!({})));
    walk.ask(&own, ("POST", "/api/v1/me/erasure"), sent, &of("people.erasure_asked")).await;
    let sent = ("/api/v1/me/erasure".to_owned(), Sent::Json(json!({})));
    walk.ask(&own, ("DELETE", "/api/v1/me/erasure"), sent, &of("people.erasure_withdrawn")).await;
    // Leaving ends the token.
    let sent = ("/api/v1/me/life".to_owned(), Sent::Json(json!({ "to": "left" })));
    walk.ask(&own, ("POST", "/api/v1/me/life"), sent, &of("people.moved")).await;
    let sent = ("/me/life".to_owned(), form(&[("to", "active")]));
    walk.ask(&own, ("POST", "/me/life"), sent, &of("people.moved")).await;
    let sent = ("/me/erasure".to_owned(), form(&[]));
    walk.ask(&own, ("POST", "/me/erasure"), sent, &of("people.erasure_asked")).await;
    let sent = ("/me/erasure/withdrawal".to_owned(), form(&[]));
    walk.ask(&own, ("POST", "/me/erasure/withdrawal"), sent, &of("people.erasure_withdrawn")).await;
}

/// A deed for many, and taking it back; the job is said to be over.
async fn bulk(walk: &mut Walk, town: &Somebody) {
    let app = walk.district.app.clone();
    let person = app.person_in("众近芳", walk.district.near.region).await;
    for api in ["", "/api/v1"] {
        let json = !api.is_empty();
        let ids = person.to_string();
        let lines = [("bulk.begun", "bulk_run", None)];
        let sent = match json {
            true => Sent::Json(json!({ "list": "people", "deed": "people.dormant", "id": [ids], "said": "休养" })),
            false => form(&[("list", "people"), ("deed", "people.dormant"), ("id", &ids), ("said", "休养")]),
        };
        let (route, path) = if json { ("/api/v1/bulk", "/api/v1/bulk") } else { ("/desk/bulk", "/desk/bulk") };
        walk.ask(town, ("POST", route), (path.to_owned(), sent), &lines).await;
        let run = newest(walk, "SELECT id FROM bulk_run ORDER BY id DESC LIMIT 1").await;
        let done = json!([person]);
        app.sql("UPDATE bulk_run SET state = 'done', done = $2 WHERE id = $1", args![run, done].to_vec()).await;
        app.sql("DELETE FROM job WHERE kind = 'bulk.run'", vec![]).await;
        let lines = [("bulk.undo_asked", "bulk_run", Some(run))];
        if json {
            let sent = (format!("/api/v1/bulk/{run}"), Sent::Json(json!({})));
            walk.ask(town, ("DELETE", "/api/v1/bulk/{run}"), sent, &lines).await;
        } else {
            let sent = (format!("/desk/bulk/{run}/undoing"), form(&[]));
            walk.ask(town, ("POST", "/desk/bulk/{run}/undoing"), sent, &lines).await;
        }
        app.sql("DELETE FROM job WHERE kind = 'bulk.run'", vec![]).await;
    }
}
