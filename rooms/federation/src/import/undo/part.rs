//! Taking back one part: judged and done in one transaction, so that nobody can begin to use what goes in between.

use kernel::ids::Raw;
use kernel::{Cx, Result, Tx};
use organisations::{NewOrganisation, Organisation};
use people::PutBack;

use super::model::{Stay, UndoCounts};
use super::rules::{BodyFate, Going, PersonFate, Returns};
use super::{close, facts, store};
use crate::import::commit::UndoPart;
use crate::import::model::ImportId;

/// Takes the next people back, or, when none are left, the bodies, and ends; answers the counts of all when it ended.
pub(super) async fn next(tx: &mut Tx<'_>, cx: &Cx, run: ImportId, size: i64) -> Result<Option<UndoCounts>> {
    let changes = store::people_left(tx, cx.tenant, run, size).await?;
    if !changes.is_empty() {
        let fates = facts::people(cx, tx, &changes).await?;
        let reason = cx.t("import.undo.reason").to_owned();
        people(tx, cx, &fates, &reason).await?;
        settle(tx, cx, run, fates.iter().map(|fate| (person_of(fate), fate.tally()))).await?;
        return Ok(None);
    }
    let bodies = store::bodies_left(tx, cx.tenant, run).await?;
    let fates = facts::bodies(cx, tx, &bodies, &Going::default()).await?;
    organisations(tx, cx, &fates).await?;
    let counts = settle(tx, cx, run, fates.iter().map(|fate| (body_of(fate), fate.tally()))).await?;
    close(tx, cx, run, counts).await.map(Some)
}

/// Writes down what became of each object, and traces the part.
async fn settle(
    tx: &mut Tx<'_>,
    cx: &Cx,
    run: ImportId,
    fates: impl Iterator<Item = ((Raw, &'static str), (UndoCounts, Option<Stay>))>,
) -> Result<UndoCounts> {
    let mut part = UndoCounts::default();
    let mut became: Vec<(Raw, String)> = Vec::new();
    for ((id, fate), (counts, stay)) in fates {
        part.add(&counts);
        became.push((id, stay.map_or_else(|| fate.to_owned(), |stay| stay.reasons.join(" "))));
    }
    store::became(tx, (cx.tenant, run), &became).await?;
    let all = store::add(tx, (cx.tenant, run), &part).await?;
    if !became.is_empty() {
        tx.record(cx, &UndoPart { run: Some(run), counts: part });
    }
    Ok(all)
}

const fn person_of(fate: &PersonFate) -> (Raw, &'static str) {
    match fate {
        PersonFate::Absent(id) => (id.0, "absent"),
        PersonFate::Goes(id, ..) => (id.0, "gone"),
        PersonFate::Stays(id, _) => (id.0, "kept"),
        PersonFate::Returns(back) => (back.id.0, "returned"),
    }
}

const fn body_of(fate: &BodyFate) -> (Raw, &'static str) {
    match fate {
        BodyFate::Absent(id) => (id.0, "absent"),
        BodyFate::Goes(id) => (id.0, "gone"),
        BodyFate::Stays(id, _) => (id.0, "kept"),
        BodyFate::Returns(body, ..) => (body.id.0, "returned"),
    }
}

async fn people(tx: &mut Tx<'_>, cx: &Cx, fates: &[PersonFate], reason: &str) -> Result<()> {
    let (mut gone, mut withdrawn, mut ended, mut back) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut of_gone, mut named) = (Vec::new(), Vec::new());
    for fate in fates {
        match fate {
            PersonFate::Goes(id, memberships, guardians) => {
                gone.push(*id);
                named.extend(guardians);
                of_gone.extend(memberships);
            }
            PersonFate::Returns(returns) => {
                withdrawn.extend(returns.withdrawn.iter().cloned());
                ended.extend(returns.ended.iter().cloned());
                named.extend(&returns.guardians);
                if !returns.fields.is_empty() {
                    back.push(PutBack { person: returns.person.clone(), fields: returns.fields.clone() });
                }
                political(tx, cx, returns).await?;
            }
            PersonFate::Absent(_) | PersonFate::Stays(..) => {}
        }
    }
    people::guardians::forget(tx, cx.tenant, &named).await?;
    organisations::forget_memberships(tx, cx, &of_gone).await?;
    organisations::withdraw(tx, cx, &withdrawn).await?;
    organisations::end_many(tx, cx, &ended, reason).await?;
    people::put_back(tx, cx, &back).await?;
    people::remove_many(tx, cx, &gone).await
}

async fn political(tx: &mut Tx<'_>, cx: &Cx, back: &Returns) -> Result<()> {
    let Some((before, put)) = &back.political else { return Ok(()) };
    let before = before.as_deref().and_then(|code| code.parse().ok());
    if let Ok(put) = put.parse() {
        people::put_back_political(tx, cx, back.id, (before, put)).await?;
    }
    Ok(())
}

async fn organisations(tx: &mut Tx<'_>, cx: &Cx, fates: &[BodyFate]) -> Result<()> {
    let mut gone = Vec::new();
    for fate in fates {
        match fate {
            BodyFate::Goes(id) => gone.push(*id),
            BodyFate::Returns(body, fields, _) if *fields > 0 => {
                organisations::update(tx, cx, body.id, &as_new(body)).await?;
            }
            _ => {}
        }
    }
    organisations::remove_many(tx, cx, &gone).await
}

fn as_new(body: &Organisation) -> NewOrganisation {
    NewOrganisation {
        id: body.id,
        tree: body.tree,
        parent: body.parent_id,
        number: Some(body.number.clone()),
        name: body.name.clone(),
        kind: body.kind,
        region_code: body.region_code.clone(),
        founded_on: body.founded_on,
        contact_name: body.contact_name.clone(),
        contact_phone: body.contact_phone.clone(),
        purpose: body.purpose.clone(),
        state: body.state,
    }
}
