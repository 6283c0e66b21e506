//! Documents of a rejects file on their way back in.

use std::sync::Arc;

use super::Encoding;
use super::rejects::Line;
use super::scan::unreadable;
use super::split::split_row;
use crate::{BatchBuilder, Code, DocId, Fault, Incoming, Offset, Raw};

/// A document that is sent again under the id that it had.
#[derive(Debug)]
pub(crate) struct Resent {
    id: DocId,
    offset: Offset,
    raw: Vec<u8>,
    key: Vec<u8>,
    attempt: u32,
    content: Result<Sent, Fault>,
}

#[derive(Debug)]
enum Sent {
    Bytes,
    Text(String),
    Row {
        header: Arc<[Box<str>]>,
        fields: Vec<String>,
    },
}

/// Reads one line of a rejects file. A line that is none is a document of its own,
/// `own`, which is rejected.
pub(crate) fn read(line: Result<Line, Fault>, own: DocId, offset: Offset, bytes: &[u8]) -> Resent {
    let whole = line.and_then(|line| Ok((line.raw()?, line)));
    match whole {
        Ok((raw, line)) => Resent {
            id: line.id,
            offset,
            key: line.key(),
            attempt: line.attempt,
            content: content(&raw, &line),
            raw,
        },
        Err(fault) => Resent {
            id: own,
            offset,
            raw: bytes.to_vec(),
            key: Vec::new(),
            attempt: 0,
            content: Err(fault),
        },
    }
}

fn content(raw: &[u8], line: &Line) -> Result<Sent, Fault> {
    let encoding = line.encoding();
    let decode = |bytes: &[u8]| {
        let text = encoding.decode(bytes).map(std::borrow::Cow::into_owned);
        text.ok_or_else(|| Fault::document(Code::NotUtf8, "the document is not UTF-8"))
    };
    let layout = line.layout();
    let Some(header) = layout.header else {
        return Ok(match encoding {
            Encoding::Utf8 => Sent::Bytes,
            _ => Sent::Text(decode(raw)?),
        });
    };
    let fields = split_row(raw, layout.delimiter)
        .map_err(|error| Fault::document(Code::MalformedCsv, format!("not a row: {error}")))?;
    if fields.len() != header.len() {
        let (expected, found) = (header.len(), fields.len());
        let message = format!("expected {expected} columns as in `header`, found {found}");
        return Err(Fault::document(Code::MalformedCsv, message));
    }
    let fields = fields
        .iter()
        .map(|field| decode(field))
        .collect::<Result<_, _>>()?;
    Ok(Sent::Row { header, fields })
}

impl Resent {
    /// Adds the document to `batch`, whose rows stand under `header`; gives it back
    /// if it is a row under another one.
    pub(crate) fn put(
        self,
        batch: &mut BatchBuilder<Raw>,
        current: &mut Option<Arc<[Box<str>]>>,
    ) -> Option<Self> {
        if let Ok(Sent::Row { header, .. }) = &self.content {
            match current {
                Some(current) if current != header => return Some(self),
                Some(_) => {}
                None => {
                    batch.header(Arc::clone(header));
                    *current = Some(Arc::clone(header));
                }
            }
        }
        let incoming = Incoming {
            key: &self.key,
            attempt: self.attempt,
            ..Incoming::new(self.id, self.offset, &self.raw)
        };
        match self.content {
            Ok(Sent::Bytes) => batch.push(incoming, Raw::Bytes),
            Ok(Sent::Text(text)) => batch.push_text(incoming, &text),
            Ok(Sent::Row { fields, .. }) => {
                batch.push_row(incoming, fields.iter().map(String::as_str));
            }
            Err(fault) => batch.refuse(incoming, unreadable(fault)),
        }
        None
    }
}
