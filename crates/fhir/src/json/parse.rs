//! One pass over the bytes: checks the grammar, drops white space, writes the tape.

use std::sync::Arc;

use super::error::{JsonError, place};
use super::tree::{Kind, Node, Tape, Tree};

/// Nesting of objects and arrays that is taken; one more is refused.
pub const DEPTH_MAX: usize = 64;
/// Bytes of text that are taken; spans are 32 bits wide.
pub const TEXT_BYTES_MAX: usize = 1 << 30;
/// Objects with more members than this are checked for duplicate keys by sorting.
const PAIRWISE_KEYS_MAX: usize = 16;

/// Parses a whole text.
pub(super) fn parse(input: &[u8]) -> Result<Tree, JsonError> {
    if input.len() > TEXT_BYTES_MAX {
        return Err(refusal(input, 0, "text is longer than 1 GiB", String::new()));
    }
    let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let text = match std::str::from_utf8(input) {
        Ok(text) => text,
        Err(error) => return Err(refusal(input, error.valid_up_to(), "text is not UTF-8", String::new())),
    };
    let mut parser = Parser {
        input,
        text,
        at: 0,
        copied: 0,
        out: String::with_capacity(input.len()),
        nodes: Vec::with_capacity(input.len() / 24 + 4),
    };
    match parser.document() {
        Ok(()) => Ok(Tree(Arc::new(Tape { text: parser.out, nodes: parser.nodes }))),
        Err(Stop { at, message }) => Err(refusal(input, at, message, parser.path())),
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
    text: &'i str,
    at: usize,
    /// Input up to here is in `out`, white space left out.
    copied: usize,
    out: String,
    nodes: Vec<Node>,
}

/// An object or array that is not closed yet.
struct Open {
    node: usize,
    object: bool,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
}

impl Parser<'_> {
    fn stop<T>(&self, message: &'static str) -> Result<T, Stop> {
        Err(Stop { at: self.at, message })
    }

    fn peek(&self) -> u8 {
        self.input.get(self.at).copied().unwrap_or(0)
    }

    /// Skips white space; what came before it goes to the compact text.
    fn space(&mut self) {
        if !matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            return;
        }
        self.out.push_str(&self.text[self.copied..self.at]);
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        self.copied = self.at;
    }

    /// The offset in the compact text of the byte that stands next.
    fn position(&self) -> u32 {
        (self.out.len() + self.at - self.copied) as u32
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
        self.out.push_str(&self.text[self.copied..]);
        Ok(())
    }

    /// The loop over tokens: an own stack of open containers, no recursion.
    fn values(&mut self) -> Result<(), Stop> {
        let mut open: Vec<Open> = Vec::with_capacity(16);
        let mut key = (0, 0);
        let mut expect = Expect::Value;
        loop {
            self.space();
            let byte = self.peek();
            if self.closes(byte, expect) {
                self.close(&mut open, byte)?;
            } else {
                match expect {
                    Expect::Key | Expect::KeyOrEnd => {
                        key = self.key()?;
                        expect = Expect::Value;
                        continue;
                    }
                    Expect::CommaOrEnd => {
                        expect = self.comma(&open)?;
                        continue;
                    }
                    Expect::Value | Expect::ValueOrEnd => {}
                }
                if let Some(inner) = self.value(&mut open, key)? {
                    (expect, key) = (inner, (0, 0));
                    continue;
                }
                key = (0, 0);
            }
            if open.is_empty() {
                return Ok(());
            }
            expect = Expect::CommaOrEnd;
        }
    }

    fn closes(&self, byte: u8, expect: Expect) -> bool {
        matches!(byte, b'}' | b']') && !matches!(expect, Expect::Value | Expect::Key)
    }

    fn comma(&mut self, open: &[Open]) -> Result<Expect, Stop> {
        if self.peek() != b',' {
            return self.stop(if self.at == self.input.len() { "text ends too early" } else { "expected , or the end of the container" });
        }
        self.at += 1;
        let object = open.last().is_some_and(|top| top.object);
        Ok(if object { Expect::Key } else { Expect::Value })
    }

    /// A key and its colon: where the key stands in the compact text, and its length.
    fn key(&mut self) -> Result<(u32, u16), Stop> {
        if self.peek() != b'"' {
            return self.stop(if self.at == self.input.len() { "text ends too early" } else { "expected a key in quotes" });
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
        self.space();
        if self.peek() != b':' {
            return self.stop("expected : after the key");
        }
        self.at += 1;
        Ok((from, length))
    }

    /// One value; a container that opens is put on the stack and says what may come inside.
    fn value(&mut self, open: &mut Vec<Open>, key: (u32, u16)) -> Result<Option<Expect>, Stop> {
        let start = self.position();
        let (kind, mut escaped) = (self.kind()?, false);
        let index = self.nodes.len();
        self.nodes.push(Node { start, end: 0, next: 0, count: 0, key_start: key.0, key_length: key.1, kind, escaped: false });
        if let Some(parent) = open.last() {
            self.nodes[parent.node].count += 1;
        }
        match kind {
            Kind::Object | Kind::Array => {
                if open.len() == DEPTH_MAX {
                    return self.stop("nested deeper than 64 levels");
                }
                self.at += 1;
                let object = kind == Kind::Object;
                open.push(Open { node: index, object });
                return Ok(Some(if object { Expect::KeyOrEnd } else { Expect::ValueOrEnd }));
            }
            Kind::String => escaped = self.string()?,
            Kind::Number => self.number()?,
            Kind::Bool | Kind::Null => self.word()?,
        }
        let (end, next) = (self.position(), self.nodes.len() as u32);
        let node = &mut self.nodes[index];
        (node.end, node.next, node.escaped) = (end, next, escaped);
        Ok(None)
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

    fn close(&mut self, open: &mut Vec<Open>, byte: u8) -> Result<(), Stop> {
        let Some(top) = open.last() else { return self.stop("nothing to close here") };
        if top.object != (byte == b'}') {
            return self.stop(if top.object { "expected } here" } else { "expected ] here" });
        }
        let (index, object) = (top.node, top.object);
        if object {
            self.no_duplicates(index)?;
        }
        open.pop();
        self.at += 1;
        let (end, next) = (self.position(), self.nodes.len() as u32);
        (self.nodes[index].end, self.nodes[index].next) = (end, next);
        Ok(())
    }

    /// A string with its quotes; true if it holds escapes.
    fn string(&mut self) -> Result<bool, Stop> {
        self.at += 1;
        let mut escaped = false;
        loop {
            let rest = &self.input[self.at..];
            let Some(found) = rest.iter().position(|byte| SPECIAL[*byte as usize]) else {
                self.at = self.input.len();
                return self.stop("string is not closed");
            };
            self.at += found;
            match rest[found] {
                b'"' => {
                    self.at += 1;
                    return Ok(escaped);
                }
                b'\\' => {
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

    /// Refuses an object that names one key twice.
    fn no_duplicates(&mut self, object: usize) -> Result<(), Stop> {
        let count = self.nodes[object].count as usize;
        let mut seen: smallvec::SmallVec<[(u64, usize); 32]> = smallvec::SmallVec::with_capacity(count);
        let mut at = object + 1;
        while at < self.nodes.len() {
            let node = self.nodes[at];
            let mark = self.fingerprint(&node);
            if count <= PAIRWISE_KEYS_MAX && seen.iter().any(|(other, index)| *other == mark && self.same_key(*index, at)) {
                return self.stop("object names a key twice");
            }
            seen.push((mark, at));
            at = node.next as usize;
        }
        if count > PAIRWISE_KEYS_MAX {
            seen.sort_unstable_by(|a, b| self.key_bytes(a.1).cmp(self.key_bytes(b.1)));
            if seen.windows(2).any(|pair| self.same_key(pair[0].1, pair[1].1)) {
                return self.stop("object names a key twice");
            }
        }
        Ok(())
    }

    /// Length, first and last bytes of a key: differing marks mean differing keys.
    fn fingerprint(&self, node: &Node) -> u64 {
        let from = node.key_start as usize;
        let length = node.key_length as usize;
        let (mut mark, take) = (length as u64, length.min(7));
        for index in 0..take {
            let byte = self.out_byte(from + length - take + index);
            mark = mark << 8 | u64::from(byte);
        }
        mark
    }

    /// A byte of the compact text, whether or not it has been copied yet.
    fn out_byte(&self, at: usize) -> u8 {
        match self.out.as_bytes().get(at) {
            Some(byte) => *byte,
            None => self.input[self.copied + at - self.out.len()],
        }
    }

    fn key_bytes(&self, index: usize) -> &[u8] {
        let node = &self.nodes[index];
        let (from, length) = (node.key_start as usize, node.key_length as usize);
        match self.out.as_bytes().get(from..from + length) {
            Some(bytes) => bytes,
            None => {
                let start = self.copied + from - self.out.len();
                &self.input[start..start + length]
            }
        }
    }

    fn same_key(&self, a: usize, b: usize) -> bool {
        self.key_bytes(a) == self.key_bytes(b)
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
            let key = String::from_utf8_lossy(self.key_bytes(index));
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

/// Bytes at which the scan of a string stops: quote, backslash and control characters.
static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 0x20 {
        table[at] = true;
        at += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};
