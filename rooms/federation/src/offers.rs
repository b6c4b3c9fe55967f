//! Activities that take people on, as the home pages show them: what, when, where and how many are wanted.

use crate::store;
use crate::store::offer::Whose;
use activities::{ActivityId, SessionId};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Cx, Result, Word};
use organisations::OrganisationId;
use people::PersonId;

/// One line.
pub(crate) struct Offer {
    /// The activity's page.
    pub url: String,
    /// One character.
    pub seal: &'static str,
    /// Its class.
    pub seal_class: &'static str,
    /// The title.
    pub title: String,
    /// The day and the two times.
    pub when: String,
    /// Town and meeting place.
    pub place: String,
    /// Whom it is with.
    pub team: String,
    /// The class of `need`.
    pub need_class: &'static str,
    /// How many are wanted.
    pub need: Word,
    /// When it begins and ends.
    pub span: (DateTime<Utc>, DateTime<Utc>),
    /// Which activity.
    pub activity: ActivityId,
    /// Which of its sessions.
    session: SessionId,
}

impl Offer {
    fn of(cx: &Cx, row: store::offer::Row) -> Self {
        let span = (row.starts_at, row.ends_at);
        let (need_class, need) = need(row.places_left);
        let (seal, seal_class) = activities::model::seal(&row.category);
        let dot = if row.town.is_empty() || row.place.is_empty() { "" } else { " · " };
        let mut when = when(cx, span);
        if row.flexible {
            when = format!("{when} · {}", cx.t("flexible.label"));
        }
        Self {
            url: format!("/activities/{}", row.activity_id),
            seal,
            seal_class,
            title: row.title,
            when,
            place: format!("{}{dot}{}", row.town, row.place),
            team: row.organisation_name,
            need_class,
            need,
            span,
            activity: row.activity_id,
            session: row.session_id,
        }
    }
}

fn need(left: i64) -> (&'static str, Word) {
    match left {
        ..=0 => ("off", Word::new("federation.need.none")),
        1..=3 => ("last", Word::new("federation.need.last").with("n", left)),
        _ => ("", Word::new("federation.need.some").with("n", left)),
    }
}

/// `今天 14:30–17:00`
pub(crate) fn when(cx: &Cx, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> String {
    format!("{} {}–{}", near(cx, kernel::time::day(from)), kernel::words::time(from), kernel::words::time(to))
}

/// Today, tomorrow, or the date.
pub(crate) fn near(cx: &Cx, day: NaiveDate) -> String {
    cx.app.words.day(cx.lang, day, cx.today())
}

/// Morning, noon, afternoon, evening: the key of the word for a moment's part of the day.
pub(crate) fn part_of_day(at: DateTime<Utc>) -> &'static str {
    match chrono::Timelike::hour(&kernel::time::beijing(at)) {
        5..=8 => "federation.part.early",
        9..=11 => "federation.part.morning",
        12 => "federation.part.noon",
        13..=17 => "federation.part.afternoon",
        _ => "federation.part.evening",
    }
}

/// The next activities with places left, the soonest first; `region` narrows to a region and all below it.
pub(crate) async fn open(cx: &Cx, region: &str, most: usize) -> Result<Vec<Offer>> {
    of(cx, Whose::Region(region), most).await
}

/// The next of a team's, or held with it.
pub(crate) async fn of_team(cx: &Cx, team: OrganisationId, most: usize) -> Result<Vec<Offer>> {
    of(cx, Whose::Team(team), most).await
}

async fn of(cx: &Cx, whose: Whose<'_>, most: usize) -> Result<Vec<Offer>> {
    let rows = store::offer::open(cx, whose, 8 * most as i64).await?;
    let mut offers: Vec<Offer> = Vec::with_capacity(most);
    for row in rows {
        if offers.len() < most && !offers.iter().any(|o| o.activity == row.activity_id) {
            offers.push(Offer::of(cx, row));
        }
    }
    Ok(offers)
}

/// Up to `most` that this person may join, those of their own town first.
pub(crate) async fn near_me(cx: &Cx, person: PersonId, region: &str, most: usize) -> Result<Vec<Offer>> {
    let mut candidates = open(cx, places::town_of(region), 8).await?;
    for other in open(cx, "", 8).await? {
        if !candidates.iter().any(|known| known.activity == other.activity) {
            candidates.push(other);
        }
    }
    let mut chosen = Vec::with_capacity(most);
    for offer in candidates {
        if chosen.len() == most {
            break;
        }
        if suits(cx, &offer, person).await? {
            chosen.push(offer);
        }
    }
    Ok(chosen)
}

/// Whether the rules would let somebody join this session now.
async fn suits(cx: &Cx, offer: &Offer, person: PersonId) -> Result<bool> {
    if activities::store::find_live(&cx.db, cx.tenant, offer.session, person).await?.is_some() {
        return Ok(false);
    }
    let activity = activities::find(&cx.db, cx.tenant, offer.activity).await?;
    let session = activities::store::find_session(&cx.db, cx.tenant, offer.session).await?;
    let (_, prospects) = activities::signups::prospects(cx, &activity, &[session], person).await?;
    Ok(prospects.iter().all(|prospect| prospect.reasons.is_empty()))
}
