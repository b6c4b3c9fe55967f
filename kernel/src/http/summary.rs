//! The summary of a refused form. "This is still empty" does not tell where, so such a line begins with the label of its field,
//! which is read from the page itself: it is written there once.

/// How `ui.html` marks a line whose words are the same for every field.
const MARK: &str = "<a data-of href=\"#";

/// The page with its marked lines named; `joined` puts a label and a problem together.
pub(super) fn named(page: &str, joined: impl Fn(&str, &str) -> String) -> String {
    let mut out = String::with_capacity(page.len() + 256);
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(MARK) {
        out.push_str(before);
        out.push_str("<a href=\"#");
        let line = after.split_once("\">").and_then(|(field, tail)| Some((field, tail.split_once("</a>")?)));
        let Some((field, (problem, tail))) = line else {
            rest = after;
            continue;
        };
        let named = label(page, field).map_or_else(|| problem.to_owned(), |label| joined(&label, problem));
        out.push_str(&format!("{field}\">{named}</a>"));
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// What a field is called: its label, or the legend of its group.
fn label(page: &str, field: &str) -> Option<String> {
    let heads = [
        (format!("<label for=\"{field}\">"), "</label>"),
        (format!(" id=\"{field}\"><legend>"), "</legend>"),
        (format!("<legend id=\"{field}\">"), "</legend>"),
    ];
    let found = heads.iter().find_map(|(head, end)| page.split_once(head.as_str())?.1.split_once(end));
    let text: String =
        found?.0.split('<').map(|piece| piece.rsplit_once('>').map_or(piece, |(_, text)| text)).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_line_that_fits_every_field_says_which_one_is_meant() {
        let page = "<a data-of href=\"#day\">空</a><a data-of href=\"#kind\">选</a><a href=\"#name\">没有姓名</a>\
                    <a data-of href=\"#gone\">空</a><label for=\"day\">哪一天<span class=\"vh\">，第 1 场</span></label>\
                    <fieldset class=\"field bad\" id=\"kind\"><legend>类别</legend><label for=\"name\">姓名</label>";
        let shown = named(page, |label, problem| format!("{label}：{problem}"));
        assert!(shown.starts_with(
            "<a href=\"#day\">哪一天，第 1 场：空</a><a href=\"#kind\">类别：选</a><a href=\"#name\">没有姓名</a><a href=\"#gone\">空</a><label"
        ));
        assert!(shown.ends_with("<label for=\"name\">姓名</label>"));
    }

    #[test]
    fn a_page_that_is_cut_stays_as_it_is() {
        let shown = named("<a data-of href=\"#day\">空", |label, _| label.to_owned());
        assert_eq!(shown, "<a href=\"#day\">空");
    }
}
