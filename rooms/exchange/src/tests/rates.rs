//! The rate of reading of each team, computed a second way: from who is in which team and who pressed the button.

use super::{World, rooms, sent, settle};
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::tables::Limits;
use std::collections::{BTreeMap, BTreeSet};
use testkit::app::region;
use testkit::{TestApp, on_both};

/// Has so many of these people say that they read it.
async fn read(app: &TestApp, id: &str, people: &BTreeSet<Raw>) {
    for (n, person) in people.iter().enumerate() {
        let visitor = app.as_account(&format!("reader-{n}"), &[], Some(*person)).await;
        visitor.post(&format!("/me/announcements/{id}/reading"), &[]).await.expect(303);
    }
}

/// The town's two teams and twelve more of different sizes, with somebody of each in the next one too.
async fn town_of_teams(app: &TestApp, world: &World) -> Vec<(Raw, BTreeSet<Raw>)> {
    let mut teams: Vec<(Raw, BTreeSet<Raw>)> = Vec::new();
    for (at, (team, _)) in world.teams.iter().enumerate().take(2) {
        teams.push((*team, world.people[at].iter().copied().collect()));
    }
    let mut before = None;
    for n in 0..12_usize {
        let (team, _) = app.team(&format!("第{n}队"), "440605125001").await;
        let mut people = BTreeSet::new();
        for m in 0..=(n * 2 % 7) {
            let person = app.person(&format!("队员{n}之{m}")).await;
            app.member(team, person).await;
            people.insert(person);
        }
        if let Some(person) = before {
            app.member(team, person).await;
            people.insert(person);
        }
        before = people.iter().next().copied();
        teams.push((team, people));
    }
    teams
}

#[tokio::test]
async fn the_rate_of_a_team_is_that_of_its_people_who_read_it() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let town = app.as_account("吴镇", &[region(Role::Town, "440605125")], None).await;
        let teams = town_of_teams(&app, &world).await;
        let id = sent(&app, &town, &[("must_read", "on"), ("read_by", "2026-11-30")]).await.to_string();
        let all: BTreeSet<Raw> = teams.iter().flat_map(|(_, people)| people.iter().copied()).collect();
        let readers: BTreeSet<Raw> =
            all.iter().copied().enumerate().filter(|(n, _)| n % 3 != 1).map(|(_, p)| p).collect();
        read(&app, &id, &readers).await;
        // The second way: sets of people, no SQL of this room.
        let wanted: BTreeMap<String, (i64, i64)> = teams
            .iter()
            .map(|(team, people)| {
                let seen = people.intersection(&readers).count();
                (team.to_string(), (i64::try_from(people.len()).unwrap(), i64::try_from(seen).unwrap()))
            })
            .collect();
        let json = town.get(&format!("/api/v1/announcements/{id}/teams")).await.expect(200).json();
        let items = json["items"].as_array().unwrap();
        let told: BTreeMap<String, (i64, i64)> = items
            .iter()
            .map(|t| {
                (t["team"].as_str().unwrap().to_owned(), (t["people"].as_i64().unwrap(), t["read"].as_i64().unwrap()))
            })
            .collect();
        assert_eq!(told, wanted);
        let rates: Vec<i64> = items.iter().map(|t| t["permille"].as_i64().unwrap()).collect();
        assert!(rates.is_sorted() && rates.first() < rates.last(), "the lowest first: {rates:?}");
        // The whole: everybody once, on the page, as JSON and as the list of those who have not.
        let shown = town.get(&format!("/api/v1/announcements/{id}")).await.expect(200).json();
        assert_eq!(shown["people"].as_u64(), Some(all.len() as u64));
        assert_eq!(shown["unread"].as_u64(), Some((all.len() - readers.len()) as u64));
        let table = town.get(&format!("/desk/announcements/{id}/export?format=xlsx&show=unread")).await.expect(200);
        let book = kernel::tables::read(&table.body, &Limits::default()).unwrap();
        assert_eq!(book.sheets[0].rows.len(), all.len() - readers.len() + 1, "one row each and the head");
        let page = town.get(&format!("/desk/announcements/{id}")).await.expect(200);
        let share = readers.len() * 1000 / all.len();
        assert!(page.text_contains(&format!("{}.{}%", share / 10, share % 10)), "{}", page.text());
        let (team, people) = &teams[8];
        let unread: BTreeSet<Raw> = people.difference(&readers).copied().collect();
        let of_team =
            town.get(&format!("/api/v1/announcements/{id}/readers?team={team}&read=false")).await.expect(200).json();
        let named: BTreeSet<Raw> = of_team["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p["person"].as_str().unwrap().parse().unwrap())
            .collect();
        assert_eq!(named, unread);
    })
    .await;
}

#[tokio::test]
async fn who_has_not_read_it_is_found_by_name_and_team_page_by_page() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let (team, _) = &world.teams[2];
        for n in 0..60 {
            let person = app.person_in(&format!("义诊{n:02}"), "440605126001").await;
            app.member(*team, person).await;
        }
        let id =
            sent(&app, &world.officer, &[("must_read", "on"), ("read_by", "2026-11-30"), ("town", "440605126")]).await;
        let (mut seen, mut query) = (BTreeSet::new(), String::new());
        let mut pages = 0;
        loop {
            let json = world
                .officer
                .get(&format!("/api/v1/announcements/{id}/readers?read=false{query}"))
                .await
                .expect(200)
                .json();
            seen.extend(json["items"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap().to_owned()));
            pages += 1;
            let Some(next) = json["next"].as_str() else { break };
            query = format!("&cursor={next}");
        }
        assert_eq!((seen.len(), pages), (62, 2));
        let page = world.officer.get(&format!("/desk/announcements/{id}/readers?q=yizhen07")).await.expect(200);
        assert!(page.text_contains("义诊07") && !page.text_contains("义诊08") && page.text_contains("里水义诊队"));
        world.officer.get(&format!("/desk/announcements/{id}/readers?show=nothing")).await.expect(400);
        let teams =
            world.officer.get(&format!("/desk/announcements/{id}/export?of=teams&format=csv")).await.expect(200);
        assert!(teams.text_contains("里水义诊队,62,0,62,0.0%"), "{}", teams.text());
        assert!(app.audit_kinds().await.contains(&"announcement.exported".to_owned()));
    })
    .await;
}
