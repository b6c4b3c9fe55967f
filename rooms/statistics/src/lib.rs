//! Statistics: the metric dictionary and the figures made of it. Page, spreadsheet, JSON, public page and wall call one verb.

mod api;
mod chart;
mod forms;
mod model;
mod pages;
mod policy;
mod rules;
mod served;
mod store;

pub use model::{Figures, Group, METRICS, Metric, MetricCode, Month, Query, Report, Row, Unit};
pub use policy::{FIGURES, READ};
pub use rules::conceal;
pub use store::{figures, year_totals};

use kernel::{Module, NavItem, Routes};

/// The room's door.
#[must_use]
pub fn module() -> Module {
    let routes = Routes::new()
        .get("/desk/statistics", READ, pages::index)
        .get("/desk/statistics/export.xlsx", READ, pages::xlsx)
        .get("/desk/statistics/export.csv", READ, pages::csv)
        .get("/desk/statistics/served", READ, served::index)
        .get("/desk/statistics/dictionary", READ, pages::dictionary)
        .get("/figures", FIGURES, pages::public)
        .get("/figures/dictionary", FIGURES, pages::public_dictionary)
        .api(READ, kernel::routes!(api::report))
        .api(FIGURES, kernel::routes!(api::public))
        .api(FIGURES, kernel::routes!(api::dictionary));
    Module::new("statistics")
        .migrations(kernel::migrations!["20261123_31_statistics", "20261123_33_standing"])
        .words(kernel::words!())
        .policy(policy::TABLE)
        .routes(routes)
        .part(hours::year::YearFigures(Some(|cx, year| Box::pin(year_totals(cx, year)))))
        .nav(NavItem { order: 60, word: "nav.statistics", url: "/desk/statistics", permission: READ })
}

#[cfg(test)]
mod tests;
