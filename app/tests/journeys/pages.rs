//! Which pages there are, by the program's own list of routes, and which of them somebody looked at: a walk along the links.

use crate::house::House;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::collections::{BTreeSet, VecDeque};
use testkit::browser::Browser;

/// What a route ends in that is no page: a file, a stream, a part of a page.
const FILES: [&str; 22] = [
    "/export",
    "/export.csv",
    "/export.xlsx",
    "/pivot.csv",
    "/pivot.xlsx",
    "/filled.xlsx",
    "/poster.png",
    "/poster.pdf",
    "/calendar.ics",
    "/calendar/{token}",
    "/evidence",
    "/evidence/{proof}",
    "/proof",
    "/scan",
    "/consent",
    "/picture",
    "/errors",
    "/events",
    "/progress",
    "/now",
    "/next",
    "/rhythm",
];
/// What is under these is for programs, for machines, or only leads on.
const OTHERS: [&str; 9] =
    ["/api/", "/assets/", "/healthz", "/readyz", "/metrics", "/app.webmanifest", "/worker.js", "/openapi.json", "/c/{"];

fn is_page(path: &str) -> bool {
    // The export of people has a page of its own before the file: what for.
    let file = FILES.iter().any(|end| path.ends_with(end)) && path != "/desk/people/export";
    !file && !OTHERS.iter().any(|under| path.starts_with(under))
}

/// The pages, and those that were looked at: by whom it was (a part of the walk may look again) and which.
pub struct Pages {
    all: Vec<String>,
    seen: BTreeSet<(&'static str, String)>,
}

impl Pages {
    /// Asks the program.
    pub fn of(house: &House) -> Result<Self> {
        let told = house.command(&["routes"])?;
        let gets = told.lines().filter_map(|line| line.strip_prefix("GET"));
        let paths = gets.filter_map(|line| line.split_whitespace().next());
        let all: Vec<String> = paths.filter(|path| is_page(path)).map(str::to_owned).collect();
        ensure!(all.len() > 100, "the program tells of {} pages only", all.len());
        Ok(Self { all, seen: BTreeSet::new() })
    }

    /// The route of a path, if it is a page: the one with the fewest places.
    fn route(&self, path: &str) -> Option<String> {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let fits = |route: &&String| {
            let (route, path) = (route.split('/'), path.split('/'));
            route.clone().count() == path.clone().count()
                && route.zip(path).all(|(part, said)| part.starts_with('{') && !said.is_empty() || part == said)
        };
        self.all.iter().filter(fits).min_by_key(|route| route.matches('{').count()).cloned()
    }

    /// Whether it is worth a look: the desk looks different to everybody, the other pages do not.
    fn is_new(&self, who: &str, route: &str) -> bool {
        let seen = |(by, known): &(&str, String)| known == route && (*by == who || !route.starts_with("/desk"));
        !self.seen.iter().any(seen)
    }

    /// Takes the page now shown as looked at.
    pub fn met(&mut self, who: &'static str, path: &str) {
        if let Some(route) = self.route(path) {
            self.seen.insert((who, route));
        }
    }

    /// Looks at these pages as somebody, and from there at one page of each kind that the links lead to.
    pub fn walk(
        &mut self,
        house: &mut House,
        browser: &mut Browser,
        (who, touch): (&'static str, bool),
        from: &[&str],
    ) -> Result<()> {
        let mut ways: VecDeque<(String, bool)> = from.iter().map(|path| ((*path).to_owned(), true)).collect();
        while let Some((path, asked)) = ways.pop_front() {
            let route = self.route(&path);
            if !asked && !route.as_ref().is_some_and(|route| self.is_new(who, route)) {
                continue;
            }
            house.visit(browser, &path)?;
            let told = browser.evaluate(LINKS, &json!([]))?;
            ensure!(
                asked || told[0].as_i64().is_some_and(|status| status < 400),
                "a link of {who} leads to {path}: {}",
                told[0]
            );
            house.look_here(browser, touch)?;
            self.seen.extend(route.map(|route| (who, route)));
            let links: Vec<String> = serde_json::from_value(told[1].clone()).context("the links of a page")?;
            ways.extend(links.into_iter().map(|link| (link, false)));
        }
        Ok(())
    }

    /// The pages that nobody looked at.
    pub fn unseen(&self) -> Vec<&str> {
        let seen: BTreeSet<&str> = self.seen.iter().map(|(_, route)| route.as_str()).collect();
        self.all.iter().map(String::as_str).filter(|route| !seen.contains(route)).collect()
    }
}

/// How the page was answered, and where its links on this site lead.
const LINKS: &str = "const answered = performance.getEntriesByType('navigation')[0];
  const links = [...document.querySelectorAll('a[href]')].filter((a) => !a.hasAttribute('download'))
    .map((a) => a.getAttribute('href')).filter((href) => href.startsWith('/') && !href.startsWith('/settings'));
  return [answered ? answered.responseStatus : 0, [...new Set(links)]]";
