//! Numbers and dates as text, without the cost of formatting.

use super::calendar::LondonTime;

/// In what order a row gives the parts of its date.
///
/// ```
/// use docstream_testkit::generator::{DateStyle, Generator};
///
/// let row = |style| String::from_utf8(Generator::new(0).row(0, style).body);
/// assert!(row(DateStyle::MonthDayYear)?.contains(",12/1/2010 8:00,"));
/// assert!(row(DateStyle::DayMonthYear)?.contains(",1/12/2010 8:00,"));
/// assert!(row(DateStyle::Iso)?.contains(",2010-12-01 08:00:00,"));
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateStyle {
    /// `12/1/2010 8:26`, as the real file has it.
    MonthDayYear,
    /// `1/12/2010 8:26`.
    DayMonthYear,
    /// `2010-12-01 08:26:00`.
    Iso,
}

pub(super) fn integer(mut value: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

pub(super) fn signed(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    integer(value.unsigned_abs(), out);
}

/// Ten-thousandths as the real file writes them: no zeros at the end.
pub(super) fn money(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    let value = value.unsigned_abs();
    integer(value / 10_000, out);
    let mut rest = value % 10_000;
    if rest > 0 {
        out.push(b'.');
        let mut unit = 1_000;
        while rest > 0 {
            out.push(b'0' + (rest / unit) as u8);
            rest %= unit;
            unit /= 10;
        }
    }
}

fn two(value: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'0' + value / 10, b'0' + value % 10]);
}

/// `2010-12-01`, `between`, `08:26:00`.
pub(super) fn iso(time: &LondonTime, between: u8, out: &mut Vec<u8>) {
    integer(u64::from(time.year), out);
    out.push(b'-');
    two(time.month, out);
    out.push(b'-');
    two(time.day, out);
    out.push(between);
    two(time.hour, out);
    out.push(b':');
    two(time.minute, out);
    out.extend_from_slice(b":00");
}

pub(super) fn date(time: &LondonTime, order: DateStyle, out: &mut Vec<u8>) {
    let (first, second) = match order {
        DateStyle::Iso => return iso(time, b' ', out),
        DateStyle::MonthDayYear => (time.month, time.day),
        DateStyle::DayMonthYear => (time.day, time.month),
    };
    integer(u64::from(first), out);
    out.push(b'/');
    integer(u64::from(second), out);
    out.push(b'/');
    integer(u64::from(time.year), out);
    out.push(b' ');
    integer(u64::from(time.hour), out);
    out.push(b':');
    two(time.minute, out);
}

/// `value` as a JSON string.
pub(super) fn json_string(value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    if value.bytes().any(|byte| byte == b'"' || byte == b'\\') {
        for byte in value.bytes() {
            if byte == b'"' || byte == b'\\' {
                out.push(b'\\');
            }
            out.push(byte);
        }
    } else {
        out.extend_from_slice(value.as_bytes());
    }
    out.push(b'"');
}

/// `value` as a field of a row, quoted where it must be.
pub(super) fn csv_field(value: &str, out: &mut Vec<u8>) {
    if !value
        .bytes()
        .any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n'))
    {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in value.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// What `write` writes, as text.
pub(super) fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_as_the_real_file_writes_it() {
        let written = |value| text(|out| money(value, out));
        assert_eq!(written(25_500), "2.55");
        assert_eq!(written(21_000), "2.1");
        assert_eq!(written(0), "0");
        assert_eq!(written(10), "0.001");
        assert_eq!(written(-110_620_600), "-11062.06");
    }
}
