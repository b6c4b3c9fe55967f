//! What the browser sends of an activity, and what of it may exist.

mod flexible;
mod recruiting;
mod series;

pub(crate) use recruiting::Known;
pub(crate) use series::{MoveForm, SeriesForm};

use crate::model::{Activity, CATEGORIES, NewActivity, NewPost, NewSession, Post, Scope, Session, Way};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use kernel::{Cx, FieldErrors, Word};
use organisations::Organisation;
use people::certificates::CertificateKindId;
use serde::Deserialize;

/// How many sessions the form offers, and posts in each; without a script it cannot grow.
pub(crate) const SESSIONS: usize = 3;
pub(crate) const POSTS: usize = 3;
/// The six kinds that must not be published (domain 1.4), each confirmed apart.
pub(crate) const RULES: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

const DAY: [&str; SESSIONS] = ["day1", "day2", "day3"];
const FROM: [&str; SESSIONS] = ["from1", "from2", "from3"];
const TO: [&str; SESSIONS] = ["to1", "to2", "to3"];
const POST: [[&str; POSTS]; SESSIONS] =
    [["post11", "post12", "post13"], ["post21", "post22", "post23"], ["post31", "post32", "post33"]];
const PLACES: [[&str; POSTS]; SESSIONS] =
    [["places11", "places12", "places13"], ["places21", "places22", "places23"], ["places31", "places32", "places33"]];

/// Every field as it was typed; state, number, owner and reviewer are none of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ActivityForm {
    pub team: String,
    pub title: String,
    pub summary: String,
    pub region: String,
    pub site: String,
    pub place: String,
    pub category: Vec<String>,
    pub beneficiaries: String,
    pub guarantees: String,
    pub risk_notice: String,
    pub risky: String,
    pub insurance_no: String,
    pub working_time: String,
    pub own_duty: String,
    pub rule: Vec<String>,
    pub scope: String,
    pub invited: String,
    pub pass_code: String,
    pub way: String,
    pub handover_asks: String,
    pub skills: String,
    pub certificate: Vec<String>,
    pub residents: String,
    pub exclusive: String,
    pub free_on: String,
    pub opens_on: String,
    pub closes_on: String,
    pub min_age: String,
    pub max_age: String,
    pub min_hours: String,
    pub contact_name: String,
    pub contact_phone: String,
    pub contact_public: String,
    /// `flexible` or nothing.
    pub timing: String,
    /// The last day of free hours.
    pub last_day: String,
    /// Hours of a visit that count at most.
    pub visit_hours: String,
    pub day: Vec<String>,
    pub from: Vec<String>,
    pub to: Vec<String>,
    pub post: Vec<String>,
    pub conditions: Vec<String>,
    pub places: Vec<String>,
    pub quota: Vec<String>,
    pub then: String,
}

/// A session's fields on the page.
pub(crate) struct Slot {
    /// From 1.
    pub n: usize,
    /// The ids of its three fields.
    pub ids: [&'static str; 3],
    pub day: String,
    pub from: String,
    pub to: String,
    pub posts: Vec<PostSlot>,
}

/// A post's fields on the page.
pub(crate) struct PostSlot {
    /// From 1.
    pub n: usize,
    /// The ids of its name and its places.
    pub ids: [&'static str; 2],
    pub name: String,
    pub conditions: String,
    pub places: String,
    pub quota: String,
}

fn at(list: &[String], n: usize) -> &str {
    list.get(n).map_or("", |text| text.trim())
}

impl ActivityForm {
    /// An empty form with what is known of the team.
    pub(crate) fn fresh(cx: &Cx, team: &Organisation) -> Self {
        Self {
            team: team.id.to_string(),
            region: team.region_code.clone(),
            scope: Scope::Public.to_string(),
            way: Way::FirstCome.to_string(),
            contact_name: cx.actor.name.clone(),
            contact_phone: team.contact_phone.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What a draft says.
    pub(crate) fn of(activity: &Activity, sessions: &[Session], posts: &[Post]) -> Self {
        let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let whole = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        let mut form = Self {
            team: activity.organisation_id.to_string(),
            title: activity.title.clone(),
            summary: activity.summary.clone(),
            region: activity.region_code.clone(),
            site: activity.site_id.map(|s| s.to_string()).unwrap_or_default(),
            place: activity.place.clone(),
            category: activity.categories.0.clone(),
            beneficiaries: activity.beneficiaries.clone(),
            guarantees: activity.guarantees.clone(),
            risk_notice: activity.risk_notice.clone(),
            risky: yes_no(activity.risky),
            insurance_no: activity.insurance_no.clone().unwrap_or_default(),
            working_time: yes_no(activity.working_time),
            own_duty: yes_no(activity.own_duty),
            scope: activity.scope.to_string(),
            way: activity.way.to_string(),
            handover_asks: if activity.handover_asks { "on" } else { "" }.to_owned(),
            skills: activity.skills.0.join("、"),
            certificate: activity.certificates.0.iter().map(|asked| asked.kind.to_string()).collect(),
            residents: match activity.residents.len() {
                0 => "",
                9 => "town",
                _ => "community",
            }
            .to_owned(),
            exclusive: activity
                .exclusive
                .0
                .iter()
                .map(|e| format!("{} {}", e.number, e.title))
                .collect::<Vec<_>>()
                .join("\n"),
            invited: activity.invited.0.iter().map(|i| i.name.as_str()).collect::<Vec<_>>().join("\n"),
            closes_on: kernel::time::day(activity.closes_at).to_string(),
            min_age: whole(activity.min_age),
            max_age: whole(activity.max_age),
            min_hours: whole((activity.min_minutes > 0).then_some(activity.min_minutes / 60)),
            contact_name: activity.contact_name.clone(),
            contact_phone: activity.contact_phone.clone(),
            contact_public: if activity.contact_public { "on" } else { "" }.to_owned(),
            ..Self::default()
        };
        form.flexible_of(activity, sessions);
        for session in sessions.iter().take(if activity.flexible { 1 } else { SESSIONS }) {
            form.push(session, posts);
        }
        form
    }

    fn push(&mut self, session: &Session, posts: &[Post]) {
        self.day.push(session.day.to_string());
        self.from.push(kernel::words::time(session.starts_at));
        self.to.push(kernel::words::time(session.ends_at));
        let of_it: Vec<&Post> = posts.iter().filter(|p| p.session_id == session.id).collect();
        for n in 0..POSTS {
            let post = of_it.get(n);
            self.post.push(post.map(|p| p.name.clone()).unwrap_or_default());
            self.conditions.push(post.map(|p| p.conditions.clone()).unwrap_or_default());
            self.places.push(post.map(|p| p.places.to_string()).unwrap_or_default());
            let kept = post.map_or(&[][..], |p| p.quotas.0.as_slice());
            self.quota.push(kept.iter().map(|q| format!("{} {}", q.name, q.places)).collect::<Vec<_>>().join("；"));
        }
    }

    /// The fields of sessions and posts for the page.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        let post = |i: usize, j: usize| PostSlot {
            n: j + 1,
            ids: [POST[i][j], PLACES[i][j]],
            name: at(&self.post, i * POSTS + j).to_owned(),
            conditions: at(&self.conditions, i * POSTS + j).to_owned(),
            places: at(&self.places, i * POSTS + j).to_owned(),
            quota: at(&self.quota, i * POSTS + j).to_owned(),
        };
        let slot = |i: usize| Slot {
            n: i + 1,
            ids: [DAY[i], FROM[i], TO[i]],
            day: at(&self.day, i).to_owned(),
            from: at(&self.from, i).to_owned(),
            to: at(&self.to, i).to_owned(),
            posts: (0..POSTS).map(|j| post(i, j)).collect(),
        };
        (0..SESSIONS).map(slot).collect()
    }

    /// Whether a box of a list is ticked.
    pub(crate) fn has(&self, code: &str) -> bool {
        self.category.iter().any(|c| c == code)
    }

    /// Whether a certificate is asked for.
    pub(crate) fn asks(&self, kind: &CertificateKindId) -> bool {
        self.certificate.iter().any(|typed| *typed == kind.to_string())
    }

    /// Whether one of the six was confirmed.
    pub(crate) fn confirmed(&self, rule: &str) -> bool {
        self.rule.iter().any(|r| r == rule)
    }

    /// The only way from what was typed to what may exist; `region` is known to lie where the actor may act.
    pub(crate) fn check(&self, cx: &Cx, team: &Organisation, known: Known<'_>) -> Result<NewActivity, FieldErrors> {
        let site = known.site;
        let mut errors = FieldErrors::none();
        let title = errors.text("title", &self.title, 40);
        let categories = self.categories(&mut errors);
        let summary = errors.text("summary", &self.summary, 2000);
        let sessions = self.spread(self.sessions(cx, &known, &mut errors), cx, &mut errors);
        let place = match (self.place.trim(), site) {
            ("", Some(site)) => site.name.clone(),
            (typed, _) => errors.text("place", typed, 100),
        };
        let (opens_at, closes_at) = self.recruiting(cx, &sessions, &mut errors);
        let scope: Option<Scope> = errors.choice("scope", &self.scope);
        let region = site.map_or_else(|| self.region.trim().to_owned(), |s| s.region_code.clone());
        let recruitment = self.recruitment((scope, &region), (&sessions, closes_at), &known, &mut errors);
        let (min_age, max_age, min_minutes) = self.limits(&mut errors);
        let risk_notice = errors.text("risk_notice", &self.risk_notice, 1000);
        let (risky, insurance_no) = self.insurance(&mut errors);
        let (working_time, own_duty) = self.honesty(&mut errors);
        let (contact_name, contact_phone) = self.contact(&mut errors);
        let beneficiaries = errors.optional_text("beneficiaries", &self.beneficiaries, 100).unwrap_or_default();
        let guarantees = errors.optional_text("guarantees", &self.guarantees, 200).unwrap_or_default();
        let days: Vec<NaiveDate> = sessions.iter().map(|s| kernel::time::day(s.starts_at)).collect();
        let (Some(starts_on), Some(ends_on), Some(scope)) = (days.iter().min(), days.iter().max(), scope) else {
            return Err(errors);
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(NewActivity {
            title,
            summary,
            organisation: team.id,
            region,
            site: site.map(|s| s.id),
            place,
            starts_on: *starts_on,
            ends_on: *ends_on,
            categories,
            beneficiaries,
            guarantees,
            risk_notice,
            risky,
            insurance_no,
            working_time,
            own_duty,
            scope,
            recruitment,
            opens_at,
            closes_at,
            min_age,
            max_age,
            min_minutes,
            only_team: false,
            contact_name,
            contact_phone,
            contact_public: self.contact_public == "on",
            sessions,
        })
    }

    fn categories(&self, errors: &mut FieldErrors) -> Vec<String> {
        let known = |code: &&String| CATEGORIES.iter().any(|(c, _, _)| c == code);
        let chosen: Vec<String> = self.category.iter().filter(known).cloned().collect();
        match chosen.len() {
            0 => errors.add("category", Word::new("form.choose")),
            1..=4 => {}
            _ => errors.add("category", Word::new("activity.form.four")),
        }
        chosen
    }

    fn sessions(&self, cx: &Cx, known: &Known<'_>, errors: &mut FieldErrors) -> Vec<NewSession> {
        let mut all = Vec::new();
        for i in 0..SESSIONS {
            let lists = [&self.post, &self.places, &self.conditions, &self.quota];
            let typed = lists.iter().any(|list| (0..POSTS).any(|j| !at(list, i * POSTS + j).is_empty()));
            let blank = [&self.day, &self.from, &self.to].iter().all(|list| at(list, i).is_empty()) && !typed;
            if i > 0 && blank {
                continue;
            }
            let span = self.span(cx, i, errors);
            let posts = self.posts((i, span.map(|s| s.0)), known, errors);
            if let Some((starts_at, ends_at)) = span {
                all.push(NewSession { starts_at, ends_at, posts, ..NewSession::default() });
            }
        }
        all
    }

    fn span(&self, cx: &Cx, i: usize, errors: &mut FieldErrors) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let day: Option<NaiveDate> = errors.date(DAY[i], at(&self.day, i));
        let from: Option<NaiveTime> = errors.time(FROM[i], at(&self.from, i));
        let to: Option<NaiveTime> = errors.time(TO[i], at(&self.to, i));
        let (day, from, to) = (day?, from?, to?);
        if to <= from {
            errors.add(TO[i], Word::new("activity.form.backwards"));
            return None;
        }
        let starts_at = kernel::time::from_beijing(day.and_time(from));
        let ends_at = kernel::time::from_beijing(day.and_time(to));
        let wrong = match self.is_backfill() {
            true => (ends_at > cx.now).then_some("activity.form.not_past"),
            false => (starts_at <= cx.now).then_some("activity.form.past"),
        };
        if let Some(word) = wrong {
            errors.add(DAY[i], Word::new(word));
            return None;
        }
        Some((starts_at, ends_at))
    }

    fn posts(
        &self,
        (i, starts_at): (usize, Option<DateTime<Utc>>),
        known: &Known<'_>,
        errors: &mut FieldErrors,
    ) -> Vec<NewPost> {
        let mut all = Vec::new();
        for j in 0..POSTS {
            let (name, places) = (at(&self.post, i * POSTS + j), at(&self.places, i * POSTS + j));
            if j > 0 && name.is_empty() && places.is_empty() {
                continue;
            }
            let name = errors.text(POST[i][j], name, 30);
            let places = errors.whole(PLACES[i][j], places, 1, 10_000);
            let conditions =
                errors.optional_text(POST[i][j], at(&self.conditions, i * POSTS + j), 60).unwrap_or_default();
            let quotas = match self.quotas(at(&self.quota, i * POSTS + j), places.unwrap_or(0), known) {
                Ok(quotas) => quotas,
                Err(word) => {
                    errors.add(POST[i][j], word);
                    Vec::new()
                }
            };
            let free_at = starts_at.filter(|_| !quotas.is_empty()).map(|at| self.kept_until(at, errors));
            all.extend(places.map(|places| NewPost { name, conditions, places, quotas, free_at }));
        }
        all
    }

    fn insurance(&self, errors: &mut FieldErrors) -> (bool, Option<String>) {
        let number = errors.optional_text("insurance_no", &self.insurance_no, 60);
        let risky = yes_or_no(errors, "risky", &self.risky);
        if risky && number.is_none() {
            errors.add("insurance_no", Word::new("activity.refused.insurance"));
        }
        (risky, number)
    }

    fn honesty(&self, errors: &mut FieldErrors) -> (bool, bool) {
        let working_time = yes_or_no(errors, "working_time", &self.working_time);
        let own_duty = yes_or_no(errors, "own_duty", &self.own_duty);
        if own_duty {
            errors.add("own_duty", Word::new("activity.refused.own_duty"));
        }
        if !RULES.iter().all(|rule| self.confirmed(rule)) {
            errors.add("rule", Word::new("activity.form.rules"));
        }
        (working_time, own_duty)
    }

    fn contact(&self, errors: &mut FieldErrors) -> (String, String) {
        let name = errors.text("contact_name", &self.contact_name, 50);
        let phone = errors.text("contact_phone", &self.contact_phone, 30);
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        if !phone.is_empty() && (digits < 7 || phone.chars().any(char::is_alphabetic)) {
            errors.add("contact_phone", Word::new("activity.form.phone"));
        }
        (name, phone)
    }
}

fn yes_or_no(errors: &mut FieldErrors, field: &'static str, value: &str) -> bool {
    match value {
        "yes" => true,
        "no" => false,
        _ => {
            errors.add(field, Word::new("form.choose"));
            false
        }
    }
}
