//! The way to a team's statement, on its record.

use super::team;
use askama::Template;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Cx, Error, Result};
use organisations::OrganisationId;
use people::ties::Later;

#[derive(Template)]
#[template(path = "records/statement_panel.html")]
struct Panel {
    team: OrganisationId,
}

async fn panel(cx: Cx, id: OrganisationId) -> Result<Option<String>> {
    match team(&cx, id).await {
        Ok(found) if found.tree == organisations::Tree::Team => cx.fragment(&Panel { team: found.id }).map(Some),
        Ok(_) | Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// On a team's record.
pub(crate) fn team_panel(cx: Cx, id: Raw) -> Later<Option<String>> {
    Box::pin(panel(cx, OrganisationId(id)))
}
