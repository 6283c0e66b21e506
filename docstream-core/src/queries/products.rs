//! Products and their rankings.

use std::str::FromStr;

use serde::Serialize;

use crate::Money;

use super::Limit;

/// Which ranking of products.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TopProducts {
    /// The rule of the ranking, in words.
    pub rule: &'static str,
    /// The products, the best first.
    pub items: Vec<ProductRank>,
}

/// A product in a ranking, with all that it could be ranked by.
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
