//! What the program is given to read.

use std::path::{Path, PathBuf};
use std::process::Command;

use docstream::Partition;
use docstream_testkit::generator::{Generator, GeneratorSource};

/// The consumer group of the program.
const GROUP: &str = "full_pipeline";

/// A file, or generated documents.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    RealFile(PathBuf),
    Generated {
        documents: u64,
        seed: u64,
        faulty: u32,
    },
}

impl Input {
    /// `documents` of `seed`, one in a hundred faulty.
    pub(crate) fn generated(documents: u64, seed: u64) -> Self {
        Self::Generated {
            documents,
            seed,
            faulty: 10_000,
        }
    }

    /// The real file where it is at hand.
    pub(crate) fn real_file() -> Option<Self> {
        let path = match std::env::var_os("DOCSTREAM_RETAIL_CSV") {
            Some(path) => PathBuf::from(path),
            None => {
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/online-retail.csv.gz")
            }
        };
        path.is_file().then_some(Self::RealFile(path))
    }

    /// Names it on the command line.
    pub(crate) fn name_to(&self, command: &mut Command) {
        match self {
            Self::RealFile(path) => command.arg("--input").arg(path),
            Self::Generated {
                documents,
                seed,
                faulty,
            } => command.args([
                format!("--documents={documents}"),
                format!("--seed={seed}"),
                format!("--faulty={faulty}"),
            ]),
        };
    }

    /// The generator with the settings that the program gives it.
    pub(crate) fn generator(&self) -> Option<(Generator, u64)> {
        match self {
            Self::RealFile(_) => None,
            Self::Generated {
                documents,
                seed,
                faulty,
            } => {
                let generator = Generator::new(*seed)
                    .span(*documents)
                    .faults_per_million(*faulty);
                Some((generator, *documents))
            }
        }
    }

    /// The partition that generated documents are of.
    pub(crate) fn partition(&self) -> Option<Partition> {
        let (generator, documents) = self.generator()?;
        let source = GeneratorSource::new(generator, documents, GROUP);
        Some(source.partition().clone())
    }
}

pub(crate) fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}
