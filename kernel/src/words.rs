//! Words: zh-CN first, en second. Rust and templates carry keys; the sentences live in each room's `locales/`.

use crate::time::beijing;
use anyhow::{Context as _, bail};
use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use std::borrow::Cow;
use std::collections::HashMap;

/// A language that a reader may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The tag of HTML's `lang`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

/// A sentence by its key, with what goes into its `{places}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The key in the locale files.
    pub key: Cow<'static, str>,
    /// Name and text of each placeholder.
    pub args: Vec<(&'static str, String)>,
}

impl Word {
    /// A sentence without placeholders.
    #[must_use]
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), args: Vec::new() }
    }

    /// The same with one placeholder filled.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Whether it is one of the forms' own words, which are the same for every field.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.key.starts_with("form.")
    }
}

/// The two locale files of a room.
#[derive(Clone, Copy, Debug)]
pub struct WordFiles {
    /// The file's name, for messages.
    pub name: &'static str,
    /// TOML with flat keys, Chinese.
    pub zh: &'static str,
    /// The same keys in English.
    pub en: &'static str,
}

/// `words!()` reads `locales/zh-CN.toml` and `en.toml`; `words!("rules")` reads `locales/rules.zh-CN.toml` and its twin.
#[macro_export]
macro_rules! words {
    () => {
        $crate::words::WordFiles {
            name: env!("CARGO_PKG_NAME"),
            zh: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/zh-CN.toml")),
            en: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/en.toml")),
        }
    };
    ($part:literal) => {
        $crate::words::WordFiles {
            name: concat!(env!("CARGO_PKG_NAME"), "/", $part),
            zh: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/", $part, ".zh-CN.toml")),
            en: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/", $part, ".en.toml")),
        }
    };
}

/// All words of all rooms.
#[derive(Debug, Default)]
pub struct Words {
    zh: HashMap<String, Sentence>,
    en: HashMap<String, Sentence>,
}

#[derive(Debug)]
struct Sentence {
    plain: String,
    /// The same for a page, where that differs.
    html: Option<String>,
}

impl Sentence {
    fn new(plain: String) -> Self {
        let html = askama::filters::escape(&plain, askama::filters::Html).map(|escaped| escaped.to_string());
        let html = html.unwrap_or_default();
        Self { html: (html != plain).then_some(html), plain }
    }
}

/// A sentence in a template. A page writes it as it was escaped when the words were loaded, which saves a copy and a look at each
/// character; whoever else takes it gets the plain text.
#[derive(Clone, Debug)]
pub struct Said<'w> {
    plain: Cow<'w, str>,
    html: Cow<'w, str>,
}

impl AsRef<str> for Said<'_> {
    fn as_ref(&self) -> &str {
        &self.plain
    }
}

impl std::fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.plain)
    }
}

impl askama::FastWritable for Said<'_> {
    fn write_into(&self, page: &mut dyn std::fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(page.write_str(&self.html)?)
    }
}

impl askama::filters::HtmlSafe for Said<'_> {}

impl Words {
    /// Joins the files of all rooms.
    ///
    /// # Errors
    /// When a file is not flat TOML, a key stands twice, or a language lacks a key.
    pub fn load(files: &[WordFiles]) -> anyhow::Result<Self> {
        let mut all = Self::default();
        for file in files {
            for (lang, text, into) in [("zh-CN", file.zh, &mut all.zh), ("en", file.en, &mut all.en)] {
                let table: HashMap<String, String> =
                    toml::from_str(text).with_context(|| format!("the words of {} in {lang}", file.name))?;
                for (key, sentence) in table {
                    if into.insert(key.clone(), Sentence::new(sentence)).is_some() {
                        bail!("the word {key} of {} stands twice in {lang}", file.name);
                    }
                }
            }
        }
        if let Some(key) = all.zh.keys().find(|k| !all.en.contains_key(*k)) {
            bail!("the word {key} has no English");
        }
        if let Some(key) = all.en.keys().find(|k| !all.zh.contains_key(*k) && !k.ends_with(".one")) {
            bail!("the word {key} has no Chinese");
        }
        Ok(all)
    }

    /// The sentence of a key; the key itself when it is unknown, so that nothing vanishes.
    #[must_use]
    pub fn text<'w>(&'w self, lang: Lang, key: &'w str) -> &'w str {
        self.sentence(lang, key).map_or(key, |sentence| sentence.plain.as_str())
    }

    /// The same for a template.
    #[must_use]
    pub fn said(&self, lang: Lang, key: &str) -> Said<'_> {
        match self.sentence(lang, key) {
            Some(Sentence { plain, html }) => {
                Said { plain: Cow::Borrowed(plain), html: Cow::Borrowed(html.as_ref().unwrap_or(plain)) }
            }
            None => {
                let Sentence { plain, html } = Sentence::new(key.to_owned());
                Said { html: Cow::Owned(html.unwrap_or_else(|| plain.clone())), plain: Cow::Owned(plain) }
            }
        }
    }

    fn sentence(&self, lang: Lang, key: &str) -> Option<&Sentence> {
        let table = match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        };
        table.get(key)
    }

    /// The sentence with its places filled; English takes `key.one` when a value is exactly 1.
    #[must_use]
    pub fn fill(&self, lang: Lang, key: &str, args: &[(&str, String)]) -> String {
        let one = (lang == Lang::En && args.iter().any(|(_, v)| v == "1")).then(|| format!("{key}.one"));
        let one = one.as_deref().filter(|one| self.en.contains_key(*one));
        filled(self.text(lang, one.unwrap_or(key)), args)
    }

    /// A word in a language.
    #[must_use]
    pub fn say(&self, lang: Lang, word: &Word) -> String {
        self.fill(lang, &word.key, &word.args)
    }

    /// A day as people say it: today, tomorrow, or the date.
    #[must_use]
    pub fn day(&self, lang: Lang, day: NaiveDate, today: NaiveDate) -> String {
        match (day - today).num_days() {
            0 => self.text(lang, "day.today").to_owned(),
            1 => self.text(lang, "day.tomorrow").to_owned(),
            _ => date(lang, day, today),
        }
    }

    /// Whether the key is defined.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.zh.contains_key(key)
    }

    /// Every key, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.zh.keys().map(String::as_str)
    }
}

/// The text with each `{name}` that is given; what is not given stays as it is.
fn filled(text: &str, args: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(text.len() + args.iter().map(|(_, v)| v.len()).sum::<usize>());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let found = after.split_once('}').and_then(|(name, tail)| Some((args.iter().find(|(n, _)| *n == name)?, tail)));
        rest = match found {
            Some(((_, value), tail)) => {
                out.push_str(value);
                tail
            }
            None => {
                out.push('{');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// `31,482`
#[must_use]
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Minutes as hours with one decimal, `2.5`; thousands parted.
#[must_use]
pub fn hours(minutes: i64) -> String {
    let tenths = (minutes.abs() * 10 + 30) / 60;
    let sign = if minutes < 0 && tenths > 0 { "-" } else { "" };
    format!("{sign}{}.{}", number(tenths / 10), tenths % 10)
}

/// `11月23日 星期一` or `Monday 23 November`; with the year when it is not this one.
#[must_use]
pub fn date(lang: Lang, day: NaiveDate, today: NaiveDate) -> String {
    const ZH: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    let year = day.year() != today.year();
    match lang {
        Lang::Zh => {
            let week = ZH[day.weekday().num_days_from_monday() as usize];
            let head = if year { format!("{}年", day.year()) } else { String::new() };
            format!("{head}{}月{}日 星期{week}", day.month(), day.day())
        }
        Lang::En if year => day.format("%A %-d %B %Y").to_string(),
        Lang::En => day.format("%A %-d %B").to_string(),
    }
}

/// `11月25日` or `25 Nov`, for columns.
#[must_use]
pub fn short_date(lang: Lang, day: NaiveDate) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日", day.month(), day.day()),
        Lang::En => day.format("%-d %b").to_string(),
    }
}

/// `14:30` on Beijing's clocks.
#[must_use]
pub fn time(at: DateTime<Utc>) -> String {
    let at = beijing(at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `2026-11-23 14:30` on Beijing's clocks, for tables.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> String {
    format!("{} {}", crate::time::day(at), time(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_hours_are_written_as_people_read_them() {
        assert_eq!(number(31482), "31,482");
        assert_eq!(number(-1000), "-1,000");
        assert_eq!(hours(150), "2.5");
        assert_eq!(hours(10_778_400), "179,640.0");
    }

    #[test]
    fn places_are_filled_once_and_what_a_value_says_is_not_filled_again() {
        let args = [("n", "3".to_owned()), ("who", "{n}".to_owned())];
        assert_eq!(filled("{who}: {n} of {n}, {x}, {", &args), "{n}: 3 of 3, {x}, {");
    }

    #[test]
    fn today_and_tomorrow_are_called_so_and_no_other_day_is() {
        let zh = "\"day.today\" = \"今天\"\n\"day.tomorrow\" = \"明天\"";
        let en = "\"day.today\" = \"Today\"\n\"day.tomorrow\" = \"Tomorrow\"";
        let words = Words::load(&[WordFiles { name: "x", zh, en }]).unwrap();
        let today: NaiveDate = "2026-12-31".parse().unwrap();
        let said = |ahead: i64| words.day(Lang::Zh, today + chrono::Duration::days(ahead), today);
        assert_eq!([said(-1), said(0), said(1), said(2)], ["12月30日 星期三", "今天", "明天", "2027年1月2日 星期六"]);
        assert_eq!(words.day(Lang::En, today, today), "Today");
    }

    #[test]
    fn a_sentence_is_escaped_on_a_page_and_plain_elsewhere() {
        #[derive(askama::Template)]
        #[template(source = "{{ said }}", ext = "html")]
        struct Page<'w> {
            said: Said<'w>,
        }
        let file = WordFiles { name: "x", zh: "\"a\" = \"甲 & <乙>\"", en: "\"a\" = \"a & b\"" };
        let words = Words::load(&[file]).unwrap();
        for (key, plain, html) in [("a", "甲 & <乙>", "甲 &#38; &#60;乙&#62;"), ("<b>", "<b>", "&#60;b&#62;")] {
            let said = words.said(Lang::Zh, key);
            assert_eq!((said.to_string().as_str(), said.as_ref()), (plain, plain));
            assert_eq!(askama::Template::render(&Page { said }).unwrap(), html);
        }
    }

    #[test]
    fn a_missing_translation_is_found_at_the_start() {
        let file = WordFiles { name: "x", zh: "\"a\" = \"甲\"", en: "" };
        assert!(Words::load(&[file]).is_err());
    }
}
