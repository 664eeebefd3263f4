//! `POST introspect` and `POST revoke`. Spec: RFC 7662, RFC 7009.

use akson_core::identity::{Code, Refused};
use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::json;

use super::ask::Ask;
use super::error;

fn token(ask: &Ask) -> Result<String, Refused> {
    ask.get("token").ok_or_else(|| Refused::new(Code::InvalidRequest, "token is missing"))
}

/// What a token is worth.
pub async fn introspect(ask: Ask) -> Result<Response<Body>, Refused> {
    let token = token(&ask)?;
    let found = ask.desk.core.identity().introspect(&ask.site, ask.issuer, &ask.credentials(), &token).await?;
    Ok(error::json(StatusCode::OK, &found))
}

/// Ends a token. The answer is the same whatever it was.
pub async fn revoke(ask: Ask) -> Result<Response<Body>, Refused> {
    let token = token(&ask)?;
    ask.desk.core.identity().revoke(&ask.site, ask.issuer, &ask.credentials(), &token).await?;
    Ok(error::json(StatusCode::OK, &json!({})))
}
