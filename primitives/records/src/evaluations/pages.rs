//! The team's side: the list of closed activities, the people of one, and what is said of each.

use super::forms::{ClosedFilter, MarksForm};
use super::model::{About, Closed, Evaluation, Served};
use super::rules::{self, Sums};
use super::{held, say, store};
use crate::policy::{ANSWERS, EVALUATE};
use crate::sheet::{MOST, Sheet};
use activities::{Activity, ActivityId, State};
use askama::Template;
use axum::extract::Path;
use chrono::NaiveDate;
use kernel::http::{Cursor, Paged, filters};
use kernel::policy::Target;
use kernel::tables::Out;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Word};
use people::PersonId;
use places::Region;

const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "records/evaluations.html")]
struct Index {
    filter: ClosedFilter,
    page: Paged<Closed>,
    towns: Vec<Region>,
    views: String,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.page.next.as_deref().map(|cursor| self.filter.query(&[("cursor", cursor)]))
    }

    fn first(&self) -> String {
        self.filter.query(&[])
    }

    fn export(&self, format: &str) -> String {
        format!("/desk/evaluations/export{}", self.filter.query(&[("format", format)]))
    }
}

/// A page of the list.
pub(super) async fn page(cx: &Cx, filter: &ClosedFilter, size: usize) -> Result<Paged<Closed>> {
    let before = match Cursor::read(Some(filter.cursor.as_str()), 2)? {
        Some(cursor) => Some((cursor.get::<NaiveDate>(0)?, cursor.get::<ActivityId>(1)?)),
        None => None,
    };
    let wanted = store::Wanted { query: filter.q.trim(), town: filter.town.trim(), before };
    let rows = store::closed(cx, wanted, i64::try_from(size).unwrap_or(i64::MAX) + 1).await?;
    Ok(Paged::cut(rows, size, |row| vec![row.ends_on.to_string(), row.id.to_string()]))
}

pub(super) async fn index(cx: Cx, Query(filter): Query<ClosedFilter>) -> Result<Answer> {
    let mut towns = places::towns(&cx).await?;
    towns.retain(|town| cx.may(EVALUATE, &Target { region: &town.code, ..Target::default() }).is_ok());
    let views = kernel::views::chips(&cx, "evaluations", &filter.query(&[])).await?;
    cx.page(&Index { page: page(&cx, &filter, PAGE).await?, filter, views, towns })
}

pub(super) async fn export(cx: Cx, Query(filter): Query<ClosedFilter>) -> Result<Answer> {
    let wanted = store::Wanted { query: filter.q.trim(), town: filter.town.trim(), before: None };
    let rows = store::closed(&cx, wanted, i64::try_from(MOST).unwrap_or(i64::MAX) + 1).await?;
    let cells = |row: &Closed| {
        vec![
            Out::Text(row.title.clone()),
            Out::Text(row.organisation_name.clone()),
            Out::Date(row.ends_on),
            Out::Int(row.served),
            Out::Int(row.evaluated),
            Out::Int(row.answered),
        ]
    };
    let sheet = Sheet {
        object: ("activity", None),
        name: cx.t("records.evaluations.title").to_owned(),
        columns: &[
            ("hours.activity", 32),
            ("hours.team", 28),
            ("records.evaluations.ended", 12),
            ("records.evaluations.served", 10),
            ("records.evaluations.evaluated", 10),
            ("records.evaluations.answered", 10),
        ],
        rows: rows.iter().map(cells).collect(),
        filter: filter.query(&[]),
    };
    sheet.send(&cx, filter.format == "csv").await
}

#[derive(Template)]
#[template(path = "records/evaluations_of.html")]
struct Show {
    activity: Activity,
    people: Vec<Served>,
    /// What volunteers said, in sums; absent under five.
    sums: Option<Sums>,
    answered: usize,
    /// Each answer, for officers alone.
    answers: Option<Vec<Evaluation>>,
    least: usize,
}

impl Show {
    fn is_closed(&self) -> bool {
        self.activity.state == State::Ended
    }

    fn said(&self, at: impl std::borrow::Borrow<usize>) -> String {
        self.sums.map(|sums| rules::said(sums.tenths[*at.borrow()])).unwrap_or_default()
    }

    fn labels(&self) -> [&'static str; 3] {
        About::Team.words()
    }
}

impl Served {
    pub(super) fn marks(&self) -> Option<[i64; 3]> {
        Some([self.first?, self.second?, self.third?])
    }

    fn shown(&self) -> String {
        self.marks().map(|marks| marks.map(|mark| mark.to_string()).join(" · ")).unwrap_or_default()
    }
}

impl Evaluation {
    fn shown(&self) -> String {
        self.marks().map(|mark| mark.to_string()).join(" · ")
    }
}

/// What volunteers said of an activity's team, as far as this reader may know it.
pub(super) async fn answers(cx: &Cx, activity: &Activity) -> Result<(usize, Option<Sums>, Option<Vec<Evaluation>>)> {
    let answers = store::answers(&cx.db, cx.tenant, activity.id).await?;
    let sums = rules::sums(&answers.iter().map(Evaluation::marks).collect::<Vec<_>>());
    let each = cx.may(ANSWERS, &activity.target()).is_ok();
    Ok((answers.len(), sums, each.then_some(answers)))
}

pub(super) async fn show(cx: Cx, Path(activity): Path<ActivityId>) -> Result<Answer> {
    let activity = held(&cx, activity, EVALUATE).await?;
    let (answered, sums, answers) = answers(&cx, &activity).await?;
    let people = store::served(&cx.db, cx.tenant, activity.id).await?;
    cx.page(&Show { activity, people, sums, answered, answers, least: rules::LEAST })
}

/// The form of three marks, whichever side fills it in.
#[derive(Template)]
#[template(path = "records/marks.html")]
pub(super) struct Edit {
    pub title: Word,
    pub sub: String,
    pub back: String,
    pub action: String,
    pub labels: [&'static str; 3],
    pub effect: &'static str,
    pub form: MarksForm,
    pub errors: FieldErrors,
    /// Why it cannot be said or changed now.
    pub closed: Option<&'static str>,
}

impl Edit {
    fn names(&self) -> [(&'static str, &'static str, &str); 3] {
        let [first, second, third] = self.labels;
        [("first", first, &self.form.first), ("second", second, &self.form.second), ("third", third, &self.form.third)]
    }

    fn is_chosen(&self, value: &str, mark: impl std::fmt::Display) -> bool {
        value == mark.to_string()
    }
}

/// Why nothing can be said about an activity now, or changed.
pub(super) fn closed(cx: &Cx, activity: &Activity, before: Option<&Evaluation>) -> Option<&'static str> {
    if activity.state != State::Ended {
        return Some("records.evaluation.refused.open");
    }
    before.filter(|said| !rules::may_change(said.made_at, cx.now)).map(|_| "records.evaluation.refused.late")
}

async fn form(cx: &Cx, activity: Activity, person: PersonId, sent: Option<(MarksForm, FieldErrors)>) -> Result<Edit> {
    let before = store::find(&cx.db, cx.tenant, (activity.id, person), About::Volunteer).await?;
    let kept = before.as_ref().map(|said| MarksForm::of(said.marks(), &said.words)).unwrap_or_default();
    let (form, errors) = sent.unwrap_or((kept, FieldErrors::none()));
    let name = people::find(&cx.db, cx.tenant, person).await?.name;
    let back = format!("/activities/{}/evaluations", activity.id);
    Ok(Edit {
        title: Word::new("records.evaluation.of_person").with("name", name),
        action: format!("{back}/{person}"),
        back,
        labels: About::Volunteer.words(),
        effect: "records.evaluation.effect_person",
        closed: closed(cx, &activity, before.as_ref()),
        sub: activity.title,
        form,
        errors,
    })
}

/// Somebody with hours in an activity of the actor's; anybody else is not there.
pub(super) async fn one(cx: &Cx, activity: ActivityId, person: PersonId) -> Result<Activity> {
    let activity = held(cx, activity, EVALUATE).await?;
    super::served_in(cx, activity.id, person).await
}

pub(super) async fn edit(cx: Cx, Path((activity, person)): Path<(ActivityId, PersonId)>) -> Result<Answer> {
    let activity = one(&cx, activity, person).await?;
    cx.page(&form(&cx, activity, person, None).await?)
}

pub(super) async fn update(
    cx: Cx,
    Path((activity, person)): Path<(ActivityId, PersonId)>,
    Form(typed): Form<MarksForm>,
) -> Result<Answer> {
    let activity = one(&cx, activity, person).await?;
    let back = format!("/activities/{}/evaluations", activity.id);
    let marks = match typed.check() {
        Err(Error::Invalid(errors)) => {
            return cx.invalid(&form(&cx, activity, person, Some((typed, errors))).await?);
        }
        checked => checked?,
    };
    say(&cx, &activity, (person, About::Volunteer), marks).await?;
    Ok(cx.see_other_saying(&back, &Word::new("records.evaluation.kept")))
}
