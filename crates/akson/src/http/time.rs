//! Moments as HTTP writes them, `Sun, 06 Nov 1994 08:49:37 GMT`, and as pages do, `06.11.1994 09:49`.
//!
//! Spec: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>.

use jiff::Timestamp;

const PATTERN: &str = "%a, %d %b %Y %H:%M:%S GMT";

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Microseconds since 1970 as an HTTP date; nothing if out of range. Made by hand, since every answer has one.
pub fn print(micros: i64) -> Option<String> {
    let time = jiff::tz::Offset::UTC.to_datetime(Timestamp::from_microsecond(micros).ok()?);
    let day = DAYS.get(usize::try_from(time.weekday().to_monday_zero_offset()).ok()?)?;
    let month = MONTHS.get(usize::try_from(time.month() - 1).ok()?)?;
    let mut text = String::with_capacity(29);
    text.push_str(day);
    text.push_str(", ");
    two(&mut text, time.day());
    text.push(' ');
    text.push_str(month);
    text.push(' ');
    two(&mut text, i8::try_from(time.year().div_euclid(100)).ok()?);
    two(&mut text, i8::try_from(time.year().rem_euclid(100)).ok()?);
    for (mark, number) in [(' ', time.hour()), (':', time.minute()), (':', time.second())] {
        text.push(mark);
        two(&mut text, number);
    }
    text.push_str(" GMT");
    Some(text)
}

/// A number below a hundred with two digits.
fn two(text: &mut String, number: i8) {
    let number = number.unsigned_abs();
    text.push(char::from(b'0' + number / 10 % 10));
    text.push(char::from(b'0' + number % 10));
}

/// An HTTP date as seconds since 1970.
pub fn read(text: &str) -> Option<i64> {
    let moment = jiff::civil::DateTime::strptime(PATTERN, text.trim()).ok()?;
    Some(moment.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// A moment in Norway, as pages show it.
pub fn in_norway(micros: i64) -> String {
    let Ok(moment) = Timestamp::from_microsecond(micros) else { return String::new() };
    moment.to_zoned(akson_core::norway().clone()).strftime("%d.%m.%Y %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_dates_are_read_back() {
        let text = print(784_111_777_000_000).unwrap();
        assert_eq!(text, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(print(1_795_360_655_123_456).as_deref(), Some("Sun, 22 Nov 2026 15:17:35 GMT"));
        assert_eq!(print(0).as_deref(), Some("Thu, 01 Jan 1970 00:00:00 GMT"));
        assert_eq!(read(&text), Some(784_111_777));
        assert_eq!(in_norway(784_111_777_000_000), "06.11.1994 09:49");
        assert_eq!(read("yesterday"), None);
    }
}
