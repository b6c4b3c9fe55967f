//! What every page knows beside its own struct: language, actor, token, flash; and the filters of the templates.

use crate::cx::Cx;
use crate::module::NavItem;
use crate::words::{Lang, Words};
use askama::Values;
use std::any::Any;
use std::sync::Arc;

/// The values that templates reach through filters and `"view"|value::<View>`.
pub struct View {
    /// The reader's language.
    pub lang: Lang,
    /// All words.
    pub words: Arc<Words>,
    /// The token of every form on this page.
    pub csrf: String,
    /// The one-time key of the forms on this page.
    pub once: String,
    /// Elder mode.
    pub elder: bool,
    /// The complex's name.
    pub site: String,
    /// The actor's name; empty for strangers.
    pub actor: String,
    /// Whether somebody is signed in.
    pub signed_in: bool,
    /// Whether the actor has a desk.
    pub staff: bool,
    /// Whether the actor leads a team.
    pub leader: bool,
    /// Whether the actor is a person with a record of their own.
    pub person: bool,
    /// How many of the actor's messages wait to be read, up to a hundred; absent where nobody counted.
    pub unread: Option<i64>,
    /// This page's path with its query.
    pub path: String,
    /// What the page before left to say.
    pub flash: Option<String>,
    /// The lines of the rail that the actor sees.
    pub nav: Vec<NavItem>,
    /// The request's id, for error pages.
    pub request: String,
    /// A demo says so on every page.
    pub demo: bool,
    /// Beijing's day, for relative dates.
    pub today: chrono::NaiveDate,
}

impl View {
    pub(crate) fn of(cx: &Cx) -> Self {
        use crate::policy::Role;
        let session = cx.request.session.clone().unwrap_or_default();
        let csrf = cx.app.keys.sign("csrf", &[&session]);
        let staff = cx.actor.grants.iter().any(|g| g.role.is_staff());
        Self {
            lang: cx.lang,
            words: Arc::clone(&cx.app.words),
            csrf,
            once: crate::ids::token(),
            elder: cx.request.elder,
            site: cx.app.config.name.clone(),
            actor: cx.actor.name.clone(),
            signed_in: cx.actor.account.is_some(),
            staff,
            leader: cx.actor.grants.iter().any(|g| g.role == Role::Leader),
            person: cx.actor.person.is_some(),
            unread: cx.request.unread,
            path: cx.request.path.clone(),
            flash: cx.request.flash.clone(),
            nav: if staff { cx.app.nav.iter().filter(|i| cx.can(i.permission)).copied().collect() } else { Vec::new() },
            request: cx.request.id.clone(),
            demo: cx.app.config.demo,
            today: cx.today(),
        }
    }

    /// The number on the bell, `99+` at most; nothing when nothing waits.
    #[must_use]
    pub fn bell(&self) -> Option<String> {
        let waiting = self.unread.filter(|n| *n > 0)?;
        Some(if waiting > 99 { "99+".to_owned() } else { waiting.to_string() })
    }

    /// The first character of the actor's name, for the round face.
    #[must_use]
    pub fn face(&self) -> String {
        self.actor.chars().next().map(String::from).unwrap_or_default()
    }

    /// The rail above the line.
    #[must_use]
    pub fn main_nav(&self) -> Vec<NavItem> {
        self.nav.iter().filter(|i| i.order < 100).copied().collect()
    }

    /// The rail below the line.
    #[must_use]
    pub fn minor_nav(&self) -> Vec<NavItem> {
        self.nav.iter().filter(|i| i.order >= 100).copied().collect()
    }

    /// Whether this page is at or below a path.
    #[must_use]
    pub fn at(&self, url: &str) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        path == url || (url != "/" && url != "/desk" && url != "/me" && path.starts_with(&format!("{url}/")))
    }

    /// This page with another setting of the reader's, e.g. `mode=elder`.
    #[must_use]
    pub fn with_setting(&self, setting: &str) -> String {
        let next: String = self
            .path
            .bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() || b"/-_.".contains(&b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect();
        format!("/settings?{setting}&next={next}")
    }
}

impl Values for View {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == "view").then_some(self as &dyn Any)
    }
}

/// The filters of every room's templates: `use kernel::http::filters;`.
#[expect(missing_docs, reason = "the macro makes a struct and methods of its own for each documented filter")]
pub mod filters {
    use super::View;
    use askama::{Values, get_value};
    use chrono::{DateTime, NaiveDate, Utc};
    use std::fmt::Display;

    fn of(values: &dyn Values) -> askama::Result<&View> {
        get_value::<View>(values, "view")
    }

    /// What the page knows beside its struct: `{% let view = ""|view %}`.
    #[askama::filter_fn]
    pub fn view<'v>(_: &str, values: &'v dyn Values) -> askama::Result<&'v View> {
        of(values)
    }

    /// A sentence: `{{ "hours.title"|t }}`.
    #[askama::filter_fn]
    pub fn t<'v, K: AsRef<str>>(key: K, values: &'v dyn Values) -> askama::Result<crate::words::Said<'v>> {
        let view = of(values)?;
        Ok(view.words.said(view.lang, key.as_ref()))
    }

    /// A sentence with one place: `{{ "hours.sum"|t1("n", 3) }}`.
    #[askama::filter_fn]
    pub fn t1<K: AsRef<str>, V: Display>(key: K, values: &dyn Values, name: &str, value: V) -> askama::Result<String> {
        let view = of(values)?;
        Ok(view.words.fill(view.lang, key.as_ref(), &[(name, value.to_string())]))
    }

    /// A sentence with two places.
    #[askama::filter_fn]
    pub fn t2<K: AsRef<str>, V: Display, W: Display>(
        key: K,
        values: &dyn Values,
        first: &str,
        one: V,
        second: &str,
        two: W,
    ) -> askama::Result<String> {
        let view = of(values)?;
        Ok(view.words.fill(view.lang, key.as_ref(), &[(first, one.to_string()), (second, two.to_string())]))
    }

    /// A `Word` with its own places.
    #[askama::filter_fn]
    pub fn say(word: &crate::words::Word, values: &dyn Values) -> askama::Result<String> {
        let view = of(values)?;
        Ok(view.words.say(view.lang, word))
    }

    /// `31,482`
    #[askama::filter_fn]
    pub fn num(number: &i64, _: &dyn Values) -> askama::Result<String> {
        Ok(crate::words::number(*number))
    }

    /// Minutes as hours with one decimal.
    #[askama::filter_fn]
    pub fn hours(minutes: &i64, _: &dyn Values) -> askama::Result<String> {
        Ok(crate::words::hours(*minutes))
    }

    /// A day as people say it: `今天`, `明天`, `11月28日 星期六`.
    #[askama::filter_fn]
    pub fn day(day: &NaiveDate, values: &dyn Values) -> askama::Result<String> {
        let view = of(values)?;
        Ok(view.words.day(view.lang, *day, view.today))
    }

    /// The day of a moment as people say it.
    #[askama::filter_fn]
    pub fn day_of(at: &DateTime<Utc>, values: &dyn Values) -> askama::Result<String> {
        let view = of(values)?;
        Ok(view.words.day(view.lang, crate::time::day(*at), view.today))
    }

    /// `14:30`
    #[askama::filter_fn]
    pub fn clock(at: &DateTime<Utc>, _: &dyn Values) -> askama::Result<String> {
        Ok(crate::words::time(*at))
    }

    /// `2026-11-23 14:30`
    #[askama::filter_fn]
    pub fn moment(at: &DateTime<Utc>, _: &dyn Values) -> askama::Result<String> {
        Ok(crate::words::moment(*at))
    }

    /// The address of an asset with its content's mark, so that it can be cached for ever.
    #[askama::filter_fn]
    pub fn asset(name: &str, _: &dyn Values) -> askama::Result<String> {
        Ok(super::super::assets::url(name))
    }
}
