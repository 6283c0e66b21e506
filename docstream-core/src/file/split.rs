//! One row of CSV that is in memory.

use csv_core::{ReadRecordResult, ReaderBuilder};
use memchr::memchr;

use super::scan::MOST_COLUMNS;

/// Why bytes are not one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SplitError {
    #[error("it has more than {MOST_COLUMNS} columns")]
    TooManyColumns,
    #[error("it opens a quote and does not close it")]
    UnclosedQuote,
    #[error("it is more than one row")]
    SeveralRows,
}

/// The fields of `row`, without quotes.
pub(crate) fn split_row(row: &[u8], delimiter: u8) -> Result<Vec<Vec<u8>>, SplitError> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let (mut fields, mut ends) = (vec![0; row.len() + 2], vec![0; MOST_COLUMNS + 1]);
    let (mut result, read, written, mut ended) = reader.read_record(row, &mut fields, &mut ends);
    if result == ReadRecordResult::InputEmpty {
        // A line end closes the row, unless it stands in quotes.
        let (last, _, _, more) =
            reader.read_record(b"\n", &mut fields[written..], &mut ends[ended..]);
        result = last;
        ended += more;
    }
    match result {
        _ if ended > MOST_COLUMNS => return Err(SplitError::TooManyColumns),
        _ if read < row.len() => return Err(SplitError::SeveralRows),
        ReadRecordResult::Record => {}
        _ => return Err(SplitError::UnclosedQuote),
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    Ok(starts
        .zip(&ends[..ended])
        .map(|(start, end)| fields[start..*end].to_vec())
        .collect())
}

/// Whether every quoted field of `row` ends where its closing quote stands. Text
/// after a closing quote is put up with within a line; in a row of several lines it
/// tells that the quote was opened on one line by mistake and met another.
pub(crate) fn is_well_quoted(row: &[u8], delimiter: u8) -> bool {
    let mut at = 0;
    while at < row.len() {
        if row[at] == b'"' {
            let Some(after) = after_quoted(row, at + 1) else {
                return false;
            };
            let blanks = row[after..].iter().take_while(|byte| **byte == b' ');
            at = after + blanks.count();
            if at < row.len() && row[at] != delimiter {
                return false;
            }
        } else {
            match memchr(delimiter, &row[at..]) {
                Some(field) => at += field,
                None => return true,
            }
        }
        at += 1;
    }
    true
}

/// Where a quoted field that starts at `at` has ended; `None` if it has not.
fn after_quoted(row: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr(b'"', row.get(at..)?)? + 1;
        if row.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_split_and_unquoted() {
        let row = split_row(b"a;\"b;\"\"c\"\"\n\";", b';');
        assert_eq!(row, Ok(vec![b"a".to_vec(), b"b;\"c\"\n".to_vec(), vec![]]));
    }

    #[test]
    fn what_is_not_one_row_is_refused() {
        assert_eq!(split_row(b"a,\"b", b','), Err(SplitError::UnclosedQuote));
        assert_eq!(split_row(b"a\nb", b','), Err(SplitError::SeveralRows));
        let wide = vec![b','; MOST_COLUMNS];
        assert_eq!(split_row(&wide, b','), Err(SplitError::TooManyColumns));
        assert_eq!(
            split_row(&wide[1..], b',').map(|row| row.len()),
            Ok(MOST_COLUMNS)
        );
    }

    #[test]
    fn text_after_a_closing_quote_is_not_well_quoted() {
        for row in [
            "",
            "a,b",
            "\"a\",b",
            "a,\"b\"\"\"",
            "5\" pipe,b",
            "\"a\" ,b",
            "a,",
            "\"\",\"\"",
        ] {
            assert!(is_well_quoted(row.as_bytes(), b','), "{row}");
        }
        for row in ["\"a\"b", "a,\"x\ny\"z,b", "\"a", "a,\"b\"\""] {
            assert!(!is_well_quoted(row.as_bytes(), b','), "{row}");
        }
    }
}
