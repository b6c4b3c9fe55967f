//! A person as the pages about objects need them: reached by home and by each team.

use crate::model::PersonId;
use crate::policy::{CERTIFY, EDIT, ERASE, LIFE, OPEN_ID, OWN, READ, READ_PRIVATE};
use crate::store;
use crate::ties::Ties;
use kernel::ids::Raw;
use kernel::{Cx, Object, ObjectKind, Result, Standing};

pub(crate) const KIND: ObjectKind = ObjectKind {
    name: "person",
    verbs: &[READ, READ_PRIVATE, OPEN_ID, EDIT, LIFE, ERASE, CERTIFY, OWN],
    looks: &[
        "people.opened",
        "people.guardians_read",
        "people.certificates_read",
        "people.consent_read",
        "people.consent_asked",
        "federation.own_opened",
    ],
    find: |cx, id| Box::pin(find(cx, id)),
};

async fn find(cx: Cx, id: Raw) -> Result<Object> {
    let person = store::find(&cx.db, cx.tenant, PersonId(id)).await?;
    let paths = (cx.app.part::<Ties>().paths)(cx.db.clone(), cx.tenant, person.id).await?;
    let at = |organisation: String| Standing { region: person.region_code.clone(), organisation, person: Some(id) };
    let places = std::iter::once(String::new()).chain(paths).map(at).collect();
    Ok(Object { url: person.url(), title: person.name, places, maker: None })
}
