//! The pages of registration: each posts to the same address with the answers so far.

use super::answers::{Answers, Step};
use super::{YOUNGEST, register};
use crate::deeds::JoinStepped;
use crate::store;
use askama::Template;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Result, Secret, Tx, Word, auth, forms};
use organisations::{OrganisationId, Tree};
use people::rules::{identity, name, phone};
use places::Region;
use serde::Deserialize;

/// Pages an hour and address; whoever tries numbers is slow.
const MOST: i64 = 400;
/// Teams that a search shows.
const TEAMS: i64 = 12;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct JoinForm {
    step: String,
    go: String,
    state: Maybe,
    name: String,
    id_no: Maybe,
    phone: String,
    region: String,
    query: String,
    team: String,
    password: Maybe,
    again: Maybe,
    agreed: Option<String>,
}

/// A secret text that may be missing.
type Maybe = Option<Secret<String>>;

fn text(secret: &Maybe) -> &str {
    secret.as_ref().map_or("", |secret| secret.expose())
}

#[derive(Template)]
#[template(path = "federation/join.html")]
struct Page {
    step: Step,
    steps: usize,
    state: String,
    errors: FieldErrors,
    answers: Answers,
    typed_id: String,
    typed_phone: String,
    query: String,
    towns: Vec<Region>,
    district: Option<Region>,
    communities: Vec<Region>,
    teams: Vec<Team>,
    searched: bool,
    team_name: Option<String>,
    region_name: String,
}

struct Team {
    id: OrganisationId,
    name: String,
    region: String,
}

impl Page {
    fn is(&self, name: &str) -> bool {
        self.step.as_str() == name
    }

    fn masked_id(&self) -> String {
        let number = &self.answers.id_number;
        format!("{} **** **** {}", number.get(..4).unwrap_or_default(), number.get(14..).unwrap_or_default())
    }

    fn masked_phone(&self) -> String {
        people::mask::phone(&self.answers.phone)
    }

    fn is_chosen(&self, team: &OrganisationId) -> bool {
        self.answers.team.as_ref() == Some(team)
    }
}

#[derive(Template)]
#[template(path = "federation/join_done.html")]
struct Done {}

pub(crate) async fn new(cx: Cx) -> Result<Answer> {
    let answers = Answers { begun: cx.now, ..Answers::default() };
    let page = page(&cx, Step::Name, answers, FieldErrors::none(), &JoinForm::default()).await?;
    cx.page(&page)
}

pub(crate) async fn create(cx: Cx, Form(form): Form<JoinForm>) -> Result<Answer> {
    let step = Step::read(&form.step).ok_or(Error::Malformed(Word::new("error.form")))?;
    let opened = match text(&form.state) {
        "" => Some(Answers { begun: cx.now, ..Answers::default() }),
        sealed => Answers::open(&cx, sealed),
    };
    let Some(mut answers) = opened else { return start_again(&cx).await };
    if let Some(to) = goes_elsewhere(step, &form.go) {
        let to = answers.reached(to);
        note(&cx, step, true).await?;
        return cx.page(&page(&cx, to, answers, FieldErrors::none(), &form).await?);
    }
    let mut errors = FieldErrors::none();
    answer(&cx, step, &form, &mut answers, &mut errors).await?;
    note(&cx, step, errors.is_empty()).await?;
    if !errors.is_empty() {
        return cx.invalid(&page(&cx, step, answers, errors, &form).await?);
    }
    if step == Step::Team && form.go == "search" {
        return cx.page(&page(&cx, step, answers, errors, &form).await?);
    }
    let next = answers.reached(step.next());
    if step == Step::Check && next == Step::Check {
        register(&cx, answers).await?;
        return cx.page(&Done {});
    }
    cx.page(&page(&cx, next, answers, errors, &form).await?)
}

async fn start_again(cx: &Cx) -> Result<Answer> {
    let mut errors = FieldErrors::none();
    errors.add("name", Word::new("federation.join.expired"));
    note(cx, Step::Name, false).await?;
    let answers = Answers { begun: cx.now, ..Answers::default() };
    cx.invalid(&page(cx, Step::Name, answers, errors, &JoinForm::default()).await?)
}

/// One step back, or to a question that is to be answered anew.
fn goes_elsewhere(step: Step, go: &str) -> Option<Step> {
    match go {
        "back" => Some(step.back()),
        other => other.strip_prefix("edit-").and_then(Step::read),
    }
}

/// Every page leaves its line, and an address that asks for too many is slowed down.
async fn note(cx: &Cx, step: Step, accepted: bool) -> Result<()> {
    let at = cx.clone();
    cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        store::throttle(tx, &at, "page", MOST).await?;
        tx.record(&at, &JoinStepped { object: None, step: step.as_str(), accepted });
        Ok(())
    })
    .await
}

async fn answer(cx: &Cx, step: Step, form: &JoinForm, answers: &mut Answers, errors: &mut FieldErrors) -> Result<()> {
    match step {
        Step::Name => match name::parse(&form.name) {
            Ok(name) => answers.name = name,
            Err(error) => errors.add("name", Word::new(error.word())),
        },
        Step::Identity => identify(cx, form, answers, errors),
        Step::Town => town(cx, form, answers, errors).await?,
        Step::Community => community(cx, form, answers, errors).await?,
        Step::Team => team(cx, form, answers, errors).await?,
        Step::Password => password(cx, form, answers, errors).await?,
        Step::Check => errors.ticked("agreed", forms::ticked(form.agreed.as_deref())),
    }
    Ok(())
}

fn identify(cx: &Cx, form: &JoinForm, answers: &mut Answers, errors: &mut FieldErrors) {
    let today = cx.today();
    match identity::parse(text(&form.id_no), None, today) {
        Ok(found) if found.birth_date.and_then(|born| today.years_since(born)).is_none_or(|age| age < YOUNGEST) => {
            errors.add("id_no", Word::new("federation.join.young").with("age", YOUNGEST));
        }
        Ok(found) => answers.id_number = found.number,
        Err(identity::IdentityError::KindNeeded) => errors.add("id_no", Word::new("federation.join.other_paper")),
        Err(error) => errors.add("id_no", Word::new(error.word())),
    }
    match phone::parse(&form.phone) {
        Ok(found) if found.kind == phone::Kind::Mobile => answers.phone = found.number,
        Ok(_) => errors.add("phone", Word::new("federation.edit.mobile")),
        Err(error) => errors.add("phone", Word::new(error.word())),
    }
}

fn district(cx: &Cx) -> String {
    cx.app.tenant().map(|tenant| tenant.code.clone()).unwrap_or_default()
}

async fn town(cx: &Cx, form: &JoinForm, answers: &mut Answers, errors: &mut FieldErrors) -> Result<()> {
    let code = form.region.trim();
    let district = district(cx);
    let towns = places::towns(cx).await?;
    if code != district && !towns.iter().any(|town| town.code == code) {
        errors.add("region", Word::new("form.choose"));
    } else if places::town_of(&answers.region) != code {
        code.clone_into(&mut answers.region);
    }
    Ok(())
}

async fn community(cx: &Cx, form: &JoinForm, answers: &mut Answers, errors: &mut FieldErrors) -> Result<()> {
    let town = places::town_of(&answers.region).to_owned();
    let code = form.region.trim();
    let known = code.is_empty() || places::communities(&cx.db, &town).await?.iter().any(|c| c.code == code);
    match (known, code.is_empty()) {
        (false, _) => errors.add("region", Word::new("form.choose")),
        (true, true) => answers.region = town,
        (true, false) => code.clone_into(&mut answers.region),
    }
    Ok(())
}

async fn team(cx: &Cx, form: &JoinForm, answers: &mut Answers, errors: &mut FieldErrors) -> Result<()> {
    if form.go == "search" {
        return Ok(());
    }
    answers.team = None;
    if form.team.is_empty() {
        return Ok(());
    }
    let found = match form.team.parse::<OrganisationId>() {
        Ok(id) => {
            let id = organisations::current(&cx.db, cx.tenant, id).await?;
            organisations::find(&cx.db, cx.tenant, id).await.ok()
        }
        Err(_) => None,
    };
    match found.filter(|team| team.tree == Tree::Team && team.state == organisations::State::Active) {
        Some(team) => answers.team = Some(team.id),
        None => errors.add("team", Word::new("form.choose")),
    }
    Ok(())
}

async fn password(cx: &Cx, form: &JoinForm, answers: &mut Answers, errors: &mut FieldErrors) -> Result<()> {
    let password = text(&form.password);
    if password.is_empty() && answers.password_hash.is_some() {
        return Ok(());
    }
    if let Some(word) = auth::weakness(password, &[&answers.phone, &answers.name]) {
        errors.add("password", word);
    } else if password != text(&form.again) {
        errors.add("again", Word::new("welcome.not_same"));
    } else {
        answers.password_hash = Some(cx.app.hasher.hash(Secret::new(password.to_owned())).await?);
    }
    Ok(())
}

/// A step's page, with what it alone needs to know.
async fn page(cx: &Cx, step: Step, answers: Answers, errors: FieldErrors, form: &JoinForm) -> Result<Page> {
    let again = Step::read(&form.step) == Some(step) && !errors.is_empty();
    let code = district(cx);
    let mut page = Page {
        step,
        steps: Step::ALL.len(),
        state: answers.seal(cx)?,
        typed_id: if again { text(&form.id_no).to_owned() } else { String::new() },
        typed_phone: if again { form.phone.clone() } else { String::new() },
        errors,
        query: form.query.trim().to_owned(),
        towns: Vec::new(),
        district: None,
        communities: Vec::new(),
        teams: Vec::new(),
        searched: step == Step::Team && form.go == "search",
        team_name: None,
        region_name: String::new(),
        answers,
    };
    match step {
        Step::Town => {
            page.towns = places::towns(cx).await?;
            page.district = places::find_region(&cx.db, &code).await.ok();
        }
        Step::Community => {
            page.communities = places::communities(&cx.db, places::town_of(&page.answers.region)).await?;
        }
        Step::Team => page.teams = teams(cx, &page.answers, &page.query).await?,
        Step::Check => {
            page.region_name = places::full_region_name(cx, &page.answers.region).await?;
            if let Some(team) = page.answers.team {
                page.team_name = organisations::find(&cx.db, cx.tenant, team).await.ok().map(|team| team.name);
            }
        }
        Step::Name | Step::Identity | Step::Password => {}
    }
    Ok(page)
}

/// The teams that a search finds, or those of one's own community or town; and the one that was chosen before.
async fn teams(cx: &Cx, answers: &Answers, query: &str) -> Result<Vec<Team>> {
    let mut found = store::request::teams(cx, query, &answers.region, TEAMS).await?;
    if let Some(chosen) = answers.team.filter(|team| !found.iter().any(|f| f.id == *team))
        && let Ok(team) = organisations::find(&cx.db, cx.tenant, chosen).await
    {
        found.push(store::request::Found { id: team.id, name: team.name, region_name: team.region_code });
    }
    Ok(found.into_iter().map(|f| Team { id: f.id, name: f.name, region: f.region_name }).collect())
}
