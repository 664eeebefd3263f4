//! The query of an address, of a form or of a condition: pairs in order, decoded.
//!
//! It knows nothing about search; broken escapes are refused rather than guessed at.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A name and its value, as they were meant.
pub type Pair = (String, String);

/// What stays as it is in a printed query; `|`, `,` and `:` are common in FHIR and read better so.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b':')
    .remove(b',')
    .remove(b'/')
    .remove(b'$')
    .remove(b'*');

/// The pairs of a query; an error is a text that says what is wrong.
pub fn parse(text: &str) -> Result<Vec<Pair>, String> {
    let mut pairs = Vec::new();
    for part in text.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        pairs.push((decode(name)?, decode(value)?));
    }
    Ok(pairs)
}

/// The pairs as text for an address.
pub fn print(pairs: &[Pair]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.extend(utf8_percent_encode(name, KEPT));
        out.push('=');
        out.extend(utf8_percent_encode(value, KEPT));
    }
    out
}

/// The last value of a name.
pub fn last<'a>(pairs: &'a [Pair], name: &str) -> Option<&'a str> {
    let found = pairs.iter().rev().find(|pair| pair.0 == name);
    found.map(|pair| pair.1.as_str())
}

fn decode(text: &str) -> Result<String, String> {
    if !text.contains(['%', '+']) {
        return Ok(text.to_string());
    }
    let bytes = text.as_bytes();
    let broken = (0..bytes.len()).any(|at| {
        bytes[at] == b'%' && !bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    });
    if broken {
        return Err("the query has a % that isn't followed by two hexadecimal digits".into());
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded.map(|text| text.into_owned()).map_err(|_| "the query is not UTF-8 when decoded".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_escapes_are_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn printed_pairs_are_read_back() {
        let pairs = parse("name=K%C3%A5re+L&date=ge2019&code=a|b%26&x").unwrap();
        assert_eq!(pairs[0].1, "Kåre L");
        assert_eq!(pairs[2].1, "a|b&");
        assert_eq!(parse(&print(&pairs)).unwrap(), pairs);
    }
}
