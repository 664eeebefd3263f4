//! From a request to a page and back: limits, form, session, handler, headers.
//!
//! A form counts only from one of our pages and with its tag. Under a name that is not this server's there is no page. Who
//! must be signed in and is not goes to the sign-in and comes back.

use std::sync::Arc;

use akson_core::identity::{Kind, NoCaller};
use akson_core::{Caller, Core, Error, Who};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use axum::middleware::{self, Next};
use axum::routing::on;
use http_body_util::{BodyExt, Limited};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::ask::{Ask, Desk};
use super::error::{self, Trouble};
use super::routes::{For, ROUTES, Route};
use super::words as w;
use crate::config::Config;
use crate::http::caller::{self, InSession};
use crate::http::language::Language;
use crate::http::look::Look;
use crate::http::page::Person;
use crate::http::verb;
use crate::http::{cookies, csrf, peer, urls};
use akson_core::query;

/// Bytes of a form.
const FORM_BYTES_MAX: usize = 64 << 10;
/// Characters of the secret of a visit.
const VISIT_LENGTH: usize = 32;
/// What does not speak HTML.
const OTHER_FACES: &[&str] = &["/fhir", "/oauth", "/.well-known", "/health", "/metrics"];

/// The router of all pages.
pub fn router(core: Core, config: Config) -> Result<Router, Error> {
    let desk = Arc::new(Desk::new(core, config)?);
    let mut router = Router::new();
    for route in ROUTES {
        let desk = Arc::clone(&desk);
        let handler = move |request: Request<Body>| handle(desk, route, request);
        router = router.route(route.path, on(verb::filter(route.method), handler));
    }
    Ok(router.layer(CompressionLayer::new().gzip(true).zstd(true)).layer(CatchPanicLayer::new()))
}

/// The same router, in which browsers get a page where there is nothing.
pub fn dressed(router: Router, core: &Core, config: &Config) -> Result<Router, Error> {
    let desk = Arc::new(Desk::new(core.clone(), config.clone())?);
    Ok(router.layer(middleware::from_fn_with_state(desk, dress)))
}

async fn dress(State(desk): State<Arc<Desk>>, request: Request<Body>, next: Next) -> Response<Body> {
    let path = request.uri().path();
    let face = OTHER_FACES.iter().any(|face| path == *face || path.starts_with(&format!("{face}/")));
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if face || !accepts.contains("text/html") || !csrf::is_safe(request.method()) {
        return next.run(request).await;
    }
    let mut bare = Request::new(Body::empty());
    *bare.method_mut() = request.method().clone();
    *bare.uri_mut() = request.uri().clone();
    *bare.headers_mut() = request.headers().clone();
    let response = next.run(request).await;
    if !matches!(response.status().as_u16(), 404 | 405) || response.headers().contains_key("x-frame-options") {
        return response;
    }
    match read(desk, bare).await {
        Ok(ask) => error::answer(&ask, &Trouble::NotFound),
        Err(_) => response,
    }
}

async fn handle(desk: Arc<Desk>, route: &'static Route, request: Request<Body>) -> Response<Body> {
    let Ok(ask) = read(desk, request).await else {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = axum::http::StatusCode::BAD_REQUEST;
        return response;
    };
    // What is needed for a page of refusal, should it come to that.
    let spare = ask.spare();
    let answered = match allowed(&ask, route) {
        Ok(()) => (route.handler)(ask).await,
        Err(trouble) => Err(trouble),
    };
    let mut response = answered.unwrap_or_else(|trouble| error::answer(&spare, &trouble));
    if let Ok(value) = HeaderValue::from_str(&spare.request) {
        response.headers_mut().insert("x-request-id", value);
    }
    let visited = cookies::get(&spare.desk.config, &spare.headers, cookies::VISIT) == Some(spare.secret.as_str());
    if spare.session.is_none() && !visited && !response.headers().contains_key(header::SET_COOKIE) {
        let line = cookies::set(&spare.desk.config, cookies::VISIT, &spare.secret);
        line.map(|line| response.headers_mut().append(header::SET_COOKIE, line));
    }
    response
}

fn allowed(ask: &Ask, route: &Route) -> Result<(), Trouble> {
    if !urls::is_own_name(&ask.desk.config, &ask.headers) {
        return Err(Trouble::NotFound);
    }
    if route.method == "POST" && !ask.is_own_form() {
        return Err(Trouble::Denied);
    }
    let open = ask.session.as_ref().is_some_and(|session| !session.session.locked);
    match route.whom {
        For::All => Ok(()),
        For::SignedIn if open => Ok(()),
        For::SignedIn => Err(Trouble::SignIn),
    }
}

async fn read(desk: Arc<Desk>, request: Request<Body>) -> Result<Ask, Trouble> {
    let (head, body) = request.into_parts();
    let address = peer::address(&desk.config, &head.headers, &head.extensions);
    let pairs = match head.method {
        Method::POST => form(body).await?,
        _ => query::parse(head.uri.query().unwrap_or_default()).map_err(|_| Trouble::Denied)?,
    };
    let moment = desk.core.now();
    let waits = head.uri.path() == "/locked";
    let session = session(&desk, &head.headers, waits)?;
    let request = akson_core::random_name();
    let language = Language::of(&desk.config, &head.headers);
    let look = Look::of(&desk.config, &head.headers);
    let caller = caller_in(&desk, session.as_ref(), (moment, &request))?;
    let person = person(&desk, session.as_ref(), caller.as_ref(), language)?;
    let secret = match &session {
        Some(session) => session.secret.clone(),
        None => visit(&desk, &head.headers),
    };
    let tag = csrf::tag(&desk.core, &secret)?;
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let path = urls::local_path(path).to_string();
    let (method, headers) = (head.method, head.headers);
    Ok(Ask {
        desk,
        address,
        method,
        headers,
        path,
        pairs,
        language,
        look,
        session,
        caller,
        person,
        secret,
        tag,
        moment,
        request,
    })
}

async fn form(body: Body) -> Result<Vec<query::Pair>, Trouble> {
    let bytes = Limited::new(body, FORM_BYTES_MAX).collect().await.map_err(|_| Trouble::Denied)?.to_bytes();
    let text = std::str::from_utf8(&bytes).map_err(|_| Trouble::Denied)?;
    query::parse(text).map_err(|_| Trouble::Denied)
}

fn session(desk: &Desk, headers: &HeaderMap, waits: bool) -> Result<Option<InSession>, Trouble> {
    match waits {
        true => Ok(caller::look_at_session(&desk.core, &desk.config, headers)?),
        false => Ok(caller::session(&desk.core, &desk.config, headers)?),
    }
}

fn visit(desk: &Desk, headers: &HeaderMap) -> String {
    let given = cookies::get(&desk.config, headers, cookies::VISIT);
    let sound = given.filter(|text| text.len() == VISIT_LENGTH && text.bytes().all(|b| b.is_ascii_hexdigit()));
    sound.map_or_else(akson_core::random_name, str::to_string)
}

/// Who asks, if the session is open and has a role.
fn caller_in(
    desk: &Desk,
    session: Option<&InSession>,
    (moment, request): (i64, &str),
) -> Result<Option<Caller>, Trouble> {
    let Some(session) = session.filter(|session| !session.session.locked) else { return Ok(None) };
    match desk.core.identity().caller_of_session(&session.session, moment, request) {
        Ok(caller) => Ok(Some(caller)),
        Err(NoCaller::Failed(error)) => Err(error.into()),
        Err(NoCaller::NoRole | NoCaller::Ended | NoCaller::Closed) => Ok(None),
    }
}

/// Who is signed in, as the bar shows them; without a role they have only their name.
fn person(
    desk: &Desk,
    session: Option<&InSession>,
    caller: Option<&Caller>,
    language: Language,
) -> Result<Option<Person>, Trouble> {
    let Some(session) = session.filter(|session| !session.session.locked) else { return Ok(None) };
    if let Some(caller) = caller {
        return Ok(Some(of_caller(caller, language)));
    }
    let identity = desk.core.identity();
    let open = identity.account(&session.session.signed.account)?.is_some_and(|account| account.open);
    let name = if open { identity.name_of(&session.session.signed.account)? } else { return Ok(None) };
    Ok(Some(Person { name, ..Person::default() }))
}

fn of_caller(caller: &Caller, language: Language) -> Person {
    match &caller.who {
        Who::Staff(staff) => Person {
            name: staff.name.clone(),
            role: w::duty(staff.duty, language).to_string(),
            unit: match staff.unit == staff.organisation {
                true => staff.unit.clone(),
                false => format!("{}, {}", staff.unit, staff.organisation),
            },
        },
        Who::Citizen(citizen) => Person {
            name: citizen.name.clone(),
            role: match &citizen.on_behalf {
                None => language.pick(w::MYSELF).to_string(),
                Some(_) => language.pick(w::ON_BEHALF).to_string(),
            },
            unit: citizen.name.clone(),
        },
        _ => Person {
            name: language.pick(w::OPERATOR).to_string(),
            role: language.pick(w::OPERATOR_TEXT).to_string(),
            unit: language.pick(w::OPERATOR).to_string(),
        },
    }
}

impl Ask {
    /// The same without the form.
    fn spare(&self) -> Ask {
        Ask {
            desk: Arc::clone(&self.desk),
            address: self.address,
            method: self.method.clone(),
            headers: self.headers.clone(),
            path: self.path.clone(),
            pairs: Vec::new(),
            language: self.language,
            look: self.look,
            caller: self.caller.clone(),
            session: self.session.as_ref().map(InSession::copy),
            person: self.person.clone(),
            secret: self.secret.clone(),
            tag: self.tag.clone(),
            moment: self.moment,
            request: self.request.clone(),
        }
    }

    /// What kind of account is signed in.
    pub fn kind(&self) -> Result<Kind, Trouble> {
        let session = self.session.as_ref().ok_or(Trouble::SignIn)?;
        let account = self.desk.core.identity().account(&session.session.signed.account)?;
        account.map(|account| account.kind).ok_or(Trouble::SignIn)
    }
}
