//! What the search of the whole desk finds of activities: by title or number, the latest first.

use crate::MANAGE;
use crate::store::listing::Face;
use crate::store::{self, Filter, Listed};
use kernel::{Cx, Found, Result, SHELF, Shelf, words};

pub(crate) async fn search(cx: Cx, query: String) -> Result<Option<Shelf>> {
    if !cx.can(MANAGE) {
        return Ok(None);
    }
    let filter = Filter { query: query.clone(), ..Filter::default() };
    let face = Face::Desk(cx.reach(MANAGE));
    let activities = store::list(&cx, &face, &filter, None, SHELF as i64 + 1).await?;
    let found = |activity: Listed| Found {
        facts: [
            activity.number.as_str(),
            cx.t(&format!("activity.state.{}", activity.state)),
            &words::date(cx.lang, activity.starts_on, cx.today()),
            &activity.organisation_name,
        ]
        .join(" · "),
        url: format!("/desk/activities/{}", activity.id),
        title: activity.title,
    };
    Ok(Some(Shelf::of("nav.activities", "/desk/activities", &query, activities, found)))
}
