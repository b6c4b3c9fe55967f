//! People, teams and regions with good defaults, written by SQL on the rooms' tables, so that this crate needs no room.

use super::TestApp;
use kernel::ids::Raw;
use kernel::{Tx, args};

/// Regions of the district that stories play in: code, name, level.
const REGIONS: &[(&str, &str, &str)] = &[
    ("440605", "南海区", "district"),
    ("440605124", "狮山镇", "town"),
    ("440605125", "大沥镇", "town"),
    ("440605125001", "沥东社区居委会", "community"),
    ("440605125003", "沥雄社区居委会", "community"),
    ("440605126", "里水镇", "town"),
    ("440605126001", "里水社区居委会", "community"),
    ("440605126005", "河村社区居委会", "community"),
];

impl TestApp {
    /// Puts the district, three towns and a few communities into `region`; a second call changes nothing.
    pub async fn region_seed(&self) {
        self.write(async move |tx: &mut Tx<'_>| {
            for (code, name, level) in REGIONS {
                let parent = match code.len() {
                    12 => Some(&code[..9]),
                    9 => Some(&code[..6]),
                    _ => None,
                };
                let sql = "INSERT INTO region (code, name, level, parent_code) VALUES ($1, $2, $3, $4)
                           ON CONFLICT (code) DO NOTHING";
                tx.execute(sql, args![code, name, level, parent]).await?;
            }
            Ok(())
        })
        .await
        .expect("the regions can be inserted");
    }

    /// An active volunteer of 沥雄社区, to be found by name.
    pub async fn person(&self, name: &str) -> Raw {
        self.person_in(name, "440605125003").await
    }

    /// An active volunteer of a region.
    pub async fn person_in(&self, name: &str, region: &str) -> Raw {
        let (tenant, now, id) = (self.tenant, self.app.clock.now(), kernel::ids::fresh());
        let (name, region) = (name.to_owned(), region.to_owned());
        self.write(async move |tx: &mut Tx<'_>| {
            let sql = "INSERT INTO person (tenant_id, id, name, sort_key, sex, region_code, registered_on, state, created_at, updated_at)
                       VALUES ($1, $2, $3, $4, '2', $5, $6, 'active', $7, $7)";
            let (key, day) = (kernel::search::sort_key(&name), kernel::time::day(now));
            tx.execute(sql, args![tenant, id, name, key, region, day, now]).await?;
            kernel::search::index(tx, tenant, "person", id, &name, &[]).await?;
            Ok(id)
        })
        .await
        .expect("the person can be inserted")
    }

    /// An active village team of a region: its id and path.
    pub async fn team(&self, name: &str, region: &str) -> (Raw, String) {
        let (tenant, now, id) = (self.tenant, self.app.clock.now(), kernel::ids::fresh());
        let (name, region) = (name.to_owned(), region.to_owned());
        let number = format!("T{:04}", self.next());
        let path = format!("{number}/");
        let kept = path.clone();
        self.write(async move |tx: &mut Tx<'_>| {
            let sql = "INSERT INTO organisation (tenant_id, id, tree, path, number, name, sort_key, kind, region_code, state, created_at, updated_at)
                       VALUES ($1, $2, 'team', $3, $4, $5, $6, 'village', $7, 'active', $8, $8)";
            let key = kernel::search::sort_key(&name);
            tx.execute(sql, args![tenant, id, path, number, name, key, region, now]).await?;
            kernel::search::index(tx, tenant, "organisation", id, &name, &[number]).await
        })
        .await
        .expect("the team can be inserted");
        (id, kept)
    }

    /// Makes a person a member of a team since the first of January.
    pub async fn member(&self, team: Raw, person: Raw) {
        self.belongs(team, person, "member").await;
    }

    /// Makes a person the leader of a team; the account's role is given apart.
    pub async fn leader(&self, team: Raw, person: Raw) {
        self.belongs(team, person, "leader").await;
    }

    async fn belongs(&self, team: Raw, person: Raw, role: &'static str) {
        let from = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("the year begins");
        let sql = "INSERT INTO membership (tenant_id, id, organisation_id, person_id, role, from_on) VALUES ($1, $2, $3, $4, $5, $6)";
        self.sql(sql, args![self.tenant, kernel::ids::fresh(), team, person, role, from].to_vec()).await;
    }
}
