//! The key that checkpoints are signed with, and the one they are checked with.
//!
//! The private key is a file in the data folder that only its owner may read. The public one is a line that can be given to
//! anybody; who keeps it with a checkpoint needs to trust nothing else.
//! Spec: <https://github.com/C2SP/C2SP/blob/main/signed-note.md>.

use std::fmt;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use akson_store::audit::Which;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use crate::base64;
use crate::error::Error;

/// The kind of key: Ed25519.
const KIND: u8 = 1;
/// Bytes of a public key.
const PUBLIC_BYTES: usize = 32;

/// The private key.
pub(crate) struct Key {
    pair: Ed25519KeyPair,
    public: Public,
}

/// The public key with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Public {
    pub(crate) name: String,
    key: [u8; PUBLIC_BYTES],
}

impl Key {
    /// The key of a file; makes both if there is none.
    pub(crate) fn of_file(path: &Path) -> Result<Key, Error> {
        let failed = |error: &dyn fmt::Display| Error::Unavailable(format!("the key of the audit: {error}"));
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let bytes = base64::decode(text.trim()).ok_or_else(|| failed(&"it cannot be read"))?;
                Key::of(&bytes)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let (key, bytes) = Key::fresh()?;
                let mut text = String::new();
                base64::encode(&bytes, &mut text);
                let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
                let mut file = file.map_err(|error| failed(&error))?;
                let kept = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
                kept.map_err(|error| failed(&error))?;
                Ok(key)
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// A new one, and how it is kept.
    pub(crate) fn fresh() -> Result<(Key, Vec<u8>), Error> {
        let mut seed = vec![0; 32];
        getrandom::fill(&mut seed).map_err(|_| Error::Broken("the system gives no random numbers".to_string()))?;
        Ok((Key::of(&seed)?, seed))
    }

    fn of(seed: &[u8]) -> Result<Key, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        let pair = pair.map_err(|_| Error::Unavailable("the key of the audit is not one".to_string()))?;
        let key = <[u8; PUBLIC_BYTES]>::try_from(pair.public_key().as_ref());
        let key = key.map_err(|_| Error::Broken("a public key has another length".to_string()))?;
        let name = format!("akson.audit/{}", &crate::fingerprint(&key)[..16]);
        Ok(Key { pair, public: Public { name, key } })
    }

    pub(crate) fn public(&self) -> &Public {
        &self.public
    }

    /// The line that signs a text.
    pub(crate) fn sign(&self, text: &str) -> String {
        let mut bytes = self.public.id().to_vec();
        bytes.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        let mut line = format!("\u{2014} {} ", self.public.name);
        base64::encode(&bytes, &mut line);
        line.push('\n');
        line
    }
}

impl Public {
    /// From its line.
    pub(crate) fn parse(line: &str) -> Option<Public> {
        let mut parts = line.trim().splitn(3, '+');
        let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
        let key = base64::decode(key)?;
        let (KIND, key) = (*key.first()?, <[u8; PUBLIC_BYTES]>::try_from(key.get(1..)?).ok()?) else { return None };
        let public = Public { name: name.to_string(), key };
        (crate::hex(&public.id()) == id).then_some(public)
    }

    /// The name of one of its logs.
    pub(crate) fn origin(&self, which: Which) -> String {
        format!("{}/{}", self.name, which.name())
    }

    fn id(&self) -> [u8; 4] {
        let digest =
            Sha256::new().chain_update(&self.name).chain_update([b'\n', KIND]).chain_update(self.key).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// Whether a line signs a text with this key.
    pub(crate) fn has_signed(&self, text: &str, line: &str) -> bool {
        let Some(rest) = line.strip_prefix("\u{2014} ").and_then(|rest| rest.strip_prefix(self.name.as_str())) else {
            return false;
        };
        let Some(bytes) = rest.strip_prefix(' ').and_then(base64::decode) else { return false };
        let Some((id, signature)) = bytes.split_at_checked(4) else { return false };
        id == self.id() && UnparsedPublicKey::new(&ED25519, &self.key).verify(text.as_bytes(), signature).is_ok()
    }
}

impl fmt::Display for Public {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = String::new();
        base64::encode(&[&[KIND], self.key.as_slice()].concat(), &mut key);
        write!(out, "{}+{}+{key}", self.name, crate::hex(&self.id()))
    }
}
