//! Page tokens: where the next page begins.
//!
//! A token is encrypted and authenticated with a key of the database and bound to the query and the sight it was made
//! for: it tells nothing, and one that was changed or is used elsewhere is refused.
//! What it does not do: expire. What a caller may see is decided anew for each page.

use std::hash::Hasher;

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use siphasher::sip128::{Hasher128, SipHasher13};

use super::walk::Key;
use crate::Place;

/// How much of a text a token keeps; the rest of a longer one is looked up where the page ended.
const TEXT_BYTES_MAX: usize = 512;
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Where a page ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// Which part of the answer: types, patients' own and shared resources, with and without the sort value.
    pub segment: u16,
    /// How many matches came before the next page.
    pub ordinal: u64,
    /// Numbers from here on are newer than the first page.
    pub end: i64,
    /// The last match's key.
    pub key: Key,
    /// The last match.
    pub place: Place,
}

/// What a token is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bond {
    /// The query's fingerprint.
    pub query: u64,
    /// The sight's fingerprint.
    pub sight: u64,
}

/// Whether a text may be the beginning of a longer one.
pub fn is_cut(text: &str) -> bool {
    text.len() + 4 > TEXT_BYTES_MAX
}

/// Makes a token.
pub fn seal(secret: &[u8; 16], bond: Bond, cursor: &Cursor) -> String {
    let mut plain = Vec::with_capacity(64);
    plain.extend(cursor.segment.to_le_bytes());
    plain.extend(cursor.ordinal.to_le_bytes());
    plain.extend(cursor.end.to_le_bytes());
    plain.extend(cursor.place.part.to_le_bytes());
    plain.extend(cursor.place.rid.to_le_bytes());
    let (kind, bytes): (u8, Vec<u8>) = match &cursor.key {
        Key::None => (0, Vec::new()),
        Key::Int(number) => (1, number.to_le_bytes().to_vec()),
        Key::Real(number) => (2, number.to_le_bytes().to_vec()),
        Key::Text(text) => (3, text.as_bytes()[..text.floor_char_boundary(TEXT_BYTES_MAX)].to_vec()),
    };
    plain.push(kind);
    plain.extend(bytes);
    seal_bytes(secret, bond, plain)
}

/// Makes a token that hides any text; equal texts give equal tokens.
pub fn seal_bytes(secret: &[u8; 16], bond: Bond, mut plain: Vec<u8>) -> String {
    let tag = tag(secret, bond, &plain);
    mask(secret, &tag, &mut plain);
    encode(&[&tag[..], &plain].concat())
}

/// The text in a token; none if it was not made for this.
pub fn open_bytes(secret: &[u8; 16], bond: Bond, token: &str) -> Option<Vec<u8>> {
    let bytes = decode(token)?;
    let (tag, masked) = bytes.split_at_checked(16)?;
    let tag: [u8; 16] = tag.try_into().ok()?;
    let mut plain = masked.to_vec();
    mask(secret, &tag, &mut plain);
    (self::tag(secret, bond, &plain) == tag).then_some(plain)
}

/// Reads a token; none if it was not made for this.
pub fn open(secret: &[u8; 16], bond: Bond, token: &str) -> Option<Cursor> {
    let plain = open_bytes(secret, bond, token)?;
    let number = |from: usize| Some(i64::from_le_bytes(plain.get(from..from + 8)?.try_into().ok()?));
    let rest = plain.get(35..)?;
    let key = match plain.get(34)? {
        0 => Key::None,
        1 => Key::Int(i64::from_le_bytes(rest.try_into().ok()?)),
        2 => Key::Real(f64::from_le_bytes(rest.try_into().ok()?)),
        _ => Key::Text(std::str::from_utf8(rest).ok()?.to_string()),
    };
    Some(Cursor {
        segment: u16::from_le_bytes(plain.get(..2)?.try_into().ok()?),
        ordinal: number(2)? as u64,
        end: number(10)?,
        place: Place { part: number(18)?, rid: number(26)? },
        key,
    })
}

/// The tag over a text; it also is what the text is encrypted from, so equal texts give equal tokens and nothing else.
fn tag(secret: &[u8; 16], bond: Bond, plain: &[u8]) -> [u8; 16] {
    let mut hasher = SipHasher13::new_with_key(&derived(secret, 1));
    hasher.write_u64(bond.query);
    hasher.write_u64(bond.sight);
    hasher.write(plain);
    hasher.finish128().as_bytes()
}

fn derived(secret: &[u8; 16], purpose: u8) -> [u8; 16] {
    let mut block = [purpose; 16].into();
    Aes128::new(&(*secret).into()).encrypt_block(&mut block);
    block.into()
}

fn mask(secret: &[u8; 16], tag: &[u8; 16], text: &mut [u8]) {
    let cipher = Aes128::new(&derived(secret, 2).into());
    for (count, chunk) in text.chunks_mut(16).enumerate() {
        let mut block = u128::from_le_bytes(*tag).wrapping_add(count as u128).to_le_bytes().into();
        cipher.encrypt_block(&mut block);
        let block: [u8; 16] = block.into();
        for (byte, mask) in chunk.iter_mut().zip(block) {
            *byte ^= mask;
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0u32, |word, (n, byte)| word | u32::from(*byte) << (16 - 8 * n));
        for n in 0..=chunk.len() {
            out.push(char::from(DIGITS[(word >> (18 - 6 * n)) as usize & 63]));
        }
    }
    out
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut word = 0u32;
        for (n, digit) in chunk.iter().enumerate() {
            let value = DIGITS.iter().position(|known| known == digit)?;
            word |= (value as u32) << (18 - 6 * n);
        }
        let bytes = word.to_be_bytes();
        out.extend(&bytes[1..chunk.len().max(1)]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 16] = [7; 16];
    const BOND: Bond = Bond { query: 1, sight: 2 };

    fn cursor(key: Key) -> Cursor {
        Cursor { segment: 3, ordinal: 40, end: 99, key, place: Place { part: -5, rid: 12 } }
    }

    #[test]
    fn a_token_leads_back() {
        for key in [Key::None, Key::Int(-7), Key::Real(0.5), Key::Text("åse".to_string()), Key::Text(String::new())] {
            let made = seal(&SECRET, BOND, &cursor(key.clone()));
            assert_eq!(open(&SECRET, BOND, &made).unwrap(), cursor(key));
        }
    }

    #[test]
    fn a_token_is_refused_elsewhere_and_when_changed() {
        let made = seal(&SECRET, BOND, &cursor(Key::Int(1)));
        assert!(open(&SECRET, Bond { sight: 3, ..BOND }, &made).is_none());
        assert!(open(&SECRET, Bond { query: 3, ..BOND }, &made).is_none());
        assert!(open(&[8; 16], BOND, &made).is_none());
        for at in 0..made.len() {
            let mut changed = made.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            let opened = open(&SECRET, BOND, &changed);
            // The last digit has bits that carry nothing.
            assert!(opened.is_none() || at == made.len() - 1, "{at}");
        }
        for junk in ["", "A", "ææ", "====", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(open(&SECRET, BOND, junk).is_none());
        }
    }
}
