//! One's own services: what comes, what one waits for, what was; and giving a place back.

use super::actor_person;
use crate::model::{SignupId, SignupState, State, Way};
use crate::signups;
use crate::store::signup::{self, Mine};
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use kernel::http::filters;
use kernel::{Answer, Cx, Error, Form, Query, Result, Word};
use serde::Deserialize;

pub(crate) const PAST: i64 = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    show: Option<String>,
}

#[derive(Template)]
#[template(path = "activities/services.html")]
struct Index {
    services: Vec<Mine>,
    past: bool,
}

impl Index {
    fn said(&self, one: &Mine) -> Word {
        if self.past { one.result() } else { one.standing() }
    }
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let past = wanted.show.as_deref() == Some("past");
    let services = signup::of_person(&cx.db, cx.tenant, actor_person(&cx)?, cx.now, past, PAST).await?;
    cx.page(&Index { services, past })
}

impl Mine {
    /// Where this service stands, for its person.
    fn standing(&self) -> Word {
        if let Some(word) = self.waiting_for() {
            return word;
        }
        match (self.state, self.activity_state, self.in_at, self.out_at) {
            (SignupState::Withdrawn, ..) => Word::new("service.withdrawn"),
            (SignupState::Removed, ..) => Word::new("service.removed"),
            (_, State::Disabled, None, _) => Word::new("service.stopped"),
            (SignupState::Waiting, ..) => Word::new("service.waiting").with("n", self.before + 1),
            (_, _, Some(from), Some(to)) => {
                Word::new("service.done").with("from", kernel::words::time(from)).with("to", kernel::words::time(to))
            }
            (_, _, Some(from), None) => Word::new("service.inside").with("from", kernel::words::time(from)),
            (SignupState::Joined, ..) => Word::new("service.joined"),
        }
    }

    /// What a wish, an offer or one that was let pass waits for.
    fn waiting_for(&self) -> Option<Word> {
        match (self.state, self.offered_until) {
            (SignupState::Withdrawn, Some(_)) => Some(Word::new("service.missed")),
            (SignupState::Waiting, _) if self.activity_state == State::Disabled => None,
            (SignupState::Waiting, Some(until)) => {
                Some(Word::new("service.offered").with("until", kernel::words::moment(until)))
            }
            (SignupState::Waiting, None) if self.is_wish() => {
                Some(Word::new("service.wished").with("when", kernel::words::moment(self.closes_at)))
            }
            _ => None,
        }
    }

    /// Until when the place that is offered has to be confirmed.
    pub(crate) fn offered(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.offered_until.filter(|until| self.state == SignupState::Waiting && now <= *until)
    }

    /// Whether it waits for a draw.
    pub(crate) fn is_wish(&self) -> bool {
        self.state == SignupState::Waiting && self.way == Way::Draw && self.drawn_at.is_none()
    }

    /// The number that stands for it in the draw.
    pub(crate) fn ticket(&self) -> String {
        crate::rules::draw::ticket(self.id)
    }

    /// Its page.
    pub(crate) fn url(&self) -> String {
        format!("/activities/{}/signups/{}", self.activity_id, self.id)
    }

    /// The same after the session.
    fn result(&self) -> Word {
        if self.state == SignupState::Joined && self.in_at.is_none() && self.activity_state != State::Disabled {
            return Word::new("service.absent");
        }
        self.standing()
    }

    /// The character of its seal.
    fn seal(&self) -> &'static str {
        crate::model::seal(&self.category).0
    }

    /// The colour class of its seal.
    fn seal_class(&self) -> &'static str {
        crate::model::seal(&self.category).1
    }
}

#[derive(Template)]
#[template(path = "activities/withdrawal.html")]
struct Withdrawal {
    mine: Mine,
    waiting: bool,
    /// How many stand or fall together.
    together: usize,
}

pub(crate) async fn own(cx: &Cx, signup: SignupId) -> Result<Mine> {
    let mine = signup::find_mine(&cx.db, cx.tenant, actor_person(cx)?, signup).await?;
    if matches!(mine.state, SignupState::Joined | SignupState::Waiting) {
        Ok(mine)
    } else {
        Err(Error::refused("signup.refused.gone"))
    }
}

pub(super) async fn withdrawal(cx: Cx, Path(signup): Path<SignupId>) -> Result<Answer> {
    let mine = own(&cx, signup).await?;
    let waiting = mine.state == SignupState::Waiting;
    let together = match signup::find(&cx.db, cx.tenant, signup).await?.group_id {
        Some(group) => signup::of_group(&cx.db, cx.tenant, group).await?.len(),
        None => 1,
    };
    cx.page(&Withdrawal { mine, waiting, together })
}

pub(super) async fn withdraw(cx: Cx, Path(signup): Path<SignupId>, Form(_): Form<super::Nothing>) -> Result<Answer> {
    let mine = own(&cx, signup).await?;
    signups::withdraw(&cx, mine.id, SignupState::Withdrawn).await?;
    Ok(cx.see_other_saying("/me/services", &Word::new("service.withdrew").with("title", mine.title)))
}
