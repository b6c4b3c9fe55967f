//! Saved views, as every list has them.

use crate::Visitor;

/// Keeps a question to a list and finds it again as the present one. `asked` is the list's address with each of its filters, in
/// the order in which the page says them.
///
/// # Panics
/// When the page does not offer to keep the question, or does not know it again.
#[track_caller]
pub fn is_kept<'v>(visitor: &'v Visitor, list: &'v str, asked: &'v str) -> impl Future<Output = ()> + 'v {
    let (url, query) = asked.split_at(asked.find('?').expect("a question has filters"));
    async move {
        let page = visitor.get(asked).await.expect(200).text();
        let offers = page.contains("action=\"/desk/views\"") && page.contains(&format!("value=\"{list}\""));
        assert!(offers, "{list} cannot be kept: {page}");
        let form = [("list", list), ("name", "我常看的"), ("query", query)];
        let kept = visitor.post("/desk/views", &form).await.expect(303);
        assert_eq!(kept.location.as_deref(), Some(asked), "{list} loses a filter");
        let page = visitor.get(asked).await.expect(200).text();
        assert!(page.contains("aria-current=\"true\">我常看的"), "{list} does not know its question again: {page}");
        assert!(visitor.get(url).await.expect(200).text_contains("我常看的"), "{list} shows it everywhere");
    }
}
