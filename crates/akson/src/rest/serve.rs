//! From a request to a handler and back: what happens around every route.
//!
//! Request id, limits, caller, query, body, handler, answer, log line, figures: in this order.
//! The log line has the route's pattern, never the address.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use akson_core::access::may_open;
use akson_core::sight::{Scope, Sight};
use akson_core::{Caller, Core};
use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use axum::routing::on;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::decompression::RequestDecompressionLayer;

use super::answer;
use super::ask::Ask;
use super::error::Refusal;
use super::negotiate::{self, Shown};
use super::routes::{BodyLimit, Interaction, ROUTES, Route, Work};
use crate::config::Config;
use crate::http::caller::NoEntry;
use crate::http::log::{AccessLog, Line};
use crate::http::metrics::Metrics;
use crate::http::verb;
use crate::http::{self, urls};
use akson_core::query::{self, Pair};

const REQUEST_ID: &str = "x-request-id";
const REQUEST_ID_LENGTH_MAX: usize = 64;
/// Digits of a Norwegian national identity number.
const IDENTITY_DIGITS: usize = 11;
const COMPRESSED_FROM_BYTES: u64 = 1024;
/// A larger body takes milliseconds to read and validate, too long for a thread that others wait for.
const BODY_BYTES_INLINE: usize = 64 << 10;

/// What all requests share.
pub struct House {
    /// The record.
    pub core: Core,
    /// The settings.
    pub config: Config,
    /// Whether the people of the record are invented.
    pub sandbox: bool,
    /// The figures.
    pub metrics: Arc<Metrics>,
    /// The access log, if it is wanted.
    pub log: Option<AccessLog>,
    /// Threads of the runtime that searches may use at the same time.
    nearby: Semaphore,
}

impl House {
    /// A house around a record.
    pub fn new(core: Core, config: Config) -> std::io::Result<Arc<House>> {
        let log = if config.access_log { Some(AccessLog::start()?) } else { None };
        let names = ROUTES.iter().map(|route| (route.method, route.path));
        let nowhere = [("*", "(no route)")].into_iter();
        let metrics = Arc::new(Metrics::new(names.chain(nowhere)));
        let nearby = Semaphore::new(config.workers.saturating_sub(1));
        let sandbox = core.identity().is_sandbox().map_err(std::io::Error::other)?;
        Ok(Arc::new(House { core, config, sandbox, metrics, log, nearby }))
    }
}

/// The router of all routes.
pub fn router(house: &Arc<House>) -> Router {
    let mut router = Router::new();
    for (place, route) in ROUTES.iter().enumerate() {
        let house = Arc::clone(house);
        let handler = move |request: Request<Body>| handle(house, Some(route), place, request);
        let handler = on(verb::filter(route.method), handler);
        if route.path != "/" {
            // A slash at the end changes nothing.
            router = router.route(&format!("{}/", route.path), handler.clone());
        }
        router = router.route(route.path, handler);
    }
    let house = Arc::clone(house);
    let absent = move |request: Request<Body>| handle(house, None, ROUTES.len(), request);
    router
        .method_not_allowed_fallback(absent.clone())
        .fallback(absent)
        .layer(CompressionLayer::new().gzip(true).zstd(true).compress_when(SizeAbove::new(COMPRESSED_FROM_BYTES)))
        .layer(RequestDecompressionLayer::new().gzip(true).zstd(true).pass_through_unaccepted(true))
        .layer(CatchPanicLayer::custom(|_| {
            let text = "the server failed; the request id finds the cause in its log";
            answer::refuse(&Refusal::new(500, "exception", text), &Shown::default()).0
        }))
}

/// One request in flight, until it is answered or its client is gone.
struct InFlight(Arc<Metrics>);

impl InFlight {
    fn of(metrics: &Arc<Metrics>) -> InFlight {
        metrics.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(metrics))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn handle(
    house: Arc<House>,
    route: Option<&'static Route>,
    place: usize,
    request: Request<Body>,
) -> Response<Body> {
    let started = Instant::now();
    let in_flight = InFlight::of(&house.metrics);
    let method = request.method().clone();
    let id = request_id(request.headers());
    let mut shown = Shown::default();
    let limit = house.config.limits.request_time;
    let answered = answer_to(&house, route, &id, &mut shown, request);
    let result = match tokio::time::timeout(limit, answered).await {
        Ok(result) => result,
        Err(_) => Err(Refusal::new(503, "timeout", "the request took too long; ask for less at a time")),
    };
    let (mut response, bytes) = match result {
        Ok(reply) => answer::respond(reply, &shown),
        Err(refusal) => refused(&refusal, &shown),
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let time = started.elapsed();
    let status = response.status().as_u16();
    drop(in_flight);
    house.metrics.count(place, status, time.as_micros() as u64, bytes);
    if let Some(log) = &house.log {
        log.line(&Line {
            method: verb(&method),
            route: route.map_or("(no route)", |route| route.path),
            status,
            time_us: time.as_micros() as u64,
            bytes,
            request: &id,
        });
    }
    response
}

fn refused(refusal: &Refusal, shown: &Shown) -> (Response<Body>, u64) {
    let (mut response, bytes) = answer::refuse(refusal, shown);
    let challenge = refusal.challenge.as_deref().and_then(|text| HeaderValue::from_str(text).ok());
    if let Some(challenge) = challenge {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    (response, bytes)
}

async fn answer_to(
    house: &Arc<House>,
    route: Option<&'static Route>,
    id: &str,
    shown: &mut Shown,
    request: Request<Body>,
) -> Result<answer::Reply, Refusal> {
    let (head, body) = request.into_parts();
    let limits = &house.config.limits;
    let query = head.uri.query().unwrap_or("");
    *shown = negotiate::guessed(&head.headers, query);
    if head.uri.path().len() + query.len() > limits.url_bytes {
        return Err(Refusal::new(414, "too-long", "the address is too long; use POST with _search"));
    }
    let Some(route) = route else {
        return Err(no_route(head.uri.path()));
    };
    // Before anything of theirs is read.
    let caller = caller(house, route, &head, id)?;
    if head.headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        // What could be read was taken away with the coding.
        return Err(Refusal::new(415, "not-supported", "a body is sent as it is, or as gzip or zstd"));
    }
    let mut pairs = query_of(query, limits.query_parameters)?;
    let body = match route.body {
        BodyLimit::Nothing => Bytes::new(),
        BodyLimit::Resource => whole(body, &head.headers, limits.body_bytes).await?,
        BodyLimit::Bundle => whole(body, &head.headers, limits.bundle_bytes).await?,
    };
    let body = take_form(route, &head.headers, body, &mut pairs, limits.query_parameters)?;
    let segments = segments(head.uri.path());
    *shown = match negotiate::shown(&head.headers, &mut pairs) {
        // A Binary comes in the form it is in.
        Err(refusal) if refusal.status == 406 && is_file(route, &segments) => Shown::default(),
        other => other?,
    };
    let deadline = caller.moment.saturating_add(limits.request_time.as_micros() as i64);
    let caller = caller.until(deadline);
    let replayed = house.core.record(caller.clone()).was_done()?;
    let ask = Ask {
        house: Arc::clone(house),
        caller,
        method: route.method,
        segments,
        pairs,
        prefer: negotiate::prefer(&head.headers),
        base: urls::base(&house.config, &head.headers),
        headers: head.headers,
        body,
        shown: shown.clone(),
    };
    let opens = may_open(&ask.caller);
    let small = ask.body.len() <= BODY_BYTES_INLINE;
    let reply = match route.work {
        Work::Inline if small => (route.handler)(ask).await,
        Work::Nearby if small => nearby(house, (route.handler)(ask)).await,
        _ => aside((route.handler)(ask)).await,
    };
    match reply {
        Ok(reply) => Ok(answer::Reply { replayed, ..reply }),
        Err(refusal) if opens => Err(refusal.with_way(&route.interaction)),
        Err(refusal) => Err(refusal),
    }
}

fn is_file(route: &Route, segments: &[String]) -> bool {
    matches!(route.interaction, Interaction::Type("read" | "vread"))
        && segments.first().is_some_and(|name| name == "Binary")
}

/// Runs longer work where it holds up nobody: on the blocking pool until it first waits for the disk, and from there on
/// like any other.
async fn aside(mut work: super::routes::Replying) -> Result<answer::Reply, Refusal> {
    let begun = tokio::task::spawn_blocking(move || {
        let mut context = Context::from_waker(Waker::noop());
        match work.as_mut().poll(&mut context) {
            Poll::Ready(done) => Begun::Done(Box::new(done)),
            Poll::Pending => Begun::Waiting(work),
        }
    });
    match begun.await {
        Ok(Begun::Done(done)) => *done,
        Ok(Begun::Waiting(work)) => work.await,
        Err(error) => {
            tracing::error!(%error, "a request ended in a panic");
            Err(Refusal::new(500, "exception", "the server failed; the request id finds the cause in its log"))
        }
    }
}

/// Runs work of a fraction of a millisecond here, as long as some threads are left for others.
async fn nearby(house: &House, mut work: super::routes::Replying) -> Result<answer::Reply, Refusal> {
    let Ok(place) = house.nearby.try_acquire() else {
        return aside(work).await;
    };
    let begun = std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
    // Who only waits for the disk uses no thread.
    drop(place);
    match begun {
        Poll::Ready(done) => done,
        Poll::Pending => work.await,
    }
}

enum Begun {
    Done(Box<Result<answer::Reply, Refusal>>),
    Waiting(super::routes::Replying),
}

fn no_route(path: &str) -> Refusal {
    let known = ROUTES.iter().any(|route| matches(route.path, path));
    if known {
        Refusal::new(405, "not-supported", "this address does not answer to this verb; see /fhir/metadata")
    } else {
        Refusal::no_such("there is nothing at this address; /fhir/metadata lists what is there")
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let fits =
        pattern.split('/').all(|wanted| parts.next().is_some_and(|part| wanted.starts_with('{') || wanted == part));
    fits && parts.next().is_none()
}

/// Who asks. The server's own addresses are open to all, with nothing of the record in them.
fn caller(house: &House, route: &Route, head: &Parts, id: &str) -> Result<Caller, Refusal> {
    if route.interaction == Interaction::Server {
        return Ok(Caller::job("anybody", house.core.now()).limited_to(Sight::new(HashMap::new(), Scope::Nothing)));
    }
    let caller = match http::caller::caller(&house.core, &house.config, head, id) {
        Err(NoEntry::Unknown(challenge)) => return Err(Refusal::unknown(challenge, house.sandbox)),
        other => other?,
    };
    let Some(key) = head.headers.get("idempotency-key") else {
        return Ok(caller);
    };
    match key.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(caller.once(key)),
        _ => Err(Refusal::bad_request("value", "an Idempotency-Key is 1 to 255 ASCII characters")),
    }
}

fn segments(path: &str) -> Vec<String> {
    let rest = path.strip_prefix("/fhir").unwrap_or(path);
    rest.split('/').filter(|part| !part.is_empty()).map(str::to_string).collect()
}

/// The verb as the log may have it: one that is known, or that it was none.
fn verb(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// The request's own name: the client's, if it may stand in a log.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let sound = given.filter(|text| {
        (1..=REQUEST_ID_LENGTH_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
            && !names_somebody(text)
    });
    match sound {
        Some(text) => text.to_string(),
        None => akson_core::random_name(),
    }
}

/// Whether a text has eleven digits in a row, as national identity numbers have.
fn names_somebody(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == IDENTITY_DIGITS)
}

async fn whole(body: Body, headers: &HeaderMap, limit: usize) -> Result<Bytes, Refusal> {
    let too_large = || {
        let text = format!("the body is larger than {limit} bytes; send it in parts");
        Refusal::new(413, "too-long", text)
    };
    let said = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if said.and_then(|text| text.parse::<usize>().ok()).is_some_and(|said| said > limit) {
        return Err(too_large());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if is_too_large(&*error) => Err(too_large()),
        Err(_) => Err(Refusal::bad_request("structure", "the body broke off or can't be decompressed")),
    }
}

fn is_too_large(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut at = Some(error);
    while let Some(error) = at {
        if error.is::<LengthLimitError>() {
            return true;
        }
        at = error.source();
    }
    false
}

/// The pairs of a query, if they are not too many.
fn query_of(text: &str, limit: usize) -> Result<Vec<Pair>, Refusal> {
    // Counted before they are taken apart.
    if text.split('&').filter(|part| !part.is_empty()).count() > limit {
        return Err(too_many());
    }
    query::parse(text).map_err(|text| Refusal::bad_request("value", text))
}

fn too_many() -> Refusal {
    Refusal::bad_request("too-costly", "the query has too many parameters")
}

/// A form is a longer query, where queries are taken; elsewhere it is a body like any other.
fn take_form(
    route: &Route,
    headers: &HeaderMap,
    body: Bytes,
    pairs: &mut Vec<Pair>,
    limit: usize,
) -> Result<Bytes, Refusal> {
    let search = route.path.ends_with("/_search");
    if !search && !matches!(route.interaction, Interaction::Operation(..)) {
        return Ok(body);
    }
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media = media.split(';').next().unwrap_or("").trim();
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        // A search that left out its body would answer with what was not asked for.
        return match search && !body.is_empty() {
            true => Err(Refusal::new(415, "not-supported", "a search's body is application/x-www-form-urlencoded")),
            false => Ok(body),
        };
    }
    let text = std::str::from_utf8(&body).map_err(|_| Refusal::bad_request("structure", "the form is not UTF-8"))?;
    pairs.extend(query_of(text, limit)?);
    if pairs.len() > limit {
        return Err(too_many());
    }
    Ok(Bytes::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_a_pattern_part_by_part() {
        assert!(matches("/fhir/{type}/{id}", "/fhir/Patient/1"));
        assert!(!matches("/fhir/{type}/{id}", "/fhir/Patient/1/x"));
        assert!(!matches("/fhir/{type}/{id}", "/fhir/Patient"));
    }

    #[test]
    fn a_request_id_that_may_not_stand_in_a_log_is_replaced() {
        let taken = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_str(text).unwrap());
            request_id(&headers) == text
        };
        for text in ["a b", "a\tb", "<x>", "", "26816498765", "x-26816498765", &"x".repeat(REQUEST_ID_LENGTH_MAX + 1)] {
            assert!(!taken(text), "{text}");
        }
        for text in ["ward-7:1", "1700000000000", &"x".repeat(REQUEST_ID_LENGTH_MAX)] {
            assert!(taken(text), "{text}");
        }
    }

    #[test]
    fn a_verb_nobody_knows_is_not_logged_as_it_came() {
        assert_eq!(verb(&Method::PATCH), "PATCH");
        for text in ["PURGE", "get", "X26816498765"] {
            assert_eq!(verb(&Method::from_bytes(text.as_bytes()).unwrap()), "other");
        }
    }
}
