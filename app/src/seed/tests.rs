//! Stories of the generator: the same twice, every rule kept, and one set of figures on every face.

mod divisions;
mod mergers;

use super::*;
use kernel::Module;
use kernel::policy::Role;
use testkit::app::district;
use testkit::{TestApp, on_both};

fn rooms() -> Vec<Module> {
    vec![
        places::module(),
        ::people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        attendance::module(),
        ::records::module(),
        exchange::module(),
        statistics::module(),
        wall::module(),
    ]
}

const SMALL: Size = Size { volunteers: 300, teams: 14, activities: 60, days: 120, attendances: 1_500, random: 7 };

async fn seeded(app: &TestApp) -> Summary {
    generate(&app.app, app.tenant, &SMALL, |_, _, _| ()).await.unwrap()
}

#[tokio::test]
async fn what_was_generated_keeps_every_rule_of_the_ledger() {
    const BROKEN: &[(&str, &str)] = &[
        (
            "nobody serves twice at once",
            "SELECT COUNT(*) AS n FROM hours_entry a JOIN hours_entry b ON b.tenant_id = a.tenant_id AND b.person_id = a.person_id
               AND b.id <> a.id AND b.started_at < a.ended_at AND a.started_at < b.ended_at",
        ),
        (
            "entries lie inside their session",
            "SELECT COUNT(*) AS n FROM hours_entry e JOIN activity_session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
             WHERE e.started_at < s.starts_at OR e.ended_at > s.ends_at OR e.day <> s.day",
        ),
        (
            "every entry has its attendance",
            "SELECT COUNT(*) AS n FROM hours_entry e WHERE NOT EXISTS (
               SELECT 1 FROM attendance t WHERE t.tenant_id = e.tenant_id AND t.entry_id = e.id AND t.person_id = e.person_id)",
        ),
        (
            "posts count who joined or has an offer",
            "SELECT COUNT(*) AS n FROM post p WHERE p.taken <> (SELECT COUNT(*) FROM signup s WHERE s.tenant_id = p.tenant_id
               AND s.post_id = p.id AND (s.state = 'joined' OR s.state = 'waiting' AND s.offered_until IS NOT NULL))
               OR p.waiting <> (SELECT COUNT(*) FROM signup s WHERE s.tenant_id = p.tenant_id AND s.post_id = p.id
               AND s.state = 'waiting' AND s.offered_until IS NULL)",
        ),
        (
            "nobody waits where there is room, except for a draw",
            "SELECT COUNT(*) AS n FROM post p JOIN activity a ON a.tenant_id = p.tenant_id AND a.id = p.activity_id
             WHERE p.waiting > 0 AND p.taken < p.places AND (a.way <> 'draw' OR a.drawn_at IS NOT NULL)",
        ),
        (
            "each team has one leader",
            "SELECT COUNT(*) AS n FROM organisation o WHERE o.tree = 'team' AND o.kind NOT IN ('federation', 'town') AND 1 <> (
               SELECT COUNT(*) FROM membership m WHERE m.tenant_id = o.tenant_id AND m.organisation_id = o.id AND m.role = 'leader')",
        ),
        (
            "what is over is ended, what is open lies ahead",
            "SELECT COUNT(*) AS n FROM activity a JOIN activity_session s ON s.tenant_id = a.tenant_id AND s.activity_id = a.id
             WHERE (a.state = 'open' AND s.day <= '2026-11-23') OR (a.state = 'ended' AND s.day >= '2026-11-23')",
        ),
    ];
    on_both(rooms, async |app: TestApp| {
        let made = seeded(&app).await;
        for (rule, sql) in BROKEN {
            assert_eq!(app.count(sql, &[]).await, 0, "{rule}");
        }
        let now = app.clock.now();
        assert_eq!(
            app.count("SELECT COUNT(*) AS n FROM hours_entry WHERE ended_at > $1 OR made_at > $1", args![now]).await,
            0
        );
        assert_eq!(app.count("SELECT CAST(SUM(minutes) AS BIGINT) AS n FROM hours_entry", &[]).await, made.minutes);
        assert_eq!(app.count("SELECT CAST(SUM(minutes) AS BIGINT) AS n FROM hours_day", &[]).await, made.minutes);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM person", &[]).await, 300);
        assert!(
            app.count("SELECT COUNT(*) AS n FROM attendance WHERE out_at IS NULL", &[]).await > 0,
            "it is ten in the morning"
        );
        assert!(app.count("SELECT COUNT(*) AS n FROM activity WHERE state = 'review'", &[]).await > 0);
        assert!(generate(&app.app, app.tenant, &SMALL, |_, _, _| ()).await.is_err(), "a district is filled once");
    })
    .await;
}

#[tokio::test]
async fn what_was_told_reached_whom_it_counts_and_was_read_by_most() {
    const BROKEN: &[(&str, &str)] = &[
        (
            "an announcement reached whom it counts, each by a team of theirs",
            "SELECT COUNT(*) AS n FROM announcement a WHERE a.people <> (SELECT COUNT(*) FROM announcement_recipient r
               WHERE r.tenant_id = a.tenant_id AND r.announcement_id = a.id) OR a.people <> (
               SELECT COUNT(DISTINCT t.recipient_id) FROM announcement_team t
               JOIN announcement_recipient r ON r.tenant_id = t.tenant_id AND r.id = t.recipient_id
               JOIN membership m ON m.tenant_id = t.tenant_id AND m.organisation_id = t.organisation_id
                AND m.person_id = r.person_id AND m.to_on IS NULL
               WHERE t.tenant_id = a.tenant_id AND t.announcement_id = a.id)",
        ),
        (
            "nobody reads before it is sent, or what nobody has to confirm",
            "SELECT COUNT(*) AS n FROM announcement_recipient r JOIN announcement a ON a.tenant_id = r.tenant_id AND a.id = r.announcement_id
             WHERE r.read_at IS NOT NULL AND (r.read_at < r.sent_at OR NOT a.must_read)",
        ),
    ];
    on_both(rooms, async |app: TestApp| {
        seeded(&app).await;
        for (rule, sql) in BROKEN {
            assert_eq!(app.count(sql, &[]).await, 0, "{rule}");
        }
        let read = "SELECT COUNT(read_at) * 100 / COUNT(*) AS n FROM announcement_recipient r WHERE EXISTS (
                      SELECT 1 FROM announcement a WHERE a.id = r.announcement_id AND a.must_read)";
        let read = app.count(read, &[]).await;
        assert!((40..=90).contains(&read), "{read} of a hundred read what they must");
    })
    .await;
}

#[tokio::test]
async fn about_a_third_of_the_volunteers_serve_and_nothing_is_served_less() {
    let app = TestApp::embedded(rooms).await;
    let made = seeded(&app).await;
    let active = app.count("SELECT COUNT(DISTINCT person_id) AS n FROM hours_entry", &[]).await;
    assert!((75..=130).contains(&active), "{active} of 300 serve");
    assert!((1_350..=1_700).contains(&made.attendances), "{} attendances, not about 1,500", made.attendances);
}

kernel::row! { struct Told { name: String, volunteer_no: Option<String>, id: kernel::ids::Raw } }
kernel::row! { struct Written { id: kernel::ids::Raw, minutes: i64, title: String } }

#[tokio::test]
async fn the_same_arguments_give_the_same_district() {
    let (one, two) = (TestApp::embedded(rooms).await, TestApp::embedded(rooms).await);
    seeded(&one).await;
    seeded(&two).await;
    let people = "SELECT name, volunteer_no, id FROM person ORDER BY id";
    let (a, b): (Vec<Told>, Vec<Told>) =
        (one.db().all(people, &[]).await.unwrap(), two.db().all(people, &[]).await.unwrap());
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
    let entries = "SELECT id, minutes, title FROM hours_entry ORDER BY id";
    let (a, b): (Vec<Written>, Vec<Written>) =
        (one.db().all(entries, &[]).await.unwrap(), two.db().all(entries, &[]).await.unwrap());
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
    assert!(a.len() > 500);
}

#[tokio::test]
async fn the_wall_the_report_and_the_ledger_tell_the_same() {
    on_both(rooms, async |app: TestApp| {
        seeded(&app).await;
        let officer = app.as_account("officer", &[district(Role::District)], None).await;
        let year = "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) AS n FROM hours_entry WHERE day >= '2026-01-01'";
        let minutes = app.count(year, &[]).await;
        let json = officer.get("/api/v1/statistics?year=2026").await.expect(200).json();
        assert_eq!(json["total"]["minutes"].as_i64(), Some(minutes));
        let active = "SELECT COUNT(DISTINCT person_id) AS n FROM hours_entry WHERE day >= '2026-01-01'";
        assert_eq!(json["total"]["active"].as_i64(), Some(app.count(active, &[]).await));
        for row in json["rows"].as_array().unwrap() {
            let code = row["code"].as_str().unwrap();
            let town = "SELECT COUNT(DISTINCT person_id) AS n FROM hours_entry WHERE day >= '2026-01-01' AND substr(region_code, 1, 9) = $1";
            assert_eq!(row["active"].as_i64(), Some(app.count(town, args![code]).await), "{code}");
        }
        let page = officer.post("/desk/walls", &[("name", "wall"), ("region", "")]).await.expect(200).text();
        let url: String = page[page.find("/wall/").unwrap()..].chars().take_while(|c| *c != '<').collect();
        let wall = app.stranger().get(&url).await.expect(200).text();
        let shown = |id: &str, number: i64| wall.contains(&format!("id=\"{id}\">{}<", kernel::words::number(number)));
        assert!(shown("w-people", json["total"]["volunteers"].as_i64().unwrap()));
        assert!(shown("w-teams", 14) && shown("w-hours", (minutes + 30) / 60));
        assert!(shown("w-served", json["total"]["served"].as_i64().unwrap()));
    })
    .await;
}

#[test]
fn generated_numbers_pass_the_rules_for_numbers() {
    let lore = Lore::read().unwrap();
    assert_eq!(lore.categories.len(), lore.weights.len());
    assert_eq!(lore.short("沥雄社区居委会"), "沥雄社区");
    let mut dice = Dice::new(3);
    let mut numbers = std::collections::HashSet::new();
    let today = "2026-11-23".parse().unwrap();
    for n in 0..200 {
        let birth: chrono::NaiveDate = "1980-02-29".parse().unwrap();
        let number = super::people::resident(birth, ::people::Sex::Female, &mut numbers, &mut dice);
        let read = ::people::rules::identity::parse(&number, None, today).unwrap();
        assert_eq!((read.birth_date, read.sex), (Some(birth), Some(::people::rules::identity::Sex::Female)));
        let phone = super::people::phone(n, &mut dice);
        assert!(phone.is_none_or(|p| p.len() == 11 && p.starts_with("19907")));
    }
}
