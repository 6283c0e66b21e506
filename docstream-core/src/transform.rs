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
#[async_trait]
pub trait Transform<In: Send + Sync + 'static>: Send + Sync + 'static {
    /// The document type that comes out.
    type Out: Send + Sync + 'static;

    /// Maps `batch`. Its documents leave only through the methods of [`Batch`].
    ///
    /// Cancel safe: the runner keeps a copy of the batch.
    async fn apply(&self, batch: Batch<In>) -> Result<Batch<Self::Out>>;
}

/// The transform that changes nothing.
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

/// A transform from a closure over one document; see [`try_map`].
#[derive(Clone, Copy, Debug)]
pub struct TryMap<F>(F);

/// Maps each document with `map`; an error rejects the document.
///
/// ```
/// use docstream_core::{Code, Fault, Rejection, Stage, try_map};
///
/// let halve = try_map(|number: u32| match number % 2 {
///     0 => Ok(number / 2),
///     _ => Err(Rejection::new(Stage::Transform, Fault::document(Code::OutOfRange, "must be even"))),
/// });
/// # let _ = halve;
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

/// A transform that filters; see [`retain`].
#[derive(Clone, Copy, Debug)]
pub struct Retain<F>(F);

/// Keeps the documents for which `keep` is true; the others count as filtered.
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
