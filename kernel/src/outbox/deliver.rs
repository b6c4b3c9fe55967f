//! Handing messages over: when it is their turn, to the address of the moment, with tries that double.

use super::book::addresses;
use super::channels::{Letter, Line};
use super::post::Outcome;
use super::rules::{self, Turn, Urgency};
use super::store::{self, Setting};
use super::{Addresses, Channel, Outgoing, State};
use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::Result;
use crate::ids::Raw;
use crate::secret::Secret;
use crate::words::Word;
use futures_util::StreamExt as _;
use std::collections::BTreeMap;

pub(super) const LANE: LaneKey = LaneKey(4);
/// How many are taken at once, and for how many people at the same time.
const BATCH: i64 = 40;
const AT_ONCE: usize = 4;
/// The word of the day's summary.
pub(super) const SUMMARY: &str = "message.digest";
/// The word of the code that confirms an address: it goes to one that is not confirmed yet.
pub const CONFIRMATION: &str = "message.confirmation";

/// Hands over what is due. Safe to run twice: a message is in one pair of hands at a time.
pub(crate) async fn deliver(cx: Cx) -> Result<()> {
    if cx.app.config.channels.is_empty() {
        return Ok(());
    }
    loop {
        let claimed = store::claim(&cx, cx.app.clock.now(), BATCH).await?;
        if claimed.is_empty() {
            return Ok(());
        }
        // One person's messages go one after the other, so that none of them is over the budget.
        let mut people: BTreeMap<Raw, Vec<Outgoing>> = BTreeMap::new();
        for message in claimed {
            people.entry(message.person_id).or_default().push(message);
        }
        let each = async |mut messages: Vec<Outgoing>| {
            messages.sort_by_key(|m| (!m.urgent, m.made_at, m.id));
            for message in messages {
                if let Err(error) = hand_over(&cx, &message).await {
                    tracing::warn!(id = %message.id, %error, "a message could not be handed over");
                }
            }
        };
        futures_util::stream::iter(people.into_values()).for_each_concurrent(AT_ONCE, each).await;
    }
}

async fn hand_over(cx: &Cx, message: &Outgoing) -> Result<()> {
    let now = cx.app.clock.now();
    let setting = store::setting(&cx.db, cx.tenant, message.person_id).await?;
    let sent = store::sent(&cx.db, cx.tenant, message.person_id, now).await?;
    let urgency = match (message.urgent, message.word.as_str()) {
        (true, _) => Urgency::Urgent,
        (false, SUMMARY) => Urgency::Summary,
        (false, _) => Urgency::Normal,
    };
    match rules::turn(urgency, &setting.manner(), sent, cx.app.config.channels.budget, now) {
        Turn::Now => {}
        Turn::At(then) => return store::put_off(cx, message.id, State::Waiting, then).await,
        Turn::Digest(then) => return store::put_off(cx, message.id, State::Digest, then).await,
    }
    let end = |state: State, reason: &str| store::settle(cx, message.id, (state, reason.to_owned()), now);
    let Some(line) = cx.app.config.channels.get(message.channel) else { return end(State::Dropped, "closed").await };
    let directly = message.word == CONFIRMATION;
    if !directly && !cx.app.config.channels.of(Some(&setting)).contains(&message.channel) {
        return end(State::Dropped, "off").await;
    }
    let known = addresses(cx, message.person_id).await?;
    match address(cx, message.channel, &setting, known, directly) {
        Ok(to) => send(cx, message, line, &letter(cx, message, &setting, to)).await,
        Err(reason) => end(State::Dropped, reason).await,
    }
}

/// Where this message goes now, or why nowhere.
fn address(
    cx: &Cx,
    channel: Channel,
    setting: &Setting,
    known: Addresses,
    directly: bool,
) -> std::result::Result<Secret<String>, &'static str> {
    match channel {
        Channel::Mail => {
            let mail = known.mail.ok_or("no_address")?;
            let confirmed = setting.mail_hash.as_ref() == Some(&fingerprint(cx, mail.expose()));
            if confirmed || directly { Ok(mail) } else { Err("not_confirmed") }
        }
        Channel::Sms => known.mobile.ok_or("no_address"),
        Channel::Wecom => setting.wecom_user.clone().map(Secret::new).ok_or("no_address"),
    }
}

/// What is kept of a confirmed address.
#[must_use]
pub fn fingerprint(cx: &Cx, mail: &str) -> Vec<u8> {
    cx.app.keys.fingerprint("message.mail", &mail.trim().to_lowercase())
}

fn letter(cx: &Cx, message: &Outgoing, setting: &Setting, to: Secret<String>) -> Letter {
    let (lang, words, base) = (setting.language(), &cx.app.words, &cx.app.config.base_url);
    let args: Vec<(&str, String)> = message.args.0.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    let most = if message.channel == Channel::Sms { rules::SMS } else { usize::MAX };
    let text = rules::fit(words, lang, &message.word, &args, most);
    let link = format!("{base}{}", crate::desk::own_path(&message.url));
    let settings = format!("{base}/me/messages/settings");
    let list = args.iter().find(|(name, _)| *name == "list").map(|(_, list)| format!("\n\n{list}")).unwrap_or_default();
    let foot =
        words.say(lang, &Word::new("message.foot").with("site", &cx.app.config.name).with("settings", &settings));
    let body = format!("{text}{list}\n\n{link}\n\n{foot}\n");
    Letter { id: message.id.to_string(), to, text, body, link, settings, at: cx.app.clock.now().timestamp() }
}

async fn send(cx: &Cx, message: &Outgoing, line: &Line, letter: &Letter) -> Result<()> {
    let outcome = line.adapter.send(letter).await;
    let now = cx.app.clock.now();
    let (state, reason, at) = match outcome {
        Outcome::Sent => (State::Sent, String::new(), now),
        Outcome::Never(why) => (State::Bounced, why, now),
        Outcome::Later(why) => match rules::again(message.tries, now) {
            Some(then) => (State::Waiting, why, then),
            None => (State::Failed, why, now),
        },
    };
    if state != State::Sent {
        tracing::warn!(id = letter.id, channel = %message.channel, %state, reason, "a message did not leave");
    }
    store::settle(cx, message.id, (state, reason), at).await
}

/// Makes one message a person and channel of what waited for its summary.
pub(crate) async fn digest(cx: Cx) -> Result<()> {
    if cx.app.config.channels.is_empty() {
        return Ok(());
    }
    cx.clone()
        .write(LANE, async move |tx: &mut Tx<'_>| {
            let mut gathered: BTreeMap<(Raw, Channel), Vec<Outgoing>> = BTreeMap::new();
            for message in store::gather(tx, cx.tenant, cx.now).await? {
                gathered.entry((message.person_id, message.channel)).or_default().push(message);
            }
            for ((person, channel), mut messages) in gathered {
                messages.sort_by_key(|m| (m.made_at, m.id));
                let lang = store::setting(tx, cx.tenant, person).await?.language();
                let list: Vec<String> = messages.iter().map(|m| format!("· {}", sentence(&cx, m, lang))).collect();
                let word = Word::new(SUMMARY).with("n", list.len()).with("list", list.join("\n"));
                super::put_summary(tx, &cx, (person, channel), &word).await?;
            }
            Ok(())
        })
        .await
}

fn sentence(cx: &Cx, message: &Outgoing, lang: crate::words::Lang) -> String {
    let args: Vec<(&str, String)> = message.args.0.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    cx.app.words.fill(lang, &message.word, &args)
}
