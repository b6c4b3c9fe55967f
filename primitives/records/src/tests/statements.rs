//! Stories of the yearly statements.

use super::{rooms, town};
use hours::Method;
use kernel::args;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn a_volunteers_year_adds_up_by_activity_month_category_and_evidence_with_their_awards() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let first = town.activity("长者饭堂送餐", "2026-10-16", "ended").await;
        let second = town.activity("河涌巡护", "2026-11-20", "ended").await;
        let before = town.activity("去年的活动", "2025-11-20", "ended").await;
        app.sql("UPDATE activity SET category = '07' WHERE id = $1", args![second.id].to_vec()).await;
        town.served(&first, town.chen, "2026-10-16", ("11:30", Method::Scan)).await;
        town.served(&second, town.chen, "2026-11-20", ("10:30", Method::Staff)).await;
        town.served(&before, town.chen, "2025-11-20", ("11:00", Method::Scan)).await;
        let fields = [
            ("person", town.chen.to_string()),
            ("title", "优秀志愿者".to_owned()),
            ("on", "2026-11-01".to_owned()),
            ("issuer", "区志愿者联合会".to_owned()),
            ("document", "决定".to_owned()),
            ("number", "无".to_owned()),
            ("kind", "district".to_owned()),
            ("content", "助餐".to_owned()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        town.officer.post("/desk/awards", &fields).await.expect(303);

        let page = town.me.get("/me/hours/statement?year=2026").await.expect(200);
        for part in
            ["2026 年志愿服务汇总", "4.0", "长者饭堂送餐", "河涌巡护", "优秀志愿者", "10 月", "环境保护", "带队代签"]
        {
            assert!(page.text_contains(part), "{part} in {}", page.text());
        }
        assert!(!page.text_contains("去年的活动"));
        assert!(town.me.get("/me/hours/statement?year=2025").await.expect(200).text_contains("去年的活动"));
        assert!(town.me.get("/me/hours/statement?year=2024").await.expect(200).text_contains("这一年还没有时长"));
        for wrong in ["?year=x", "?year=1900", "?page=2"] {
            town.me.get(&format!("/me/hours/statement{wrong}")).await.expect(400);
        }
        let token = app.token(town.me.account.unwrap()).await;
        let json = town.me.json("GET", "/api/v1/me/statement?year=2026", Some(&token), None, None).await.expect(200);
        let json = json.json();
        assert_eq!((&json["minutes"], &json["services"]), (&240.into(), &2.into()));
        assert_eq!((&json["months"][9], &json["months"][10]), (&150.into(), &90.into()));
        assert_eq!((&json["categories"]["02"], &json["categories"]["07"]), (&150.into(), &90.into()));
        assert_eq!((&json["evidence"]["scan"], &json["evidence"]["staff"]), (&150.into(), &90.into()));
        assert_eq!(
            (&json["activities"][0]["minutes"], &json["awards"][0]["title"]),
            (&150.into(), &"优秀志愿者".into())
        );
        let csv = town.me.get("/me/hours/statement/export?year=2026&format=csv").await.expect(200);
        assert!(csv.text_contains("合计") && csv.text_contains("4.00"), "{}", csv.text());
        let xlsx = town.me.get("/me/hours/statement/export?year=2026").await.expect(200);
        assert!(xlsx.body.starts_with(b"PK"));
        assert_eq!(town.lines_of("records.exported").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_teams_year_names_its_members_and_activities_and_totals_what_the_figures_say() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let first = town.activity("长者饭堂送餐", "2026-10-16", "ended").await;
        let second = town.activity("河涌巡护", "2026-11-20", "ended").await;
        town.served(&first, town.chen, "2026-10-16", ("11:30", Method::Scan)).await;
        let wrong = town.served(&first, town.ou, "2026-10-16", ("11:00", Method::Scan)).await;
        town.served(&second, town.chen, "2026-11-20", ("10:00", Method::Scan)).await;
        let served = "UPDATE activity_session SET served = 40 WHERE id = $1";
        app.sql(served, args![first.session].to_vec()).await;
        let (tenant, session, cx) = (app.tenant, first.session.0, app.cx());
        let correct = async move |tx: &mut kernel::Tx<'_>| {
            hours::served_changed(tx, tenant, session).await?;
            let entry = hours::find(tx, tenant, wrong).await?;
            hours::reverse(tx, &cx, &entry, "记错了人").await
        };
        app.write(correct).await.unwrap();
        app.run_recurring("hours.roll_up").await;

        let path = format!("/desk/teams/{}/statement", town.team);
        let page = town.leader.get(&format!("{path}?year=2026")).await.expect(200);
        for part in ["沥雄乐龄助餐队 2026 年汇总", "陈慧敏", "长者饭堂送餐", "3.5", "40"] {
            assert!(page.text_contains(part), "{part} in {}", page.text());
        }
        assert!(!page.text_contains("区志明</a>"), "what was taken back names nobody");
        town.other.get(&path).await.expect(404);
        let token = app.token(town.officer.account.unwrap()).await;
        let api = format!("/api/v1/teams/{}/statement?year=2026", town.team);
        let json = town.me.json("GET", &api, Some(&token), None, None).await.expect(200).json();
        for (figure, sql) in [
            ("minutes", "SELECT CAST(SUM(minutes) AS BIGINT) AS n FROM metric_team WHERE organisation_id = $1 AND month LIKE '2026%'"),
            ("services", "SELECT CAST(SUM(services) AS BIGINT) AS n FROM metric_team WHERE organisation_id = $1 AND month LIKE '2026%'"),
            ("served", "SELECT CAST(SUM(served) AS BIGINT) AS n FROM metric_team WHERE organisation_id = $1 AND month LIKE '2026%'"),
            ("active", "SELECT COUNT(*) AS n FROM person_year_team WHERE organisation_id = $1 AND year = 2026 AND minutes > 0"),
        ] {
            assert_eq!(json[figure], app.count(sql, args![town.team]).await, "{figure}");
        }
        assert_eq!((&json["minutes"], &json["active"], &json["served"]), (&210.into(), &1.into(), &40.into()));
        let record = town.officer.get(&format!("/desk/teams/{}", town.team)).await.expect(200);
        assert!(record.text_contains(&path), "the way from the team's record");
        let csv = town.leader.get(&format!("{path}/export?year=2026&format=csv")).await.expect(200);
        assert!(csv.text_contains("合计") && csv.text_contains("3.50"), "{}", csv.text());
    })
    .await;
}
