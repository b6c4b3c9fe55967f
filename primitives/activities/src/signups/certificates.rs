//! A certificate that is not valid on the day of a session any more: its person and the leader are told in time. It was when they
//! signed up; since then it was taken back or changed, or the session moved.

use super::known::asked_kinds;
use super::when;
use crate::rules::certificate_refusals;
use crate::store;
use crate::store::certificate::{self, Joined};
use kernel::{Cx, Result, Tx, Word};
use people::certificates::held;

/// Tells whoever lacks what is asked for, once for a place; every ten minutes.
pub(crate) async fn warn(cx: Cx) -> Result<()> {
    for one in certificate::joined(&cx.db, cx.tenant, cx.now).await? {
        let activity = store::find(&cx.db, cx.tenant, one.activity_id).await?;
        let holds = held(&cx.db, cx.tenant, (&[one.person_id], &asked_kinds(&activity))).await?;
        let lacks = certificate_refusals(&activity.certificates.0, &holds, one.day);
        let Some(lacking) = lacks.into_iter().next() else { continue };
        let name = lacking.args.iter().find(|(key, _)| *key == "name").map_or("", |(_, name)| name.as_str()).to_owned();
        let at = cx.clone();
        cx.write(one.activity_id.lane(), async move |tx: &mut Tx<'_>| tell(tx, &at, &one, &name).await).await?;
    }
    Ok(())
}

async fn tell(tx: &mut Tx<'_>, cx: &Cx, one: &Joined, name: &str) -> Result<()> {
    if !certificate::note(tx, cx, one.id).await? {
        return Ok(());
    }
    let said = |word| {
        let word = Word::new(word).with("title", &one.title).with("when", when(one.starts_at));
        word.with("name", name)
    };
    let own = format!("/activities/{}/signups/{}", one.activity_id, one.id);
    kernel::messages::leave(tx, cx, one.person_id.0, &said("certificate.message.own"), &own).await?;
    let leaders = organisations::leaders_of(tx, cx.tenant, &[one.organisation_id]).await?;
    let leaders: Vec<_> = leaders.into_values().flatten().map(|leader| leader.person_id.0).collect();
    let word = said("certificate.message.leader").with("person", &one.person);
    kernel::messages::leave_all(tx, cx, &leaders, &word, &format!("/sessions/{}", one.session_id)).await
}
