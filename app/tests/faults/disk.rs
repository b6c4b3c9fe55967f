//! The disk is full: whoever writes is told so in words and nothing is half there, reading goes on, and when there is room
//! again writing goes on in the same process. On a small disk in memory of the test's own, which takes root to mount.

use crate::ground::{Ground, Held, Member, block_on};
use crate::laws;
use anyhow::{Context as _, Result, ensure};
use chrono::Duration;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use testkit::client::{Response, form_fields, visible_text};
use testkit::load;
use testkit::process::Qiyi;

/// A disk of 32 MB in memory; goes with this guard.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Nothing where this process may not mount.
    fn mount() -> Result<Option<Self>> {
        let folder = tempfile::Builder::new().prefix("qiyi-small-disk-").tempdir()?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=32m", "tmpfs"]).arg(folder.path()).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Ok(Some(Self(folder)));
        }
        println!("skipped: a small disk can be mounted by root only, and there is no other honest way to fill one");
        Ok(None)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room that is left.
    fn fill(&self) -> Result<PathBuf> {
        let path = self.path().join("ballast");
        let mut file = std::fs::File::create(&path)?;
        for piece in [1 << 20, 4096, 1] {
            while file.write_all(&vec![7; piece]).is_ok() {}
        }
        Ok(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).stderr(Stdio::null()).status();
    }
}

struct Scene {
    members: Vec<Member>,
    held: Held,
}

async fn prepare(ground: &Ground) -> Result<Scene> {
    let open = ground.open().await?;
    let starts = open.app.clock.now() + Duration::days(9);
    let held = open.publish("中秋派粮油", (starts, starts + Duration::minutes(30)), 2_000).await?;
    Ok(Scene { members: open.members(600).await?, held })
}

#[test]
fn a_full_disk_refuses_in_words_and_writing_goes_on_when_there_is_room() -> Result<()> {
    let Some(disk) = SmallDisk::mount()? else { return Ok(()) };
    let ground = Ground::below(disk.path())?;
    let scene = block_on(prepare(&ground))?;
    let qiyi = ground.serve().start()?;
    let mut taken = crowd(&qiyi, &scene, 0..20)?.len();
    ensure!(taken == 20, "there is room at first");

    let ballast = disk.fill()?;
    // SQLite writes into what its log already has; then nothing more goes in.
    let before_full = taken;
    taken += crowd(&qiyi, &scene, 20..500)?.len();
    ensure!(taken < 500, "the disk was never full");
    println!("{} of 480 were written before the disk was full", taken - before_full);
    reading_goes_on(&qiyi, &scene)?;

    std::fs::remove_file(ballast)?;
    let later = crowd(&qiyi, &scene, 500..600)?.len();
    ensure!(later == 100, "{later} of 100 are written when there is room again");
    let again = crowd(&qiyi, &scene, 0..500)?.len();
    ensure!(again == 500, "whoever was refused is taken now, and whoever was taken is told so");
    let (status, _) = qiyi.stop()?;
    ensure!(status.success(), "it was not started anew");
    block_on(async {
        let open = ground.open().await?;
        laws::hold(&open).await?;
        let all = open.count("SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1").await?;
        ensure!(all == 600, "{all} sign-ups of 600 people");
        Ok(())
    })
}

/// These sign up at once; gives who was taken. Everybody else was told that the disk is full.
fn crowd(qiyi: &Qiyi, scene: &Scene, who: std::ops::Range<usize>) -> Result<Vec<usize>> {
    let answers = block_on(async {
        let crowd = load::crowd(qiyi.address(), who.len(), |number, mut client| {
            let (session, held) = (scene.members[who.start + number].session.clone(), scene.held);
            async move {
                client.cookies.push(("qiyi".to_owned(), session));
                let path = format!("/activities/{}", held.activity);
                let page = client.get(&path).await?;
                ensure!(page.status == 200, "reading answers {}: {}", page.status, visible_text(&page.text()));
                if page.text().contains(&format!("{path}/signups/")) {
                    return Ok(None);
                }
                let form = form_fields(&page.text(), "/signups").context("the page has its form")?;
                let form = form.with("post", &held.post.to_string());
                Ok(Some(client.post(&form.action, &form.fields).await?))
            }
        });
        crowd.await?.results.into_iter().collect::<Result<Vec<Option<Response>>>>()
    })?;
    let mut taken = Vec::new();
    for (at, answer) in who.zip(answers) {
        let Some(answer) = answer.filter(|answer| answer.status != 303) else {
            taken.push(at);
            continue;
        };
        let shown = visible_text(&answer.text());
        let in_words = shown.contains("磁盘满了") && shown.contains("没有存下") && shown.contains("系统管理员");
        ensure!(answer.status == 503 && in_words, "a full disk is answered {}: {shown}", answer.status);
    }
    Ok(taken)
}

fn reading_goes_on(qiyi: &Qiyi, scene: &Scene) -> Result<()> {
    let mut member = qiyi.client();
    member.cookies.push(("qiyi".to_owned(), scene.members[0].session.clone()));
    for path in ["/", "/activities", "/me", "/me/services", "/figures", "/readyz", "/api/v1/activities"] {
        let answer = if path.starts_with("/api") { qiyi.client().get(path)? } else { member.get(path)? };
        ensure!(answer.status == 200, "{path} answers {}: {}", answer.status, visible_text(&answer.text()));
    }
    let page = member.get("/me/data")?;
    // Reading what is protected leaves a trace, and a trace that cannot be kept stops the deed.
    ensure!(matches!(page.status, 200 | 503), "/me/data answers {}", page.status);
    Ok(())
}
