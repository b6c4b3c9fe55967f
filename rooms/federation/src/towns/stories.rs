//! Stories of towns that are renamed and divided: what lives there goes on, the past is told as it was.

use crate::tests::{kinds, modules};
use kernel::policy::Role;
use kernel::{Read as _, args, row};
use testkit::app::{TestApp, district, on_both, region};

const DALI: &str = "440605125";

#[tokio::test]
async fn a_town_is_renamed_from_a_day_on_and_its_former_name_is_remembered() {
    on_both(modules, async |app: TestApp| {
        app.region_seed().await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let clerk = app.as_account("dali", &[region(Role::Town, DALI)], None).await;
        let url = format!("/desk/towns/{DALI}/name");
        clerk.get(&url).await.expect(403);
        officer.get("/desk/towns/440605999/name").await.expect(404);
        let page = officer.get(&format!("{url}?name=大沥街道&on=2026-11-01")).await.expect(200);
        for part in ["从 2026-11-01 起叫 大沥街道", "仍叫 大沥镇", "队伍和站点的名称不会跟着改"]
        {
            assert!(page.text_contains(part), "{part} in {}", page.text());
        }
        officer.get(&format!("{url}?name=大沥街道&on=2026-12-01")).await.expect(422);
        officer.post(&url, &[("name", "大沥街道"), ("on", "2026-11-01")]).await.expect(422);
        let form = [("name", "大沥街道"), ("on", "2026-11-01"), ("reason", "民政部批复")];
        officer.post(&url, &form).await.expect(303);
        officer.post(&url, &form).await.expect(409);
        let taken = [("name", "里水镇"), ("on", ""), ("reason", "x")];
        assert!(officer.post(&url, &taken).await.expect(409).text_contains("已有镇街叫这个名字"));
        let earlier = [("name", "大沥新城"), ("on", "2026-10-31"), ("reason", "x")];
        assert!(officer.post(&url, &earlier).await.expect(409).text_contains("请选更晚的日子"));
        let page = officer.get("/desk/towns").await.expect(200);
        assert!(page.text_contains("大沥街道") && page.text_contains("大沥镇（到 2026-10-31）"), "{}", page.text());
        // Lists say the new name, a roster may say the old one.
        assert_eq!(places::full_region_name(&app.cx(), DALI).await.unwrap(), "大沥街道");
        let file = "姓名,手机号,镇街,社区\n陈慧敏,13800000013,大沥镇,沥雄社区\n何欢,13800000014,大沥街道,沥雄社区\n";
        let sent = officer.upload("/desk/imports", &[("kind", "volunteers")], ("file", "r.csv", file.as_bytes())).await;
        let url = sent.expect(303).location.unwrap();
        app.run_jobs().await;
        let page = officer.get(&url).await.expect(200);
        assert!(!page.text_contains("没有这个镇街"), "{}", page.text());
        assert_eq!(kinds(&app, "federation.town_renamed").await, 1);
        let token = app.token(officer.account.unwrap()).await;
        let towns = officer.json("GET", "/api/v1/towns", Some(&token), None, None).await.expect(200).json();
        assert_eq!(towns["former"][0]["name"], "大沥镇");
        let body = serde_json::json!({ "name": "大沥镇", "reason": "改回来" });
        let path = format!("/api/v1/towns/{DALI}/name");
        let json = officer.json("POST", &path, Some(&token), Some(&body), None).await.expect(200).json();
        assert_eq!((&json["formerly"], &json["on"]), (&"大沥街道".into(), &"2026-11-23".into()));
    })
    .await;
}

row! { struct Code { region_code: String } }

#[tokio::test]
async fn a_new_town_takes_its_communities_with_what_lives_there_and_the_old_one_stands() {
    on_both(modules, async |app: TestApp| {
        app.region_seed().await;
        let goes = app.person_in("陈慧敏", "440605125003").await;
        let stays = app.person_in("区志明", "440605125001").await;
        let (team, _) = app.team("沥雄巡河队", "440605125003").await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let clerk = app.as_account("dali", &[region(Role::Town, DALI)], None).await;
        let station = app.as_account("zhan", &[region(Role::Station, "440605125003")], None).await;
        let url = format!("/desk/towns/{DALI}/division");
        clerk.get(&url).await.expect(403);
        assert!(officer.get(&url).await.expect(200).text_contains("沥雄社区"));
        let ask = format!("{url}?name=沥雄街道&code=440605130&community=440605125003");
        let page = officer.get(&ask).await.expect(200);
        for part in ["1 人、1 支队伍", "不能撤回", "大沥镇的干部同时管新镇街"] {
            assert!(page.text_contains(part), "{part} in {}", page.text());
        }
        officer.get(&format!("{url}?name=沥雄街道&code=440606130&community=440605125003")).await.expect(422);
        let form = [("name", "沥雄街道"), ("code", "440605130"), ("community", "440605125003"), ("reason", "批复")];
        officer.post(&url, &form[..3]).await.expect(422);
        let mut known = form;
        known[1].1 = "440605126";
        assert!(officer.post(&url, &known).await.expect(409).text_contains("已经有了"));
        let mut far = form;
        far[2].1 = "440605126001";
        officer.post(&url, &far).await.expect(409);
        officer.post(&url, &form).await.expect(303);
        officer.post(&url, &form).await.expect(409);

        let at = async |sql: &'static str, id| app.db().one::<Code>(sql, args![id]).await.unwrap().region_code;
        let person = "SELECT region_code FROM person WHERE id = $1";
        assert_eq!(at(person, goes).await, "440605130001");
        assert_eq!(at(person, stays).await, "440605125001");
        assert_eq!(at("SELECT region_code FROM organisation WHERE id = $1", team).await, "440605130001");
        let before = "SELECT COUNT(*) AS n FROM region_moved WHERE object_id = $1 AND old_code = '440605125003'";
        assert_eq!(app.count(before, args![goes]).await, 1, "where they lived before is kept");
        // The old community's code leads on; the old town stands, and its staff sees both.
        assert_eq!(places::find_region(app.db(), "440605125003").await.unwrap().code, "440605130001");
        let towns: Vec<String> = places::towns(&app.cx()).await.unwrap().into_iter().map(|t| t.code).collect();
        assert!(towns.contains(&DALI.to_owned()) && towns.contains(&"440605130".to_owned()), "{towns:?}");
        for (who, code) in [(&clerk, "440605130"), (&station, "440605130001")] {
            let roles = kernel::auth::list_roles(app.db(), app.tenant, who.account.unwrap(), app.cx().today()).await;
            assert!(roles.unwrap().iter().any(|role| role.scope == code), "{code}");
        }
        // On the same day the community goes on into another: what lay there before the day is still the first code.
        let into = [("into", "440605126"), ("reason", "再并")];
        officer.post("/desk/towns/440605130/merger", &into).await.expect(303);
        assert!(at(person, goes).await.starts_with("440605126"));
        assert_eq!(app.count(before, args![goes]).await, 1);
        assert_eq!(kinds(&app, "federation.town_divided").await, 1);
    })
    .await;
}
