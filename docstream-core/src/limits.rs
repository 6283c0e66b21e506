//! How large a document may be.

/// The sizes past which a document is refused.
///
/// ```
/// use docstream_core::Limits;
///
/// let limits = Limits::default().document_bytes(64 * 1024).text_bytes(500);
/// assert_eq!(limits.nesting, 32);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one document as it comes in; 1 MiB.
    pub document_bytes: usize,
    /// Nesting of JSON, the document itself being the first level; 32.
    pub nesting: usize,
    /// Bytes of one text in a document, without quotes and escapes; 8 KiB.
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 1024 * 1024,
            nesting: 32,
            text_bytes: 8 * 1024,
        }
    }
}

impl Limits {
    /// Sets the bytes of one document.
    #[must_use]
    pub const fn document_bytes(mut self, bytes: usize) -> Self {
        self.document_bytes = bytes;
        self
    }

    /// Sets the nesting of JSON.
    #[must_use]
    pub const fn nesting(mut self, levels: usize) -> Self {
        self.nesting = levels;
        self
    }

    /// Sets the bytes of one text.
    #[must_use]
    pub const fn text_bytes(mut self, bytes: usize) -> Self {
        self.text_bytes = bytes;
        self
    }
}
