//! An import as the pages about objects need it: for whoever made it, and for the whole district's federation.

use super::{policy, store};
use crate::import::model::ImportId;
use kernel::ids::Raw;
use kernel::{Cx, Object, ObjectKind, Result, Standing};

pub(crate) const KIND: ObjectKind = ObjectKind {
    name: "import",
    verbs: &[policy::RUN],
    looks: &["import.errors_taken"],
    find: |cx, id| Box::pin(find(cx, id)),
};

async fn find(cx: Cx, id: Raw) -> Result<Object> {
    let run = store::find(&cx.db, cx.tenant, ImportId(id)).await?;
    Ok(Object { url: run.url(), title: run.file_name, places: vec![Standing::default()], maker: run.made_by })
}
