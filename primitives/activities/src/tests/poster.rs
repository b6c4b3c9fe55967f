//! The poster, read back: its code from the picture, its words from the PDF.

use super::{Stage, rooms, with};
use kernel::args;
use testkit::{TestApp, on_both};

/// What the code on a picture says.
fn scanned(png: &[u8]) -> String {
    let picture = tiny_skia::Pixmap::decode_png(png).unwrap();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| picture.pixels()[y * width + x].red());
    let codes = image.detect_grids();
    assert_eq!(codes.len(), 1, "one code");
    codes[0].decode().unwrap().1
}

fn read(pdf: &[u8]) -> String {
    assert_eq!(testkit::pdf::pages(pdf), 1, "a poster is one page");
    testkit::pdf::text(pdf, 1)
}

#[tokio::test]
async fn a_poster_says_what_when_and_where_and_its_code_leads_to_the_page() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let at = |rest: &str| format!("/activities/{}/poster{rest}", open.id);
        let who = app.stranger();
        assert!(who.get(&format!("/activities/{}", open.id)).await.expect(200).text_contains("分享海报"));
        assert!(who.get(&at("")).await.expect(200).text_contains("存图片"));
        let png = who.get(&at(".png")).await.expect(200);
        assert_eq!(png.header("content-type"), "image/png");
        assert_eq!(scanned(&png.body), format!("{}/activities/{}", app.app.config.base_url, open.id));
        let pdf = who.get(&at(".pdf")).await.expect(200);
        assert!(pdf.header("content-disposition").starts_with("attachment"));
        let text = read(&pdf.body);
        for said in ["长者饭堂送餐", "沥雄乐龄助餐队", "11月23日周一14:00–17:00", "沥雄社区服务站北门"]
        {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("13800001234"), "the phone is for those who joined");
        app.sql("UPDATE activity SET contact_public = TRUE WHERE id = $1", args![open.id].to_vec()).await;
        let text = read(&who.get(&at(".pdf")).await.expect(200).body);
        assert!(text.contains("李伟强13800001234"), "{text}");
        stage.reviewer.post(&format!("/desk/activities/{}/step", open.id), &[("step", "disable")]).await.expect(303);
        who.get(&at(".png")).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn the_poster_of_a_hidden_activity_is_for_those_who_hold_its_link() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_with(with(stage.form(2), "scope", "hidden")).await;
        let png = format!("/activities/{}/poster.png", open.id);
        app.stranger().get(&png).await.expect(404);
        let member = stage.volunteer("陈慧敏").await;
        app.member(stage.team, member.person.unwrap()).await;
        member.get(&png).await.expect(404);
        let link = scanned(&stage.leader.get(&png).await.expect(200).body);
        let key = link.split_once("?key=").expect("the code holds the link").1.to_owned();
        let held = app.stranger().get(&format!("{png}?key={key}")).await.expect(200);
        assert_eq!(scanned(&held.body), link);
    })
    .await;
}
