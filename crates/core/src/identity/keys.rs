//! The keys that sign for this server: made when first needed, published, retired with overlap, revoked at once.
//!
//! Private keys are sealed (AES-256-GCM) with a key that stands in a file of its own beside the database and not in its
//! backups (docs/decisions/0012). Without that file new keys are made; then everybody signs in again.
//! Spec: RFC 7517; RS256 for SMART's id_tokens, ES256 for everything else.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use akson_store::{KeyRow, Store, View};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::{Value, json};

use super::site::Issuer;
use super::{Identity, jwt, secret};
use crate::base64;
use crate::error::Error;

/// The file of the key that seals the others.
const SEAL_FILE: &str = "signing.key";
/// After this a key is replaced by itself.
const KEY_AGE_MAX_US: i64 = 90 * 86_400 * 1_000_000;
/// How long a retired key is still published: longer than anything it signed lives.
const OVERLAP_US: i64 = 86_400 * 1_000_000;
/// Keys of these algorithms are made.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::ES256, Algorithm::RS256];

/// What a key is for. One key has one purpose, so that nothing signed for one counts for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Access tokens and ID tokens of this server.
    Tokens,
    /// Showing a provider who this server is.
    Client,
}

impl Purpose {
    /// How a row names the algorithm of a key with this purpose.
    fn word(self, algorithm: Algorithm) -> String {
        match self {
            Purpose::Tokens => format!("{algorithm:?}"),
            Purpose::Client => format!("{algorithm:?} client"),
        }
    }
}

/// What seals private keys.
pub(crate) struct Seal(LessSafeKey);

/// The keys in use.
pub(crate) struct Keyring {
    seal: Arc<Seal>,
    keys: RwLock<Vec<Arc<Key>>>,
}

pub(crate) struct Key {
    kid: String,
    purpose: Purpose,
    algorithm: Algorithm,
    made: i64,
    retired: i64,
    gone: i64,
    encoding: EncodingKey,
    decoding: DecodingKey,
    jwk: Value,
}

/// A key as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// Its name.
    pub kid: String,
    /// What it signs with, and `client` if it shows providers who this server is.
    pub algorithm: String,
    /// When it was made.
    pub made: i64,
    /// When it stopped signing.
    pub retired: Option<i64>,
    /// When what it signed is worth nothing.
    pub gone: Option<i64>,
}

impl Seal {
    /// The one of a folder; makes it if there is none.
    pub(crate) fn of(folder: &Path) -> Result<Seal, Error> {
        let path = folder.join(SEAL_FILE);
        let failed = |error: std::io::Error| Error::Unavailable(format!("{SEAL_FILE}: {error}"));
        match std::fs::read(&path) {
            Ok(bytes) => {
                use std::os::unix::fs::PermissionsExt;
                let mode = std::fs::metadata(&path).map_err(failed)?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(Error::Unavailable(format!("others may read {SEAL_FILE}; run chmod 600 on it")));
                }
                Seal::new(&bytes)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let bytes = secret::random_bytes()?;
                write_private(&path, &bytes).map_err(failed)?;
                Seal::new(&bytes)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// One that is gone with the process.
    pub(crate) fn passing() -> Result<Seal, Error> {
        Seal::new(&secret::random_bytes()?)
    }

    fn new(bytes: &[u8]) -> Result<Seal, Error> {
        let key = UnboundKey::new(&AES_256_GCM, bytes);
        let key = key.map_err(|_| Error::Unavailable(format!("{SEAL_FILE} has a wrong length")))?;
        Ok(Seal(LessSafeKey::new(key)))
    }

    fn close(&self, kid: &str, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&secret::random_bytes()?[..NONCE_LEN]);
        let mut sealed = bytes.to_vec();
        let done = self.0.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(kid.as_bytes()),
            &mut sealed,
        );
        done.map_err(|_| Error::Broken("a key could not be sealed".to_string()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    fn open(&self, kid: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = rest.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut bytes).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

impl Keyring {
    /// The keys of a record.
    pub(crate) fn load(store: &Store, seal: Seal) -> Result<Keyring, Error> {
        let ring = Keyring { seal: Arc::new(seal), keys: RwLock::default() };
        ring.reload(&*store.read()?)?;
        Ok(ring)
    }

    /// Takes the keys as they are kept. What can't be unsealed is left out.
    fn reload(&self, view: &View) -> Result<(), Error> {
        let rows = view.signing_keys()?;
        let keys = rows.iter().filter_map(|row| Key::of(row, &self.seal.open(&row.kid, &row.sealed)?)).map(Arc::new);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys.collect();
        Ok(())
    }

    fn all(&self) -> Vec<Arc<Key>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn signing(&self, purpose: Purpose, algorithm: Algorithm, now: i64) -> Option<Arc<Key>> {
        let all = self.all().into_iter();
        let mut keys = all.filter(|key| key.purpose == purpose && key.algorithm == algorithm && key.retired > now);
        match purpose {
            Purpose::Tokens => keys.next_back(),
            // The next one waits until providers know it.
            Purpose::Client => keys.next(),
        }
    }

    /// The public half of a key that counts.
    pub(crate) fn public(&self, kid: &str, algorithm: Algorithm, now: i64) -> Option<DecodingKey> {
        let keys = self.all();
        let fits = |key: &&Arc<Key>| key.purpose == Purpose::Tokens && key.algorithm == algorithm && key.gone > now;
        let key = keys.iter().filter(fits).find(|key| key.kid == kid)?;
        Some(key.decoding.clone())
    }
}

impl Key {
    fn of(row: &KeyRow, private: &[u8]) -> Option<Key> {
        let purposes = [Purpose::Tokens, Purpose::Client].into_iter();
        let mut known = purposes.flat_map(|purpose| ALGORITHMS.map(|algorithm| (purpose, algorithm)));
        let (purpose, algorithm) = known.find(|(purpose, algorithm)| purpose.word(*algorithm) == row.algorithm)?;
        let encoding = encoding(algorithm, private).ok()?;
        let public = Jwk::from_encoding_key(&encoding, algorithm).ok()?;
        let decoding = DecodingKey::from_jwk(&public).ok()?;
        let mut jwk = serde_json::to_value(&public).ok()?;
        jwk["kid"] = json!(row.kid);
        jwk["use"] = json!("sig");
        if purpose == Purpose::Client
            && let Some(members) = jwk.as_object_mut()
        {
            // Providers differ in with which of its algorithms they take it.
            members.remove("alg");
        }
        let (kid, made, retired, gone) = (row.kid.clone(), row.made, row.retired, row.gone);
        Some(Key { kid, purpose, algorithm, made, retired, gone, encoding, decoding, jwk })
    }
}

fn encoding(algorithm: Algorithm, pkcs8: &[u8]) -> Result<EncodingKey, Error> {
    let broken = |_| Error::Broken("a signing key can't be read".to_string());
    if algorithm == Algorithm::ES256 {
        return Ok(EncodingKey::from_ec_der(pkcs8));
    }
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    base64::encode(pkcs8, &mut pem);
    pem.push_str("\n-----END PRIVATE KEY-----\n");
    EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(broken)
}

fn generate(algorithm: Algorithm) -> Result<Vec<u8>, Error> {
    let broken = |_| Error::Broken("a signing key can't be made".to_string());
    if algorithm == Algorithm::ES256 {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(broken)?;
        return Ok(pair.to_pkcs8v1().map_err(broken)?.as_ref().to_vec());
    }
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(broken)?;
    Ok(AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).map_err(broken)?.as_ref().to_vec())
}

impl Identity<'_> {
    /// Signs claims as a token of a type.
    pub(crate) async fn sign(&self, algorithm: Algorithm, kind: &str, claims: &Value) -> Result<String, Error> {
        self.sign_for(Purpose::Tokens, (algorithm, algorithm), kind, claims).await
    }

    /// The same with a key of a purpose; a key of RSA signs with each of its kinds.
    pub(crate) async fn sign_for(
        &self,
        purpose: Purpose,
        (key, algorithm): (Algorithm, Algorithm),
        kind: &str,
        claims: &Value,
    ) -> Result<String, Error> {
        let key = self.signing_key(purpose, key).await?;
        let mut header = Header::new(algorithm);
        header.typ = Some(kind.to_string());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.encoding)
            .map_err(|_| Error::Broken("a token could not be signed".to_string()))
    }

    pub(crate) async fn signing_key(&self, purpose: Purpose, algorithm: Algorithm) -> Result<Arc<Key>, Error> {
        let now = self.core.now();
        match self.state().keys.signing(purpose, algorithm, now) {
            Some(key) if purpose == Purpose::Client || key.made.saturating_add(KEY_AGE_MAX_US) > now => Ok(key),
            old => self.new_key(purpose, algorithm, old.map(|key| key.kid.clone())).await,
        }
    }

    /// Makes a key, unless another request just did; retires the one before.
    async fn new_key(&self, purpose: Purpose, algorithm: Algorithm, before: Option<String>) -> Result<Arc<Key>, Error> {
        let now = self.core.now();
        let row = self.key_row(purpose, algorithm)?;
        let (ours, seal) = (row.clone(), Arc::clone(&self.state().keys.seal));
        let kept = self.core.store().write(move |tx| {
            let there = tx.signing_keys()?.into_iter().any(|other| {
                other.algorithm == ours.algorithm
                    && other.retired > now
                    && Some(&other.kid) != before.as_ref()
                    // A key that can't be unsealed signs nothing.
                    && seal.open(&other.kid, &other.sealed).is_some()
            });
            if !there {
                if let Some(before) = &before {
                    tx.end_signing_key(before, now, now.saturating_add(OVERLAP_US))?;
                }
                tx.forget_signing_keys(now)?;
                tx.keep_signing_key(&ours)?;
            }
            Ok(())
        });
        kept.await?;
        self.state().keys.reload(&*self.core.store().read()?)?;
        let made = self.state().keys.signing(purpose, algorithm, now);
        made.ok_or_else(|| Error::Broken("a signing key is missing".to_string()))
    }

    fn key_row(&self, purpose: Purpose, algorithm: Algorithm) -> Result<KeyRow, Error> {
        let private = generate(algorithm)?;
        let encoding = encoding(algorithm, &private)?;
        let public = Jwk::from_encoding_key(&encoding, algorithm).ok().and_then(|jwk| serde_json::to_value(jwk).ok());
        let kid = public.and_then(|jwk| jwt::thumbprint(&jwk));
        let kid = kid.ok_or_else(|| Error::Broken("a signing key has no thumbprint".to_string()))?;
        Ok(KeyRow {
            sealed: self.state().keys.seal.close(&kid, &private)?,
            kid,
            algorithm: purpose.word(algorithm),
            made: self.core.now(),
            retired: i64::MAX,
            gone: i64::MAX,
        })
    }

    /// Makes a key beside those that are there.
    pub(crate) async fn next_key(&self, purpose: Purpose, algorithm: Algorithm) -> Result<(), Error> {
        let row = self.key_row(purpose, algorithm)?;
        self.core.store().write(move |tx| tx.keep_signing_key(&row)).await?;
        self.state().keys.reload(&*self.core.store().read()?)
    }

    /// Retires all keys but the newest; whether there were others.
    pub(crate) async fn retire_oldest(&self, purpose: Purpose, algorithm: Algorithm) -> Result<bool, Error> {
        let now = self.core.now();
        let all = self.state().keys.all().into_iter();
        let mut keys = all.filter(|key| key.purpose == purpose && key.algorithm == algorithm && key.retired > now);
        keys.next_back();
        let old: Vec<String> = keys.map(|key| key.kid.clone()).collect();
        if old.is_empty() {
            return Ok(false);
        }
        let ended = self.core.store().write(move |tx| {
            for kid in &old {
                tx.end_signing_key(kid, now, now.saturating_add(OVERLAP_US))?;
            }
            Ok(())
        });
        ended.await?;
        self.state().keys.reload(&*self.core.store().read()?)?;
        Ok(true)
    }

    /// The public halves of keys that count.
    pub(crate) fn published(&self, wanted: impl Fn(Purpose, Algorithm) -> bool) -> Vec<Value> {
        let now = self.core.now();
        let keys = self.state().keys.all();
        let keys = keys.iter().filter(|key| key.gone > now && wanted(key.purpose, key.algorithm));
        keys.map(|key| key.jwk.clone()).collect()
    }

    /// The public keys of an issuer, as a JWK set.
    pub async fn public_keys(&self, issuer: Issuer) -> Result<Value, Error> {
        let wanted = |algorithm| issuer == Issuer::Smart || algorithm != Algorithm::RS256;
        for algorithm in ALGORITHMS.into_iter().filter(|algorithm| wanted(*algorithm)) {
            self.signing_key(Purpose::Tokens, algorithm).await?;
        }
        Ok(json!({ "keys": self.published(|purpose, algorithm| purpose == Purpose::Tokens && wanted(algorithm)) }))
    }

    /// Every key that still counts.
    pub fn keys(&self) -> Vec<KeyState> {
        let now = self.core.now();
        let ended = |at: i64| (at < i64::MAX).then_some(at);
        let state = |key: &Arc<Key>| KeyState {
            kid: key.kid.clone(),
            algorithm: key.purpose.word(key.algorithm),
            made: key.made,
            retired: ended(key.retired),
            gone: ended(key.gone),
        };
        self.state().keys.all().iter().filter(|key| key.gone > now).map(state).collect()
    }

    /// Replaces every key that signs tokens; the old ones count for another day.
    pub async fn rotate_keys(&self) -> Result<(), Error> {
        for algorithm in ALGORITHMS {
            let before = self.state().keys.signing(Purpose::Tokens, algorithm, self.core.now());
            self.new_key(Purpose::Tokens, algorithm, before.map(|key| key.kid.clone())).await?;
        }
        Ok(())
    }

    /// Ends a key at once: nothing that it signed counts any more. False if there is none.
    pub async fn revoke_key(&self, kid: &str) -> Result<bool, Error> {
        let (now, name) = (self.core.now(), kid.to_string());
        let ended = self.core.store().write(move |tx| tx.end_signing_key(&name, now, now)).await?;
        self.state().keys.reload(&*self.core.store().read()?)?;
        self.state().tokens.forget_checked();
        Ok(ended)
    }
}
