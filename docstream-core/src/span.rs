//! A piece of an arena.

/// Where a piece of text or bytes sits in the arena of its batch.
///
/// Eight bytes in place of an owned string: documents of a batch share one
/// allocation. An arena is at most 4 GiB; a batch is far smaller.
///
/// ```
/// use docstream_core::Span;
///
/// let mut arena = String::from("head ");
/// let span = Span::push(&mut arena, "tail");
/// assert_eq!(span.text(&arena), "tail");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// The piece of `len` bytes from `start`.
    pub const fn new(start: usize, len: usize) -> Self {
        debug_assert!(
            start + len <= u32::MAX as usize,
            "an arena is at most 4 GiB"
        );
        Self {
            start: start as u32,
            len: len as u32,
        }
    }

    /// Appends `text` to `arena` and says where it is.
    #[inline]
    pub fn push(arena: &mut String, text: &str) -> Self {
        let span = Self::new(arena.len(), text.len());
        arena.push_str(text);
        span
    }

    /// Everything that was appended to `arena` since it was `start` bytes long.
    ///
    /// ```
    /// use docstream_core::Span;
    ///
    /// let mut arena = String::from("head ");
    /// let start = arena.len();
    /// arena.extend(["tail", "less"]);
    /// assert_eq!(Span::since(start, &arena).text(&arena), "tailless");
    /// ```
    #[inline]
    pub fn since(start: usize, arena: &str) -> Self {
        Self::new(start, arena.len() - start)
    }

    /// The part of this piece that is `len` bytes long from `from` on.
    ///
    /// ```
    /// use docstream_core::Span;
    ///
    /// let mut arena = String::from("head ");
    /// let whole = Span::push(&mut arena, " a mug ");
    /// assert_eq!(whole.part(1, 5).text(&arena), "a mug");
    /// ```
    #[must_use]
    #[inline]
    pub fn part(self, from: usize, len: usize) -> Self {
        debug_assert!(from + len <= self.len(), "a part outside of its span");
        Self::new(self.range().start + from, len)
    }

    /// Appends `bytes` to `arena` and says where they are.
    #[inline]
    pub fn push_bytes(arena: &mut Vec<u8>, bytes: &[u8]) -> Self {
        let span = Self::new(arena.len(), bytes.len());
        arena.extend_from_slice(bytes);
        span
    }

    /// The piece of a text arena; empty if the span is of another arena.
    #[inline]
    pub fn text(self, arena: &str) -> &str {
        arena.get(self.range()).unwrap_or_else(|| stray())
    }

    /// The piece of a byte arena; empty if the span is of another arena.
    #[inline]
    pub fn bytes(self, arena: &[u8]) -> &[u8] {
        let piece = arena.get(self.range());
        debug_assert!(piece.is_some(), "the span is of another arena");
        piece.unwrap_or_default()
    }

    /// The positions in the arena.
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }

    /// How many bytes.
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// The text of a span of another arena. Cold, so that finding a text costs no conditional moves.
#[cold]
fn stray() -> &'static str {
    debug_assert!(false, "the span is of another arena");
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_lies_inside() {
        let mut arena = "x".to_owned();
        let whole = Span::push(&mut arena, " a mug ");
        assert_eq!(whole.part(1, 5).text(&arena), "a mug");
        assert!(Span::default().text(&arena).is_empty());
    }
}
