//! One field of a JSON line, found without parsing the rest of it into anything.

use std::fmt;

use memchr::{memchr, memchr_iter, memmem};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

/// Finds the text of one field.
#[derive(Debug)]
pub(crate) struct DateField {
    name: String,
    quoted: memmem::Finder<'static>,
}

impl DateField {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            quoted: memmem::Finder::new(&format!("\"{name}\"")).into_owned(),
        }
    }

    /// Gives the text of the field to `see`; the empty text if `line` has none.
    pub(crate) fn find(&self, line: &[u8], see: impl FnOnce(&str)) {
        // Nothing nested and nothing escaped: then a name and a colon are a key.
        let flat = memchr(b'\\', line).is_none() && memchr_iter(b'{', line).nth(1).is_none();
        if flat && let Some(text) = self.in_flat(line) {
            see(text);
            return;
        }
        let mut reader = serde_json::Deserializer::from_slice(line);
        let text = Wanted(&self.name).deserialize(&mut reader);
        see(text.ok().flatten().as_deref().unwrap_or_default());
    }

    /// The field of an object without nesting and escapes; `None` where a closer
    /// look is needed.
    fn in_flat<'a>(&self, line: &'a [u8]) -> Option<&'a str> {
        let after = self.quoted.find(line)? + self.quoted.needle().len();
        let value = line[after..].trim_ascii_start().strip_prefix(b":")?;
        let text = value.trim_ascii_start().strip_prefix(b"\"")?;
        let end = memchr(b'"', text)?;
        std::str::from_utf8(&text[..end]).ok()
    }
}

/// Takes one text out of an object, and leaves the rest.
struct Wanted<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.0 {
                found = map
                    .next_value::<serde_json::Value>()?
                    .as_str()
                    .map(str::to_owned);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(line: &str) -> String {
        let mut found = None;
        DateField::new("InvoiceDate").find(line.as_bytes(), |text| found = Some(text.to_owned()));
        found.unwrap()
    }

    #[test]
    fn the_field_is_found_in_any_spelling() {
        for line in [
            r#"{"InvoiceDate":"1/2/2010 8:26"}"#,
            r#"{"Country":"x" , "InvoiceDate" : "1/2/2010 8:26", "Quantity":6}"#,
            r#"{"Inv\u006ficeDate":"1\/2\/2010 8:26"}"#,
            r#"{"Description":"a \"quote\"","InvoiceDate":"1/2/2010 8:26"}"#,
        ] {
            assert_eq!(find(line), "1/2/2010 8:26", "{line}");
        }
    }

    #[test]
    fn what_only_looks_like_the_field_is_not_taken() {
        for line in [
            r#"{"Description":"InvoiceDate","Country":"1/2/2010 8:26"}"#,
            r#"{"Description":"\"InvoiceDate\":\"1/2/2010 8:26\""}"#,
            r#"{"other":{"InvoiceDate":"1/2/2010 8:26"}}"#,
            r#"{"InvoiceDate":20101202}"#,
            r#"["InvoiceDate"]"#,
            "not JSON",
        ] {
            assert_eq!(find(line), "", "{line}");
        }
    }
}
