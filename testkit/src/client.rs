//! A visitor without a browser, for tests and benchmarks that speak to a server in another process: keep-alive, cookies,
//! forms. A request is sent once and never repeated behind the caller's back, so that what was acknowledged can be counted.

use crate::html::Form;
use crate::wire::{Decoder, Visitor, multipart, urlencoded};
use anyhow::{Context, Result};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream as BlockingStream;
use std::ops::{Deref, DerefMut};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub use crate::html::{form_fields, visible_text};
pub use crate::wire::Response;

const PATIENCE: Duration = Duration::from_secs(60);
const FORM: &str = "application/x-www-form-urlencoded";

/// A blocking visitor; one connection at a time.
#[derive(Debug, Default)]
pub struct Client {
    visitor: Visitor,
    stream: Option<BlockingStream>,
}

impl Client {
    /// A visitor of that address (`127.0.0.1:8080` or `http://127.0.0.1:8080`), without cookies; connects when needed.
    pub fn new(address: &str) -> Self {
        Self { visitor: Visitor::new(address), stream: None }
    }

    /// Asks for a page; redirects are answered, not followed.
    pub fn get(&mut self, path: &str) -> Result<Response> {
        self.send("GET", path, &[], &[])
    }

    /// Asks for a page and follows redirects, ten at most.
    pub fn visit(&mut self, path: &str) -> Result<Response> {
        let response = self.get(path)?;
        self.follow(path, response)
    }

    /// Follows the redirects that an answer to `path` begins, ten at most.
    pub fn follow(&mut self, path: &str, mut response: Response) -> Result<Response> {
        let mut path = path.to_owned();
        for _ in 0..10 {
            let Some(target) = response.location().filter(|_| (300..400).contains(&response.status)) else {
                break;
            };
            path = self.visitor.path_of(&path, target);
            response = self.get(&path)?;
        }
        Ok(response)
    }

    /// Posts a form.
    pub fn post<N: AsRef<str>, V: AsRef<str>>(&mut self, path: &str, fields: &[(N, V)]) -> Result<Response> {
        self.send("POST", path, &[("content-type", FORM)], urlencoded(fields).as_bytes())
    }

    /// Opens `path`, fills the first form whose action contains `action`, and posts it with its hidden fields.
    pub fn submit(&mut self, path: &str, action: &str, filled: &[(&str, &str)]) -> Result<Response> {
        let page = self.get(path)?;
        let (target, form) = filled_form(&self.visitor, path, &page, action, filled)?;
        self.post(&target, &form.fields)
    }

    /// As `submit`, with a file: (field, file name, bytes).
    pub fn upload(&mut self, path: &str, action: &str, file: (&str, &str, &[u8])) -> Result<Response> {
        let page = self.get(path)?;
        let (target, form) = filled_form(&self.visitor, path, &page, action, &[])?;
        let (kind, body) = multipart(&form.fields, file);
        self.send("POST", &target, &[("content-type", &kind)], &body)
    }

    /// Sends JSON, with further headers (`Idempotency-Key`).
    pub fn json(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> Result<Response> {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(method, path, &all, body.to_string().as_bytes())
    }

    /// Sends anything and reads the answer; an error means that no whole answer came.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Response> {
        let bytes = self.visitor.encode(method, path, headers, body);
        let mut stream = self.connection()?;
        let response = exchange(&mut stream, &bytes, method == "HEAD").with_context(|| format!("{method} {path}"))?;
        self.visitor.remember(&response);
        if !closes(&response) {
            self.stream = Some(stream);
        }
        Ok(response)
    }

    /// The open connection if the server has not closed it meanwhile, or a new one.
    fn connection(&mut self) -> Result<BlockingStream> {
        if let Some(stream) = self.stream.take() {
            stream.set_nonblocking(true)?;
            let idle = matches!(stream.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock);
            stream.set_nonblocking(false)?;
            if idle {
                return Ok(stream);
            }
        }
        let address = &self.visitor.address;
        let stream = BlockingStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }
}

fn exchange(stream: &mut BlockingStream, bytes: &[u8], to_head: bool) -> Result<Response> {
    // A server may answer (413) before it has read everything: the answer counts, not the broken pipe.
    let written = stream.write_all(bytes);
    let mut decoder = Decoder::default();
    let mut piece = vec![0; 16 * 1024];
    loop {
        if let Some(response) = decoder.next(to_head)? {
            return Ok(response);
        }
        match stream.read(&mut piece) {
            Ok(0) => {
                written?;
                return decoder.finish();
            }
            Ok(length) => decoder.push(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The same visitor for thousands at once, on tokio.
#[derive(Debug, Default)]
pub struct AsyncClient {
    visitor: Visitor,
    stream: Option<TcpStream>,
    piece: Vec<u8>,
}

impl AsyncClient {
    /// A visitor of that address, without cookies; connects when needed.
    pub fn new(address: &str) -> Self {
        Self { visitor: Visitor::new(address), stream: None, piece: vec![0; 16 * 1024] }
    }

    /// Connects now, so that a measurement begins with the first request.
    pub async fn connect(&mut self) -> Result<()> {
        if self.stream.is_none() {
            let address = &self.visitor.address;
            let stream = TcpStream::connect(address).await.with_context(|| format!("connecting to {address}"))?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        Ok(())
    }

    /// Asks for a page; redirects are answered, not followed.
    pub async fn get(&mut self, path: &str) -> Result<Response> {
        self.send("GET", path, &[], &[]).await
    }

    /// Posts a form.
    pub async fn post<N: AsRef<str>, V: AsRef<str>>(&mut self, path: &str, fields: &[(N, V)]) -> Result<Response> {
        self.send("POST", path, &[("content-type", FORM)], urlencoded(fields).as_bytes()).await
    }

    /// Opens `path`, fills the first form whose action contains `action`, and posts it with its hidden fields.
    pub async fn submit(&mut self, path: &str, action: &str, filled: &[(&str, &str)]) -> Result<Response> {
        let page = self.get(path).await?;
        let (target, form) = filled_form(&self.visitor, path, &page, action, filled)?;
        self.post(&target, &form.fields).await
    }

    /// Sends anything and reads the answer; an error means that no whole answer came.
    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Response> {
        let bytes = self.visitor.encode(method, path, headers, body);
        let sent = self.raw(&bytes, method == "HEAD");
        let sent = tokio::time::timeout(PATIENCE, sent).await.context("no answer in a minute").flatten();
        let response = sent.with_context(|| format!("{method} {path}"))?;
        self.visitor.remember(&response);
        Ok(response)
    }

    /// Sends bytes made by `Visitor::encode` and reads the answer, keeping no cookies: what a load generator repeats.
    pub async fn raw(&mut self, bytes: &[u8], to_head: bool) -> Result<Response> {
        if self.stream.as_ref().is_some_and(|stream| !is_idle(stream)) {
            self.stream = None;
        }
        self.connect().await?;
        let mut stream = self.stream.take().context("it was connected just now")?;
        let written = stream.write_all(bytes).await;
        let mut decoder = Decoder::default();
        loop {
            if let Some(response) = decoder.next(to_head)? {
                if !closes(&response) {
                    self.stream = Some(stream);
                }
                return Ok(response);
            }
            let length = stream.read(&mut self.piece).await?;
            if length == 0 {
                written?;
                return decoder.finish();
            }
            decoder.push(&self.piece[..length]);
        }
    }
}

/// Nothing to read and not closed: a server's goodbye to an idle connection would be readable.
fn is_idle(stream: &TcpStream) -> bool {
    matches!(stream.try_read(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

fn closes(response: &Response) -> bool {
    let unframed = response.header("content-length").is_none() && response.header("transfer-encoding").is_none();
    let bodiless = matches!(response.status, 204 | 304);
    (unframed && !bodiless) || response.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
}

fn filled_form(
    visitor: &Visitor,
    path: &str,
    page: &Response,
    action: &str,
    filled: &[(&str, &str)],
) -> Result<(String, Form)> {
    let html = page.text();
    let form = form_fields(&html, action).with_context(|| {
        format!("{path} answered {} without a form for {action:?}: {:.300}", page.status, visible_text(&html))
    })?;
    let form = filled.iter().fold(form, |form, (name, value)| form.with(name, value));
    Ok((visitor.path_of(path, &form.action), form))
}

macro_rules! carries_a_visitor {
    ($($client:ty),*) => {$(
        impl Deref for $client {
            type Target = Visitor;

            fn deref(&self) -> &Visitor {
                &self.visitor
            }
        }

        impl DerefMut for $client {
            fn deref_mut(&mut self) -> &mut Visitor {
                &mut self.visitor
            }
        }
    )*};
}

carries_a_visitor!(Client, AsyncClient);

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, http::HeaderMap, response::Redirect, routing::get};

    const PAGE: &str =
        r#"<form method=post action="/sign-ups"><input type=hidden name=_csrf value=t><input name=who></form>"#;

    async fn sign_up(headers: HeaderMap, body: String) -> ([(&'static str, &'static str); 1], Redirect) {
        assert_eq!(body, "_csrf=t&who=%E6%9D%8E");
        assert!(headers["origin"].to_str().expect("it is ASCII").starts_with("http://127.0.0.1:"));
        ([("set-cookie", "seat=7; Path=/; HttpOnly")], Redirect::to("/done"))
    }

    async fn done(headers: HeaderMap) -> String {
        headers.get("cookie").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    async fn serve() -> String {
        let page = || async { axum::response::Html(PAGE) };
        let routes = Router::new().route("/", get(page)).route("/sign-ups", axum::routing::post(sign_up));
        let routes = routes.route("/done", get(done));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        address
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_form_is_opened_filled_and_posted_by_both_clients() {
        let address = serve().await;
        let mut client = AsyncClient::new(&address);
        let answer = client.submit("/", "/sign-ups", &[("who", "李")]).await.expect("it answers");
        assert_eq!((answer.status, answer.location()), (303, Some("/done")));
        assert_eq!(client.get("/done").await.expect("it answers").text(), "seat=7");
        let blocking = tokio::task::spawn_blocking(move || {
            let mut client = Client::new(&format!("http://{address}/"));
            let answer = client.submit("/", "/sign-ups", &[("who", "李")])?;
            client.follow("/sign-ups", answer)
        });
        assert_eq!(blocking.await.expect("it ends").expect("it answers").text(), "seat=7");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_connection_that_the_server_closed_is_opened_again() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
        });
        let mut client = AsyncClient::new(&address);
        for _ in 0..3 {
            assert_eq!(client.get("/").await.expect("it answers").text(), "ok");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        let mut client = Client::new(&address);
        for _ in 0..3 {
            assert_eq!(client.get("/").expect("it answers").text(), "ok");
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}
