//! Signed tokens of others and our own: taken apart, and their signatures checked.
//!
//! The header is read strictly before anything is believed: only algorithms that the caller names, nothing critical,
//! no key, address or certificate in it is followed. Times are checked with the record's clock, by the caller.
//! Spec: RFC 7515, RFC 7519, RFC 8725.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use super::secret;

/// Characters in a token.
const TOKEN_MAX: usize = 16 << 10;
/// Bits of the smallest RSA key.
const RSA_BITS_MIN: usize = 2048;

/// A token whose signature is not checked yet.
pub(crate) struct Unchecked<'t> {
    token: &'t str,
    /// The algorithm in the header.
    pub(crate) algorithm: Algorithm,
    /// The whole header.
    pub(crate) header: Map<String, Value>,
}

/// The claims of a token whose signature is right.
#[derive(Clone, Debug)]
pub(crate) struct Claims(pub(crate) Map<String, Value>);

/// Takes a token apart; nothing if it is none, or if its algorithm is not one of these.
pub(crate) fn open<'t>(token: &'t str, allowed: &[Algorithm]) -> Option<Unchecked<'t>> {
    if token.len() > TOKEN_MAX {
        return None;
    }
    let mut parts = token.split('.');
    let (head, _, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let header: Map<String, Value> = serde_json::from_slice(&secret::decode(head)?).ok()?;
    let named = header.get("alg")?.as_str()?;
    let algorithm = allowed.iter().copied().find(|known| format!("{known:?}") == named)?;
    // Nothing that must be understood is known here.
    if header.contains_key("crit") || header.contains_key("b64") {
        return None;
    }
    Some(Unchecked { token, algorithm, header })
}

impl Unchecked<'_> {
    /// A text of the header.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// The claims, if the key made the signature.
    pub(crate) fn check(&self, key: &DecodingKey) -> Option<Claims> {
        let mut validation = Validation::new(self.algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let data = jsonwebtoken::decode::<Map<String, Value>>(self.token, key, &validation).ok()?;
        Some(Claims(data.claims))
    }
}

impl Claims {
    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A time in seconds since 1970, as microseconds.
    pub(crate) fn time(&self, name: &str) -> Option<i64> {
        let value = self.0.get(name)?;
        let seconds = value.as_i64().or_else(|| {
            let seconds = value.as_f64()?;
            (seconds.is_finite() && seconds.abs() < 1e12).then_some(seconds as i64)
        })?;
        seconds.checked_mul(1_000_000)
    }
}

/// The public key of a JWK, if it is one for signatures with this algorithm and strong enough.
pub(crate) fn public_key(jwk: &Value, algorithm: Algorithm) -> Option<DecodingKey> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let fits = match algorithm {
        Algorithm::ES256 => text("kty")? == "EC" && text("crv")? == "P-256",
        Algorithm::ES384 => text("kty")? == "EC" && text("crv")? == "P-384",
        Algorithm::EdDSA => text("kty")? == "OKP" && text("crv")? == "Ed25519",
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => false,
        _ => text("kty")? == "RSA" && secret::decode(text("n")?)?.len() * 8 >= RSA_BITS_MIN,
    };
    let meant = text("use").is_none_or(|wanted| wanted == "sig")
        && text("alg").is_none_or(|wanted| wanted == format!("{algorithm:?}"));
    if !fits || !meant || is_private(jwk) {
        return None;
    }
    let parsed: Jwk = serde_json::from_value(jwk.clone()).ok()?;
    DecodingKey::from_jwk(&parsed).ok()
}

/// Whether a JWK holds what nobody should have given away.
pub(crate) fn is_private(jwk: &Value) -> bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|name| jwk.get(name).is_some())
}

/// The thumbprint of a public JWK. Spec: RFC 7638.
pub(crate) fn thumbprint(jwk: &Value) -> Option<String> {
    let parsed: Jwk = serde_json::from_value(jwk.clone()).ok()?;
    parsed.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).ok()
}
