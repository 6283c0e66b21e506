//! Pages of long lists.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;

use super::{InvalidCursor, InvalidLimit};

/// How many items an answer has at most: 1 to 1,000, 100 if nothing is said.
///
/// ```
/// use docstream_core::queries::Limit;
///
/// assert_eq!("25".parse::<Limit>()?.get(), 25);
/// assert!(Limit::new(0).is_err() && Limit::new(1_001).is_err());
/// # Ok::<(), docstream_core::queries::InvalidLimit>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    /// The most an answer ever has.
    pub const MAX: Self = Self(1_000);

    /// At most `items`.
    ///
    /// # Errors
    ///
    /// [`InvalidLimit`] if that is not from 1 to 1,000.
    pub const fn new(items: usize) -> Result<Self, InvalidLimit> {
        match items {
            1..=1_000 => Ok(Self(items as u16)),
            _ => Err(InvalidLimit),
        }
    }

    /// The number.
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(100)
    }
}

impl FromStr for Limit {
    type Err = InvalidLimit;

    fn from_str(text: &str) -> Result<Self, InvalidLimit> {
        Self::new(text.parse().map_err(|_| InvalidLimit)?)
    }
}

/// Where the next page of a list starts: the key of the last item of the page
/// before, so that items which come in between shift nothing.
///
/// Opaque to whoever asks: it is handed back as it was given out. A store makes it
/// of bytes with [`new`](Self::new) and reads them with [`bytes`](Self::bytes).
///
/// ```
/// use docstream_core::queries::Cursor;
///
/// let cursor = Cursor::new(b"536365");
/// assert_eq!(cursor.to_string().parse(), Ok(cursor));
/// assert!("%".parse::<Cursor>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    /// A cursor after the item whose key is `key`.
    pub fn new(key: &[u8]) -> Self {
        Self(key.to_vec())
    }

    /// The key it was made of.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text);
        bytes.map(Self).map_err(|_| InvalidCursor)
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which page of a list.
///
/// ```
/// use docstream_core::queries::{Cursor, Limit, Page, PageRequest};
///
/// let mut request = PageRequest { limit: Limit::new(2)?, cursor: None };
/// let first = Page { items: vec!["a", "b"], next: Some(Cursor::new(b"b")) };
/// request.cursor = first.next; // for the second page
/// assert_eq!(request.cursor, Some(Cursor::new(b"b")));
/// # Ok::<(), docstream_core::queries::InvalidLimit>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// How many items at most.
    pub limit: Limit,
    /// Where to start: the `next` of the page before, or `None` for the first page.
    pub cursor: Option<Cursor>,
}

/// A page of a list.
///
/// ```
/// use docstream_core::queries::{Cursor, Limit, Page};
///
/// let fetched = vec!["a", "b", "c"]; // one more than asked for
/// let page = Page::cut(fetched, Limit::new(2)?, |item| item.as_bytes().to_vec());
/// assert_eq!(page.items, ["a", "b"]);
/// assert_eq!(page.next, Some(Cursor::new(b"b")));
/// # Ok::<(), docstream_core::queries::InvalidLimit>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page starts; `None` if this is the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The page of at most `limit` of `items`, of which a store fetched one more
    /// than asked to see whether there is another page. `key` gives the bytes that
    /// a cursor after an item is made of.
    pub fn cut(mut items: Vec<T>, limit: Limit, key: impl FnOnce(&T) -> Vec<u8>) -> Self {
        let more = items.len() > limit.get();
        items.truncate(limit.get());
        let last = items.last().filter(|_| more);
        let next = last.map(|item| Cursor(key(item)));
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(key: Vec<u8>) {
            let cursor = Cursor::new(&key);
            prop_assert_eq!(cursor.to_string().parse::<Cursor>(), Ok(cursor));
        }
    }

    #[test]
    fn limits_are_from_1_to_1000() {
        for text in ["0", "1001", "-1", "", "ten", "1.0"] {
            assert_eq!(text.parse::<Limit>(), Err(InvalidLimit), "{text}");
        }
        assert_eq!("1000".parse(), Ok(Limit::MAX));
        assert_eq!(Limit::default().get(), 100);
    }

    #[test]
    fn a_page_has_a_next_only_if_there_is_more() {
        let limit = Limit::new(2).unwrap();
        let cut = |items: &[u8]| Page::cut(items.to_vec(), limit, |item| vec![*item]);
        assert_eq!(cut(&[1, 2]).next, None);
        let page = cut(&[1, 2, 3]);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(Cursor(vec![2]))));
    }
}
