//! One-time keys that are used for something else, or cannot be kept: said in words, by the page and to programs.

use crate::rooms;
use kernel::Role;
use testkit::app::district;
use testkit::{TestApp, on_both};

const PEOPLE: &str = "SELECT COUNT(*) AS n FROM person";

fn body(name: &str) -> serde_json::Value {
    serde_json::json!({ "name": name, "phone": "13500000093", "region": "440605125003" })
}

#[tokio::test]
async fn a_programs_key_belongs_to_one_content() {
    on_both(rooms::all, async |app: TestApp| {
        app.region_seed().await;
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let token = app.token(clerk.account.unwrap()).await;
        let send = async |name: &str, key: &str| {
            app.stranger().json("POST", "/api/v1/people", Some(&token), Some(&body(name)), Some(key)).await
        };
        let first = send("何嘉欣", "k1").await.expect(201).json();
        assert_eq!(send("何嘉欣", "k1").await.expect(201).json()["id"], first["id"]);
        let other = send("何嘉敏", "k1").await.expect(422);
        assert_eq!(other.header("content-type"), "application/problem+json");
        assert_eq!(other.json()["code"], "error.once_reused");
        assert!(other.json()["title"].as_str().unwrap().contains("换一个 Idempotency-Key"));
        assert_eq!(app.count(PEOPLE, &[]).await, 1, "nothing was done");
        send("何嘉敏", "k2").await.expect(201);

        for wrong in [String::new(), "k".repeat(201), "键".to_owned()] {
            let refused = send("何嘉雯", &wrong).await.expect(400);
            assert_eq!(refused.json()["code"], "error.once_wrong", "{wrong}");
        }
        assert_eq!(app.count(PEOPLE, &[]).await, 2, "a key that cannot be kept keeps nothing from happening twice");
    })
    .await;
}

#[tokio::test]
async fn a_pages_key_belongs_to_one_content() {
    on_both(rooms::all, async |app: TestApp| {
        app.region_seed().await;
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let send = async |name: &str| {
            let fields = [("_once", "page-1"), ("name", name), ("phone", "13500000093"), ("region", "440605125003")];
            clerk.post("/desk/people", &fields).await
        };
        let first = send("何嘉欣").await.expect(303).location;
        assert_eq!(send("何嘉欣").await.expect(303).location, first, "pressed twice is once");
        assert!(send("何嘉敏").await.expect(422).text_contains("请刷新页面再填"));
        assert_eq!(app.count(PEOPLE, &[]).await, 1);
        let kept = app.count("SELECT COUNT(*) AS n FROM once WHERE CAST(answer AS TEXT) LIKE '%1350000%'", &[]).await;
        assert_eq!(kept, 0, "of what was sent only a keyed digest is kept");
    })
    .await;
}

#[tokio::test]
async fn programs_are_told_of_unknown_fields_wrong_cursors_and_broken_bodies() {
    on_both(rooms::all, async |app: TestApp| {
        app.region_seed().await;
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let token = app.token(clerk.account.unwrap()).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let mut odd = body("何嘉欣");
        odd["minutes"] = 999.into();
        for (wrong, code) in
            [(odd.to_string(), "error.json"), ("{".to_owned(), "error.json"), ("null".to_owned(), "error.json")]
        {
            let answer = app.stranger().send("POST", "/api/v1/people", &headers, wrong).await.expect(400);
            assert_eq!(answer.json()["code"], code);
            assert!(!answer.json()["title"].as_str().unwrap().is_empty());
        }
        for (path, code) in [
            ("/api/v1/people?cursor=x", "error.cursor"),
            ("/api/v1/people?cursor=%00", "error.cursor"),
            ("/api/v1/people?nobody=1", "error.query_field"),
            ("/api/v1/activities?cursor=WyJhIl0", "error.cursor"),
        ] {
            let answer = app.stranger().json("GET", path, Some(&token), None, None).await.expect(400);
            assert_eq!(
                (answer.json()["code"].as_str(), answer.json()["status"].as_i64()),
                (Some(code), Some(400)),
                "{path}"
            );
        }
        let shown = clerk.get("/desk/people?cursor=x").await.expect(400);
        assert!(shown.text_contains("请从第一页重新看"));
        assert_eq!(app.count(PEOPLE, &[]).await, 0);
    })
    .await;
}
