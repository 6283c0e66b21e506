//! The general reader: any JSON object, all faults at once.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::depth;
use crate::invoice::field::Field;
use crate::invoice::value::Value;
use crate::{Code, Fault, Limits, ValueFault};

/// The values of an object by field, and the faults outside of the known fields.
pub(crate) struct Members<'a> {
    pub(crate) values: [Value<'a>; Field::COUNT],
    pub(crate) strays: Vec<Fault>,
    nested: bool,
}

/// Reads `json` as an object; a fault if it is none.
pub(crate) fn members<'a>(json: &'a str, limits: &Limits) -> Result<Members<'a>, Fault> {
    let too_deep = || {
        let message = format!("nested deeper than {} levels", limits.nesting);
        Fault::document(Code::TooDeep, message)
    };
    match json.trim_ascii_start().as_bytes().first() {
        Some(b'{') => {}
        Some(_) => return Err(not_an_object(json, limits).unwrap_or_else(too_deep)),
        None => return Err(Fault::document(Code::Empty, "expected a JSON object")),
    }
    let mut reader = serde_json::Deserializer::from_str(json);
    let members = reader
        .deserialize_map(MembersVisitor)
        .and_then(|members| reader.end().map(|()| members));
    // Only a document that is wrong already is looked at for its depth.
    if members.as_ref().map_or(true, |members| members.nested)
        && depth::exceeds(json, limits.nesting)
    {
        return Err(too_deep());
    }
    members.map_err(|error| malformed(&error))
}

/// What is wrong with a text that does not begin as an object; `None` where it is
/// nested too deeply to ask.
fn not_an_object(json: &str, limits: &Limits) -> Option<Fault> {
    if depth::exceeds(json, limits.nesting) {
        return None;
    }
    Some(match serde_json::from_str::<IgnoredAny>(json) {
        Ok(_) => Fault::document(Code::WrongType, "expected a JSON object"),
        Err(error) => malformed(&error),
    })
}

/// Syntax errors of serde_json say what was expected and where, never a value.
fn malformed(error: &serde_json::Error) -> Fault {
    Fault::document(Code::MalformedJson, format!("not JSON: {error}"))
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut values = [const { Value::Absent }; Field::COUNT];
        let mut seen = [false; Field::COUNT];
        let mut strays = Vec::new();
        let mut nested = false;
        while let Some(key) = map.next_key_seed(KeySeed {
            room: strays.len() < MOST_STRAYS,
        })? {
            let raw = map.next_value::<&'de RawValue>()?.get();
            nested |= raw.starts_with(['{', '[']);
            match key {
                Key::Known(field) => {
                    let index = field as usize;
                    values[index] = if seen[index] {
                        Value::Refused(TWICE)
                    } else {
                        value(raw)
                    };
                    seen[index] = true;
                }
                Key::Unknown(fault) => strays.push(fault),
                Key::Unlisted => {}
            }
        }
        Ok(Members {
            values,
            strays,
            nested,
        })
    }
}

const TWICE: ValueFault = ValueFault::new(Code::DuplicateField, "the field is there twice");
const KIND: ValueFault = ValueFault::new(Code::WrongType, "expected a text or a number");
const LONE: ValueFault =
    ValueFault::new(Code::MalformedJson, "the text has half of a surrogate pair");

/// A document of 200,000 unknown fields is not listed field by field.
const MOST_STRAYS: usize = 16;

/// Sorts a raw JSON value.
fn value(raw: &str) -> Value<'_> {
    match raw.as_bytes() {
        [b'"', .., b'"'] if memchr::memchr(b'\\', raw.as_bytes()).is_none() => {
            Value::Text(Cow::Borrowed(&raw[1..raw.len() - 1]))
        }
        [b'"', ..] => match serde_json::from_str(raw) {
            Ok(text) => Value::Text(Cow::Owned(text)),
            Err(_) => Value::Refused(LONE),
        },
        [b'-' | b'0'..=b'9', ..] => Value::Number(raw),
        b"null" => Value::Absent,
        _ => Value::Refused(KIND),
    }
}

enum Key {
    Known(Field),
    Unknown(Fault),
    Unlisted,
}

struct KeySeed {
    room: bool,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match Field::of_key(key) {
            Some(field) => Key::Known(field),
            None if self.room => Key::Unknown(stray(key)),
            None => Key::Unlisted,
        })
    }
}

/// The fault of a key that no field has.
#[cold]
fn stray(key: &str) -> Fault {
    if key.contains(char::is_control) {
        return Fault::document(Code::InvalidCharacter, "a key has a control character");
    }
    Fault::new(
        pointer(key),
        Code::UnknownField,
        "an invoice line has no such field",
    )
}

/// The JSON pointer of an unknown key, cut short where the key is longer than any
/// real one.
fn pointer(key: &str) -> String {
    let mut pointer = String::from("/");
    for (index, character) in key.chars().enumerate() {
        match character {
            _ if index == 64 => {
                pointer.push('\u{2026}');
                break;
            }
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(character),
        }
    }
    pointer
}
