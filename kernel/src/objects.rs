//! The objects of the house as pages about them need them: where one stands, so that the evaluator can be asked who may, and
//! what was done to it. Each room tells of its kinds at its door.

use crate::audit;
use crate::cx::{Actor, Cx};
use crate::error::{Error, Result};
use crate::ids::{AccountId, Raw};
use crate::policy::{self, Decision, Permission, Target};
use futures_util::future::BoxFuture;

/// Where an object is reached.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Its region's code; empty when it has none.
    pub region: String,
    /// Its organisation's path; empty when it has none.
    pub organisation: String,
    /// The person it is about.
    pub person: Option<Raw>,
}

impl Standing {
    /// As the evaluator takes it.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        Target { region: &self.region, organisation: &self.organisation, person: self.person }
    }
}

/// An object.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Its name.
    pub title: String,
    /// Its page.
    pub url: String,
    /// Where it is reached: by any of them. A person is reached by home and by each team.
    pub places: Vec<Standing>,
    /// Whoever made it sees it, whatever their reach.
    pub maker: Option<AccountId>,
}

/// A kind of object, as a room tells of it at its door.
#[derive(Clone, Copy)]
pub struct ObjectKind {
    /// As the trace calls it, e.g. `person`.
    pub name: &'static str,
    /// Who may see it and who may change it, in the order in which that is told.
    pub verbs: &'static [Permission],
    /// The deeds that are looks at personal or sealed data.
    pub looks: &'static [&'static str],
    /// Finds one, whoever asks; `NotFound` where there is none.
    pub find: fn(Cx, Raw) -> BoxFuture<'static, Result<Object>>,
}

/// The kind of this name and the object of this id.
pub async fn find(cx: &Cx, kind: &str, id: Raw) -> Result<(ObjectKind, Object)> {
    let kind = cx.app.objects.iter().find(|known| known.name == kind).copied().ok_or(Error::NotFound)?;
    let object = (kind.find)(cx.clone(), id).await?;
    Ok((kind, object))
}

/// The evaluator's decision about an object: that of the place which carries, else of the first.
#[must_use]
pub fn decide(actor: &Actor, permission: Permission, object: &Object) -> Decision {
    let mut decisions = object.places.iter().map(|place| policy::decide(actor, permission, Some(&place.target())));
    let first = decisions.next().unwrap_or(Decision { allowed: false, reasons: Vec::new() });
    if first.allowed { first } else { decisions.find(|decision| decision.allowed).unwrap_or(first) }
}

/// Whether somebody made it themselves.
#[must_use]
pub fn is_maker(actor: &Actor, object: &Object) -> bool {
    object.maker.is_some() && object.maker == actor.account
}

/// Refuses who may not know of it: the same answer as if there were none.
pub fn may(cx: &Cx, permission: Permission, object: &Object) -> Result<()> {
    let allowed = is_maker(&cx.actor, object) || decide(&cx.actor, permission, object).allowed;
    if allowed { Ok(()) } else { Err(Error::NotFound) }
}

/// The lines of the trace about one object; looks at personal data only for who reads the trace.
#[must_use]
pub fn filter(kind: ObjectKind, id: Raw, looks: bool) -> audit::Filter {
    // That an auditor looked is a look as well.
    let besides = if looks { Vec::new() } else { [kind.looks, &["trace.read"]].concat() };
    audit::Filter { object: Some(id), besides, ..audit::Filter::default() }
}
