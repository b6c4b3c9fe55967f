//! Signing up together: the people, the post, and whether everybody or as many as there is room for.

use super::{actor_person, team::led, visible_activity};
use crate::model::{Activity, ActivityId, Post, PostId, Session, SignupState};
use crate::signups::admission;
use crate::signups::group::{Companion, MOST, Outcome, Together, sign_up};
use crate::{ATTEND, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Target, Word};
use people::PersonId;
use serde::Deserialize;

/// What is sent; members by id, others by name and volunteer number, a line each.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GroupForm {
    pub post: String,
    pub together: String,
    pub member: Vec<String>,
    pub others: String,
    pub pass: String,
}

#[derive(Template)]
#[template(path = "activities/group.html")]
struct New {
    activity: Activity,
    sessions: Vec<Session>,
    posts: Vec<Post>,
    /// Members of the teams that the actor leads.
    members: Vec<Companion>,
    form: GroupForm,
    errors: FieldErrors,
}

impl New {
    fn when(&self, post: &Post) -> Option<&Session> {
        self.sessions.iter().find(|s| s.id == post.session_id)
    }

    fn chosen(&self, one: &Companion) -> bool {
        self.form.member.contains(&one.person.to_string())
    }
}

async fn page(cx: &Cx, activity: Activity, form: GroupForm, errors: FieldErrors) -> Result<New> {
    let (mut sessions, mut posts) = store::program(&cx.db, cx.tenant, activity.id).await?;
    sessions.retain(|s| s.ends_at > cx.now && s.cancelled_at.is_none());
    posts.retain(|p| sessions.iter().any(|s| s.id == p.session_id));
    let members = members(cx).await?;
    Ok(New { activity, sessions, posts, members, form, errors })
}

/// The members of the teams that the actor leads.
async fn members(cx: &Cx) -> Result<Vec<Companion>> {
    let mut all: Vec<Companion> = Vec::new();
    for team in led(cx).await? {
        let target = Target { region: &team.region_code, organisation: &team.path, person: None };
        if cx.may(ATTEND, &target).is_ok() {
            all.extend(store::signup::members_of(&cx.db, cx.tenant, team.id).await?);
        }
    }
    Ok(all)
}

pub(super) async fn new(
    cx: Cx,
    Path(activity): Path<ActivityId>,
    Query(link): Query<super::public::Link>,
) -> Result<Answer> {
    let activity = visible_activity(&cx, activity, &link.key).await?;
    let form = GroupForm { together: Together::All.to_string(), pass: link.key, ..GroupForm::default() };
    cx.page(&page(&cx, activity, form, FieldErrors::none()).await?)
}

pub(super) async fn create(cx: Cx, Path(activity): Path<ActivityId>, Form(form): Form<GroupForm>) -> Result<Answer> {
    let activity = visible_activity(&cx, activity, &form.pass).await?;
    let outcome = match bring(&cx, &activity, &form).await {
        Ok(outcome) => outcome,
        Err(Error::Invalid(errors)) => return cx.invalid(&page(&cx, activity, form, errors).await?),
        Err(other) => return Err(other),
    };
    let joined = outcome.made.iter().filter(|s| s.state == SignupState::Joined).count();
    let left_out: Vec<&str> = outcome.left_out.iter().map(|(name, _)| name.as_str()).collect();
    let word = if left_out.is_empty() { "group.made" } else { "group.made_some" };
    let word = Word::new(word).with("joined", joined).with("waiting", outcome.made.len() - joined);
    let word = word.with("names", left_out.join("、"));
    let mine = outcome.made.iter().find(|s| cx.actor.person == Some(s.person_id.0));
    let to = mine.map_or_else(|| activity.url(), |s| format!("{}/signups/{}", activity.url(), s.id));
    Ok(cx.see_other_saying(&to, &word))
}

/// Signs those up who are named in the form, for page and program alike.
///
/// # Errors
/// `Invalid` with every problem of the form; `Refused` when somebody has to come and may not.
pub(crate) async fn bring(cx: &Cx, activity: &Activity, form: &GroupForm) -> Result<Outcome> {
    let known = members(cx).await?;
    let mut errors = FieldErrors::none();
    let together: Option<Together> = errors.choice("together", &form.together);
    let post: Option<PostId> = form.post.parse().ok();
    let post = match post {
        Some(id) => Some(store::find_post(&cx.db, cx.tenant, id).await?).filter(|p| p.activity_id == activity.id),
        None => None,
    };
    if post.is_none() {
        errors.add("post", Word::new("form.choose"));
    }
    let people = people(cx, form, &known, &mut errors).await?;
    let (Some(together), Some(post), true) = (together, post, errors.is_empty()) else {
        return Err(Error::Invalid(errors));
    };
    let admitted = match actor_person(cx) {
        Ok(person) => admission::admitted(cx, activity, person, &form.pass).await?,
        Err(_) => false,
    };
    let leads = people.iter().all(|one| known.contains(one) || cx.actor.person == Some(one.person.0));
    sign_up(cx, (post.id, admitted), people, together, leads).await
}

/// Who is meant, the actor first when they come too.
async fn people(cx: &Cx, form: &GroupForm, known: &[Companion], errors: &mut FieldErrors) -> Result<Vec<Companion>> {
    let mut all: Vec<Companion> = Vec::new();
    for id in &form.member {
        match known.iter().find(|one| one.person.to_string() == *id) {
            Some(one) if !all.contains(one) => all.push(one.clone()),
            Some(_) => {}
            None => errors.add("member", Word::new("form.choose")),
        }
    }
    let lines: Vec<&str> = form.others.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() + all.len() > MOST {
        errors.add("others", Word::new("group.form.many").with("n", MOST));
        return Ok(all);
    }
    // Whoever names others comes along: nobody signs strangers up.
    if (!lines.is_empty() || all.is_empty())
        && let Ok(person) = actor_person(cx)
    {
        let me = Companion { person, name: cx.actor.name.clone() };
        if !all.iter().any(|one| one.person == me.person) {
            all.insert(0, me);
        }
    }
    for line in lines {
        match companion(cx, line).await? {
            Some(one) if !all.iter().any(|known| known.person == one.person) => all.push(one),
            Some(_) => {}
            None if errors.of("others").is_none() => {
                errors.add("others", Word::new("group.form.unknown").with("line", line));
            }
            None => {}
        }
    }
    if all.len() < 2 && errors.is_empty() {
        errors.add("others", Word::new("group.form.alone"));
    }
    Ok(all)
}

/// `姓名 志愿者编号`: both have to be known, so that nobody is found by trying numbers. The number may be written in groups, as the
/// pages show it.
async fn companion(cx: &Cx, line: &str) -> Result<Option<Companion>> {
    let Some(at) = line.find(|c: char| c.is_ascii_digit()) else { return Ok(None) };
    let (name, number) = line.split_at(at);
    let name = name.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '，'));
    let number: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    let found: Option<PersonId> = store::signup::find_named(&cx.db, cx.tenant, name, &number).await?;
    Ok(found.map(|person| Companion { person, name: name.to_owned() }))
}
