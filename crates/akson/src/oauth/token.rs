//! `POST token`: tokens for what a client shows.

use akson_core::identity::{Refused, TokenAsked};
use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::ask::Ask;
use super::error;

/// Answers the token endpoint.
pub async fn token(ask: Ask) -> Result<Response<Body>, Refused> {
    let asked = TokenAsked {
        shown: ask.credentials(),
        grant_type: ask.get("grant_type"),
        scope: ask.get("scope"),
        code: ask.get("code"),
        redirect: ask.get("redirect_uri"),
        verifier: ask.get("code_verifier"),
        refresh: ask.get("refresh_token"),
        proofs: ask.proofs(),
    };
    let tokens = ask.desk.core.identity().exchange(&ask.site, ask.issuer, &asked).await?;
    Ok(error::json(StatusCode::OK, &tokens.to_json()))
}
