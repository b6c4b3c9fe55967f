//! What merging does, in one transaction: the records, then everything that names the person.

use super::model::{Choice, Effect};
use super::store;
use hours::Transfer;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Read, Result, Target, Tx, Word, WorkItem, auth};
use organisations::{Membership, MembershipId};
use people::duplicates::{self, GuestPair};
use people::merging::{self, Merge, MergeId};
use people::{Person, PersonId, policy};
use serde::Serialize;

/// What merging would do now, and what stands in its way.
pub(super) async fn effect(db: &impl Read, cx: &Cx, (kept, gone): (PersonId, PersonId)) -> Result<Effect> {
    let mut stops = Vec::new();
    let (one, other) =
        (auth::find_by_person(db, cx.tenant, kept.0).await?, auth::find_by_person(db, cx.tenant, gone.0).await?);
    if let (Some(_), Some(account)) = (&one, &other)
        && account.state == "active"
    {
        stops.push(Word::new("federation.merge.stop.accounts").with("name", &account.sign_in_name));
    }
    if people::find(db, cx.tenant, kept).await?.registered_on.is_none()
        && people::find(db, cx.tenant, gone).await?.registered_on.is_some()
    {
        stops.push(Word::new("federation.merge.stop.guest"));
    }
    let own = cx.actor.person;
    if own == Some(kept.0) || own == Some(gone.0) {
        stops.push(Word::new("federation.merge.stop.oneself"));
    }
    for title in store::twice(db, cx, (kept, gone)).await? {
        stops.push(Word::new("federation.merge.stop.session").with("title", title));
    }
    let mut moves = Vec::new();
    for pointer in store::moving(cx) {
        let rows = store::rows(db, cx.tenant, &pointer, (gone, kept)).await?.len();
        if rows > 0 {
            let word = if pointer.word.is_empty() { "federation.merge.messages" } else { pointer.word };
            moves.push((word, i64::try_from(rows).unwrap_or(i64::MAX)));
        }
    }
    let overlaps = hours::overlapping(db, cx.tenant, gone, kept).await?;
    Ok(Effect { stops, overlaps, moves })
}

/// Merges; refused when something stands in the way.
pub(super) async fn merge(tx: &mut Tx<'_>, cx: &Cx, choice: &Choice) -> Result<MergeId> {
    let (kept, gone) = (choice.kept, choice.gone);
    if let Some(stop) = effect(tx, cx, (kept, gone)).await?.stops.into_iter().next() {
        return Err(Error::Refused(stop));
    }
    let id = merging::merge(tx, cx, (kept, gone), &choice.taken).await?;
    for pointer in store::moving(cx) {
        let rows = store::rows(tx, cx.tenant, &pointer, (gone, kept)).await?;
        let column = (pointer.table, pointer.column);
        store::rename(tx, cx.tenant, column, (gone, kept), &rows).await?;
        let kind = format!("{}.{}", pointer.table, pointer.column);
        let rows: Vec<(Raw, Option<Raw>)> = rows.into_iter().map(|row| (row, None)).collect();
        store::remember(tx, cx.tenant, id, (&kind, &rows)).await?;
    }
    let reason = cx.t("federation.merge.reason").to_owned();
    let open: Vec<Membership> = organisations::memberships_of(tx, cx.tenant, &[gone]).await?;
    let open: Vec<Membership> = open.into_iter().filter(|held| held.to_on.is_none()).collect();
    organisations::end_many(tx, cx, &open, &reason).await?;
    let ended: Vec<(Raw, Option<Raw>)> = open.iter().map(|held| (held.id.0, None)).collect();
    store::remember(tx, cx.tenant, id, (ENDED, &ended)).await?;
    let rows = hours::transfer(tx, cx, (gone, kept), &reason).await?;
    store::attendance_entries(tx, cx.tenant, &rows).await?;
    let hours: Vec<(Raw, Option<Raw>)> = rows.iter().map(|row| (row.old.0, row.new.map(|new| new.0))).collect();
    store::remember(tx, cx.tenant, id, (HOURS, &hours)).await?;
    store::end_slips(tx, cx.tenant, gone).await?;
    organisations::settle_leading(tx, cx, kept).await?;
    if auth::find_by_person(tx, cx.tenant, kept.0).await?.is_some() {
        kernel::messages::leave(tx, cx, kept.0, &Word::new("federation.message.merged"), "/me/hours").await?;
    }
    Ok(id)
}

const ENDED: &str = "membership.ended";
const HOURS: &str = "hours";

/// The merging with both its people, if the actor may change both.
pub(super) async fn find(cx: &Cx, id: MergeId) -> Result<(Merge, Person, Person)> {
    let merge = merging::find(&cx.db, cx.tenant, id).await?;
    let kept = people::find(&cx.db, cx.tenant, merge.kept_id).await?;
    let gone = people::find(&cx.db, cx.tenant, merge.gone_id).await?;
    for person in [&kept, &gone] {
        if !policy::can(cx, policy::EDIT, person).await? {
            return Err(Error::NotFound);
        }
    }
    Ok((merge, kept, gone))
}

#[derive(Serialize)]
struct Asked {
    #[serde(skip)]
    person: PersonId,
    other: PersonId,
    reason: String,
}

impl Deed for Asked {
    const KIND: &'static str = "people.unmerge_asked";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

#[derive(Serialize)]
struct Refused {
    #[serde(skip)]
    person: PersonId,
    other: PersonId,
}

impl Deed for Refused {
    const KIND: &'static str = "people.unmerge_refused";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

/// Asks for two records again; another officer decides.
pub(super) async fn ask(tx: &mut Tx<'_>, cx: &Cx, merge: &Merge, reason: &str) -> Result<()> {
    merging::ask(tx, cx, merge.id, reason).await?;
    tx.record(cx, &Asked { person: merge.kept_id, other: merge.gone_id, reason: reason.to_owned() });
    Ok(())
}

/// Whether the actor asked themselves, by whichever account.
pub(super) fn is_own(cx: &Cx, merge: &Merge) -> bool {
    let same_person = merge.asked_person.is_some() && merge.asked_person == cx.actor.person;
    merge.asked_by == cx.actor.account || same_person
}

/// A second officer says yes or no; nobody decides about their own wish.
pub(super) async fn decide(tx: &mut Tx<'_>, cx: &Cx, id: MergeId, yes: bool) -> Result<()> {
    let merge = merging::find(tx, cx.tenant, id).await?;
    if merge.state != "asked" {
        return Err(Error::refused("people.merge.not_waiting"));
    }
    if is_own(cx, &merge) {
        return Err(Error::refused("federation.merge.not_own"));
    }
    if !yes {
        tx.record(cx, &Refused { person: merge.kept_id, other: merge.gone_id });
        return merging::refuse(tx, cx, id).await;
    }
    unmerge(tx, cx, &merge).await
}

async fn unmerge(tx: &mut Tx<'_>, cx: &Cx, merge: &Merge) -> Result<()> {
    let (kept, gone) = (merge.kept_id, merge.gone_id);
    merging::unmerge(tx, cx, merge).await?;
    let leading = leading(tx, cx, kept).await?;
    for pointer in store::moving(cx) {
        let kind = format!("{}.{}", pointer.table, pointer.column);
        let rows: Vec<Raw> =
            store::moved(tx, cx.tenant, merge.id, &kind).await?.into_iter().map(|(row, _)| row).collect();
        store::rename(tx, cx.tenant, (pointer.table, pointer.column), (kept, gone), &rows).await?;
    }
    let reason = cx.t("federation.merge.reason_back").to_owned();
    let ended = store::moved(tx, cx.tenant, merge.id, ENDED).await?;
    let ended: Vec<MembershipId> = ended.into_iter().map(|(row, _)| MembershipId(row)).collect();
    organisations::reopen_many(tx, cx, &ended).await?;
    let rows: Vec<Transfer> = store::moved(tx, cx.tenant, merge.id, HOURS)
        .await?
        .into_iter()
        .map(|(old, new)| Transfer { old: hours::EntryId(old), new: new.map(hours::EntryId) })
        .collect();
    let back = hours::transfer_back(tx, cx, (kept, gone), (&rows, &reason)).await?;
    let renamed: Vec<Transfer> = rows
        .iter()
        .filter_map(|row| {
            let again = back.iter().find(|again| again.old == row.old)?;
            Some(Transfer { old: row.new.unwrap_or(row.old), new: again.new })
        })
        .collect();
    store::attendance_entries(tx, cx.tenant, &renamed).await?;
    for team in leading {
        organisations::settle_leader(tx, cx, team, kept).await?;
    }
    organisations::settle_leading(tx, cx, gone).await
}

/// The teams that somebody leads now.
async fn leading(tx: &Tx<'_>, cx: &Cx, person: PersonId) -> Result<Vec<organisations::OrganisationId>> {
    let teams = organisations::teams_of(tx, cx.tenant, person).await?;
    Ok(teams.into_iter().filter(|team| team.role.leads()).map(|team| team.organisation_id).collect())
}

/// Wishes for two records again that wait for another officer.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(policy::EDIT) {
        return Ok(Vec::new());
    }
    let mut items = guests(&cx).await?;
    for merge in merging::waiting(&cx.db, cx.tenant).await? {
        let kept = people::find(&cx.db, cx.tenant, merge.kept_id).await?;
        let gone = people::find(&cx.db, cx.tenant, merge.gone_id).await?;
        let near = |person: &Person| {
            cx.may(policy::EDIT, &Target { region: &person.region_code, ..Target::default() }).is_ok()
        };
        if is_own(&cx, &merge) || !near(&kept) || !near(&gone) {
            continue;
        }
        let asked = merge.asked_at.unwrap_or(cx.now);
        items.push(WorkItem {
            many: None,
            kind: "work.kind.merge",
            tint: "tag-a",
            title: cx.say(&Word::new("federation.merge.work").with("name", &kept.name)),
            facts: merge.reason.clone().unwrap_or_default(),
            who: merge.asked_name.clone().unwrap_or_default(),
            due: asked + chrono::Duration::days(3),
            url: merge.url(),
        });
    }
    Ok(items)
}

/// Whoever was taken down at a place and registered since, or may have: their services wait for one record.
async fn guests(cx: &Cx) -> Result<Vec<WorkItem>> {
    let item = |pair: GuestPair| WorkItem {
        many: None,
        kind: "work.kind.guest",
        tint: "",
        title: cx.say(&Word::new("federation.merge.guest_work").with("name", &pair.name)),
        facts: cx.t("federation.merge.guest_facts").to_owned(),
        who: pair.name,
        due: pair.found_at + chrono::Duration::days(3),
        url: format!("{}/merging", duplicates::url(pair.person_id, pair.guest_id)),
    };
    Ok(duplicates::guests(cx, 100).await?.into_iter().map(item).collect())
}
