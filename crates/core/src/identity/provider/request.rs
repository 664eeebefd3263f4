//! What is said to a provider: the request, the assertion that shows who Akson is, proofs, the code for tokens; and the
//! code in the address with which a browser comes back.
//!
//! Spec: OpenID Connect Core sections 3.1.2 and 9, RFC 7523, RFC 7636, RFC 9207, RFC 9449.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::super::assertion::ASSERTION_TYPE;
use super::super::{Identity, secret};
use super::configured::Provider;
use super::fault::Fault;
use super::metadata::Metadata;
use crate::error::Error;
use crate::query::Pair;

/// How long an assertion counts; HelseID takes no longer ones.
const ASSERTION_LIFE_S: i64 = 60;

fn pair(name: &str, value: impl Into<String>) -> Pair {
    (name.to_string(), value.into())
}

impl Identity<'_> {
    /// The parameters of a request; `fresh` asks the provider not to take an earlier sign-in for this one.
    pub fn sign_in_request(
        &self,
        provider: &Provider,
        state: &str,
        redirect: &str,
        fresh: bool,
    ) -> Result<Vec<Pair>, Error> {
        let challenge = secret::encode(&secret::hash(&self.verifier(state)?));
        let mut pairs = vec![
            pair("response_type", "code"),
            pair("client_id", &provider.client_id),
            pair("redirect_uri", redirect),
            pair("scope", &provider.scope),
            pair("state", state),
            pair("nonce", self.nonce(state)?),
            pair("code_challenge", challenge),
            pair("code_challenge_method", "S256"),
        ];
        if !provider.acr_values.is_empty() {
            pairs.push(pair("acr_values", &provider.acr_values));
        }
        if fresh {
            pairs.push(pair("prompt", "login"));
        }
        Ok(pairs)
    }

    /// The parameters that show a provider who this server is.
    pub async fn client_assertion(&self, provider: &Provider, metadata: &Metadata) -> Result<Vec<Pair>, Error> {
        let now = self.core.now() / 1_000_000;
        let claims = json!({
            "iss": provider.client_id, "sub": provider.client_id, "aud": provider.issuer, "jti": secret::random()?,
            "iat": now, "nbf": now, "exp": now + ASSERTION_LIFE_S,
        });
        let assertion = self.sign_as_client(&metadata.assertion_algorithms, &claims).await?;
        Ok(vec![
            pair("client_id", &provider.client_id),
            pair("client_assertion_type", ASSERTION_TYPE),
            pair("client_assertion", assertion),
        ])
    }

    /// The parameters that turn a code into tokens, without those that show who this server is.
    pub fn code_request(&self, code: &str, state: &str, redirect: &str) -> Result<Vec<Pair>, Error> {
        Ok(vec![
            pair("grant_type", "authorization_code"),
            pair("code", code),
            pair("redirect_uri", redirect),
            pair("code_verifier", self.verifier(state)?),
        ])
    }
}

/// The code with which a browser comes back from a provider, if it is from that provider.
pub fn code_in<'p>(provider: &Provider, metadata: &Metadata, pairs: &'p [Pair]) -> Result<&'p str, Fault> {
    let all = |name: &'static str| pairs.iter().filter(move |pair| pair.0 == name).map(|pair| pair.1.as_str());
    let one = |name: &'static str| {
        let mut found = all(name);
        let first = found.next();
        if found.next().is_some() { Err(Fault::Back("a parameter stands twice")) } else { Ok(first) }
    };
    match one("iss")? {
        Some(issuer) if issuer != provider.issuer => return Err(Fault::Back("it is from another issuer")),
        None if metadata.says_issuer => return Err(Fault::Back("it does not say from which issuer it is")),
        _ => {}
    }
    if one("error")?.is_some() {
        return Err(Fault::Refused);
    }
    one("code")?.filter(|code| !code.is_empty()).ok_or(Fault::Back("there is no code"))
}

/// A key for the proofs of one sign-in.
pub struct ProofKey {
    private: EncodingKey,
    public: Jwk,
}

impl ProofKey {
    /// A new one.
    pub fn new() -> Result<ProofKey, Error> {
        let broken = || Error::Broken("a key for proofs can't be made".to_string());
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| broken())?;
        let private = EncodingKey::from_ec_der(pair.to_pkcs8v1().map_err(|_| broken())?.as_ref());
        let public = Jwk::from_encoding_key(&private, Algorithm::ES256).map_err(|_| broken())?;
        Ok(ProofKey { private, public })
    }

    /// The proof of a request, with the provider's nonce and for an access token if there are any.
    pub fn proof(
        &self,
        (method, url): (&str, &str),
        now: i64,
        nonce: Option<&str>,
        token: Option<&str>,
    ) -> Result<String, Error> {
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let mut claims = json!({ "jti": secret::random()?, "htm": method, "htu": url, "iat": now / 1_000_000 });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        if let Some(token) = token {
            claims["ath"] = secret::encode(&secret::hash(token)).into();
        }
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("dpop+jwt".to_string());
        header.jwk = Some(Jwk { common: Default::default(), algorithm: self.public.algorithm.clone() });
        jsonwebtoken::encode(&header, &claims, &self.private)
            .map_err(|_| Error::Broken("a proof could not be signed".to_string()))
    }
}
