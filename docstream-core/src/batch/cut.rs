//! The front of a batch.

use super::Batch;
use crate::receipt::Receipt;

impl<T> Batch<T> {
    /// The first `documents` of those that were read, with the extent and the
    /// receipt of them alone: the rest counts as not read. Documents of one offset
    /// stay together.
    pub(crate) fn first(mut self, documents: usize) -> Self {
        let records = self.records.iter().map(|record| record.offset);
        let refused = self.refused.iter().map(|refused| refused.record.offset);
        let mut offsets: Vec<_> = records.chain(refused).collect();
        offsets.sort_unstable();
        let last = documents.checked_sub(1).and_then(|at| offsets.get(at));
        let end = match (last, offsets.first()) {
            (Some(last), _) => offsets.iter().find(|offset| *offset > last),
            (None, first) => first.filter(|_| documents == 0),
        };
        let Some(end) = end.copied() else {
            return self;
        };
        self.records.retain(|record| record.offset < end);
        self.refused.retain(|refused| refused.record.offset < end);
        self.extent.to = end;
        self.receipt = self.receipt.map(|_| Receipt::new(self.extent.clone()));
        self.kept = self.records.len() as u32;
        self.read = self.kept + self.refused.len() as u32 + self.filtered;
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::{Batch, Code, Epoch, Fault, Incoming, Offset, Partition, Raw, Rejection};
    use crate::{SourceId, Stage};

    fn batch() -> Batch<Raw> {
        let source = SourceId::new("default", "test", &[]);
        let mut batch = Batch::builder(Partition::new("memory:test"), Epoch(1), Offset(2));
        for offset in [2, 5, 6, 9] {
            let incoming = Incoming::new(source.doc(offset), Offset(offset), b"{}");
            match offset {
                5 => batch.refuse(
                    incoming,
                    Rejection::new(Stage::Read, Fault::document(Code::TooLarge, "too large")),
                ),
                _ => batch.push(incoming, Raw::Bytes),
            }
        }
        batch.skip_to(Offset(12));
        batch.finish()
    }

    #[test]
    fn what_is_cut_off_counts_as_not_read() {
        for (documents, read, left, to) in [
            (0, 0, 0, 2),
            (1, 1, 1, 5),
            (2, 2, 1, 6),
            (3, 3, 2, 9),
            (4, 4, 3, 12),
            (9, 4, 3, 12),
        ] {
            let mut cut = batch().first(documents);
            assert!(cut.adds_up());
            assert_eq!((cut.read(), cut.len()), (read, left), "{documents}");
            assert_eq!(cut.extent().to, Offset(to), "{documents}");
            let receipt = cut.take_receipt().unwrap();
            assert_eq!(receipt.extent(), cut.extent());
        }
    }
}
