//! From a request to a handler and back: parameters, handler, answer, and which pages may read it.

use std::sync::Arc;

use akson_core::Core;
use akson_core::identity::{Code, Refused, Site};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use axum::routing::{MethodFilter, on};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use tower_http::catch_panic::CatchPanicLayer;

use super::ask::{self, Ask};
use super::error;
use super::routes::{ROUTES, Readers, Route};
use crate::config::Config;

/// Bytes of a form.
const FORM_BYTES_MAX: usize = 64 << 10;

/// What all requests share.
pub struct Desk {
    /// The record.
    pub core: Core,
    /// The settings.
    pub config: Config,
}

/// The router of all routes.
pub fn router(core: Core, config: Config) -> Router {
    let desk = Arc::new(Desk { core, config });
    let mut router = Router::new();
    for route in ROUTES {
        let desk = Arc::clone(&desk);
        let handler = move |request: Request<Body>| handle(desk, route, request);
        let filter = if route.method == "POST" { MethodFilter::POST } else { MethodFilter::GET };
        router = router.route(route.path, on(filter, handler));
    }
    router.layer(CatchPanicLayer::custom(|_| error::refuse(&Refused::new(Code::ServerError, "the server failed"))))
}

async fn handle(desk: Arc<Desk>, route: &'static Route, request: Request<Body>) -> Response<Body> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let core = desk.core.clone();
    let answered = match read(desk, route, request).await {
        Ok(ask) => (route.handler)(ask).await,
        Err(refused) => Err(refused),
    };
    let mut response = answered.unwrap_or_else(|refused| error::refuse(&refused));
    let reader = match (route.readers, origin) {
        (Readers::Any, _) => Some(HeaderValue::from_static("*")),
        (Readers::Registered, Some(origin)) if is_registered(&core, &origin) => Some(origin),
        _ => None,
    };
    if let Some(reader) = reader {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, reader);
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    }
    response
}

async fn read(desk: Arc<Desk>, route: &'static Route, request: Request<Body>) -> Result<Ask, Refused> {
    let (head, body) = request.into_parts();
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
    let site = site(&desk, &head.headers);
    Ok(Ask { desk, issuer: route.issuer, site, method: head.method, headers: head.headers, pairs, rest })
}

/// This server's addresses, as this request sees them.
fn site(desk: &Desk, headers: &HeaderMap) -> Site {
    if !desk.config.public_url.is_empty() {
        return Site::at(&desk.config.public_url);
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let sound = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    let host = if sound { host.to_string() } else { desk.config.listen.to_string() };
    Site::seen_as(&format!("http://{host}/fhir"))
}

/// Whether pages of a registered client stand at this origin.
fn is_registered(core: &Core, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let clients = core.identity().clients().unwrap_or_default();
    clients.iter().any(|client| client.origins().any(|known| known == origin))
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
