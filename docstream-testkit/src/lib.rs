//! For tests of pipelines and of endpoints, also of your own.
//!
//! | to | look at |
//! | --- | --- |
//! | prove that an endpoint keeps its contract | [`contract`]: one suite a trait, each check a function of its own |
//! | see what a pipeline does when an endpoint fails | [`faulty`]: fail, delay, repeat, lose the answer, hang, write a part |
//! | test on the real file | [`retail`]: where it is found |
//! | have documents whose fate is known | [`generator`]: document k is a pure function of (seed, k) and says its verdict |
//!
//! All three at once: generated documents, of which some are faulty, into a store that
//! loses its first two answers. Nothing is lost and nothing is stored twice:
//!
//! ```
//! use docstream_core::memory::{MemoryDeadLetters, MemorySink};
//! use docstream_core::{ParseInvoices, Pipeline};
//! use docstream_testkit::faulty::{Faulty, On, Trouble, When};
//! use docstream_testkit::generator::{Expected, Generator, GeneratorSource};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let generator = Generator::new(42).faults_per_million(20_000);
//! let expected: Expected = (0..2_000).map(|k| generator.document(k).verdict).collect();
//!
//! let (store, dead) = (MemorySink::new(), MemoryDeadLetters::new());
//! let sink = Faulty::new(store.clone(), 42).on(On::Write, Trouble::LoseAnswer, When::First(2));
//! Pipeline::from(GeneratorSource::new(generator, 2_000, "example"))
//!     .transform(ParseInvoices::default())
//!     .dead_letters(dead.clone())
//!     .into_idempotent_sink(sink)
//!     .run()
//!     .await?;
//!
//! assert_eq!(store.len() as u64, expected.valid);
//! assert_eq!(dead.buried().len() as u64, expected.rejected());
//! # Ok(())
//! # }
//! ```
//!
//! # For an adapter of your own
//!
//! Implement [`SourceUnderTest`], [`SinkUnderTest`], [`DeadLettersUnderTest`],
//! [`LogUnderTest`] or [`InvoicesUnderTest`] (how to make it, open it again, look inside)
//! and call the suite's `all` in a test. It panics with the promise that is broken; the
//! page of each suite has a whole example. Each suite is itself tested:
//! `tests/planted_bugs` holds endpoints with one bug each, and every one must be caught.
//!
//! No test needs to sleep: faults are scripted or drawn from a seed, and
//! [`faulty::Fired`] counts them, so that a test can see that it was not vacuous.
//!
//! [`SourceUnderTest`]: contract::SourceUnderTest
//! [`SinkUnderTest`]: contract::SinkUnderTest
//! [`DeadLettersUnderTest`]: contract::DeadLettersUnderTest
//! [`LogUnderTest`]: contract::LogUnderTest
//! [`InvoicesUnderTest`]: contract::InvoicesUnderTest

pub mod contract;
pub mod faulty;
pub mod generator;
mod random;
pub mod retail;
