//! What lies outside: a mail server and a gateway over HTTPS, real ones on loopback, that remember what they were told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

/// The certificate to believe so that `Gateway` is, whose name is `localhost`.
pub const CERTIFICATE: &[u8] = include_bytes!("../certificates/ca.pem");

/// What somebody outside was told, in order.
type Heard<T> = Arc<Mutex<Vec<T>>>;
/// What somebody outside answers; a test changes it.
type Says = Arc<Mutex<String>>;

fn take<T: Clone>(heard: &Heard<T>) -> Vec<T> {
    heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// Head and body as they came.
    pub data: String,
}

/// A mail server.
pub struct MailServer {
    /// Where it listens.
    pub address: SocketAddr,
    heard: Heard<Mail>,
    says: Says,
}

impl MailServer {
    /// Begins to listen on a free port.
    ///
    /// # Panics
    /// When loopback cannot be listened on.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback can be listened on");
        let address = listener.local_addr().expect("it listens");
        let (heard, says) = (Heard::default(), Says::default());
        let (told, answers) = (Arc::clone(&heard), Arc::clone(&says));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&told), Arc::clone(&answers)));
            }
        });
        Self { address, heard, says }
    }

    /// What it answers to a receiver from now on, `550 5.1.1 nobody here` for example; nothing takes them all.
    pub fn says(&self, line: &str) {
        line.clone_into(&mut self.says.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What it took.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        take(&self.heard)
    }
}

async fn talk(stream: tokio::net::TcpStream, heard: Heard<Mail>, says: Says) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 localhost\r\n").await?;
    let (mut to, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-localhost\r\n250 8BITMIME".to_owned(),
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                let said = says.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if said.is_empty() { "250 ok".to_owned() } else { said }
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut data = String::new();
                while !data.ends_with("\r\n.\r\n") && stream.read_line(&mut data).await? > 0 {}
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(Mail { to: to.clone(), data });
                "250 taken".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "250 ok".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

/// A call that arrived.
#[derive(Clone, Debug)]
pub struct Call {
    /// The head, with the line of the request.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Call {
    /// A header, by its name in lower case; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value).next().unwrap_or_default()
    }
}

/// A gateway over HTTPS at `https://localhost:PORT/`.
pub struct GatewayServer {
    /// Where it listens.
    pub address: SocketAddr,
    heard: Heard<Call>,
    says: Says,
}

impl GatewayServer {
    /// Begins to listen on a free port and takes everything.
    ///
    /// # Panics
    /// When loopback cannot be listened on.
    pub async fn open() -> Self {
        let certificate = CertificateDer::from_pem_slice(include_bytes!("../certificates/leaf.pem"));
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("../certificates/key.pem"));
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.expect("a certificate")], key.expect("a key"))
            .expect("they belong together");
        let tls = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback can be listened on");
        let address = listener.local_addr().expect("it listens");
        let (heard, says) = (Heard::default(), Arc::new(Mutex::new("HTTP/1.1 200 OK\r\n".to_owned())));
        let (told, answers) = (Arc::clone(&heard), Arc::clone(&says));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, told, answers) = (tls.clone(), Arc::clone(&told), Arc::clone(&answers));
                tokio::spawn(async move {
                    if let Ok(stream) = tls.accept(stream).await {
                        let _ = answer(stream, told, answers).await;
                    }
                });
            }
        });
        Self { address, heard, says }
    }

    /// Its address; the name is that of its certificate.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://localhost:{}/send?v=1", self.address.port())
    }

    /// The first lines of its answers from now on, each ended by a line break.
    pub fn says(&self, head: &str) {
        head.clone_into(&mut self.says.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What it was asked.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        take(&self.heard)
    }
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    heard: Heard<Call>,
    says: Says,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    loop {
        let (head, body) = match bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            Some(at) => (String::from_utf8_lossy(&bytes[..at]).into_owned(), bytes.len() - at - 4),
            None => (String::new(), 0),
        };
        let call = Call { head, body: String::new() };
        let long: Option<usize> = call.header("content-length").parse().ok();
        if long.is_some_and(|long| body >= long) {
            let body = String::from_utf8_lossy(&bytes[bytes.len() - body..]).into_owned();
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(Call { body, ..call });
            break;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
    let said = says.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let body = r#"{"errcode":0}"#;
    stream.write_all(format!("{said}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await?;
    stream.shutdown().await
}
