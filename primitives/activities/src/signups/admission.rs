//! Who is let in by what they know or hold: the pass code, and the link of a hidden activity.

use crate::model::{Activity, ActivityId, Recruitment, Scope};
use crate::{rules, store};
use kernel::secret::Secret;
use kernel::{Cx, Error, LaneKey, Result, Tx, Word};
use people::model::PersonId;

fn place(id: ActivityId) -> String {
    format!("activity.pass_sealed:{id}")
}

/// The pass code as it is kept: sealed, bound to its activity.
pub(crate) fn seal(cx: &Cx, id: ActivityId, new: &Recruitment) -> Result<Option<Vec<u8>>> {
    new.pass_code.as_ref().map(|code| cx.app.keys.seal(&place(id), code.expose())).transpose()
}

/// The pass code for those who manage the activity; the caller asked whether they do.
pub(crate) fn pass_code(cx: &Cx, activity: &Activity) -> Result<Option<Secret<String>>> {
    activity.pass_sealed.as_deref().map(|sealed| cx.app.keys.open(&place(activity.id), sealed)).transpose()
}

/// The key in the link of a hidden activity.
pub(crate) fn link_key(cx: &Cx, id: ActivityId) -> String {
    cx.app.keys.sign("activity.link", &[&cx.tenant.to_string(), &id.to_string()])
}

/// Whether this is the key of its link.
pub(crate) fn is_link_key(cx: &Cx, id: ActivityId, key: &str) -> bool {
    cx.app.keys.is_signed("activity.link", &[&cx.tenant.to_string(), &id.to_string()], key)
}

/// Whether the reader may know of a hidden activity: by its link, as a member of its teams, or because they signed up.
pub(crate) async fn knows(cx: &Cx, activity: &Activity, key: &str) -> Result<bool> {
    if is_link_key(cx, activity.id, key) {
        return Ok(true);
    }
    match cx.person() {
        Ok(person) => {
            let (teams, person) = (rules::asked_teams(activity), PersonId(person));
            Ok(store::signup::is_member(&cx.db, cx.tenant, person, &teams).await?
                || store::signup::is_in(&cx.db, cx.tenant, person, activity.id).await?)
        }
        Err(_) => Ok(false),
    }
}

/// Whether what somebody typed or holds lets them in. A wrong pass code is counted: after four each further one waits, doubling.
///
/// # Errors
/// `TooMany` with the seconds to wait, `Refused` when the code is wrong.
pub(crate) async fn admitted(cx: &Cx, activity: &Activity, person: PersonId, given: &str) -> Result<bool> {
    match activity.scope {
        Scope::Hidden => Ok(is_link_key(cx, activity.id, given)),
        Scope::PassCode => by_code(cx, activity, person, given).await.map(|()| true),
        Scope::Public | Scope::Teams | Scope::Backfill | Scope::RealName => Ok(false),
    }
}

async fn by_code(cx: &Cx, activity: &Activity, person: PersonId, given: &str) -> Result<()> {
    let (name, who) = (format!("activity {} {}", cx.tenant, activity.id), person.to_string());
    let wait = kernel::auth::wait(&cx.db, &name, &who, cx.now).await?;
    if wait > 0 {
        return Err(Error::TooMany(wait));
    }
    let given = given.trim();
    let right =
        pass_code(cx, activity)?.is_some_and(|code| kernel::secret::same(code.expose().as_bytes(), given.as_bytes()));
    let now = cx.now;
    if right {
        return Ok(());
    }
    if !given.is_empty() {
        cx.write(LaneKey::of(person.0), async move |tx: &mut Tx<'_>| kernel::auth::failed(tx, &name, &who, now).await)
            .await?;
    }
    Err(Error::Refused(Word::new("signup.refused.pass_code")))
}
