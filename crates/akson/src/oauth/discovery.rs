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
const CAPABILITIES: &[&str] = &[
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-standalone-patient",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
];
/// Scopes that can be asked for, those of resources by example.
const SCOPES: &[&str] = &[
    "openid",
    "fhirUser",
    "profile",
    "launch",
    "launch/patient",
    "launch/encounter",
    "offline_access",
    "online_access",
    "patient/*.cruds",
    "user/*.cruds",
    "system/*.cruds",
];

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
    let mut metadata = json!({
        "issuer": site.issuer(issuer),
        "jwks_uri": site.endpoint(issuer, "jwks"),
        "authorization_endpoint": site.endpoint(issuer, "authorize"),
        "token_endpoint": site.endpoint(issuer, "token"),
        "introspection_endpoint": site.endpoint(issuer, "introspect"),
        "revocation_endpoint": site.endpoint(issuer, "revoke"),
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "id_token_signing_alg_values_supported": [if issuer == Issuer::Smart { "RS256" } else { "ES256" }],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "fhirUser"],
        "dpop_signing_alg_values_supported": proof_algorithms(),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "scopes_supported": SCOPES,
    });
    match issuer {
        Issuer::Smart => {
            let methods = ["private_key_jwt", "client_secret_basic", "client_secret_post", "none"];
            metadata["token_endpoint_auth_methods_supported"] = json!(methods);
        }
        Issuer::Fapi => {
            metadata["pushed_authorization_request_endpoint"] = json!(site.endpoint(issuer, "par"));
            metadata["require_pushed_authorization_requests"] = json!(true);
        }
    }
    metadata
}
