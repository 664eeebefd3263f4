//! What others must know to talk to an issuer: its metadata and its public keys.
//!
//! Spec: <https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html>, OpenID Connect Discovery, RFC 8414.

use akson_core::identity::{Issuer, Profile, Refused, Site, proof_algorithms};
use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::ask::Ask;
use super::error;

/// What SMART clients may count on.
const CAPABILITIES: &[&str] = &["client-confidential-asymmetric", "permission-v1", "permission-v2"];

/// `GET [base]/.well-known/smart-configuration`.
pub async fn smart(ask: Ask) -> Result<Response<Body>, Refused> {
    let mut metadata = common(&ask.site, Issuer::Smart);
    metadata["capabilities"] = json!(CAPABILITIES);
    Ok(error::json(StatusCode::OK, &metadata))
}

/// The metadata of an issuer.
pub async fn openid(ask: Ask) -> Result<Response<Body>, Refused> {
    Ok(error::json(StatusCode::OK, &common(&ask.site, ask.issuer)))
}

/// The public keys of an issuer.
pub async fn keys(ask: Ask) -> Result<Response<Body>, Refused> {
    let keys = ask.desk.core.identity().public_keys(ask.issuer).await?;
    Ok(error::json(StatusCode::OK, &keys))
}

fn common(site: &Site, issuer: Issuer) -> Value {
    let profiles = Profile::ALL.into_iter().filter(|profile| profile.issuer() == issuer);
    let mut algorithms: Vec<String> = Vec::new();
    for algorithm in profiles.flat_map(Profile::assertion_algorithms) {
        let name = format!("{algorithm:?}");
        if !algorithms.contains(&name) {
            algorithms.push(name);
        }
    }
    json!({
        "issuer": site.issuer(issuer),
        "jwks_uri": site.endpoint(issuer, "jwks"),
        "token_endpoint": site.endpoint(issuer, "token"),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "dpop_signing_alg_values_supported": proof_algorithms(),
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["system/*.cruds"],
    })
}
