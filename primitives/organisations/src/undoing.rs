//! Taking back what an import did: memberships that should never have begun, bodies that are on record by mistake.

use crate::model::{Membership, MembershipId, OrganisationId};
use crate::store;
use crate::verbs;
use kernel::{Cx, Result, Tx, pointers};

/// Takes memberships off the record as if they had never begun; with an appointment, the membership that it ended goes on.
/// Whoever led by it leads no longer. The caller leaves one trace for all of them.
pub async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, list: &[(Membership, Option<MembershipId>)]) -> Result<()> {
    let ids: Vec<MembershipId> = list.iter().map(|(membership, _)| membership.id).collect();
    store::withdraw(tx, cx.tenant, &ids).await?;
    for (_, before) in list {
        if let Some(before) = before {
            store::reopen(tx, cx.tenant, *before).await?;
        }
    }
    for (membership, _) in list.iter().filter(|(membership, _)| membership.role.leads()) {
        let team = store::find(tx, cx.tenant, membership.organisation_id).await?;
        verbs::settle_role(tx, cx, &team, membership.person_id).await?;
    }
    Ok(())
}

/// Takes the memberships of people who go with them off the record. The caller leaves one trace for all of them.
pub async fn forget_memberships(tx: &mut Tx<'_>, cx: &Cx, list: &[MembershipId]) -> Result<()> {
    store::withdraw(tx, cx.tenant, list).await
}

/// Ends memberships today, each with its trace.
pub async fn end_many(tx: &mut Tx<'_>, cx: &Cx, list: &[Membership], reason: &str) -> Result<()> {
    for membership in list {
        verbs::end(tx, cx, membership, cx.today().max(membership.from_on), reason).await?;
        if membership.role.leads() {
            let team = store::find(tx, cx.tenant, membership.organisation_id).await?;
            verbs::settle_role(tx, cx, &team, membership.person_id).await?;
        }
    }
    Ok(())
}

/// Takes bodies off the record, children before parents, with their history and what the search knows of them. Whatever is
/// in use is refused by the database; the caller asked before, and leaves one trace for all of them.
pub async fn remove_many(tx: &mut Tx<'_>, cx: &Cx, list: &[OrganisationId]) -> Result<()> {
    let ids: Vec<_> = list.iter().map(|organisation| organisation.0).collect();
    pointers::sweep(&cx.app, tx, (cx.tenant, "organisation"), &ids).await?;
    store::remove_many(tx, cx.tenant, list).await
}

/// Lets memberships go on that had ended, unless the same one began again meanwhile. The caller leaves one trace.
pub async fn reopen_many(tx: &mut Tx<'_>, cx: &Cx, list: &[MembershipId]) -> Result<()> {
    for id in list {
        store::reopen(tx, cx.tenant, *id).await?;
    }
    Ok(())
}
