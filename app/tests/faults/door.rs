//! What the program refuses at its own door: a folder that is served already, keys that are not the data's. Each refusal
//! names what is wrong and what to do, and nothing is changed.

use crate::ground::{EXE, Ground};
use anyhow::{Context as _, Result, ensure};
use std::path::Path;
use testkit::process;

/// What the program says when it will not start.
fn refusal(ground: &Ground) -> Result<String> {
    let started = ground.serve().patience(std::time::Duration::from_secs(10)).start();
    let error = started.err().context("it started although it should not")?;
    Ok(format!("{error:#}"))
}

fn says(said: &str, words: &[&str]) -> Result<()> {
    let missing: Vec<&&str> = words.iter().filter(|word| !said.contains(**word)).collect();
    ensure!(missing.is_empty(), "{missing:?} is not in: {said}");
    Ok(())
}

#[test]
fn a_folder_is_served_by_one_process_and_the_second_is_told_so() -> Result<()> {
    let ground = Ground::file()?;
    let first = ground.serve().start()?;
    let folder = ground.data().display().to_string();
    says(&refusal(&ground)?, &["another qiyi", &folder, "stop it first", "--data"])?;
    let worker = process::run_for(EXE, &["work", "--data", &folder], std::time::Duration::from_secs(5))?;
    says(&worker.said, &["another qiyi", &folder])?;
    ensure!(!worker.status.success(), "it ends as something that failed");
    ensure!(first.client().get("/")?.status == 200, "the first goes on");
    first.stop()?;
    ground.serve().start()?.stop()?;
    Ok(())
}

fn keys_are_checked(ground: &Ground) -> Result<()> {
    ground.serve().start()?.stop()?;
    let key = ground.data().join("keys").join("qiyi.key");
    let name = key.display().to_string();
    let right = std::fs::read_to_string(&key)?;

    std::fs::remove_file(&key)?;
    says(&refusal(ground)?, &["key file", &name, "missing", "put it back", "--key-file"])?;
    ensure!(!key.exists(), "a new key would open nothing: none is made");

    let other = right.chars().rev().take(43).collect::<String>().trim().replace('-', "A");
    for (wrong, words) in [
        (format!("qiyi-key-1 {}A\n", "B".repeat(42)), "not the one that this data was made with"),
        (format!("qiyi-key-1 {other}!!\n"), "damaged"),
        ("-----BEGIN SOMETHING-----\n".to_owned(), "no key file"),
        (String::new(), "no key file"),
    ] {
        std::fs::write(&key, &wrong)?;
        says(&refusal(ground)?, &[&name, words, "put the right one back", "--key-file"])?;
        ensure!(std::fs::read_to_string(&key)? == wrong, "the file is left as it is");
    }

    let apart = ground.data().join("kept-apart.key");
    std::fs::write(&apart, &right)?;
    let named = |path: &Path| ground.serve().argument("--key-file").argument(&path.display().to_string());
    named(&apart).start()?.stop()?;
    std::fs::write(&key, &right)?;
    ground.serve().start()?.stop()?;
    Ok(())
}

#[test]
fn on_sqlite_a_missing_or_wrong_key_file_is_refused_and_none_is_made() -> Result<()> {
    keys_are_checked(&Ground::file()?)
}

#[test]
fn on_postgres_a_missing_or_wrong_key_file_is_refused_and_none_is_made() -> Result<()> {
    Ground::server()?.map_or(Ok(()), |ground| keys_are_checked(&ground))
}
