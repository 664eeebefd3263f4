//! Where parsing stands in the text, and the compact copy that it leaves behind.
//!
//! What it promises: it steps over one token at a time and refuses what is none; white space stays out of the copy.
//! What it does not do: it does not know in which container it is (see `parse`).
//!
//! All of it is inlined into the one loop, and what is not gets values instead of the cursor: so its numbers stay in
//! registers, which gives a quarter more speed.

use super::scan::{blank_between, solid, special};

/// Bytes that are copied at once.
const BLOCK: usize = 64;

/// What a hexadecimal digit is worth; of other bytes more than four digits can be.
const HEX: [u32; 256] = {
    let mut table = [1 << 16; 256];
    let mut digit = 0;
    while digit < 16 {
        table[b"0123456789abcdef"[digit] as usize] = digit as u32;
        table[b"0123456789ABCDEF"[digit] as usize] = digit as u32;
        digit += 1;
    }
    table
};

/// Where parsing stopped, and why.
pub(super) struct Stop {
    pub(super) at: usize,
    pub(super) message: &'static str,
}

/// A refusal at a place.
#[cold]
pub(super) fn stop<T>(at: usize, message: &'static str) -> Result<T, Stop> {
    Err(Stop { at, message })
}

pub(super) struct Cursor<'i, 'o> {
    pub(super) input: &'i [u8],
    pub(super) at: usize,
    /// Input up to here is in `out`, white space left out.
    pub(super) copied: usize,
    /// The compact text; as long as the input from the beginning, so that it never grows.
    pub(super) out: &'o mut [u8],
    /// How much of `out` is written.
    pub(super) written: usize,
}

impl Cursor<'_, '_> {
    #[inline(always)]
    pub(super) fn peek(&self) -> u8 {
        self.input.get(self.at).copied().unwrap_or(0)
    }

    /// Skips white space; what came before it goes to the compact text.
    #[inline(always)]
    pub(super) fn space(&mut self) {
        if self.peek() <= b' ' {
            self.skip_to(solid(self.input, self.at));
        }
    }

    /// As [`Cursor::space`], where mostly one blank stands.
    #[inline(always)]
    pub(super) fn blank(&mut self) {
        if blank_between(self.input, self.at) {
            self.skip_to(self.at + 1);
        } else {
            self.space();
        }
    }

    #[inline(always)]
    fn skip_to(&mut self, to: usize) {
        self.copy(self.at);
        (self.at, self.copied) = (to, to);
    }

    /// Copies the input up to `end` to the compact text. Most pieces are short: these are copied as a block of fixed length,
    /// of which the next piece overwrites the rest.
    #[inline(always)]
    pub(super) fn copy(&mut self, end: usize) {
        let (from, to) = (self.copied, self.written);
        let length = end - from;
        self.written += length;
        if length <= BLOCK
            && let (Some(block), Some(room)) = (self.input.get(from..from + BLOCK), self.out.get_mut(to..to + BLOCK))
        {
            room.copy_from_slice(block);
        } else if let (Some(piece), Some(room)) = (self.input.get(from..end), self.out.get_mut(to..to + length)) {
            room.copy_from_slice(piece);
        }
    }

    /// The offset in the compact text of the byte that stands next.
    #[inline(always)]
    pub(super) fn position(&self) -> u32 {
        (self.written + self.at - self.copied) as u32
    }

    /// A refusal of what stands next; if nothing does, of the end.
    #[inline(always)]
    pub(super) fn expected<T>(&self, message: &'static str) -> Result<T, Stop> {
        stop(self.at, if self.at == self.input.len() { "text ends too early" } else { message })
    }

    /// A string with its quotes; true if it holds escapes.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<bool, Stop> {
        let end = special(self.input, self.at + 1);
        if self.input.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(false);
        }
        self.at = escaped(self.input, end)?;
        Ok(true)
    }

    #[inline(always)]
    pub(super) fn number(&mut self) -> Result<(), Stop> {
        self.at = number(self.input, self.at)?;
        Ok(())
    }

    #[inline(always)]
    pub(super) fn word(&mut self) -> Result<(), Stop> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        for word in [&b"true"[..], b"false", b"null"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        stop(self.at, "expected true, false or null")
    }
}

/// The end of a string, behind its quote, from its first byte that is special.
fn escaped(input: &[u8], mut at: usize) -> Result<usize, Stop> {
    loop {
        match input.get(at) {
            None => return stop(at, "string is not closed"),
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = special(input, escape(input, at)?),
            _ => return stop(at, "control characters in a string must be escaped"),
        }
    }
}

/// The end of the escape that begins here.
#[inline(always)]
fn escape(input: &[u8], at: usize) -> Result<usize, Stop> {
    const HALF: &str = "first half of a surrogate pair without the second";
    match input.get(at + 1) {
        Some(b'u') => {}
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => return Ok(at + 2),
        _ => return stop(at, "unknown escape"),
    }
    if let Some([b'0', b'0', a, b]) = input.get(at + 2..at + 6)
        && HEX[usize::from(*a)] | HEX[usize::from(*b)] < 16
    {
        return Ok(at + 6);
    }
    let high = hex(input, at, at + 2)?;
    match high {
        0xdc00..0xe000 => return stop(at + 6, "second half of a surrogate pair without the first"),
        0xd800..0xdc00 => {}
        _ => return Ok(at + 6),
    }
    if input.get(at + 6..at + 8) != Some(b"\\u") || !(0xdc00..0xe000).contains(&hex(input, at + 6, at + 8)?) {
        return stop(at + 6, HALF);
    }
    Ok(at + 12)
}

#[inline(always)]
fn hex(input: &[u8], escape: usize, at: usize) -> Result<u32, Stop> {
    let digits = input.get(at..at + 4).unwrap_or_default();
    let sum = digits.iter().fold(0, |sum, digit| sum << 4 | HEX[usize::from(*digit)]);
    if digits.is_empty() || sum > 0xffff {
        return stop(escape, "\\u needs four hexadecimal digits");
    }
    Ok(sum)
}

/// The end of a number.
fn number(input: &[u8], mut at: usize) -> Result<usize, Stop> {
    let byte = |at: usize| input.get(at).copied().unwrap_or(0);
    if byte(at) == b'-' {
        at += 1;
    }
    at = if byte(at) == b'0' { at + 1 } else { digits(input, at)? };
    if byte(at) == b'.' {
        at = digits(input, at + 1)?;
    }
    if matches!(byte(at), b'e' | b'E') {
        at += if matches!(byte(at + 1), b'+' | b'-') { 2 } else { 1 };
        at = digits(input, at)?;
    }
    if byte(at).is_ascii_digit() {
        return stop(at, "numbers have no leading zeros");
    }
    Ok(at)
}

#[inline(always)]
fn digits(input: &[u8], from: usize) -> Result<usize, Stop> {
    let mut at = from;
    while input.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at == from { stop(at, "expected a digit") } else { Ok(at) }
}
