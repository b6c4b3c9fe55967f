//! Only what I may take; and what an activity asks of those who come.

use super::{Stage, rooms, signup_of, with};
use kernel::args;
use testkit::{TestApp, Visitor, on_both};

#[tokio::test]
async fn a_volunteers_list_holds_what_they_may_take_and_strangers_see_all() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let who = stage.volunteer("陈慧敏").await;
        let person = who.person.unwrap();
        let titled = |title: &str| with(with(stage.form(3), "day", "2026-11-30"), "title", title);
        let public = stage.open_with(titled("公开的")).await;
        stage.open_with(with(titled("要急救的"), "skills", "急救、粤语")).await;
        stage.open_with(with(titled("限本社区的"), "residents", "community")).await;
        stage.open_with(with(titled("限成年的"), "min_age", "18")).await;
        stage.open_with(with(titled("限实名的"), "scope", "real_name")).await;
        stage.open_with(with(titled("限老手的"), "min_hours", "10")).await;
        stage.open_with(with(with(titled("限本队的"), "scope", "teams"), "invited", "沥雄乐龄助餐队")).await;
        let all = ["公开的", "要急救的", "限本社区的", "限成年的", "限实名的", "限老手的", "限本队的"];
        let shown = async |visitor: &Visitor, path: &str| {
            let page = visitor.get(path).await.expect(200);
            all.into_iter().filter(|title| page.text_contains(title)).collect::<Vec<_>>()
        };
        assert_eq!(shown(&app.stranger(), "/activities").await, all);
        assert_eq!(shown(&who, "/activities?show=all").await, all);
        assert_eq!(shown(&who, "/activities").await, ["公开的", "限本社区的"]);
        assert!(who.get("/activities").await.expect(200).text_contains("我能报的"));
        assert!(!app.stranger().get("/activities").await.expect(200).text_contains("我能报的"));
        // Each becomes possible by what was missing, and is seen at once.
        let birth: chrono::NaiveDate = "1990-01-01".parse().unwrap();
        let sql = "UPDATE person SET birth_date = $2, skills = '会 急救，讲粤语', id_hash = $3 WHERE id = $1";
        app.sql(sql, args![person, birth, vec![1_u8]].to_vec()).await;
        app.member(stage.team, person).await;
        let mine = signup_of(&public.join(&who).await.expect(303));
        assert_eq!(shown(&who, "/activities").await, Vec::<&str>::new(), "that time is taken now");
        who.post(&format!("/me/services/{mine}/withdrawal"), &[]).await.expect(303);
        let may = ["公开的", "要急救的", "限本社区的", "限成年的", "限实名的", "限本队的"];
        assert_eq!(shown(&who, "/activities").await, may);
        let token = app.token(who.account.unwrap()).await;
        let own = who.json("GET", "/api/v1/activities?mine=true", Some(&token), None, None).await.expect(200).json();
        let every = who.json("GET", "/api/v1/activities", Some(&token), None, None).await.expect(200).json();
        assert_eq!(every["items"].as_array().unwrap().len(), 7);
        assert_eq!(own["items"].as_array().unwrap().len(), 6);
        app.sql("UPDATE person SET state = 'left' WHERE id = $1", args![person].to_vec()).await;
        assert_eq!(shown(&who, "/activities?show=").await, all, "whoever cannot sign up at all sees everything");
    })
    .await;
}

#[tokio::test]
async fn skills_region_and_what_excludes_are_reasons_and_stand_together() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let other = stage.open_with(with(stage.form(3), "day", "2026-11-25")).await;
        let number = crate::store::find(app.db(), app.tenant, other.id).await.unwrap().number;
        let form = with(with(stage.form(3), "day", "2026-11-30"), "skills", "急救");
        let form = with(with(form, "residents", "town"), "exclusive", &number);
        let wrong =
            super::post(&stage.leader, "/activities", &with(form.clone(), "exclusive", "HD0")).await.expect(422);
        assert!(wrong.text_contains("没有找到编号 HD0"));
        let open = stage.open_with(form).await;
        let far = app.person_in("何嘉欣", "440605126005").await;
        let far = app.as_account("何嘉欣", &[], Some(far)).await;
        let mine = signup_of(&other.join(&far).await.expect(303));
        let page = far.get(&format!("/activities/{}", open.id)).await.expect(200);
        let after = open.join(&far).await.expect(409);
        for words in ["要会急救", "只招住在本地的人", "不能同时报：长者饭堂送餐"] {
            assert!(page.text_contains(words) && after.text_contains(words), "{words}");
        }
        far.post(&format!("/me/services/{mine}/withdrawal"), &[]).await.expect(303);
        assert!(!open.join(&far).await.expect(409).text_contains("不能同时报"));
        // It excludes both ways.
        let near = stage.volunteer("黄婉婷").await;
        app.sql("UPDATE person SET skills = '急救' WHERE id = $1", args![near.person.unwrap()].to_vec()).await;
        open.join(&near).await.expect(303);
        assert!(other.join(&near).await.expect(409).text_contains("不能同时报"));
    })
    .await;
}

#[tokio::test]
async fn a_district_asks_for_rest_and_limits_and_warns_or_refuses() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let officer = app.as_account("陈局", &[testkit::app::district(kernel::Role::District)], None).await;
        let settle = async |blocks: &str, rest: &str, travel: &str| {
            let set = [("rest_hours", rest), ("day_hours", "5"), ("travel_minutes", travel), ("load_blocks", blocks)];
            for (key, value) in set {
                officer.post(&format!("/desk/settings/activities.{key}"), &[("value", value)]).await.expect(303);
            }
        };
        let at = |from: &str, to: &str| with(with(with(stage.form(9), "day", "2026-11-30"), "from", from), "to", to);
        let (first, next) = (stage.open_with(at("08:00", "11:00")).await, stage.open_with(at("11:30", "14:00")).await);
        let who = stage.volunteer("黄婉婷").await;
        first.join(&who).await.expect(303);
        let page = format!("/activities/{}", next.id);
        settle("0", "2", "0").await;
        let warned = who.get(&page).await.expect(200);
        assert!(warned.text_contains("隔不到 2 小时") && warned.text_contains("这一天加起来 5.5 小时"));
        assert!(warned.text_contains("报之前想一想"));
        settle("1", "2", "0").await;
        let refused = next.join(&who).await.expect(409);
        assert!(refused.text_contains("隔不到 2 小时") && refused.text_contains("这一天加起来 5.5 小时"));
        assert!(who.get(&page).await.expect(200).text_contains("隔不到 2 小时"));
        settle("0", "0", "45").await;
        assert!(next.join(&who).await.expect(409).text_contains("同一时间"), "the way takes its time");
        settle("0", "0", "30").await;
        next.join(&who).await.expect(303);
    })
    .await;
}
