//! The answer of a COMMIT is lost on its way: nobody can know whether it was done, so the page says exactly that, and the same
//! form sent again makes one thing whichever it was.

use crate::away::OpenForm;
use crate::ground::{Ground, Held, Member, block_on};
use crate::laws;
use anyhow::{Context as _, Result, ensure};
use chrono::Duration;
use kernel::ids::Raw;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use testkit::client::visible_text;
use testkit::process::Qiyi;

/// Which message is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lost {
    /// The program's COMMIT: the server never hears of it.
    Order,
    /// The server's answer: it is done and nobody is told.
    Answer,
}

/// What the next transaction that names somebody loses.
type Trap = Arc<Mutex<Option<(Raw, Lost)>>>;

/// A wire between the program and its database that can be cut at the worst moment.
struct Wire {
    address: String,
    trap: Trap,
}

impl Wire {
    fn to(server: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let wire = Self { address: listener.local_addr()?.to_string(), trap: Trap::default() };
        let trap = Arc::clone(&wire.trap);
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if let Ok(far) = TcpStream::connect(&server) {
                    let _ = join(near, far, &trap);
                }
            }
        });
        Ok(wire)
    }

    fn lose(&self, lost: Lost, of: Raw) -> Result<()> {
        *self.trap.lock().map_err(|_| anyhow::anyhow!("a wire broke by itself"))? = Some((of, lost));
        Ok(())
    }

    /// Whether the trap has been sprung.
    fn sprung(&self) -> bool {
        self.trap.lock().is_ok_and(|trap| trap.is_none())
    }
}

/// Carries bytes both ways until one side ends or the trap springs.
fn join(near: TcpStream, far: TcpStream, trap: &Trap) -> Result<()> {
    for side in [&near, &far] {
        side.set_nodelay(true)?;
    }
    let cut = Arc::new(AtomicBool::new(false));
    let (back, forth) = ((far.try_clone()?, near.try_clone()?), (near, far));
    let (answers, trap) = (Arc::clone(&cut), Arc::clone(trap));
    std::thread::spawn(move || carry(back, |_| !answers.load(Ordering::SeqCst)));
    std::thread::spawn(move || {
        let mut said = Vec::new();
        carry(forth, |bytes| {
            said.extend_from_slice(bytes);
            if !ends(&said, b"COMMIT\0") {
                return true;
            }
            let transaction = std::mem::take(&mut said);
            let Ok(mut trap) = trap.lock() else { return false };
            let Some((_, lost)) = trap.take_if(|(of, _)| names(&transaction, *of)) else { return true };
            cut.store(true, Ordering::SeqCst);
            lost == Lost::Answer
        });
    });
    Ok(())
}

/// Carries bytes as long as `may` says so; then both ends hear nothing more.
fn carry((mut from, mut to): (TcpStream, TcpStream), mut may: impl FnMut(&[u8]) -> bool) {
    let mut bytes = [0_u8; 16 * 1024];
    while let Ok(n) = from.read(&mut bytes)
        && n > 0
        && may(&bytes[..n])
        && to.write_all(&bytes[..n]).is_ok()
    {}
    for side in [&from, &to] {
        let _ = side.shutdown(Shutdown::Both);
    }
}

fn ends(said: &[u8], word: &[u8]) -> bool {
    said.windows(word.len()).next_back() == Some(word)
}

fn names(said: &[u8], somebody: Raw) -> bool {
    let (bytes, text) = (somebody.as_bytes(), somebody.to_string());
    [&bytes[..], text.as_bytes()].iter().any(|id| said.windows(id.len()).any(|part| part == *id))
}

#[test]
fn whoever_loses_the_answer_of_a_commit_is_told_that_nobody_knows_and_gets_one_place() -> Result<()> {
    let Some(ground) = Ground::server()? else { return Ok(()) };
    let (members, held) = block_on(async {
        let open = ground.open().await?;
        let starts = open.app.clock.now() + Duration::days(9);
        let held = open.publish("中秋派粮油", (starts, starts + Duration::minutes(30)), 50).await?;
        Ok((open.members(2).await?, held))
    })?;
    let wire = Wire::to(ground.server_address()?)?;
    let qiyi = ground.serve_through(&wire.address)?.start()?;
    for (member, lost) in members.iter().zip([Lost::Answer, Lost::Order]) {
        unsure(&qiyi, &wire, (member, held), lost)?;
    }
    qiyi.stop()?;
    block_on(async {
        let open = ground.open().await?;
        laws::hold(&open).await?;
        ensure!(open.count("SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1").await? == 2, "one place each");
        Ok(())
    })
}

fn unsure(qiyi: &Qiyi, wire: &Wire, (member, held): (&Member, Held), lost: Lost) -> Result<()> {
    let mut form = OpenForm::of(qiyi, member, held)?;
    wire.lose(lost, member.person)?;
    let answer = form.send()?;
    ensure!(wire.sprung(), "no transaction named them: {}", answer.status);
    let shown = visible_text(&answer.text());
    let in_words = shown.contains("不知道存上没有") && shown.contains("先看看有没有记录");
    ensure!(answer.status == 503 && in_words, "{lost:?}: {} {shown}", answer.status);
    let again = form.send()?;
    ensure!(
        again.status == 303,
        "{lost:?}: sent again it is answered {}: {}",
        again.status,
        visible_text(&again.text())
    );
    let place = again.location().context("it leads to the sign-up")?.to_owned();
    let third = form.send()?;
    ensure!(third.location() == Some(place.as_str()), "{lost:?}: sent three times it leads elsewhere");
    Ok(())
}
