//! The real file as batches.

use std::io::Read;
use std::sync::Arc;

use docstream_core::{
    Batch, Columns, DateOrder, Dates, Epoch, ExtraColumns, Incoming, InvoiceLine, InvoiceRules,
    Offset, Partition, SourceId, Span, Zone,
};

/// The real file in UTF-8; `None` where it is not at hand.
pub(crate) fn real_file() -> Option<String> {
    let path = docstream_testkit::retail::file()?;
    let mut bytes = std::fs::read(&path).unwrap();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let packed = std::mem::take(&mut bytes);
        flate2::read::MultiGzDecoder::new(&packed[..])
            .read_to_end(&mut bytes)
            .unwrap();
    }
    Some(encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned())
}

/// The lines of `file` in batches of `size`, each line's id its row.
pub(crate) fn batches(file: &str, size: usize) -> Vec<Arc<Batch<InvoiceLine<Span>>>> {
    let rules = InvoiceRules {
        dates: Dates::iso(Zone::LONDON).order(DateOrder::MonthFirst),
        ..InvoiceRules::default()
    };
    let mut parser = rules.parser();
    let source = SourceId::new("default", "file", &[b"retail"]);
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let header = reader.headers().unwrap().clone();
    let columns = Columns::from_header(&header, ExtraColumns::Refuse).unwrap();
    let names: Arc<[Box<str>]> = header.iter().map(Box::from).collect();
    let mut rows = reader
        .into_records()
        .map(Result::unwrap)
        .zip(0..)
        .peekable();
    let mut batches = Vec::new();
    while let Some((_, first)) = rows.peek() {
        let partition = Partition::new("file:retail");
        let mut builder = Batch::builder(partition, Epoch(1), Offset(*first));
        builder.header(Arc::clone(&names));
        for (row, number) in rows.by_ref().take(size) {
            let raw = row.as_slice().as_bytes();
            let incoming = Incoming::new(source.doc(number), Offset(number), raw);
            builder.push_row(incoming, row.iter());
        }
        let batch = builder.finish().parse(|record, text| {
            let row = record.row().unwrap();
            let (line, hash) = parser.parse_row(&columns, row.iter(), text)?;
            Ok((line, Some(hash)))
        });
        assert_eq!(batch.rejected_len(), 0);
        batches.push(Arc::new(batch));
    }
    batches
}
