//! The yearly statement of a person and of a team: what the ledger, the people served and the awards come to. Everything is
//! added up from the rows that it shows; nobody types a total.

mod api;
mod model;
mod pages;
mod panel;
mod rules;
mod store;

pub(crate) use panel::team_panel;
pub(crate) use rules::days;

use crate::policy::{OWN_STATEMENT, STATEMENTS};
use kernel::http::Answer;
use kernel::{Cx, Error, Result, Routes, Word};
use model::{OfPerson, OfTeam};
use organisations::{Organisation, OrganisationId};
use people::PersonId;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/me/hours/statement", OWN_STATEMENT, pages::own)
        .get("/me/hours/statement/export", OWN_STATEMENT, pages::own_export)
        .get("/desk/teams/{team}/statement", STATEMENTS, pages::team)
        .get("/desk/teams/{team}/statement/export", STATEMENTS, pages::team_export)
        .api(OWN_STATEMENT, kernel::routes!(api::show_own_statement))
        .api(STATEMENTS, kernel::routes!(api::show_team_statement))
}

/// A statement of a year as a page or a file.
type Made = Result<Answer>;

/// The year that was asked for, the present one unless told; its first and last day.
fn year(cx: &Cx, asked: Option<i32>) -> Result<(i32, (chrono::NaiveDate, chrono::NaiveDate))> {
    use chrono::Datelike as _;
    let year = asked.unwrap_or_else(|| cx.today().year());
    let days = days(year).ok_or_else(|| Error::Malformed(Word::new("error.query")))?;
    Ok((year, days))
}

/// A person's year: the rows of the ledger and the awards.
async fn of_person(cx: &Cx, person: PersonId, asked: Option<i32>) -> Result<OfPerson> {
    let (year, days) = year(cx, asked)?;
    let holder = people::find(&cx.db, cx.tenant, person).await?;
    let rows = store::rows(&cx.db, cx.tenant, person, days).await?;
    let mut awards = crate::awards::of_person(&cx.db, cx.tenant, person, 1_000).await?;
    awards.retain(|award| (days.0..=days.1).contains(&award.awarded_on));
    Ok(OfPerson {
        year,
        name: holder.name,
        number: holder.volunteer_no,
        sums: rules::sums(&rows),
        activities: rules::by_activity(rows),
        awards,
        years: store::years_of_person(&cx.db, cx.tenant, person).await?,
    })
}

/// A team whose statement this reader may see; anything else is not there.
async fn team(cx: &Cx, id: OrganisationId) -> Result<Organisation> {
    let team = organisations::find(&cx.db, cx.tenant, id).await?;
    let target = kernel::Target { region: &team.region_code, organisation: &team.path, person: None };
    cx.may(STATEMENTS, &target).map_err(|_| Error::NotFound)?;
    Ok(team)
}

/// A team's year: its members with hours, its activities, the people served and the awards.
async fn of_team(cx: &Cx, team: Organisation, asked: Option<i32>) -> Result<OfTeam> {
    let (year, days) = year(cx, asked)?;
    let mut awards = crate::awards::of_team(&cx.db, cx.tenant, team.id, 1_000).await?;
    awards.retain(|award| (days.0..=days.1).contains(&award.awarded_on));
    let members = store::members(&cx.db, cx.tenant, team.id, days).await?;
    let activities = store::activities(&cx.db, cx.tenant, team.id, days).await?;
    Ok(OfTeam { year, totals: rules::totals(&members, &activities), team, members, activities, awards })
}
