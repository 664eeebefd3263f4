//! One pass over the bytes: checks the grammar, drops white space, writes the tape.

use std::sync::Arc;

use super::cursor::{Cursor, Stop, stop};
use super::error::{JsonError, place};
use super::scan::mark;
use super::tree::{Kind, Node, Tape, Tree};

/// Nesting of objects and arrays that is taken; one more is refused.
pub const DEPTH_MAX: usize = 64;
/// Bytes of text that are taken; spans are 32 bits wide.
pub const TEXT_BYTES_MAX: usize = 1 << 30;
/// Keys of one object that are compared one by one; more than this are sorted when the object closes.
const LINEAR_KEYS_MAX: u32 = 64;

/// Parses a whole text.
pub(super) fn parse(input: &[u8]) -> Result<Tree, JsonError> {
    if input.len() > TEXT_BYTES_MAX {
        return Err(refusal(input, 0, "text is longer than 1 GiB", String::new()));
    }
    let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let mut out = vec![0; input.len()];
    let mut parser =
        Parser { nodes: Vec::with_capacity(input.len() / 24 + 4), open: [Open::default(); DEPTH_MAX], depth: 0 };
    let (reached, stopped) = walk(input, &mut out, &mut parser);
    if let Some(stopped) = stopped {
        return Err(why(&parser, &Text { input, out: &out, reached }, Some(stopped)));
    }
    // What is left out is white space, so the compact text is UTF-8 exactly when the whole is, and shorter to check.
    out.truncate(reached.written);
    match String::from_utf8(out) {
        Ok(text) => Ok(Tree(Arc::new(Tape { text, nodes: parser.nodes }))),
        Err(_) => Err(why(&parser, &Text { input, out: &[], reached }, None)),
    }
}

/// The first thing that is wrong: bytes that are no text, or where parsing stopped.
#[cold]
fn why(parser: &Parser, text: &Text<'_>, stopped: Option<Stop>) -> JsonError {
    let input = text.input;
    match (std::str::from_utf8(input), stopped) {
        (Ok(_), Some(Stop { at, message })) => refusal(input, at, message, parser.path(text)),
        (Err(error), _) => refusal(input, error.valid_up_to(), "text is not UTF-8", String::new()),
        (Ok(_), None) => refusal(input, 0, "text is not UTF-8", String::new()),
    }
}

fn refusal(input: &[u8], at: usize, message: &str, path: String) -> JsonError {
    let (line, column) = place(input, at);
    JsonError { message: message.to_owned(), line, column, path }
}

/// How far the cursor came, see [`Cursor`].
#[derive(Clone, Copy)]
struct Reached {
    copied: usize,
    written: usize,
}

/// The text and its compact copy, as far as it is made.
struct Text<'t> {
    input: &'t [u8],
    out: &'t [u8],
    reached: Reached,
}

impl Text<'_> {
    /// Bytes of the compact text, whether or not they have been copied yet.
    fn bytes(&self, from: u32, length: u16) -> &[u8] {
        let (from, length) = (from as usize, length as usize);
        let Reached { copied, written } = self.reached;
        let found = match self.out.get(..written).and_then(|done| done.get(from..from + length)) {
            Some(bytes) => Some(bytes),
            None => self.input.get((copied + from).saturating_sub(written)..).and_then(|rest| rest.get(..length)),
        };
        found.unwrap_or_default()
    }
}

/// An object or array that is not closed yet.
#[derive(Clone, Copy, Default)]
struct Open {
    node: u32,
    /// Members or items so far.
    count: u32,
    object: bool,
    /// A bit for each key, see [`mark`]: one whose bit is not set is new.
    seen: u64,
}

struct Parser {
    nodes: Vec<Node>,
    /// The containers that are not closed yet, the innermost last.
    open: [Open; DEPTH_MAX],
    /// How many are open.
    depth: usize,
}

/// Walks the whole text: how far it came, and why it stopped if not at the end.
fn walk(input: &[u8], out: &mut [u8], parser: &mut Parser) -> (Reached, Option<Stop>) {
    let mut cursor = Cursor { input, at: 0, copied: 0, out, written: 0 };
    let stopped = parser.document(&mut cursor).err();
    (Reached { copied: cursor.copied, written: cursor.written }, stopped)
}

impl Parser {
    #[inline(always)]
    fn document(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(), Stop> {
        cursor.space();
        if cursor.at == cursor.input.len() {
            return stop(cursor.at, "text is empty");
        }
        self.values(cursor)?;
        cursor.space();
        if cursor.at != cursor.input.len() {
            return stop(cursor.at, "text after the end of the value");
        }
        cursor.copy(cursor.at);
        Ok(())
    }

    /// The loop over values: an own stack of open containers, no recursion.
    #[inline(always)]
    fn values(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(), Stop> {
        let mut key = (0, 0);
        loop {
            let mut goes_on = self.value(cursor, key)?;
            cursor.space();
            if goes_on && self.close(cursor)? {
                goes_on = false;
                cursor.space();
            }
            while !goes_on {
                if self.depth == 0 {
                    return Ok(());
                }
                if cursor.peek() == b',' {
                    cursor.at += 1;
                    goes_on = true;
                } else if !self.close(cursor)? {
                    return cursor.expected("expected , or the end of the container");
                }
                cursor.space();
            }
            key = self.before_value(cursor)?;
        }
    }

    /// In an object the key and its colon, in an array nothing: where the key stands, and its length.
    #[inline(always)]
    fn before_value(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(u32, u16), Stop> {
        if !self.top().is_some_and(|top| top.object) {
            return Ok((0, 0));
        }
        let key = self.key(cursor)?;
        cursor.space();
        if cursor.peek() != b':' {
            return cursor.expected("expected : after the key");
        }
        cursor.at += 1;
        cursor.blank();
        Ok(key)
    }

    #[inline(always)]
    fn key(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<(u32, u16), Stop> {
        if cursor.peek() != b'"' {
            return cursor.expected("expected a key in quotes");
        }
        let (from, start) = (cursor.position() + 1, cursor.at);
        if cursor.string()? {
            return stop(start, "keys with escapes are not taken");
        }
        let Ok(length) = u16::try_from(cursor.at - start - 2) else {
            return stop(start, "key is longer than 65,535 bytes");
        };
        let mark = mark(cursor.input, start + 1, cursor.at - 1);
        let bit = 1 << (mark >> 58);
        if let Some(top) = self.open.get_mut(self.depth.wrapping_sub(1)) {
            let new = top.seen & bit == 0;
            top.seen |= bit;
            let reached = Reached { copied: cursor.copied, written: cursor.written };
            if !new && self.twice((from, length), &Text { input: cursor.input, out: cursor.out, reached }) {
                return stop(start, "object names a key twice");
            }
        }
        Ok((from, length))
    }

    /// The innermost container.
    #[inline(always)]
    fn top(&self) -> Option<&Open> {
        self.open.get(self.depth.wrapping_sub(1))
    }

    /// Has the innermost object this key already? If it has very many, that is seen when it closes.
    #[inline(never)]
    fn twice(&self, (from, length): (u32, u16), text: &Text<'_>) -> bool {
        let Some(top) = self.top().filter(|top| top.count <= LINEAR_KEYS_MAX) else { return false };
        let new = text.bytes(from, length);
        self.keys(top.node).any(|(from, other)| other == length && text.bytes(from, other) == new)
    }

    /// Where the keys of an open object stand.
    fn keys(&self, object: u32) -> impl Iterator<Item = (u32, u16)> {
        let mut at = object + 1;
        std::iter::from_fn(move || {
            let node = self.nodes.get(at as usize)?;
            at = node.next;
            Some((node.key_start, node.key_length))
        })
    }

    /// One value; true if it is a container that has opened.
    #[inline(always)]
    fn value(&mut self, cursor: &mut Cursor<'_, '_>, key: (u32, u16)) -> Result<bool, Stop> {
        let kind = kind(cursor)?;
        if let Some(top) = self.open.get_mut(self.depth.wrapping_sub(1)) {
            top.count += 1;
        }
        let (start, index) = (cursor.position(), self.nodes.len() as u32);
        let mut node =
            Node { start, end: 0, next: 0, count: 0, key_start: key.0, key_length: key.1, kind, escaped: false };
        let read = match kind {
            Kind::Object | Kind::Array => {
                self.nodes.push(node);
                let Some(place) = self.open.get_mut(self.depth) else {
                    return stop(cursor.at, "nested deeper than 64 levels");
                };
                *place = Open { node: index, count: 0, object: kind == Kind::Object, seen: 0 };
                self.depth += 1;
                cursor.at += 1;
                return Ok(true);
            }
            Kind::String => cursor.string(),
            Kind::Number => cursor.number().map(|()| false),
            Kind::Bool | Kind::Null => cursor.word().map(|()| false),
        };
        if let Ok(escaped) = read {
            (node.end, node.next, node.escaped) = (cursor.position(), index + 1, escaped);
        }
        // What is not whole stands on the tape too, for the path of the refusal.
        self.nodes.push(node);
        read.map(|_| false)
    }

    /// Closes the innermost container if its end stands here.
    #[inline(always)]
    fn close(&mut self, cursor: &mut Cursor<'_, '_>) -> Result<bool, Stop> {
        let byte = cursor.peek();
        if !matches!(byte, b'}' | b']') {
            return Ok(false);
        }
        let Some(top) = self.top().copied() else { return stop(cursor.at, "nothing to close here") };
        if top.object != (byte == b'}') {
            return stop(cursor.at, if top.object { "expected } here" } else { "expected ] here" });
        }
        if top.count > LINEAR_KEYS_MAX && top.object {
            let reached = Reached { copied: cursor.copied, written: cursor.written };
            self.no_duplicates(top.node, cursor.at, &Text { input: cursor.input, out: cursor.out, reached })?;
        }
        self.depth -= 1;
        cursor.at += 1;
        let (end, next) = (cursor.position(), self.nodes.len() as u32);
        if let Some(node) = self.nodes.get_mut(top.node as usize) {
            (node.end, node.next, node.count) = (end, next, top.count);
        }
        Ok(true)
    }

    /// Refuses an object of many members that names one key twice.
    #[inline(never)]
    fn no_duplicates(&self, object: u32, at: usize, text: &Text<'_>) -> Result<(), Stop> {
        let mut keys: Vec<&[u8]> = self.keys(object).map(|(from, length)| text.bytes(from, length)).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return stop(at, "object names a key twice");
        }
        Ok(())
    }

    /// The path to the place where parsing stopped, from the containers that are still open.
    fn path(&self, text: &Text<'_>) -> String {
        let open = self.open.get(..self.depth).unwrap_or_default();
        let count = |node: usize| open.iter().find(|open| open.node as usize == node).map_or(0, |open| open.count);
        let mut path = String::new();
        let mut parent: Option<usize> = None;
        for (index, node) in self.nodes.iter().enumerate() {
            if index == 0 || node.end != 0 {
                parent = parent.or(Some(index));
                continue;
            }
            let key = String::from_utf8_lossy(text.bytes(node.key_start, node.key_length));
            if !key.is_empty() {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&key);
            } else if let Some(up) = parent {
                path.push_str(&format!("[{}]", count(up).saturating_sub(1)));
            }
            parent = Some(index);
        }
        path
    }
}

/// What kind of value begins here.
#[inline(always)]
fn kind(cursor: &Cursor<'_, '_>) -> Result<Kind, Stop> {
    match cursor.peek() {
        b'"' => Ok(Kind::String),
        b'{' => Ok(Kind::Object),
        b'[' => Ok(Kind::Array),
        b't' | b'f' => Ok(Kind::Bool),
        b'n' => Ok(Kind::Null),
        b'-' | b'0'..=b'9' => Ok(Kind::Number),
        _ => cursor.expected("expected a value"),
    }
}
