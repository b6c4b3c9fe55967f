//! Messages inside Qiyi: a word with its facts and a way on, kept for one person. Never S3 or S4 data. What is left here also
//! goes into the outbox for who wants to be told outside.

use crate::cx::Cx;
use crate::db::Read as _;
use crate::db::{Db, Json, Tx};
use crate::error::Result;
use crate::ids::Raw;
use crate::words::Word;
use crate::{args, row};
use chrono::{DateTime, Utc};

row! {
    /// A message as its reader sees it.
    pub struct Message {
        /// Its id.
        pub id: Raw,
        /// The word key.
        pub word: String,
        /// Name and text of each placeholder.
        pub args: Json<Vec<(String, String)>>,
        /// Where to go on.
        pub url: String,
        /// When it was left.
        pub made_at: DateTime<Utc>,
        /// When it was read.
        pub read_at: Option<DateTime<Utc>>,
    }
}

/// Leaves a message for a person, in the transaction of the deed that caused it.
pub async fn leave(tx: &mut Tx<'_>, cx: &Cx, person: Raw, word: &Word, url: &str) -> Result<()> {
    leave_all(tx, cx, &[person], word, url).await
}

/// Leaves the same message for many people.
pub async fn leave_all(tx: &mut Tx<'_>, cx: &Cx, people: &[Raw], word: &Word, url: &str) -> Result<()> {
    leave_many(tx, cx, people, word, (url, false)).await
}

/// The same where it cannot wait for the morning: outside, it goes through quiet hours.
pub async fn leave_urgent(tx: &mut Tx<'_>, cx: &Cx, people: &[Raw], word: &Word, url: &str) -> Result<()> {
    leave_many(tx, cx, people, word, (url, true)).await
}

async fn leave_many(tx: &mut Tx<'_>, cx: &Cx, people: &[Raw], word: &Word, (url, urgent): (&str, bool)) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let said: Vec<(String, String)> = word.args.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    let said = Json(said);
    let row =
        |person: &Raw| args![cx.tenant, crate::ids::fresh(), *person, word.key.to_string(), said, url, cx.now].to_vec();
    let rows: Vec<_> = people.iter().map(row).collect();
    tx.insert_many("INSERT INTO message (tenant_id, id, person_id, word, args, url, made_at)", "", &rows).await?;
    crate::outbox::put(tx, cx, people, word, (url, urgent)).await
}

/// A person's newest messages.
pub async fn list(db: &Db, cx: &Cx, person: Raw, limit: i64) -> Result<Vec<Message>> {
    let sql = "SELECT id, word, args, url, made_at, read_at FROM message WHERE tenant_id = $1 AND person_id = $2
               ORDER BY made_at DESC, id DESC LIMIT $3";
    db.all(sql, args![cx.tenant, person, limit]).await
}

/// How many of a person's messages wait to be read.
pub async fn unread(db: &Db, cx: &Cx, person: Raw) -> Result<i64> {
    row! { struct Count { n: i64 } }
    let sql = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND read_at IS NULL";
    let row: Count = db.one(sql, args![cx.tenant, person]).await?;
    Ok(row.n)
}

/// Marks all of a person's messages as read.
pub async fn read_all(tx: &mut Tx<'_>, cx: &Cx, person: Raw) -> Result<()> {
    let sql = "UPDATE message SET read_at = $1 WHERE tenant_id = $2 AND person_id = $3 AND read_at IS NULL";
    tx.execute(sql, args![cx.now, cx.tenant, person]).await?;
    Ok(())
}

impl Message {
    /// The sentence in the reader's language.
    #[must_use]
    pub fn sentence(&self, cx: &Cx) -> String {
        let args: Vec<(&str, String)> = self.args.0.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        cx.app.words.fill(cx.lang, &self.word, &args)
    }
}
