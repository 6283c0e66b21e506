//! Products and their rankings.

use std::str::FromStr;

use serde::Serialize;

use crate::Money;

use super::Limit;

/// Which ranking of products.
///
/// ```
/// use docstream_core::queries::{Codes, Limit, ProductOrder, ProductQuery};
///
/// let query = ProductQuery {
///     order: ProductOrder::Quantity,
///     codes: Codes::Products,
///     limit: Limit::new(10)?,
/// };
/// assert!(query.rule().starts_with("quantity (returns counted against it)"));
/// # Ok::<(), docstream_core::queries::InvalidLimit>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProductQuery {
    /// What they are ordered by.
    pub order: ProductOrder,
    /// Which codes count as products.
    pub codes: Codes,
    /// How many at most.
    pub limit: Limit,
}

impl ProductQuery {
    /// The rule in words.
    pub const fn rule(&self) -> &'static str {
        match (self.order, self.codes) {
            (ProductOrder::Net, Codes::All) => {
                "net (quantity times price over all lines); all stock codes as written; ties by code"
            }
            (ProductOrder::Net, Codes::Products) => {
                "net (quantity times price over all lines); codes of five digits and letters, case folded; ties by code"
            }
            (ProductOrder::Gross, Codes::All) => {
                "gross (lines of no cancellation with quantity and price above zero); all stock codes as written; ties by code"
            }
            (ProductOrder::Gross, Codes::Products) => {
                "gross (lines of no cancellation with quantity and price above zero); codes of five digits and letters, case folded; ties by code"
            }
            (ProductOrder::Quantity, Codes::All) => {
                "quantity (returns counted against it); all stock codes as written; ties by code"
            }
            (ProductOrder::Quantity, Codes::Products) => {
                "quantity (returns counted against it); codes of five digits and letters, case folded; ties by code"
            }
        }
    }
}

/// What products are ordered by, the largest first.
///
/// ```
/// use docstream_core::queries::ProductOrder;
///
/// assert_eq!("gross".parse(), Ok(ProductOrder::Gross));
/// assert_eq!(ProductOrder::default(), ProductOrder::Net);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductOrder {
    /// The sum of quantity times price over all lines.
    #[default]
    Net,
    /// The sum over lines that are no cancellation, with quantity and price above zero.
    Gross,
    /// Pieces, those that came back counted against them.
    Quantity,
}

/// Which stock codes count, and whether their case does.
///
/// ```
/// use docstream_core::queries::Codes;
///
/// assert_eq!("products".parse(), Ok(Codes::Products));
/// assert_eq!(Codes::default(), Codes::All);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Codes {
    /// Every code as written: postage, manual entries and fees too.
    #[default]
    All,
    /// Codes of goods alone ([`is_product`]), case folded.
    Products,
}

/// The word is none of the expected ones.
///
/// ```
/// use docstream_core::queries::ProductOrder;
///
/// let fault = "price".parse::<ProductOrder>().unwrap_err();
/// assert_eq!(fault.to_string(), "expected one of: net, gross, quantity");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of: {0}")]
pub struct UnknownWord(&'static str);

impl FromStr for ProductOrder {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "net" => Ok(Self::Net),
            "gross" => Ok(Self::Gross),
            "quantity" => Ok(Self::Quantity),
            _ => Err(UnknownWord("net, gross, quantity")),
        }
    }
}

impl FromStr for Codes {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "all" => Ok(Self::All),
            "products" => Ok(Self::Products),
            _ => Err(UnknownWord("all, products")),
        }
    }
}

/// Whether `code` is one of goods: five digits, then nothing but letters.
///
/// ```
/// use docstream_core::queries::is_product;
///
/// assert!(is_product("85123A") && is_product("22423"));
/// assert!(!is_product("POST") && !is_product("gift_0001_20"));
/// ```
pub fn is_product(code: &str) -> bool {
    code.split_at_checked(5).is_some_and(|(digits, letters)| {
        digits.bytes().all(|byte| byte.is_ascii_digit())
            && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// The products that sold best.
///
/// ```
/// use docstream_core::queries::{ProductQuery, ProductRank, TopProducts};
///
/// let cake_stand = ProductRank {
///     stock_code: "22423".to_owned(),
///     net: "164762.19".parse()?,
///     gross: "174484.74".parse()?,
///     quantity: 12_980,
/// };
/// let top = TopProducts { rule: ProductQuery::default().rule(), items: vec![cake_stand] };
/// let json = serde_json::to_value(&top)?;
/// assert_eq!(json["items"][0]["quantity"], 12_980);
/// assert_eq!(json["items"][0]["net"], "164762.19"); // money is text
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TopProducts {
    /// The rule of the ranking, in words.
    pub rule: &'static str,
    /// The products, the best first.
    pub items: Vec<ProductRank>,
}

/// A product in a ranking, with all that it could be ranked by.
///
/// ```
/// use docstream_core::queries::ProductRank;
///
/// let cake_stand = ProductRank {
///     stock_code: "22423".to_owned(),
///     net: "164762.19".parse()?,
///     gross: "174484.74".parse()?,
///     quantity: 12_980,
/// };
/// let came_back = cake_stand.gross.checked_sub(cake_stand.net); // or was written off
/// assert_eq!(came_back, "9722.55".parse().ok());
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProductRank {
    /// The code, as written or case folded, as the rule says.
    pub stock_code: String,
    /// The sum of quantity times price over all lines.
    pub net: Money,
    /// The sum over lines that are no cancellation, with quantity and price above zero.
    pub gross: Money,
    /// Pieces, those that came back counted against them.
    pub quantity: i64,
}
