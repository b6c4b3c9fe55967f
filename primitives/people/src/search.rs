//! What the search of the whole desk finds of people: those whom the reader may see, told apart by number and town.

use crate::store::{self, PersonFilter};
use crate::ties::Ties;
use crate::{mask, policy};
use kernel::{Cx, Found, Result, SHELF, Shelf};

pub(crate) async fn search(cx: Cx, query: String) -> Result<Option<Shelf>> {
    if !cx.can(policy::READ) {
        return Ok(None);
    }
    let (reach, ties) = (cx.reach(policy::READ), cx.app.part::<Ties>());
    let filter = PersonFilter { query: query.clone(), ..PersonFilter::default() };
    let people = store::list(&cx.db, cx.tenant, &filter, (&reach, ties), (None, SHELF as i64 + 1)).await?;
    let tree = places::tree(&cx).await?;
    let found = |person: crate::Person| {
        let facts = [mask::number_of(&person), tree.town(&person.region_code).to_owned(), mask::phone_of(&person)];
        let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        Found { facts: facts.join(" · "), url: person.url(), title: person.name }
    };
    Ok(Some(Shelf::of("nav.people", "/desk/people", &query, people, found)))
}
