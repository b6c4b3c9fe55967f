//! The federation: volunteers and teams, their registration, import, portal and desk.

mod access;
mod api;
mod claim;
mod data;
mod deeds;
mod edit;
mod export;
mod home;
pub mod import;
mod invitations;
mod join;
mod me;
mod merging;
mod messages;
mod offers;
mod parting;
pub mod policy;
mod recovery;
mod requests;
pub mod stars;
mod store;
mod teams;
pub mod towns;

pub use export::command_export;
pub use import::command::command_import;

use kernel::jobs::JobKind;
use kernel::{Module, NavItem, Routes};

/// Its public pages, the leader's and the desk's.
fn routes() -> Routes {
    Routes::new()
        .get("/", policy::HOME, home::show)
        .get("/teams", policy::HOME, teams::index)
        .get("/teams/{team}", policy::HOME, teams::show)
        .get("/join", policy::JOIN, join::pages::new)
        .post("/join", policy::JOIN, join::pages::create)
        .get("/claim", policy::CLAIM, claim::new)
        .post("/claim", policy::CLAIM, claim::create)
        .get("/claim/{token}", policy::CLAIM, claim::show)
        .get("/team/claims", policy::CLAIMS, claim::index)
        .post("/team/claims/{claim}/decision", policy::CLAIMS, claim::decide)
        .get("/team/requests", policy::REQUESTS, requests::index)
        .post("/team/requests/{request}/decision", policy::REQUESTS, requests::decide)
        .post("/desk/people/{person}/access", policy::ACCESS, access::desk::create)
        .post("/desk/people/{person}/access/end", policy::ACCESS, access::desk::destroy)
        .get("/desk/people/{person}/recovery", policy::RECOVER, recovery::show)
        .post("/desk/people/{person}/recovery", policy::RECOVER, recovery::create)
        .get("/desk/teams/{team}/access", policy::ACCESS, access::sheet::new)
        .post("/desk/teams/{team}/access", policy::ACCESS, access::sheet::create)
        .get("/desk/towns", policy::TOWNS, towns::index)
        .get("/desk/towns/{region}/merger", policy::TOWNS, towns::show)
        .post("/desk/towns/{region}/merger", policy::TOWNS, towns::update)
        .get("/desk/towns/{region}/name", policy::TOWNS, towns::naming::show)
        .post("/desk/towns/{region}/name", policy::TOWNS, towns::naming::update)
        .get("/desk/towns/{region}/division", policy::TOWNS, towns::division::show)
        .post("/desk/towns/{region}/division", policy::TOWNS, towns::division::update)
        .api(policy::REGISTER, kernel::routes!(api::create))
}

/// Somebody's own pages.
fn own_routes() -> Routes {
    Routes::new()
        .get("/me", policy::ME, me::show)
        .post("/me/invitations/{invitation}/decision", policy::ME, invitations::decide)
        .post("/teams/{team}/requests", policy::ME, teams::create)
        .post("/me/requests/{request}/withdrawal", policy::ME, teams::withdraw)
        .get("/me/teams/{team}/leaving", policy::ME, teams::leaving::show)
        .post("/me/teams/{team}/leaving", policy::ME, teams::leaving::create)
        .get("/me/messages", policy::ME, messages::index)
        .post("/me/messages/read", policy::ME, messages::read)
        .get("/me/messages/settings", policy::ME, messages::settings::show)
        .post("/me/messages/settings", policy::ME, messages::settings::update)
        .post("/me/messages/settings/off", policy::ME, messages::settings::off)
        .post("/me/messages/confirmation", policy::ME, messages::confirmation::create)
        .post("/me/messages/confirmation/code", policy::ME, messages::confirmation::answer)
        .get("/me/data", policy::ME, data::show)
        .post("/me/data/reveal", policy::REVEAL, data::reveal)
        .get("/me/trace", policy::ME, data::trace)
        .get("/me/data/edit", policy::EDIT, edit::show)
        .post("/me/data/edit", policy::EDIT, edit::update)
        .get("/me/password", policy::EDIT, edit::password)
        .post("/me/password", policy::EDIT, edit::password_update)
        .api(policy::ME, kernel::routes!(api::me))
        .api(policy::ME, kernel::routes!(messages::settings::api_show, messages::settings::api_update))
}

/// The columns that name people and organisations.
const POINTERS: &[kernel::Pointer] = &[
    kernel::Pointer::of("person", ("join_request", "person_id"), "uses.request"),
    kernel::Pointer::of("person", ("join_consent", "person_id"), "uses.consent"),
    kernel::Pointer::of("person", ("access_slip", "person_id"), "uses.slip"),
    kernel::Pointer::of("person", ("record_claim", "person_id"), "uses.record_claim"),
    kernel::Pointer::of("person", ("mail_confirmation", "person_id"), ""),
    kernel::Pointer::of("organisation", ("join_request", "organisation_id"), "uses.request"),
];

/// The room's door.
#[must_use]
pub fn module() -> Module {
    import::furnish(Module::new("federation"))
        .migrations(kernel::migrations![
            "20261123_21_federation",
            "20261124_21_access",
            "20261128_11_mail_confirmation",
            "20261128_20_pointers",
            "20261128_22_merge",
            "20261128_46_claim"
        ])
        .words(kernel::words!())
        .words(kernel::words!("import"))
        .points(POINTERS)
        .parting(parting::PARTING)
        .policy(policy::TABLE)
        .routes(routes())
        .routes(own_routes())
        .routes(access::open::routes())
        .routes(merging::routes())
        .slot("people.show", merging::panel)
        .work(|cx| Box::pin(merging::work(cx)))
        .routes(api::messages::routes())
        .routes(api::requests::routes())
        .routes(api::claims::routes())
        .routes(api::own::routes())
        .routes(api::towns::routes())
        .routes(api::teams::routes())
        .slot("people.show", access::desk::panel)
        .slot("teams.show", access::sheet::panel)
        .nav(NavItem { order: 108, word: "nav.towns", url: "/desk/towns", permission: policy::TOWNS })
        .part(home::Kept::default())
        .job(JobKind::of::<claim::CallLeaders>())
        .work(|cx| Box::pin(requests::work(cx)))
        .work(|cx| Box::pin(claim::work(cx)))
}

#[cfg(test)]
mod tests;
