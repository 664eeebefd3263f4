//! DPoP proofs: that whoever shows a token holds the key it is bound to.
//!
//! Each proof is taken once, also after a restart. There is no nonce of the server: proofs live a minute, and names
//! are durable. Spec: RFC 9449, section 4.3.

use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::{Identity, jwt, secret};

/// The algorithms of proofs.
pub const PROOF_ALGORITHMS: [Algorithm; 5] =
    [Algorithm::ES256, Algorithm::ES384, Algorithm::PS256, Algorithm::PS384, Algorithm::EdDSA];
/// How old a proof may be.
const AGE_MAX_US: i64 = 60 * 1_000_000;
/// How much clocks may differ.
const SKEW_US: i64 = 10 * 1_000_000;
/// Characters of a name.
const NAME_MAX: usize = 256;

/// A request as a proof must describe it.
#[derive(Clone, Copy, Debug)]
pub struct Proved<'a> {
    /// Every DPoP header of the request.
    pub proofs: &'a [String],
    /// The verb.
    pub method: &'a str,
    /// The address, as others see it.
    pub url: &'a str,
    /// The access token that comes with it.
    pub token: Option<&'a str>,
}

impl Identity<'_> {
    /// The thumbprint of the key behind the only proof of a request; otherwise what is wrong.
    pub(crate) fn prove(&self, request: &Proved<'_>) -> Result<String, &'static str> {
        let [proof] = request.proofs else {
            return Err("exactly one DPoP proof is needed");
        };
        let open = jwt::open(proof, &PROOF_ALGORITHMS).ok_or("the proof is no JWT with an algorithm for proofs")?;
        if open.text("typ") != Some("dpop+jwt") {
            return Err("the type of a proof is dpop+jwt");
        }
        let jwk = open.header.get("jwk").filter(|jwk| jwk.is_object()).ok_or("the proof has no jwk")?;
        let key = jwt::public_key(jwk, open.algorithm).ok_or("the proof's jwk is no public key for its algorithm")?;
        let claims = open.check(&key).ok_or("the proof's signature is wrong")?;
        let thumbprint = jwt::thumbprint(jwk).ok_or("the proof's jwk has no thumbprint")?;
        if claims.text("htm") != Some(request.method) {
            return Err("htm is not the verb of this request");
        }
        let htu = claims.text("htu").and_then(plain_address);
        if htu.is_none() || htu != plain_address(request.url) {
            return Err("htu is not the address of this request");
        }
        if let Some(token) = request.token {
            let hash = secret::encode(&secret::hash(token));
            if claims.text("ath") != Some(hash.as_str()) {
                return Err("ath is not the hash of the access token");
            }
        }
        let now = self.core.now();
        let made = claims.time("iat").ok_or("iat is missing")?;
        if made < now - AGE_MAX_US || made > now + SKEW_US {
            return Err("the proof is too old or from the future");
        }
        let name = claims.text("jti").filter(|name| !name.is_empty() && name.len() <= NAME_MAX);
        let name = name.ok_or("jti is missing or too long")?;
        let until = made + AGE_MAX_US + SKEW_US;
        match self.take_name(secret::hash_all(&["proof", &thumbprint, name]), until) {
            true => Ok(thumbprint),
            false => Err("the proof was used before"),
        }
    }
}

/// An address without query and fragment, its scheme and host in small letters, without a port that goes without
/// saying.
fn plain_address(address: &str) -> Option<String> {
    let address = address.split(['?', '#']).next()?;
    let (scheme, rest) = address.split_once("://")?;
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let common = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = host.strip_suffix(common).unwrap_or(&host);
    (!host.is_empty()).then(|| format!("{scheme}://{host}/{path}"))
}

/// The names of the algorithms, as they stand in challenges and discovery.
pub fn proof_algorithms() -> Vec<Value> {
    PROOF_ALGORITHMS.iter().map(|algorithm| Value::from(format!("{algorithm:?}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_whatever_goes_without_saying() {
        let plain = |address| plain_address(address).unwrap();
        for (one, other, same) in [
            ("https://a.no/fhir/Patient", "https://A.NO:443/fhir/Patient?x=1#y", true),
            ("http://a.no", "http://a.no:80/", true),
            ("https://a.no/fhir", "https://a.no/FHIR", false),
            ("https://a.no/fhir", "https://a.no:8443/fhir", false),
            ("https://a.no/fhir", "http://a.no/fhir", false),
            ("https://a.no/fhir", "https://a.no/fhir/", false),
        ] {
            assert_eq!(plain(one) == plain(other), same, "{one} {other}");
        }
        for wrong in ["", "a.no/fhir", "ftp://a.no/", "https://", "https:///x"] {
            assert_eq!(plain_address(wrong), None, "{wrong}");
        }
    }
}
