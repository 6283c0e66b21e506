//! Faulty documents: what can be wrong, and the verdict each must get.

use docstream_core::Code;

/// One way to spoil a document. A spoiled document has this fault and no other.
///
/// ```
/// use docstream_core::Code;
/// use docstream_testkit::generator::Poison;
///
/// assert_eq!(Poison::ImpossibleDate.name(), "impossible_date");
/// assert_eq!(Poison::ImpossibleDate.code(), Code::InvalidDate);
/// assert!(Poison::in_csv().all(|poison| poison != Poison::TruncatedJson));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Poison {
    /// Something else than JSON (P1).
    NotJson,
    /// JSON that stops too early (P2).
    TruncatedJson,
    /// Bytes that are not UTF-8 inside a text (P3).
    InvalidUtf8,
    /// No bytes at all (P4). A file of lines cannot hold it.
    Empty,
    /// A required field absent, null or, for a text, empty (P6).
    MissingField,
    /// A value of the wrong type (P7).
    WrongType,
    /// An array of the values where an object belongs (P8).
    ArrayNotObject,
    /// A ninth field (P9).
    UnknownField,
    /// A number past 64 bits, or past what money holds (P10).
    NumberTooLarge,
    /// 30 February, month 13, hour 25, or the hour that summer time skips (P11).
    ImpossibleDate,
    /// NUL in a value (P12).
    NulInValue,
    /// NUL in a field's name (P13).
    NulInKey,
    /// A field's name that starts with `$` (P13).
    DollarKey,
    /// A value as extended JSON, such as `{"$numberLong":"6"}` (P14).
    ExtendedJson,
    /// A value nested deeper than 32, up to 127 (P15).
    TooDeep,
    /// The same field twice (P17).
    DuplicateField,
    /// A text of more than 8 KiB.
    TooLong,
    /// More than 1 MiB. Only where asked for: it costs memory and time.
    TooLarge,
    /// An invoice number of a wrong form.
    BadInvoiceNo,
    /// A negative price on a sale.
    NegativePrice,
    /// A price with a fifth decimal.
    FifthDecimal,
    /// A date in slashes, both readings of which exist. Only in JSON, where no
    /// order is declared; with a declared order it is valid.
    AmbiguousDate,
    /// A row with a column too many or too few (CSV).
    WrongColumns,
    /// A quote that is never closed (CSV). It takes the rows behind it along,
    /// so it is never drawn: ask for it by [`spoiled_row`] and put it last.
    ///
    /// [`spoiled_row`]: super::Generator::spoiled_row
    UnclosedQuote,
}

impl Poison {
    /// Every kind.
    pub const ALL: [Self; 24] = [
        Self::NotJson,
        Self::TruncatedJson,
        Self::InvalidUtf8,
        Self::Empty,
        Self::MissingField,
        Self::WrongType,
        Self::ArrayNotObject,
        Self::UnknownField,
        Self::NumberTooLarge,
        Self::ImpossibleDate,
        Self::NulInValue,
        Self::NulInKey,
        Self::DollarKey,
        Self::ExtendedJson,
        Self::TooDeep,
        Self::DuplicateField,
        Self::TooLong,
        Self::TooLarge,
        Self::BadInvoiceNo,
        Self::NegativePrice,
        Self::FifthDecimal,
        Self::AmbiguousDate,
        Self::WrongColumns,
        Self::UnclosedQuote,
    ];

    /// The kinds a JSON document in a buffer can have.
    pub fn in_json() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(|poison| !matches!(poison, Self::WrongColumns | Self::UnclosedQuote))
    }

    /// The kinds a line of an NDJSON file can have: a blank line is no document.
    pub fn in_ndjson() -> impl Iterator<Item = Self> {
        Self::in_json().filter(|poison| *poison != Self::Empty)
    }

    /// The kinds a row of a CSV file can have.
    pub fn in_csv() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|poison| {
            matches!(
                poison,
                Self::MissingField
                    | Self::WrongType
                    | Self::NumberTooLarge
                    | Self::ImpossibleDate
                    | Self::NulInValue
                    | Self::TooLong
                    | Self::TooLarge
                    | Self::BadInvoiceNo
                    | Self::NegativePrice
                    | Self::FifthDecimal
                    | Self::WrongColumns
                    | Self::UnclosedQuote
            )
        })
    }

    /// The kind's name, for reports and the names of tests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::TruncatedJson => "truncated_json",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::Empty => "empty",
            Self::MissingField => "missing_field",
            Self::WrongType => "wrong_type",
            Self::ArrayNotObject => "array_not_object",
            Self::UnknownField => "unknown_field",
            Self::NumberTooLarge => "number_too_large",
            Self::ImpossibleDate => "impossible_date",
            Self::NulInValue => "nul_in_value",
            Self::NulInKey => "nul_in_key",
            Self::DollarKey => "dollar_key",
            Self::ExtendedJson => "extended_json",
            Self::TooDeep => "too_deep",
            Self::DuplicateField => "duplicate_field",
            Self::TooLong => "too_long",
            Self::TooLarge => "too_large",
            Self::BadInvoiceNo => "bad_invoice_no",
            Self::NegativePrice => "negative_price",
            Self::FifthDecimal => "fifth_decimal",
            Self::AmbiguousDate => "ambiguous_date",
            Self::WrongColumns => "wrong_columns",
            Self::UnclosedQuote => "unclosed_quote",
        }
    }

    /// The code such a document must be rejected with, under policy `retail`.
    pub const fn code(self) -> Code {
        match self {
            Self::NotJson | Self::TruncatedJson => Code::MalformedJson,
            Self::InvalidUtf8 => Code::NotUtf8,
            Self::Empty => Code::Empty,
            Self::MissingField => Code::Missing,
            Self::WrongType | Self::ArrayNotObject | Self::ExtendedJson => Code::WrongType,
            Self::UnknownField | Self::DollarKey => Code::UnknownField,
            Self::NumberTooLarge | Self::NegativePrice | Self::FifthDecimal => Code::OutOfRange,
            Self::ImpossibleDate => Code::InvalidDate,
            Self::NulInValue | Self::NulInKey => Code::InvalidCharacter,
            Self::TooDeep => Code::TooDeep,
            Self::DuplicateField => Code::DuplicateField,
            Self::TooLong => Code::TooLong,
            Self::TooLarge => Code::TooLarge,
            Self::BadInvoiceNo => Code::InvalidFormat,
            Self::AmbiguousDate => Code::AmbiguousDate,
            Self::WrongColumns | Self::UnclosedQuote => Code::MalformedCsv,
        }
    }

    /// Whether a mix has it unless told otherwise.
    pub(super) fn drawn_by_default(self) -> bool {
        !matches!(self, Self::TooLarge | Self::UnclosedQuote)
    }
}
