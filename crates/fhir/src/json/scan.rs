//! Looks at sixteen bytes at once: where a string stops being plain, where white space ends, whether two keys may be one.
//!
//! What it promises: the same answers on every machine, by arithmetic on words.
//! What it does not do: it knows no grammar (see `parse`).

/// Bytes that are looked at at once.
const BLOCK: usize = 16;

/// The offset of the next quote, backslash or control character; the end if there is none.
#[inline(always)]
pub(super) fn special(input: &[u8], mut at: usize) -> usize {
    while let Some(block) = block(input, at) {
        let found = blocks::special(block);
        if found < BLOCK {
            return at + found;
        }
        at += BLOCK;
    }
    while input.get(at).is_some_and(|byte| *byte >= 0x20 && !matches!(byte, b'"' | b'\\')) {
        at += 1;
    }
    at
}

/// The offset of the next byte that is no white space; the end if there is none. Mostly a line ends, and blanks follow.
#[inline(always)]
pub(super) fn solid(input: &[u8], mut at: usize) -> usize {
    while input.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
        while let Some(block) = block(input, at) {
            let blanks = blocks::blank(block);
            at += blanks;
            if blanks < BLOCK {
                break;
            }
        }
    }
    at
}

/// Does one blank stand here, and then something else?
#[inline(always)]
pub(super) fn blank_between(input: &[u8], at: usize) -> bool {
    matches!(input.get(at..at + 2), Some([b' ', b'!'..=0xff]))
}

/// A word that differs for most differing keys: length, first and last eight bytes.
#[inline(always)]
pub(super) fn mark(input: &[u8], from: usize, to: usize) -> u64 {
    let length = to - from;
    let word = |from: usize| input.get(from..from + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
    let mixed = match (word(from), length) {
        (Some(first), 0..8) => first & ((1 << (8 * length)) - 1),
        (Some(first), _) => first ^ word(to - 8).unwrap_or(0).rotate_left(23),
        (None, _) => input[from..to].iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    (mixed ^ (length as u64) << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[inline(always)]
fn block(input: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    input.get(at..at + BLOCK)?.try_into().ok()
}

/// Offsets in one block; its length if nothing is found.
mod blocks {
    use super::BLOCK;

    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;

    /// The high bit of the first byte that is less than `bound`; what comes after it may be marked in error.
    #[inline(always)]
    fn less(word: u64, bound: u64) -> u64 {
        word.wrapping_sub(ONES * bound) & !word & HIGHS
    }

    #[inline(always)]
    fn specials(word: u64) -> u64 {
        let same = |byte: u8| less(word ^ (ONES * u64::from(byte)), 1);
        less(word, 0x20) | same(b'"') | same(b'\\')
    }

    #[inline(always)]
    fn halves(block: &[u8; BLOCK], found: impl Fn(u64) -> u64) -> usize {
        let both = u128::from_le_bytes(*block);
        let (low, high) = (found(both as u64), found((both >> 64) as u64));
        (u128::from(low) | u128::from(high) << 64).trailing_zeros() as usize / 8
    }

    #[inline(always)]
    pub(super) fn special(block: &[u8; BLOCK]) -> usize {
        halves(block, specials)
    }

    /// Where the blanks end.
    #[inline(always)]
    pub(super) fn blank(block: &[u8; BLOCK]) -> usize {
        (u128::from_le_bytes(*block) ^ u128::from_ne_bytes([b' '; BLOCK])).trailing_zeros() as usize / 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_found_at_each_place() {
        for byte in 0..=u8::MAX {
            for length in [1, 15, 16, 17, 40] {
                for place in 0..length {
                    let (mut text, mut spaces) = (vec![b'a'; length], vec![b' '; length]);
                    (text[place], spaces[place]) = (byte, byte);
                    let is_special = byte < 0x20 || byte == b'"' || byte == b'\\';
                    let is_space = matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
                    assert_eq!(special(&text, 0), if is_special { place } else { length }, "{byte} at {place}");
                    assert_eq!(solid(&spaces, 0), if is_space { length } else { place }, "{byte} at {place}");
                }
            }
        }
    }

    #[test]
    fn the_mark_of_a_key_does_not_depend_on_what_follows() {
        for length in 0..20 {
            let key = &b"abcdefghijklmnopqrst"[..length];
            let long = [key, b"\": 123456789".as_slice()].concat();
            assert_eq!(mark(&long, 0, length), mark(&[key, b"\":1, ,  \t     ".as_slice()].concat(), 0, length));
        }
        assert_ne!(mark(b"ab\"        ", 0, 1), mark(b"ab\"        ", 0, 2));
    }
}
