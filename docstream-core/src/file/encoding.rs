//! How the text of a file is written in bytes.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use serde::{Deserialize, Serialize};

/// The encoding of a file's text.
///
/// ```
/// use docstream_core::file::{Encoding, FileOptions, Survey};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines.csv");
/// std::fs::write(&path, b"description\n\xa35 VOUCHER\n")?;
/// let survey = &Survey::input(path, &FileOptions::default(), |_| {})?[0];
/// assert_eq!(survey.encoding, Encoding::Windows1252); // a pound sign, and not in UTF-8
/// assert_eq!("latin-1".parse::<Encoding>()?, Encoding::Latin1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, or windows-1252 for the whole file if a byte of it is not UTF-8.
    #[default]
    Auto,
    /// UTF-8; a record that is not is rejected as `not_utf8`.
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO-8859-1: each byte is the code point of its number.
    #[serde(rename = "latin-1")]
    Latin1,
    /// windows-1252 as browsers read it: every byte is a character.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    /// The encoding as it is written in options.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Utf8 => "utf-8",
            Self::Latin1 => "latin-1",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// Whether UTF-8 is read as what it is.
    pub(crate) const fn is_utf8(self) -> bool {
        matches!(self, Self::Auto | Self::Utf8)
    }

    /// The text of `bytes`; `None` if they are not in this encoding.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Auto | Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Latin1 => Some(encoding_rs::mem::decode_latin1(bytes)),
            Self::Windows1252 => Some(WINDOWS_1252.decode_without_bom_handling(bytes).0),
        }
    }
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Encoding {
    type Err = crate::Error;

    fn from_str(word: &str) -> crate::Result<Self> {
        [Self::Auto, Self::Utf8, Self::Latin1, Self::Windows1252]
            .into_iter()
            .find(|encoding| encoding.as_str() == word)
            .ok_or_else(|| {
                let known = "expected auto, utf-8, latin-1 or windows-1252";
                crate::Error::config("choose an encoding", known)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latin_1_pound_sign_is_a_pound_sign() {
        for encoding in [Encoding::Latin1, Encoding::Windows1252] {
            assert_eq!(encoding.decode(b"\xa35").as_deref(), Some("£5"));
        }
        assert_eq!(Encoding::Utf8.decode(b"\xa35"), None);
    }

    #[test]
    fn latin_1_is_not_windows_1252() {
        assert_eq!(Encoding::Latin1.decode(b"\x80").as_deref(), Some("\u{80}"));
        assert_eq!(Encoding::Windows1252.decode(b"\x80").as_deref(), Some("€"));
    }

    #[test]
    fn every_encoding_reads_back_from_its_word() {
        for word in ["auto", "utf-8", "latin-1", "windows-1252"] {
            let encoding: Encoding = word.parse().unwrap();
            assert_eq!(encoding.to_string(), word);
            assert_eq!(
                serde_json::to_string(&encoding).unwrap(),
                format!("\"{word}\"")
            );
        }
        assert!("utf-16".parse::<Encoding>().is_err());
    }
}
