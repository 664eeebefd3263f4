//! The escapes of search values: `\,` `\|` `\$` `\\`.
//!
//! Splitting keeps the escapes, since a value is split several times (at commas, at dollars, at bars); `plain` takes
//! them away at the end. A backslash before anything else, or at the end, is an error.
//! Spec: <https://hl7.org/fhir/R4/search.html#escaping>.

/// The pieces between a separator that is not escaped. There is always at least one.
pub fn split(text: &str, separator: char) -> Vec<&str> {
    let mut pieces = Vec::with_capacity(1);
    let (mut from, mut escaped) = (0, false);
    for (at, letter) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if letter == '\\' {
            escaped = true;
        } else if letter == separator {
            pieces.push(&text[from..at]);
            from = at + letter.len_utf8();
        }
    }
    pieces.push(&text[from..]);
    pieces
}

/// The text without its escapes; `Err` says what is wrong with them.
pub fn plain(text: &str) -> Result<String, String> {
    if !text.contains('\\') {
        return Ok(text.to_string());
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some(escaped @ (',' | '|' | '$' | '\\')) => out.push(escaped),
            _ => return Err(r"a backslash stands before , | $ or another backslash only".to_string()),
        }
    }
    Ok(out)
}

/// A text with escapes put in, as a value of a query.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, ',' | '|' | '$' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_separators_do_not_split() {
        assert_eq!(split(r"a\,b,c", ','), [r"a\,b", "c"]);
        assert_eq!(split(r"a\\,b", ','), [r"a\\", "b"]);
        assert_eq!(split("", ','), [""]);
        assert_eq!(split("æ|ø", '|'), ["æ", "ø"]);
    }

    #[test]
    fn escapes_are_taken_away_once() {
        assert_eq!(plain(r"a\,b\|c\$d\\e").unwrap(), r"a,b|c$d\e");
        assert_eq!(plain(&escape(r"a,b|c$d\e")).unwrap(), r"a,b|c$d\e");
        assert!(plain(r"a\").is_err());
        assert!(plain(r"a\n").is_err());
    }
}
