//! A piece of a text arena.

/// Where a text lies in the arena of its batch: eight bytes instead of a `String`.
///
/// A span means something only together with the arena it was pushed to, and
/// only as long as that arena is not cut back past it.
///
/// ```
/// use docstream_core::Span;
///
/// let mut arena = String::new();
/// let code = Span::push(&mut arena, "85123A");
/// let country = Span::push(&mut arena, "France");
/// assert_eq!((code.resolve(&arena), country.resolve(&arena)), ("85123A", "France"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Span {
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
            len: len as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_lies_inside() {
        let mut arena = "x".to_owned();
        let whole = Span::push(&mut arena, " a mug ");
        assert_eq!(whole.part(1, 5).resolve(&arena), "a mug");
        assert!(Span::default().resolve(&arena).is_empty());
    }
}
