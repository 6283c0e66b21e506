//! What is in flight, and how far each partition is done without a gap.

use std::collections::{BTreeMap, VecDeque};

use crate::{Checkpoint, Epoch, Error, Extent, Offset, Partition, Receipt, Result};

/// Knows every admitted batch of every partition, and from that the watermark: the
/// offset before which everything is settled. Commits follow the watermark and
/// nothing else, so that a later success can never step over an earlier failure.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    lanes: BTreeMap<Partition, Lane>,
}

#[derive(Debug)]
struct Lane {
    epoch: Epoch,
    /// The sequence number of the front slot.
    first: u64,
    slots: VecDeque<Slot>,
    watermark: Offset,
    committed: Offset,
    end: Offset,
}

#[derive(Debug)]
struct Slot {
    receipt: Receipt,
    settled: bool,
}

/// The place of a batch in the ledger. One that is never settled holds the
/// watermark back for ever: silence is not success.
#[must_use = "a ticket that is not settled holds the watermark back"]
#[derive(Debug)]
pub(crate) struct Ticket {
    partition: Partition,
    epoch: Epoch,
    sequence: u64,
}

impl Ticket {
    pub(crate) fn partition(&self) -> &Partition {
        &self.partition
    }
}

impl Ledger {
    /// Takes a batch in, in the order of its partition.
    ///
    /// # Errors
    ///
    /// A bug of the source: an extent that does not begin where the one before ended, or
    /// of an epoch that is over.
    pub(crate) fn admit(&mut self, receipt: Receipt) -> Result<Ticket> {
        let Extent {
            partition,
            epoch,
            from,
            to,
        } = receipt.extent().clone();
        let lane = self
            .lanes
            .entry(partition.clone())
            .or_insert_with(|| Lane::new(epoch, from));
        if epoch > lane.epoch {
            *lane = Lane::new(epoch, from);
        }
        if epoch < lane.epoch || from != lane.end || to < from {
            return Err(Error::bug(
                "admit a batch",
                "the source left its place in the partition",
            )
            .with("partition", partition)
            .with(
                "expected",
                format!("epoch {} from {}", lane.epoch.0, lane.end),
            )
            .with("given", format!("epoch {} from {from} to {to}", epoch.0)));
        }
        lane.end = to;
        let sequence = lane.first + lane.slots.len() as u64;
        lane.slots.push_back(Slot {
            receipt,
            settled: false,
        });
        Ok(Ticket {
            partition,
            epoch,
            sequence,
        })
    }

    /// Settles a batch: every document of it is stored, buried or filtered. Whether
    /// it still counted: a ticket of an epoch that is over changes nothing.
    pub(crate) fn settle(&mut self, ticket: &Ticket) -> bool {
        let Some(lane) = self.lanes.get_mut(&ticket.partition) else {
            return false;
        };
        if lane.epoch != ticket.epoch {
            return false;
        }
        let index = ticket
            .sequence
            .checked_sub(lane.first)
            .and_then(|i| usize::try_from(i).ok());
        let Some(slot) = index.and_then(|index| lane.slots.get_mut(index)) else {
            return false;
        };
        slot.settled = true;
        while let Some(front) = lane.slots.pop_front_if(|front| front.settled) {
            lane.first += 1;
            lane.watermark = front.receipt.extent().to;
        }
        true
    }

    /// The watermarks that have moved since they were committed.
    pub(crate) fn uncommitted(&self) -> Checkpoint {
        let moved = self
            .lanes
            .iter()
            .filter(|(_, lane)| lane.watermark > lane.committed);
        moved
            .map(|(partition, lane)| (partition.clone(), lane.watermark))
            .collect()
    }

    /// Notes that `checkpoint` is committed.
    pub(crate) fn committed(&mut self, checkpoint: &Checkpoint) {
        for (partition, next) in checkpoint.iter() {
            if let Some(lane) = self.lanes.get_mut(partition) {
                lane.committed = lane.committed.max(next);
            }
        }
    }

    /// The watermark of every partition.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        self.lanes
            .iter()
            .map(|(partition, lane)| (partition.clone(), lane.watermark))
            .collect()
    }

    /// How many batches of `partition` are not settled.
    pub(crate) fn in_flight(&self, partition: &Partition) -> usize {
        self.lanes.get(partition).map_or(0, |lane| lane.slots.len())
    }

    /// Forgets a partition that another worker owns now; its tickets count no more.
    pub(crate) fn forget(&mut self, partition: &Partition) {
        self.lanes.remove(partition);
    }
}

impl Lane {
    fn new(epoch: Epoch, from: Offset) -> Self {
        let slots = VecDeque::new();
        Self {
            epoch,
            first: 0,
            slots,
            watermark: from,
            committed: from,
            end: from,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn receipt(epoch: u64, from: u64, to: u64) -> Receipt {
        Receipt::new(Extent {
            partition: Partition::new("p"),
            epoch: Epoch(epoch),
            from: Offset(from),
            to: Offset(to),
        })
    }

    fn watermark(ledger: &Ledger) -> Option<Offset> {
        ledger.checkpoint().get(&Partition::new("p"))
    }

    proptest! {
        /// Laws (a) to (d) and (f) of the design: never past an unfinished batch,
        /// monotone, at the end when all is done, order irrelevant, nothing kept.
        #[test]
        fn the_watermark_is_the_end_of_the_settled_prefix(
            steps in prop::collection::vec((0u64..3, 1u64..50), 1..40),
            order in any::<prop::sample::Index>().prop_map(|i| i.index(usize::MAX)),
        ) {
            let mut ledger = Ledger::default();
            let mut at = 0;
            let mut open: Vec<(Ticket, u64, u64)> = Vec::new();
            for (hole, len) in steps {
                let from = at;
                at += hole + len;
                open.push((ledger.admit(receipt(1, from, at)).unwrap(), from, at));
            }
            let mut seed = order;
            let mut last = watermark(&ledger).unwrap();
            while !open.is_empty() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let (ticket, ..) = open.remove((seed >> 33) % open.len());
                prop_assert!(ledger.settle(&ticket));
                let now = watermark(&ledger).unwrap();
                prop_assert!(now >= last);
                if let Some(first_open) = open.iter().map(|(_, from, _)| *from).min() {
                    prop_assert!(now.0 <= first_open);
                }
                last = now;
            }
            prop_assert_eq!(last, Offset(at));
            prop_assert_eq!(ledger.in_flight(&Partition::new("p")), 0);
        }
    }

    #[test]
    fn a_stale_epoch_changes_nothing() {
        let mut ledger = Ledger::default();
        let old = ledger.admit(receipt(1, 0, 10)).unwrap();
        let new = ledger.admit(receipt(2, 5, 10)).unwrap();
        assert!(!ledger.settle(&old));
        assert_eq!(watermark(&ledger), Some(Offset(5)));
        assert!(ledger.settle(&new));
        assert_eq!(watermark(&ledger), Some(Offset(10)));
        assert!(ledger.admit(receipt(1, 10, 20)).is_err());
    }

    #[test]
    fn an_unresolved_ticket_holds_the_watermark() {
        let mut ledger = Ledger::default();
        let first = ledger.admit(receipt(1, 0, 10)).unwrap();
        let second = ledger.admit(receipt(1, 10, 20)).unwrap();
        assert!(ledger.settle(&second));
        assert!(ledger.uncommitted().is_empty());
        drop(first);
        assert_eq!(watermark(&ledger), Some(Offset(0)));
    }

    #[test]
    fn a_source_that_goes_back_or_skips_is_a_bug() {
        let mut ledger = Ledger::default();
        let _first = ledger.admit(receipt(1, 0, 10)).unwrap();
        assert!(ledger.admit(receipt(1, 9, 12)).is_err());
        assert!(ledger.admit(receipt(1, 11, 12)).is_err());
    }
}
