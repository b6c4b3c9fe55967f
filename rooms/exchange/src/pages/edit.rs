//! Writing an announcement: who speaks, what is said, whom it is for. Nothing is sent from here.

use crate::forms::{self, AnnouncementForm, Choice};
use crate::model::{Announcement, AnnouncementId, Part, Sender, State, Topic, Urgency};
use crate::{senders, verbs};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Word};
use organisations::Kind;
use places::Region;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "exchange/form.html")]
struct Edit {
    draft: Option<Announcement>,
    form: AnnouncementForm,
    errors: FieldErrors,
    senders: Vec<Sender>,
    towns: Vec<Region>,
    activities: Vec<Choice>,
    /// Whether there are teams to be told apart.
    many: bool,
    team_kinds: &'static [Kind],
    urgencies: &'static [Urgency],
    kinds: &'static [Topic],
    roles: &'static [Part],
}

impl Edit {
    fn to(&self) -> String {
        self.draft.as_ref().map_or_else(|| "/desk/announcements".to_owned(), Announcement::url)
    }

    fn back(&self) -> String {
        self.to()
    }
}

async fn page(cx: &Cx, draft: Option<Announcement>, form: AnnouncementForm, errors: FieldErrors) -> Result<Edit> {
    let senders = senders::of(cx).await?;
    if senders.is_empty() {
        return Err(Error::Forbidden(crate::policy::MANAGE.name));
    }
    // A town is chosen by who speaks for more than one.
    let whole = senders.iter().any(|sender| sender.team.is_none() && sender.region.is_empty());
    let towns = if whole { places::towns(cx).await? } else { Vec::new() };
    Ok(Edit {
        draft,
        form,
        errors,
        towns,
        activities: forms::activities_of(cx, &senders).await?,
        many: forms::has_teams(cx).await?,
        senders,
        team_kinds: Kind::ALL,
        urgencies: Urgency::ALL,
        kinds: Topic::ALL,
        roles: Part::ALL,
    })
}

/// In whose name one begins to write, and for whom.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Begin {
    from: String,
    activity: String,
}

pub(super) async fn new(cx: Cx, Query(begin): Query<Begin>) -> Result<Answer> {
    let to = if begin.activity.is_empty() { "teams" } else { "activity" };
    let form =
        AnnouncementForm { from: begin.from, activity: begin.activity, to: to.to_owned(), ..AnnouncementForm::fresh() };
    cx.page(&page(&cx, None, form, FieldErrors::none()).await?)
}

pub(super) async fn create(cx: Cx, Form(typed): Form<AnnouncementForm>) -> Result<Answer> {
    match verbs::write(&cx, &typed).await {
        Ok(id) => Ok(cx.see_other(&format!("/desk/announcements/{id}"))),
        Err(Error::Invalid(errors)) => cx.invalid(&page(&cx, None, typed, errors).await?),
        Err(other) => Err(other),
    }
}

pub(super) async fn edit(cx: Cx, Path(id): Path<AnnouncementId>) -> Result<Answer> {
    let draft = verbs::held(&cx, id).await?;
    if draft.state != State::Draft {
        return Err(Error::refused("exchange.refused.no_draft"));
    }
    let form = AnnouncementForm::of(&cx, &draft).await?;
    cx.page(&page(&cx, Some(draft), form, FieldErrors::none()).await?)
}

pub(super) async fn update(
    cx: Cx,
    Path(id): Path<AnnouncementId>,
    Form(typed): Form<AnnouncementForm>,
) -> Result<Answer> {
    let draft = verbs::held(&cx, id).await?;
    match verbs::revise(&cx, &draft, &typed).await {
        Ok(()) => Ok(cx.see_other_saying(&draft.url(), &Word::new("exchange.saved"))),
        Err(Error::Invalid(errors)) => cx.invalid(&page(&cx, Some(draft), typed, errors).await?),
        Err(other) => Err(other),
    }
}
