//! What happens to documents between a source and a sink.

use std::marker::PhantomData;

use async_trait::async_trait;

use crate::{Batch, Rejection, Result};

/// Maps a batch: parses, checks, cleans, filters or enriches its documents.
///
/// A transform is a pure function of the documents: no clock, no random numbers,
/// no state that outlives a batch, since a batch may be transformed again after a
/// failure. An `Err` means that the stage is broken; a document's own fault is a
/// [`Rejection`] inside the batch. A panic is found out document by document.
///
/// ```
/// use async_trait::async_trait;
/// use docstream_core::memory::{AppendSink, MemoryStream};
/// use docstream_core::{Batch, Pipeline, Result, Transform};
///
/// /// One document for each word of a line.
/// struct Words;
///
/// #[async_trait]
/// impl Transform<String> for Words {
///     type Out = String;
///
///     async fn apply(&self, batch: Batch<String>) -> Result<Batch<String>> {
///         let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
///         Ok(batch.flat_map(|line| Ok(words(&line))))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let lines = MemoryStream::documents("lines", [["white metal lantern".to_owned()]])?;
/// let sink = AppendSink::new();
/// let pipeline = Pipeline::from(lines.source()).transform(Words).halt_on_reject();
/// pipeline.into_sink(sink.clone()).run().await?;
/// assert_eq!(sink.docs(), ["white", "metal", "lantern"]);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Transform<In: Send + Sync + 'static>: Send + Sync + 'static {
    /// The document type that comes out.
    type Out: Send + Sync + 'static;

    /// Maps `batch`. Its documents leave only through the methods of [`Batch`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no data: the runner keeps a copy of the batch.
    ///
    /// # Errors
    ///
    /// The stage is broken: the whole batch is transformed again if the error says retry,
    /// else the run ends.
    async fn apply(&self, batch: Batch<In>) -> Result<Batch<Self::Out>>;
}

/// The transform that changes nothing.
///
/// Every pipeline begins with it, so that one without transforms has a type:
///
/// ```
/// use docstream_core::memory::{AppendSink, MemorySource, MemoryStream};
/// use docstream_core::{Identity, Pipeline};
///
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let copy: Pipeline<MemorySource<i32>, Identity, AppendSink<i32>> =
///     Pipeline::from(numbers.source()).halt_on_reject().into_sink(AppendSink::new());
/// # let _ = copy;
/// # Ok::<(), docstream_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity;

#[async_trait]
impl<T: Send + Sync + 'static> Transform<T> for Identity {
    type Out = T;

    async fn apply(&self, batch: Batch<T>) -> Result<Batch<T>> {
        Ok(batch)
    }
}

/// One transform after another; made by
/// [`Builder::transform`](crate::pipeline::Builder::transform).
///
/// ```
/// use docstream_core::{Chain, Demand, Next, Source, Transform, memory::MemoryStream, retain, try_map};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// let numbers = MemoryStream::documents("numbers", [[1, 2, 3]])?;
/// let Next::Batch(batch) = numbers.source().next(Demand::default()).await? else { unreachable!() };
/// let odd_tens = Chain::new(
///     retain(|number: &i32| number % 2 == 1),
///     try_map(|number: i32| Ok(number * 10)),
/// );
/// let batch = odd_tens.apply(batch).await?;
/// let docs: Vec<_> = batch.records().map(|record| *record.doc()).collect();
/// assert_eq!(docs, [10, 30]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Chain<A, B, Mid> {
    first: A,
    second: B,
    mid: PhantomData<fn() -> Mid>,
}

impl<A, B, Mid> Chain<A, B, Mid> {
    /// `first`, then `second`.
    pub fn new(first: A, second: B) -> Self {
        Self {
            first,
            second,
            mid: PhantomData,
        }
    }
}

#[async_trait]
impl<In, Mid, A, B> Transform<In> for Chain<A, B, Mid>
where
    In: Send + Sync + 'static,
    Mid: Send + Sync + 'static,
    A: Transform<In, Out = Mid>,
    B: Transform<Mid>,
{
    type Out = B::Out;

    async fn apply(&self, batch: Batch<In>) -> Result<Batch<B::Out>> {
        self.second.apply(self.first.apply(batch).await?).await
    }
}

/// A transform from a closure over one document; see the example of [`try_map`].
///
/// ```
/// use docstream_core::{Rejection, TryMap, try_map};
///
/// /// A transform that can be named, as in the field of a struct.
/// fn double() -> TryMap<fn(u32) -> Result<u32, Rejection>> {
///     try_map(|number| Ok(number * 2))
/// }
/// # let _ = double();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TryMap<F>(F);

/// Maps each document with `map`; an error rejects the document.
///
/// ```
/// use docstream_core::memory::{AppendSink, MemoryStream};
/// use docstream_core::{Code, Fault, Pipeline, Rejection, Stage, try_map};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let halve = try_map(|number: u32| match number % 2 {
///     0 => Ok(number / 2),
///     _ => Err(Rejection::new(Stage::Transform, Fault::document(Code::OutOfRange, "must be even"))),
/// });
/// let numbers = MemoryStream::documents("numbers", [[6, 7]])?;
/// let sink = AppendSink::new();
/// let pipeline = Pipeline::from(numbers.source()).transform(halve).discard_rejects();
/// let summary = pipeline.into_sink(sink.clone()).run().await?;
/// assert_eq!((sink.docs(), summary.rejected), (vec![3], 1));
/// # Ok(())
/// # }
/// ```
pub fn try_map<In, Out, F>(map: F) -> TryMap<F>
where
    F: Fn(In) -> Result<Out, Rejection> + Send + Sync + 'static,
{
    TryMap(map)
}

#[async_trait]
impl<In, Out, F> Transform<In> for TryMap<F>
where
    In: Send + Sync + 'static,
    Out: Send + Sync + 'static,
    F: Fn(In) -> Result<Out, Rejection> + Send + Sync + 'static,
{
    type Out = Out;

    async fn apply(&self, batch: Batch<In>) -> Result<Batch<Out>> {
        Ok(batch.try_map(&self.0))
    }
}

/// A transform that filters; see the example of [`retain`].
///
/// ```
/// use docstream_core::{Retain, retain};
///
/// /// A transform that can be named, as in the field of a struct.
/// fn even() -> Retain<fn(&u32) -> bool> {
///     retain(|number| number % 2 == 0)
/// }
/// # let _ = even();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Retain<F>(F);

/// Keeps the documents for which `keep` is true; the others count as filtered.
///
/// ```
/// use docstream_core::memory::{AppendSink, MemoryStream};
/// use docstream_core::{Pipeline, retain};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[1, 2, 3]])?;
/// let sink = AppendSink::new();
/// let pipeline = Pipeline::from(numbers.source()).transform(retain(|number: &i32| *number > 1));
/// let summary = pipeline.halt_on_reject().into_sink(sink.clone()).run().await?;
/// assert_eq!((sink.docs(), summary.filtered), (vec![2, 3], 1));
/// # Ok(())
/// # }
/// ```
pub fn retain<T, F: Fn(&T) -> bool + Send + Sync + 'static>(keep: F) -> Retain<F> {
    Retain(keep)
}

#[async_trait]
impl<T, F> Transform<T> for Retain<F>
where
    T: Send + Sync + 'static,
    F: Fn(&T) -> bool + Send + Sync + 'static,
{
    type Out = T;

    async fn apply(&self, batch: Batch<T>) -> Result<Batch<T>> {
        Ok(batch.retain(&self.0))
    }
}
