//! What becomes of a page; its text and its code are read back where posters are (`primitives/activities/src/tests/poster.rs`).

use super::{FAINT, Fonts, Paper, RED, Sheet, Style};

const TEXT: &str = "把热饭送到长者家中，每队两人，下午两点在服务站北门集合。Qiyi 2026";

fn written(fonts: &Fonts) -> Sheet {
    let mut sheet =
        Sheet::new(fonts, Paper::A4, "长者饭堂送餐").expect("tests run where a Chinese font is (fonts-noto-cjk)");
    sheet.ticks(RED);
    sheet.text("长者饭堂送餐", Style::plain(30.0).bold()).unwrap();
    sheet.text(TEXT, Style::plain(12.0).color(FAINT)).unwrap();
    let rows = [["时间", "地点"], ["14:00–17:00", "沥雄社区服务站北门"]].map(|row| row.map(str::to_owned).to_vec());
    sheet.table(&[1.0, 2.0], &rows, (Style::plain(11.0), true)).unwrap();
    sheet.qr("https://qiyi.example/activities/1", 160.0, true).unwrap();
    sheet
}

#[test]
fn a_file_holds_only_the_glyphs_that_it_uses_and_a_full_page_goes_on_to_the_next() {
    let fonts = Fonts::default();
    let one = written(&fonts).pdf().unwrap();
    assert!(one.starts_with(b"%PDF-") && one.len() < 120_000, "{} bytes", one.len());
    let mut sheet = Sheet::new(&fonts, Paper::A4, "长").unwrap();
    for _ in 0..60 {
        sheet.text(TEXT, Style::plain(14.0)).unwrap();
    }
    assert!(sheet.pages.len() > 1, "{}", sheet.pages.len());
    assert!(sheet.pdf().unwrap().starts_with(b"%PDF-"));
}

#[test]
fn what_the_font_does_not_have_is_refused_and_named() {
    let fonts = Fonts::default();
    let mut sheet = Sheet::new(&fonts, Paper::A4, "").unwrap();
    let Err(crate::Error::Refused(word)) = sheet.text("开会\u{10ffff}", Style::plain(12.0)) else {
        panic!("a box was drawn")
    };
    assert_eq!(word.key, "pdf.refused.glyph");
}

#[test]
fn a_picture_shows_the_page() {
    let png = written(&Fonts::default()).png(1.0).unwrap();
    let pixels = tiny_skia::Pixmap::decode_png(&png).unwrap();
    assert_eq!((pixels.width(), pixels.height()), (595, 842));
    let dark = pixels.pixels().iter().filter(|p| p.red() < 100).count();
    assert!((5_000..120_000).contains(&dark), "{dark} dark points");
}
