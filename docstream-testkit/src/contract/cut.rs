//! Futures that are dropped half-way.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Polls `future` at most `polls` times and drops it then, as a deadline or a
/// `select!` may at any await point. `None` if it was not ready by then.
///
/// ```
/// use docstream_testkit::contract::cut;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let two_polls = async {
///     tokio::task::yield_now().await;
///     7
/// };
/// assert_eq!(cut(1, two_polls).await, None);
/// assert_eq!(cut(1, async { 7 }).await, Some(7));
/// # });
/// ```
pub async fn cut<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
