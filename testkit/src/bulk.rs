//! Deeds for many, as every list has them: looked at, ordered, done by the job.

use crate::app::encode;
use crate::{Reply, TestApp, Visitor};

/// A deed of a list, with what is said with it.
#[derive(Clone, Copy)]
pub struct Deed<'d>(pub &'d str, pub &'d str, pub &'d str);

/// What it would do to these.
///
/// # Panics
/// When there is no such page for this visitor.
pub async fn look(visitor: &Visitor, Deed(list, deed, said): Deed<'_>, ids: &[String]) -> Reply {
    let (ids, said): (String, String) = (ids.iter().map(|id| format!("&id={id}")).collect(), encode(said));
    visitor.get(&format!("/desk/bulk?list={list}&deed={deed}&said={said}{ids}")).await.expect(200)
}

/// Orders it and runs the job; answers the page that says what came of it, and its address.
///
/// # Panics
/// When it is refused.
pub async fn order(app: &TestApp, visitor: &Visitor, of: Deed<'_>, ids: &[String]) -> (Reply, String) {
    let Deed(list, deed, said) = of;
    let mut form = vec![("list", list), ("deed", deed), ("said", said)];
    form.extend(ids.iter().map(|id| ("id", id.as_str())));
    let url = visitor.post("/desk/bulk", &form).await.expect(303).location.expect("a run has a page");
    app.run_jobs().await;
    (visitor.get(&url).await.expect(200), url)
}

/// Takes it back and runs the job; answers the page.
///
/// # Panics
/// When it cannot be taken back.
pub async fn undo(app: &TestApp, visitor: &Visitor, url: &str) -> Reply {
    visitor.post(&format!("{url}/undoing"), &[]).await.expect(303);
    app.run_jobs().await;
    visitor.get(url).await.expect(200)
}
