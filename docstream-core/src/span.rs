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
<<<<<<< HEAD
    /// The piece of `len` bytes from `start`.
    pub const fn new(start: usize, len: usize) -> Self {
        debug_assert!(
            start + len <= u32::MAX as usize,
            "an arena is at most 4 GiB"
        );
        Self {
            start: start as u32,
=======
    /// Appends `text` to `arena` and says where it lies.
    ///
    /// An arena holds at most 4 GiB; a batch's is a thousandth of that, and
    /// [`InvoiceParser`](crate::InvoiceParser) refuses a document that would not fit.
    #[inline]
    pub fn push(arena: &mut String, text: &str) -> Self {
        let start = arena.len();
        arena.push_str(text);
        Self::since(start, arena)
    }

    /// The text in the arena it was pushed to; empty in any other where it does not fit.
    #[inline]
    pub fn resolve<'a>(&self, arena: &'a str) -> &'a str {
        let start = self.start as usize;
        let text = arena.get(start..start + self.len as usize);
        debug_assert!(text.is_some(), "a span of another arena");
        text.unwrap_or_default()
    }

    /// The length of the text in bytes.
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether the text is empty.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Everything in `arena` from `start` on.
    #[inline]
    pub(crate) fn since(start: usize, arena: &str) -> Self {
        Self {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            len: u32::try_from(arena.len() - start).unwrap_or(u32::MAX),
        }
    }

    /// The part of this span that is `len` bytes long from `from` on.
    #[inline]
    pub(crate) fn part(self, from: usize, len: usize) -> Self {
        debug_assert!(from + len <= self.len(), "a part outside of its span");
        Self {
            start: self.start + from as u32,
>>>>>>> invoice
            len: len as u32,
        }
    }

    /// Appends `text` to `arena` and says where it is.
    pub fn push(arena: &mut String, text: &str) -> Self {
        let span = Self::new(arena.len(), text.len());
        arena.push_str(text);
        span
    }

    /// Everything that was appended to `arena` since it was `start` bytes long.
    pub fn since(start: usize, arena: &str) -> Self {
        Self::new(start, arena.len() - start)
    }

    /// The part of this piece that is `len` bytes long from `from` on.
    #[must_use]
    pub fn part(self, from: usize, len: usize) -> Self {
        debug_assert!(from + len <= self.len(), "a part outside of its span");
        Self::new(self.range().start + from, len)
    }

    /// Appends `bytes` to `arena` and says where they are.
    pub fn push_bytes(arena: &mut Vec<u8>, bytes: &[u8]) -> Self {
        let span = Self::new(arena.len(), bytes.len());
        arena.extend_from_slice(bytes);
        span
    }

    /// The piece of a text arena; empty if the span is of another arena.
    pub fn text(self, arena: &str) -> &str {
        let piece = arena.get(self.range());
        debug_assert!(piece.is_some(), "the span is of another arena");
        piece.unwrap_or_default()
    }

    /// The piece of a byte arena; empty if the span is of another arena.
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
