//! `qiyi.toml` in the data folder: the ways by which messages leave. Without it they stay inside. Secrets may stand in the
//! environment instead, where backups of the folder do not reach.

use crate::config::Where;
use anyhow::{Context as _, bail};
use kernel::Secret;
use kernel::dial::Dial;
use kernel::outbox::rules::Budget;
use kernel::outbox::{Adapter, Channels, Encryption, Gateway, Line, Smtp};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What the file says, read once.
#[derive(Default)]
pub struct Chosen {
    /// `https://…` as people reach it, where the command line does not say it.
    pub address: Option<String>,
    /// The ways out.
    pub channels: Channels,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    address: Option<String>,
    budget: Limits,
    mail: Option<Way>,
    sms: Option<Way>,
    wecom: Option<Way>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Limits {
    hour: i64,
    day: i64,
}

impl Default for Limits {
    fn default() -> Self {
        let Budget { hour, day } = Budget::default();
        Self { hour, day }
    }
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum By {
    Console,
    Folder,
    Smtp,
    Gateway,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    by: By,
    #[serde(default)]
    unless_off: bool,
    folder: Option<PathBuf>,
    host: Option<String>,
    port: Option<u16>,
    encryption: Option<Encryption>,
    from: Option<String>,
    user: Option<String>,
    password: Option<Secret<String>>,
    url: Option<String>,
    body: Option<String>,
    secret: Option<Secret<String>>,
    token: Option<Secret<String>>,
    taken: Option<Taken>,
    #[serde(default)]
    inside: Vec<String>,
    certificate: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    at: String,
    is: String,
}

/// Reads the file of this place; an absent one chooses nothing.
///
/// # Errors
/// When it cannot be understood, with the line and what to do.
pub fn read(place: &Where) -> anyhow::Result<Chosen> {
    let path = place.choices();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && place.config.is_none() => return Ok(Chosen::default()),
        Err(e) => return Err(e).with_context(|| format!("reading {}", path.display())),
    };
    chosen(place, &text).with_context(|| format!("{} cannot be followed", path.display()))
}

fn chosen(place: &Where, text: &str) -> anyhow::Result<Chosen> {
    let file: File = toml::from_str(text)?;
    let budget = Budget { hour: file.budget.hour, day: file.budget.day };
    if !(1..=9).contains(&budget.hour) || !(1..=50).contains(&budget.day) {
        bail!("the budget is 1 to 9 messages an hour and 1 to 50 a day");
    }
    let line = |way: Option<Way>, name: &str, secret: &Option<Secret<String>>| {
        way.map(|way| way.line(place, secret.clone()).with_context(|| format!("[{name}]"))).transpose()
    };
    let channels = Channels {
        mail: line(file.mail, "mail", &place.mail_password)?,
        sms: line(file.sms, "sms", &place.sms_secret)?,
        wecom: line(file.wecom, "wecom", &place.wecom_secret)?,
        budget,
    };
    if channels.sms.as_ref().is_some_and(|line| matches!(line.adapter, Adapter::Smtp(_))) {
        bail!("[sms] cannot leave by a mail server");
    }
    Ok(Chosen { address: file.address.map(|a| a.trim_end_matches('/').to_owned()), channels })
}

impl Way {
    fn line(self, place: &Where, secret: Option<Secret<String>>) -> anyhow::Result<Line> {
        let unless_off = self.unless_off;
        let adapter = match self.by {
            By::Console => Adapter::Console,
            By::Folder => Adapter::Folder(place.data.join(self.folder.as_deref().unwrap_or(Path::new("outbox")))),
            By::Smtp => Adapter::Smtp(Box::new(self.smtp(secret)?)),
            By::Gateway => Adapter::Gateway(Box::new(self.gateway(place, secret)?)),
        };
        Ok(Line { adapter, unless_off })
    }

    fn smtp(self, password: Option<Secret<String>>) -> anyhow::Result<Smtp> {
        let host = self.host.context("says no host")?;
        let from = self.from.context("says not who mail comes from: from = \"名称 <name@example.cn>\"")?;
        let login = match (self.user, password.or(self.password)) {
            (Some(user), Some(password)) => Some((user, password)),
            (Some(_), None) => bail!("has a user and no password: set QIYI_MAIL_PASSWORD"),
            (None, _) => None,
        };
        Smtp::new((&host, self.port), self.encryption.unwrap_or(Encryption::Tls), &from, login)
    }

    fn gateway(self, place: &Where, secret: Option<Secret<String>>) -> anyhow::Result<Gateway> {
        let own = match &self.certificate {
            Some(file) => {
                let path = place.data.join(file);
                Some(std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?)
            }
            None => None,
        };
        let dial = Dial::new(&self.inside, own.as_deref())?;
        let url = self.url.context("says no url")?;
        let body = self.body.context("says no body: body = '{\"to\":\"{to}\",\"text\":\"{text}\"}'")?;
        let secret =
            secret.or(self.secret).context("has no secret to sign with: set QIYI_SMS_SECRET or QIYI_WECOM_SECRET")?;
        let taken = self.taken.map(|taken| (taken.at, taken.is));
        Ok(Gateway::new(&url, &body, secret, dial)?.with_token(self.token).taken_when(taken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        place: Where,
    }

    fn read(text: &str) -> anyhow::Result<Chosen> {
        let line = Line::parse_from([
            "qiyi",
            "--data",
            "/srv/qiyi",
            "--sms-secret",
            "sixteen letters.",
            "--mail-password",
            "p",
        ]);
        chosen(&line.place, text)
    }

    #[test]
    fn what_the_keeper_chose_is_understood_and_described_without_secrets() {
        let text = r#"
            address = "https://qiyi.example.cn/"
            budget = { hour = 2, day = 5 }
            [mail]
            by = "smtp"
            host = "smtp.example.cn"
            encryption = "starttls"
            from = "七一空间 <noreply@example.cn>"
            user = "noreply"
            [sms]
            by = "gateway"
            unless_off = true
            url = "https://sms.example.cn/send"
            body = '{"mobile":"{to}","content":"{text}"}'
            taken = { at = "/errcode", is = "0" }
            [wecom]
            by = "folder"
        "#;
        let chosen = read(text).unwrap();
        assert_eq!(chosen.address.as_deref(), Some("https://qiyi.example.cn"));
        assert_eq!(chosen.channels.budget, Budget { hour: 2, day: 5 });
        assert_eq!(
            chosen.channels.described(),
            [
                "mail leaves by SMTP over smtp.example.cn:587 as noreply@example.cn, to whoever switched it on",
                "sms leaves by the gateway sms.example.cn, to whoever did not switch it off",
                "wecom leaves into files in /srv/qiyi/outbox, to whoever switched it on",
            ]
        );
        let said = format!("{:?}", chosen.channels);
        assert!(!said.contains("sixteen") && said.contains("****"), "{said}");
    }

    #[test]
    fn what_cannot_be_followed_is_refused_with_its_reason() {
        for (text, wanted) in [
            ("sender = 1", "unknown field"),
            ("[mail]\nby = \"smtp\"", "no host"),
            ("[mail]\nby = \"smtp\"\nhost = \"a.cn\"\nfrom = \"x\"", "no mail address"),
            (
                "[mail]\nby = \"smtp\"\nhost = \"a.cn\"\nfrom = \"x@a.cn\"\nencryption = \"none\"",
                "leave this machine open",
            ),
            ("[sms]\nby = \"gateway\"\nurl = \"http://a.cn\"\nbody = '[\"{to}{text}\"]'", "not https"),
            ("[wecom]\nby = \"gateway\"\nurl = \"https://a.cn\"\nbody = '[\"{to}{text}\"]'", "no secret"),
            ("[sms]\nby = \"smtp\"\nhost = \"a.cn\"\nfrom = \"x@a.cn\"", "mail server"),
            ("[sms]\nby = \"pigeon\"", "pigeon"),
            ("budget = { hour = 10 }", "1 to 9"),
        ] {
            let said = format!("{:#}", read(text).err().unwrap_or_else(|| panic!("{text} is taken")));
            assert!(said.contains(wanted), "{text}: {said}");
        }
    }
}
