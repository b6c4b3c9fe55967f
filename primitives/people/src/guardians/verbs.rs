//! What is done about guardians: the SQL and its trace together. The trace tells which row, never what stands in it.

use super::model::{Guardian, GuardianId, OnRoster, Relation, Way};
use super::{rules, store};
use crate::model::{Person, PersonId};
use futures_util::future::LocalBoxFuture;
use kernel::db::LaneKey;
use kernel::ids::Raw;
use kernel::outbox::Copied;
use kernel::{Cx, Deed, End, Error, FileId, Lang, Result, Tx, Word, auth, parting};
use serde::Serialize;

macro_rules! deed {
    ($(#[$meta:meta])* $name:ident, $kind:literal { $($field:ident: $ty:ty),* }) => {
        $(#[$meta])*
        #[derive(Serialize)]
        pub(super) struct $name {
            #[serde(skip)]
            pub person: PersonId,
            $(pub $field: $ty),*
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ("person", Some(self.person.0))
            }
        }
    };
}

deed! {
    /// A guardian was named.
    Named, "people.guardian_named" { guardian: GuardianId }
}
deed! {
    /// A guardian agreed.
    Agreed, "people.guardian_agreed" { guardian: GuardianId, way: Way, for_data: bool }
}
deed! {
    /// A link was made by which a guardian agrees.
    Linked, "people.guardian_linked" { guardian: GuardianId }
}
deed! {
    /// A consent was taken back.
    Withdrawn, "people.guardian_withdrawn" { guardian: GuardianId }
}
deed! {
    /// A minor came of age.
    OfAge, "people.of_age" {}
}
deed! {
    /// Somebody read who stands for a minor.
    Read, "people.guardians_read" { lines: usize }
}
deed! {
    /// Somebody read the paper.
    ScanRead, "people.consent_read" { guardian: GuardianId }
}
deed! {
    /// A guardian read what they are asked for.
    AskRead, "people.consent_asked" { guardian: GuardianId }
}

/// What a link is for.
const LINK: &str = "guardian";
/// Days for which it works.
pub(super) const LINK_DAYS: i64 = 7;

/// The band of a minor today; whoever is of age, or whose birth is not known, needs no guardian.
pub(super) fn band_of(cx: &Cx, person: &Person) -> Result<rules::Band> {
    let born = person.birth_date.ok_or_else(|| Error::refused("people.guardian.no_birth_date"))?;
    rules::band(born, cx.today()).ok_or_else(|| Error::refused("people.guardian.of_age"))
}

/// Names a guardian of a minor; the phone was checked.
///
/// # Errors
/// `Refused` for who is no minor.
pub async fn name(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: &Person,
    (name, phone, relation): (&str, Option<&str>, Relation),
) -> Result<GuardianId> {
    let (id, name, phone) = (GuardianId::fresh(), name.to_owned(), phone.map(str::to_owned));
    name_on_roster(tx, cx, person, &OnRoster { id, name, phone, relation, paper_on: None }).await?;
    Ok(id)
}

/// Names a guardian as a roster does; a paper that it speaks of is a consent only once its scan is there.
///
/// # Errors
/// `Refused` for who is no minor.
pub async fn name_on_roster(tx: &mut Tx<'_>, cx: &Cx, person: &Person, new: &OnRoster) -> Result<()> {
    band_of(cx, person)?;
    store::insert(tx, cx, person.id, new).await?;
    tx.record(cx, &Named { person: person.id, guardian: new.id });
    Ok(())
}

/// A consent on a signed paper: `file` is its scan, kept sealed.
///
/// # Errors
/// `Refused` for who is no minor, or where it ended.
pub async fn consent_on_paper(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (person, guardian): (&Person, &Guardian),
    (file, for_data): (FileId, bool),
) -> Result<()> {
    band_of(cx, person)?;
    if let Some(old) = guardian.file_id {
        kernel::files::remove(tx, cx, old).await?;
    }
    store::give(tx, cx, guardian.id, (Way::Paper, for_data), (Some(file), None)).await?;
    tx.record(cx, &Agreed { person: person.id, guardian: guardian.id, way: Way::Paper, for_data });
    Ok(())
}

/// Makes the link by which a guardian agrees with their own account; answers its address.
pub(super) async fn make_link(tx: &mut Tx<'_>, cx: &Cx, person: &Person, guardian: &Guardian) -> Result<String> {
    band_of(cx, person)?;
    if !guardian.is_open() {
        return Err(Error::refused("people.guardian.ended"));
    }
    let ends = cx.now + chrono::Duration::days(LINK_DAYS);
    let token = auth::make_link(tx, cx.tenant, LINK, &guardian.id.to_string(), ends).await?;
    tx.record(cx, &Linked { person: person.id, guardian: guardian.id });
    Ok(format!("{}/guardian/{token}", cx.app.config.base_url))
}

/// The guardian and the minor of a link that works; for nobody else's eyes than the one who stands for the minor.
///
/// # Errors
/// `NotFound` for a link that is none, `Refused` when the minor opens it, or another than the one who agreed already.
pub(super) async fn by_link(cx: &Cx, token: &str) -> Result<(Guardian, Person)> {
    let (tenant, subject) = auth::read_link(&cx.db, LINK, token, cx.now).await?;
    let id: GuardianId = subject.parse().map_err(|_| Error::NotFound)?;
    if tenant != cx.tenant {
        return Err(Error::NotFound);
    }
    let guardian = store::find(&cx.db, cx.tenant, id).await?;
    let own = PersonId(cx.person()?);
    let reader = crate::find(&cx.db, cx.tenant, own).await?;
    let minor = reader.birth_date.is_some_and(|born| rules::band(born, cx.today()).is_some());
    if own == guardian.person_id || minor {
        return Err(Error::refused("people.guardian.not_oneself"));
    }
    if guardian.guardian_person_id.is_some_and(|other| other != own) {
        return Err(Error::NotFound);
    }
    let person = crate::find(&cx.db, cx.tenant, guardian.person_id).await?;
    Ok((guardian, person))
}

/// A consent by the guardian's own account. The link goes on for them alone, so that what is sent twice is answered twice.
pub(super) async fn consent_by_account(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (person, guardian): (&Person, &Guardian),
    for_data: bool,
) -> Result<()> {
    band_of(cx, person)?;
    let by = PersonId(cx.person()?);
    store::give(tx, cx, guardian.id, (Way::Account, for_data), (None, Some(by))).await?;
    tx.record(cx, &Agreed { person: person.id, guardian: guardian.id, way: Way::Account, for_data });
    Ok(())
}

/// Takes a consent back; where no other one holds, what the minor signed up for ends with it.
///
/// # Errors
/// `Refused` when it ended already.
pub async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, guardian: &Guardian, why: &str) -> Result<()> {
    store::withdraw(tx, cx, guardian.id, why).await?;
    tx.record(cx, &Withdrawn { person: guardian.person_id, guardian: guardian.id });
    let person = crate::find(tx, cx.tenant, guardian.person_id).await?;
    let held = store::of_person(tx, cx.tenant, person.id).await?;
    let consent =
        held.iter().filter(|g| g.state == super::GuardianState::Given).map(|g| 1 + i64::from(g.for_data)).max();
    if rules::refusal(person.birth_date, cx.today(), consent).is_some() {
        parting::end(tx, cx, person.id.0, End::Paused).await?;
    }
    Ok(())
}

/// Ends the guardians of whoever came of age; each night, safe to run twice.
pub async fn grow_up(cx: &Cx) -> Result<()> {
    let at = cx.clone();
    cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        let mut grown = store::grow(tx, &at).await?;
        grown.sort_unstable();
        grown.dedup();
        for person in grown {
            tx.record(&at, &OfAge { person });
        }
        Ok(())
    })
    .await
}

/// The guardians who are told what minors are told: inside where they have an account, and by their phone.
pub(crate) fn copies<'t>(
    tx: &'t Tx<'_>,
    cx: Cx,
    people: Vec<Raw>,
    word: Word,
) -> LocalBoxFuture<'t, Result<Vec<Copied>>> {
    Box::pin(async move {
        let told = store::told(tx, cx.tenant, &people, cx.today()).await?;
        if told.is_empty() {
            return Ok(Vec::new());
        }
        let text = cx.app.words.say(Lang::Zh, &word);
        let copied = |told: store::Told| {
            let word = Word::new("people.message.for_minor").with("name", told.name).with("text", &text);
            match told.guardian_person_id {
                Some(person) => Copied { to: person.0, inside: true, word, url: "/me/wards".to_owned() },
                None => Copied { to: told.id.0, inside: false, word, url: "/".to_owned() },
            }
        };
        Ok(told.into_iter().map(copied).collect())
    })
}
