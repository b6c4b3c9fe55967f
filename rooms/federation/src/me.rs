//! A volunteer's own page: the next service first, then their hours, what is near, and the ways to the rest.

use crate::home::by_month;
use crate::offers::{self, Offer};
use crate::{stars, store};
use activities::State;
use activities::model::SignupState;
use activities::store::{Mine, of_person};
use askama::Template;
use chrono::{Datelike as _, Duration};
use kernel::http::filters;
use kernel::{Answer, Cx, Result, Word, charts};
use organisations::Invitation;
use people::{Person, PersonId};

#[derive(Template)]
#[template(path = "federation/me.html")]
struct Show {
    today: String,
    headline: Word,
    ticket: Option<Ticket>,
    hours: Hours,
    near: Vec<Offer>,
    open: i64,
    joined: i64,
    waiting: i64,
    unread: i64,
    teams: String,
    /// How many awards stand in their name.
    awards: i64,
    invitations: Vec<Invitation>,
    /// What other rooms have to say first, and their lines among the ways to the rest.
    panels: Vec<String>,
    more: Vec<String>,
}

/// The next service.
struct Ticket {
    service: Mine,
    seal: (&'static str, &'static str),
    day: String,
    route: Option<String>,
    opens: String,
    step: Step,
}

/// What can be done about it now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Come,
    Leave,
    Look,
}

impl Ticket {
    fn word(&self) -> &'static str {
        match self.step {
            Step::Come => "federation.me.check_in",
            Step::Leave => "federation.me.check_out",
            Step::Look => "federation.me.look",
        }
    }

    fn url(&self) -> String {
        match self.step {
            Step::Come | Step::Leave => format!("/check-in/{}", self.service.session_id),
            Step::Look => format!("/activities/{}", self.service.activity_id),
        }
    }
}

/// What somebody's service came to.
struct Hours {
    total: i64,
    since: Option<i32>,
    ticks: Word,
    months: [i64; 12],
    month: u32,
    star: usize,
    missing: Option<i64>,
}

impl Hours {
    fn chart(&self, label: impl AsRef<str>) -> String {
        charts::month_ticks(&self.months, self.month, label.as_ref())
    }
}

pub(crate) async fn show(cx: Cx) -> Result<Answer> {
    let id = PersonId(cx.person()?);
    let person = people::find(&cx.db, cx.tenant, id).await?;
    let services = of_person(&cx.db, cx.tenant, id, cx.now, false, 20).await?;
    let next = services.into_iter().find(|s| s.state == SignupState::Joined && s.out_at.is_none());
    let headline = headline(&cx, &person, next.as_ref());
    let ticket = match next {
        Some(service) => Some(ticket(&cx, service).await?),
        None => None,
    };
    let (joined, waiting) = store::services(&cx.db, cx.tenant, id, cx.now).await?;
    let page = Show {
        today: kernel::words::date(cx.lang, cx.today(), cx.today()),
        headline,
        ticket,
        hours: hours(&cx, &person).await?,
        near: offers::near_me(&cx, id, &person.region_code, 3).await?,
        open: store::count_open(&cx.db, cx.tenant, cx.now).await?,
        joined,
        waiting,
        unread: kernel::messages::unread(&cx.db, &cx, id.0).await?,
        teams: teams(&cx, id).await?,
        awards: records::count_of_person(&cx.db, cx.tenant, id).await?,
        invitations: organisations::invitations_of(&cx.db, cx.tenant, id, cx.now).await?,
        panels: kernel::desk::panels(&cx, "me.show", id.0).await?,
        more: kernel::desk::panels(&cx, "me.more", id.0).await?,
    };
    cx.page(&page)
}

/// The names of the teams that somebody is in now.
async fn teams(cx: &Cx, id: PersonId) -> Result<String> {
    let found = organisations::teams_of(&cx.db, cx.tenant, id).await?;
    Ok(found.into_iter().map(|team| team.name).collect::<Vec<_>>().join(cx.t("federation.and")))
}

fn headline(cx: &Cx, person: &Person, next: Option<&Mine>) -> Word {
    let name = given_name(&person.name);
    let Some(next) = next else { return Word::new("federation.me.nothing").with("name", name) };
    if next.in_at.is_some() {
        return Word::new("federation.me.serving").with("name", name);
    }
    let day = kernel::time::day(next.starts_at);
    let part = cx.t(offers::part_of_day(next.starts_at));
    let key = match (day - cx.today()).num_days() {
        0 => "federation.me.today",
        1 => "federation.me.tomorrow",
        _ => "federation.me.later",
    };
    Word::new(key).with("name", name).with("part", part).with("day", kernel::words::date(cx.lang, day, cx.today()))
}

/// What people call somebody: the name without its surname when two characters are left; the first part of other names.
fn given_name(name: &str) -> String {
    if let Some((first, _)) = name.split_once(['·', ' ']) {
        return first.to_owned();
    }
    let surname = people::rules::name::mask(name).chars().count().saturating_sub(1);
    let given: String = name.chars().skip(surname).collect();
    if given.chars().count() >= 2 { given } else { name.to_owned() }
}

async fn ticket(cx: &Cx, service: Mine) -> Result<Ticket> {
    let activity = activities::find(&cx.db, cx.tenant, service.activity_id).await?;
    let site = match activity.site_id {
        Some(site) => places::find_site(&cx.db, cx.tenant, site).await.ok(),
        None => None,
    };
    let point = site.and_then(|site| site.latitude.zip(site.longitude));
    let opens = service.starts_at - Duration::minutes(activities::rules::EARLY);
    let live = matches!(service.activity_state, State::Open | State::Running);
    let step = match service.in_at {
        Some(_) => Step::Leave,
        None if live && cx.now >= opens && cx.now < service.ends_at => Step::Come,
        None => Step::Look,
    };
    Ok(Ticket {
        seal: activities::model::seal(&service.category),
        day: offers::near(cx, kernel::time::day(service.starts_at)),
        route: point.map(|(latitude, longitude)| format!("geo:{latitude},{longitude}?q={latitude},{longitude}")),
        opens: kernel::words::time(opens),
        step,
        service,
    })
}

async fn hours(cx: &Cx, person: &Person) -> Result<Hours> {
    let today = cx.today();
    let total = hours::balance(&cx.db, cx.tenant, person.id).await?;
    let rows = hours::months(&cx.db, cx.tenant, person.id, today.year()).await?;
    let months = by_month(rows.iter().map(|row| (row.month.as_str(), row.minutes)));
    let (star, missing) = stars::stars(stars::NATIONAL, total);
    let tick = charts::tick_hours(&months);
    let year = months.iter().sum();
    Ok(Hours {
        total,
        since: person.registered_on.map(|day| day.year()),
        ticks: Word::new(if tick == 1 { "federation.me.year_one" } else { "federation.me.year" })
            .with("hours", kernel::words::hours(year))
            .with("tick", tick),
        months,
        month: today.month(),
        star,
        missing,
    })
}

#[cfg(test)]
mod tests {
    use super::given_name;

    #[test]
    fn people_are_greeted_without_their_surname() {
        for (name, wanted) in [
            ("陈慧敏", "慧敏"),
            ("欧阳志远", "志远"),
            ("李强", "李强"),
            ("阿依古丽·买买提", "阿依古丽"),
            ("John Smith", "John"),
        ] {
            assert_eq!(given_name(name), wanted);
        }
    }
}
