//! Dialling out, with a guard: https alone, the name resolved once and that address dialled, private addresses refused unless the
//! keeper named the host, no redirects, ten seconds, one megabyte.

use axum::http::Uri;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

const PATIENCE: Duration = Duration::from_secs(10);
const MOST: usize = 1024 * 1024;

/// Who may be dialled, and whose certificates are believed.
#[derive(Clone)]
pub struct Dial {
    tls: TlsConnector,
    /// Names of hosts inside, in lower case, whose addresses need not be public.
    inside: Arc<[String]>,
}

/// Why nothing came back. A word for the keeper; never a text of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialError {
    /// It may not be dialled.
    Refused(&'static str),
    /// It could not be reached now.
    Away(&'static str),
}

impl std::fmt::Display for DialError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) | Self::Away(why) => f.write_str(why),
        }
    }
}

/// What came back; a redirect is an answer like any other.
#[derive(Debug)]
pub struct Heard {
    /// The status.
    pub status: u16,
    /// At most a megabyte.
    pub body: Bytes,
}

impl std::fmt::Debug for Dial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dial({:?})", self.inside)
    }
}

impl Default for Dial {
    fn default() -> Self {
        Self::new(&[], None).expect("the roots of the web are certificates")
    }
}

impl Dial {
    /// A way out: names of hosts that may lie inside, and a certificate (PEM) that is believed beside those of the web.
    ///
    /// # Errors
    /// When the certificate is none.
    pub fn new(inside: &[String], own: Option<&[u8]>) -> anyhow::Result<Self> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(pem) = own {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate?)?;
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let inside = inside.iter().map(|name| name.to_lowercase()).collect();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), inside })
    }

    /// Whether an address has the form that may be dialled, without asking for its name: `https`, a host, nobody's password.
    ///
    /// # Errors
    /// With the reason.
    pub fn check<'u>(&self, url: &'u Uri) -> Result<&'u str, DialError> {
        let authority = url.authority().ok_or(DialError::Refused("without a host"))?;
        if url.scheme_str() != Some("https") {
            return Err(DialError::Refused("not https"));
        }
        if authority.as_str().contains('@') {
            return Err(DialError::Refused("with a password"));
        }
        Ok(authority.host().trim_matches(['[', ']']))
    }

    /// The address that will be dialled: of a public one, unless the keeper named the host. One private address among many
    /// refuses all: a name that rebinds gives both.
    ///
    /// # Errors
    /// When it may not be dialled, or nobody knows the name.
    pub async fn resolve(&self, url: &Uri) -> Result<SocketAddr, DialError> {
        let host = self.check(url)?;
        let found: Vec<SocketAddr> = tokio::time::timeout(PATIENCE, lookup_host((host, url.port_u16().unwrap_or(443))))
            .await
            .map_err(|_| DialError::Away("name timeout"))?
            .map_err(|_| DialError::Away("name unknown"))?
            .collect();
        let named = self.inside.iter().any(|inside| *inside == host.to_lowercase());
        if !named && found.iter().any(|address| !is_public(address.ip())) {
            return Err(DialError::Refused("not public"));
        }
        found.first().copied().ok_or(DialError::Away("name unknown"))
    }

    /// Posts a body once.
    ///
    /// # Errors
    /// When it may not be dialled, does not answer in time or with too much.
    pub async fn post(&self, url: &Uri, headers: &[(&str, String)], body: String) -> Result<Heard, DialError> {
        let address = self.resolve(url).await?;
        tokio::time::timeout(PATIENCE, self.exchange(url, address, headers, body))
            .await
            .map_err(|_| DialError::Away("timeout"))?
    }

    async fn exchange(
        &self,
        url: &Uri,
        address: SocketAddr,
        headers: &[(&str, String)],
        body: String,
    ) -> Result<Heard, DialError> {
        let host = self.check(url)?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| DialError::Refused("without a host"))?;
        let stream = TcpStream::connect(address).await.map_err(|_| DialError::Away("connection"))?;
        let stream = self.tls.connect(name, stream).await.map_err(|_| DialError::Away("tls"))?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| DialError::Away("http"))?;
        // Ends with this set, also when the time is over.
        let mut alive = tokio::task::JoinSet::new();
        alive.spawn(connection);
        let path = url.path_and_query().map_or("/", |p| p.as_str());
        let authority = url.authority().map_or("", |a| a.as_str());
        let mut request = hyper::Request::post(path).header("host", authority).header("user-agent", "qiyi");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|_| DialError::Refused("malformed"))?;
        let reply = sender.send_request(request).await.map_err(|_| DialError::Away("http"))?;
        let status = reply.status().as_u16();
        let read = Limited::new(reply.into_body(), MOST).collect().await;
        let body = read.map_err(|_| DialError::Away("body"))?.to_bytes();
        Ok(Heard { status, body })
    }
}

/// Whether an address belongs to everybody: not this machine, not a network inside, not one kept for something else.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let kept = match a {
        0 | 10 | 127 | 224..=255 => true,
        100 => (64..=127).contains(&b),
        169 => b == 254,
        172 => (16..=31).contains(&b),
        192 => b == 168 || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        198 => b == 18 || b == 19 || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    };
    !kept
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // Another writing of an address of four bytes: mapped, translated, tunnelled.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0x2002, high, low, ..] => v4(high, low),
        [0x2001, 0xdb8, ..] | [0x2001, 0, ..] | [0x64, 0xff9b, ..] => false,
        // What is given out to everybody begins with 001.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_that_lead_inside_are_refused_however_they_are_written() {
        let dial = Dial::default();
        for url in [
            "http://example.cn/",
            "ftp://example.cn/",
            "https://user:pw@example.cn/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://127.0.0.1:8443/x",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://0/",
            "https://0.0.0.0/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://100.64.0.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
        ] {
            let url: Uri = url.parse().unwrap();
            assert!(dial.resolve(&url).await.is_err(), "{url} would be dialled");
        }
        let named = Dial::new(&["LocalHost".to_owned()], None).unwrap();
        assert!(named.resolve(&"https://localhost:8443/".parse().unwrap()).await.is_ok(), "the keeper named it");
        assert!(named.resolve(&"https://127.0.0.1:8443/".parse().unwrap()).await.is_err(), "and nothing else");
    }

    #[test]
    fn addresses_of_everybody_are_public() {
        for ip in ["1.1.1.1", "223.5.5.5", "172.32.0.1", "2400:3200::1", "::ffff:223.5.5.5"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }
}
