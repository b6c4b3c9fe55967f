//! One search through all rooms: what the reader may see is found, and nothing else.

use crate::district::District;
use crate::rooms;
use kernel::Role;
use testkit::app::{district, region};
use testkit::on_both;

#[tokio::test]
async fn one_search_finds_in_every_room_what_the_reader_may_see_and_nothing_else() {
    on_both(rooms::all, async |app| {
        let world = District::settle(&app).await;
        let town = app.as_account("officer", &[region(Role::Town, "440605125")], None).await;
        for (query, url) in [
            ("chenjinfang", format!("/desk/people/{}", world.near.member)),
            ("huangpangfang", format!("/desk/people/{}", world.side.member)),
            ("lx", format!("/desk/teams/{}", world.near.team)),
        ] {
            let page = town.get(&format!("/desk/search?q={query}")).await.expect(200);
            assert!(page.text_contains(&url), "{query} leads to {url}");
            for secret in &world.near.secrets {
                assert!(!page.text_contains(secret), "{query} shows {secret}");
            }
        }
        let elsewhere = town.get("/desk/search?q=ouyuanfang").await.expect(200);
        assert!(elsewhere.text_contains("没有找到「ouyuanfang」"));
        assert!(!elsewhere.text_contains("区远芳"));
        let whole = app.as_account("whole", &[district(Role::District)], None).await;
        let found = whole.get("/desk/search?q=ouyuanfang").await.expect(200);
        assert!(found.text_contains(&format!("/desk/people/{}", world.far.member)));
        let keeper = app.as_account("keeper", &[district(Role::Keeper)], None).await;
        let nothing = keeper.get("/desk/search?q=chenjinfang").await.expect(200);
        assert!(!nothing.text_contains("陈近芳"), "the keeper reads no personal data");
    })
    .await;
}
