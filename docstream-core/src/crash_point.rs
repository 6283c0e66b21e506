//! Places at which tests crash, stall or fail the process.

/// A named place at which a test can panic, stall or end the process (feature
/// `failpoints`, crate `fail`); nothing at all otherwise. Adapters put them around the
/// moments at which a crash would hurt most.
///
/// ```
/// use docstream_core::crash_point;
///
/// const STORED: &str = "example_stored_and_not_told";
///
/// fn store(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
///     std::fs::write(path, bytes)?;
///     crash_point(STORED);
///     Ok(())
/// }
/// # let folder = tempfile::tempdir()?;
/// store(&folder.path().join("document"), b"{}")?;
/// assert_eq!(std::fs::read(folder.path().join("document"))?, b"{}");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// A test arms it with `fail::cfg(STORED, "panic")`.
#[inline(always)]
pub fn crash_point(name: &str) {
    #[cfg(feature = "failpoints")]
    fail::fail_point!(name);
    #[cfg(not(feature = "failpoints"))]
    let _ = name;
}
