//! The request: who acts, for which district, in which language, when, on which database. Cheap to clone.

use crate::app::App;
use crate::db::{Db, Json, LaneKey, Read, Tx, Value, Violation};
use crate::error::{Error, Result};
use crate::ids::{AccountId, Raw, TenantId};
use crate::policy::{self, Decision, Grant, Permission, Reach, Target};
use crate::words::{Lang, Word};
use crate::{args, row};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// Who acts.
#[derive(Clone, Debug, Default)]
pub struct Actor {
    /// Absent for strangers and for jobs.
    pub account: Option<AccountId>,
    /// The person behind the account.
    pub person: Option<Raw>,
    /// The name for the trace and the page; `qiyi` for jobs.
    pub name: String,
    /// Roles in force now; those that ask for a second factor only after it was given.
    pub grants: Vec<Grant>,
    /// Whether roles wait for the second factor.
    pub awaits_second_factor: bool,
}

impl Actor {
    /// Who holds these roles: those that ask for a second factor count only after it was given.
    pub(crate) fn holding(
        account: AccountId,
        person: Option<Raw>,
        name: String,
        mut grants: Vec<Grant>,
        second_factor: bool,
    ) -> Self {
        let awaits_second_factor = !second_factor && grants.iter().any(|g| g.role.is_staff());
        grants.retain(|g| second_factor || !g.role.is_staff());
        Self { account: Some(account), person, name, grants, awaits_second_factor }
    }
}

/// What is known of the request itself.
#[derive(Clone, Debug, Default)]
pub struct RequestFacts {
    /// Shown on error pages and in the log.
    pub id: String,
    /// The address it came from.
    pub ip: String,
    /// The path with its query.
    pub path: String,
    /// The session's keyed hash, when somebody is signed in.
    pub session: Option<String>,
    /// The one-time key of an API call, or of a form once it was read.
    pub once: std::sync::OnceLock<String>,
    /// A digest of what the form or call asks for, once it was read: a one-time key belongs to one content.
    pub asked: std::sync::OnceLock<String>,
    /// Elder mode.
    pub elder: bool,
    /// A script or another program asks, so errors are problem+json.
    pub json: bool,
    /// What the page before left to say.
    pub flash: Option<String>,
    /// How many messages wait for the person who is signed in.
    pub unread: Option<i64>,
}

/// The first argument of everything that acts.
#[derive(Clone)]
pub struct Cx {
    /// The application.
    pub app: Arc<App>,
    /// The database.
    pub db: Db,
    /// The district.
    pub tenant: TenantId,
    /// Who acts.
    pub actor: Arc<Actor>,
    /// The reader's language.
    pub lang: Lang,
    /// The moment of the request.
    pub now: DateTime<Utc>,
    /// The request.
    pub request: Arc<RequestFacts>,
}

impl Cx {
    /// A context for jobs, commands and tests: nobody is signed in, and every verb's own rules still hold.
    #[must_use]
    pub fn system(app: &Arc<App>, tenant: TenantId) -> Self {
        let actor = Actor { name: "qiyi".to_owned(), ..Actor::default() };
        Self {
            app: Arc::clone(app),
            db: app.db.clone(),
            tenant,
            actor: Arc::new(actor),
            lang: Lang::Zh,
            now: app.clock.now(),
            request: Arc::default(),
        }
    }

    /// The same moment with another actor; for commands that act for somebody.
    #[must_use]
    pub fn acting(&self, actor: Actor) -> Self {
        Self { actor: Arc::new(actor), ..self.clone() }
    }

    /// Today in Beijing.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        crate::time::day(self.now)
    }

    /// The evaluator's decision with its reasons.
    #[must_use]
    pub fn decide(&self, permission: Permission, target: Option<&Target<'_>>) -> Decision {
        policy::decide(&self.actor, permission, target)
    }

    /// Refuses unless the actor has the permission on this object.
    pub fn may(&self, permission: Permission, target: &Target<'_>) -> Result<()> {
        self.allowed(permission, Some(target))
    }

    /// Refuses unless the actor has the permission anywhere; every route asks this first.
    pub fn may_somewhere(&self, permission: Permission) -> Result<()> {
        self.allowed(permission, None)
    }

    /// Whether a page shows the way to something.
    #[must_use]
    pub fn can(&self, permission: Permission) -> bool {
        self.decide(permission, None).allowed
    }

    fn allowed(&self, permission: Permission, target: Option<&Target<'_>>) -> Result<()> {
        if self.decide(permission, target).allowed {
            return Ok(());
        }
        if self.actor.account.is_none() {
            return Err(Error::SignIn);
        }
        Err(Error::Forbidden(permission.name))
    }

    /// The part of a list that the actor may see.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Reach {
        Reach::of(&self.actor, permission)
    }

    /// The person who acts; the route asked for `Own` or `Member` already.
    pub fn person(&self) -> Result<Raw> {
        self.actor.person.ok_or(Error::Refused(Word::new("error.no_person")))
    }

    /// A sentence in the reader's language.
    #[must_use]
    pub fn say(&self, word: &Word) -> String {
        self.app.words.say(self.lang, word)
    }

    /// A sentence without placeholders.
    #[must_use]
    pub fn t<'w>(&'w self, key: &'w str) -> &'w str {
        self.app.words.text(self.lang, key)
    }

    /// Remembers what this request asks for; only its keyed digest is kept, so that nothing of it can be read or guessed.
    pub(crate) fn asks(&self, contents: &str) {
        let digest = || hex::encode(self.app.keys.fingerprint("once", contents));
        self.request.asked.get_or_init(digest);
    }

    /// Runs a verb in a transaction; see `Db::write`.
    pub async fn write<F, T>(&self, lane: LaneKey, verb: F) -> Result<T>
    where
        F: for<'x, 'y> AsyncFnOnce(&'x mut Tx<'y>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.db.write(lane, verb).await
    }

    /// The same, once for each one-time key of a form or call: a repeat answers what the first answered and does nothing.
    ///
    /// Every form carries a key in its `guard()`, every call may carry an `Idempotency-Key`; `Form`, `Multipart` and the edge
    /// put it where this finds it. So whatever makes something is written `cx.once(lane, verb)` and answers where its object
    /// is: a double click, or back and send again, makes nothing twice and leads to the first one's object. What the deed
    /// itself changes ("is it still waiting?") is asked inside the verb: asked before, it would refuse the repeat. The same key
    /// with other contents is refused: the first answer would stand for what was not done.
    pub async fn once<F, T>(&self, lane: LaneKey, verb: F) -> Result<T>
    where
        F: for<'x, 'y> AsyncFnOnce(&'x mut Tx<'y>) -> Result<T> + Send + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let Some(key) = self.request.once.get().cloned() else { return self.db.write(lane, verb).await };
        let now = self.now;
        let who = self.actor.account.map_or_else(|| self.request.ip.clone(), |a| a.to_string());
        let route = self.request.path.split('?').next().unwrap_or_default().to_owned();
        let asked = self.request.asked.get().cloned();
        let same = asked.clone();
        let of = args![self.tenant, key, who, route].to_vec();
        let mine = of.clone();
        let done = self
            .db
            .write(lane, async move |tx: &mut Tx<'_>| {
                if let Some(answer) = kept(tx, &mine, asked.as_deref()).await? {
                    return Ok(answer);
                }
                let answer = verb(tx).await?;
                let keep = Json(serde_json::json!({ "answer": answer, "asked": asked }));
                let sql =
                    "INSERT INTO once (tenant_id, key, actor, route, answer, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
                tx.execute(sql, &[&mine[..], args![keep, now]].concat()).await?;
                Ok(answer)
            })
            .await;
        match done {
            // Somebody was faster in another lane or process: nothing of this one stays, and theirs is the answer.
            Err(Error::Violated(Violation::Unique(what))) if what.contains("once") => {
                kept(&self.db, &of, same.as_deref())
                    .await?
                    .ok_or_else(|| Error::internal("a one-time key without its answer".to_owned()))
            }
            other => other,
        }
    }
}

/// What the first with this key answered: `of` is tenant, key, actor and route.
async fn kept<T: DeserializeOwned>(db: &impl Read, of: &[Value], asked: Option<&str>) -> Result<Option<T>> {
    row! { struct Kept { answer: Json<serde_json::Value> } }
    let find = "SELECT answer FROM once WHERE tenant_id = $1 AND key = $2 AND actor = $3 AND route = $4";
    let kept: Option<Kept> = db.optional(find, of).await?;
    let before = kept.as_ref().and_then(|kept| kept.answer.0.get("asked")?.as_str());
    if before.zip(asked).is_some_and(|(before, now)| before != now) {
        return Err(Error::Malformed(Word::new("error.once_reused")));
    }
    let value = kept.map(|kept| kept.answer.0.get("answer").cloned().unwrap_or_default());
    value.map(|value| serde_json::from_value(value).map_err(|e| Error::internal(e.to_string()))).transpose()
}

impl<S: Send + Sync> FromRequestParts<S> for Cx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Error::internal("a route without a context".to_owned()))
    }
}
