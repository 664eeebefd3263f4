//! Functions on texts. Places and lengths count characters, not bytes.
//!
//! Regular expressions are those of `regex-lite`: matched in linear time, without look-around and Unicode classes.
//! <http://hl7.org/fhirpath/N1/#string-manipulation>

use super::Line;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, is_without_value, one, text};
use crate::path::functions::convert::text_of;
use crate::path::item::{Item, Items};
use crate::path::limits::{COLLECTION_MAX, REGEX_BYTES_MAX, REPLACED_BYTES_MAX, STRING_BYTES_MAX};
use crate::path::tree::Call;
use regex_lite::Regex;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    IndexOf,
    LastIndexOf,
    Substring,
    StartsWith,
    EndsWith,
    Contains,
    Upper,
    Lower,
    Replace,
    Matches,
    MatchesFull,
    ReplaceMatches,
    Length,
    ToChars,
    Trim,
    Split,
    Join,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("indexOf", Function::IndexOf, 1, 1),
    ("lastIndexOf", Function::LastIndexOf, 1, 1),
    ("substring", Function::Substring, 1, 2),
    ("startsWith", Function::StartsWith, 1, 1),
    ("endsWith", Function::EndsWith, 1, 1),
    ("contains", Function::Contains, 1, 1),
    ("upper", Function::Upper, 0, 0),
    ("lower", Function::Lower, 0, 0),
    ("replace", Function::Replace, 2, 2),
    ("matches", Function::Matches, 1, 1),
    ("matchesFull", Function::MatchesFull, 1, 1),
    ("replaceMatches", Function::ReplaceMatches, 2, 2),
    ("length", Function::Length, 0, 0),
    ("toChars", Function::ToChars, 0, 0),
    ("trim", Function::Trim, 0, 0),
    ("split", Function::Split, 1, 1),
    ("join", Function::Join, 0, 1),
];

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    if let Function::Join = function {
        return join(run, call, input, frame);
    }
    let Some(text) = text(input)? else { return Ok(Items::new()) };
    run.spend(text.len() / 16)?;
    if let Function::Substring = function {
        return substring(run, call, &text, frame);
    }
    let mut arguments = [Cow::Borrowed(""), Cow::Borrowed("")];
    for (at, argument) in arguments.iter_mut().enumerate().take(call.arguments.len()) {
        match run.text_argument(&call.arguments, at, frame)? {
            Some(found) => *argument = found,
            None => return Ok(Items::new()),
        }
    }
    let [first, second] = arguments;
    if let Function::Matches | Function::MatchesFull = function {
        run.spend(text.len().saturating_mul(first.len()) / 4)?;
    }
    let characters = |bytes: Option<usize>| match bytes {
        Some(bytes) => i32::try_from(text[..bytes].chars().count()).unwrap_or(i32::MAX),
        None => -1,
    };
    Ok(one(match function {
        Function::IndexOf => Item::Integer(characters(text.find(&*first))),
        Function::LastIndexOf => Item::Integer(characters(text.rfind(&*first))),
        Function::Length => Item::Integer(characters(Some(text.len()))),
        Function::StartsWith => Item::Boolean(text.starts_with(&*first)),
        Function::EndsWith => Item::Boolean(text.ends_with(&*first)),
        Function::Contains => Item::Boolean(text.contains(&*first)),
        Function::Upper => Item::String(Cow::Owned(text.to_uppercase())),
        Function::Lower => Item::String(Cow::Owned(text.to_lowercase())),
        Function::Trim => Item::String(Cow::Owned(text.trim().to_string())),
        Function::Replace => Item::String(Cow::Owned(replace(&text, &first, &second)?)),
        Function::Matches => Item::Boolean(with_pattern(call, &first, Pattern::Part, |regex| regex.is_match(&text))?),
        Function::MatchesFull => {
            Item::Boolean(with_pattern(call, &first, Pattern::Whole, |regex| regex.is_match(&text))?)
        }
        // An empty pattern matches nowhere here, as FHIR's own tests have it.
        Function::ReplaceMatches if first.is_empty() => Item::String(text),
        Function::ReplaceMatches => {
            // Each of the substitution's references gives at most the whole text again, and takes two letters to write.
            let longest = text.len().saturating_mul(second.len() / 2 + 1).saturating_add(text.len() * second.len());
            if longest > REPLACED_BYTES_MAX {
                return Err(PathError::run("string is too long"));
            }
            run.spend(text.len().saturating_mul(first.len()) / 4)?;
            let by = substitution(&second);
            let replaced =
                with_pattern(call, &first, Pattern::Part, |regex| regex.replace_all(&text, &*by).into_owned())?;
            Item::String(Cow::Owned(limited(replaced)?))
        }
        Function::ToChars | Function::Split if text.len() > COLLECTION_MAX => {
            return Err(PathError::run("collection is too large"));
        }
        Function::ToChars => return Ok(text.chars().map(|c| Item::String(Cow::Owned(c.to_string()))).collect()),
        Function::Split if first.is_empty() => Item::String(text),
        Function::Split => {
            return Ok(text.split(&*first).map(|part| Item::String(Cow::Owned(part.to_string()))).collect());
        }
        Function::Substring | Function::Join => return Ok(Items::new()),
    }))
}

fn join<'a>(run: &Run<'a, '_>, call: &Call, input: &[Item<'a>], frame: Frame<'a, '_>) -> Result<Items<'a>, PathError> {
    let separator = run.text_argument(&call.arguments, 0, frame)?.unwrap_or_default();
    let mut joined = String::new();
    let mut first = true;
    for item in input {
        let Some(part) = text_of(item) else {
            if is_without_value(item) {
                continue;
            }
            return Err(PathError::run("expected strings to join"));
        };
        if !first {
            joined.push_str(&separator);
        }
        first = false;
        joined = limited(joined + &part)?;
    }
    Ok(one(Item::String(Cow::Owned(joined))))
}

fn substring<'a>(run: &Run<'a, '_>, call: &Call, text: &str, frame: Frame<'a, '_>) -> Result<Items<'a>, PathError> {
    let Some(start) = run.integer_argument(&call.arguments, 0, frame)? else { return Ok(Items::new()) };
    let length = run.integer_argument(&call.arguments, 1, frame)?;
    let Some((from, _)) = usize::try_from(start).ok().and_then(|start| text.char_indices().nth(start)) else {
        return Ok(Items::new());
    };
    let rest = &text[from..];
    let part = match length {
        None => rest,
        Some(length) => {
            let length = usize::try_from(length).unwrap_or(0);
            &rest[..rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at)]
        }
    };
    Ok(one(Item::String(Cow::Owned(part.to_string()))))
}

fn replace(text: &str, pattern: &str, substitution: &str) -> Result<String, PathError> {
    let count = text.len() + 1;
    if count.saturating_mul(substitution.len()) > STRING_BYTES_MAX
        && text.matches(pattern).count().saturating_mul(substitution.len()) > STRING_BYTES_MAX
    {
        return Err(PathError::run("string is too long"));
    }
    limited(text.replace(pattern, substitution))
}

fn limited(text: String) -> Result<String, PathError> {
    if text.len() > STRING_BYTES_MAX { Err(PathError::run("string is too long")) } else { Ok(text) }
}

/// The substitution as `regex-lite` reads it: `$1` ends with its digits, `\$` is a plain dollar sign.
fn substitution(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'$') => {
                letters.next();
                out.push_str("$$");
            }
            '$' if letters.peek().is_some_and(char::is_ascii_digit) => {
                out.push_str("${");
                while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                    out.push(digit);
                }
                out.push('}');
            }
            other => out.push(other),
        }
    }
    out
}

enum Pattern {
    Part,
    Whole,
}

/// Uses a regular expression, keeping the first one built for this call.
fn with_pattern<T>(call: &Call, pattern: &str, how: Pattern, what: impl FnOnce(&Regex) -> T) -> Result<T, PathError> {
    if let Some((kept, regex)) = call.pattern.get()
        && kept == pattern
    {
        return Ok(what(regex));
    }
    if pattern.len() > REGEX_BYTES_MAX {
        return Err(PathError::run("regular expression is too long"));
    }
    let text = match how {
        // A dot matches line ends too, as FHIRPath says.
        Pattern::Part => format!("(?s){pattern}"),
        Pattern::Whole => format!("(?s)^(?:{pattern})$"),
    };
    let regex = Regex::new(&text).map_err(|_| PathError::run("malformed or unsupported regular expression"))?;
    let (kept, regex) = match call.pattern.set((pattern.to_string(), regex)) {
        Ok(()) => match call.pattern.get() {
            Some(kept) => return Ok(what(&kept.1)),
            None => return Err(PathError::run("regular expression was lost")),
        },
        Err(pair) => pair,
    };
    drop(kept);
    Ok(what(&regex))
}
