//! Compression, told by content.

use std::io::{self, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use crate::{Error, Result};

const OPERATION: &str = "open a file";

/// How a file is compressed.
///
/// ```
/// use docstream_core::file::{Compression, FileOptions, Survey};
///
/// # use std::io::Write;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines.csv");
/// # let mut gzip = flate2::write::GzEncoder::new(std::fs::File::create(&path)?, Default::default());
/// # gzip.write_all(b"name,grade\nAda,1\n")?;
/// # gzip.finish()?;
/// // The name does not count: it is `lines.csv` and holds gzip.
/// let survey = &Survey::input(path, &FileOptions::default(), |_| {})?[0];
/// assert_eq!((survey.compression, survey.records), (Compression::Gzip, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, also of several members.
    Gzip,
    /// zstd; feature `zstd`.
    Zstd,
}

/// Reads `reader` decompressed, by the first bytes of what it holds.
pub(crate) fn decompress<R: Read + Send + 'static>(
    mut reader: R,
) -> Result<(Compression, Box<dyn Read + Send>)> {
    let mut head = Vec::with_capacity(8);
    reader
        .by_ref()
        .take(8)
        .read_to_end(&mut head)
        .map_err(|error| Error::config(OPERATION, error.to_string()))?;
    let compression = of_head(&head)?;
    let whole = BufReader::with_capacity(64 * 1024, Cursor::new(head).chain(reader));
    let reader: Box<dyn Read + Send> = match compression {
        Compression::None => Box::new(whole),
        Compression::Gzip => Box::new(MultiGzDecoder::new(whole)),
        Compression::Zstd => zstd(whole)?,
    };
    Ok((compression, reader))
}

fn of_head(head: &[u8]) -> Result<Compression> {
    let unreadable = |message: &'static str| Err(Error::config(OPERATION, message));
    match head {
        [0x1f, 0x8b, ..] => Ok(Compression::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Compression::Zstd),
        [b'P', b'K', 3, 4, ..] => unreadable(
            "this is a zip archive or a spreadsheet; unpack it, or save the sheet as CSV",
        ),
        [b'B', b'Z', b'h', ..] => unreadable("this is compressed with bzip2; decompress it first"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => {
            unreadable("this is compressed with xz; decompress it first")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            unreadable("this is UTF-16; save it as UTF-8, latin-1 or windows-1252")
        }
        _ => Ok(Compression::None),
    }
}

#[cfg(feature = "zstd")]
fn zstd(reader: impl io::BufRead + Send + 'static) -> Result<Box<dyn Read + Send>> {
    Ok(Box::new(super::zstd_frames::ZstdFrames::new(reader)))
}

#[cfg(not(feature = "zstd"))]
fn zstd(_: impl io::BufRead) -> Result<Box<dyn Read + Send>> {
    let message = "this is compressed with zstd; build with the feature `zstd` to read it";
    Err(Error::config(OPERATION, message))
}
