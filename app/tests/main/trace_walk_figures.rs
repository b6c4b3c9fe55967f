//! The way of the walk through statistics: views that are kept, figures that are frozen, forms that are filled.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use super::{Sent, Walk, form};
use crate::district::Somebody;
use kernel::ids::Raw;
use kernel::{Read as _, row};

row! { struct Found { id: Raw } }

/// Everything that is kept of figures.
pub async fn walk<'s>(walk: &mut Walk, by: impl Fn(&str) -> &'s Somebody) {
    let (town, district) = (by("town"), by("district"));
    let sent = form(&[("name", "各镇每月"), ("metric", "hours"), ("rows", "town"), ("columns", "month")]);
    let saved = [("statistics.view_saved", "view", None)];
    walk.ask(town, ("POST", "/desk/statistics/views"), ("/desk/statistics/views".into(), sent), &saved).await;
    let view = walk.district.app.db().one::<Found>("SELECT id FROM statistics_view", &[]).await.unwrap().id;
    let removed = [("statistics.view_removed", "view", Some(view))];
    let sent = (format!("/desk/statistics/views/{view}/removal"), form(&[]));
    walk.ask(town, ("POST", "/desk/statistics/views/{view}/removal"), sent, &removed).await;
    let read = [("statistics.traits_read", "pivot", None)];
    let path = "/desk/statistics/pivot?metric=volunteers&rows=sex&columns=town".to_owned();
    walk.ask(district, ("GET", "/desk/statistics/pivot"), (path, Sent::Nothing), &read).await;
    let read = [("statistics.people_listed", "pivot", None)];
    let path = "/desk/statistics/people?metric=volunteers&sex=1".to_owned();
    walk.ask(district, ("GET", "/desk/statistics/people"), (path, Sent::Nothing), &read).await;
}
