//! How deep a JSON text is nested.

/// Whether brackets open deeper than `limit`. Counts only, so that it takes a
/// text that is not JSON too, and stops at the limit.
pub(crate) fn exceeds(json: &str, limit: usize) -> bool {
    let mut depth = 0_usize;
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => skip_text(&mut bytes),
            _ => {}
        }
    }
    false
}

fn skip_text(bytes: &mut impl Iterator<Item = u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_do_not_count() {
        assert!(!exceeds(r#"{"a":"[[[[\"[[["}"#, 1));
        assert!(!exceeds("[[],[],[]]", 2));
        assert!(exceeds("[[[", 2));
    }
}
