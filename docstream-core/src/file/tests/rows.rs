//! CSV and NDJSON that are well formed.

use proptest::prelude::*;

use super::*;
use crate::file::Format;

fn csv(bytes: &[u8]) -> Vec<Got> {
    read(bytes, &FileOptions::default())
}

#[test]
fn rows_are_read_under_every_delimiter_and_line_end() {
    for delimiter in [",", ";", "\t", "|"] {
        for end in ["\n", "\r\n", "\r"] {
            let file = format!(
                "a{delimiter}b{end}1{delimiter}\"2{delimiter}\"\"x\"\"\"{end}3{delimiter}{end}"
            );
            let expected = [row(["1", &format!("2{delimiter}\"x\"")]), row(["3", ""])];
            assert_eq!(csv(file.as_bytes()), expected, "{file:?}");
        }
    }
}

#[test]
fn a_delimiter_in_quotes_of_the_header_does_not_count() {
    assert_eq!(csv(b"\"a,b,c\";d\n1;2\n"), [row(["1", "2"])]);
    let commas = FileOptions::default().delimiter(b',');
    assert_eq!(read(b"a;b,c\n1;2,3\n", &commas), [row(["1;2", "3"])]);
}

#[test]
fn a_byte_order_mark_is_removed_at_the_start_and_only_there() {
    assert_eq!(csv(b"\xef\xbb\xbfa,b\n1,2\n"), [row(["1", "2"])]);
    assert_eq!(csv(b"a,b\n\xef\xbb\xbf1,2\n"), [row(["\u{feff}1", "2"])]);
    assert_eq!(csv(b"\xef\xbb\xbf{\"a\":1}"), [text("{\"a\":1}")]);
}

#[test]
fn a_row_may_hold_line_ends_in_quotes() {
    let file = b"a,b\r\n\"1\r\nx\",2\r\n3,\"\n4\"";
    assert_eq!(csv(file), [row(["1\r\nx", "2"]), row(["3", "\n4"])]);
}

#[test]
fn raw_is_the_row_as_it_stood_in_the_file() {
    let file = b"a,b\r\n\"1\r\nx\" , 2\r\n3,\xa3\r\n";
    let options = FileOptions::default().encoding(Encoding::Latin1);
    let (all, _) = read_from(&file[..], &options).unwrap();
    let raw: Vec<_> = all.into_iter().map(|(_, raw)| raw).collect();
    assert_eq!(raw, [&b"\"1\r\nx\" , 2"[..], b"3,\xa3"]);
}

#[test]
fn lines_keep_their_bytes_and_give_their_text() {
    let file = b"{\"a\":\"\xa35\"}\r\n\r\n \t\n{\"a\":1}";
    let options = FileOptions::default().encoding(Encoding::Windows1252);
    let (all, _) = read_from(&file[..], &options).unwrap();
    let expected = [
        (text("{\"a\":\"£5\"}"), b"{\"a\":\"\xa35\"}".to_vec()),
        (text("{\"a\":1}"), b"{\"a\":1}".to_vec()),
    ];
    assert_eq!(all, expected);
}

#[test]
fn single_byte_encodings_are_decoded_field_by_field() {
    let options = FileOptions::default().encoding(Encoding::Windows1252);
    let got = read(b"a,b,c\n\xa3,\x80x,\"\xe9\"\n", &options);
    assert_eq!(got, [row(["£", "€x", "é"])]);
}

#[test]
fn a_format_that_is_declared_is_not_guessed() {
    let options = FileOptions::default().format(Format::Csv);
    assert_eq!(read(b"{a,b\n1,2\n", &options), [row(["1", "2"])]);
}

/// Fields that need every kind of quoting.
fn field() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c£,;\"\r\n \t]{0,6}", "[0-9.]{1,5}", Just(String::new()),]
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (2..5_usize).prop_flat_map(|columns| {
        prop::collection::vec(prop::collection::vec(field(), columns), 0..8)
    })
}

fn write(table: &[Vec<String>], crlf: bool) -> Vec<u8> {
    let terminator = if crlf {
        csv::Terminator::CRLF
    } else {
        csv::Terminator::Any(b'\n')
    };
    let mut writer = csv::WriterBuilder::new()
        .terminator(terminator)
        .from_writer(Vec::new());
    let columns = table.first().map_or(2, Vec::len);
    writer
        .write_record((0..columns).map(|column| format!("c{column}")))
        .unwrap();
    table
        .iter()
        .for_each(|row| writer.write_record(row).unwrap());
    writer.into_inner().unwrap()
}

proptest! {
    #[test]
    fn what_the_csv_crate_writes_is_read_as_it_reads_it(table in table(), crlf: bool) {
        let bytes = write(&table, crlf);
        let mut oracle = csv::Reader::from_reader(&bytes[..]);
        let expected: Vec<_> = oracle
            .records()
            .map(|record| Got::Row(record.unwrap().iter().map(str::to_owned).collect()))
            .collect();
        prop_assert_eq!(csv(&bytes), expected);
    }

    #[test]
    fn the_size_of_the_pieces_makes_no_difference(bytes in prop_oneof![
        "[ab,\"\r\n]{0,60}".prop_map(|rest| format!("a,b\n{rest}").into_bytes()),
        "[{}a\"\r\n ]{0,60}".prop_map(|rest| format!("{{}}\n{rest}").into_bytes()),
    ], limit in 3..20_usize) {
        let options = FileOptions::default().document_bytes(limit);
        let whole = read_from(&bytes[..], &options).unwrap();
        let dripped = read_from(Drip(&bytes[..]), &options).unwrap();
        prop_assert_eq!(whole, dripped);
    }

    #[test]
    fn every_line_of_anything_is_accounted_for(rest in "[ab,\"\n]{0,60}") {
        // What is not blank is in the raw bytes of some record, in order.
        let (all, _) = read_from(format!("a,b\n{rest}").as_bytes(), &FileOptions::default()).unwrap();
        let raw: Vec<u8> = all.into_iter().flat_map(|(_, raw)| raw).filter(|byte| *byte != b'\n').collect();
        prop_assert_eq!(raw, rest.replace('\n', "").into_bytes());
    }
}
