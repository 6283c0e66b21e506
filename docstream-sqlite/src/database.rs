//! A file that is written by one connection and read by others.

use std::path::PathBuf;

use crate::readers::Readers;
use crate::writer::Writer;

/// The file with its one writer and its readers.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) path: PathBuf,
    pub(crate) writer: Writer,
    pub(crate) readers: Readers,
}
