//! The control of the pages: a bare axum server that answers 20 kB from memory, as a process of its own.

use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::header;
use axum::routing::get;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// Bytes of its page.
const SIZE: usize = 20 * 1024;
/// What it says when it listens.
const ANNOUNCEMENT: &str = "listening on http://";

/// Serves until it is ended.
pub fn serve(listen: SocketAddr) -> Result<()> {
    let page: &'static str = Box::leak("七一空间 page ".repeat(SIZE / 18 + 1).into_boxed_str());
    let page = &page[..page.floor_char_boundary(SIZE)];
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let answer = move || async move { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page) };
        let listener = tokio::net::TcpListener::bind(listen).await?;
        println!("{ANNOUNCEMENT}{}", listener.local_addr()?);
        std::io::stdout().flush()?;
        axum::serve(listener, Router::new().route("/", get(answer))).await?;
        Ok(())
    })
}

/// The running control; ended with this guard.
pub struct Bare {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

impl Bare {
    /// Starts this same program as the control.
    pub fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bare", "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().context("starting the bare server")?;
        let stdout = child.stdout.take();
        let mut bare = Self { child, address: String::new() };
        let mut line = String::new();
        BufReader::new(stdout.context("its output is piped")?).read_line(&mut line)?;
        let address = line.trim().strip_prefix(ANNOUNCEMENT).context("the bare server did not say where it listens")?;
        address.clone_into(&mut bare.address);
        Ok(bare)
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
