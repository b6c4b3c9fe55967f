//! The page of a published draw: the hash before, the seed, the order and the way to check it after.

use super::visible_activity;
use crate::model::{Activity, ActivityId, Way};
use crate::store::{self, draw::Ticket};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, Query, Result};

#[derive(Template)]
#[template(path = "activities/draw.html")]
struct Show {
    activity: Activity,
    tickets: Vec<Ticket>,
    /// Wishes so far, before the draw.
    wishes: i64,
}

impl Ticket {
    /// Whether it begins the list of another post or session than `before`.
    fn begins(&self, before: Option<&&Self>) -> bool {
        before.is_none_or(|b| b.post_id != self.post_id)
    }

    /// The beginning of its key.
    fn short(&self) -> &str {
        self.digest.get(..16).unwrap_or(&self.digest)
    }

    fn won(&self) -> bool {
        matches!(self.outcome.as_str(), "joined" | "reserved")
    }
}

impl Show {
    /// The tickets of each post, in order.
    fn posts(&self) -> Vec<Vec<&Ticket>> {
        let mut posts: Vec<Vec<&Ticket>> = Vec::new();
        for ticket in &self.tickets {
            let before = posts.last().and_then(|post| post.last());
            if ticket.begins(before) {
                posts.push(Vec::new());
            }
            if let Some(post) = posts.last_mut() {
                post.push(ticket);
            }
        }
        posts
    }

    fn first(&self) -> Option<&Ticket> {
        self.tickets.first()
    }
}

pub(super) async fn show(
    cx: Cx,
    Path(id): Path<ActivityId>,
    Query(link): Query<super::public::Link>,
) -> Result<Answer> {
    let activity = visible_activity(&cx, id, &link.key).await?;
    if activity.way != Way::Draw {
        return Err(Error::NotFound);
    }
    let tickets = store::draw::tickets(&cx.db, cx.tenant, id).await?;
    let posts = store::posts(&cx.db, cx.tenant, id).await?;
    let wishes = posts.iter().map(|p| p.waiting).sum();
    cx.page(&Show { activity, tickets, wishes })
}
