//! Many at once by the shift's leader: what would come of it, and then each for themselves, so that one who is refused holds
//! nobody up.

use crate::model::Via;
use crate::store::{self, RosterLine};
use crate::taking;
use activities::{Activity, Session};
use kernel::{Cx, Error, Result, Word};
use people::PersonId;

/// What is done with all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deed {
    /// They come.
    In,
    /// They go.
    Out,
}

impl Deed {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }

    /// Whether somebody on the list can be meant.
    pub(crate) fn fits(self, line: &RosterLine) -> bool {
        match self {
            Self::In => line.is_absent(),
            Self::Out => line.is_inside(),
        }
    }
}

/// What comes of one of them.
pub(crate) struct Outcome {
    pub person: PersonId,
    pub name: String,
    /// Minutes that count, of somebody who goes.
    pub minutes: i64,
    /// Why not.
    pub refused: Option<Word>,
}

/// Those of a list who were chosen, each once; whoever is not on it is not there.
pub(crate) fn chosen<'l>(lines: &'l [RosterLine], people: &[PersonId]) -> Result<Vec<&'l RosterLine>> {
    if people.iter().any(|person| !lines.iter().any(|line| line.person_id == *person)) {
        return Err(Error::NotFound);
    }
    Ok(lines.iter().filter(|line| people.contains(&line.person_id)).collect())
}

/// What would come of it now; nothing is written.
pub(crate) async fn foresee(
    cx: &Cx,
    of: (&Session, &Activity),
    deed: Deed,
    lines: &[&RosterLine],
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(lines.len());
    for line in lines {
        let (minutes, refused) = match deed {
            Deed::In if line.in_at.is_some() => (0, None),
            Deed::In => (0, taking::admission(&cx.db, cx, of, line.person_id, Via::Bulk).await?.err()),
            Deed::Out => going(cx, of, line),
        };
        outcomes.push(Outcome { person: line.person_id, name: line.name.clone(), minutes, refused });
    }
    Ok(outcomes)
}

fn going(cx: &Cx, (session, activity): (&Session, &Activity), line: &RosterLine) -> (i64, Option<Word>) {
    let Some(in_at) = line.in_at else { return (0, Some(Word::new("attendance.refused.not_in"))) };
    if !activity.state.earns() {
        return (0, Some(Word::new("attendance.refused.state")));
    }
    let span = session.counted((in_at, line.out_at.unwrap_or(cx.now)));
    (span.map_or(0, |(from, to)| (to - from).num_minutes()), None)
}

/// Does it for each; a refusal of one is told and holds nobody up. A repeat changes nothing.
pub(crate) async fn take(
    cx: &Cx,
    (session, _): (&Session, &Activity),
    deed: Deed,
    lines: &[&RosterLine],
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(lines.len());
    for line in lines {
        let person = line.person_id;
        let done = match deed {
            Deed::In => taking::check_in(cx, session.id, person, Via::Bulk).await.map(|_| ()),
            Deed::Out => taking::check_out(cx, session.id, person, Via::Bulk).await.map(|_| ()),
        };
        let refused = match done {
            Ok(()) => None,
            Err(Error::Refused(word)) => Some(word),
            Err(other) => return Err(other),
        };
        let minutes = match (deed, &refused) {
            (Deed::Out, None) => written(cx, session, person).await?,
            _ => 0,
        };
        outcomes.push(Outcome { person, name: line.name.clone(), minutes, refused });
    }
    Ok(outcomes)
}

async fn written(cx: &Cx, session: &Session, person: PersonId) -> Result<i64> {
    let there = store::find(&cx.db, cx.tenant, session.id, person).await?;
    let span = there.filter(|t| t.entry_id.is_some()).and_then(|there| session.counted((there.in_at, there.out_at?)));
    Ok(span.map_or(0, |(from, to)| (to - from).num_minutes()))
}
