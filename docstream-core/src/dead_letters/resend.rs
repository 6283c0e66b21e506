//! Sending dead letters again.

use crate::queries::{PageRequest, QueryResult};
use crate::{Buried, DeadLetterFilter, DeadLetterQueries, DeadLetterState, Result};

/// Sends the open entries that pass `filter` again through `send`, which gets them
/// a page at a time and ends with `Ok` once they are confirmed where it put them.
/// Only then are they marked. Gives how many were sent.
///
/// A crash in between sends a page twice: under the ids they had, so that the
/// document is stored once. Whatever is rejected again meanwhile comes as a new
/// entry and waits for the next call.
///
/// ```
#[doc = include_str!("example.txt")]
/// use docstream_core::{DeadLetterFilter, resend};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::queries::QueryResult<()> {
/// # let letters = Shelf::default();
/// let sent = resend(&letters, &DeadLetterFilter::default(), |page| async move {
///     // Here they are appended to the log that the pipeline reads.
///     assert_eq!(page.len(), 1);
///     Ok(())
/// })
/// .await?;
/// assert_eq!(sent, 1);
/// assert_eq!(resend(&letters, &DeadLetterFilter::default(), |_| async { Ok(()) }).await?, 0);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The first error of the dead letters or of `send`; the pages sent until then are marked.
///
/// # Cancel safety
///
/// Dropped half-way, it may leave a page open that was sent: the next call sends it again.
pub async fn resend<Q, F, Fut>(
    letters: &Q,
    filter: &DeadLetterFilter,
    mut send: F,
) -> QueryResult<u64>
where
    Q: DeadLetterQueries + ?Sized,
    F: FnMut(Vec<Buried>) -> Fut + Send,
    Fut: Future<Output = Result<()>> + Send,
{
    let filter = DeadLetterFilter {
        state: Some(DeadLetterState::Open),
        ..filter.clone()
    };
    let mut due = letters
        .counts(&filter)
        .await?
        .iter()
        .map(|(_, n)| n)
        .sum::<u64>();
    let mut page = PageRequest::default();
    let mut sent = 0;
    while due > 0 {
        let mut listed = letters.list(&filter, &page).await?;
        // What was buried since we counted is for the next call.
        listed
            .items
            .truncate(usize::try_from(due).unwrap_or(usize::MAX));
        due -= listed.items.len() as u64;
        let mut ids = Vec::with_capacity(listed.items.len());
        let mut buried = Vec::with_capacity(listed.items.len());
        for letter in listed.items {
            // What was deleted meanwhile is not sent, so it is not marked.
            if let Some(found) = letters.get(&letter.id).await? {
                buried.push(found);
                ids.push(letter.id);
            }
        }
        if !buried.is_empty() {
            send(buried).await?;
        }
        sent += letters.mark_resent(&ids).await?;
        page.cursor = listed.next;
        if page.cursor.is_none() {
            break;
        }
    }
    Ok(sent)
}
