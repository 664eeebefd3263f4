//! The authorization endpoint and the endpoint for pushed requests: an app asks, and its user is sent to the question.
//!
//! Nothing here needs a session: what is asked is checked and kept, and the browser goes on to `consent`.

use akson_core::identity::{NotAsked, Refused};
use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::json;

use super::ask::Ask;
use super::serve::send_on;
use super::{error, page};

/// `GET` and `POST authorize`.
pub async fn authorize(ask: Ask) -> Result<Response<Body>, Refused> {
    let asked = ask.desk.core.identity().authorize(&ask.site, ask.issuer, &ask.pairs).await;
    Ok(match asked {
        Ok(told) => send_on(&format!("{}/{told}", ask.site.endpoint(ask.issuer, "consent"))),
        Err(NotAsked::Back(address)) => send_on(&address),
        Err(NotAsked::Told(refused)) => page::told(&ask, &refused),
    })
}

/// `POST par`.
pub async fn push(ask: Ask) -> Result<Response<Body>, Refused> {
    let pushed = ask.desk.core.identity().push(&ask.site, &ask.credentials(), &ask.pairs, &ask.proofs()).await?;
    let (reference, seconds) = pushed;
    Ok(error::json(StatusCode::CREATED, &json!({ "request_uri": reference, "expires_in": seconds })))
}
