//! The ground: regions, sites, federations, teams and branches.

use super::dice::Dice;
use super::lore::{Lore, fill};
use super::world::{Site, Team, Town, World};
use super::{Rows, Size, plain, put};
use chrono::{Duration, NaiveDate};
use kernel::db::LaneKey;
use kernel::{Cx, Tx, args};
use organisations::{Kind, NewOrganisation, OrganisationId, State, Tree};
use places::{Level, SiteId};
use std::collections::HashSet;

/// Latitude and longitude of the seven town halls, by the end of their code.
const CENTRES: [(&str, f64, f64); 7] = [
    ("011", 23.0245, 113.1462),
    ("121", 22.8386, 112.9953),
    ("122", 22.9343, 112.9701),
    ("123", 23.0467, 112.9225),
    ("124", 23.1312, 112.9786),
    ("125", 23.1052, 113.0921),
    ("126", 23.2008, 113.1353),
];
/// How many of a hundred teams are in each town, in the order of the codes.
const SHARES: [usize; 7] = [24, 5, 10, 7, 22, 19, 13];
/// Organs, villages, enterprises and institutions of a hundred teams.
const KINDS: [(Kind, usize); 4] =
    [(Kind::Organ, 20), (Kind::Village, 40), (Kind::Enterprise, 22), (Kind::Institution, 18)];

/// Loads the regions and makes what stands on them.
pub(super) async fn make(cx: &Cx, lore: &Lore, size: &Size, dice: &mut Dice) -> anyhow::Result<World> {
    let district = cx.app.tenant().map_or_else(|| "440605".to_owned(), |t| t.code.clone());
    cx.db
        .write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            places::load_regions(tx, places::REGIONS).await?;
            places::load_workdays(tx).await
        })
        .await
        .map_err(plain)?;
    let mut towns: Vec<Town> = Vec::new();
    let id = |dice: &mut Dice| OrganisationId(dice.id(cx.now - Duration::days(2_000)));
    for region in places::regions(&cx.db, &district).await.map_err(plain)? {
        match region.level {
            Level::Town => {
                let (federation, branch) = (id(dice), id(dice));
                towns.push(Town { code: region.code, name: region.name, communities: Vec::new(), federation, branch });
            }
            Level::Community => {
                let short = lore.short(&region.name);
                let parent = region.parent_code.unwrap_or_default();
                if let Some(town) = towns.iter_mut().find(|t| t.code == parent) {
                    town.communities.push((region.code, short));
                }
            }
            Level::District => {}
        }
    }
    anyhow::ensure!(!towns.is_empty(), "the district {district} has no towns");
    let sites = sites(cx, lore, &towns, dice).await?;
    let mut world =
        World { now: cx.now, today: cx.today(), towns, sites, teams: Vec::new(), people: Vec::new(), demo_team: 0 };
    teams(cx, lore, size, &mut world, (&district, dice)).await?;
    Ok(world)
}

async fn sites(cx: &Cx, lore: &Lore, towns: &[Town], dice: &mut Dice) -> anyhow::Result<Vec<Site>> {
    let mut table = Rows::new(
        "INSERT INTO site (tenant_id, id, name, kind, region_code, address, latitude, longitude, opening, state)",
    );
    let mut made = Vec::new();
    for (at, town) in towns.iter().enumerate() {
        let mut wanted: Vec<(&str, String, String)> = ["centre", "hall", "workroom"]
            .map(|kind| (kind, fill(&lore.sites[kind], &[("town", &town.name)]), town.code.clone()))
            .to_vec();
        let stations = town.communities.iter().step_by(5);
        wanted
            .extend(stations.map(|(code, of)| ("station", fill(&lore.sites["station"], &[("of", of)]), code.clone())));
        let (_, latitude, longitude) =
            CENTRES.iter().find(|(end, _, _)| town.code.ends_with(end)).copied().unwrap_or(("", 23.03, 113.12));
        for (kind, name, region) in wanted {
            let id = SiteId(dice.id(cx.now - Duration::days(1_500)));
            let near = |dice: &mut Dice, middle: f64| ((middle + (dice.part() - 0.5) * 0.07) * 1e5).round() / 1e5;
            let number = dice.between(1, 188).to_string();
            let address =
                fill(&lore.address, &[("region", &town.name), ("road", dice.text(&lore.roads)), ("n", &number)]);
            let (lat, lon) = (near(dice, latitude), near(dice, longitude));
            let cells = args![cx.tenant, id, name, kind, region, address, lat, lon, lore.opening[kind], "open"];
            table.rows.push(cells.to_vec());
            made.push(Site { id, town: at, region, name });
        }
    }
    put(cx, vec![table]).await?;
    Ok(made)
}

fn founded(dice: &mut Dice, today: NaiveDate) -> NaiveDate {
    today - Duration::days(dice.between(400, 5_000))
}

/// The two trees: federations with their teams, and committees with their branches.
async fn teams(
    cx: &Cx,
    lore: &Lore,
    size: &Size,
    world: &mut World,
    (district, dice): (&str, &mut Dice),
) -> anyhow::Result<()> {
    let (root, committee) = (OrganisationId(dice.id(world.now)), OrganisationId(dice.id(world.now)));
    let top = |id, tree, name: &str| NewOrganisation {
        id,
        tree,
        founded_on: Some(world.today - Duration::days(5_200)),
        ..NewOrganisation::team(name, Kind::Federation, district, None)
    };
    let mut all = vec![top(root, Tree::Team, &lore.federation), top(committee, Tree::Branch, &lore.district_branch)];
    for town in &world.towns {
        let name = fill(&lore.town_federation, &[("town", &town.name)]);
        let of = |id, tree, parent, name: &str| NewOrganisation {
            id,
            tree,
            founded_on: Some(world.today - Duration::days(5_100)),
            ..NewOrganisation::team(name, Kind::Town, &town.code, Some(parent))
        };
        all.push(of(town.federation, Tree::Team, root, &name));
        let name = fill(&lore.town_branch, &[("town", &town.name)]);
        all.push(of(town.branch, Tree::Branch, committee, &name));
    }
    let mut used = HashSet::new();
    let mut made = Vec::new();
    for n in 0..size.teams {
        let (team, new) = team(lore, world, &mut used, (n, dice));
        all.extend(new);
        made.push(team);
    }
    let at = cx.clone();
    let (paths, all) = cx
        .db
        .write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            Ok((organisations::insert_many(tx, &at, &all).await?, all))
        })
        .await
        .map_err(plain)?;
    let paths: std::collections::HashMap<OrganisationId, String> = all.iter().map(|new| new.id).zip(paths).collect();
    for team in &mut made {
        team.path = paths.get(&team.id).cloned().unwrap_or_default();
    }
    world.teams = made;
    Ok(())
}

/// A team and, for most, the branch of the same body.
fn team(
    lore: &Lore,
    world: &World,
    used: &mut HashSet<String>,
    (n, dice): (u64, &mut Dice),
) -> (Team, Vec<NewOrganisation>) {
    // The first teams go round the towns, so that even a small district has all of them.
    let count = world.towns.len();
    let round = usize::try_from(n).unwrap_or(0);
    let at =
        if round < count { round } else { dice.weighted((0..count).map(|t| SHARES.get(t).copied().unwrap_or(10))) };
    let town = &world.towns[at];
    let kind = KINDS[dice.weighted(KINDS.iter().map(|(_, share)| *share))].0;
    let (region, of) = body(lore, town, kind, (at == 0, used, dice));
    let id = OrganisationId(dice.id(world.now - Duration::days(1_000)));
    let name = fill(&lore.team, &[("of", &of)]);
    let begun = Some(founded(dice, world.today));
    let mut new = vec![NewOrganisation {
        id,
        founded_on: begun,
        ..NewOrganisation::team(&name, kind, &region, Some(town.federation))
    }];
    let branch = dice.chance(65).then(|| OrganisationId(dice.id(world.now - Duration::days(1_000))));
    if let Some(branch) = branch {
        new.push(NewOrganisation {
            id: branch,
            tree: Tree::Branch,
            founded_on: begun,
            state: State::Active,
            ..NewOrganisation::team(&fill(&lore.branch, &[("of", &of)]), kind, &region, Some(town.branch))
        });
    }
    (Team { id, name, path: String::new(), kind, region, town: at, of, branch, members: Vec::new() }, new)
}

/// A body that has no team yet: where it is and what it is called.
fn body(
    lore: &Lore,
    town: &Town,
    kind: Kind,
    (seat, used, dice): (bool, &mut HashSet<String>, &mut Dice),
) -> (String, String) {
    let mut tries = 0;
    loop {
        let (region, name) = match town.communities.get(dice.below(town.communities.len())) {
            Some((code, name)) => (code.clone(), name.clone()),
            None => (town.code.clone(), town.name.clone()),
        };
        let of = match kind {
            Kind::Village => name,
            Kind::Organ if seat => dice.pick(&lore.organs).clone(),
            Kind::Enterprise => {
                fill(&lore.enterprise, &[("brand", dice.text(&lore.brands)), ("trade", dice.text(&lore.trades))])
            }
            Kind::Institution => fill(dice.text(&lore.institutions), &[("town", &town.name)]),
            _ => format!("{}{}", town.name, dice.text(&lore.town_organs)),
        };
        tries += 1;
        let of = if tries > 40 { fill(&lore.again, &[("of", &of), ("n", &(tries - 39).to_string())]) } else { of };
        if used.insert(of.clone()) {
            return (region, of);
        }
    }
}
