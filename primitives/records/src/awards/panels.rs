//! Awards on the record of a person and of a team.

use super::model::{Award, Whose};
use super::{can, store};
use crate::policy::{AWARDS, ENTER};
use askama::Template;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Cx, Result};
use organisations::OrganisationId;
use people::PersonId;
use people::ties::Later;

/// So many stand on the record; the list has all.
const SHOWN: i64 = 5;

#[derive(Template)]
#[template(path = "records/awards_panel.html")]
struct Panel {
    awards: Vec<Award>,
    /// `person` or `team`, and the id.
    whose: (&'static str, Raw),
    may_enter: bool,
}

async fn panel(cx: Cx, whose: Whose) -> Result<Option<String>> {
    if !can(&cx, AWARDS, whose).await? {
        return Ok(None);
    }
    let (awards, named) = match whose {
        Whose::Person(id) => (store::of_person(&cx.db, cx.tenant, id, SHOWN).await?, ("person", id.0)),
        Whose::Team(id) => (store::of_team(&cx.db, cx.tenant, id, SHOWN).await?, ("team", id.0)),
    };
    cx.fragment(&Panel { awards, whose: named, may_enter: can(&cx, ENTER, whose).await? }).map(Some)
}

/// On a person's record.
pub(crate) fn person_panel(cx: Cx, id: Raw) -> Later<Option<String>> {
    Box::pin(panel(cx, Whose::Person(PersonId(id))))
}

/// On a team's record.
pub(crate) fn team_panel(cx: Cx, id: Raw) -> Later<Option<String>> {
    Box::pin(panel(cx, Whose::Team(OrganisationId(id))))
}
