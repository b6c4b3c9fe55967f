//! The whole activity once more, as a new draft without anything of people.

use crate::model::{Activity, ActivityId, NewActivity, NewSession, Recruitment, Scope, Session, Way};
use crate::rules::series::Series;
use crate::series::{Pattern, fresh, shifted};
use crate::signups::admission;
use crate::store::{self, series};
use chrono::{Days, NaiveDate};
use kernel::time::WorkCalendar;
use kernel::{Cx, Error, FieldErrors, Result, Tx, Word};

/// What a copy would be: its sessions, moved so that the first is on a day.
pub(crate) struct Copy {
    /// The first day.
    pub first: NaiveDate,
    /// Its sessions.
    pub sessions: Vec<NewSession>,
    rule: Option<Series>,
    shift: chrono::TimeDelta,
}

/// The sessions of a copy; without a day, the same weekday after the last session and after today.
///
/// # Errors
/// `Invalid` when the day is not to come.
pub(crate) async fn copy_plan(cx: &Cx, activity: &Activity, first: Option<&str>) -> Result<Copy> {
    let (sessions, posts) = store::program(&cx.db, cx.tenant, activity.id).await?;
    let live: Vec<&Session> = sessions.iter().filter(|s| s.cancelled_at.is_none()).collect();
    let pattern = Pattern::of(&sessions, &posts).ok_or_else(|| Error::refused("activity.refused.no_session"))?;
    let mut errors = FieldErrors::none();
    let chosen = first.and_then(|text| errors.date("first", text));
    if chosen.is_some_and(|day| day <= cx.today()) {
        errors.add("first", Word::new("activity.form.past"));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let last = live.iter().map(|s| s.day).max().unwrap_or(pattern.day);
    let next = || {
        std::iter::successors(Some(pattern.day), |d| d.checked_add_days(Days::new(7)))
            .find(|d| *d > last.max(cx.today()))
    };
    let first = chosen.or_else(next).unwrap_or(pattern.day);
    let shift = first - pattern.day;
    let rule = series::find(&cx.db, cx.tenant, activity.id).await?.map(|(_, rule)| Series {
        until: None,
        count: u32::try_from(live.len()).ok(),
        ..rule
    });
    let new = match &rule {
        Some(rule) => {
            let calendar = WorkCalendar::load(&cx.db).await?;
            pattern.on(&rule.days(first, |day| calendar.is_holiday(day)))
        }
        None => live.iter().map(|s| shifted(&fresh(s, &posts), shift)).collect(),
    };
    Ok(Copy { first, sessions: new, rule, shift })
}

/// Makes the same activity once more as a draft: what is done, where, by whom and by which rules, and nothing of people.
///
/// # Errors
/// As `copy_plan`; `Refused` when the team is not at work.
pub(crate) async fn copy(cx: &Cx, activity: &Activity, first: &str) -> Result<ActivityId> {
    let team = organisations::find(&cx.db, cx.tenant, activity.organisation_id).await?;
    organisations::rules::at_work(&team).map_err(Error::Refused)?;
    let plan = copy_plan(cx, activity, Some(first)).await?;
    let site = match activity.site_id {
        Some(id) => places::find_site(&cx.db, cx.tenant, id).await.ok().filter(|s| s.state == places::SiteState::Open),
        None => None,
    };
    let new = again(cx, activity, &plan, site.map(|s| s.id))?;
    let (at, rule, title) = (cx.clone(), plan.rule, new.title.clone());
    cx.once(team.id.lane(), async move |tx: &mut Tx<'_>| {
        let id = store::insert(tx, &at, &new).await?;
        if let Some(rule) = &rule {
            series::keep(tx, &at, id, (new.starts_on, rule)).await?;
        }
        crate::drafts::written(tx, &at, id, title);
        Ok(id)
    })
    .await
}

fn again(cx: &Cx, of: &Activity, plan: &Copy, site: Option<places::SiteId>) -> Result<NewActivity> {
    let days: Vec<NaiveDate> = plan.sessions.iter().map(|s| kernel::time::day(s.starts_at)).collect();
    let (Some(starts_on), Some(ends_on)) = (days.iter().min(), days.iter().max()) else {
        return Err(Error::refused("series.refused.none"));
    };
    let closes_at = match of.way {
        Way::Draw => of.closes_at + plan.shift,
        Way::FirstCome => plan.sessions.iter().map(NewSession::last_call).max().unwrap_or(cx.now),
    };
    let recruitment = Recruitment {
        invited: of.invited.0.clone(),
        pass_code: admission::pass_code(cx, of)?,
        way: of.way,
        handover_asks: of.handover_asks,
        skills: of.skills.0.clone(),
        certificates: of.certificates.0.clone(),
        residents: of.residents.clone(),
        exclusive: Vec::new(),
    };
    Ok(NewActivity {
        title: of.title.clone(),
        summary: of.summary.clone(),
        organisation: of.organisation_id,
        region: of.region_code.clone(),
        site,
        place: of.place.clone(),
        starts_on: *starts_on,
        ends_on: *ends_on,
        categories: of.categories.0.clone(),
        beneficiaries: of.beneficiaries.clone(),
        guarantees: of.guarantees.clone(),
        risk_notice: of.risk_notice.clone(),
        risky: of.risky,
        // A policy covers certain days.
        insurance_no: None,
        working_time: of.working_time,
        own_duty: of.own_duty,
        scope: if of.scope == Scope::Backfill { Scope::Public } else { of.scope },
        recruitment,
        opens_at: cx.now,
        closes_at,
        min_age: of.min_age,
        max_age: of.max_age,
        min_minutes: of.min_minutes,
        only_team: of.only_team,
        contact_name: of.contact_name.clone(),
        contact_phone: of.contact_phone.clone(),
        contact_public: of.contact_public,
        sessions: plan.sessions.clone(),
    })
}
