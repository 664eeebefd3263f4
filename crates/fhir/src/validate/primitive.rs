//! The forms of primitive values, checked by hand-written scanners instead of regular expressions.
//!
//! Promise: no allocation, one pass over the text. The rules are those of the regular expressions
//! of R4, and days that no month has are refused besides. What it does not do: it knows nothing of
//! where a value stands; `structure` calls it. Spec: <https://hl7.org/fhir/R4/datatypes.html>.

/// Characters a string may have (the specification says 1 MB).
pub(super) const STRING_BYTES_MAX: usize = 1024 * 1024;

/// A primitive type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Primitive {
    Base64Binary,
    Boolean,
    Canonical,
    Code,
    Date,
    DateTime,
    Decimal,
    Id,
    Instant,
    Integer,
    Markdown,
    Oid,
    PositiveInt,
    String,
    Time,
    UnsignedInt,
    Uri,
    Url,
    Uuid,
    Xhtml,
}

impl Primitive {
    /// By the name that FHIR gives it.
    pub(super) fn named(name: &str) -> Option<Primitive> {
        Some(match name {
            "base64Binary" => Primitive::Base64Binary,
            "boolean" => Primitive::Boolean,
            "canonical" => Primitive::Canonical,
            "code" => Primitive::Code,
            "date" => Primitive::Date,
            "dateTime" => Primitive::DateTime,
            "decimal" => Primitive::Decimal,
            "id" => Primitive::Id,
            "instant" => Primitive::Instant,
            "integer" => Primitive::Integer,
            "markdown" => Primitive::Markdown,
            "oid" => Primitive::Oid,
            "positiveInt" => Primitive::PositiveInt,
            "string" => Primitive::String,
            "time" => Primitive::Time,
            "unsignedInt" => Primitive::UnsignedInt,
            "uri" => Primitive::Uri,
            "url" => Primitive::Url,
            "uuid" => Primitive::Uuid,
            "xhtml" => Primitive::Xhtml,
            _ => return None,
        })
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) text: &'static str,
    pub(super) warning: bool,
}

fn warning(text: &'static str) -> Fault {
    Fault { code: "value", text, warning: true }
}

const fn error(text: &'static str) -> Option<Fault> {
    Some(Fault { code: "value", text, warning: false })
}

/// Checks the text of a primitive that JSON holds as a string (all but booleans and numbers).
pub(super) fn check_text(primitive: Primitive, text: &str) -> Option<Fault> {
    if text.is_empty() {
        return error("an empty string is no value; leave the element out");
    }
    let right = |right: bool, text: &'static str| if right { None } else { error(text) };
    match primitive {
        Primitive::String | Primitive::Markdown => string(text),
        Primitive::Code => right(is_code(text), "a code has no white space at its ends and no two spaces in a row"),
        Primitive::Uri => uri(text),
        Primitive::Url | Primitive::Canonical => uri(text).or_else(|| {
            (!is_absolute(text)).then(|| {
                warning("the address should be absolute, such as https://example.org/x, or a fragment such as #x")
            })
        }),
        Primitive::Oid => right(is_oid(text), "an OID is written urn:oid:1.2.3"),
        Primitive::Uuid => {
            right(is_uuid(text), "a UUID is written urn:uuid: and 8-4-4-4-12 lower-case hexadecimal digits")
        }
        Primitive::Id => right(is_id(text), "an id has 1 to 64 letters, digits, '-' and '.'"),
        Primitive::Date => {
            right(is_date(text.as_bytes()), "a date is written YYYY, YYYY-MM or YYYY-MM-DD, and the day must exist")
        }
        Primitive::DateTime => date_time(text.as_bytes()),
        Primitive::Instant => right(
            is_instant(text.as_bytes()),
            "an instant is written YYYY-MM-DDThh:mm:ss.sss with a zone (Z or +hh:mm)",
        ),
        Primitive::Time => right(is_time(text.as_bytes()), "a time is written hh:mm:ss, without a zone"),
        Primitive::Base64Binary => right(
            is_base64(text.as_bytes()),
            "base64 data has the letters A-Z a-z 0-9 + / in groups of four, padded with =",
        ),
        Primitive::Boolean
        | Primitive::Decimal
        | Primitive::Integer
        | Primitive::PositiveInt
        | Primitive::UnsignedInt
        | Primitive::Xhtml => None,
    }
}

/// Checks a number as written.
pub(super) fn check_number(primitive: Primitive, text: &str) -> Option<Fault> {
    let least = match primitive {
        Primitive::Decimal => return None,
        Primitive::Integer => i64::from(i32::MIN),
        Primitive::UnsignedInt => 0,
        _ => 1,
    };
    let whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.parse::<i64>() {
        Ok(number) if whole && (least..=i64::from(i32::MAX)).contains(&number) => None,
        _ if least == 1 => error("must be a whole number from 1 to 2147483647, without a fraction or an exponent"),
        _ if least == 0 => error("must be a whole number from 0 to 2147483647, without a fraction or an exponent"),
        _ => error("must be a whole number from -2147483648 to 2147483647, without a fraction or an exponent"),
    }
}

fn string(text: &str) -> Option<Fault> {
    if text.len() > STRING_BYTES_MAX {
        return Some(Fault { code: "too-long", text: "a string has at most 1,048,576 bytes", warning: false });
    }
    if text.bytes().any(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return Some(Fault {
            code: "value",
            text: "control characters other than tab and line ends do not belong in text",
            warning: true,
        });
    }
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    if ends(text.as_bytes().first()) && text.trim().is_empty() {
        return Some(Fault { code: "value", text: "the text holds nothing but white space", warning: true });
    }
    None
}

fn is_code(text: &str) -> bool {
    let mut before_space = true;
    for byte in text.bytes() {
        let space = byte.is_ascii_whitespace() || byte == 0x0b;
        if space && before_space {
            return false;
        }
        before_space = space;
    }
    !before_space
}

fn uri(text: &str) -> Option<Fault> {
    let spaced = text.bytes().any(|byte| byte <= b' ');
    if spaced {
        return error("an address has no white space; write it as %20");
    }
    match text.strip_prefix("urn:") {
        Some(rest) if rest.starts_with("oid:") && !is_oid(text) => Some(warning("an OID is written urn:oid:1.2.3")),
        Some(rest) if rest.starts_with("uuid:") && !is_any_case_uuid(text) => {
            error("a UUID is written urn:uuid: and 8-4-4-4-12 hexadecimal digits")
        }
        _ => None,
    }
}

/// Whether an address begins with a scheme, or is a fragment.
pub(super) fn is_absolute(text: &str) -> bool {
    if text.starts_with('#') {
        return true;
    }
    let Some((scheme, _)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn is_oid(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("urn:oid:") else { return false };
    let mut arcs = rest.split('.');
    let first = arcs.next().is_some_and(|arc| matches!(arc, "0" | "1" | "2"));
    let mut count = 0;
    for arc in arcs {
        count += 1;
        let digits = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || (arc.len() > 1 && arc.starts_with('0')) {
            return false;
        }
    }
    first && count > 0
}

fn is_uuid(text: &str) -> bool {
    is_any_case_uuid(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_any_case_uuid(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("urn:uuid:") else { return false };
    rest.len() == 36
        && rest.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether a text can be a resource's id.
pub(super) fn is_id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

fn digits(text: &[u8], from: usize, count: usize) -> Option<u32> {
    let part = text.get(from..from + count)?;
    part.iter().try_fold(0u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

fn is_date(text: &[u8]) -> bool {
    let Some(year) = digits(text, 0, 4).filter(|year| *year > 0) else { return false };
    if text.len() == 4 {
        return true;
    }
    let Some(month) = digits(text, 5, 2).filter(|month| (1..=12).contains(month) && text.get(4) == Some(&b'-')) else {
        return false;
    };
    if text.len() == 7 {
        return true;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    text.len() == 10 && text.get(7) == Some(&b'-') && digits(text, 8, 2).is_some_and(|day| (1..=last).contains(&day))
}

/// The bytes of `hh:mm:ss` and fraction at the start of a text; zero if it is none.
fn clock(text: &[u8]) -> usize {
    let colons = text.get(2) == Some(&b':') && text.get(5) == Some(&b':');
    let in_range = |from, most| digits(text, from, 2).is_some_and(|number| number <= most);
    if !(colons && in_range(0, 23) && in_range(3, 59) && in_range(6, 60)) {
        return 0;
    }
    if text.get(8) != Some(&b'.') {
        return 8;
    }
    let fraction = text.iter().skip(9).take_while(|byte| byte.is_ascii_digit()).count();
    if fraction == 0 { 0 } else { 9 + fraction }
}

fn is_zone(text: &[u8]) -> bool {
    match text {
        b"Z" => true,
        [b'+' | b'-', rest @ ..] => {
            let (hour, minute) = (digits(rest, 0, 2), digits(rest, 3, 2));
            let at_most_14 = match (hour, minute) {
                (Some(14), Some(minute)) => minute == 0,
                (Some(hour), Some(minute)) => hour < 14 && minute < 60,
                _ => false,
            };
            rest.len() == 5 && rest.get(2) == Some(&b':') && at_most_14
        }
        _ => false,
    }
}

fn date_time(text: &[u8]) -> Option<Fault> {
    if text.len() <= 10 {
        return if is_date(text) {
            None
        } else {
            error(
                "a dateTime is written YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone, and the day must exist",
            )
        };
    }
    if is_instant(text) {
        return None;
    }
    let time = text.get(11..).unwrap_or_default();
    if text.get(10) == Some(&b'T') && clock(time) == time.len() {
        return error("a dateTime with a time needs a zone, such as Z or +01:00");
    }
    error("a dateTime is written YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone, and the day must exist")
}

fn is_instant(text: &[u8]) -> bool {
    let (Some(date), Some(time)) = (text.get(..10), text.get(11..)) else { return false };
    let used = clock(time);
    text.get(10) == Some(&b'T') && is_date(date) && used > 0 && is_zone(time.get(used..).unwrap_or_default())
}

fn is_time(text: &[u8]) -> bool {
    let used = clock(text);
    used > 0 && used == text.len()
}

fn is_base64(text: &[u8]) -> bool {
    let (mut count, mut padding) = (0usize, 0usize);
    for byte in text {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => count += 1,
            b'=' => padding += 1,
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => return false,
        }
    }
    count > 0 && padding <= 2 && (count + padding).is_multiple_of(4)
}
