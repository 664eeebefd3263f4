//! From a request to a handler and back: parameters, handler, answer, and which pages may read it.

use std::sync::{Arc, OnceLock};

use akson_core::Core;
use akson_core::identity::{Code, Credentials, Refused, Tried};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use axum::routing::on;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use tower_http::catch_panic::CatchPanicLayer;

use super::ask::{self, Ask};
use super::error;
use super::routes::{ROUTES, Readers, Route};
use crate::config::Config;
use crate::http::fetch::{Fetch, Question, Reach};
use crate::http::verb;
use crate::http::{caller, peer};

/// Bytes of a form.
const FORM_BYTES_MAX: usize = 64 << 10;

/// Where clients show who they are.
const SHOWN_TO: &[&str] = &["/token", "/par", "/introspect", "/revoke"];

/// What all requests share.
pub struct Desk {
    /// The record.
    pub core: Core,
    /// The settings.
    pub config: Config,
    /// Who fetches the keys of clients; made when it is first needed.
    fetch: OnceLock<Fetch>,
}

impl Desk {
    fn fetch(&self) -> &Fetch {
        let reach = if self.config.keys_from_here { Reach::PublicOrHere } else { Reach::Public };
        self.fetch.get_or_init(|| Fetch::new(reach, self.config.limits.outgoing_time))
    }

    /// Fetches the keys that are needed to check who a client is; without them it is not the one.
    async fn ready_keys(&self, shown: &Credentials) -> Result<(), Refused> {
        let identity = self.core.identity();
        let Some(wanted) = identity.wanted_keys(shown)? else { return Ok(()) };
        match self.fetch().ask(Question::get(&wanted.url)).await {
            Ok(answer) if answer.status == 200 && identity.keep_keys(&wanted, &answer.body) => {}
            Ok(answer) => {
                tracing::warn!(client = wanted.client, status = answer.status, "the keys of a client are no keys")
            }
            Err(error) => tracing::warn!(client = wanted.client, %error, "the keys of a client can't be fetched"),
        }
        Ok(())
    }
}

/// The router of all routes.
pub fn router(core: Core, config: Config) -> Router {
    let desk = Arc::new(Desk { core, config, fetch: OnceLock::new() });
    let mut router = Router::new();
    for route in ROUTES {
        let desk = Arc::clone(&desk);
        let handler = move |request: Request<Body>| handle(desk, route, request);
        router = router.route(route.path, on(verb::filter(route.method), handler));
    }
    router.layer(CatchPanicLayer::custom(|_| error::refuse(&Refused::new(Code::ServerError, "the server failed"))))
}

async fn handle(desk: Arc<Desk>, route: &'static Route, request: Request<Body>) -> Response<Body> {
    let answered = match read(desk, route, request).await {
        Ok(ask) => throttled(route, ask).await,
        Err(refused) => Err(refused),
    };
    let mut response = answered.unwrap_or_else(|refused| error::refuse(&refused));
    if route.readers == Readers::Any {
        let everybody = HeaderValue::from_static("*");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
    }
    response
}

/// The answer, unless there were too many failures from there lately; one more is counted.
async fn throttled(route: &Route, ask: Ask) -> Result<Response<Body>, Refused> {
    if !SHOWN_TO.iter().any(|end| route.path.ends_with(end)) {
        return (route.handler)(ask).await;
    }
    let Some(address) = ask.address else {
        ask.desk.ready_keys(&ask.credentials()).await?;
        return (route.handler)(ask).await;
    };
    let client = ask.credentials().claims_to_be().unwrap_or_default();
    let desk = Arc::clone(&ask.desk);
    let tried = Tried { address, client: &client };
    desk.core.identity().may_try(tried).map_err(|seconds| {
        Refused::new(Code::TooMany(seconds), "too many failures from this address; wait as long as Retry-After says")
    })?;
    desk.ready_keys(&ask.credentials()).await?;
    let answered = (route.handler)(ask).await;
    let failed = |refused: &Refused| matches!(refused.code, Code::InvalidClient | Code::InvalidGrant);
    if answered.as_ref().is_err_and(failed) {
        desk.core.identity().has_failed(tried);
    }
    answered
}

async fn read(desk: Arc<Desk>, route: &'static Route, request: Request<Body>) -> Result<Ask, Refused> {
    let (head, body) = request.into_parts();
    let address = peer::address(&desk.config, &head.headers, &head.extensions);
    let query = head.uri.query().unwrap_or_default();
    let pairs = if head.method == "POST" {
        let wrong = |_| Refused::new(Code::InvalidRequest, "the body is too large or broke off");
        let body: Bytes = Limited::new(body, FORM_BYTES_MAX).collect().await.map_err(wrong)?.to_bytes();
        ask::form(&head.headers, &body)?
    } else {
        ask::pairs(query)?
    };
    let pattern = route.path.split('/');
    let rest = pattern.zip(head.uri.path().split('/')).filter(|(wanted, _)| wanted.starts_with('{'));
    let rest = rest.map(|(_, part)| part.to_string()).collect();
    let site = caller::site(&desk.config, &head.headers);
    let path = head.uri.path().to_string();
    Ok(Ask { desk, issuer: route.issuer, site, address, method: head.method, headers: head.headers, pairs, rest, path })
}

/// An answer that sends the browser on.
pub fn send_on(address: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
