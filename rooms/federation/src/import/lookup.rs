//! Regions and organisations as rosters name them: looked up in what was read once for all rows.

use std::collections::HashMap;

use kernel::{Cx, Result};
use organisations::{Kind, NewOrganisation, Organisation, OrganisationId, Tree};
use places::{Level, Region};

use super::cells::TeamRef;
use super::columns::plain;

/// A town that rosters still name and that is part of another now: Luocun street was merged into Shishan in 2013.
const MERGED: &[(&str, &str)] = &[("罗村", "440605124")];

/// Where a row says that something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Where {
    /// It does not say.
    Unsaid,
    /// A region's code.
    At(String),
    /// There is no such town.
    NoTown,
    /// The town, or nothing, of a community that is not known.
    NoCommunity(String),
}

/// The regions of the district.
pub(super) struct Regions {
    all: Vec<Region>,
    /// The district's code.
    pub district: String,
    known: HashMap<(String, String), Where>,
}

impl Regions {
    pub(super) async fn load(cx: &Cx) -> Result<Self> {
        let tenants = kernel::tenants::all(&cx.db).await?;
        let district =
            tenants.into_iter().find(|tenant| tenant.id == cx.tenant).map(|tenant| tenant.code).unwrap_or_default();
        let mut all = places::regions(&cx.db, &district).await?;
        // Rosters go on saying a town's former name; the present one stands first.
        let former = places::former_names(&cx.db, &district).await?;
        let called = former.into_iter().filter_map(|old| {
            let region = all.iter().find(|region| region.code == old.code)?;
            Some(Region { name: old.name, ..region.clone() })
        });
        let called: Vec<Region> = called.collect();
        all.extend(called);
        Ok(Self { all, district, known: HashMap::new() })
    }

    /// The name of a region.
    pub(super) fn name(&self, code: &str) -> String {
        self.all.iter().find(|region| region.code == code).map_or_else(|| code.to_owned(), |region| region.name.clone())
    }

    /// What a town and a community, as written, come to.
    pub(super) fn find(&mut self, town: Option<&str>, community: Option<&str>) -> Where {
        let key = (town.unwrap_or_default().to_owned(), community.unwrap_or_default().to_owned());
        if let Some(found) = self.known.get(&key) {
            return found.clone();
        }
        let found = self.look(town, community);
        self.known.insert(key, found.clone());
        found
    }

    fn look(&self, town: Option<&str>, community: Option<&str>) -> Where {
        let code = match town.map(|town| self.town(town)) {
            Some(None) => return Where::NoTown,
            Some(Some(code)) => code,
            None => String::new(),
        };
        let Some(community) = community else {
            return if code.is_empty() { Where::Unsaid } else { Where::At(code) };
        };
        let within: Vec<Region> = self.all.iter().filter(|region| region.code.starts_with(&code)).cloned().collect();
        match places::by_name(&within, self.bare(community)) {
            Some(region) => Where::At(region.code.clone()),
            None => Where::NoCommunity(code),
        }
    }

    fn town(&self, name: &str) -> Option<String> {
        let name = self.bare(name);
        let towns: Vec<Region> = self.all.iter().filter(|region| region.level != Level::Community).cloned().collect();
        if let Some(found) = places::by_name(&towns, name) {
            return Some(found.code.clone());
        }
        let merged = MERGED
            .iter()
            .find(|(old, _)| name.strip_prefix(old).is_some_and(|rest| ["", "街道", "镇"].contains(&rest)));
        merged.filter(|(_, now)| towns.iter().any(|town| town.code == *now)).map(|(_, now)| (*now).to_owned())
    }

    /// Without the province, city and district before it.
    fn bare<'n>(&self, name: &'n str) -> &'n str {
        let mut rest = name.trim();
        let district =
            self.all.iter().find(|region| region.level == Level::District).map_or("", |region| region.name.as_str());
        for above in ["广东省", "广东", "佛山市", "佛山", district] {
            if let Some(less) = rest.strip_prefix(above).filter(|less| !less.is_empty() && !above.is_empty()) {
                rest = less.trim();
            }
        }
        rest
    }
}

/// Organisations of both trees, those on record and those that this import makes.
pub(super) struct Organisations {
    list: Vec<Organisation>,
    by_id: HashMap<OrganisationId, usize>,
    by_number: HashMap<(Tree, String), usize>,
    by_name: HashMap<(Tree, String), Vec<usize>>,
}

impl Organisations {
    pub(super) fn new(found: Vec<Organisation>) -> Self {
        let mut all =
            Self { list: Vec::new(), by_id: HashMap::new(), by_number: HashMap::new(), by_name: HashMap::new() };
        found.into_iter().for_each(|organisation| all.put(organisation));
        all
    }

    fn put(&mut self, organisation: Organisation) {
        let at = self.list.len();
        self.by_id.insert(organisation.id, at);
        if !organisation.number.is_empty() {
            self.by_number.insert((organisation.tree, organisation.number.to_uppercase()), at);
        }
        self.by_name.entry((organisation.tree, plain(&organisation.name))).or_default().push(at);
        self.list.push(organisation);
    }

    /// One that this import makes, so that later rows find it.
    pub(super) fn add(&mut self, cx: &Cx, new: &NewOrganisation) {
        self.put(Organisation {
            id: new.id,
            tree: new.tree,
            parent_id: new.parent,
            path: String::new(),
            number: new.number.clone().unwrap_or_default(),
            name: new.name.clone(),
            sort_key: String::new(),
            kind: new.kind,
            region_code: new.region_code.clone(),
            founded_on: new.founded_on,
            contact_name: new.contact_name.clone(),
            contact_phone: new.contact_phone.clone(),
            purpose: new.purpose.clone(),
            state: new.state,
            quiet_since: None,
            created_at: cx.now,
            updated_at: cx.now,
        });
    }

    pub(super) fn get(&self, id: OrganisationId) -> Option<&Organisation> {
        self.by_id.get(&id).and_then(|at| self.list.get(*at))
    }

    pub(super) fn by_number(&self, tree: Tree, number: &str) -> Option<&Organisation> {
        self.by_number.get(&(tree, number.trim().to_uppercase())).map(|at| &self.list[*at])
    }

    /// Everything of this name, in the region if one is told.
    pub(super) fn by_name(&self, tree: Tree, name: &str, region: &str) -> Vec<&Organisation> {
        let all = self.by_name.get(&(tree, plain(name))).map(Vec::as_slice).unwrap_or_default();
        all.iter().map(|at| &self.list[*at]).filter(|found| found.region_code.starts_with(region)).collect()
    }

    /// The first of a kind in exactly this region: the federation of the district or of a town.
    pub(super) fn of_kind(&self, kind: Kind, region: &str) -> Option<&Organisation> {
        self.list.iter().find(|found| found.tree == Tree::Team && found.kind == kind && found.region_code == region)
    }

    /// The team that a row names, or why there is none.
    pub(super) fn team(&self, wanted: &TeamRef, town: &str) -> std::result::Result<OrganisationId, &'static str> {
        if let Some(number) = &wanted.number {
            let found = self.by_number(Tree::Team, number).ok_or("import.refused.team_unknown")?;
            let differs = wanted.name.as_ref().is_some_and(|name| plain(name) != plain(&found.name));
            return if differs { Err("import.refused.team_differs") } else { Ok(found.id) };
        }
        let name = wanted.name.as_deref().unwrap_or_default();
        let all = self.by_name(Tree::Team, name, "");
        let near: Vec<_> = all.iter().filter(|team| team.region_code.starts_with(town)).collect();
        match (near.as_slice(), all.as_slice()) {
            ([one], _) => Ok(one.id),
            ([], [one]) => Ok(one.id),
            ([], []) => Err("import.refused.team_unknown"),
            _ => Err("import.refused.team_ambiguous"),
        }
    }
}

/// What kind of body a list's word names; `None` for a word that does not tell.
pub(super) fn kind(text: &str) -> Option<Kind> {
    const WORDS: &[(Kind, &[&str])] = &[
        (Kind::Organ, &["机关", "党政", "事业单位", "政府"]),
        (Kind::Village, &["村", "社区", "居委", "居"]),
        (Kind::Enterprise, &["企业", "公司", "非公", "国企", "商会"]),
        (Kind::Institution, &["社会", "社工", "机构", "组织", "学校", "协会", "院校", "医院"]),
    ];
    let text = text.trim();
    if let Ok(code) = text.parse::<Kind>() {
        return Some(code).filter(|kind| !matches!(kind, Kind::Federation | Kind::Town));
    }
    WORDS.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(kind, _)| *kind)
}
