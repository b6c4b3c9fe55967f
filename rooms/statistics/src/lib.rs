//! Statistics: the metric dictionary and the figures made of it. Page, spreadsheet, JSON, public page and wall call one verb.

mod api;
mod behind;
mod blank;
mod chart;
mod forms;
mod frozen;
mod links;
mod model;
mod pages;
mod pivot;
mod policy;
mod rules;
mod store;
mod targets;

pub use model::{Figures, Group, METRICS, Metric, MetricCode, Month, Query, Report, Row, Unit};
pub use policy::{FIGURES, FORMS, FREEZE, READ, TARGETS, TRAITS};
pub use rules::conceal;
pub use store::{figures, year_totals};

use kernel::{ListFace, Module, NavItem, Routes};

/// The room's door.
#[must_use]
pub fn module() -> Module {
    let routes = Routes::new()
        .get("/desk/statistics", READ, pages::index)
        .get("/desk/statistics/export.xlsx", READ, pages::xlsx)
        .get("/desk/statistics/export.csv", READ, pages::csv)
        .get("/desk/statistics/served", READ, behind::served)
        .get("/desk/statistics/served/export", READ, behind::export_served)
        .get("/desk/statistics/people", READ, behind::people)
        .get("/desk/statistics/people/export", READ, behind::export_people)
        .get("/desk/statistics/teams", READ, behind::teams)
        .get("/desk/statistics/teams/export", READ, behind::export_teams)
        .get("/desk/statistics/activities", READ, behind::activities)
        .get("/desk/statistics/activities/export", READ, behind::export_activities)
        .get("/desk/statistics/pivot", READ, pivot::pages::index)
        .get("/desk/statistics/pivot.xlsx", READ, pivot::pages::xlsx)
        .get("/desk/statistics/pivot.csv", READ, pivot::pages::csv)
        .get("/desk/statistics/frozen", READ, frozen::pages::index)
        .post("/desk/statistics/frozen", FREEZE, frozen::pages::create)
        .get("/desk/statistics/frozen/{report}", READ, frozen::pages::show)
        .get("/desk/statistics/frozen/{report}/export.xlsx", READ, frozen::pages::xlsx)
        .get("/desk/statistics/frozen/{report}/export.csv", READ, frozen::pages::csv)
        .get("/desk/statistics/targets", READ, targets::pages::index)
        .post("/desk/statistics/targets", TARGETS, targets::pages::create)
        .get("/desk/statistics/targets/export.xlsx", READ, targets::pages::xlsx)
        .get("/desk/statistics/targets/export.csv", READ, targets::pages::csv)
        .get("/desk/statistics/blanks", FORMS, blank::pages::index)
        .post("/desk/statistics/blanks", FORMS, blank::pages::create)
        .get("/desk/statistics/blanks/{blank}", FORMS, blank::pages::show)
        .post("/desk/statistics/blanks/{blank}/bindings", FORMS, blank::pages::bind)
        .post("/desk/statistics/blanks/{blank}/removal", FORMS, blank::pages::end)
        .get("/desk/statistics/blanks/{blank}/filled.xlsx", FORMS, blank::pages::filled)
        .get("/desk/statistics/dictionary", READ, pages::dictionary)
        .get("/figures", FIGURES, pages::public)
        .get("/figures/pivot", FIGURES, pivot::pages::public)
        .get("/figures/dictionary", FIGURES, pages::public_dictionary)
        .api(READ, kernel::routes!(api::report))
        .api(READ, kernel::routes!(pivot::api::pivot))
        .api(READ, kernel::routes!(frozen::api::list))
        .api(READ, kernel::routes!(frozen::api::show))
        .api(READ, kernel::routes!(targets::pages::api))
        .api(FIGURES, kernel::routes!(pivot::api::public))
        .api(FIGURES, kernel::routes!(api::public))
        .api(FIGURES, kernel::routes!(api::dictionary));
    let room = Module::new("statistics")
        .migrations(kernel::migrations![
            "20261123_31_statistics",
            "20261123_33_standing",
            "20261128_41_views",
            "20261128_42_frozen",
            "20261128_43_targets",
            "20261128_44_blanks",
            "20261128_72_views_kept"
        ])
        .words(kernel::words!())
        .policy(policy::TABLE)
        .routes(routes)
        .part(hours::year::YearFigures(Some(|cx, year| Box::pin(year_totals(cx, year)))))
        .list(ListFace { name: "figures", url: "/desk/statistics/pivot", permission: READ, fields: pivot::ask::FIELDS })
        .nav(NavItem { order: 60, word: "nav.statistics", url: "/desk/statistics", permission: READ });
    lists(room)
}

/// The lists whose questions can be kept.
fn lists(room: Module) -> Module {
    room.list(ListFace {
        name: "report",
        url: "/desk/statistics",
        permission: READ,
        fields: &["year", "from", "to", "town", "team", "kind", "category", "group"],
    })
}

#[cfg(test)]
mod tests;
