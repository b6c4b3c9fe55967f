//! Stories of places: the tree and the calendar from their files, and who keeps the sites.

use crate::{REGIONS, by_name, load_regions, load_workdays, region_by_name, regions, tree};
use kernel::time::WorkCalendar;
use kernel::{Module, Role, Tx};
use testkit::app::region;
use testkit::on_both;

fn rooms() -> Vec<Module> {
    vec![crate::module()]
}

#[tokio::test]
async fn the_tree_and_the_calendar_are_loaded_twice_without_doubles() {
    on_both(rooms, async |app| {
        for _ in 0..2 {
            app.write(async move |tx: &mut Tx<'_>| {
                load_regions(tx, REGIONS).await?;
                load_workdays(tx).await
            })
            .await
            .unwrap();
        }
        let db = app.db();
        let tree = tree(&app.cx()).await.unwrap();
        assert_eq!(tree.towns("440605").len(), 7);
        assert_eq!(tree.town("440605125003"), "大沥镇");
        assert_eq!(tree.full_name("440605125003"), "大沥镇沥雄社区居委会");
        assert_eq!((tree.full_name("440605125"), tree.full_name("440605")), ("大沥镇".to_owned(), "南海区".to_owned()));
        assert_eq!(tree.full_name("999999999"), "999999999");
        assert_eq!(regions(db, "440605").await.unwrap().len(), 315);
        assert_eq!(region_by_name(db, "大沥", "440605").await.unwrap().unwrap().code, "440605125");
        let town = regions(db, "440605125").await.unwrap();
        assert_eq!(by_name(&town, "沥雄社区").unwrap().code, "440605125003");
        let calendar = WorkCalendar::load(db).await.unwrap();
        assert!(!calendar.is_workday("2024-02-12".parse().unwrap()));
        assert!(calendar.is_workday("2024-02-04".parse().unwrap()));
    })
    .await;
}

#[tokio::test]
async fn a_damaged_line_of_the_tree_is_refused_and_nothing_is_kept() {
    on_both(rooms, async |app| {
        let csv = "code,name,level,parent_code\n440605,南海区,district,\n44060x,坏行,town,440605\n";
        assert!(app.write(async move |tx: &mut Tx<'_>| load_regions(tx, csv).await).await.is_err());
        assert!(regions(app.db(), "").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_town_keeps_the_sites_of_its_own_region_and_everybody_reads_them() {
    on_both(rooms, async |app| {
        app.write(async move |tx: &mut Tx<'_>| load_regions(tx, REGIONS).await).await.unwrap();
        let staff = app.as_account("daliguanli", &[region(Role::Town, "440605125")], None).await;
        let site = [
            ("name", "沥雄社区服务站"),
            ("kind", "station"),
            ("region", "440605125003"),
            ("address", "沥雄路 1 号"),
            ("latitude", "23.1024"),
            ("longitude", "113.1201"),
            ("opening", "每天"),
        ];
        staff.get("/desk/sites/new").await.expect(200);
        assert_eq!(staff.post("/desk/sites", &site).await.expect(303).location.as_deref(), Some("/desk/sites"));
        let mut far = site;
        far[2].1 = "440605126";
        staff.post("/desk/sites", &far).await.expect(403);
        far[2].1 = "999";
        staff.post("/desk/sites", &far).await.expect(422);
        assert!(staff.get("/desk/sites?q=沥雄&town=440605125").await.expect(200).text_contains("沥雄社区服务站"));
        assert!(app.stranger().get("/sites?town=440605125").await.expect(200).text_contains("沥雄路 1 号"));
        let listed = app.stranger().get("/api/v1/sites?region=440605125").await.expect(200).json();
        let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
        staff.get(&format!("/desk/sites/{id}/edit")).await.expect(200);
        let mut closed = site.to_vec();
        closed.push(("state", "closed"));
        staff.post(&format!("/desk/sites/{id}"), &closed).await.expect(303);
        assert_eq!(app.stranger().get("/api/v1/sites").await.json()["items"].as_array().unwrap().len(), 0);
        assert_eq!(app.stranger().get("/api/v1/regions").await.json()["items"].as_array().unwrap().len(), 315);
        assert_eq!(app.audit_kinds().await, ["places.site_saved", "places.site_saved"]);
        app.stranger().get("/sites?cursor=x").await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn a_question_to_the_list_of_sites_is_kept() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let staff = app.as_account("daliguanli", &[region(Role::Town, "440605125")], None).await;
        testkit::views::is_kept(&staff, "sites", "/desk/sites?q=a&town=440605125&kind=station").await;
    })
    .await;
}
