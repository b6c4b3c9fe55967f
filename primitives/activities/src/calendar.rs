//! Calendars: an address of one's own that a phone reads by itself, and the file of one activity.

use crate::model::{Activity, Session, SignupState, State};
use crate::store::calendar::{self, Service};
use chrono::{DateTime, Duration, Utc};
use kernel::auth::digest;
use kernel::ical::{Calendar, Event, Status};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, LaneKey, Result, Tx, Word};
use people::model::PersonId;
use serde::Serialize;

/// What is over stays in a calendar for so many days.
const PAST_DAYS: i64 = 60;

#[derive(Serialize)]
struct FeedChanged {
    #[serde(skip)]
    person: PersonId,
    deed: &'static str,
}

impl Deed for FeedChanged {
    const KIND: &'static str = "calendar.changed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

/// Makes a person's address anew and answers it, this once; the one before ends.
pub(crate) async fn make(cx: &Cx, person: PersonId) -> Result<String> {
    let token = kernel::ids::token();
    let (at, hash) = (cx.clone(), digest(&token));
    cx.write(LaneKey::of(person.0), async move |tx: &mut Tx<'_>| {
        calendar::end(tx, at.tenant, person).await?;
        calendar::insert(tx, &at, person, &hash).await?;
        tx.record(&at, &FeedChanged { person, deed: "made" });
        Ok(())
    })
    .await?;
    Ok(format!("{}/calendar/{token}.ics", cx.app.config.base_url))
}

/// Ends a person's address: whoever held it reads nothing any more.
///
/// # Errors
/// `Refused` when there is none.
pub(crate) async fn end(cx: &Cx, person: PersonId) -> Result<()> {
    let at = cx.clone();
    cx.write(LaneKey::of(person.0), async move |tx: &mut Tx<'_>| {
        if calendar::end(tx, at.tenant, person).await? == 0 {
            return Err(Error::refused("calendar.refused.none"));
        }
        tx.record(&at, &FeedChanged { person, deed: "ended" });
        Ok(())
    })
    .await
}

/// What an address shows: its person's services to come, those that were called off or given back as cancelled. It says what,
/// when and where, and nobody's phone.
///
/// # Errors
/// `NotFound` for an address that was ended or never was.
pub(crate) async fn of_token(cx: &Cx, token: &str) -> Result<Calendar> {
    let person = calendar::owner(&cx.db, cx.tenant, &digest(token)).await?.ok_or(Error::NotFound)?;
    let since = cx.now - Duration::days(PAST_DAYS);
    let services = calendar::services(&cx.db, cx.tenant, person, since).await?;
    let name = cx.t("calendar.mine").to_owned();
    Ok(Calendar { name, events: services.into_iter().map(|one| event(cx, one)).collect() })
}

fn event(cx: &Cx, one: Service) -> Event {
    let stopped = one.cancelled_at.is_some() || matches!(one.activity_state, State::Void | State::Disabled);
    let status = match one.state {
        _ if stopped => Status::Cancelled,
        SignupState::Joined => Status::Confirmed,
        SignupState::Waiting => Status::Tentative,
        SignupState::Withdrawn | SignupState::Removed => Status::Cancelled,
    };
    let key = match one.state {
        SignupState::Waiting => "calendar.waiting",
        _ if one.loose => "calendar.flexible",
        _ => "calendar.title",
    };
    let summary = cx.say(&Word::new(key).with("title", &one.title).with("post", &one.post));
    let description = cx.say(&Word::new("calendar.team").with("team", &one.organisation_name));
    let changed = [Some(one.changed_at), one.cancelled_at, one.moved_at, Some(one.updated_at)];
    Event {
        uid: uid(cx, one.session_id.0),
        summary,
        description,
        location: one.place,
        url: format!("{}/activities/{}", cx.app.config.base_url, one.activity_id),
        starts_at: one.starts_at,
        ends_at: one.ends_at,
        changed_at: changed.into_iter().flatten().max().unwrap_or(one.changed_at),
        status,
        free: one.loose,
    }
}

/// The same for a session for ever, in a person's calendar and in the activity's own file.
fn uid(cx: &Cx, session: Raw) -> String {
    let base = cx.app.config.base_url.split("://").last().unwrap_or("qiyi");
    format!("{session}@{}", base.split([':', '/']).next().unwrap_or("qiyi"))
}

/// The file of one activity with all its sessions; `changed` is when anything of it changed last.
pub(crate) fn of_activity(cx: &Cx, activity: &Activity, sessions: &[Session], changed: DateTime<Utc>) -> Calendar {
    let stopped = matches!(activity.state, State::Void | State::Disabled);
    let description = format!(
        "{}\n{}",
        activity.summary,
        cx.say(&Word::new("calendar.team").with("team", &activity.organisation_name))
    );
    let event = |session: &Session| Event {
        uid: uid(cx, session.id.0),
        summary: match session.flexible {
            true => cx.say(&Word::new("calendar.of_flexible").with("title", &activity.title)),
            false => activity.title.clone(),
        },
        description: description.clone(),
        location: activity.place.clone(),
        url: format!("{}{}", cx.app.config.base_url, activity.url()),
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        changed_at: session.cancelled_at.unwrap_or(changed).max(changed),
        status: if stopped || session.cancelled_at.is_some() { Status::Cancelled } else { Status::Confirmed },
        free: session.flexible,
    };
    Calendar { name: activity.title.clone(), events: sessions.iter().map(event).collect() }
}
