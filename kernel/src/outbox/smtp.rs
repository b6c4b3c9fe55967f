//! Mail by a server of the keeper's. What the server answers is kept as its code: its text may hold an address.

use super::channels::Letter;
use super::post::Outcome;
use crate::secret::Secret;
use anyhow::{Context as _, bail};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, header};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::time::Duration;

/// How the way to the server is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// From the first byte, port 465.
    Tls,
    /// Asked for and insisted on, port 587.
    Starttls,
    /// None: a server on this machine alone.
    None,
}

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    place: String,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({})", self.place)
    }
}

/// Answers after which it is of no use to ask again.
const PATIENCE: Duration = Duration::from_secs(20);

impl Smtp {
    /// A server by its name and port, who mail comes from, and who signs in.
    ///
    /// # Errors
    /// When the sender is no address, or the way would be open beyond this machine.
    pub fn new(
        (host, port): (&str, Option<u16>),
        encryption: Encryption,
        from: &str,
        login: Option<(String, Secret<String>)>,
    ) -> anyhow::Result<Self> {
        let from: Mailbox = from.parse().with_context(|| format!("the sender {from} is no mail address"))?;
        let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let (tls, usual) = match encryption {
            Encryption::Tls => (Tls::Wrapper(TlsParameters::new(host.to_owned())?), 465),
            Encryption::Starttls => (Tls::Required(TlsParameters::new(host.to_owned())?), 587),
            Encryption::None if here => (Tls::None, 25),
            Encryption::None => bail!("mail to {host} would leave this machine open: choose \"tls\" or \"starttls\""),
        };
        let port = port.unwrap_or(usual);
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port).tls(tls).timeout(Some(PATIENCE));
        if let Some((user, password)) = login {
            builder = builder.credentials(Credentials::new(user, password.expose().clone()));
        }
        Ok(Self { transport: builder.build(), from, place: format!("{host}:{port}") })
    }

    pub(super) fn described(&self) -> String {
        format!("by SMTP over {} as {}", self.place, self.from.email)
    }

    pub(super) async fn send(&self, letter: &Letter) -> Outcome {
        let Ok(to) = letter.to.expose().parse::<Mailbox>() else { return Outcome::Never("address".to_owned()) };
        let domain = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.text.clone())
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .header(AutoSubmitted)
            .header(Unsubscribe(format!("<{}>", letter.settings)))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone());
        let Ok(message) = message else { return Outcome::Never("message".to_owned()) };
        match self.transport.send(message).await {
            Ok(_) => Outcome::Sent,
            Err(error) => {
                let code = error.status().map(|code| format!("smtp {code}"));
                match code {
                    Some(code) if error.is_permanent() => Outcome::Never(code),
                    Some(code) => Outcome::Later(code),
                    None if error.is_timeout() => Outcome::Later("smtp timeout".to_owned()),
                    None if error.is_tls() => Outcome::Later("smtp tls".to_owned()),
                    None => Outcome::Later("smtp connection".to_owned()),
                }
            }
        }
    }
}

/// Says to answering machines that nobody reads the answer.
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Where mail is switched off.
#[derive(Clone)]
struct Unsubscribe(String);

impl header::Header for Unsubscribe {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("List-Unsubscribe")
    }
    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }
    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), self.0.clone())
    }
}
