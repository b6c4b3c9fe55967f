//! An activity as the pages about objects need it.

use crate::model::ActivityId;
use crate::policy::{ATTEND, MANAGE, REVIEW};
use crate::store;
use kernel::ids::Raw;
use kernel::{Cx, Object, ObjectKind, Result, Standing};

pub(crate) const KIND: ObjectKind = ObjectKind {
    name: "activity",
    verbs: &[MANAGE, REVIEW, ATTEND],
    looks: &["activity.proof_read", "attendance.roster_read"],
    find: |cx, id| Box::pin(find(cx, id)),
};

async fn find(cx: Cx, id: Raw) -> Result<Object> {
    let activity = store::find(&cx.db, cx.tenant, ActivityId(id)).await?;
    let url = format!("/desk/activities/{}", activity.id);
    let place = Standing { region: activity.region_code, organisation: activity.organisation_path, person: None };
    Ok(Object { title: activity.title, url, places: vec![place], maker: None })
}
