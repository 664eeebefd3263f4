//! Ids that the server makes: a place, encrypted.
//!
//! An id is the AES-128 encryption of (number, part, check bits) under the database's own key, in base32: 26 small
//! letters and digits. It leads to its place without a row in the directory, and can be neither guessed nor counted.
//! The check bits name the type, so an id of another type or another database leads nowhere.

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use crate::Place;

/// The length of an id made here.
pub const LENGTH: usize = 26;

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Parts and numbers take 48 bits each.
const NUMBER_MAX: i64 = 1 << 46;
const CHECK: u32 = 0xA6_50_7E_15;

/// Makes and reads ids.
#[derive(Clone)]
pub struct Ids {
    cipher: Aes128,
}

impl Ids {
    /// With this key.
    pub fn new(key: [u8; 16]) -> Ids {
        Ids { cipher: Aes128::new(&key.into()) }
    }

    /// The id of a place that was given to a resource of this type.
    pub fn make(&self, type_number: i64, place: Place) -> String {
        let mut block = [0; 16];
        block[..6].copy_from_slice(&place.rid.to_le_bytes()[..6]);
        block[6..12].copy_from_slice(&(place.part + NUMBER_MAX).to_le_bytes()[..6]);
        block[12..].copy_from_slice(&(CHECK ^ type_number as u32).to_le_bytes());
        let mut block = block.into();
        self.cipher.encrypt_block(&mut block);
        base32(u128::from_be_bytes(block.into()))
    }

    /// The place an id was made for; `None` if it was not made here for this type.
    pub fn read(&self, type_number: i64, id: &str) -> Option<Place> {
        let mut block = from_base32(id)?.to_be_bytes().into();
        self.cipher.decrypt_block(&mut block);
        let block: [u8; 16] = block.into();
        let check = u32::from_le_bytes([block[12], block[13], block[14], block[15]]);
        if check != CHECK ^ type_number as u32 {
            return None;
        }
        Some(Place { rid: six(&block[..6]), part: six(&block[6..12]) - NUMBER_MAX })
    }
}

fn six(bytes: &[u8]) -> i64 {
    bytes.iter().rev().fold(0, |sum, byte| (sum << 8) | i64::from(*byte))
}

fn base32(number: u128) -> String {
    let mut text = String::with_capacity(LENGTH);
    for n in (0..LENGTH).rev() {
        text.push(char::from(ALPHABET[(number >> (5 * n)) as usize & 31]));
    }
    text
}

fn from_base32(text: &str) -> Option<u128> {
    if text.len() != LENGTH {
        return None;
    }
    let mut number: u128 = 0;
    for (n, byte) in text.bytes().enumerate() {
        let digit = match byte {
            b'a'..=b'z' => byte - b'a',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        if n == 0 && digit > 7 {
            return None;
        }
        number = (number << 5) | u128::from(digit);
    }
    Some(number)
}

/// How the directory keeps an id that a client chose: a UUID in small letters in 16 bytes, anything else as its text.
/// 16 bytes of text are told apart by a leading zero byte.
pub fn pack(id: &str) -> Vec<u8> {
    if let Some(bytes) = uuid(id) {
        return bytes.to_vec();
    }
    if id.len() == 16 {
        return [&[0], id.as_bytes()].concat();
    }
    id.as_bytes().to_vec()
}

/// The id that `pack` kept.
pub fn unpack(bytes: &[u8]) -> String {
    if bytes.len() == 16 {
        let mut out = String::with_capacity(36);
        for (n, byte) in bytes.iter().enumerate() {
            if matches!(n, 4 | 6 | 8 | 10) {
                out.push('-');
            }
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        return out;
    }
    String::from_utf8_lossy(bytes.strip_prefix(&[0]).unwrap_or(bytes)).into_owned()
}

fn uuid(id: &str) -> Option<[u8; 16]> {
    let text = id.as_bytes();
    if text.len() != 36 {
        return None;
    }
    let mut out = [0; 16];
    let mut digits = 0;
    for (n, byte) in text.iter().enumerate() {
        if matches!(n, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        out[digits / 2] = (out[digits / 2] << 4) | digit;
        digits += 1;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_place() {
        let ids = Ids::new([9; 16]);
        let mut seen = std::collections::HashSet::new();
        for rid in (0..5_000).chain([(1 << 47) - 1]) {
            for part in [rid, 17, -1, -1024] {
                let place = Place { part: part.min(NUMBER_MAX - 1), rid };
                let id = ids.make(92, place);
                assert!(akson_fhir::resource::is_id(&id) && id.len() == LENGTH);
                assert_eq!(ids.read(92, &id), Some(place));
                assert_eq!(ids.read(91, &id), None);
                seen.insert(id);
            }
        }
        assert!(seen.len() > 19_000);
    }

    #[test]
    fn what_was_not_made_here_leads_nowhere() {
        let ids = Ids::new([9; 16]);
        let id = Ids::new([8; 16]).make(92, Place { part: 1, rid: 1 });
        assert_eq!(ids.read(92, &id), None);
        for other in
            ["", "abc", "zzzzzzzzzzzzzzzzzzzzzzzzzz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "aaaaaaaaaaaaaaaaaaaaaaaaa1"]
        {
            assert_eq!(ids.read(92, other), None, "{other}");
        }
    }

    #[test]
    fn a_packed_id_comes_back() {
        for id in
            ["a", "0123456789abcdef", "6ce5542c-a951-40ca-be15-793174c69d83", "6CE5542C-a951-40ca-be15-793174c69d83"]
        {
            assert_eq!(unpack(&pack(id)), id);
        }
        assert_eq!(pack("6ce5542c-a951-40ca-be15-793174c69d83").len(), 16);
        assert_eq!(pack("0123456789abcdef").len(), 17);
    }
}
