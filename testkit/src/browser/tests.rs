//! The rig tried on pages that are right and pages that are wrong, under a content policy as strict as the product's.

use super::*;
use axum::{Router, body::Bytes, http::header, response::Html, routing::get};

const GOOD: &str = r#"<!doctype html><html lang="zh-CN"><head><meta name="viewport" content="width=device-width">
  <title>报名</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head><body>
  <h1>报名</h1><noscript>没有脚本</noscript>
  <form method="post" action="/sign-ups" enctype="application/x-www-form-urlencoded">
  <label>姓名 <input name="name"></label>
  <label for="day">日期</label><input id="day" type="date" name="day">
  <label for="post">岗位</label><select id="post" name="post"><option value="1">引导</option><option value="2">登记</option></select>
  <label><input type="checkbox" name="agree" value="yes"> 已读须知</label>
  <button>提交</button></form><p class="tall">底</p><script src="/script.js"></script></body></html>"#;
const STYLE: &str =
    "label, input, select, button { display: block; min-height: 44px; min-width: 44px; font-size: 16px }
  .tall { margin-top: 1500px } :focus-visible { outline: 3px solid #06c }";
const BAD: &str = r#"<!doctype html><html><body><h1>一</h1><h1>二</h1><input name="x" style="outline: 0">
  <style>.wide { width: 900px } .faint { color: #bbb } .cut { width: 40px; overflow: hidden; white-space: nowrap } :focus { outline: none }</style>
  <div class="wide">宽</div><button id="b">小</button><i id="b"></i><p class="faint">淡</p><p class="cut">这一行被切掉了</p><a href="/" tabindex="-1">绕过</a><img src="http://127.0.0.2:9/x.png"></body></html>"#;
const SMALL: &str = r#"<!doctype html><html lang="en" data-mode="elder"><head><meta name="viewport" content="width=device-width"><title>Hours 时长</title></head><body><main>
  <style>h1 { font-size: 24px } p { font-size: 16px } .fine { font-size: 20px } .btn { font-size: 18px; padding: 0; height: 50px; width: 90px }</style>
  <h1>Hours</h1><p>small words</p><p class="fine">large words 公示中</p><button class="btn">Send</button><a lang="zh-CN" href="/">中文</a></main></body></html>"#;
const CODE: &str = "https://qiyi.example.cn/c/01a20c44-b8e9-7ade-819d-cdae4e3d68e2/118742301/k3x9";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; form-action 'self'";

/// Serves from a thread with a runtime of its own, since the browser is driven without one.
fn serve() -> String {
    let (told, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let policy = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::SET_COOKIE, "seat=7; HttpOnly")];
            let echo = |body: Bytes| async move { Html(format!("<h1>好</h1><p>{}", String::from_utf8_lossy(&body))) };
            let script = ([(header::CONTENT_TYPE, "text/javascript")], "document.body.dataset.script = 'ran'");
            let routes = Router::new()
                .route("/", get(move || async move { (policy, Html(GOOD)) }))
                .route("/bad", get(|| async { Html(BAD) }))
                .route("/small", get(|| async { Html(SMALL) }))
                .route("/code", get(|| async { Html(format!("<figure>{}</figure>", kernel::http::qr(CODE))) }))
                .route("/style.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], STYLE) }))
                .route("/script.js", get(move || async move { script }))
                .route("/sign-ups", axum::routing::post(echo));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
            told.send(listener.local_addr().expect("it is bound").port()).expect("somebody waits");
            axum::serve(listener, routes).await.expect("it serves");
        });
    });
    format!("http://127.0.0.1:{}", port.recv().expect("it is told"))
}

fn may_be_skipped() -> bool {
    #[expect(clippy::disallowed_methods, reason = "whether a missing browser is a failure is for ./test to say")]
    let strict = std::env::var("CI").is_ok();
    !installed() && !strict
}

fn fill_and_send(browser: &mut Browser) -> Result<()> {
    browser.fill("姓名", "李·娜")?;
    browser.fill("日期", "2026-11-24")?;
    browser.fill("岗位", "登记")?;
    browser.fill("已读须知", "true")?;
    browser.click_text("提交")?;
    browser.wait_for_text("name=%E6%9D%8E%C2%B7%E5%A8%9C&day=2026-11-24&post=2&agree=yes")
}

#[test]
fn a_good_page_is_filled_sent_and_has_no_fault() {
    if may_be_skipped() {
        return;
    }
    let site = serve();
    let mut browser = Browser::start().expect("it starts");
    for (width, height) in [(390, 844), (1440, 900)] {
        browser.page(width, height).expect("it takes the size");
        browser.goto(&site).expect("it opens");
        let inner = browser.evaluate("return [innerWidth, document.body.dataset.script]", &json!([])).expect("it runs");
        assert_eq!(inner, json!([width, "ran"]));
        assert_eq!(browser.faults(true).expect("it is looked at"), Vec::<String>::new());
        assert_eq!(browser.unseen_focus(10).expect("it is walked"), Vec::<String>::new());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shots/page.png");
        browser.screenshot(&path).expect("it is taken");
        let png = std::fs::read(&path).expect("it is there");
        let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
        let scale = if width < 600 { 2 } else { 1 };
        assert!(png.starts_with(b"\x89PNG") && side(16) == width * scale && side(20) > 1500 * scale);
        assert_eq!(browser.client().expect("it has cookies").cookies, [("seat".to_owned(), "7".to_owned())]);
        fill_and_send(&mut browser).expect("it is sent");
        browser.clear_cookies().expect("they go");
    }
}

#[test]
fn a_form_works_without_javascript() {
    if may_be_skipped() {
        return;
    }
    let site = serve();
    let mut browser = Browser::without_javascript().expect("it starts");
    browser.goto(&site).expect("it opens");
    assert!(browser.text().expect("it shows").contains("没有脚本"));
    fill_and_send(&mut browser).expect("it is sent");
}

#[test]
fn every_fault_of_a_bad_page_is_told() {
    if may_be_skipped() {
        return;
    }
    let site = serve();
    let mut browser = Browser::start().expect("it starts");
    browser.page(390, 844).expect("it takes the size");
    browser.goto(&format!("{site}/bad")).expect("it opens");
    let faults = browser.faults(true).expect("it is looked at").join("\n");
    let expected = [
        "2 visible h1",
        "no title",
        "no lang",
        "[name=x] \"\" has no label",
        "no alt",
        "two elements are #b",
        "sideways",
        "\"淡\" has a contrast of 1.9, under 4.5",
        "\"这一行被切掉了\" is cut off",
    ];
    for fault in expected.into_iter().chain(["under 44 px", "asked another origin: http://127.0.0.2:9/x.png"]) {
        assert!(faults.contains(fault), "{fault} is missing in:\n{faults}");
    }
    let unseen = browser.unseen_focus(5).expect("it is walked").join("\n");
    assert!(unseen.contains("[name=x]"), "{unseen}");
    browser.patience = Duration::from_millis(200);
    let error = format!("{:#}", browser.fill("没有的", "x").expect_err("there is no such field"));
    assert!(error.contains("没有的") && error.contains("小"), "{error}");
}

#[test]
fn what_is_small_in_elder_mode_and_what_is_chinese_in_english_is_told() {
    if may_be_skipped() {
        return;
    }
    let site = serve();
    let mut browser = Browser::start().expect("it starts");
    browser.page(390, 844).expect("it takes the size");
    browser.goto(&format!("{site}/small")).expect("it opens");
    let faults = browser.faults(false).expect("it is looked at").join("\n");
    for fault in ["\"Hours\" is written 24 px high", "\"small words\" is written 16 px high", "\"Send\" is 90 x 50"] {
        assert!(faults.contains(fault), "{fault} is missing in:\n{faults}");
    }
    assert!(!faults.contains("large words"), "{faults}");
    assert_eq!(browser.chinese().expect("it is read"), ["Hours 时长", "large words 公示中"]);
    browser.goto(&format!("{site}/bad")).expect("it opens");
    assert!(
        !browser.faults(false).expect("it is looked at").join("\n").contains("elder"),
        "elder mode is asked of any page"
    );
    browser.press("j").expect("a letter is a key");
    assert!(browser.press("Hyper").is_err());
}

#[test]
fn a_camera_reads_the_code_on_a_page() {
    if may_be_skipped() {
        return;
    }
    let site = serve();
    let mut browser = Browser::start().expect("it starts");
    browser.goto(&format!("{site}/code")).expect("it opens");
    assert_eq!(browser.scanned().expect("it is read"), CODE);
    browser.goto(&site).expect("it opens");
    assert!(browser.scanned().is_err(), "a page without a code was read");
}
