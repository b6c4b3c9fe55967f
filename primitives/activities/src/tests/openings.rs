//! The places that others look for somebody to take over, across activities.

use super::{Open, Stage, rooms, signup_of, with};
use kernel::args;
use serde_json::Value;
use testkit::{Reply, TestApp, Visitor, on_both};

impl Stage {
    /// An activity of this title on a day from 14:00, whose only place somebody offers; answers their sign-up.
    pub(super) async fn offered(&self, title: &str, day: &str, giver: &Visitor) -> (Open, String) {
        let open = self.open_with(with(with(self.form(1), "day", day), "title", title)).await;
        let place = signup_of(&open.join(giver).await.expect(303));
        giver.post(&format!("/me/services/{place}/handover"), &[("answer", "yes")]).await.expect(303);
        (open, place)
    }
}

fn titles(page: &Reply) -> Vec<&'static str> {
    let text = page.text();
    let mut found: Vec<(usize, &str)> =
        ["近处的", "镇上的", "远处的"].into_iter().filter_map(|title| Some((text.find(title)?, title))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, title)| title).collect()
}

#[tokio::test]
async fn one_list_holds_the_places_of_all_activities_that_one_may_take_over_the_near_ones_first() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (giver, taker) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        let (far, far_place) = stage.offered("远处的", "2026-11-27", &giver).await;
        let (town, _) = stage.offered("镇上的", "2026-11-28", &giver).await;
        let (near, near_place) = stage.offered("近处的", "2026-11-29", &giver).await;
        let moved = "UPDATE activity SET region_code = $2 WHERE id = $1";
        app.sql(moved, args![far.id, "440605126005"].to_vec()).await;
        app.sql(moved, args![town.id, "440605125001"].to_vec()).await;
        app.stranger().get("/me/handovers").await.expect(303);
        assert!(taker.get("/activities").await.expect(200).text().contains("/me/handovers"));
        assert_eq!(titles(&giver.get("/me/handovers").await.expect(200)), [""; 0], "one's own place is none to take");
        let all = ["近处的", "镇上的", "远处的"];
        let page = taker.get("/me/handovers").await.expect(200);
        assert_eq!(titles(&page), all);
        assert!(page.text_contains("本社区") && page.text_contains("我来顶班") && !page.text_contains("甲一"));
        assert_eq!(titles(&taker.get("/me/handovers?q=镇上").await.expect(200)), ["镇上的"]);
        assert_eq!(titles(&taker.get("/me/handovers?town=440605126").await.expect(200)), ["远处的"]);
        assert!(taker.get("/me/handovers?when=today").await.expect(200).text_contains("没有合条件的班"));
        // Sign-up has ended, and a place is free all the same.
        let ended = "UPDATE activity SET closes_at = opens_at WHERE id = $1";
        app.sql(ended, args![near.id].to_vec()).await;
        assert_eq!(titles(&taker.get("/me/handovers").await.expect(200)), all);
        let shown = taker.get(&format!("/activities/{}", near.id)).await.expect(200);
        assert!(shown.text_contains("我来顶班"), "the page of the activity says so, too");
        // Whoever has something else at that time, or may not come, does not see it.
        let busy = stage.open_with(with(stage.form(3), "day", "2026-11-28")).await;
        busy.join(&taker).await.expect(303);
        app.sql("UPDATE activity SET min_age = 18 WHERE id = $1", args![far.id].to_vec()).await;
        assert_eq!(titles(&taker.get("/me/handovers").await.expect(200)), ["近处的"]);
        taker.post(&format!("/activities/{}/handovers", far.id), &[("signup", &far_place)]).await.expect(409);
        taker.post(&format!("/activities/{}/handovers", near.id), &[("signup", &near_place)]).await.expect(303);
        assert!(taker.get("/me/handovers").await.expect(200).text_contains("现在没有你能顶的班"));
    })
    .await;
}

#[tokio::test]
async fn a_program_reads_the_same_list_page_by_page() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let taker = stage.volunteer("乙二").await;
        let open = stage.open_with(with(with(stage.form(40), "day", "2026-11-30"), "handover_asks", "on")).await;
        for n in 0..33 {
            let giver = stage.volunteer(&format!("甲{n}")).await;
            open.join(&giver).await.expect(303);
        }
        app.sql("UPDATE signup SET handover_at = made_at", Vec::new()).await;
        let token = app.token(taker.account.unwrap()).await;
        let read = async |path: &str| taker.json("GET", path, Some(&token), None, None).await.expect(200).json();
        let first = read("/api/v1/me/handovers").await;
        let cursor = first["next"].as_str().unwrap().to_owned();
        let rest = read(&format!("/api/v1/me/handovers?cursor={cursor}")).await;
        let of = |page: &Value| {
            let items = page["items"].as_array().unwrap().clone();
            items.into_iter().map(|item| item["signup"].to_string()).collect::<Vec<_>>()
        };
        let (mut all, more) = (of(&first), of(&rest));
        assert_eq!((all.len(), more.len(), &rest["next"]), (30, 3, &Value::Null));
        all.extend(more);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 33, "no place stands on both pages");
        assert_eq!((&first["items"][0]["leader_decides"], &first["items"][0]["asked"]), (&true.into(), &false.into()));
        let place = first["items"][4]["signup"].as_str().unwrap().to_owned();
        taker.post(&format!("/activities/{}/handovers", open.id), &[("signup", &place)]).await.expect(303);
        let again = read("/api/v1/me/handovers").await;
        let asked = again["items"].as_array().unwrap().iter().filter(|item| item["asked"] == true).count();
        assert_eq!(asked, 1, "what one asked for stays in one's own list");
        taker.json("GET", "/api/v1/me/handovers?cursor=x", Some(&token), None, None).await.expect(400);
    })
    .await;
}
