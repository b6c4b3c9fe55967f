//! What a room hands to the application at its door.

use crate::bulk::BulkDeed;
use crate::cx::Cx;
use crate::db::Migration;
use crate::error::Result;
use crate::http::Routes;
use crate::ids::Raw;
use crate::jobs::{JobKind, Recurring};
use crate::objects::ObjectKind;
use crate::parting::Parting;
use crate::pointers::Pointer;
use crate::policy::Permission;
use crate::settings::Setting;
use crate::views::ListFace;
use crate::words::{Word, WordFiles};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

/// A panel that one room adds to another room's record page: safe HTML, or nothing for this reader.
pub type Panel = fn(Cx, Raw) -> BoxFuture<'static, Result<Option<String>>>;

/// What waits for a decision at the desk.
#[derive(Clone, Debug)]
pub struct WorkItem {
    /// Word of its kind, e.g. `work.kind.activity`; two characters in Chinese.
    pub kind: &'static str,
    /// Class of the kind's tag: empty, `tag-b`, `tag-a`, `tag-g` or `tag-r`.
    pub tint: &'static str,
    /// What is to be done.
    pub title: String,
    /// One line of facts.
    pub facts: String,
    /// Who handed it in.
    pub who: String,
    /// When it is due, UTC.
    pub due: DateTime<Utc>,
    /// Where it is decided.
    pub url: String,
    /// The list whose deeds for many it can be ticked for, with its id there.
    pub many: Option<(&'static str, Raw)>,
}

impl WorkItem {
    /// The door to a list on which something waits that has no day of its own: it is due when the week's work ends.
    #[must_use]
    pub fn of_list(cx: &Cx, kind: &'static str, word: &Word, url: &str) -> Self {
        Self {
            kind,
            tint: "",
            title: cx.say(word),
            facts: String::new(),
            who: String::new(),
            due: crate::time::friday_evening(cx.now),
            url: url.to_owned(),
            many: None,
        }
    }
}

/// What a room has for the work-list of this reader.
pub type Work = fn(Cx) -> BoxFuture<'static, Result<Vec<WorkItem>>>;

/// Something that a search of the whole desk found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its name.
    pub title: String,
    /// One line of facts that tells it from others of that name; nothing of S3 or S4.
    pub facts: String,
    /// Its page.
    pub url: String,
}

/// What one room found.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// The word of what lies here, e.g. `nav.people`.
    pub word: &'static str,
    /// The best hits, `SHELF` at most.
    pub found: Vec<Found>,
    /// The room's own list of all of them, when there are more.
    pub all: Option<String>,
}

/// How many hits of each room a search of the whole desk shows.
pub const SHELF: usize = 8;

impl Shelf {
    /// Up to `SHELF` of what a list gave when it was asked for one more than that; `list` is its page with the same query.
    #[must_use]
    pub fn of<T>(word: &'static str, list: &str, query: &str, mut rows: Vec<T>, found: impl Fn(T) -> Found) -> Self {
        let more = rows.len() > SHELF;
        rows.truncate(SHELF);
        let all = more.then(|| format!("{list}{}", crate::http::query_string(&[("q", query)], "")));
        Self { word, found: rows.into_iter().map(found).collect(), all }
    }
}

/// What a room finds for this reader; nothing without the right to its list.
pub type Search = fn(Cx, String) -> BoxFuture<'static, Result<Option<Shelf>>>;

/// A line in the rail of the desk.
#[derive(Clone, Copy, Debug)]
pub struct NavItem {
    /// Its place, ascending; 100 and above stand below the line.
    pub order: u8,
    /// The word.
    pub word: &'static str,
    /// Where it leads.
    pub url: &'static str,
    /// Who sees it.
    pub permission: Permission,
}

/// A room, as the application sees it.
#[derive(Default)]
pub struct Module {
    pub(crate) name: &'static str,
    pub(crate) migrations: Vec<Migration>,
    pub(crate) words: Vec<WordFiles>,
    pub(crate) routes: Vec<Routes>,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) jobs: Vec<JobKind>,
    pub(crate) recurring: Vec<Recurring>,
    pub(crate) panels: Vec<(&'static str, Panel)>,
    pub(crate) work: Vec<Work>,
    pub(crate) search: Vec<Search>,
    pub(crate) nav: Vec<NavItem>,
    pub(crate) pointers: Vec<Pointer>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) partings: Vec<Parting>,
    pub(crate) objects: Vec<ObjectKind>,
    pub(crate) lists: Vec<ListFace>,
    pub(crate) bulk: Vec<BulkDeed>,
    pub(crate) parts: axum::http::Extensions,
}

impl Module {
    /// The keys of its words, for the test of all words.
    #[must_use]
    pub fn word_keys(&self) -> Vec<String> {
        crate::words::Words::load(&self.words).map(|w| w.keys().map(str::to_owned).collect()).unwrap_or_default()
    }

    /// Its permissions, for the matrix.
    #[must_use]
    pub fn permission_table(&self) -> &[Permission] {
        &self.permissions
    }

    /// An empty room.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// Its tables.
    #[must_use]
    pub fn migrations(mut self, list: &[Migration]) -> Self {
        self.migrations.extend_from_slice(list);
        self
    }

    /// Its sentences.
    #[must_use]
    pub fn words(mut self, files: WordFiles) -> Self {
        self.words.push(files);
        self
    }

    /// Its pages or its JSON.
    #[must_use]
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes.push(routes);
        self
    }

    /// Its permissions.
    #[must_use]
    pub fn policy(mut self, table: &[Permission]) -> Self {
        self.permissions.extend_from_slice(table);
        self
    }

    /// Its columns that name another room's objects.
    #[must_use]
    pub fn points(mut self, list: &[Pointer]) -> Self {
        self.pointers.extend_from_slice(list);
        self
    }

    /// Something it does later.
    #[must_use]
    pub fn job(mut self, kind: JobKind) -> Self {
        self.jobs.push(kind);
        self
    }

    /// Something it does every few seconds.
    #[must_use]
    pub fn every(mut self, recurring: Recurring) -> Self {
        self.recurring.push(recurring);
        self
    }

    /// A panel for a slot such as `people.show`.
    #[must_use]
    pub fn slot(mut self, name: &'static str, panel: Panel) -> Self {
        self.panels.push((name, panel));
        self
    }

    /// Its lines of the work-list.
    #[must_use]
    pub fn work(mut self, work: Work) -> Self {
        self.work.push(work);
        self
    }

    /// What it finds when the whole desk is searched.
    #[must_use]
    pub fn search(mut self, search: Search) -> Self {
        self.search.push(search);
        self
    }

    /// Its line in the rail.
    #[must_use]
    pub fn nav(mut self, item: NavItem) -> Self {
        self.nav.push(item);
        self
    }

    /// Numbers that the district may set.
    #[must_use]
    pub fn settings(mut self, table: &[Setting]) -> Self {
        self.settings.extend_from_slice(table);
        self
    }

    /// What of it ends when somebody pauses, leaves or is erased.
    #[must_use]
    pub fn parting(mut self, parting: Parting) -> Self {
        self.partings.push(parting);
        self
    }

    /// A kind of its objects, for the pages about them.
    #[must_use]
    pub fn object(mut self, kind: ObjectKind) -> Self {
        self.objects.push(kind);
        self
    }

    /// A list whose questions can be kept.
    #[must_use]
    pub fn list(mut self, face: ListFace) -> Self {
        self.lists.push(face);
        self
    }

    /// A deed that a list offers for many of its objects.
    #[must_use]
    pub fn bulk(mut self, deed: BulkDeed) -> Self {
        self.bulk.push(deed);
        self
    }

    /// State that lives as long as the process and can be lost with it; found again by its type.
    #[must_use]
    pub fn part<T: Clone + Send + Sync + 'static>(mut self, part: T) -> Self {
        self.parts.insert(part);
        self
    }
}
