//! Keyed hashes that stand for texts in index rows.
//!
//! Keyed with a secret of the database, so nobody can choose texts that collide. Widths are a choice of
//! bytes on disk: a short code or an address takes 48 bits (6 bytes in a row), any other text 64, a system 32. Bodies
//! are not looked at again, so a width must be enough by itself.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;

/// The hashes of one database.
#[derive(Clone, Copy)]
pub struct Hashes {
    key: (u64, u64),
}

/// How far below the code of an address the target of a reference to it stands.
pub(crate) const TARGETS: i64 = 1 << 48;

impl Hashes {
    /// With this key.
    pub fn new(key: [u8; 16]) -> Hashes {
        let key = u128::from_le_bytes(key);
        Hashes { key: (key as u64, (key >> 64) as u64) }
    }

    fn hash(&self, kind: u8, text: &str) -> u64 {
        let mut hasher = SipHasher13::new_with_keys(self.key.0, self.key.1);
        hasher.write_u8(kind);
        hasher.write(text.as_bytes());
        hasher.finish()
    }

    /// Of a code, an identifier's value or an address, signed. 48 bits; all 64 of what may be one of millions, such as
    /// the number of a person: with 48, two of five million people would share one more often than once in thirty
    /// databases, and nothing else tells them apart.
    pub fn code(&self, text: &str) -> i64 {
        let whole = self.hash(1, text) as i64;
        if may_be_of_millions(text) { whole } else { whole >> 16 }
    }

    /// Of a system: 32 bits, signed. The empty system is 0, and nothing else is.
    pub fn system(&self, text: &str) -> i64 {
        if text.is_empty() {
            return 0;
        }
        let short = (self.hash(2, text) as i64) >> 32;
        if short == 0 { 1 } else { short }
    }

    /// Of a text as written: 48 bits, signed.
    pub fn text(&self, text: &str) -> i64 {
        (self.hash(3, text) as i64) >> 16
    }

    /// Of a reference's target that is not a local resource: negative, and always [`TARGETS`] below the address's own
    /// code, so that a canonical address meets the resource whose `url` it is.
    pub fn target(&self, text: &str) -> i64 {
        self.code(text) - TARGETS
    }

    /// 64 bits of whatever else.
    pub fn any(&self, text: &str) -> u64 {
        self.hash(5, text)
    }
}

/// Short codes and addresses are a vocabulary; numbers of persons have eleven digits.
fn may_be_of_millions(text: &str) -> bool {
    text.len() > 10 && !text.starts_with("http") && !text.starts_with('\u{1}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_keep_their_widths() {
        let hashes = Hashes::new([7; 16]);
        for n in 0..10_000 {
            let text = format!("text {n}");
            assert!(hashes.code(&format!("{n}")).abs() <= 1 << 47);
            assert!(hashes.code(&format!("http://example.org/{n}")).abs() <= 1 << 47);
            assert!(hashes.system(&text).abs() <= 1 << 31);
            assert!(hashes.target(&text) < 0);
        }
        assert_eq!(hashes.system(""), 0);
        let wide = |n: i64| hashes.code(&format!("{}", 13_097_248_022 + n)).unsigned_abs() > 1 << 48;
        assert!((0..100).filter(|n| wide(*n)).count() > 90);
    }

    #[test]
    fn another_key_gives_other_hashes() {
        assert_ne!(Hashes::new([1; 16]).code("a"), Hashes::new([2; 16]).code("a"));
    }
}
