//! The SQL of the outbox and of how people want to be told.

use super::rules::Manner;
use super::{Channel, Outgoing, State};
use crate::cx::Cx;
use crate::db::{Conditions, Db, Read, Tx, Value};
use crate::error::Result;
use crate::http::Cursor;
use crate::ids::{Raw, TenantId};
use crate::words::Lang;
use crate::{args, row};
use chrono::{DateTime, Duration, NaiveTime, Utc};

/// The columns of `Outgoing`.
pub const COLUMNS: &str =
    "id, person_id, channel, word, args, url, urgent, state, reason, tries, made_at, due_at, done_at";

row! {
    /// How somebody wants to be told.
    pub struct Setting {
        /// Who.
        pub person_id: Raw,
        /// Mail; `None` was never chosen.
        pub mail: Option<bool>,
        /// SMS.
        pub sms: Option<bool>,
        /// WeCom.
        pub wecom: Option<bool>,
        /// The account at WeCom.
        pub wecom_user: Option<String>,
        /// The keyed hash of the mail address that was confirmed.
        pub mail_hash: Option<Vec<u8>>,
        /// When it was confirmed.
        pub mail_confirmed_at: Option<DateTime<Utc>>,
        /// When it grows quiet, on Beijing's clocks.
        pub quiet_from: NaiveTime,
        /// When it ends.
        pub quiet_to: NaiveTime,
        /// Everything in one summary a day.
        pub digest: bool,
        /// When the summary leaves.
        pub digest_at: NaiveTime,
        /// The language of messages.
        pub lang: String,
    }
}

impl Setting {
    /// How it is for who chose nothing.
    #[must_use]
    pub fn usual(person: Raw) -> Self {
        let manner = Manner::default();
        Self {
            person_id: person,
            mail: None,
            sms: None,
            wecom: None,
            wecom_user: None,
            mail_hash: None,
            mail_confirmed_at: None,
            quiet_from: manner.quiet.0,
            quiet_to: manner.quiet.1,
            digest: manner.digest,
            digest_at: manner.digest_at,
            lang: Lang::Zh.tag().to_owned(),
        }
    }

    /// What was chosen for a channel.
    #[must_use]
    pub const fn chosen(&self, channel: Channel) -> Option<bool> {
        match channel {
            Channel::Mail => self.mail,
            Channel::Sms => self.sms,
            Channel::Wecom => self.wecom,
        }
    }

    /// When messages leave.
    #[must_use]
    pub const fn manner(&self) -> Manner {
        Manner { quiet: (self.quiet_from, self.quiet_to), digest: self.digest, digest_at: self.digest_at }
    }

    /// The language of messages.
    #[must_use]
    pub fn language(&self) -> Lang {
        if self.lang == Lang::En.tag() { Lang::En } else { Lang::Zh }
    }
}

const SETTING: &str = "person_id, mail, sms, wecom, wecom_user, mail_hash, mail_confirmed_at, quiet_from, quiet_to, digest, digest_at, lang";

/// What some people chose; nothing of those who chose nothing.
pub async fn settings(db: &impl Read, tenant: TenantId, people: &[Raw]) -> Result<Vec<Setting>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let list = crate::db::in_list(2, people.len());
    let sql = format!("SELECT {SETTING} FROM message_setting WHERE tenant_id = $1 AND person_id IN {list}");
    let args: Vec<Value> = args![tenant].iter().cloned().chain(people.iter().map(|p| Value::Uuid(*p))).collect();
    db.all(&sql, &args).await
}

/// What one person chose, or how it is without a choice.
pub async fn setting(db: &impl Read, tenant: TenantId, person: Raw) -> Result<Setting> {
    let found = settings(db, tenant, &[person]).await?.into_iter().next();
    Ok(found.unwrap_or_else(|| Setting::usual(person)))
}

/// Keeps what somebody chose.
pub async fn save(tx: &mut Tx<'_>, tenant: TenantId, s: &Setting) -> Result<()> {
    let sql = format!(
        "INSERT INTO message_setting (tenant_id, {SETTING}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (tenant_id, person_id) DO UPDATE SET mail = excluded.mail, sms = excluded.sms, wecom = excluded.wecom,
           wecom_user = excluded.wecom_user, mail_hash = excluded.mail_hash, mail_confirmed_at = excluded.mail_confirmed_at,
           quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, digest = excluded.digest,
           digest_at = excluded.digest_at, lang = excluded.lang"
    );
    let of = args![
        tenant,
        s.person_id,
        s.mail,
        s.sms,
        s.wecom,
        s.wecom_user,
        s.mail_hash,
        s.mail_confirmed_at,
        s.quiet_from,
        s.quiet_to,
        s.digest,
        s.digest_at,
        s.lang
    ];
    tx.execute(&sql, of).await?;
    Ok(())
}

/// Writes rows whose cells stand in the order of the statement.
pub(super) async fn insert(tx: &mut Tx<'_>, rows: &[Vec<Value>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let head = "INSERT INTO outbox (tenant_id, id, person_id, channel, word, args, url, urgent, state, reason, tries, made_at, due_at)";
    tx.insert_many(head, "", rows).await?;
    Ok(())
}

/// How long a message that was taken to be sent is left alone: its process may have died with it in hand.
const HELD: Duration = Duration::minutes(5);

/// Takes due messages, the urgent first; who takes one has it for five minutes.
pub(super) async fn claim(cx: &Cx, now: DateTime<Utc>, most: i64) -> Result<Vec<Outgoing>> {
    row! { struct Due { n: i64 } }
    let tenant = cx.tenant;
    // A cheap look first: most of the time nothing is due, and the lane is left alone.
    let look = "SELECT COUNT(*) AS n FROM outbox WHERE tenant_id = $1 AND state = 'waiting' AND due_at <= $2";
    let due: Due = cx.db.one(look, args![tenant, now]).await?;
    if due.n == 0 {
        return Ok(Vec::new());
    }
    // The condition stands outside as well: whoever waited for another process's rows looks at them again.
    let sql = format!(
        "UPDATE outbox SET due_at = $3, tries = tries + 1 WHERE tenant_id = $1 AND state = 'waiting' AND due_at <= $2 AND id IN (
            SELECT id FROM outbox WHERE tenant_id = $1 AND state = 'waiting' AND due_at <= $2
            ORDER BY urgent DESC, due_at, id LIMIT $4)
         RETURNING {COLUMNS}"
    );
    cx.write(super::deliver::LANE, async move |tx: &mut Tx<'_>| {
        tx.all(&sql, args![tenant, now, now + HELD, most]).await
    })
    .await
}

/// Puts a message off, without counting a try.
pub(super) async fn put_off(cx: &Cx, id: Raw, state: State, due: DateTime<Utc>) -> Result<()> {
    let tenant = cx.tenant;
    cx.write(super::deliver::LANE, async move |tx: &mut Tx<'_>| {
        let sql = "UPDATE outbox SET state = $1, due_at = $2, tries = tries - 1 WHERE tenant_id = $3 AND id = $4 AND state = 'waiting'";
        tx.execute(sql, args![state, due, tenant, id]).await?;
        Ok(())
    })
    .await
}

/// Writes what came of a message: its end, or when it is tried again.
pub(super) async fn settle(cx: &Cx, id: Raw, end: (State, String), at: DateTime<Utc>) -> Result<()> {
    let tenant = cx.tenant;
    let (state, reason) = end;
    cx.write(super::deliver::LANE, async move |tx: &mut Tx<'_>| {
        let sql = "UPDATE outbox SET state = $1, reason = $2, due_at = $3, done_at = $4
                   WHERE tenant_id = $5 AND id = $6 AND state = 'waiting'";
        let done = (state != State::Waiting).then_some(at);
        tx.execute(sql, args![state, reason, at, done, tenant, id]).await?;
        Ok(())
    })
    .await
}

/// How many messages left for a person within the last hour and within the last day, by all ways.
pub(super) async fn sent(db: &Db, tenant: TenantId, person: Raw, now: DateTime<Utc>) -> Result<(i64, i64)> {
    row! { struct Sent { hour: i64, day: i64 } }
    let sql = "SELECT COUNT(*) FILTER (WHERE done_at > $3) AS hour, COUNT(*) AS day FROM outbox
               WHERE tenant_id = $1 AND person_id = $2 AND state = 'sent' AND reason = '' AND done_at > $4";
    let found: Sent = db.one(sql, args![tenant, person, now - Duration::hours(1), now - Duration::days(1)]).await?;
    Ok((found.hour, found.day))
}

/// Takes what waits for a summary that is due.
pub(super) async fn gather(tx: &mut Tx<'_>, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<Outgoing>> {
    let sql = format!(
        "UPDATE outbox SET state = 'sent', reason = 'digest', done_at = $2
         WHERE tenant_id = $1 AND state = 'digest' AND due_at <= $2 RETURNING {COLUMNS}"
    );
    tx.all(&sql, args![tenant, now]).await
}

/// Stops what leads these people, 500 at most, to a page and did not leave yet.
pub(crate) async fn take_back(tx: &mut Tx<'_>, cx: &Cx, people: &[Raw], url: &str) -> Result<u64> {
    let list = crate::db::in_list(4, people.len());
    let sql = format!(
        "UPDATE outbox SET state = 'dropped', reason = 'taken_back', done_at = $3
         WHERE tenant_id = $1 AND url = $2 AND state IN ('waiting', 'digest') AND person_id IN {list}"
    );
    let mut of = args![cx.tenant, url, cx.now].to_vec();
    of.extend(people.iter().map(|p| Value::Uuid(*p)));
    tx.execute(&sql, &of).await
}

/// Which messages the keeper looks at.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// How far.
    pub state: Option<State>,
    /// Which way.
    pub channel: Option<Channel>,
    /// Words of which a sentence was looked for; empty finds nothing, `None` asks for none.
    pub words: Option<Vec<String>>,
    /// A part of a reason, in lower case.
    pub reason: String,
}

fn conditions(tenant: TenantId, filter: &Filter) -> Conditions {
    let mut all = Conditions::new("tenant_id = ?", args![tenant]);
    if let Some(state) = filter.state {
        all.and("state = ?", args![state]);
    }
    if let Some(channel) = filter.channel {
        all.and("channel = ?", args![channel]);
    }
    if let Some(words) = &filter.words {
        let word = |at: usize| words.get(at).cloned().unwrap_or_default();
        let reason = filter.reason.clone();
        all.and(
            "(word IN (?, ?, ?, ?, ?, ?, ?, ?) OR lower(reason) LIKE '%' || ? || '%')",
            args![word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7), reason],
        );
    }
    all
}

/// Messages, the newest first.
pub async fn list(
    db: &Db,
    tenant: TenantId,
    filter: &Filter,
    after: Option<&Cursor>,
    most: i64,
) -> Result<Vec<Outgoing>> {
    let mut all = conditions(tenant, filter);
    if let Some(cursor) = after {
        let (made, id): (DateTime<Utc>, Raw) = (cursor.get(0)?, cursor.get(1)?);
        all.and("(made_at, id) < (?, ?)", args![made, id]);
    }
    let rest = all.tail(" ORDER BY made_at DESC, id DESC LIMIT ?", args![most]);
    db.all(&format!("SELECT {COLUMNS} FROM outbox WHERE {rest}"), all.args()).await
}

/// How many failed since a moment.
pub async fn failed_since(db: &Db, tenant: TenantId, since: DateTime<Utc>) -> Result<i64> {
    row! { struct Count { n: i64 } }
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE tenant_id = $1 AND state = 'failed' AND done_at >= $2";
    Ok(db.one::<Count>(sql, args![tenant, since]).await?.n)
}

/// How many messages are how far, by state.
pub async fn counts(db: &Db, tenant: TenantId) -> Result<Vec<(State, i64)>> {
    row! { struct Count { state: State, n: i64 } }
    let sql = "SELECT state, COUNT(*) AS n FROM outbox WHERE tenant_id = $1 GROUP BY state";
    let found: Vec<Count> = db.all(sql, args![tenant]).await?;
    Ok(found.into_iter().map(|c| (c.state, c.n)).collect())
}

/// The words that messages have been made of.
pub async fn words(db: &Db, tenant: TenantId) -> Result<Vec<String>> {
    row! { struct Used { word: String } }
    let sql = "SELECT DISTINCT word FROM outbox WHERE tenant_id = $1 ORDER BY word";
    let found: Vec<Used> = db.all(sql, args![tenant]).await?;
    Ok(found.into_iter().map(|w| w.word).collect())
}

/// Sets a message that came to a bad end on its way again; `false` when it is not one, or was taken back.
pub async fn retry(tx: &mut Tx<'_>, tenant: TenantId, id: Raw, now: DateTime<Utc>) -> Result<bool> {
    let sql = "UPDATE outbox SET state = 'waiting', reason = '', tries = 0, due_at = $1, done_at = NULL
               WHERE tenant_id = $2 AND id = $3 AND state IN ('failed', 'bounced', 'dropped') AND reason <> 'taken_back'";
    Ok(tx.execute(sql, args![now, tenant, id]).await? == 1)
}

/// The same for all that failed by one way or by all; what was refused for good is looked at one by one.
pub async fn retry_failed(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    channel: Option<Channel>,
    now: DateTime<Utc>,
) -> Result<u64> {
    let mut all = Conditions::new(
        "SET state = 'waiting', reason = '', tries = 0, due_at = ?, done_at = NULL WHERE tenant_id = ?",
        args![now, tenant],
    );
    all.and("state = 'failed'", &[]);
    if let Some(channel) = channel {
        all.and("channel = ?", args![channel]);
    }
    let rest = all.tail("", &[]);
    tx.execute(&format!("UPDATE outbox {rest}"), all.args()).await
}
