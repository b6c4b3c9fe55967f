//! What is on record of the people of a roster: read in few statements before any row is judged.

use std::collections::HashMap;

use chrono::NaiveDate;
use kernel::{Cx, Result};
use people::guardians::{self, Standing};
use people::{PersonId, PoliticalCode};

use crate::import::guardian::GuardianRow;
use crate::import::roster::Roster;
use crate::import::store::{self, Known};

/// What is on record.
pub(super) struct Record {
    pub people: HashMap<Vec<u8>, Known>,
    pub numbers: HashMap<String, PersonId>,
    pub held: HashMap<PersonId, Vec<store::Held>>,
    pub statuses: HashMap<PersonId, (PoliticalCode, Option<NaiveDate>)>,
    guardians: HashMap<PersonId, Vec<Standing>>,
}

impl Record {
    pub(super) async fn load(cx: &Cx, hashes: &[Vec<u8>], roster: &Roster) -> Result<Self> {
        let found = store::known(&cx.db, cx.tenant, hashes).await?;
        let numbers: Vec<String> = roster.rows.iter().filter_map(|row| row.volunteer_no.clone()).collect();
        let numbered = store::numbered(&cx.db, cx.tenant, &numbers).await?;
        let ids: Vec<PersonId> = found.iter().map(|known| known.id).collect();
        let mut held: HashMap<PersonId, Vec<store::Held>> = HashMap::new();
        for membership in store::held(&cx.db, cx.tenant, &ids).await? {
            held.entry(membership.person_id).or_default().push(membership);
        }
        let statuses = store::statuses(&cx.db, cx.tenant, &ids).await?;
        let mut standing: HashMap<PersonId, Vec<Standing>> = HashMap::new();
        for guardian in guardians::standing(&cx.db, cx.tenant, &ids).await?.into_iter().filter(Standing::is_open) {
            standing.entry(guardian.person_id).or_default().push(guardian);
        }
        Ok(Self {
            people: found.into_iter().map(|known| (known.id_hash.clone(), known)).collect(),
            numbers: numbered.into_iter().filter_map(|row| Some((row.volunteer_no?, row.id))).collect(),
            held,
            statuses: statuses.into_iter().map(|row| (row.person_id, (row.code, row.from_on))).collect(),
            guardians: standing,
        })
    }

    /// Whether somebody stands for a person.
    pub(super) fn is_guarded(&self, person: PersonId) -> bool {
        self.guardians.contains_key(&person)
    }

    /// Whether this one does.
    pub(super) fn stands(&self, person: PersonId, new: &GuardianRow) -> bool {
        let same = |held: &Standing| held.name == new.name && (new.phone.is_none() || held.phone == new.phone);
        self.guardians.get(&person).is_some_and(|all| all.iter().any(same))
    }
}
