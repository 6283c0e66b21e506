//! Which texts a document may hold.

use crate::{Code, ValueFault};

pub(crate) const CONTROL: ValueFault = ValueFault::new(
    Code::InvalidCharacter,
    "control characters other than tab and line feed are refused",
);
pub(crate) const REQUIRED: ValueFault = ValueFault::new(Code::Missing, "is required");

/// Refuses control characters except TAB and LF: stores differ in what they make
/// of them, and PostgreSQL cannot hold NUL at all.
pub(crate) fn check_characters(text: &str) -> Result<(), ValueFault> {
    // The C1 controls are C2 80 to C2 9F in UTF-8; the second look is for what else begins with C2.
    let suspect = |byte: u8| byte < 0x20 || byte == 0x7f || byte == 0xc2;
    // Without an early end the compiler looks at many bytes at once.
    let suspicious = text.bytes().fold(false, |any, byte| any | suspect(byte));
    if suspicious && text.chars().any(is_refused) {
        return Err(CONTROL);
    }
    Ok(())
}

fn is_refused(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\n')
}

/// A text that must hold something besides white space.
pub(crate) fn check_required(text: &str) -> Result<(), ValueFault> {
    check_characters(text)?;
    if text.trim().is_empty() {
        return Err(REQUIRED);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sq1_control_characters_are_refused_except_tab_and_line_feed() {
        for text in ["\0", "a\u{1b}[31m", "\r", "\u{7f}", "\u{80}", "\u{9f}"] {
            assert_eq!(check_characters(text), Err(CONTROL), "{text:?}");
        }
        for text in ["", "a\tb\n", "£ 5", "\u{a0}", "é", "\u{202e}", "\u{fffd}"] {
            assert_eq!(check_characters(text), Ok(()), "{text:?}");
        }
    }
}
