//! Messages inside Qiyi: a word with its facts and a way on, kept for one person. Never S3 or S4 data. What is left here also
//! goes into the outbox for who wants to be told outside.

use crate::cx::Cx;
use crate::db::Read as _;
use crate::db::{Db, Json, Tx};
use crate::error::Result;
use crate::ids::Raw;
use crate::outbox::{Copies, Way};
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
        /// What it asks, while it waits for the answer: the words are `ask.….hint`, `.yes` and `.no`, and the answer is posted to
        /// `url` as `answer`.
        pub ask: Option<String>,
    }
}

/// A question that is answered with yes or no from the message itself.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// Names its words.
    pub ask: &'static str,
    /// Its page, where the answer is posted.
    pub url: &'q str,
    /// Where a mail leads instead: mail goes to a confirmed address alone, so its link may answer without a sign-in.
    pub by_mail: &'q str,
    /// When nobody wants to know any more.
    pub until: DateTime<Utc>,
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
    tx.insert_many(INSERT, "", &rows).await?;
    crate::outbox::put(tx, cx, people, word, Way { url, by_mail: url, urgent }).await?;
    copy(tx, cx, (people, word), urgent).await
}

const INSERT: &str = "INSERT INTO message (tenant_id, id, person_id, word, args, url, made_at)";

/// Tells those who are told for somebody else, such as the guardian of a minor.
async fn copy(tx: &mut Tx<'_>, cx: &Cx, (people, word): (&[Raw], &Word), urgent: bool) -> Result<()> {
    let Some(Copies(find)) = cx.app.find_part::<Copies>() else { return Ok(()) };
    for copied in find(tx, cx.clone(), people.to_vec(), word.clone()).await? {
        if copied.inside {
            let said: Vec<(String, String)> =
                copied.word.args.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
            let key = copied.word.key.to_string();
            let row = args![cx.tenant, crate::ids::fresh(), copied.to, key, Json(said), copied.url, cx.now].to_vec();
            tx.insert_many(INSERT, "", &[row]).await?;
        }
        let way = Way { url: &copied.url, by_mail: &copied.url, urgent };
        crate::outbox::put(tx, cx, &[copied.to], &copied.word, way).await?;
    }
    Ok(())
}

/// Leaves a message that asks its reader something.
pub async fn ask(tx: &mut Tx<'_>, cx: &Cx, person: Raw, word: &Word, question: Question<'_>) -> Result<()> {
    let said: Vec<(String, String)> = word.args.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    let Question { ask, url, by_mail, until } = question;
    let sql = "INSERT INTO message (tenant_id, id, person_id, word, args, url, made_at, ask, ask_until)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let of = args![cx.tenant, crate::ids::fresh(), person, word.key.to_string(), Json(said), url, cx.now, ask, until];
    tx.execute(sql, of).await?;
    crate::outbox::put(tx, cx, &[person], word, Way { url, by_mail, urgent: false }).await?;
    copy(tx, cx, (&[person], word), false).await
}

/// What led a person to this page is done with: read, and nothing is asked any more.
pub async fn settle(tx: &mut Tx<'_>, cx: &Cx, person: Raw, url: &str) -> Result<()> {
    let sql = "UPDATE message SET read_at = COALESCE(read_at, $1), ask = NULL
               WHERE tenant_id = $2 AND person_id = $3 AND url = $4 AND (read_at IS NULL OR ask IS NOT NULL)";
    tx.execute(sql, args![cx.now, cx.tenant, person, url]).await?;
    Ok(())
}

/// Takes back what led these people to this page: from their messages, and from the outbox what did not leave yet. Answers how
/// many of those there were.
pub async fn take_back(tx: &mut Tx<'_>, cx: &Cx, people: &[Raw], url: &str) -> Result<u64> {
    let mut stopped = 0;
    for part in people.chunks(500) {
        let list = crate::db::in_list(3, part.len());
        let mut of = args![cx.tenant, url].to_vec();
        of.extend(part.iter().map(|p| crate::db::Value::Uuid(*p)));
        tx.execute(&format!("DELETE FROM message WHERE tenant_id = $1 AND url = $2 AND person_id IN {list}"), &of)
            .await?;
        stopped += crate::outbox::store::take_back(tx, cx, part, url).await?;
    }
    Ok(stopped)
}

/// A person's newest messages.
pub async fn list(db: &Db, cx: &Cx, person: Raw, limit: i64) -> Result<Vec<Message>> {
    let sql = "SELECT id, word, args, url, made_at, read_at, CASE WHEN ask_until > $4 THEN ask END AS ask FROM message
               WHERE tenant_id = $1 AND person_id = $2 ORDER BY made_at DESC, id DESC LIMIT $3";
    db.all(sql, args![cx.tenant, person, limit, cx.now]).await
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
