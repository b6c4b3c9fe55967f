//! The kernel's own pages: sign-in, settings, the work-list's frame, accounts, the trace, jobs and "who may".

mod about;
mod accounts;
mod bulk;
pub mod explain;
mod jobs;
mod outbox;
pub mod recovery;
mod search;
mod settings;
mod sign_in;
mod trace;
mod views;
mod welcome;
mod work;

use crate::cx::Cx;
use crate::error::Result;
use crate::http::{Answer, Query, Routes};
use crate::ids::Raw;
use crate::jobs::Recurring;
use crate::module::{Module, NavItem};
use crate::policy::{Class, Permission, Role};
use crate::views::ListFace;
use serde::Deserialize;

/// What anyone may read and do before signing in.
pub const ANYONE: Permission = Permission::new("public.read", Class::S1, &[Role::Anyone]);
/// What whoever is signed in may do with their own session and messages.
pub const MEMBER: Permission = Permission::new("me.session", Class::S2, &[Role::Member]);
/// The work-list.
pub const WORK: Permission = Permission::new(
    "desk.work",
    Class::S2,
    &[Role::Station, Role::Town, Role::District, Role::Auditor, Role::Accounts, Role::Keeper],
);
/// Accounts and roles.
pub const ACCOUNTS: Permission = Permission::new("accounts.manage", Class::S3, &[Role::Accounts]);
/// The trace.
pub const TRACE: Permission = Permission::new("trace.read", Class::S3, &[Role::Auditor]);
/// Jobs and their errors. A job belongs to the whole district: a town follows its own imports on their pages.
pub const JOBS: Permission = Permission::new("jobs.read", Class::S2, &[Role::Keeper, Role::District]);
/// What leaves Qiyi, how far it is, and its retry; it names nobody.
pub const OUTBOX: Permission = Permission::new("outbox.manage", Class::S2, &[Role::Keeper]);
/// The limits and deadlines of the district.
pub const SETTINGS: Permission = Permission::new("settings.manage", Class::S2, &[Role::District]);
/// Why somebody may or may not.
pub const EXPLAIN: Permission = Permission::new("access.explain", Class::S2, &[Role::Accounts, Role::Auditor]);

/// What was done to one object, without the looks at personal data.
pub const LOG: Permission =
    Permission::new("desk.log", Class::S2, &[Role::Leader, Role::Station, Role::Town, Role::District, Role::Auditor]);
/// One deed for many objects of a list; each deed asks its own permission of each of them.
pub const BULK: Permission = Permission::new("desk.bulk", Class::S2, &[Role::Leader, Role::Town, Role::District]);
/// Keeping questions to lists under a name; each list asks its own permission.
pub const VIEWS: Permission = Permission::new(
    "desk.views",
    Class::S2,
    &[Role::Leader, Role::Station, Role::Town, Role::District, Role::Auditor, Role::Accounts, Role::Keeper],
);
/// Who may see and change one object, and why.
pub const WHO: Permission = Permission::new(
    "desk.who",
    Class::S2,
    &[Role::Leader, Role::Station, Role::Town, Role::District, Role::Auditor, Role::Accounts],
);

/// The pages about objects, the questions to lists that are kept, and deeds for many.
fn about_routes() -> Routes {
    Routes::new()
        .get("/desk/objects/{kind}/{object}/log", LOG, about::log)
        .get("/desk/objects/{kind}/{object}/access", WHO, about::who)
        .api(LOG, crate::routes!(about::list_log))
        .api(WHO, crate::routes!(about::list_access))
        .post("/desk/views", VIEWS, views::create)
        .post("/desk/views/{view}/removal", VIEWS, views::remove)
        .api(VIEWS, crate::routes!(views::list_views, views::save_view))
        .api(VIEWS, crate::routes!(views::remove_view))
        .get("/desk/bulk", BULK, bulk::show)
        .post("/desk/bulk", BULK, bulk::create)
        .get("/desk/bulk/{run}", BULK, bulk::run)
        .post("/desk/bulk/{run}/undoing", BULK, bulk::undo)
        .api(BULK, crate::routes!(bulk::preview_bulk, bulk::begin_bulk))
        .api(BULK, crate::routes!(bulk::show_bulk, bulk::undo_bulk))
}

/// Doors, the work-list, and what the keepers of the house see.
fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", ANYONE, sign_in::show)
        .post("/sign-in", ANYONE, sign_in::create)
        .post("/demo-sign-in", ANYONE, sign_in::demo)
        .post("/sign-out", ANYONE, sign_in::destroy)
        .get("/second-factor", MEMBER, sign_in::second)
        .post("/second-factor", MEMBER, sign_in::second_create)
        .get("/offline", ANYONE, crate::http::shell::offline)
        .get("/settings", ANYONE, choose)
        .get("/welcome/{token}", ANYONE, welcome::show)
        .post("/welcome/{token}", ANYONE, welcome::create)
        .get("/keeper/{token}", ANYONE, welcome::keeper)
        .post("/keeper/{token}", ANYONE, welcome::keeper_create)
        .get("/recovery/{token}", ANYONE, recovery::show)
        .post("/recovery/{token}", ANYONE, recovery::update)
        .get("/desk", WORK, work::index)
        .get("/desk/search", WORK, search::show)
        .api(WORK, utoipa_axum::routes!(search::list_found))
        .api(WORK, utoipa_axum::routes!(work::list_work))
        .get("/desk/accounts", ACCOUNTS, accounts::index)
        .post("/desk/accounts", ACCOUNTS, accounts::create)
        .get("/desk/accounts/{account}", ACCOUNTS, accounts::show)
        .post("/desk/accounts/{account}/roles", ACCOUNTS, accounts::grant)
        .post("/desk/accounts/{account}/roles/{role}/end", ACCOUNTS, accounts::revoke)
        .post("/desk/accounts/{account}/end", ACCOUNTS, accounts::disable)
        .post("/desk/accounts/{account}/recovery", ACCOUNTS, recovery::create)
        .get("/desk/trace", TRACE, trace::index)
        .get("/desk/explain", EXPLAIN, explain::show)
        .get("/desk/settings", SETTINGS, settings::index)
        .post("/desk/settings/{setting}", SETTINGS, settings::update)
        .get("/desk/jobs", JOBS, jobs::index)
        .get("/desk/jobs/{job}", JOBS, jobs::show)
        .post("/desk/jobs/{job}/cancellation", JOBS, jobs::cancel)
        .get("/desk/outbox", OUTBOX, outbox::index)
        .get("/desk/outbox/export", OUTBOX, outbox::export)
        .post("/desk/outbox/retries", OUTBOX, outbox::retry_all)
        .post("/desk/outbox/{message}/retry", OUTBOX, outbox::retry)
        .api(OUTBOX, crate::routes!(outbox::list))
}

pub(crate) fn module() -> Module {
    let module = Module::new("kernel")
        .migrations(crate::migrations![
            "20261123_01_kernel",
            "20261128_10_outbox",
            "20261128_60_questions",
            "20261128_63_saved_view",
            "20261128_64_bulk",
            "20261128_66_recovery",
            "20261128_73_failed"
        ])
        .words(crate::words!())
        .words(crate::words!("tables"))
        .words(crate::words!("pdf"))
        .part(crate::pdf::Fonts::default())
        .routes(routes())
        .routes(about_routes())
        .points(&[
            crate::Pointer::of("person", ("account", "person_id"), "uses.account"),
            crate::Pointer::of("person", ("message", "person_id"), ""),
            crate::Pointer::of("person", ("outbox", "person_id"), ""),
            crate::Pointer::of("person", ("message_setting", "person_id"), ""),
        ])
        .parting(crate::auth::PARTING)
        .work(|cx| Box::pin(outbox::work(cx)))
        .work(|cx| Box::pin(jobs::work(cx)))
        .job(crate::jobs::JobKind::of::<crate::bulk::BulkJob>())
        .list(ListFace { name: "work", url: "/desk", permission: WORK, fields: &["kind", "q"] })
        .list(ListFace { name: "trace", url: "/desk/trace", permission: TRACE, fields: &["actor", "kind", "object"] })
        .list(ListFace { name: "outbox", url: "/desk/outbox", permission: OUTBOX, fields: &["state", "channel", "q"] })
        .policy(&[ANYONE, MEMBER, WORK, ACCOUNTS, TRACE, JOBS, OUTBOX, SETTINGS, EXPLAIN, LOG, WHO, VIEWS, BULK])
        .every(Recurring {
            name: "kernel.learn",
            every: 60_000,
            run: |cx| Box::pin(async move { cx.db.learn().await }),
        })
        .every(Recurring { name: "kernel.sweep", every: 600_000, run: |cx| Box::pin(crate::sweep::sweep(cx)) })
        .every(Recurring { name: "kernel.deliver", every: 2_000, run: |cx| Box::pin(crate::outbox::deliver(cx)) })
        .every(Recurring { name: "kernel.digest", every: 60_000, run: |cx| Box::pin(crate::outbox::digest(cx)) });
    rail(module)
}

/// The kernel's lines in the rail of the desk.
fn rail(module: Module) -> Module {
    module
        .nav(NavItem { order: 0, word: "nav.work", url: "/desk", permission: WORK })
        .nav(NavItem { order: 1, word: "nav.search", url: "/desk/search", permission: WORK })
        .nav(NavItem { order: 120, word: "nav.accounts", url: "/desk/accounts", permission: ACCOUNTS })
        .nav(NavItem { order: 121, word: "nav.explain", url: "/desk/explain", permission: EXPLAIN })
        .nav(NavItem { order: 122, word: "nav.trace", url: "/desk/trace", permission: TRACE })
        .nav(NavItem { order: 110, word: "nav.settings", url: "/desk/settings", permission: SETTINGS })
        .nav(NavItem { order: 130, word: "nav.jobs", url: "/desk/jobs", permission: JOBS })
        .nav(NavItem { order: 131, word: "nav.outbox", url: "/desk/outbox", permission: OUTBOX })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    mode: Option<String>,
    lang: Option<String>,
    next: Option<String>,
}

/// The reader's own settings; they live in cookies of this browser and change nothing else.
async fn choose(cx: Cx, Query(choice): Query<Choice>) -> Result<Answer> {
    let mut answer = cx.see_other(own_path(choice.next.as_deref().unwrap_or("/")));
    let year = "Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly";
    match choice.mode.as_deref() {
        Some("elder") => crate::http::append_cookie(&mut answer, &format!("mode=elder; {year}")),
        Some(_) => crate::http::append_cookie(&mut answer, &format!("mode=plain; {year}")),
        None => {}
    }
    match choice.lang.as_deref() {
        Some("en") => crate::http::append_cookie(&mut answer, &format!("lang=en; {year}")),
        Some(_) => crate::http::append_cookie(&mut answer, &format!("lang=zh-CN; {year}")),
        None => {}
    }
    Ok(answer)
}

/// A path of ours, or the home page: nothing leads away from here.
#[must_use]
pub fn own_path(next: &str) -> &str {
    let safe =
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control);
    if safe { next } else { "/" }
}

/// The panels that other rooms add to a record page of this slot, for this reader.
pub async fn panels(cx: &Cx, slot: &str, object: Raw) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (_, panel) in cx.app.panels.iter().filter(|(name, _)| *name == slot) {
        found.extend(panel(cx.clone(), object).await?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn next_leads_only_to_paths_of_ours() {
        for bad in
            ["//evil.cn", "https://evil.cn", "/\\evil.cn", "\\\\evil", "javascript:alert(1)", "", "/a\r\nb", "evil"]
        {
            assert_eq!(own_path(bad), "/", "{bad}");
        }
        assert_eq!(own_path("/activities?town=440605125"), "/activities?town=440605125");
    }
}
