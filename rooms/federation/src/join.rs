//! Registering oneself: one question a page, without JavaScript. What was answered travels sealed in the form, so that
//! nothing is kept of those who do not finish, and nobody learns from the answer whether somebody is on record.

pub(crate) mod answers;
pub(crate) mod pages;

use crate::deeds::{JoinRepeated, Joined};
use crate::{requests, store};
use answers::Answers;
use kernel::auth::{self, NewAccount};
use kernel::time::WorkCalendar;
use kernel::{AccountId, Cx, Error, LaneKey, Result, Tx};
use people::duplicates::{self, Card};
use people::rules::identity::{self, Identity};
use people::rules::phone;
use people::{NewPerson, Person, Sex};

/// The version of the notice that people agree to.
pub(crate) const NOTICE: &str = "2026-11";
/// Registrations an hour and address: a station registers a line of people behind one.
const MOST: i64 = 30;
/// Whoever is younger comes with a guardian (PIPL 31).
pub(crate) const YOUNGEST: u32 = 14;

/// Takes birth date and sex from the document.
pub(crate) fn identify(person: &mut NewPerson, identity: Identity) {
    person.birth_date = identity.birth_date;
    person.sex = match identity.sex {
        Some(identity::Sex::Male) => Sex::Male,
        Some(identity::Sex::Female) => Sex::Female,
        None => Sex::Unknown,
    };
    person.identity = Some(identity);
}

/// Makes the person with their account, consent and wish to join a team; with a document that is on record, nothing.
pub(crate) async fn register(cx: &Cx, answers: Answers) -> Result<()> {
    let number = answers.id_number.as_str();
    let identity = identity::parse(number, None, cx.today()).map_err(|_| Error::refused("federation.join.expired"))?;
    let hash = people::identity_hash(&cx.app.keys, &identity);
    let mut person = NewPerson::named(&answers.name, &answers.region, cx.today());
    person.phone = Some(answers.phone.clone());
    identify(&mut person, identity);
    let calendar = WorkCalendar::load(&cx.db).await?;
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        store::throttle(tx, &at, "join", MOST).await?;
        if let Some(known) = people::find_by_identity(tx, at.tenant, &hash).await? {
            tx.record(&at, &JoinRepeated { object: Some(known.id.0) });
            return Ok(());
        }
        let id = people::insert(tx, &at, &person).await?;
        let made = people::find(tx, at.tenant, id).await?;
        open_account(tx, &at, &made, answers.password_hash.clone()).await?;
        store::consent(tx, &at, id.0, NOTICE).await?;
        // Who may be the same person is the desk's to see, and nobody's to be told here: a guest of the gate, a slip of the finger.
        duplicates::note(tx, &at, &Card::of_new(&person)).await?;
        tx.record(&at, &Joined { object: Some(id.0), notice: NOTICE });
        match answers.team {
            Some(team) => requests::file(tx, &at, (team, id), &answers.name, &calendar).await.map(|_| ()),
            None => Ok(()),
        }
    })
    .await
}

/// Opens the account of a person who has none. People sign in with their phone; who shares one with the family adds their
/// name to it, and who has none signs in with their volunteer's number.
pub(crate) async fn open_account(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: &Person,
    password_hash: Option<String>,
) -> Result<AccountId> {
    let number = person.volunteer_no.clone().unwrap_or_else(|| person.id.to_string());
    let mobile = person.phone.as_deref().and_then(|text| phone::parse(text).ok());
    let mobile = mobile.filter(|phone| phone.kind == phone::Kind::Mobile).map(|phone| phone.number);
    let phone = mobile.as_deref().unwrap_or_default();
    let shared = !phone.is_empty() && auth::find_by_name(tx, cx.tenant, phone).await?.is_some();
    let together = format!("{phone}{}", person.name.replace(' ', ""));
    let sign_in_name = match shared && auth::find_by_name(tx, cx.tenant, &together).await?.is_none() {
        true => together,
        false => number,
    };
    let new = NewAccount {
        sign_in_name,
        phone: mobile.clone().filter(|_| !shared),
        name: person.name.clone(),
        person: Some(person.id.0),
        password_hash,
    };
    auth::insert(tx, cx.tenant, &new, cx.now).await
}
