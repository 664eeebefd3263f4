//! Encoding and escaping of texts: base64, hex, HTML and JSON.
//!
//! <http://hl7.org/fhirpath/N1/#additional-string-functions>

use super::Line;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, one, text};
use crate::path::item::{Item, Items};
use crate::path::tree::Call;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    Encode,
    Decode,
    Escape,
    Unescape,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("encode", Function::Encode, 1, 1),
    ("decode", Function::Decode, 1, 1),
    ("escape", Function::Escape, 1, 1),
    ("unescape", Function::Unescape, 1, 1),
];

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let (Some(text), Some(format)) = (text(input)?, run.text_argument(&call.arguments, 0, frame)?) else {
        return Ok(Items::new());
    };
    run.spend(text.len() / 16)?;
    let result = match (function, &*format) {
        (Function::Encode, "hex") => Some(text.bytes().map(|byte| format!("{byte:02x}")).collect()),
        (Function::Encode, "base64") => Some(base64(text.as_bytes(), BASE64)),
        (Function::Encode, "urlbase64") => Some(base64(text.as_bytes(), URL_BASE64)),
        (Function::Decode, "hex") => from_hex(&text),
        (Function::Decode, "base64") => from_base64(&text, BASE64),
        (Function::Decode, "urlbase64") => from_base64(&text, URL_BASE64),
        (Function::Escape, "html") => Some(escape_html(&text)),
        (Function::Escape, "json") => {
            let mut out = String::new();
            crate::json::write_string(&mut out, &text);
            Some(out[1..out.len() - 1].to_string())
        }
        (Function::Unescape, "html") => Some(unescape_html(&text)),
        (Function::Unescape, "json") => unescape_json(&text),
        _ => return Err(PathError::run("unknown encoding")),
    };
    Ok(result.map_or_else(Items::new, |text| one(Item::String(Cow::Owned(text)))))
}

fn base64(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |word, at| (word << 8) | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4usize {
            if at > chunk.len() {
                out.push('=');
            } else {
                out.push(char::from(alphabet[(word >> (18 - 6 * at)) as usize & 63]));
            }
        }
    }
    out
}

fn from_base64(text: &str, alphabet: &[u8; 64]) -> Option<String> {
    let trimmed = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(trimmed.len() * 3 / 4);
    let (mut word, mut bits) = (0u32, 0);
    for byte in trimmed.bytes() {
        let digit = alphabet.iter().position(|letter| *letter == byte)? as u32;
        word = ((word << 6) | digit) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}

fn from_hex(text: &str) -> Option<String> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    String::from_utf8(digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()).ok()
}

fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Reads the inside of a JSON string; bare quotes and control characters are taken as they are.
fn unescape_json(text: &str) -> Option<String> {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                quoted.push(letter);
                quoted.extend(letters.next());
            }
            '"' => quoted.push_str("\\\""),
            control if control < ' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    let tree = crate::json::Tree::parse(quoted.as_bytes()).ok()?;
    tree.root().as_str().map(Cow::into_owned)
}

fn unescape_html(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'")];
    let plain = named.iter().fold(text.to_string(), |text, (name, letter)| text.replace(name, letter));
    // Last, so that what it frees is not read again.
    plain.replace("&amp;", "&")
}
