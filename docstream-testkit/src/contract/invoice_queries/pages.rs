//! Long lists, page by page.

use std::fmt::Debug;

use docstream_core::queries::{Limit, Page, PageRequest, QueryResult};

use super::{ask, assert_list};

pub(super) fn limit(items: usize) -> Limit {
    match Limit::new(items) {
        Ok(limit) => limit,
        Err(error) => panic!("the suite asks for {items} items: {error}"),
    }
}

/// The pages of a list, joined, are `right`: each but the last one is full, and
/// cursors survive a trip through text.
pub(super) async fn assert_pages<T: PartialEq + Debug>(
    what: &str,
    size: usize,
    right: &[T],
    page: impl AsyncFn(&PageRequest) -> QueryResult<Page<T>>,
) {
    let what = format!("{what}, in pages of {size}");
    let mut request = PageRequest {
        limit: limit(size),
        cursor: None,
    };
    let mut joined = Vec::new();
    loop {
        let Page { mut items, next } = ask(&what, page(&request)).await;
        assert!(
            items.len() == size || (next.is_none() && items.len() < size),
            "queries: {what}: a page of {} that is not the last",
            items.len()
        );
        let is_late = items.is_empty() && !joined.is_empty();
        assert!(!is_late, "queries: {what}: an empty page after the last");
        joined.append(&mut items);
        let Some(cursor) = next else { break };
        assert!(
            joined.len() < right.len(),
            "queries: {what}: there is more after the last item, or items come twice"
        );
        request.cursor = match cursor.to_string().parse() {
            Ok(cursor) => Some(cursor),
            Err(error) => panic!("queries: {what}: a cursor is not text: {error}"),
        };
    }
    assert_list(&what, &joined, right);
}
