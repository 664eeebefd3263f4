//! Secrets that are given out, what is kept of them, and base64 as it stands in addresses.
//!
//! A secret has 256 random bits; only its hash is kept. Spec of the text form: RFC 4648, section 5, without padding.

use sha2::{Digest, Sha256};

use crate::base64;
use crate::error::Error;

/// A hash of a secret or a name.
pub(crate) type Hash = [u8; 32];

/// A new secret.
pub(crate) fn random() -> Result<String, Error> {
    Ok(encode(&random_bytes()?))
}

/// 256 random bits.
pub(crate) fn random_bytes() -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Error::Broken("the system gives no random numbers".to_string()))?;
    Ok(bytes)
}

/// The hash of a text.
pub(crate) fn hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

/// The hash of several texts, none of which can run into the next.
pub(crate) fn hash_all(texts: &[&str]) -> Hash {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().into()
}

/// Whether two secrets are the same, in the same time whatever they are.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

/// Bytes as text for addresses and tokens.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 4);
    base64::encode(bytes, &mut text);
    let swap = |letter| match letter {
        '+' => '-',
        '/' => '_',
        other => other,
    };
    text.trim_end_matches('=').chars().map(swap).collect()
}

/// Such a text as bytes; nothing if it is none.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let sound = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !sound {
        return None;
    }
    base64::decode(&text.replace('-', "+").replace('_', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_for_addresses_comes_back() {
        for bytes in [&[][..], &[255], &[251, 255], &[0, 16, 131, 16]] {
            let text = encode(bytes);
            assert!(!text.contains(['+', '/', '=']), "{text}");
            assert_eq!(decode(&text).as_deref(), Some(bytes));
        }
        assert_eq!(decode("a+b/"), None);
        assert_eq!(decode("a b"), None);
    }

    #[test]
    fn texts_do_not_run_into_each_other() {
        assert_ne!(hash_all(&["ab", "c"]), hash_all(&["a", "bc"]));
    }
}
