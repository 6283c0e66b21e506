//! The real file that the documents are modelled on, where it is at hand.

pub mod golden;

use std::path::{Path, PathBuf};

/// UCI Online Retail: the file that `DOCSTREAM_RETAIL_CSV` names, or else
/// `../shared/data/online-retail.csv.gz` beside the clone.
///
/// `None` where there is none; the test that asked says so on stderr and is not run.
///
/// # Panics
///
/// If there is none and `CI` is `true`: there, a test that is not run is a failure.
///
/// ```no_run
/// let Some(path) = docstream_testkit::retail::file() else {
///     return;
/// };
/// println!("tested on {}", path.display());
/// ```
#[expect(
    clippy::panic,
    reason = "for tests, where a panic is how a failure is told"
)]
pub fn file() -> Option<PathBuf> {
    let path = match std::env::var_os("DOCSTREAM_RETAIL_CSV") {
        Some(path) => PathBuf::from(path),
        None => {
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/online-retail.csv.gz")
        }
    };
    if path.is_file() {
        return Some(path);
    }
    let missing = format!(
        "the real file is not at {}; DOCSTREAM_RETAIL_CSV may name another place",
        path.display()
    );
    if std::env::var_os("CI").is_some_and(|ci| ci == "true") {
        panic!("{missing}");
    }
    eprintln!("did not run: {missing}");
    None
}
