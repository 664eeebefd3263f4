//! Texts that stand in an address and that nobody else can read: what somebody searched for.
//!
//! A name must not stand in an address, since addresses stand in histories and logs; and a page must have one, so that one can
//! come back to it. Encrypted and authenticated with a key of the database and bound to a purpose and a session.
//! What it does not do: keep anything.

use std::hash::{DefaultHasher, Hash, Hasher};

use akson_store::search::page::{Bond, open_bytes, seal_bytes};

use crate::Core;
use crate::error::Error;

/// Bytes that make two veiled texts differ.
const OWN_BYTES: usize = 16;

impl Core {
    /// A text as it may stand in an address, for one purpose and one session.
    pub fn veiled(&self, purpose: &str, session: &str, text: &str) -> Result<String, Error> {
        let mut bytes = crate::random_name().into_bytes();
        bytes.truncate(OWN_BYTES);
        bytes.resize(OWN_BYTES, b'0');
        bytes.extend(text.as_bytes());
        Ok(seal_bytes(self.store().read()?.token_key(), bond(purpose, session), bytes))
    }

    /// The text again; none if it was made for another purpose or session, or changed.
    pub fn unveiled(&self, purpose: &str, session: &str, token: &str) -> Result<Option<String>, Error> {
        let view = self.store().read()?;
        let bytes = open_bytes(view.token_key(), bond(purpose, session), token);
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes.get(OWN_BYTES..)?.to_vec()).ok()))
    }
}

fn bond(purpose: &str, session: &str) -> Bond {
    let hash = |text: &str| {
        let mut hasher = DefaultHasher::new();
        ("veiled", text).hash(&mut hasher);
        hasher.finish()
    };
    Bond { query: hash(purpose), sight: hash(session) }
}

#[cfg(test)]
mod tests {
    use crate::{Core, Settings};

    #[test]
    fn a_veiled_text_is_for_its_session_alone() {
        let core = Core::in_memory(Settings::default()).unwrap();
        let token = core.veiled("search", "mine", "Åse Testmyr").unwrap();
        assert!(!token.contains("Testmyr") && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        assert_ne!(token, core.veiled("search", "mine", "Åse Testmyr").unwrap());
        assert_eq!(core.unveiled("search", "mine", &token).unwrap().as_deref(), Some("Åse Testmyr"));
        assert_eq!(core.unveiled("search", "yours", &token).unwrap(), None);
        assert_eq!(core.unveiled("other", "mine", &token).unwrap(), None);
        assert_eq!(core.unveiled("search", "mine", &token[1..]).unwrap(), None);
    }
}
