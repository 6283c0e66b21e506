//! The owned line for serde, in the same JSON as everywhere.

use std::sync::LazyLock;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::write_json;
use crate::invoice::{InvoiceLine, InvoiceRules};

// Making a zone's rules anew for every document would cost more than reading it.
static RULES: LazyLock<InvoiceRules> = LazyLock::new(InvoiceRules::default);

/// With `serde_json` only: the price is a number that must not pass through a
/// float, which other formats cannot promise.
impl Serialize for InvoiceLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = Vec::with_capacity(256);
        write_json(&self.view(), &mut json);
        let json = String::from_utf8(json).map_err(S::Error::custom)?;
        RawValue::from_string(json)
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

/// With `serde_json` only, as [`InvoiceRules`] read by default: policy retail and
/// ISO dates.
impl<'de> Deserialize<'de> for InvoiceLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let mut text = String::new();
        let (line, _) = RULES
            .parser()
            .parse_json(json.get().as_bytes(), &mut text)
            .map_err(D::Error::custom)?;
        Ok(line.view(&text).to_owned())
    }
}
