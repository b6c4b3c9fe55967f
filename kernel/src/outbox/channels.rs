//! The ways out that the keeper opened, and which of them somebody uses.

use super::gateway::Gateway;
use super::post::Outcome;
use super::smtp::Smtp;
use super::store::Setting;
use super::{Channel, rules};
use crate::secret::Secret;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What the keeper opened; without any, messages stay inside.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    /// Mail.
    pub mail: Option<Line>,
    /// SMS.
    pub sms: Option<Line>,
    /// WeCom.
    pub wecom: Option<Line>,
    /// How many messages leave for one person.
    pub budget: rules::Budget,
}

/// A way out.
#[derive(Clone, Debug)]
pub struct Line {
    /// What carries it.
    pub adapter: Adapter,
    /// Whether it goes to people who never chose, and not only to those who switched it on.
    pub unless_off: bool,
}

/// What carries messages.
#[derive(Clone, Debug)]
pub enum Adapter {
    /// Says in the log that one would have left: kind and channel, no address and no text.
    Console,
    /// Writes each into a file of its own in a folder that is closed to others, for a program beside Qiyi.
    Folder(PathBuf),
    /// A mail server.
    Smtp(Box<Smtp>),
    /// A gateway over HTTPS.
    Gateway(Box<Gateway>),
}

/// A message with everything that a carrier needs.
pub(super) struct Letter {
    pub id: String,
    pub to: Secret<String>,
    pub text: String,
    pub body: String,
    pub link: String,
    pub settings: String,
    pub at: i64,
}

impl Channels {
    /// Whether there is no way out.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.mail.is_none() && self.sms.is_none() && self.wecom.is_none()
    }

    /// One of them.
    #[must_use]
    pub const fn get(&self, channel: Channel) -> Option<&Line> {
        match channel {
            Channel::Mail => self.mail.as_ref(),
            Channel::Sms => self.sms.as_ref(),
            Channel::Wecom => self.wecom.as_ref(),
        }
    }

    /// Those that there are.
    #[must_use]
    pub fn opened(&self) -> Vec<Channel> {
        Channel::ALL.iter().copied().filter(|c| self.get(*c).is_some()).collect()
    }

    /// Those that reach somebody with this setting. Mail needs a confirmed address and WeCom an account: who never named one has
    /// neither.
    #[must_use]
    pub fn of(&self, setting: Option<&Setting>) -> Vec<Channel> {
        let wanted = |channel: &Channel| {
            let Some(line) = self.get(*channel) else { return false };
            setting.and_then(|s| s.chosen(*channel)).unwrap_or(line.unless_off)
                && match channel {
                    Channel::Mail => setting.is_some_and(|s| s.mail_hash.is_some()),
                    Channel::Sms => true,
                    Channel::Wecom => setting.is_some_and(|s| s.wecom_user.is_some()),
                }
        };
        Channel::ALL.iter().copied().filter(wanted).collect()
    }

    /// A line a channel for `qiyi doctor`: which, by what, to whom.
    #[must_use]
    pub fn described(&self) -> Vec<String> {
        let line = |channel: Channel| {
            let line = self.get(channel)?;
            let whom = if line.unless_off { "to whoever did not switch it off" } else { "to whoever switched it on" };
            Some(format!("{channel} leaves {}, {whom}", line.adapter.described()))
        };
        Channel::ALL.iter().copied().filter_map(line).collect()
    }
}

impl Adapter {
    fn described(&self) -> String {
        match self {
            Self::Console => "by the console: nobody is reached".to_owned(),
            Self::Folder(folder) => format!("into files in {}", folder.display()),
            Self::Smtp(smtp) => smtp.described(),
            Self::Gateway(gateway) => gateway.described(),
        }
    }

    /// Hands a letter over; never panics, never says more than a code.
    pub(super) async fn send(&self, letter: &Letter) -> Outcome {
        match self {
            Self::Console => {
                tracing::info!(id = letter.id, "a message would leave here");
                Outcome::Sent
            }
            Self::Folder(folder) => spool(folder, letter),
            Self::Smtp(smtp) => smtp.send(letter).await,
            Self::Gateway(gateway) => gateway.send(letter).await,
        }
    }
}

/// Written beside and renamed, so that whoever watches the folder sees whole files alone.
fn spool(folder: &Path, letter: &Letter) -> Outcome {
    let content = serde_json::json!({
        "id": letter.id, "to": letter.to.expose(), "text": letter.text, "body": letter.body, "url": letter.link,
    });
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let beside = folder.join(format!(".{}", letter.id));
        let mut open = std::fs::OpenOptions::new();
        open.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            open.mode(0o600);
        }
        let mut file = open.open(&beside)?;
        file.write_all(content.to_string().as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, folder.join(format!("{}.json", letter.id)))
    };
    match write() {
        Ok(()) => Outcome::Sent,
        Err(error) => Outcome::Later(format!("file {:?}", error.kind())),
    }
}
