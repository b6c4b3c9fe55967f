//! A team as the pages about objects need it; of a party branch they tell nothing.

use crate::model::{OrganisationId, Tree};
use crate::policy::{MANAGE, MEMBERS, READ};
use crate::store;
use kernel::ids::Raw;
use kernel::{Cx, Error, Object, ObjectKind, Result, Standing};

pub(crate) const KIND: ObjectKind = ObjectKind {
    name: "organisation",
    verbs: &[READ, MEMBERS, MANAGE],
    looks: &["organisations.branch_read"],
    find: |cx, id| Box::pin(find(cx, id)),
};

async fn find(cx: Cx, id: Raw) -> Result<Object> {
    let team = store::find(&cx.db, cx.tenant, OrganisationId(id)).await?;
    if team.tree != Tree::Team {
        return Err(Error::NotFound);
    }
    let url = team.url();
    let place = Standing { region: team.region_code, organisation: team.path, person: None };
    Ok(Object { title: team.name, url, places: vec![place], maker: None })
}
