//! The fields of an invoice line by name.

/// A field of [`InvoiceLine`](crate::InvoiceLine), in the data set's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    InvoiceNo,
    StockCode,
    Description,
    Quantity,
    InvoiceDate,
    UnitPrice,
    CustomerId,
    Country,
}

impl Field {
    pub(crate) const COUNT: usize = 8;

    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::InvoiceNo,
        Self::StockCode,
        Self::Description,
        Self::Quantity,
        Self::InvoiceDate,
        Self::UnitPrice,
        Self::CustomerId,
        Self::Country,
    ];

    /// The name in documents.
    pub(crate) const fn name(self) -> &'static str {
        self.pointer().split_at(1).1
    }

    /// The JSON pointer of the field.
    pub(crate) const fn pointer(self) -> &'static str {
        match self {
            Self::InvoiceNo => "/InvoiceNo",
            Self::StockCode => "/StockCode",
            Self::Description => "/Description",
            Self::Quantity => "/Quantity",
            Self::InvoiceDate => "/InvoiceDate",
            Self::UnitPrice => "/UnitPrice",
            Self::CustomerId => "/CustomerID",
            Self::Country => "/Country",
        }
    }

    /// The field of that name in JSON, exactly.
    pub(crate) fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == key)
    }

    /// The field of that name in a header row: without case and underscores, as the
    /// columns of the schema have them, and by the names of Online Retail II too.
    pub(crate) fn of_column(column: &str) -> Option<Self> {
        let column = column.trim().replace('_', "");
        let alias = [
            ("Invoice", Self::InvoiceNo),
            ("Price", Self::UnitPrice),
            ("Customer ID", Self::CustomerId),
        ];
        let names = Self::ALL.map(|field| (field.name(), field));
        names
            .into_iter()
            .chain(alias)
            .find_map(|(name, field)| name.eq_ignore_ascii_case(&column).then_some(field))
    }
}
