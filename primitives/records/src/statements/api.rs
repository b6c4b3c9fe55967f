//! Statements as JSON.
#![expect(unused_qualifications, reason = "the macro that documents a route names its query once more")]

use super::model::{Activity, Held, Member, OfPerson, OfTeam};
use super::{of_person, of_team, team};
use activities::ActivityId;
use axum::Json;
use axum::extract::Path;
use chrono::NaiveDate;
use hours::EntryId;
use kernel::http::Problem;
use kernel::{Cx, Query, Result};
use organisations::OrganisationId;
use people::PersonId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct YearQuery {
    /// From 2000 to 2100; the present one unless told.
    year: Option<i32>,
}

/// A row of the ledger in a statement.
#[derive(Serialize, ToSchema)]
pub(super) struct StatementEntry {
    #[schema(value_type = String)]
    id: EntryId,
    day: NaiveDate,
    /// Negative where it takes another one back.
    minutes: i64,
    /// `scan`, `staff`, `paper` or `self`.
    method: String,
}

/// An activity with what one has in it.
#[derive(Serialize, ToSchema)]
pub(super) struct StatementActivity {
    title: String,
    team: String,
    minutes: i64,
    entries: Vec<StatementEntry>,
}

impl From<Activity> for StatementActivity {
    fn from(activity: Activity) -> Self {
        let entries = activity.rows.into_iter().map(|row| StatementEntry {
            id: row.id,
            day: row.day,
            minutes: row.minutes,
            method: row.method.to_string(),
        });
        Self { title: activity.title, team: activity.team_name, minutes: activity.minutes, entries: entries.collect() }
    }
}

/// An award in a statement.
#[derive(Serialize, ToSchema)]
pub(super) struct StatementAward {
    title: String,
    on: NaiveDate,
    issuer: String,
}

impl From<crate::Award> for StatementAward {
    fn from(award: crate::Award) -> Self {
        Self { title: award.title, on: award.awarded_on, issuer: award.issuer }
    }
}

/// One's year. All sums are minutes, and each way of adding up comes to `minutes`.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonStatement {
    year: i32,
    name: String,
    volunteer_no: Option<String>,
    minutes: i64,
    /// Times that one served.
    services: i64,
    /// January first.
    months: Vec<i64>,
    /// By the category's code.
    categories: BTreeMap<String, i64>,
    /// By the evidence: `scan`, `staff`, `paper`, `self`.
    evidence: BTreeMap<String, i64>,
    activities: Vec<StatementActivity>,
    awards: Vec<StatementAward>,
}

impl From<OfPerson> for PersonStatement {
    fn from(made: OfPerson) -> Self {
        Self {
            year: made.year,
            name: made.name,
            volunteer_no: made.number,
            minutes: made.sums.total,
            services: made.sums.services,
            months: made.sums.months.to_vec(),
            categories: made.sums.categories,
            evidence: made.sums.methods.into_iter().map(|(method, n)| (method.to_string(), n)).collect(),
            activities: made.activities.into_iter().map(StatementActivity::from).collect(),
            awards: made.awards.into_iter().map(StatementAward::from).collect(),
        }
    }
}

/// One's own statement of a year.
#[utoipa::path(get, path = "/api/v1/me/statement", tag = "records", params(YearQuery),
    responses((status = 200, body = PersonStatement), (status = 400, body = Problem)))]
pub(super) async fn show_own_statement(cx: Cx, Query(query): Query<YearQuery>) -> Result<Json<PersonStatement>> {
    let person = PersonId(cx.person()?);
    Ok(Json(of_person(&cx, person, query.year).await?.into()))
}

/// A member with hours for the team.
#[derive(Serialize, ToSchema)]
pub(super) struct StatementMember {
    #[schema(value_type = String)]
    person: PersonId,
    name: String,
    volunteer_no: Option<String>,
    services: i64,
    minutes: i64,
}

impl From<Member> for StatementMember {
    fn from(member: Member) -> Self {
        let Member { person_id, name, volunteer_no, services, minutes } = member;
        Self { person: person_id, name, volunteer_no, services, minutes }
    }
}

/// What an activity came to for the team.
#[derive(Serialize, ToSchema)]
pub(super) struct StatementHeld {
    #[schema(value_type = String)]
    activity: ActivityId,
    title: String,
    services: i64,
    minutes: i64,
    served: i64,
}

impl From<Held> for StatementHeld {
    fn from(held: Held) -> Self {
        let Held { activity_id, title, services, minutes, served } = held;
        Self { activity: activity_id, title, services, minutes, served }
    }
}

/// A team's year; the totals are those of the statistics.
#[derive(Serialize, ToSchema)]
pub(super) struct TeamStatement {
    year: i32,
    #[schema(value_type = String)]
    team: OrganisationId,
    name: String,
    /// Members with hours.
    active: i64,
    services: i64,
    minutes: i64,
    /// People served, person-times.
    served: i64,
    members: Vec<StatementMember>,
    activities: Vec<StatementHeld>,
    awards: Vec<StatementAward>,
}

impl From<OfTeam> for TeamStatement {
    fn from(made: OfTeam) -> Self {
        Self {
            year: made.year,
            team: made.team.id,
            name: made.team.name,
            active: made.totals.active,
            services: made.totals.services,
            minutes: made.totals.minutes,
            served: made.totals.served,
            members: made.members.into_iter().map(StatementMember::from).collect(),
            activities: made.activities.into_iter().map(StatementHeld::from).collect(),
            awards: made.awards.into_iter().map(StatementAward::from).collect(),
        }
    }
}

/// The statement of a team of the caller's reach.
#[utoipa::path(get, path = "/api/v1/teams/{team}/statement", tag = "records", params(("team" = String, Path), YearQuery),
    responses((status = 200, body = TeamStatement), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn show_team_statement(
    cx: Cx,
    Path(id): Path<OrganisationId>,
    Query(query): Query<YearQuery>,
) -> Result<Json<TeamStatement>> {
    let team = team(&cx, id).await?;
    Ok(Json(of_team(&cx, team, query.year).await?.into()))
}
