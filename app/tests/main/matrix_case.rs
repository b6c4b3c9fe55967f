//! A case of the matrix: a route, the object that it names and a body that would be taken.

use super::world::World;
use crate::district::{Corner, Shift};
use kernel::Permission;
use serde_json::Value;

/// What a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// No object: the permission alone decides.
    Plain,
    /// Something that is there for nobody.
    Nothing,
    /// An object of the whole district.
    Whole,
    /// What the member alone may see.
    Mine,
    /// What the people of the team alone may see: the member and the leader.
    Team,
    /// What the leader alone may see.
    Leader,
    /// What belongs to whoever made it.
    Made,
    /// A place: everybody knows that it is there.
    Region,
    /// What hangs on a team.
    Held,
    /// A person.
    Person,
}

impl Aim {
    /// Whether it stands in one of the three corners.
    pub fn has_place(self) -> bool {
        !matches!(self, Self::Plain | Self::Nothing | Self::Whole)
    }
}

pub type Fields = Vec<(&'static str, String)>;

pub enum Body {
    Nothing,
    Form(fn(&World, &Corner) -> Fields),
    Json(fn(&World, &Corner) -> Value),
    Upload(&'static [(&'static str, &'static str)], (&'static str, &'static str, &'static [u8])),
}

pub struct Case {
    pub method: &'static str,
    pub route: &'static str,
    pub aim: Aim,
    pub body: Body,
    /// The permission that the handler asks of the object, where it is another than the route's.
    pub inner: Option<Permission>,
    /// Who may know that the object is there; they are told 403.
    pub seen: Option<Permission>,
    /// Which activity the parameters mean.
    pub shift: fn(&Corner) -> &Shift,
    pub query: &'static str,
    /// Which field is revealed.
    pub field: &'static str,
    /// Whether it makes something where the form says.
    pub founds: bool,
    pub ends_session: bool,
    pub restore: &'static [&'static str],
}

impl Case {
    pub fn of(method: &'static str, route: &'static str, aim: Aim, body: Body) -> Self {
        Self {
            method,
            route,
            aim,
            body,
            inner: None,
            seen: None,
            shift: |c| &c.open,
            query: "",
            field: "phone",
            founds: false,
            ends_session: false,
            restore: &[],
        }
    }

    pub fn inner(self, permission: Permission) -> Self {
        Self { inner: Some(permission), ..self }
    }

    pub fn seen(self, permission: Permission) -> Self {
        Self { seen: Some(permission), ..self }
    }

    pub fn on(self, shift: fn(&Corner) -> &Shift) -> Self {
        Self { shift, ..self }
    }

    pub fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    pub fn founds(self) -> Self {
        Self { founds: true, ..self }
    }

    pub fn restore(self, restore: &'static [&'static str]) -> Self {
        Self { restore, ..self }
    }

    /// The address with its parameters filled in.
    pub fn path(&self, world: &World, corner: &Corner) -> String {
        let shift = (self.shift)(corner);
        let nothing = self.aim == Aim::Nothing;
        let token = match self.route {
            _ if nothing => "nothing",
            r if r.starts_with("/wall") => &world.wall,
            r if r.starts_with("/welcome") => &world.welcome,
            r if r.starts_with("/access") => &world.access,
            r if r.starts_with("/recovery") => &world.recovery,
            _ => &world.keeper,
        };
        let mut path = self.route.to_owned();
        for (name, value) in [
            ("{activity}", shift.activity.to_string()),
            ("{session}", shift.session.to_string()),
            ("{signup}", shift.signup.to_string()),
            ("{team}", corner.team.to_string()),
            // Of whom an activity's team says something, the leader alone has hours in it.
            ("{person}", if self.route.contains("/evaluations/") { corner.leader } else { corner.member }.to_string()),
            ("{award}", corner.award.to_string()),
            // A wish to take a corner's people out bears the member's id.
            ("{wish}", corner.member.to_string()),
            // An invitation bears it too, and so does a message that left for the member.
            ("{other}", corner.leader.to_string()),
            // A merging bears the member's id.
            ("{merge}", corner.member.to_string()),
            ("{invitation}", corner.member.to_string()),
            // An announcement of a corner's team bears the member's id.
            ("{announcement}", corner.member.to_string()),
            ("{message}", corner.member.to_string()),
            ("{entry}", corner.entry.to_string()),
            // A claim to a record bears the member's id.
            ("{claim}", if self.route.contains("/team/claims") { corner.member } else { corner.claim }.to_string()),
            // A swap of two of the member's places bears it too, and so does a paper sheet.
            ("{swap}", corner.member.to_string()),
            // A certificate of the member and its kind bear it.
            ("{certificate}", corner.member.to_string()),
            ("{certificate_kind}", corner.member.to_string()),
            ("{sheet}", corner.member.to_string()),
            ("{pending}", if self.route.contains("/postings") { corner.posted } else { corner.pending }.to_string()),
            ("{proof}", corner.proof.to_string()),
            ("{month}", "2026-10".to_owned()),
            ("{request}", corner.request.to_string()),
            // A guardian bears the member's id, and is the member: the pages about objects are asked about the member too.
            ("{guardian}", corner.member.to_string()),
            ("{kind}", "person".to_owned()),
            ("{object}", corner.member.to_string()),
            ("{site}", corner.site.to_string()),
            ("{import}", world.run(corner).0.to_string()),
            ("{job}", world.job.to_string()),
            ("{screen}", world.screen.to_string()),
            ("{account}", world.account.to_string()),
            ("{role}", world.role.to_string()),
            // What somebody keeps for themselves is there for nobody else.
            ("{view}", kernel::ids::Raw::default().to_string()),
            ("{run}", kernel::ids::Raw::default().to_string()),
            ("{report}", kernel::ids::Raw::default().to_string()),
            ("{blank}", kernel::ids::Raw::default().to_string()),
            ("{token}", token.to_owned()),
            ("{region}", "440605125".to_owned()),
            ("{setting}", "teams.per_person".to_owned()),
            ("{turn}", "1".to_owned()),
            ("{mark}", "forged".to_owned()),
            ("{field}", self.field.to_owned()),
        ] {
            path = path.replace(name, &value);
        }
        format!("{path}{}", self.query.replace("{team}", &corner.team.to_string()))
    }
}

pub fn get(route: &'static str, aim: Aim) -> Case {
    Case::of("GET", route, aim, Body::Nothing)
}

pub fn post(route: &'static str, aim: Aim, fields: fn(&World, &Corner) -> Fields) -> Case {
    Case::of("POST", route, aim, Body::Form(fields))
}

pub fn call(method: &'static str, route: &'static str, aim: Aim, body: fn(&World, &Corner) -> Value) -> Case {
    Case::of(method, route, aim, Body::Json(body))
}

pub fn text(pairs: &[(&'static str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

pub fn none(_: &World, _: &Corner) -> Fields {
    Vec::new()
}
