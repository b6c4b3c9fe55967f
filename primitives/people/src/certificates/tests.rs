//! Stories of certificates: the district's kinds, what somebody holds and until when, and what is taken back.

use crate::{NewPerson, PersonId};
use kernel::{Module, Read as _, Role, Tx, args, row};
use serde_json::json;
use testkit::app::{district, region};
use testkit::{TestApp, on_both};

fn rooms() -> Vec<Module> {
    vec![places::module(), crate::module()]
}

async fn person(app: &TestApp, name: &str) -> PersonId {
    let new = NewPerson::named(name, "440605125003", "2026-11-01".parse().unwrap());
    let cx = app.cx();
    app.write(async move |tx: &mut Tx<'_>| crate::insert(tx, &cx, &new).await).await.unwrap()
}

async fn newest(app: &TestApp, sql: &str) -> String {
    row! { struct Found { id: kernel::ids::Raw } }
    app.db().one::<Found>(sql, args![app.tenant]).await.unwrap().id.to_string()
}

const KIND: &str = "SELECT id FROM certificate_kind WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1";
const PAPER: &str = "SELECT id FROM certificate WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1";

#[tokio::test]
async fn the_desk_enters_what_it_has_seen_and_the_person_sees_until_when_it_is_valid() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let li = person(&app, "李秀英").await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let other = app.as_account("lishui", &[region(Role::Town, "440605126")], None).await;
        let head = app.as_account("head", &[district(Role::District)], None).await;
        let own = app.as_account("li", &[], Some(li.0)).await;
        let url = format!("/desk/people/{li}/certificates");
        assert!(clerk.get(&url).await.expect(200).text_contains("区里还没有定证书种类"));
        clerk.post("/desk/certificates", &[("name", "急救员证")]).await.expect(403);
        head.post("/desk/certificates", &[("name", ""), ("months", "0")]).await.expect(422);
        head.post("/desk/certificates", &[("name", "急救员证"), ("months", "36")]).await.expect(303);
        let twice = head.post("/desk/certificates", &[("name", "急救员证")]).await.expect(422);
        assert!(twice.text_contains("已经有这个名称的种类了"));
        let kind = newest(&app, KIND).await;
        let paper =
            [("kind", kind.as_str()), ("number", "JJ-0042"), ("issuer", "区红十字会"), ("issued_on", "2023-12-10")];
        other.post(&url, &paper).await.expect(404);
        let wrong = [("kind", kind.as_str()), ("issued_on", "2026-12-01"), ("valid_until", "2026-11-30")];
        let refused = clerk.post(&url, &wrong).await.expect(422);
        assert!(refused.text_contains("不能在今天以后") && refused.text_contains("不能早过发证日期"));
        clerk.post(&url, &paper).await.expect(303);
        let page = clerk.get(&url).await.expect(200);
        assert!(page.text_contains("JJ-0042") && page.text_contains("2026-12-09"), "36 months, the last day included");
        assert!(page.text_contains("快到期") && page.text_contains("dali"));
        let mine = own.get("/me/certificates").await.expect(200);
        assert!(mine.text_contains("急救员证") && mine.text_contains("快到期"));
        app.at("2026-12-10T09:00").await;
        assert!(own.get("/me/certificates").await.expect(200).text_contains("已过期"));
        let back = format!("{url}/{}/withdrawal", newest(&app, PAPER).await);
        other.post(&back, &[("reason", "登记错了")]).await.expect(404);
        assert!(clerk.post(&back, &[("reason", "")]).await.expect(422).text_contains("还没有填"));
        clerk.post(&back, &[("reason", "登记错了")]).await.expect(303);
        clerk.post(&back, &[("reason", "再来")]).await.expect(409);
        let page = own.get("/me/certificates").await.expect(200);
        assert!(page.text_contains("已收回") && page.text_contains("登记错了"));
        head.post(&format!("/desk/certificates/{kind}/end"), &[]).await.expect(303);
        head.post(&format!("/desk/certificates/{kind}/end"), &[]).await.expect(409);
        clerk.post(&url, &paper).await.expect(422);
        let lines = "SELECT COUNT(*) AS n FROM audit_line WHERE tenant_id = $1 AND kind = 'people.certified'";
        assert_eq!(app.count(lines, args![app.tenant]).await, 2);
        let told =
            "SELECT COUNT(*) AS n FROM audit_line WHERE tenant_id = $1 AND CAST(detail AS TEXT) LIKE '%JJ-0042%'";
        assert_eq!(app.count(told, args![app.tenant]).await, 0, "the trace tells which row, not what stands in it");
    })
    .await;
}

#[tokio::test]
async fn a_program_keeps_certificates_and_erasing_takes_them_off() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let li = person(&app, "李秀英").await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let head = app.as_account("head", &[district(Role::District)], None).await;
        let own = app.as_account("li", &[], Some(li.0)).await;
        let (clerk_token, head_token) =
            (app.token(clerk.account.unwrap()).await, app.token(head.account.unwrap()).await);
        let own_token = app.token(own.account.unwrap()).await;
        let made = json!({ "name": "健康证", "months": "12" });
        let made = head.json("POST", "/api/v1/certificates", Some(&head_token), Some(&made), None).await;
        let kind = made.expect(201).json()["id"].as_str().unwrap().to_owned();
        let url = format!("/api/v1/people/{li}/certificates");
        let paper = json!({ "kind": kind, "number": "H1", "issued_on": "2026-11-01" });
        let made = clerk.json("POST", &url, Some(&clerk_token), Some(&paper), Some("k1")).await.expect(201).json();
        let again = clerk.json("POST", &url, Some(&clerk_token), Some(&paper), Some("k1")).await.expect(201).json();
        assert_eq!(made, again, "what is sent twice is written once");
        let list = own.json("GET", "/api/v1/me/certificates", Some(&own_token), None, None).await.expect(200).json();
        let one = &list["items"][0];
        assert_eq!((&one["valid_until"], &one["standing"]), (&json!("2027-10-31"), &json!("valid")));
        let back = format!("{url}/{}/withdrawal", made["id"].as_str().unwrap());
        let why = json!({ "reason": "换新" });
        clerk.json("POST", &back, Some(&clerk_token), Some(&why), None).await.expect(204);
        let list = clerk.json("GET", &url, Some(&clerk_token), None, None).await.expect(200).json();
        assert_eq!(list["items"][0]["standing"], "ended");
        let end = format!("/api/v1/certificates/{kind}");
        head.json("DELETE", &end, Some(&head_token), None, None).await.expect(204);
        let kinds = clerk.json("GET", "/api/v1/certificates", Some(&clerk_token), None, None).await.expect(200).json();
        assert_eq!(kinds["items"][0]["ended"], true);
        let cx = app.cx();
        app.write(async move |tx: &mut Tx<'_>| super::erase(tx, &cx, li).await).await.unwrap();
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM certificate", &[]).await, 0);
    })
    .await;
}
