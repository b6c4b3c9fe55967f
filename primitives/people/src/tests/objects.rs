//! Stories of the pages about a person: what happened, who may see and why; and of questions kept under a name.

use super::{chen, put, rooms};
use kernel::{Cx, Role};
use testkit::app::{district, region};
use testkit::{TestApp, on_both};

#[tokio::test]
async fn what_happened_to_a_person_is_told_and_the_looks_to_auditors_alone() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let id = put(&app, chen()).await.unwrap();
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        // Lines of one moment lie in chains side by side on a server.
        let wait = || app.later(chrono::Duration::minutes(1));
        wait();
        clerk.post(&format!("/desk/people/{id}"), &[("name", "陈惠敏")]).await.expect(303);
        wait();
        clerk.post(&format!("/desk/people/{id}/reveal/phone"), &[("why", "check")]).await.expect(200);
        assert!(clerk.get(&format!("/desk/people/{id}")).await.expect(200).text_contains("谁能看到，为什么"));
        let log = format!("/desk/objects/person/{id}/log");
        let page = clerk.get(&log).await.expect(200).text();
        assert!(page.contains("登记志愿者") && page.contains("改资料") && !page.contains(">查看</td>"), "{page}");
        let before = app.audit_kinds().await.len();
        wait();
        let auditor = app.as_account("shen", &[district(Role::Auditor)], None).await;
        let page = auditor.get(&log).await.expect(200).text();
        assert!(page.contains(">查看</td>") && page.contains("phone"), "{page}");
        assert_eq!(app.audit_kinds().await[before..], ["trace.read"], "the auditor's look leaves a line");
        assert!(!clerk.get(&format!("{log}?actor=nobody")).await.expect(200).text_contains("改资料"));
        let far = app.as_account("lishui", &[region(Role::Town, "440605126")], None).await;
        far.get(&log).await.expect(404);
        far.get(&format!("/api/v1/objects/person/{id}/log")).await.expect(404);
        far.get(&format!("/desk/objects/person/{id}/access")).await.expect(404);
        clerk.get(&format!("/desk/objects/nothing/{id}/log")).await.expect(404);
        let token = app.token(clerk.account.unwrap()).await;
        let path = format!("/api/v1/objects/person/{id}/log");
        let json = clerk.json("GET", &path, Some(&token), None, None).await.expect(200).json();
        let kinds: Vec<_> = json["items"].as_array().unwrap().iter().map(|line| line["kind"].clone()).collect();
        assert_eq!(kinds, ["people.changed", "people.registered"]);
    })
    .await;
}

async fn explained(cx: &Cx, who: &str, verb: &str, object: &str) -> bool {
    kernel::desk::explain::explain(cx, who, verb, object).await.unwrap().is_some_and(|answer| answer.allowed)
}

#[tokio::test]
async fn who_may_see_a_person_is_what_the_evaluator_says_to_everybody_who_asks_it() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let id = put(&app, chen()).await.unwrap();
        let mut names = Vec::new();
        for (name, grants) in [
            ("qu", vec![district(Role::District)]),
            ("dali", vec![region(Role::Town, "440605125")]),
            ("lishui", vec![region(Role::Town, "440605126")]),
            ("zhan", vec![region(Role::Station, "440605125003")]),
            ("shen", vec![district(Role::Auditor)]),
            ("jian", vec![district(Role::Keeper)]),
        ] {
            app.as_account(name, &grants, None).await;
            names.push(name);
        }
        app.as_account("chen", &[], Some(id.0)).await;
        names.push("chen");
        let asker = app.as_account("zhanghao", &[district(Role::Accounts)], None).await;
        let token = app.token(asker.account.unwrap()).await;
        let path = format!("/api/v1/objects/person/{id}/access");
        let json = asker.json("GET", &path, Some(&token), None, None).await.expect(200).json();
        let holders = json["items"].as_array().unwrap();
        let shown = |name: &str, verb: &str| {
            let holder = holders.iter().find(|holder| holder["name"] == name);
            holder.is_some_and(|h| h["may"].as_array().unwrap().iter().any(|one| one["verb"] == verb))
        };
        let (cx, object) = (app.cx(), format!("person:{id}"));
        let mut yes = 0;
        for name in names {
            let of_a_person = |name: &str| !["people.export", "people.certificate_kinds"].contains(&name);
            for verb in crate::policy::TABLE.iter().filter(|verb| of_a_person(verb.name)) {
                let allowed = explained(&cx, name, verb.name, &object).await;
                assert_eq!(shown(name, verb.name), allowed, "{name} {}", verb.name);
                yes += usize::from(allowed);
            }
        }
        // district: 7, town: 6, station: 1, own: 1.
        assert_eq!(yes, 15);
        let page = asker.get(&format!("/desk/objects/person/{id}/access?verb=people.open_id")).await.expect(200);
        for (name, there) in [("qu", true), ("dali", true), ("lishui", false), ("zhan", false)] {
            assert_eq!(page.text().contains(&format!("<th scope=\"row\">{name}</th>")), there, "{name}");
        }
        assert!(page.text_contains("440605125"), "the reason says where the role is held");
    })
    .await;
}

#[tokio::test]
async fn a_question_is_kept_under_a_name_for_oneself_or_for_the_office() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let clerk = app.as_account("周敏仪", &[region(Role::Town, "440605125")], None).await;
        let colleague = app.as_account("何嘉颖", &[region(Role::Town, "440605125")], None).await;
        let far = app.as_account("黄子健", &[region(Role::Town, "440605126")], None).await;
        let keep = async |name: &str, query: &str, share: &str| {
            clerk.post("/desk/views", &[("list", "people"), ("name", name), ("query", query), ("share", share)]).await
        };
        let kept = keep("久未服务的", "?state=dormant&cursor=x", "").await.expect(303);
        assert_eq!(kept.location.as_deref(), Some("/desk/people?state=dormant"));
        keep("未入队", "?team=none&town=440605125", "on").await.expect(303);
        keep("", "?team=none", "").await.expect(409);
        keep("歪的", "?role=district", "").await.expect(400);
        clerk.post("/desk/views", &[("list", "teams"), ("name", "x"), ("query", "")]).await.expect(404);
        let own = clerk.get("/desk/people").await.expect(200);
        assert!(own.text_contains("久未服务的") && own.text_contains("未入队"));
        assert!(own.text().contains("href=\"/desk/people?team=none&#38;town=440605125\""), "{}", own.text());
        let theirs = colleague.get("/desk/people").await.expect(200).text();
        assert!(theirs.contains("team=none&#38;town=440605125") && !theirs.contains("久未服务的"), "{theirs}");
        assert!(!far.get("/desk/people").await.expect(200).text().contains("team=none&#38;town=440605125"));
        // The same name again takes the old one's place; nobody removes another's.
        keep("久未服务的", "?state=left", "").await.expect(303);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM saved_view", &[]).await, 2);
        let token = app.token(clerk.account.unwrap()).await;
        let json = clerk.json("GET", "/api/v1/views?list=people", Some(&token), None, None).await.expect(200).json();
        let of = |name: &str| {
            let found = json["items"].as_array().unwrap().iter().find(|view| view["name"] == name).unwrap();
            found["id"].as_str().unwrap().to_owned()
        };
        let shared = format!("/desk/views/{}/removal", of("未入队"));
        colleague.post(&shared, &[]).await.expect(404);
        clerk.post(&shared, &[]).await.expect(303);
        assert!(!colleague.get("/desk/people").await.expect(200).text().contains("team=none&#38;town=440605125"));
        let kinds = app.audit_kinds().await;
        assert!(kinds.iter().any(|k| k == "view.saved") && kinds.iter().any(|k| k == "view.removed"), "{kinds:?}");
    })
    .await;
}

#[tokio::test]
async fn a_deed_for_many_tells_who_changes_and_who_not_is_done_by_a_job_and_taken_back() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let near = |name: &str| crate::NewPerson::named(name, "440605125003", "2024-01-01".parse().unwrap());
        let one = put(&app, near("陈慧敏")).await.unwrap();
        let two = put(&app, near("区志明")).await.unwrap();
        let left = put(&app, near("黄子健")).await.unwrap();
        let far = crate::NewPerson::named("冯远成", "440605126001", "2024-01-01".parse().unwrap());
        let far = put(&app, far).await.unwrap();
        app.sql("UPDATE person SET state = 'left' WHERE id = $1", kernel::args![left].to_vec()).await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        assert!(clerk.get("/desk/people").await.expect(200).text_contains("记为久未服务"));
        let ids = [one, two, left, far].map(|id| id.to_string());
        let query: String = ids.iter().map(|id| format!("&id={id}")).collect();
        let page = clerk.get(&format!("/desk/bulk?list=people&deed=people.dormant{query}")).await.expect(200);
        assert!(page.text_contains("会改 2 个") && page.text_contains("不能改 1 个"), "{}", page.text());
        assert!(page.text_contains("现在不能改成这个状态") && !page.text_contains("冯远成"), "{}", page.text());
        let mut form = vec![("list", "people"), ("deed", "people.dormant")];
        form.extend(ids.iter().map(|id| ("id", id.as_str())));
        clerk.post("/desk/bulk", &form).await.expect(422);
        form.push(("said", "生病休养"));
        let begun = clerk.post("/desk/bulk", &form).await.expect(303);
        let url = begun.location.clone().unwrap();
        let state = async |id| crate::find(app.db(), app.tenant, id).await.unwrap().stage().as_str();
        assert_eq!((state(one).await, state(two).await), ("active", "active"), "nothing before the job");
        app.run_jobs().await;
        assert_eq!((state(one).await, state(two).await), ("dormant", "dormant"));
        assert_eq!((state(left).await, state(far).await), ("left", "active"));
        let page = clerk.get(&url).await.expect(200);
        assert!(page.text_contains("已改 2 个") && page.text_contains("不能改 2 个"), "{}", page.text());
        let moved = app.audit().await.into_iter().filter(|line| line.kind == "people.moved");
        assert!(
            moved.count() == 2
                && app.audit().await.iter().filter(|l| l.kind == "people.moved").all(|l| l.actor == "dali")
        );
        let other = app.as_account("zhang", &[region(Role::Town, "440605125")], None).await;
        other.get(&url).await.expect(404);
        other.post(&format!("{url}/undoing"), &[]).await.expect(404);
        // One served meanwhile: taken back where it can be, and the page says why the other stays.
        let life = format!("/desk/people/{two}/life");
        clerk.post(&life, &[("to", "active"), ("basis", "consent"), ("reason", "回来了")]).await.expect(303);
        clerk.post(&format!("{url}/undoing"), &[]).await.expect(303);
        app.run_jobs().await;
        assert_eq!((state(one).await, state(two).await), ("active", "active"));
        let page = clerk.get(&url).await.expect(200);
        assert!(page.text_contains("没能撤回 1 个") && page.text_contains("已经是这个状态了"), "{}", page.text());
        clerk.post(&format!("{url}/undoing"), &[]).await.expect(409);
        let station = app.as_account("zhan", &[region(Role::Station, "440605125003")], None).await;
        station.get(&format!("/desk/bulk?list=people&deed=people.dormant{query}")).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn questions_to_the_lists_of_minors_and_doubles_are_kept() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let asked = "/desk/people/minors?q=a&town=440605125&band=child&consent=all";
        testkit::views::is_kept(&clerk, "minors", asked).await;
        let asked = "/desk/people/duplicates?q=a&town=440605125&level=sure&state=open";
        testkit::views::is_kept(&clerk, "doubles", asked).await;
    })
    .await;
}
