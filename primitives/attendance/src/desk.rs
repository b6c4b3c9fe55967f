//! Somebody at the place without a sign-up or an account: their record is found or made, and they are checked in. What they do
//! is theirs once they claim the record or it is made one with their own.

use crate::model::{Attendance, How, Via};
use crate::taking;
use activities::{Activity, Session};
use kernel::{Cx, FieldErrors, Read, Result, Tx, Word};
use people::life::{self, Basis};
use people::rules::{name, phone};
use people::{NewPerson, PersonId, PersonState};
use serde::Deserialize;

/// What the leader types of somebody.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GuestForm {
    pub name: String,
    pub phone: String,
    /// Whether they were told what is kept of them.
    pub told: String,
}

/// Somebody at the desk.
pub(crate) struct Guest {
    name: String,
    phone: String,
}

impl GuestForm {
    pub(crate) fn check(&self) -> std::result::Result<Guest, FieldErrors> {
        let mut errors = FieldErrors::none();
        let name =
            name::parse(&self.name).map_err(|error| errors.add("name", Word::new(error.word()))).unwrap_or_default();
        let phone = match phone::parse(&self.phone) {
            Ok(found) => found.number,
            Err(error) => {
                errors.add("phone", Word::new(error.word()));
                String::new()
            }
        };
        if self.told != "on" {
            errors.add("told", Word::new("guest.told_missing"));
        }
        if errors.is_empty() { Ok(Guest { name, phone }) } else { Err(errors) }
    }
}

/// The only person on record of this name and phone who did not leave; whoever shares the phone only is somebody else.
async fn known(db: &impl Read, cx: &Cx, guest: &Guest) -> Result<Option<PersonId>> {
    let mut found = people::find_by_phone(db, cx.tenant, &guest.phone).await?;
    found.retain(|p| p.name == guest.name && !matches!(p.state, PersonState::Left | PersonState::Archived));
    Ok(found.first().map(|person| person.id))
}

/// Finds or makes their record and checks them in, once for each one-time key. Nothing tells whether they were on record.
pub(crate) async fn admit(cx: &Cx, (session, activity): (&Session, &Activity), guest: Guest) -> Result<Attendance> {
    let (at, session, region) = (cx.clone(), session.id, activity.region_code.clone());
    let person = cx
        .once(taking::lane(cx), async move |tx: &mut Tx<'_>| {
            let person = match known(tx, &at, &guest).await? {
                Some(person) => person,
                None => {
                    let mut new = NewPerson::named(&guest.name, &region, at.today());
                    new.phone = Some(guest.phone);
                    // Not registered: no volunteer's number until they say themselves that they are one.
                    new.registered_on = None;
                    new.state = PersonState::Candidate;
                    let made = people::insert(tx, &at, &new).await?;
                    life::begin(tx, &at, made, (Basis::Consent, at.t("guest.reason"))).await?;
                    made
                }
            };
            taking::arrive(tx, &at, session, person, How::from(Via::Desk)).await?;
            Ok(person)
        })
        .await?;
    crate::store::find(&cx.db, cx.tenant, session, person).await?.ok_or(kernel::Error::NotFound)
}
