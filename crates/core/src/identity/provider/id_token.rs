//! Whether an ID token is believed: its signature first, then every claim that says for whom, from whom and when.
//!
//! Pure: the same token, keys and moment always give the same answer. Nothing in the header is followed but the name of a
//! key. Spec: OpenID Connect Core section 3.1.3.7, RFC 8725.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use super::super::jwt::{self, Claims, Unchecked};
use super::super::secret;
use super::configured::Provider;
use super::fault::Fault;
use super::metadata::Metadata;

/// How much clocks may differ.
const SKEW_US: i64 = 10 * 1_000_000;
/// How old an ID token may be when it comes.
const AGE_MAX_US: i64 = 600 * 1_000_000;
/// Keys of a provider.
const KEYS_MAX: usize = 100;
/// Characters of a subject.
const SUBJECT_MAX: usize = 255;

/// What a sign-in expects of its ID token.
#[derive(Clone, Copy)]
pub struct Expected<'e> {
    /// The nonce of the request.
    pub nonce: &'e str,
    /// The access token that came with it.
    pub access: Option<&'e str>,
    /// The present moment.
    pub now: i64,
    /// If the provider had to ask anew: since when.
    pub since: Option<i64>,
}

/// What a provider says of somebody. It has no way to be printed: there are numbers of people in it.
#[derive(Clone)]
pub struct Told(pub(super) Map<String, Value>);

/// What an ID token says, if it is believed.
pub fn check_id_token(
    provider: &Provider,
    metadata: &Metadata,
    keys: &Value,
    token: &str,
    expected: &Expected<'_>,
) -> Result<Told, Fault> {
    let open = jwt::open(token, &metadata.id_token_algorithms);
    let open = open.ok_or(Fault::IdToken("it is no token with an algorithm of the provider's"))?;
    if open.text("typ").is_some_and(|kind| !kind.eq_ignore_ascii_case("JWT")) {
        return Err(Fault::IdToken("it is a token of another type"));
    }
    let candidates = candidates(keys, &open);
    if candidates.is_empty() {
        return Err(Fault::UnknownKey);
    }
    let claims = candidates.iter().find_map(|key| open.check(key)).ok_or(Fault::IdToken("its signature is wrong"))?;
    if claims.text("iss") != Some(&provider.issuer) {
        return Err(Fault::IdToken("it is of another issuer"));
    }
    is_for(&claims, &provider.client_id)?;
    in_time(&claims, expected)?;
    let nonce = claims.text("nonce").unwrap_or_default();
    if !secret::same(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err(Fault::IdToken("it is of another request"));
    }
    if let Some(hash) = claims.0.get("at_hash") {
        let access = expected.access.ok_or(Fault::IdToken("the access token that it is for is missing"))?;
        if hash.as_str() != Some(&half_hash(open.algorithm, access)) {
            return Err(Fault::IdToken("it is for another access token"));
        }
    }
    let subject = claims.text("sub").unwrap_or_default();
    if subject.is_empty() || subject.len() > SUBJECT_MAX {
        return Err(Fault::IdToken("it is about nobody"));
    }
    Ok(Told(claims.0))
}

impl Told {
    /// With what the provider says elsewhere of the same subject; the ID token's own words stand.
    pub fn with_more(mut self, more: &[u8]) -> Result<Told, Fault> {
        let wrong = Fault::Provider("what it says of the person can't be read");
        let more: Map<String, Value> = serde_json::from_slice(more).map_err(|_| wrong)?;
        if more.get("sub") != self.0.get("sub") {
            return Err(Fault::Provider("it speaks of somebody else"));
        }
        for (name, value) in more {
            self.0.entry(name).or_insert(value);
        }
        Ok(self)
    }
}

/// The provider's keys that may have signed this: of the kid in the header, or the only one that fits if it names none.
fn candidates(keys: &Value, open: &Unchecked<'_>) -> Vec<DecodingKey> {
    let all = keys.get("keys").and_then(Value::as_array).into_iter().flatten().take(KEYS_MAX);
    let kid = open.text("kid");
    let named = |key: &&Value| kid.is_none() || key.get("kid").and_then(Value::as_str) == kid;
    let found: Vec<_> = all.filter(named).filter_map(|key| jwt::public_key(key, open.algorithm)).collect();
    if kid.is_none() && found.len() > 1 { Vec::new() } else { found }
}

fn is_for(claims: &Claims, client: &str) -> Result<(), Fault> {
    let others = Fault::IdToken("it is for somebody else");
    let several = match claims.0.get("aud") {
        Some(Value::String(one)) if one == client => false,
        Some(Value::Array(all)) if all.iter().any(|one| one.as_str() == Some(client)) => all.len() > 1,
        _ => return Err(others),
    };
    match claims.0.get("azp") {
        Some(party) if party.as_str() != Some(client) => Err(others),
        None if several => Err(others),
        _ => Ok(()),
    }
}

fn in_time(claims: &Claims, expected: &Expected<'_>) -> Result<(), Fault> {
    let now = expected.now;
    let until = claims.time("exp").ok_or(Fault::IdToken("it does not say when it ends"))?;
    if until.saturating_add(SKEW_US) <= now {
        return Err(Fault::IdToken("it is too old"));
    }
    let made = claims.time("iat").ok_or(Fault::IdToken("it does not say when it was made"))?;
    if made > now + SKEW_US || made < now - AGE_MAX_US {
        return Err(Fault::IdToken("it is too old or from the future"));
    }
    if claims.0.contains_key("nbf") && claims.time("nbf").is_none_or(|from| from > now + SKEW_US) {
        return Err(Fault::IdToken("it is from the future"));
    }
    // Whole seconds on both sides.
    let before = |asked: i64| claims.time("auth_time").is_some_and(|signed| signed + SKEW_US < asked);
    match expected.since.is_some_and(before) {
        true => Err(Fault::IdToken("the provider took an earlier sign-in for this one")),
        false => Ok(()),
    }
}

/// The left half of a hash, by the token's own algorithm.
fn half_hash(algorithm: Algorithm, text: &str) -> String {
    let by = match algorithm {
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => &SHA384,
        Algorithm::RS512 | Algorithm::PS512 | Algorithm::EdDSA => &SHA512,
        _ => &SHA256,
    };
    let hash = digest::digest(by, text.as_bytes());
    secret::encode(&hash.as_ref()[..hash.as_ref().len() / 2])
}
