//! One announcement at the desk: whom it will reach before it is sent, how far it is, who has read it, and what can be done.

use super::readers::{self, TeamsWanted};
use super::{Nothing, PAGE};
use crate::model::{Announcement, AnnouncementId, Chase, Reached, State, TeamRate};
use crate::store::{self, audience};
use crate::{rules, verbs};
use askama::Template;
use axum::extract::Path;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::{Answer, Cx, Error, Form, Query, Result, Word};
use organisations::OrganisationId;

#[derive(Template)]
#[template(path = "exchange/show.html")]
struct Show {
    a: Announcement,
    /// Whom it reaches now, while it is not sent.
    reached: Option<Reached>,
    whom: Vec<String>,
    unread: i64,
    teams: Paged<TeamRate>,
    wanted: TeamsWanted,
    chases: Vec<Chase>,
    /// Why nobody can be asked again now.
    no_chase: Option<Word>,
}

impl Show {
    const fn seen(&self) -> i64 {
        self.a.people - self.unread
    }

    fn share(&self) -> String {
        rules::share(rules::permille(self.seen(), self.a.people))
    }

    fn share_of(&self, team: &TeamRate) -> String {
        rules::share(team.permille)
    }

    /// Where a team's bar ends on a track of 200.
    fn end_of(&self, team: &TeamRate) -> i64 {
        team.permille / 5
    }

    fn next(&self) -> Option<String> {
        self.teams
            .next
            .as_deref()
            .map(|cursor| format!("{}{}", self.a.url(), query_string(&self.wanted.fields(), cursor)))
    }

    fn readers_of(&self, team: &OrganisationId) -> String {
        format!("{}/readers?team={team}", self.a.url())
    }
}

pub(super) async fn show(cx: Cx, Path(id): Path<AnnouncementId>, Query(wanted): Query<TeamsWanted>) -> Result<Answer> {
    let a = verbs::held(&cx, id).await?;
    let reached = if a.state.can_go() { Some(audience::count(&cx.db, cx.tenant, &a).await?) } else { None };
    let unread = if a.must_read { store::unread(&cx.db, cx.tenant, id).await? } else { 0 };
    let chases = store::chases(&cx.db, cx.tenant, id).await?;
    let no_chase = rules::no_chase(&a, unread, chases.first().map(|chase| chase.day), cx.today());
    let teams = if a.must_read && a.people > 0 {
        let cursor = Cursor::read(wanted.cursor.as_deref(), 3)?;
        let found =
            store::readers::teams(&cx.db, cx.tenant, (id, wanted.q.trim()), (cursor.as_ref(), PAGE as i64 + 1)).await?;
        Paged::cut(found, PAGE, TeamRate::keys)
    } else {
        Paged { items: Vec::new(), next: None }
    };
    let whom = readers::whom(&cx, &a).await?;
    cx.page(&Show { a, reached, whom, unread, teams, wanted, chases, no_chase })
}

#[derive(Template)]
#[template(path = "exchange/progress.html")]
struct Progress {
    a: Announcement,
}

pub(super) async fn progress(cx: Cx, Path(id): Path<AnnouncementId>) -> Result<Answer> {
    let a = verbs::held(&cx, id).await?;
    cx.page(&Progress { a })
}

pub(super) async fn send(cx: Cx, Path(id): Path<AnnouncementId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let a = verbs::held(&cx, id).await?;
    verbs::send(&cx, id).await?;
    Ok(cx.see_other_saying(&a.url(), &Word::new("exchange.started")))
}

pub(super) async fn stop(cx: Cx, Path(id): Path<AnnouncementId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let a = verbs::held(&cx, id).await?;
    verbs::stop(&cx, id).await?;
    Ok(cx.see_other_saying(&a.url(), &Word::new("exchange.stopped")))
}

#[derive(Template)]
#[template(path = "exchange/chasing.html")]
struct Chasing {
    a: Announcement,
    unread: i64,
}

/// Tells whom it would reach before anything is sent.
pub(super) async fn chasing(cx: Cx, Path(id): Path<AnnouncementId>) -> Result<Answer> {
    let a = verbs::held(&cx, id).await?;
    let unread = store::unread(&cx.db, cx.tenant, id).await?;
    let last = store::chases(&cx.db, cx.tenant, id).await?.first().map(|chase| chase.day);
    match rules::no_chase(&a, unread, last, cx.today()) {
        Some(word) => Err(Error::Refused(word)),
        None => cx.page(&Chasing { a, unread }),
    }
}

pub(super) async fn chase(cx: Cx, Path(id): Path<AnnouncementId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let a = verbs::held(&cx, id).await?;
    let asked = verbs::chase(&cx, id, false).await?;
    let word = Word::new("exchange.chased").with("n", kernel::words::number(asked));
    Ok(cx.see_other_saying(&a.url(), &word))
}

#[derive(Template)]
#[template(path = "exchange/withdrawal.html")]
struct Withdrawal {
    a: Announcement,
    unread: i64,
}

impl Withdrawal {
    const fn seen(&self) -> i64 {
        self.a.people - self.unread
    }
}

/// Tells its effect before anything is taken back.
pub(super) async fn withdrawal(cx: Cx, Path(id): Path<AnnouncementId>) -> Result<Answer> {
    let a = verbs::held(&cx, id).await?;
    if a.state == State::Withdrawn {
        return Err(Error::refused("exchange.refused.withdrawn"));
    }
    let unread = store::unread(&cx.db, cx.tenant, id).await?;
    cx.page(&Withdrawal { a, unread })
}

pub(super) async fn withdraw(cx: Cx, Path(id): Path<AnnouncementId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let a = verbs::held(&cx, id).await?;
    verbs::withdraw(&cx, id).await?;
    let word = if a.people > 0 { "exchange.withdrawn" } else { "exchange.laid_aside" };
    Ok(cx.see_other_saying("/desk/announcements", &Word::new(word)))
}
