//! The outbox: what leaves Qiyi for a person by mail, SMS or WeCom. A row is written with the deed that caused it and holds
//! words, never an address; everything works without any channel, because the message inside is always there.

mod book;
mod channels;
mod deliver;
mod gateway;
mod post;
pub mod rules;
mod smtp;
pub mod store;
pub use book::{Addresses, Book, Copied, Copies};
pub use channels::{Adapter, Channels, Line};
pub use gateway::{Gateway, signature};
pub use smtp::{Encryption, Smtp};
pub use store::Setting;

pub use deliver::{CONFIRMATION, fingerprint};
pub(crate) use deliver::{deliver, digest};

use crate::cx::Cx;
use crate::db::{Json, Read as _, Tx, Value};
use crate::error::Result;
use crate::ids::Raw;
use crate::words::Word;
use crate::{args, row, text_enum};
use chrono::{DateTime, Utc};

text_enum! {
    /// A way out of Qiyi.
    pub enum Channel {
        /// To a confirmed address.
        Mail = "mail",
        /// To a mobile phone.
        Sms = "sms",
        /// To an account of WeCom (企业微信).
        Wecom = "wecom",
    }
}

text_enum! {
    /// How far a message is.
    pub enum State {
        /// Leaves when it is due.
        Waiting = "waiting",
        /// Goes with the day's summary.
        Digest = "digest",
        /// The other side took it.
        Sent = "sent",
        /// Tried often enough.
        Failed = "failed",
        /// The other side refuses it for good.
        Bounced = "bounced",
        /// There was nobody or nowhere to send it to.
        Dropped = "dropped",
    }
}

row! {
    /// A message on its way.
    pub struct Outgoing {
        /// Its id.
        pub id: Raw,
        /// For whom.
        pub person_id: Raw,
        /// By which way.
        pub channel: Channel,
        /// The word key.
        pub word: String,
        /// Name and text of each placeholder.
        pub args: Json<Vec<(String, String)>>,
        /// Where to go on, a path of ours.
        pub url: String,
        /// Whether it goes through quiet hours.
        pub urgent: bool,
        /// How far it is.
        pub state: State,
        /// A word key, or what the other side answered as a code; empty while nothing happened.
        pub reason: String,
        /// How often it was tried.
        pub tries: i64,
        /// When its deed happened.
        pub made_at: DateTime<Utc>,
        /// When it may leave.
        pub due_at: DateTime<Utc>,
        /// When it came to its end.
        pub done_at: Option<DateTime<Utc>>,
    }
}

/// Where a message leads, and whether it goes through quiet hours.
#[derive(Clone, Copy)]
pub(crate) struct Way<'w> {
    pub url: &'w str,
    /// The same for a mail, where it is another.
    pub by_mail: &'w str,
    pub urgent: bool,
}

impl<'w> Way<'w> {
    const fn of(&self, channel: Channel) -> (&'w str, bool) {
        let url = if matches!(channel, Channel::Mail) { self.by_mail } else { self.url };
        (url, self.urgent)
    }
}

/// Writes a row for each channel that each of these people has, in the transaction of the deed. Without a channel of the
/// keeper's nothing is written.
pub(crate) async fn put(tx: &mut Tx<'_>, cx: &Cx, people: &[Raw], word: &Word, way: Way<'_>) -> Result<()> {
    let channels = &cx.app.config.channels;
    if channels.is_empty() {
        return Ok(());
    }
    let said: Vec<(String, String)> = word.args.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    let mut rows = Vec::new();
    for part in people.chunks(500) {
        let chosen = store::settings(tx, cx.tenant, part).await?;
        for person in part {
            let setting = chosen.iter().find(|s| s.person_id == *person);
            for channel in channels.of(setting) {
                rows.push(cells(cx, *person, channel, (&word.key, Json(said.clone())), way.of(channel)));
            }
        }
    }
    store::insert(tx, &rows).await
}

fn cells(
    cx: &Cx,
    person: Raw,
    channel: Channel,
    (word, said): (&str, Json<Vec<(String, String)>>),
    (url, urgent): (&str, bool),
) -> Vec<Value> {
    args![
        cx.tenant,
        crate::ids::fresh(),
        person,
        channel,
        word,
        said,
        url,
        urgent,
        State::Waiting,
        "",
        0_i64,
        cx.now,
        cx.now
    ]
    .to_vec()
}

/// Sends the code that confirms a mail address to that address, whatever its owner chose.
pub async fn confirm(tx: &mut Tx<'_>, cx: &Cx, person: Raw, code: &str, url: &str) -> Result<()> {
    alone(tx, cx, (person, Channel::Mail), &Word::new(deliver::CONFIRMATION).with("code", code), (url, true)).await
}

async fn put_summary(tx: &mut Tx<'_>, cx: &Cx, whom: (Raw, Channel), word: &Word) -> Result<()> {
    alone(tx, cx, whom, word, ("/me/messages", false)).await
}

async fn alone(tx: &mut Tx<'_>, cx: &Cx, whom: (Raw, Channel), word: &Word, way: (&str, bool)) -> Result<()> {
    let said = word.args.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    store::insert(tx, &[cells(cx, whom.0, whom.1, (&word.key, Json(said)), way)]).await
}

/// One message of this district.
pub async fn find(cx: &Cx, id: Raw) -> Result<Outgoing> {
    let sql = format!("SELECT {} FROM outbox WHERE tenant_id = $1 AND id = $2", store::COLUMNS);
    cx.db.one(&sql, args![cx.tenant, id]).await
}
