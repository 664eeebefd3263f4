//! What a provider publishes about itself, as far as it is used. Spec: OpenID Connect Discovery 1.0, RFC 8414.

use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::configured::Provider;
use super::fault::Fault;

/// With what an ID token may be signed. None of them can be made by who only knows what is public.
const ID_TOKEN_ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// The addresses and abilities of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Where browsers are sent.
    pub authorize: String,
    /// Where codes become tokens.
    pub token: String,
    /// Where requests are pushed.
    pub par: Option<String>,
    /// Its keys.
    pub keys: String,
    /// Where more is said of somebody.
    pub userinfo: Option<String>,
    /// Where browsers are sent to sign out.
    pub end_session: Option<String>,
    /// Whether it says who it is when it sends a browser back.
    pub says_issuer: bool,
    /// Whether it takes proofs of ES256, the kind that is made here.
    pub takes_proofs: bool,
    /// With what it takes assertions.
    pub(super) assertion_algorithms: Vec<String>,
    /// With what it signs ID tokens.
    pub(super) id_token_algorithms: Vec<Algorithm>,
}

impl Metadata {
    /// Where a provider publishes it.
    pub fn address(provider: &Provider) -> String {
        format!("{}/.well-known/openid-configuration", provider.issuer.trim_end_matches('/'))
    }

    /// Reads it; what is of another issuer, or leads away from TLS, is refused.
    pub fn read(provider: &Provider, body: &[u8]) -> Result<Metadata, Fault> {
        let value: Value = serde_json::from_slice(body).map_err(|_| Fault::Metadata("it is no JSON"))?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        if text("issuer") != Some(&provider.issuer) {
            return Err(Fault::Metadata("it is of another issuer"));
        }
        let optional = |name: &str| match text(name) {
            Some(address) if !provider.may_be_at(address) => Err(Fault::Metadata("an address is not https")),
            found => Ok(found.map(str::to_string)),
        };
        let needed = |name: &str| optional(name)?.ok_or(Fault::Metadata("an address is missing"));
        let words = |name: &str| -> Option<Vec<String>> {
            let list = value.get(name)?.as_array()?;
            Some(list.iter().filter_map(Value::as_str).map(str::to_string).collect())
        };
        let has = |name: &str, word: &str| words(name).map(|words| words.iter().any(|one| one == word));
        if has("code_challenge_methods_supported", "S256") == Some(false) {
            return Err(Fault::Metadata("it has no PKCE with S256"));
        }
        if has("token_endpoint_auth_methods_supported", "private_key_jwt") == Some(false) {
            return Err(Fault::Metadata("it does not take private_key_jwt"));
        }
        let flag = |name: &str| value.get(name).and_then(Value::as_bool) == Some(true);
        let signed = words("id_token_signing_alg_values_supported").unwrap_or_else(|| vec!["RS256".to_string()]);
        let known = |algorithm: &Algorithm| signed.iter().any(|word| *word == format!("{algorithm:?}"));
        let par = optional("pushed_authorization_request_endpoint")?;
        if flag("require_pushed_authorization_requests") && par.is_none() {
            return Err(Fault::Metadata("requests must be pushed, and it does not say where"));
        }
        Ok(Metadata {
            authorize: needed("authorization_endpoint")?,
            token: needed("token_endpoint")?,
            par,
            keys: needed("jwks_uri")?,
            userinfo: optional("userinfo_endpoint")?,
            end_session: optional("end_session_endpoint")?,
            says_issuer: flag("authorization_response_iss_parameter_supported"),
            takes_proofs: has("dpop_signing_alg_values_supported", "ES256") == Some(true),
            assertion_algorithms: words("token_endpoint_auth_signing_alg_values_supported").unwrap_or_default(),
            id_token_algorithms: ID_TOKEN_ALGORITHMS.into_iter().filter(known).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::configured::Dialect;
    use super::*;

    #[test]
    fn metadata_of_others_is_refused() {
        let issuer = "https://provider.example.no".to_string();
        let provider = Provider { issuer: issuer.clone(), ..Provider::of("test", Dialect::Helseid) };
        let mut good = serde_json::json!({
            "issuer": issuer, "authorization_endpoint": "https://provider.example.no/a",
            "token_endpoint": "https://provider.example.no/t", "jwks_uri": "https://provider.example.no/k",
            "id_token_signing_alg_values_supported": ["none", "HS256", "PS256"],
            "dpop_signing_alg_values_supported": ["ES256"],
        });
        let read = |value: &Value| Metadata::read(&provider, value.to_string().as_bytes());
        let metadata = read(&good).unwrap();
        assert_eq!(metadata.id_token_algorithms, [Algorithm::PS256]);
        assert!(metadata.takes_proofs && !metadata.says_issuer && metadata.par.is_none());
        for (name, wrong) in [
            ("issuer", "https://provider.example.no/"),
            ("issuer", "https://evil.example"),
            ("token_endpoint", "http://provider.example.no/t"),
            ("token_endpoint", "http://127.0.0.1/t"),
            ("jwks_uri", ""),
        ] {
            let mut bad = good.clone();
            bad[name] = Value::from(wrong);
            assert!(read(&bad).is_err(), "{name} {wrong}");
        }
        good["code_challenge_methods_supported"] = serde_json::json!(["plain"]);
        assert_eq!(read(&good), Err(Fault::Metadata("it has no PKCE with S256")));
        assert!(Metadata::read(&provider, b"<html>").is_err());
    }
}
