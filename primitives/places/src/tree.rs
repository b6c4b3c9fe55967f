//! The region tree in memory: nearly every page names a town, and the tree changes once in years.

use crate::model::{Level, Region};
use crate::regions;
use chrono::{DateTime, Duration, Utc};
use kernel::{Cx, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// Regions by code, as they were a minute ago at most, and the codes that have ended.
#[derive(Debug, Default)]
pub struct Tree(Vec<Region>, Vec<String>);

/// The tree that the application keeps; a part of it.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Held>>);

type Held = Option<(DateTime<Utc>, Arc<Tree>)>;

/// The tree. It is read again after a minute, and when nothing was in it.
pub async fn tree(cx: &Cx) -> Result<Arc<Tree>> {
    let kept: Kept = cx.app.part();
    let known = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((at, tree)) = known
        && !tree.0.is_empty()
        && (cx.now - at).abs() < Duration::minutes(1)
    {
        return Ok(tree);
    }
    let tree = Arc::new(Tree(regions::all(&cx.db).await?, regions::ended(&cx.db).await?));
    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((cx.now, Arc::clone(&tree)));
    Ok(tree)
}

/// Reads the tree anew next time: this process has just changed it.
pub fn forget(cx: &Cx) {
    let kept: Kept = cx.app.part();
    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// The towns and streets of the reader's district that stand now, by code.
pub async fn towns(cx: &Cx) -> Result<Vec<Region>> {
    let district = cx.app.tenant().map(|t| t.code.clone()).unwrap_or_default();
    Ok(tree(cx).await?.towns(&district))
}

/// The name with the town's before it: 大沥镇沥雄社区居委会; the code where the tree does not know it.
pub async fn full_region_name(cx: &Cx, code: &str) -> Result<String> {
    Ok(tree(cx).await?.full_name(code))
}

impl Tree {
    /// A region by its code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&Region> {
        let at = self.0.binary_search_by(|r| r.code.as_str().cmp(code)).ok()?;
        self.0.get(at)
    }

    /// The name of the town that a code lies in; nothing when it is not in the tree.
    #[must_use]
    pub fn town(&self, code: &str) -> &str {
        self.find(regions::town_of(code)).map_or("", |r| r.name.as_str())
    }

    /// The name with the town's before it: 大沥镇沥雄社区居委会. The district's name is said for the district alone.
    #[must_use]
    pub fn full_name(&self, code: &str) -> String {
        let town = self.find(regions::town_of(code)).filter(|t| t.code != code && t.level != Level::District);
        match (town, self.find(code)) {
            (None, None) => code.to_owned(),
            (town, own) => town.into_iter().chain(own).map(|r| r.name.as_str()).collect(),
        }
    }

    /// The towns and streets of a district that stand now, by code.
    #[must_use]
    pub fn towns(&self, district: &str) -> Vec<Region> {
        let is_town = |r: &&Region| r.level == Level::Town && r.parent_code.as_deref() == Some(district);
        self.0.iter().filter(is_town).filter(|r| self.1.binary_search(&r.code).is_err()).cloned().collect()
    }
}
