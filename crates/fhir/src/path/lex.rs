//! Cuts the text of an expression into tokens.
//!
//! Promises: any text gives tokens or an error with its place. It knows no precedence and no names.
//! <http://hl7.org/fhirpath/N1/#lexical-elements>

use super::error::PathError;
use super::limits::EXPRESSION_BYTES_MAX;
use crate::value::date::{DateTime, Time};

/// A token and where it starts.
#[derive(Debug, Clone)]
pub(super) struct Token<'t> {
    pub kind: Kind<'t>,
    pub at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind<'t> {
    Number(&'t str),
    Text(String),
    /// A word; keywords are told apart by the parser, since `contains` and `as` may be names too.
    Word(&'t str),
    /// A name in backquotes.
    Quoted(String),
    Date(DateTime),
    DateTime(DateTime),
    Time(Time),
    /// `%name`, without the percent sign.
    Variable(String),
    /// `$this` and its like, without the dollar sign.
    Special(&'t str),
    Symbol(&'static str),
    End,
}

const SYMBOLS: [&str; 22] =
    ["!=", "!~", "<=", ">=", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-", "*", "/", "|", "&", "<", ">", "=", "~"];

pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, PathError> {
    if text.len() > EXPRESSION_BYTES_MAX {
        return Err(PathError::read("expression is too long", EXPRESSION_BYTES_MAX));
    }
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::with_capacity(text.len() / 4 + 1);
    loop {
        lexer.skip_blanks()?;
        let at = lexer.at;
        let kind = lexer.next()?;
        let end = kind == Kind::End;
        tokens.push(Token { kind, at });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn take_while(&mut self, matches: impl Fn(u8) -> bool) -> &'t str {
        let start = self.at;
        while self.at < self.text.len() && matches(self.peek(0)) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    fn skip_blanks(&mut self) -> Result<(), PathError> {
        loop {
            self.take_while(|b| b.is_ascii_whitespace());
            if self.rest().starts_with("//") {
                self.take_while(|b| b != b'\n' && b != b'\r');
            } else if self.rest().starts_with("/*") {
                let end = self.rest().find("*/").ok_or_else(|| PathError::read("comment has no end", self.at))?;
                self.at += end + 2;
            } else if self.rest().starts_with('\u{feff}') || self.rest().starts_with('\u{a0}') {
                self.at += self.rest().chars().next().map_or(1, char::len_utf8);
            } else {
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> Result<Kind<'t>, PathError> {
        let first = self.peek(0);
        match first {
            0 if self.at >= self.text.len() => Ok(Kind::End),
            b'0'..=b'9' => Ok(self.number()),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Ok(Kind::Word(self.word())),
            b'\'' => Ok(Kind::Text(self.quoted(b'\'')?)),
            b'`' => Ok(Kind::Quoted(self.quoted(b'`')?)),
            b'"' => Ok(Kind::Quoted(self.quoted(b'"')?)),
            b'@' => self.moment(),
            b'%' => self.variable(),
            b'$' => {
                self.at += 1;
                Ok(Kind::Special(self.word()))
            }
            _ => match SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)) {
                Some(symbol) => {
                    self.at += symbol.len();
                    Ok(Kind::Symbol(symbol))
                }
                None => Err(PathError::read("unexpected character", self.at)),
            },
        }
    }

    fn word(&mut self) -> &'t str {
        self.take_while(|b| b.is_ascii_alphanumeric() || b == b'_')
    }

    fn number(&mut self) -> Kind<'t> {
        let start = self.at;
        self.take_while(|b| b.is_ascii_digit());
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.take_while(|b| b.is_ascii_digit());
        }
        Kind::Number(&self.text[start..self.at])
    }

    fn variable(&mut self) -> Result<Kind<'t>, PathError> {
        self.at += 1;
        let name = match self.peek(0) {
            quote @ (b'`' | b'\'' | b'"') => self.quoted(quote)?,
            _ => self.word().to_string(),
        };
        if name.is_empty() { Err(PathError::read("variable has no name", self.at)) } else { Ok(Kind::Variable(name)) }
    }

    fn moment(&mut self) -> Result<Kind<'t>, PathError> {
        let start = self.at;
        self.at += 1;
        let wrong = || PathError::read("malformed date or time", start);
        if self.peek(0) == b'T' {
            self.at += 1;
            let clock = self.clock();
            return Time::parse(clock).map(Kind::Time).ok_or_else(wrong);
        }
        let from = self.at;
        self.take_while(|b| b.is_ascii_digit());
        for _ in 0..2 {
            if self.peek(0) == b'-' && self.peek(1).is_ascii_digit() {
                self.at += 1;
                self.take_while(|b| b.is_ascii_digit());
            }
        }
        if self.peek(0) != b'T' {
            return DateTime::parse(&self.text[from..self.at]).map(Kind::Date).ok_or_else(wrong);
        }
        self.at += 1;
        if self.clock().is_empty() {
            // `@2015T` is a dateTime without a time.
            return DateTime::parse(&self.text[from..self.at - 1]).map(Kind::DateTime).ok_or_else(wrong);
        }
        self.zone();
        DateTime::parse(&self.text[from..self.at]).map(Kind::DateTime).ok_or_else(wrong)
    }

    fn clock(&mut self) -> &'t str {
        let start = self.at;
        self.take_while(|b| b.is_ascii_digit());
        for _ in 0..2 {
            if self.peek(0) == b':' && self.peek(1).is_ascii_digit() {
                self.at += 1;
                self.take_while(|b| b.is_ascii_digit());
            }
        }
        // A fraction belongs to seconds only, so that `@T10:30.precision()` and `@T10.5` are told apart.
        if self.at - start == 8 && self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.take_while(|b| b.is_ascii_digit());
        }
        &self.text[start..self.at]
    }

    fn zone(&mut self) {
        if self.peek(0) == b'Z' {
            self.at += 1;
        } else if matches!(self.peek(0), b'+' | b'-') && self.peek(1).is_ascii_digit() && self.peek(3) == b':' {
            self.at += 1;
            self.take_while(|b| b.is_ascii_digit() || b == b':');
        }
    }

    fn quoted(&mut self, quote: u8) -> Result<String, PathError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let plain = self.take_while(|b| b != quote && b != b'\\');
            text.push_str(plain);
            match self.peek(0) {
                _ if self.at >= self.text.len() => return Err(PathError::read("text has no end", start)),
                b'\\' => text.push(self.escape()?),
                _ => {
                    self.at += 1;
                    return Ok(text);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, PathError> {
        let wrong = PathError::read("unknown escape", self.at);
        let letter = self.peek(1);
        self.at += 2;
        Ok(match letter {
            b'\'' | b'"' | b'`' | b'\\' | b'/' => char::from(letter),
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.code_unit().ok_or_else(|| wrong.clone())?;
                if (0xd800..0xdc00).contains(&high) && self.peek(0) == b'\\' && self.peek(1) == b'u' {
                    self.at += 2;
                    let low =
                        self.code_unit().filter(|low| (0xdc00..0xe000).contains(low)).ok_or_else(|| wrong.clone())?;
                    char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)).ok_or(wrong)?
                } else {
                    char::from_u32(high).ok_or(wrong)?
                }
            }
            _ => return Err(wrong),
        })
    }

    fn code_unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}
