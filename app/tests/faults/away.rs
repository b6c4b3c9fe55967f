//! PostgreSQL goes away and comes back while the program serves: it says so in words, and goes on without being started anew.

use crate::ground::{Ground, Held, Member, block_on};
use crate::laws;
use anyhow::{Context as _, Result, ensure};
use chrono::Duration;
use std::time::{Duration as Wait, Instant};
use testkit::client::{Client, Response, form_fields, visible_text};
use testkit::html::Form;
use testkit::postgres::Server;
use testkit::process::Qiyi;

struct Scene {
    members: Vec<Member>,
    held: Held,
    token: String,
}

async fn prepare(ground: &Ground) -> Result<Scene> {
    let open = ground.open().await?;
    let (_, token) = open.officer().await?;
    let starts = open.app.clock.now() + Duration::days(9);
    let held = open.publish("中秋派粮油", (starts, starts + Duration::minutes(30)), 50).await?;
    Ok(Scene { members: open.members(40).await?, held, token })
}

#[test]
fn the_server_of_the_database_goes_away_and_comes_back() -> Result<()> {
    let Some(server) = Server::start()? else { return Ok(()) };
    let ground = Ground::at(&server.url())?;
    let scene = block_on(prepare(&ground))?;
    let qiyi = ground.serve().start()?;
    // Every connection of the pool and of the lanes is open when the server goes.
    let mut signed = Vec::new();
    for member in &scene.members[..8] {
        signed.push(sign_up(&qiyi, member, scene.held)?);
    }
    std::thread::scope(|scope| {
        let visits = (0..24).map(|_| scope.spawn(|| visit(&qiyi, "/activities").map(|answer| answer.0)));
        visits.collect::<Vec<_>>().into_iter().try_for_each(|visit| {
            ensure!(visit.join().is_ok_and(|status| status.is_ok_and(|s| s == 200)), "the list is there");
            Ok(())
        })
    })?;
    let mut unsent = OpenForm::of(&qiyi, &scene.members[9], scene.held)?;

    server.stop()?;
    // What was read just before is told for another second.
    std::thread::sleep(Wait::from_millis(1_100));
    says_so(&qiyi, &scene)?;
    let answer = unsent.send()?;
    ensure!(answer.status == 503 && visible_text(&answer.text()).contains("没有存下"), "{}", answer.text());
    server.go_on()?;

    let began = Instant::now();
    while visit(&qiyi, "/readyz")?.0 != 200 {
        ensure!(began.elapsed() < Wait::from_secs(10), "/readyz stays away");
        std::thread::sleep(Wait::from_millis(50));
    }
    println!("ready {:?} after the server was back", began.elapsed());
    // From here on nobody notices that every connection was a dead one.
    for member in &scene.members[10..30] {
        signed.push(sign_up(&qiyi, member, scene.held)?);
    }
    ensure!(unsent.send()?.status == 303, "the same form is taken now");
    for path in ["/", "/activities", "/figures", "/api/v1/activities"] {
        ensure!(visit(&qiyi, path)?.0 == 200, "{path} is back");
    }
    let (status, _) = qiyi.stop()?;
    ensure!(status.success(), "it was not started anew");
    block_on(async {
        let open = ground.open().await?;
        laws::hold(&open).await?;
        for id in &signed {
            let sql = format!("SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND id = '{id}'");
            ensure!(open.count(&sql).await? == 1, "acknowledged and lost: {id}");
        }
        let all = open.count("SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1").await?;
        ensure!(usize::try_from(all)? == signed.len() + 1, "{all} sign-ups for {} acknowledged", signed.len());
        Ok(())
    })
}

fn says_so(qiyi: &Qiyi, scene: &Scene) -> Result<()> {
    let (status, text) = visit(qiyi, "/readyz")?;
    ensure!((status, text.as_str()) == (503, "not ready\n"), "/readyz answers {status} {text}");
    ensure!(visit(qiyi, "/healthz")?.0 == 200, "the process itself is well");
    let mut member = qiyi.client();
    member.cookies.push(("qiyi".to_owned(), scene.members[0].session.clone()));
    for path in ["/activities", "/me", &format!("/activities/{}", scene.held.activity)] {
        let mut stranger = qiyi.client();
        // To a stranger /me is a way to the sign-in page, for which nothing is read.
        for client in [Some(&mut member), Some(&mut stranger).filter(|_| path != "/me")].into_iter().flatten() {
            let began = Instant::now();
            let answer = client.get(path)?;
            let shown = visible_text(&answer.text());
            let in_words = shown.contains("数据库暂时连不上") && shown.contains("过一会儿再试");
            ensure!(answer.status == 503 && in_words, "{path} answers {}: {shown}", answer.status);
            ensure!(answer.header("retry-after").is_some(), "it says when to try again");
            ensure!(began.elapsed() < Wait::from_secs(2), "{path} took {:?}", began.elapsed());
        }
    }
    let bearer = format!("Bearer {}", scene.token);
    let headers = [("authorization", bearer.as_str()), ("accept-language", "en")];
    let answer = qiyi.client().send("GET", "/api/v1/activities", &headers, &[])?;
    ensure!(answer.status == 503, "the API answers {}", answer.status);
    ensure!(answer.header("content-type") == Some("application/problem+json"), "{:?}", answer.head);
    let problem = answer.json()?;
    ensure!(problem["code"] == "error.database_away" && problem["status"] == 503, "{problem}");
    ensure!(problem["title"].as_str().is_some_and(|title| title.contains("Try again")), "{problem}");
    Ok(())
}

fn visit(qiyi: &Qiyi, path: &str) -> Result<(u16, String)> {
    let answer = Client::new(qiyi.address()).get(path)?;
    Ok((answer.status, answer.text()))
}

/// A form that somebody has open in their browser.
pub struct OpenForm {
    client: Client,
    form: Form,
}

impl OpenForm {
    /// The form of an activity with one place chosen.
    pub fn of(qiyi: &Qiyi, member: &Member, held: Held) -> Result<Self> {
        let mut client = qiyi.client();
        client.cookies.push(("qiyi".to_owned(), member.session.clone()));
        let page = client.get(&format!("/activities/{}", held.activity))?;
        let form = form_fields(&page.text(), "/signups");
        let form = form.with_context(|| format!("{} {:.300}", page.status, visible_text(&page.text())))?;
        Ok(Self { client, form: form.with("post", &held.post.to_string()) })
    }

    /// Sends it; as often as one likes.
    pub fn send(&mut self) -> Result<Response> {
        self.client.post(&self.form.action, &self.form.fields)
    }
}

/// The sign-up's id.
fn sign_up(qiyi: &Qiyi, member: &Member, held: Held) -> Result<String> {
    let answer = OpenForm::of(qiyi, member, held)?.send()?;
    ensure!(answer.status == 303, "the sign-up was answered {}: {}", answer.status, visible_text(&answer.text()));
    Ok(answer.location().and_then(|to| to.rsplit('/').next()).context("it leads to the sign-up")?.to_owned())
}
