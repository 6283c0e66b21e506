//! As much of JSON as criterion's files need: the first value of a key, found by its name.

/// What stands after the first `"key":`.
fn after<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    Some(json.split_once(&format!("\"{key}\":"))?.1.trim_start())
}

/// A text without escapes.
pub(super) fn text<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    Some(after(json, key)?.strip_prefix('"')?.split_once('"')?.0)
}

pub(super) fn number(json: &str, key: &str) -> Option<f64> {
    let rest = after(json, key)?;
    rest[..rest.find([',', '}'])?].trim().parse().ok()
}

pub(super) fn numbers(json: &str, key: &str) -> Option<Vec<f64>> {
    let list = after(json, key)?.strip_prefix('[')?.split_once(']')?.0;
    list.split(',')
        .map(|number| number.trim().parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_key() {
        let json = r#"{"a":"x","b":{"c":12},"d":[1.5, 2]}"#;
        assert_eq!(text(json, "a"), Some("x"));
        assert_eq!(number(json, "c"), Some(12.0));
        assert_eq!(numbers(json, "d"), Some(vec![1.5, 2.0]));
        assert_eq!((text(json, "c"), number(json, "e")), (None, None));
    }
}
