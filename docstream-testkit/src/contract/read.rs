//! Reading a source to its end and writing down what came.

use docstream_core::{
    Batch, Checkpoint, ContentHash, Demand, DocId, Extent, Next, Offset, Partition, Source,
};

use super::{cut, must};

/// How often in a row a source may say that it has nothing while something is missing.
const IDLE_LIMIT: usize = 200;

/// How much more than is due may come before the source counts as endless.
const SLACK: usize = 1_000;

/// A document as it came out of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) partition: Partition,
    pub(super) offset: Offset,
    pub(super) id: DocId,
    pub(super) hash: Option<ContentHash>,
    pub(super) key: Vec<u8>,
    pub(super) headers: Vec<u8>,
    pub(super) raw: Vec<u8>,
}

/// A batch as it came.
#[derive(Clone, Debug)]
pub(super) struct Got {
    pub(super) extent: Extent,
    pub(super) seen: Vec<Seen>,
}

impl Got {
    fn new<T>(mut batch: Batch<T>) -> Self {
        let receipt = batch.take_receipt();
        let receipt = receipt.unwrap_or_else(|| panic!("source: a batch came without a receipt"));
        assert_eq!(
            receipt.extent(),
            batch.extent(),
            "source: the receipt is of another extent"
        );
        assert!(
            batch.adds_up(),
            "source: the counts of a batch do not add up"
        );
        let extent = batch.extent().clone();
        let mut seen: Vec<_> = batch
            .records()
            .map(|record| Seen {
                partition: extent.partition.clone(),
                offset: record.offset(),
                id: record.id(),
                hash: Some(record.hash()),
                key: record.key().to_vec(),
                headers: record.headers().as_bytes().to_vec(),
                raw: record.raw().to_vec(),
            })
            .collect();
        let refused = batch
            .rejected(&"contract".into())
            .into_iter()
            .map(|dead| Seen {
                partition: dead.partition,
                offset: dead.offset,
                id: dead.id,
                hash: None,
                key: dead.key,
                headers: Vec::new(),
                raw: dead.raw,
            });
        seen.extend(refused);
        seen.sort_by_key(|seen| seen.offset);
        Self { extent, seen }
    }
}

/// Reads until `total` documents have come and the source ends or has nothing more,
/// dropping each `next` once after `polls` polls before it is awaited in full.
pub(super) async fn read<S: Source>(
    source: &mut S,
    want: Demand,
    total: usize,
    polls: usize,
) -> Vec<Got> {
    let mut got: Vec<Got> = Vec::new();
    let (mut documents, mut idle) = (0, 0);
    loop {
        let next = match cut(polls, source.next(want)).await {
            Some(next) => must("source: next", async { next }).await,
            None => must("source: next", source.next(want)).await,
        };
        match next {
            Next::Batch(batch) => {
                idle = 0;
                got.push(Got::new(batch));
                documents += got.last().map_or(0, |got| got.seen.len());
                assert!(
                    documents <= total * 2 + SLACK && got.len() <= total * 2 + SLACK,
                    "source: it never ends, {documents} documents came and {total} were due"
                );
            }
            Next::End => break,
            Next::Idle if documents >= total => break,
            Next::Idle if idle < IDLE_LIMIT => idle += 1,
            Next::Idle => panic!("source: nothing comes after {documents} of {total} documents"),
            other => panic!(
                "source: {} came from a stream that nobody else reads",
                name(&other)
            ),
        }
    }
    got
}

/// What kind of answer it is, for messages.
pub(super) fn name<T>(next: &Next<T>) -> &'static str {
    match next {
        Next::Batch(_) => "a batch",
        Next::Lost(..) => "a loss of partitions",
        Next::Idle => "Idle",
        Next::End => "End",
        _ => "something new",
    }
}

/// All documents in the order they came.
pub(super) fn seen(got: &[Got]) -> Vec<Seen> {
    got.iter()
        .flat_map(|got| got.seen.iter().cloned())
        .collect()
}

/// What is done when all of `got` is.
pub(super) fn checkpoint(got: &[Got]) -> Checkpoint {
    got.iter()
        .map(|got| (got.extent.partition.clone(), got.extent.to))
        .collect()
}

/// The documents that somebody who goes on at `from` has still to read, per partition.
pub(super) fn after(all: &[Seen], from: &Checkpoint) -> Vec<Seen> {
    let left = |seen: &&Seen| {
        from.get(&seen.partition)
            .is_none_or(|next| seen.offset >= next)
    };
    by_partition(all.iter().filter(left).cloned().collect())
}

/// Compares documents, and names the first difference without printing them all.
pub(super) fn assert_same(found: &[Seen], expected: &[Seen], what: &str) {
    let differs = |place: &usize| found.get(*place) != expected.get(*place);
    let Some(place) = (0..found.len().max(expected.len())).find(differs) else {
        return;
    };
    let brief = |seen: Option<&Seen>| match seen {
        None => "nothing".to_owned(),
        Some(seen) => format!(
            "{} of {} at offset {} with {} bytes",
            seen.id,
            seen.partition,
            seen.offset,
            seen.raw.len()
        ),
    };
    panic!(
        "{what}: {} documents came and {} were due; the first difference: {} came, due was {}",
        found.len(),
        expected.len(),
        brief(found.get(place)),
        brief(expected.get(place))
    );
}

/// Sorted by partition, the order within one untouched.
pub(super) fn by_partition(mut seen: Vec<Seen>) -> Vec<Seen> {
    seen.sort_by(|a, b| a.partition.cmp(&b.partition));
    seen
}
