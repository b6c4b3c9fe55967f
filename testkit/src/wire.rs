//! HTTP/1.1 as bytes, without any socket: what a request looks like on the wire and how an answer is read from it.
//! The blocking client, the asynchronous one and the load generator share it.

use anyhow::{Context, Result, bail};

/// An answer, read whole.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The status line and headers as they came.
    pub head: String,
    /// The body after transfer decoding; content encodings (gzip) are left as they are, since none is asked for.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name, whatever its case; absent when the answer has none.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.lines().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Every header of that name, in order (`set-cookie` comes many times).
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.lines().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        lines.map(|(name, value)| (name, value.trim()))
    }

    /// Where the answer sends the reader; absent when it does not.
    pub fn location(&self) -> Option<&str> {
        self.header("location")
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; an error says what came instead.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("{} is not JSON: {:.200}", self.status, self.text()))
    }
}

/// Reads answers from bytes in whatever pieces they arrive.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    head: Option<(Response, Framing)>,
}

#[derive(Clone, Copy, Debug)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
}

impl Decoder {
    /// Takes what came from the socket.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether nothing of an answer has come yet.
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty() && self.head.is_none()
    }

    /// The next whole answer, or nothing while more bytes are needed. `to_head` says that a HEAD request was asked.
    pub fn next(&mut self, to_head: bool) -> Result<Option<Response>> {
        if self.head.is_none() {
            let Some(end) = find(&self.buffer, b"\r\n\r\n") else {
                return Ok(None);
            };
            let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
            self.buffer.drain(..end + 4);
            let response = Response { status: status_of(&head)?, head, body: Vec::new() };
            if (100..200).contains(&response.status) {
                return self.next(to_head);
            }
            let framing = framing(&response, to_head)?;
            self.head = Some((response, framing));
        }
        let Some((_, framing)) = &self.head else {
            return Ok(None);
        };
        let body = match framing {
            Framing::Length(length) if self.buffer.len() >= *length => Some(self.buffer.drain(..*length).collect()),
            Framing::Chunked => self.dechunk()?,
            Framing::Length(_) | Framing::UntilClose => None,
        };
        let Some(body) = body else { return Ok(None) };
        Ok(self.head.take().map(|(response, _)| Response { body, ..response }))
    }

    /// What to answer when the other side has closed: a body that ends with the connection, or an error.
    pub fn finish(&mut self) -> Result<Response> {
        match self.head.take() {
            Some((response, Framing::UntilClose)) => {
                Ok(Response { body: std::mem::take(&mut self.buffer), ..response })
            }
            Some((response, _)) => bail!("the connection was closed inside the body of a {}", response.status),
            None => bail!("the connection was closed before an answer came"),
        }
    }

    fn dechunk(&mut self) -> Result<Option<Vec<u8>>> {
        let mut body = Vec::new();
        let mut at = 0;
        loop {
            let Some(line) = find(&self.buffer[at..], b"\r\n") else {
                return Ok(None);
            };
            let size = std::str::from_utf8(&self.buffer[at..at + line])?.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).with_context(|| format!("a chunk of size {size:?}"))?;
            at += line + 2;
            if size == 0 {
                // Trailers, if any, end with an empty line as well.
                if self.buffer[at..].starts_with(b"\r\n") {
                    self.buffer.drain(..at + 2);
                    return Ok(Some(body));
                }
                let Some(end) = find(&self.buffer[at..], b"\r\n\r\n") else {
                    return Ok(None);
                };
                self.buffer.drain(..at + end + 4);
                return Ok(Some(body));
            }
            if self.buffer.len() < at + size + 2 {
                return Ok(None);
            }
            body.extend_from_slice(&self.buffer[at..at + size]);
            at += size + 2;
        }
    }
}

fn status_of(head: &str) -> Result<u16> {
    let code = head.split(' ').nth(1).with_context(|| format!("not a status line: {head:.60}"))?;
    code.get(..3).unwrap_or(code).parse().with_context(|| format!("not a status: {code:.20}"))
}

fn framing(response: &Response, to_head: bool) -> Result<Framing> {
    if to_head || matches!(response.status, 204 | 304) {
        return Ok(Framing::Length(0));
    }
    if response.header("transfer-encoding").is_some_and(|value| value.to_lowercase().contains("chunked")) {
        return Ok(Framing::Chunked);
    }
    match response.header("content-length") {
        Some(length) => Ok(Framing::Length(length.parse().context("content-length")?)),
        None => Ok(Framing::UntilClose),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// What one visitor carries from request to request: the address, cookies and headers of their own.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// `127.0.0.1:8080`.
    pub address: String,
    /// Names and values; the paths and dates of cookies are not kept, one visitor speaks to one server.
    pub cookies: Vec<(String, String)>,
    /// Sent with every request, and instead of what the client would send by itself under the same name.
    pub headers: Vec<(String, String)>,
}

impl Visitor {
    /// A visitor without cookies. `address` may be `127.0.0.1:8080` or `http://127.0.0.1:8080/`.
    pub fn new(address: &str) -> Self {
        let address = address.strip_prefix("http://").unwrap_or(address).trim_end_matches('/').to_owned();
        Self { address, ..Self::default() }
    }

    /// The bytes of a request. A body is sent with its length; the origin is named as a browser names it.
    pub fn encode(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        let mut add = |name: &str, value: &str| {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        };
        for (name, value) in headers {
            add(name, value);
        }
        let given = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        for (name, value) in self.headers.iter().filter(|(name, _)| !given(name)) {
            add(name, value);
        }
        let known = |name: &str| given(name) || self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !self.cookies.is_empty() && !known("cookie") {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            add("cookie", &cookies.join("; "));
        }
        if !matches!(method, "GET" | "HEAD") {
            add("content-length", &body.len().to_string());
            if !known("origin") {
                add("origin", &format!("http://{}", self.address));
            }
            if !known("sec-fetch-site") {
                add("sec-fetch-site", "same-origin");
            }
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }

    /// Keeps the cookies that an answer sets and forgets those that it ends.
    pub fn remember(&mut self, response: &Response) {
        for line in response.headers("set-cookie") {
            let mut parts = line.split(';');
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            let ended = parts.any(|part| part.trim().eq_ignore_ascii_case("max-age=0")) || value.is_empty();
            self.cookies.retain(|(known, _)| *known != name);
            if !ended {
                self.cookies.push((name, value));
            }
        }
    }

    /// The path of a location or action seen on `page`: absolute addresses of this server and relative ones alike.
    pub fn path_of(&self, page: &str, target: &str) -> String {
        let target = target.split('#').next().unwrap_or_default();
        let own = format!("http://{}", self.address);
        let target = target.strip_prefix(&own).unwrap_or(target);
        let path = page.split('?').next().unwrap_or(page);
        match target {
            "" => page.to_owned(),
            _ if target.starts_with('/') => target.to_owned(),
            _ if target.starts_with('?') => format!("{path}{target}"),
            _ => format!("{}/{target}", path.rsplit_once('/').map_or("", |(folder, _)| folder)),
        }
    }
}

/// `application/x-www-form-urlencoded`, as browsers write it.
pub fn urlencoded<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escape(name.as_ref()), escape(value.as_ref()))).collect();
    pairs.join("&")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A `multipart/form-data` body with one file: its content type and its bytes.
pub fn multipart<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)], file: (&str, &str, &[u8])) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----qiyi-7d2f1c9a4be84c0f";
    let mut body = Vec::new();
    for (name, value) in fields {
        let (name, value) = (name.as_ref(), value.as_ref());
        let part = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let (field, name, bytes) = file;
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds the bytes one by one: a socket may cut them anywhere.
    fn read(bytes: &str) -> Result<Option<Response>> {
        let mut decoder = Decoder::default();
        for byte in bytes.as_bytes() {
            decoder.push(&[*byte]);
            if let Some(response) = decoder.next(false)? {
                assert!(decoder.is_empty(), "the answer ends where it says");
                return Ok(Some(response));
            }
        }
        Ok(None)
    }

    #[test]
    fn an_answer_is_read_by_length_and_by_chunks() {
        let plain = read("HTTP/1.1 303 See Other\r\nContent-Length: 3\r\nLocation: /me\r\n\r\nabc");
        let plain = plain.expect("it is well formed").expect("it is whole");
        assert_eq!((plain.status, plain.location(), plain.text().as_str()), (303, Some("/me"), "abc"));
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nWiki\r\n5;x=y\r\npedia\r\n0\r\n\r\n";
        let chunked = read(chunked).expect("it is well formed").expect("it is whole");
        assert_eq!(chunked.text(), "Wikipedia");
        let empty = read("HTTP/1.1 204 No Content\r\n\r\n").expect("it is well formed").expect("it is whole");
        assert!(empty.body.is_empty());
        let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nz";
        assert_eq!(read(early).expect("it is well formed").expect("it is whole").status, 200);
        assert!(read("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n").is_err());
    }

    #[test]
    fn cookies_are_kept_and_forgotten() {
        let mut visitor = Visitor::new("http://127.0.0.1:9/");
        let set = |text: &str| Response { head: format!("HTTP/1.1 200 OK\r\n{text}"), ..Response::default() };
        visitor.remember(&set("set-cookie: a=1; HttpOnly\r\nSet-Cookie: b=2; Path=/"));
        visitor.remember(&set("set-cookie: a=3"));
        let bytes = String::from_utf8(visitor.encode("POST", "/x", &[], b"k=v")).expect("it is text");
        assert!(bytes.contains("cookie: b=2; a=3\r\n") && bytes.contains("origin: http://127.0.0.1:9\r\n"));
        visitor.remember(&set("set-cookie: a=; Max-Age=0\r\nset-cookie: b=x; max-age=0"));
        assert!(visitor.cookies.is_empty());
        assert_eq!(visitor.path_of("/a/b?c", "?d=1"), "/a/b?d=1");
        assert_eq!(visitor.path_of("/a/b", "c"), "/a/c");
        assert_eq!(visitor.path_of("/a/b", "http://127.0.0.1:9/z#top"), "/z");
        assert_eq!(urlencoded(&[("名", "a b&")]), "%E5%90%8D=a+b%26");
    }
}
