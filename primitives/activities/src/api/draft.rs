//! An activity as a program sends it: typed, and read by the rules of the form.

use crate::forms::{ActivityForm, POSTS, RULES, SESSIONS};
use crate::model::Scope;
use chrono::{DateTime, NaiveDate, Timelike as _, Utc};
use kernel::{Error, FieldErrors, Result, Word};
use organisations::{Organisation, OrganisationId};
use places::SiteId;
use serde::Deserialize;
use utoipa::ToSchema;

/// A draft of an activity.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActivityDraft {
    /// The id of the team that holds it; needed for a new one, and it stays.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub team: Option<OrganisationId>,
    /// Up to 40 characters.
    title: String,
    /// What will be done.
    summary: String,
    /// Where, by a region's code; the site's own when a site is given, the team's without both.
    #[serde(default)]
    region: String,
    /// At which site.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    site: Option<SiteId>,
    /// The meeting place in words; the site's name without it.
    #[serde(default)]
    place: String,
    /// One to four codes, `01` to `17` or `99`; the first one counts in figures.
    categories: Vec<String>,
    /// Whom it serves.
    #[serde(default)]
    beneficiaries: String,
    /// Insurance, meals, transport …
    #[serde(default)]
    guarantees: String,
    /// Possible risks, always told.
    risk_notice: String,
    /// Whether persons may come to harm; then the insurance's number is needed.
    risky: bool,
    /// The policy's number.
    #[serde(default)]
    insurance_no: String,
    /// Whether it lies in working time.
    working_time: bool,
    /// Whether it is the participants' own duty: such a thing is no volunteering and is refused.
    own_duty: bool,
    /// Each of the six is true, or it is refused.
    confirmations: Confirmations,
    /// Who may sign up: `public`, `teams`, `pass_code`, `hidden`, `backfill` or `real_name`.
    #[schema(value_type = String)]
    scope: Scope,
    /// Names or numbers of the invited teams, for scope `teams`.
    #[serde(default)]
    invited: Vec<String>,
    /// Four to six digits, for scope `pass_code`.
    #[serde(default)]
    pass_code: String,
    /// `first_come` (also without it) or `draw`.
    #[serde(default)]
    way: String,
    /// Sign-up from the first moment of this day; from publication without it.
    #[serde(default)]
    opens_on: Option<NaiveDate>,
    /// Sign-up to the end of this day; until the last session begins without it.
    #[serde(default)]
    closes_on: Option<NaiveDate>,
    /// Years on the day of the session.
    #[serde(default)]
    min_age: Option<i64>,
    /// Years on the day of the session.
    #[serde(default)]
    max_age: Option<i64>,
    /// Hours that one must have served before.
    #[serde(default)]
    min_hours: Option<i64>,
    /// The ids of the kinds of certificates that have to be valid on the day of the session, at most five.
    #[serde(default)]
    certificates: Vec<String>,
    /// Who answers questions.
    contact_name: String,
    /// At which phone.
    contact_phone: String,
    /// Whether strangers see the phone.
    #[serde(default)]
    contact_public: bool,
    /// One to three; of free hours one, the window of the first day.
    #[schema(min_items = 1, max_items = 3)]
    sessions: Vec<DraftSession>,
    /// Free hours: within the window of each day everybody chooses when they come.
    #[serde(default)]
    flexible: Option<FreeHours>,
}

/// Free hours.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FreeHours {
    /// The last day of the window; the first without it.
    #[serde(default)]
    last_day: Option<NaiveDate>,
    /// Hours of a visit that count at most, 1 to 12; the whole window without it.
    #[serde(default)]
    visit_hours: Option<i64>,
}

/// The six kinds that must not be published, each confirmed apart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Confirmations {
    /// It is not the participants' own job, done in working time.
    no_paid_work: bool,
    /// It is not what their unit or school requires anyway.
    no_required_activity: bool,
    /// It is not for their own benefit.
    no_own_benefit: bool,
    /// Its public purpose is clear.
    public_purpose: bool,
    /// It is unpaid; allowances cover meals, transport and phone only.
    unpaid: bool,
    /// Its hours are real; gifts, reposts and rewards are none.
    real_hours: bool,
}

/// A session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftSession {
    /// To come; a full minute.
    starts_at: DateTime<Utc>,
    /// On the same day in Beijing; a full minute.
    ends_at: DateTime<Utc>,
    /// One to three.
    #[schema(min_items = 1, max_items = 3)]
    posts: Vec<DraftPost>,
}

/// A post for which people sign up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftPost {
    /// What one does there.
    name: String,
    /// What one needs for it.
    #[serde(default)]
    conditions: String,
    /// How many can join, from 1.
    places: i64,
}

/// One field with one problem.
pub(super) fn wrong(field: &'static str, word: &'static str) -> Error {
    let mut errors = FieldErrors::none();
    errors.add(field, Word::new(word));
    Error::Invalid(errors)
}

/// The same error with the names that the fields have here.
pub(super) fn named(error: Error) -> Error {
    const SESSION: [&str; SESSIONS] = ["sessions[0]", "sessions[1]", "sessions[2]"];
    const POST: [&str; SESSIONS] = ["sessions[0].posts", "sessions[1].posts", "sessions[2].posts"];
    let Error::Invalid(FieldErrors(all)) = error else { return error };
    let name = |field: &'static str| {
        let of = field.find(|c: char| c.is_ascii_digit()).map_or("", |at| &field[at..at + 1]);
        let place = of.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let list = if field.starts_with("post") || field.starts_with("places") { &POST } else { &SESSION };
        match (field, place.and_then(|n| list.get(n))) {
            (_, Some(named)) => *named,
            ("category", _) => "categories",
            ("certificate", _) => "certificates",
            ("rule", _) => "confirmations",
            _ => field,
        }
    };
    Error::Invalid(FieldErrors(all.into_iter().map(|(field, word)| (name(field), word)).collect()))
}

impl ActivityDraft {
    /// What the form's rules read; the region is the team's where none is said.
    pub(super) fn form(&self, team: &Organisation) -> Result<ActivityForm> {
        let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let whole = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        let day = |d: Option<NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
        let mut form = ActivityForm {
            title: self.title.clone(),
            summary: self.summary.clone(),
            region: if self.region.is_empty() { team.region_code.clone() } else { self.region.clone() },
            site: self.site.map(|s| s.to_string()).unwrap_or_default(),
            place: self.place.clone(),
            category: self.categories.clone(),
            beneficiaries: self.beneficiaries.clone(),
            guarantees: self.guarantees.clone(),
            risk_notice: self.risk_notice.clone(),
            risky: yes_no(self.risky),
            insurance_no: self.insurance_no.clone(),
            working_time: yes_no(self.working_time),
            own_duty: yes_no(self.own_duty),
            rule: self.confirmations.rules(),
            scope: self.scope.to_string(),
            invited: self.invited.join("\n"),
            pass_code: self.pass_code.clone(),
            way: self.way.clone(),
            opens_on: day(self.opens_on),
            closes_on: day(self.closes_on),
            min_age: whole(self.min_age),
            max_age: whole(self.max_age),
            min_hours: whole(self.min_hours),
            certificate: self.certificates.clone(),
            contact_name: self.contact_name.clone(),
            contact_phone: self.contact_phone.clone(),
            contact_public: if self.contact_public { "on" } else { "" }.to_owned(),
            ..ActivityForm::default()
        };
        if let Some(free) = &self.flexible {
            "flexible".clone_into(&mut form.timing);
            form.last_day = day(free.last_day);
            form.visit_hours = whole(free.visit_hours);
        }
        if !(1..=SESSIONS).contains(&self.sessions.len()) {
            return Err(wrong("sessions", "activity.api.three"));
        }
        for session in &self.sessions {
            session.put(&mut form)?;
        }
        Ok(form)
    }
}

impl Confirmations {
    fn rules(&self) -> Vec<String> {
        let said = [
            self.no_paid_work,
            self.no_required_activity,
            self.no_own_benefit,
            self.public_purpose,
            self.unpaid,
            self.real_hours,
        ];
        RULES.iter().zip(said).filter(|(_, yes)| *yes).map(|(rule, _)| (*rule).to_owned()).collect()
    }
}

impl DraftSession {
    fn put(&self, form: &mut ActivityForm) -> Result<()> {
        let day = kernel::time::day(self.starts_at);
        let full = |at: DateTime<Utc>| at.second() == 0 && at.nanosecond() == 0;
        if kernel::time::day(self.ends_at) != day || !full(self.starts_at) || !full(self.ends_at) {
            return Err(wrong("sessions", "activity.api.one_day"));
        }
        if !(1..=POSTS).contains(&self.posts.len()) {
            return Err(wrong("sessions", "activity.api.three"));
        }
        form.day.push(day.to_string());
        form.from.push(kernel::words::time(self.starts_at));
        form.to.push(kernel::words::time(self.ends_at));
        for n in 0..POSTS {
            let post = self.posts.get(n);
            form.post.push(post.map(|p| p.name.clone()).unwrap_or_default());
            form.conditions.push(post.map(|p| p.conditions.clone()).unwrap_or_default());
            form.places.push(post.map(|p| p.places.to_string()).unwrap_or_default());
        }
        Ok(())
    }
}
