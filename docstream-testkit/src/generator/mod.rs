//! Retail documents by the million, each a pure function of a seed and its number.
//!
//! A [`Generator`] has no state: document `k` of a seed is the same whenever and
//! in whatever order it is asked for, so nothing has to be stored to check
//! later what a pipeline did with it. The documents have the shape of the UCI
//! Online Retail file: its invoices of one to a thousand lines, guests,
//! cancellations, corrections at price 0, odd codes, blanks and pound signs. Some may
//! be [faulty](Poison), and each says which [`Verdict`] it must get.
//!
//! ```
//! use docstream_testkit::generator::{Generator, Verdict};
//!
//! let generator = Generator::new(42).faults_per_million(10_000);
//! let document = generator.document(1_234_567);
//! assert_eq!(document, generator.document(1_234_567));
//! match document.verdict {
//!     Verdict::Valid(line) => assert!(line.invoice > 536_365),
//!     Verdict::Rejected { code, pointer } => println!("must be refused: {pointer} {code}"),
//! }
//! ```

mod calendar;
mod catalogue;
mod countries;
mod csv;
mod draws;
mod expected;
mod json;
mod line;
mod poison;
mod quantity;
mod shape;
mod source;
mod specials;
mod spelling;
mod spoil_csv;
mod spoil_json;
mod text;
mod words;

#[cfg(test)]
mod tests;

use docstream_core::Code;

use draws::{Draws, Purpose};

pub use calendar::LondonTime;
pub use csv::CSV_HEADER;
pub use expected::Expected;
pub use line::GeneratedLine;
pub use poison::Poison;
pub use source::GeneratorSource;
pub use text::DateStyle;

/// What a correct pipeline does with a document, under policy `retail`.
///
/// ```
/// use docstream_core::Code;
/// use docstream_testkit::generator::{Generator, Poison, Verdict};
///
/// let generator = Generator::new(42);
/// assert_eq!(generator.document(7).verdict, Verdict::Valid(generator.line(7)));
/// let Verdict::Rejected { code, pointer } = generator.spoiled(7, Poison::TooLong).verdict else {
///     panic!("it is spoiled")
/// };
/// assert_eq!((code, pointer), (Code::TooLong, "/Description"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Stores it, with these facts.
    Valid(GeneratedLine),
    /// Rejects it.
    Rejected {
        /// The code of its only fault.
        code: Code,
        /// Where, as a JSON pointer; empty for the document as a whole.
        pointer: &'static str,
    },
}

impl Verdict {
    /// The facts of a valid document.
    pub fn line(&self) -> Option<&GeneratedLine> {
        match self {
            Self::Valid(line) => Some(line),
            Self::Rejected { .. } => None,
        }
    }

    /// Whether it must be stored.
    pub fn is_valid(&self) -> bool {
        self.line().is_some()
    }
}

/// A document and what must become of it.
///
/// ```
/// use docstream_testkit::generator::{Generator, Poison};
///
/// let document = Generator::new(42).spoiled(7, Poison::Empty);
/// assert_eq!((document.k, document.poison), (7, Some(Poison::Empty)));
/// assert!(document.body.is_empty() && !document.verdict.is_valid());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Its number.
    pub k: u64,
    /// Its bytes.
    pub body: Vec<u8>,
    /// What a correct pipeline does with it.
    pub verdict: Verdict,
    /// What is wrong with it, if anything is.
    pub poison: Option<Poison>,
}

/// Makes the documents of one seed.
///
/// Two generators with the same settings make the same documents. The settings
/// are few: how many documents are faulty and in which ways, how many are
/// spelled unusually, and how many share the thirteen months.
///
/// ```
/// use docstream_testkit::generator::Generator;
///
/// let generator = Generator::new(42)
///     .span(10_000) // thirteen months in 10,000 documents
///     .faults_per_million(100_000) // one in ten
///     .spellings_per_million(0);
/// let faulty = (0..10_000).filter(|k| !generator.document(*k).verdict.is_valid()).count();
/// assert!((900..1_100).contains(&faulty));
/// ```
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    span: u64,
    faults_per_million: u32,
    spellings_per_million: u32,
    json_poisons: Vec<Poison>,
    csv_poisons: Vec<Poison>,
}

/// Lines of the real file.
const REAL_LINES: u64 = 541_909;

impl Generator {
    /// Documents of `seed`: none faulty, one in fifty spelled unusually, as many
    /// to the thirteen months as in the real file.
    pub fn new(seed: u64) -> Self {
        let generator = Self {
            seed,
            span: REAL_LINES,
            faults_per_million: 0,
            spellings_per_million: 20_000,
            json_poisons: Vec::new(),
            csv_poisons: Vec::new(),
        };
        let default: Vec<Poison> = Poison::ALL
            .into_iter()
            .filter(|poison| poison.drawn_by_default())
            .collect();
        generator.poisons(&default)
    }

    /// After how many documents the dates have gone from December 2010 to
    /// December 2011 and start again.
    #[must_use]
    pub fn span(mut self, documents: u64) -> Self {
        self.span = documents.max(1);
        self
    }

    /// How many of a million documents are faulty.
    #[must_use]
    pub fn faults_per_million(mut self, documents: u32) -> Self {
        self.faults_per_million = documents;
        self
    }

    /// How many of a million valid JSON documents use other legal spellings:
    /// numbers as text, ids as decimals, other order, white space, escapes,
    /// other ISO dates.
    #[must_use]
    pub fn spellings_per_million(mut self, documents: u32) -> Self {
        self.spellings_per_million = documents;
        self
    }

    /// In which ways documents are faulty, all equally often; a kind named twice
    /// is drawn twice as often. Kinds that JSON, or CSV, cannot have are passed
    /// over there, as is [`Poison::UnclosedQuote`].
    ///
    /// ```
    /// use docstream_testkit::generator::{Generator, Poison};
    ///
    /// let broken = Generator::new(1).faults_per_million(1_000_000).poisons(&[Poison::Empty]);
    /// assert!(broken.document(0).body.is_empty());
    /// ```
    #[must_use]
    pub fn poisons(mut self, poisons: &[Poison]) -> Self {
        let among = |kinds: Vec<Poison>| {
            let drawn = poisons
                .iter()
                .filter(|poison| **poison != Poison::UnclosedQuote);
            drawn
                .copied()
                .filter(|poison| kinds.contains(poison))
                .collect()
        };
        self.json_poisons = among(Poison::in_json().collect());
        self.csv_poisons = among(Poison::in_csv().collect());
        self
    }

    /// Everything that the JSON documents depend on, in words: equal exactly if all
    /// documents are. Part of the ids of a [`GeneratorSource`], so it must not change.
    fn identity(&self) -> String {
        let Self {
            seed,
            span,
            faults_per_million,
            spellings_per_million,
            ..
        } = self;
        let poisons: Vec<&str> = self
            .json_poisons
            .iter()
            .map(|poison| poison.name())
            .collect();
        let poisons = poisons.join(",");
        format!(
            "seed {seed}, span {span}, faults {faults_per_million}, \
             spellings {spellings_per_million}, poisons {poisons}"
        )
    }

    /// The facts that document `k` has where nothing spoils it; [`GeneratedLine`] has an
    /// example.
    pub fn line(&self, k: u64) -> GeneratedLine {
        line::line(self.seed, self.span, k)
    }

    /// Document `k` as JSON.
    ///
    /// ```
    /// use docstream_testkit::generator::Generator;
    ///
    /// let document = Generator::new(0).document(0);
    /// assert!(document.body.starts_with(b"{\"InvoiceNo\":\"C536365\",\"StockCode\":"));
    /// assert!(document.verdict.is_valid());
    /// ```
    pub fn document(&self, k: u64) -> Generated {
        let mut body = Vec::with_capacity(256);
        let (verdict, poison) = self.json(k, &mut body);
        Generated {
            k,
            body,
            verdict,
            poison,
        }
    }

    /// Document `k` as a row of CSV in UTF-8, with its line end; [`DateStyle`] has an
    /// example.
    pub fn row(&self, k: u64, order: DateStyle) -> Generated {
        let mut body = Vec::with_capacity(128);
        let (verdict, poison) = self.csv(k, order, &mut body);
        Generated {
            k,
            body,
            verdict,
            poison,
        }
    }

    /// Appends document `k` as JSON to `out`, without a line end: the quick way
    /// to make millions.
    ///
    /// ```
    /// use docstream_testkit::generator::Generator;
    ///
    /// let generator = Generator::new(0);
    /// let mut file = Vec::new();
    /// for k in 0..3 {
    ///     generator.write_json(k, &mut file);
    ///     file.push(b'\n');
    /// }
    /// assert_eq!(file.split(|byte| *byte == b'\n').count(), 4);
    /// ```
    pub fn write_json(&self, k: u64, out: &mut Vec<u8>) -> Verdict {
        self.json(k, out).0
    }

    /// Appends document `k` as a row of CSV in UTF-8, with its line end, to `out`.
    ///
    /// Every character is one of latin-1, so a file in that encoding is the
    /// same rows, each `char` as one byte.
    ///
    /// ```
    /// use docstream_testkit::generator::{CSV_HEADER, DateStyle, Generator};
    ///
    /// let generator = Generator::new(0);
    /// let mut file = CSV_HEADER.as_bytes().to_vec();
    /// for k in 0..3 {
    ///     generator.write_csv(k, DateStyle::MonthDayYear, &mut file);
    /// }
    /// assert_eq!(file.iter().filter(|byte| **byte == b'\n').count(), 4);
    /// ```
    pub fn write_csv(&self, k: u64, order: DateStyle, out: &mut Vec<u8>) -> Verdict {
        self.csv(k, order, out).0
    }

    /// Document `k` as JSON, spoilt by `poison` whatever the settings say.
    /// `poison` is one of [`Poison::in_json`]; for any other the document has
    /// [`Poison::UnknownField`].
    ///
    /// ```
    /// use docstream_core::Code;
    /// use docstream_testkit::generator::{Generator, Poison, Verdict};
    ///
    /// let document = Generator::new(0).spoiled(5, Poison::NegativePrice);
    /// let verdict = Verdict::Rejected { code: Code::OutOfRange, pointer: "/UnitPrice" };
    /// assert_eq!(document.verdict, verdict);
    /// ```
    pub fn spoiled(&self, k: u64, poison: Poison) -> Generated {
        let poison = Poison::in_json()
            .find(|kind| *kind == poison)
            .unwrap_or(Poison::UnknownField);
        let mut body = Vec::new();
        let verdict = self.spoil_json(k, poison, &mut body);
        Generated {
            k,
            body,
            verdict,
            poison: Some(poison),
        }
    }

    /// Document `k` as a row of CSV, spoilt by `poison` whatever the settings
    /// say. `poison` is one of [`Poison::in_csv`]; for any other the row has
    /// [`Poison::WrongColumns`].
    ///
    /// ```
    /// use docstream_core::Code;
    /// use docstream_testkit::generator::{DateStyle, Generator, Poison, Verdict};
    ///
    /// let row = Generator::new(0).spoiled_row(5, Poison::NegativePrice, DateStyle::Iso);
    /// let verdict = Verdict::Rejected { code: Code::OutOfRange, pointer: "/UnitPrice" };
    /// assert_eq!(row.verdict, verdict);
    /// assert!(row.body.ends_with(b"\r\n"));
    /// ```
    pub fn spoiled_row(&self, k: u64, poison: Poison, order: DateStyle) -> Generated {
        let poison = Poison::in_csv()
            .find(|kind| *kind == poison)
            .unwrap_or(Poison::WrongColumns);
        let mut body = Vec::new();
        let verdict = self.spoil_csv(k, poison, order, &mut body);
        Generated {
            k,
            body,
            verdict,
            poison: Some(poison),
        }
    }

    fn json(&self, k: u64, out: &mut Vec<u8>) -> (Verdict, Option<Poison>) {
        if let Some(poison) = self.poison(k, &self.json_poisons) {
            return (self.spoil_json(k, poison, out), Some(poison));
        }
        let line = self.line(k);
        let mut draws = Draws::at(self.seed, Purpose::Spelling, k);
        if draws.per_million(self.spellings_per_million) {
            spelling::spelled(&line, &mut draws, out);
        } else {
            json::plain(&line, out);
        }
        (Verdict::Valid(line), None)
    }

    fn csv(&self, k: u64, order: DateStyle, out: &mut Vec<u8>) -> (Verdict, Option<Poison>) {
        if let Some(poison) = self.poison(k, &self.csv_poisons) {
            return (self.spoil_csv(k, poison, order, out), Some(poison));
        }
        let line = self.line(k);
        csv::plain(&line, order, out);
        (Verdict::Valid(line), None)
    }

    fn poison(&self, k: u64, among: &[Poison]) -> Option<Poison> {
        let mut draws = Draws::at(self.seed, Purpose::Fault, k);
        if draws.per_million(self.faults_per_million) {
            draws.pick(among)
        } else {
            None
        }
    }

    fn spoil_json(&self, k: u64, poison: Poison, out: &mut Vec<u8>) -> Verdict {
        let mut draws = Draws::at(self.seed, Purpose::Spelling, k);
        let pointer = spoil_json::spoil(&self.line(k), poison, &mut draws, out);
        Verdict::Rejected {
            code: poison.code(),
            pointer,
        }
    }

    fn spoil_csv(&self, k: u64, poison: Poison, order: DateStyle, out: &mut Vec<u8>) -> Verdict {
        let mut draws = Draws::at(self.seed, Purpose::Spelling, k);
        let pointer = spoil_csv::spoil(&self.line(k), poison, order, &mut draws, out);
        Verdict::Rejected {
            code: poison.code(),
            pointer,
        }
    }
}
