//! Which pages of other origins may read answers: those of registered apps, and all pages what everybody may know.
//!
//! Never with credentials: an app shows a token, the cookie of a session is not for it. The pages of sign-in and consent
//! are for nobody. Spec: <https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#considerations-for-cross-origin-resource-sharing-cors-support>.

use akson_core::Core;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use axum::middleware::{self, Next};

/// What apps use.
const FOR_APPS: &[&str] = &["/oauth/smart/token", "/oauth/smart/revoke"];
/// What everybody may know.
const FOR_ALL: &[&str] = &["/fhir/metadata", "/fhir/.well-known/smart-configuration"];
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "accept, authorization, content-type, dpop, if-match, if-modified-since, if-none-exist, if-none-match, prefer, \
     x-request-id, idempotency-key",
);
const EXPOSED: HeaderValue = HeaderValue::from_static("etag, last-modified, location, www-authenticate, x-request-id");

/// The same router, whose answers registered apps can read.
pub fn opened(router: Router, core: &Core) -> Router {
    router.layer(middleware::from_fn_with_state(core.clone(), open))
}

/// Whether pages of a registered client stand at this origin.
pub fn is_registered(core: &Core, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    core.identity().knows_origin(origin)
}

async fn open(State(core): State<Core>, request: Request<Body>, next: Next) -> Response<Body> {
    let reader = reader(&core, request.uri().path(), request.headers());
    let asks_first =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (&reader, asks_first) {
        (Some(_), true) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
            response
        }
        _ => next.run(request).await,
    };
    if let Some(reader) = reader {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, reader);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    response
}

fn reader(core: &Core, path: &str, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    if FOR_ALL.contains(&path) {
        return Some(HeaderValue::from_static("*"));
    }
    let for_apps = path == "/fhir" || path.starts_with("/fhir/") || FOR_APPS.contains(&path);
    (for_apps && is_registered(core, origin)).then(|| origin.clone())
}
