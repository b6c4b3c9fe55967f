//! The poster of an activity: one page with a code that leads to where one signs up, as PDF to print and as PNG to share. Places
//! left are not on it: they change.

use crate::model::{Activity, Scope, Session, State};
use crate::signups::admission;
use crate::store;
use chrono::{DateTime, Datelike as _, Utc};
use kernel::pdf::{FAINT, Fonts, Paper, RED, Sheet, Style};
use kernel::{Cx, Error, Result, Word};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// How many files are kept.
const KEPT: usize = 64;
/// How many sessions stand on it.
const SESSIONS: usize = 4;
/// Pixels a point: 1,190 x 1,684 for a telephone.
const SCALE: f32 = 2.0;

/// As which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// To print.
    Pdf,
    /// To share.
    Png,
}

/// What stands on a poster; the same facts make the same file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    site: String,
    team: String,
    title: String,
    pub(crate) when: Vec<String>,
    more: String,
    place: [String; 2],
    needs: [String; 2],
    scan: String,
    contact: String,
    number: String,
    url: String,
}

/// The files that were made last; a part of the application. One is made at a time, so that posters take no more than one core.
#[derive(Clone)]
pub(crate) struct Posters {
    made: Arc<Mutex<Made>>,
    turn: Arc<Semaphore>,
}

#[derive(Default)]
struct Made {
    files: HashMap<(Facts, Kind), Arc<Vec<u8>>>,
    order: VecDeque<(Facts, Kind)>,
}

impl Default for Posters {
    fn default() -> Self {
        Self { made: Arc::default(), turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Posters {
    /// The file, made now where it is not kept.
    ///
    /// # Errors
    /// `Refused` when the system has no Chinese font, or no glyph for a character.
    pub async fn get(&self, cx: &Cx, facts: Facts, kind: Kind) -> Result<Arc<Vec<u8>>> {
        let key = (facts, kind);
        if let Some(kept) = self.kept(&key) {
            return Ok(kept);
        }
        let _turn = self.turn.acquire().await.map_err(|_| Error::Unavailable("error.busy"))?;
        if let Some(kept) = self.kept(&key) {
            return Ok(kept);
        }
        let (fonts, facts): (Fonts, Facts) = (cx.app.part(), key.0.clone());
        let file = tokio::task::spawn_blocking(move || draw(&fonts, &facts, kind));
        let file = Arc::new(file.await.map_err(|e| Error::internal(e.to_string()))??);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.order.len() >= KEPT
            && let Some(oldest) = made.order.pop_front()
        {
            made.files.remove(&oldest);
        }
        made.files.insert(key.clone(), Arc::clone(&file));
        made.order.push_back(key);
        Ok(file)
    }

    fn kept(&self, key: &(Facts, Kind)) -> Option<Arc<Vec<u8>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).files.get(key).cloned()
    }
}

/// What the poster of an activity says now; the phone only where strangers see it.
///
/// # Errors
/// `Refused` when nobody can sign up any more; `NotFound` for a hidden activity without its link.
pub(crate) async fn facts(cx: &Cx, activity: &Activity, key: &str) -> Result<Facts> {
    if !matches!(activity.state, State::Draft | State::Review | State::Open | State::Running) || activity.is_backfill()
    {
        return Err(Error::refused("poster.refused.over"));
    }
    let sessions = store::sessions(&cx.db, cx.tenant, activity.id).await?;
    let coming: Vec<&Session> = sessions.iter().filter(|s| s.ends_at > cx.now && s.cancelled_at.is_none()).collect();
    let when = coming.iter().take(SESSIONS).map(|s| span(cx, s.starts_at, s.ends_at)).collect();
    let more = match coming.len() {
        n if n > SESSIONS => cx.say(&Word::new("poster.more").with("n", n)),
        _ => String::new(),
    };
    let needs = match activity.min_age {
        Some(age) => cx.say(&Word::new("activity.min_age").with("n", age)),
        None => String::new(),
    };
    let needs =
        [needs, activity.skills.0.join("、")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("、");
    let contact = match activity.contact_public {
        true => format!("{}  {}", activity.contact_name, activity.contact_phone),
        false => String::new(),
    };
    let label = |key: &'static str| cx.t(key).to_owned();
    Ok(Facts {
        site: cx.app.config.name.clone(),
        team: std::iter::once(activity.organisation_name.as_str())
            .chain(activity.partners.0.iter().map(|p| p.name.as_str()))
            .collect::<Vec<_>>()
            .join("、"),
        title: activity.title.clone(),
        when,
        more,
        place: [label("activity.meet"), activity.place.clone()],
        needs: [label("activity.needs"), needs],
        scan: label("poster.scan"),
        contact: if contact.is_empty() { contact } else { cx.say(&Word::new("poster.contact").with("who", contact)) },
        number: activity.number.clone(),
        url: url(cx, activity, key)?,
    })
}

/// Where the code leads: the public page, of a hidden activity its link, which only those get who hold or manage it.
fn url(cx: &Cx, activity: &Activity, key: &str) -> Result<String> {
    let page = format!("{}{}", cx.app.config.base_url, activity.url());
    if activity.scope != Scope::Hidden {
        return Ok(page);
    }
    let manages = cx.may(crate::MANAGE, &activity.target()).is_ok();
    if !manages && !admission::is_link_key(cx, activity.id, key) {
        return Err(Error::NotFound);
    }
    Ok(format!("{page}?key={}", admission::link_key(cx, activity.id)))
}

/// `11月25日 周三 14:00–17:00`
fn span(cx: &Cx, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let day = kernel::time::day(from);
    let weekday = cx.t(match day.weekday().number_from_monday() {
        1 => "series.day.1",
        2 => "series.day.2",
        3 => "series.day.3",
        4 => "series.day.4",
        5 => "series.day.5",
        6 => "series.day.6",
        _ => "series.day.7",
    });
    let word = Word::new("poster.when").with("month", day.month()).with("day", day.day()).with("weekday", weekday);
    cx.say(&word.with("from", kernel::words::time(from)).with("to", kernel::words::time(to)))
}

fn draw(fonts: &Fonts, facts: &Facts, kind: Kind) -> Result<Vec<u8>> {
    let mut sheet = Sheet::new(fonts, Paper::A4, &facts.title)?;
    sheet.ticks(RED);
    sheet.gap(18.0);
    sheet.text(&facts.team, Style::plain(15.0).color(FAINT))?;
    sheet.gap(6.0);
    let size = if facts.title.chars().count() > 16 { 30.0 } else { 40.0 };
    sheet.text(&facts.title, Style::plain(size).bold())?;
    sheet.gap(20.0);
    for when in &facts.when {
        sheet.text(when, Style::plain(22.0).bold())?;
    }
    if !facts.more.is_empty() {
        sheet.text(&facts.more, Style::plain(14.0).color(FAINT))?;
    }
    sheet.gap(14.0);
    for [label, value] in [&facts.place, &facts.needs] {
        if !value.is_empty() {
            sheet.text(&format!("{label}  {value}"), Style::plain(17.0))?;
        }
    }
    // The code and what belongs to it stand at the foot, wherever the facts end.
    sheet.down_to(Paper::A4.height - Paper::A4.margin - 290.0);
    sheet.qr(&facts.url, 200.0, true)?;
    sheet.gap(6.0);
    sheet.text(&facts.scan, Style::plain(17.0).bold().centred())?;
    if !facts.contact.is_empty() {
        sheet.text(&facts.contact, Style::plain(13.0).centred())?;
    }
    sheet.gap(6.0);
    sheet.text(&format!("{} · {}", facts.site, facts.number), Style::plain(10.5).color(FAINT).centred())?;
    match kind {
        Kind::Pdf => sheet.pdf(),
        Kind::Png => sheet.png(SCALE),
    }
}
