//! Just enough HTML for tests that speak HTTP without a browser: the forms of a page and its visible words. Not a
//! parser for pages that others write.

/// A form as a browser would send it when nobody touches it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it posts to, as written in the page.
    pub action: String,
    /// `get` or `post`, lower case.
    pub method: String,
    /// Names and values in the order of the page; buttons, files and unticked boxes are absent.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The same form with one field set, replaced where it was or added at the end.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value.to_owned(),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// The value of a field; absent when the form has none of that name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The first form whose action contains `action_contains`, with its hidden fields (`_csrf`, `_key`) and defaults.
pub fn form_fields(html: &str, action_contains: &str) -> Option<Form> {
    let mut tags = Tags { html, at: 0 };
    let open = tags.by_ref().find(|tag| tag.name == "form" && tag.get("action").contains(action_contains))?;
    let mut form = Form {
        action: open.get("action"),
        method: open.find("method").unwrap_or_else(|| "get".to_owned()).to_lowercase(),
        fields: Vec::new(),
    };
    let mut select: Option<Select> = None;
    for tag in tags.take_while(|tag| tag.name != "/form") {
        match tag.name.as_str() {
            "input" if tag.is_sent() => form.fields.push((tag.get("name"), tag.value())),
            "textarea" if tag.is_sent() => {
                let text = html[tag.end..].split("</textarea").next().unwrap_or_default();
                let text = unescape(text);
                form.fields.push((tag.get("name"), text.strip_prefix('\n').unwrap_or(&text).to_owned()));
            }
            "select" => select = Some(Select { name: tag.get("name"), value: None, chosen: false }),
            "option" => {
                if let Some(select) = &mut select {
                    select.see(&tag, html);
                }
            }
            "/select" => {
                if let Some(Select { name, value: Some(value), .. }) = select.take() {
                    form.fields.push((name, value));
                }
            }
            _ => {}
        }
    }
    Some(form)
}

/// What a reader sees: the text between the tags, spaces folded, without scripts and styles.
pub fn visible_text(html: &str) -> String {
    let mut text = String::new();
    let mut from = 0;
    let mut hidden = false;
    for tag in (Tags { html, at: 0 }) {
        if !hidden {
            text.push_str(&html[from..tag.start]);
            text.push(' ');
        }
        hidden = matches!(tag.name.as_str(), "script" | "style") || (hidden && !tag.name.starts_with('/'));
        from = tag.end;
    }
    text.push_str(&html[from..]);
    unescape(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Select {
    name: String,
    value: Option<String>,
    chosen: bool,
}

impl Select {
    fn see(&mut self, option: &Tag, html: &str) {
        let marked = option.find("selected").is_some();
        if self.value.is_none() || (marked && !self.chosen) {
            let text = html[option.end..].split('<').next().unwrap_or_default();
            self.value = Some(option.find("value").unwrap_or_else(|| unescape(text.trim())));
            self.chosen = marked;
        }
    }
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    start: usize,
    end: usize,
}

impl Tag {
    fn find(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn get(&self, name: &str) -> String {
        self.find(name).unwrap_or_default()
    }

    fn is_sent(&self) -> bool {
        let kind = self.get("type").to_lowercase();
        let ticked = !matches!(kind.as_str(), "checkbox" | "radio") || self.find("checked").is_some();
        let typed = !matches!(kind.as_str(), "submit" | "button" | "image" | "reset" | "file");
        ticked && typed && !self.get("name").is_empty() && self.find("disabled").is_none()
    }

    fn value(&self) -> String {
        let empty = if self.get("type").eq_ignore_ascii_case("checkbox") { "on" } else { "" };
        self.find("value").unwrap_or_else(|| empty.to_owned())
    }
}

struct Tags<'a> {
    html: &'a str,
    at: usize,
}

impl Iterator for Tags<'_> {
    type Item = Tag;

    fn next(&mut self) -> Option<Tag> {
        loop {
            let start = self.at + self.html[self.at..].find('<')?;
            let rest = &self.html[start..];
            if rest.starts_with("<!--") {
                self.at = start + rest.find("-->")? + 3;
                continue;
            }
            let name: String = rest[1..].chars().take_while(|c| c.is_alphanumeric() || "/!-".contains(*c)).collect();
            if name.is_empty() {
                self.at = start + 1;
                continue;
            }
            let (attributes, length) = attributes(&rest[1 + name.len()..]);
            let end = start + 1 + name.len() + length;
            self.at = end;
            return Some(Tag { name: name.to_lowercase(), attributes, start, end });
        }
    }
}

/// The attributes that follow a tag's name and how many bytes they and the closing `>` take.
fn attributes(text: &str) -> (Vec<(String, String)>, usize) {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        let rest = text[at..].trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        at = text.len() - rest.len();
        if rest.is_empty() {
            return (found, at);
        }
        if rest.starts_with('>') {
            return (found, at + 1);
        }
        let length = rest.find(|c: char| c.is_whitespace() || "=>/".contains(c)).unwrap_or(rest.len()).max(1);
        let length = rest.ceil_char_boundary(length);
        let name = rest[..length].to_lowercase();
        at += length;
        let (value, taken) = attribute_value(&text[at..]);
        at += taken;
        found.push((name, unescape(value)));
    }
}

fn attribute_value(text: &str) -> (&str, usize) {
    let Some(rest) = text.trim_start().strip_prefix('=') else {
        return ("", 0);
    };
    let rest = rest.trim_start();
    let before = text.len() - rest.len();
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let value = rest[1..].split(quote).next().unwrap_or_default();
        return (value, (before + value.len() + 2).min(text.len()));
    }
    let value = rest.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
    (value, before + value.len())
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match rest.find(';').filter(|end| *end < 10).and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<h1>报名 &amp; 签到</h1><script>if (a < b) { x = "<form>" }</script>
        <form action="/search"><input name=q></form>
        <form method="POST" action='/activities/7/sign-ups?a=1&amp;b=2'>
          <input type="hidden" name="_csrf" value="a&#34;b&quot;c"><input type=hidden name=_key value=k1>
          <input name="name" value="李 娜"/><input type=checkbox name=agree><input type=checkbox name=ok checked>
          <input type="submit" name="go" value="提交"><textarea name="note">
第一行</textarea>
          <select name=post><option value=1>甲<option value=2 selected>乙</select></form>"#;

    #[test]
    fn a_form_is_read_as_an_untouched_browser_would_send_it() {
        let form = form_fields(PAGE, "/sign-ups").expect("the page has the form");
        assert_eq!((form.action.as_str(), form.method.as_str()), ("/activities/7/sign-ups?a=1&b=2", "post"));
        let expected =
            [("_csrf", "a\"b\"c"), ("_key", "k1"), ("name", "李 娜"), ("ok", "on"), ("note", "第一行"), ("post", "2")];
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, expected);
        assert_eq!(form.with("ok", "off").value("ok"), Some("off"));
        assert_eq!(form_fields(PAGE, "/nowhere"), None);
    }

    #[test]
    fn visible_text_leaves_scripts_out() {
        assert_eq!(visible_text(PAGE), "报名 & 签到 第一行 甲 乙");
        assert_eq!(visible_text("a<br>b &lt;c"), "a b <c");
    }

    #[test]
    fn broken_markup_ends_quietly() {
        for page in ["<", "<form action=", "<form action='x", "<form action=x><input name=é", "<a =中>", "&#x110000;"]
        {
            let _ = form_fields(page, "");
            let _ = visible_text(page);
        }
    }
}
