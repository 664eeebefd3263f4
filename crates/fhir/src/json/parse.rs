//! One pass over the bytes: checks the grammar, drops white space, writes the tape.

use std::sync::Arc;

use super::error::{JsonError, place};
use super::tree::{Kind, Node, Tape, Tree};

/// Nesting of objects and arrays that is taken; one more is refused.
pub const DEPTH_MAX: usize = 64;
/// Bytes of text that are taken; spans are 32 bits wide.
pub const TEXT_BYTES_MAX: usize = 1 << 30;
/// Keys of one object that are compared one by one; more than this are sorted when the object closes.
const LINEAR_KEYS_MAX: usize = 64;
/// Bytes that are copied at once.
const BLOCK: usize = 32;

/// Parses a whole text.
pub(super) fn parse(input: &[u8]) -> Result<Tree, JsonError> {
    if input.len() > TEXT_BYTES_MAX {
        return Err(refusal(input, 0, "text is longer than 1 GiB", String::new()));
    }
    let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let mut parser = Parser {
        input,
        at: 0,
        copied: 0,
        out: vec![0; input.len()],
        written: 0,
        nodes: Vec::with_capacity(input.len() / 16 + 4),
        open: Vec::with_capacity(16),
        marks: Vec::with_capacity(64),
    };
    let stopped = parser.document().err();
    // What is left out is white space, so the compact text is UTF-8 exactly when the whole is, and shorter to check.
    parser.out.truncate(parser.written);
    let text = match &stopped {
        None => String::from_utf8(std::mem::take(&mut parser.out)).ok(),
        Some(_) => None,
    };
    match (text, stopped) {
        (Some(text), _) => Ok(Tree(Arc::new(Tape { text, nodes: parser.nodes }))),
        (None, stopped) => Err(why(&parser, stopped)),
    }
}

/// The first thing that is wrong: bytes that are no text, or where parsing stopped.
#[cold]
fn why(parser: &Parser<'_>, stopped: Option<Stop>) -> JsonError {
    let input = parser.input;
    match (std::str::from_utf8(input), stopped) {
        (Ok(_), Some(Stop { at, message })) => refusal(input, at, message, parser.path()),
        (Err(error), _) => refusal(input, error.valid_up_to(), "text is not UTF-8", String::new()),
        (Ok(_), None) => refusal(input, 0, "text is not UTF-8", String::new()),
    }
}

fn refusal(input: &[u8], at: usize, message: &str, path: String) -> JsonError {
    let (line, column) = place(input, at);
    JsonError { message: message.to_owned(), line, column, path }
}

struct Stop {
    at: usize,
    message: &'static str,
}

struct Parser<'i> {
    input: &'i [u8],
    at: usize,
    /// Input up to here is in `out`, white space left out.
    copied: usize,
    /// As long as the input from the beginning, so that it never grows.
    out: Vec<u8>,
    /// How much of `out` is the compact text.
    written: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
    /// A mark for each key of the objects that are open, see [`mark`].
    marks: Vec<u64>,
}

/// An object or array that is not closed yet.
#[derive(Clone, Copy)]
struct Open {
    node: usize,
    object: bool,
    /// Its keys' marks begin here.
    marks_from: usize,
}

impl Parser<'_> {
    #[cold]
    fn stop<T>(&self, message: &'static str) -> Result<T, Stop> {
        Err(Stop { at: self.at, message })
    }

    #[inline(always)]
    fn peek(&self) -> u8 {
        self.input.get(self.at).copied().unwrap_or(0)
    }

    /// Skips white space; what came before it goes to the compact text.
    #[inline(always)]
    fn space(&mut self) {
        if self.peek() <= b' ' {
            self.skip_space();
        }
    }

    fn skip_space(&mut self) {
        let start = self.at;
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at = blanks(self.input, self.at + 1);
        }
        if self.at > start {
            self.copy(start);
            self.copied = self.at;
        }
    }

    /// Copies the input up to `end` to the compact text. Most pieces are short: these are copied as a block of fixed length,
    /// of which the next piece overwrites the rest.
    #[inline(always)]
    fn copy(&mut self, end: usize) {
        let (from, to) = (self.copied, self.written);
        let length = end - from;
        self.written += length;
        if length <= BLOCK
            && let (Some(block), Some(room)) = (self.input.get(from..from + BLOCK), self.out.get_mut(to..to + BLOCK))
        {
            room.copy_from_slice(block);
        } else if let Some(room) = self.out.get_mut(to..to + length) {
            room.copy_from_slice(&self.input[from..end]);
        }
    }

    /// The offset in the compact text of the byte that stands next.
    #[inline(always)]
    fn position(&self) -> u32 {
        (self.written + self.at - self.copied) as u32
    }

    fn document(&mut self) -> Result<(), Stop> {
        self.space();
        if self.at == self.input.len() {
            return self.stop("text is empty");
        }
        self.values()?;
        self.space();
        if self.at != self.input.len() {
            return self.stop("text after the end of the value");
        }
        self.copy(self.input.len());
        Ok(())
    }

    /// The loop over values: an own stack of open containers, no recursion.
    fn values(&mut self) -> Result<(), Stop> {
        let mut key = (0, 0);
        loop {
            if self.value(key)? {
                // A container has opened.
                self.space();
                if !self.close()? {
                    key = self.before_value()?;
                    continue;
                }
            }
            loop {
                if self.open.is_empty() {
                    return Ok(());
                }
                self.space();
                if self.peek() == b',' {
                    self.at += 1;
                    self.space();
                    key = self.before_value()?;
                    break;
                }
                if !self.close()? {
                    return self.expected("expected , or the end of the container");
                }
            }
        }
    }

    #[cold]
    fn expected<T>(&self, message: &'static str) -> Result<T, Stop> {
        self.stop(if self.at == self.input.len() { "text ends too early" } else { message })
    }

    /// In an object the key and its colon, in an array nothing: where the key stands, and its length.
    #[inline(always)]
    fn before_value(&mut self) -> Result<(u32, u16), Stop> {
        if !self.open.last().is_some_and(|top| top.object) {
            return Ok((0, 0));
        }
        let key = self.key()?;
        self.space();
        if self.peek() != b':' {
            return self.expected("expected : after the key");
        }
        self.at += 1;
        self.space();
        Ok(key)
    }

    #[inline(always)]
    fn key(&mut self) -> Result<(u32, u16), Stop> {
        if self.peek() != b'"' {
            return self.expected("expected a key in quotes");
        }
        let (from, start) = (self.position() + 1, self.at);
        if self.string()? {
            self.at = start;
            return self.stop("keys with escapes are not taken");
        }
        let Ok(length) = u16::try_from(self.at - start - 2) else {
            self.at = start;
            return self.stop("key is longer than 65,535 bytes");
        };
        let mark = mark(&self.input[start + 1..self.at - 1]);
        let marks_from = self.open.last().map_or(0, |top| top.marks_from);
        let others = &self.marks[marks_from..];
        if others.len() <= LINEAR_KEYS_MAX && others.contains(&mark) && self.names_twice(from, length) {
            self.at = start;
            return self.stop("object names a key twice");
        }
        self.marks.push(mark);
        Ok((from, length))
    }

    /// Two keys have one mark: are they the same?
    #[cold]
    fn names_twice(&self, from: u32, length: u16) -> bool {
        let Some(top) = self.open.last() else { return false };
        let new = self.bytes(from, length);
        self.member_nodes(top.node).iter().any(|(from, length)| self.bytes(*from, *length) == new)
    }

    fn member_nodes(&self, object: usize) -> Vec<(u32, u16)> {
        let mut keys = Vec::new();
        let mut at = object + 1;
        while let Some(node) = self.nodes.get(at) {
            keys.push((node.key_start, node.key_length));
            at = node.next as usize;
        }
        keys
    }

    /// One value; true if it is a container that has opened.
    #[inline(always)]
    fn value(&mut self, key: (u32, u16)) -> Result<bool, Stop> {
        let start = self.position();
        let (kind, mut escaped) = (self.kind()?, false);
        let index = self.nodes.len();
        if let Some(top) = self.open.last() {
            self.nodes[top.node].count += 1;
        }
        let node = Node { start, end: 0, next: 0, count: 0, key_start: key.0, key_length: key.1, kind, escaped: false };
        self.nodes.push(node);
        match kind {
            Kind::Object | Kind::Array => {
                if self.open.len() == DEPTH_MAX {
                    return self.stop("nested deeper than 64 levels");
                }
                self.at += 1;
                self.open.push(Open { node: index, object: kind == Kind::Object, marks_from: self.marks.len() });
                return Ok(true);
            }
            Kind::String => escaped = self.string()?,
            Kind::Number => self.number()?,
            Kind::Bool | Kind::Null => self.word()?,
        }
        let end = self.position();
        let node = &mut self.nodes[index];
        (node.end, node.next, node.escaped) = (end, index as u32 + 1, escaped);
        Ok(false)
    }

    fn kind(&self) -> Result<Kind, Stop> {
        match self.peek() {
            b'"' => Ok(Kind::String),
            b'{' => Ok(Kind::Object),
            b'[' => Ok(Kind::Array),
            b't' | b'f' => Ok(Kind::Bool),
            b'n' => Ok(Kind::Null),
            b'-' | b'0'..=b'9' => Ok(Kind::Number),
            _ if self.at == self.input.len() => self.stop("text ends too early"),
            _ => self.stop("expected a value"),
        }
    }

    /// Closes the innermost container if its end stands here.
    #[inline(always)]
    fn close(&mut self) -> Result<bool, Stop> {
        let byte = self.peek();
        if !matches!(byte, b'}' | b']') {
            return Ok(false);
        }
        let Some(top) = self.open.last().copied() else { return self.stop("nothing to close here") };
        if top.object != (byte == b'}') {
            return self.stop(if top.object { "expected } here" } else { "expected ] here" });
        }
        if self.marks.len() - top.marks_from > LINEAR_KEYS_MAX {
            self.no_duplicates(top.node)?;
        }
        self.marks.truncate(top.marks_from);
        self.open.pop();
        self.at += 1;
        let (end, next) = (self.position(), self.nodes.len() as u32);
        let node = &mut self.nodes[top.node];
        (node.end, node.next) = (end, next);
        Ok(true)
    }

    /// A string with its quotes; true if it holds escapes.
    fn string(&mut self) -> Result<bool, Stop> {
        self.at += 1;
        let mut escaped = false;
        loop {
            self.at = special(self.input, self.at);
            match self.input.get(self.at) {
                None => return self.stop("string is not closed"),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return self.stop("control characters in a string must be escaped"),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Stop> {
        match self.input.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let high = self.hex(self.at + 2)?;
                self.at += 6;
                if (0xdc00..0xe000).contains(&high) {
                    return self.stop("second half of a surrogate pair without the first");
                }
                if (0xd800..0xdc00).contains(&high) {
                    if self.input.get(self.at..self.at + 2) != Some(b"\\u") {
                        return self.stop("first half of a surrogate pair without the second");
                    }
                    if !(0xdc00..0xe000).contains(&self.hex(self.at + 2)?) {
                        return self.stop("first half of a surrogate pair without the second");
                    }
                    self.at += 6;
                }
            }
            _ => return self.stop("unknown escape"),
        }
        Ok(())
    }

    fn hex(&self, at: usize) -> Result<u32, Stop> {
        let digits = self.input.get(at..at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let Some(digits) = digits else { return self.stop("\\u needs four hexadecimal digits") };
        Ok(digits.iter().fold(0, |sum, digit| sum * 16 + char::from(*digit).to_digit(16).unwrap_or(0)))
    }

    fn number(&mut self) -> Result<(), Stop> {
        if self.peek() == b'-' {
            self.at += 1;
        }
        if self.peek() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        if self.peek().is_ascii_digit() {
            return self.stop("numbers have no leading zeros");
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Stop> {
        if !self.peek().is_ascii_digit() {
            return self.stop("expected a digit");
        }
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    fn word(&mut self) -> Result<(), Stop> {
        let rest = &self.input[self.at..];
        for word in [&b"true"[..], b"false", b"null"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        self.stop("expected true, false or null")
    }

    /// Refuses an object of many members that names one key twice.
    fn no_duplicates(&self, object: usize) -> Result<(), Stop> {
        let members = self.member_nodes(object);
        let mut keys: Vec<&[u8]> = members.iter().map(|(from, length)| self.bytes(*from, *length)).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return self.stop("object names a key twice");
        }
        Ok(())
    }

    /// Bytes of the compact text, whether or not they have been copied yet.
    fn bytes(&self, from: u32, length: u16) -> &[u8] {
        let (from, length) = (from as usize, length as usize);
        match self.out[..self.written].get(from..from + length) {
            Some(bytes) => bytes,
            None => {
                let start = self.copied + from - self.written;
                &self.input[start..start + length]
            }
        }
    }

    /// The path to the place where parsing stopped, from the containers that are still open.
    fn path(&self) -> String {
        let mut path = String::new();
        let mut parent: Option<usize> = None;
        for (index, node) in self.nodes.iter().enumerate() {
            if index == 0 || node.end != 0 {
                parent = parent.or(Some(index));
                continue;
            }
            let key = String::from_utf8_lossy(self.bytes(node.key_start, node.key_length));
            if !key.is_empty() {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&key);
            } else if let Some(up) = parent {
                path.push_str(&format!("[{}]", self.nodes[up].count.saturating_sub(1)));
            }
            parent = Some(index);
        }
        path
    }
}

/// A word that differs for most differing keys: length, first and last eight bytes.
#[inline(always)]
fn mark(key: &[u8]) -> u64 {
    let word =
        |from: usize| key.get(from..from + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
    if key.len() < 8 {
        return key.iter().fold(key.len() as u64, |mark, byte| mark << 8 | u64::from(*byte));
    }
    (word(0) ^ word(key.len() - 8).rotate_left(23)).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ key.len() as u64
}

/// The offset of the next byte that is no blank. Eight bytes at a time.
#[inline(always)]
fn blanks(input: &[u8], mut at: usize) -> usize {
    const BLANKS: u64 = u64::from_le_bytes([b' '; 8]);
    while let Some(bytes) = input.get(at..at + 8).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok()) {
        let others = u64::from_le_bytes(bytes) ^ BLANKS;
        if others != 0 {
            return at + others.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while input.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

/// The offset of the next quote, backslash or control character; the end if there is none. Most strings are short: eight
/// bytes at a time first, then whole blocks.
#[inline(always)]
fn special(input: &[u8], at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let (mut at, long) = (at, at + BLOCK);
    while let Some(bytes) = input.get(at..at + 8).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok()) {
        let word = u64::from_le_bytes(bytes);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = control | zero(word ^ (ONES * b'"' as u64)) | zero(word ^ (ONES * b'\\' as u64));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
        if at == long {
            at = plain(input, at);
        }
    }
    while input.get(at).is_some_and(|byte| *byte >= 0x20 && !matches!(byte, b'"' | b'\\')) {
        at += 1;
    }
    at
}

/// Skips whole blocks in which nothing special stands; written so that the compiler looks at all bytes of one at once.
fn plain(input: &[u8], mut at: usize) -> usize {
    while let Some(block) = input.get(at..at + BLOCK) {
        let special = |byte: &u8| u8::from(*byte < 0x20) | u8::from(*byte == b'"') | u8::from(*byte == b'\\');
        if block.iter().fold(0, |found, byte| found | special(byte)) != 0 {
            break;
        }
        at += BLOCK;
    }
    at
}
