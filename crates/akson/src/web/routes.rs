//! The pages on one page: every route with its verb, whether somebody must be signed in, and who answers.

use std::future::Future;
use std::pin::Pin;

use axum::body::Body;
use axum::http::Response;

use super::ask::Ask;
use super::error::Trouble;
use super::{error, pages, provider, roles, session, sign_in, start};

/// What a handler gives back.
pub type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Trouble>> + Send>>;

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum For {
    /// Whoever comes.
    All,
    /// Who is signed in, locked or not.
    SignedIn,
}

/// One route.
pub struct Route {
    /// The verb.
    pub method: &'static str,
    /// The pattern.
    pub path: &'static str,
    /// Who may ask.
    pub whom: For,
    /// Who answers.
    pub handler: fn(Ask) -> Answering,
}

macro_rules! route {
    ($method:literal, $path:literal, $whom:ident, $handler:path) => {
        Route { method: $method, path: $path, whom: For::$whom, handler: |ask| Box::pin($handler(ask)) }
    };
}

/// Every route.
pub const ROUTES: &[Route] = &[
    route!("GET", "/", All, start::page),
    route!("GET", "/static/{file}", All, start::file),
    route!("POST", "/language", All, start::language),
    route!("POST", "/look", All, start::look),
    route!("GET", "/signin", All, sign_in::page),
    route!("POST", "/signin/sandbox", All, sign_in::sandbox),
    route!("GET", "/signin/keys", All, provider::keys),
    route!("GET", "/signin/{provider}", All, provider::away),
    route!("GET", "/signin/{provider}/back", All, provider::back),
    route!("GET", "/role", SignedIn, roles::page),
    route!("POST", "/role", SignedIn, roles::choose),
    route!("GET", "/session", SignedIn, session::page),
    route!("POST", "/lock", SignedIn, session::lock),
    route!("GET", "/locked", All, session::locked),
    route!("POST", "/signout", All, session::sign_out),
    route!("GET", "/signedout", All, session::signed_out),
    route!("GET", "/denied", All, error::denied),
    route!("GET", "/patients", SignedIn, pages::patients::page),
    route!("GET", "/patients/{id}", SignedIn, pages::overview::page),
    route!("GET", "/patients/{id}/number", SignedIn, pages::overview::number),
    route!("GET", "/patients/{id}/timeline", SignedIn, pages::timeline::page),
    route!("GET", "/patients/{id}/medicines", SignedIn, pages::medicines::page),
    route!("GET", "/patients/{id}/measurements", SignedIn, pages::measurements::page),
    route!("GET", "/patients/{id}/measurements/new", SignedIn, pages::measurements::new),
    route!("POST", "/patients/{id}/measurements/new", SignedIn, pages::measurements::save),
    route!("POST", "/patients/search", SignedIn, pages::patients::search),
    route!("POST", "/patients/palette", SignedIn, pages::patients::palette),
    route!("GET", "/open", SignedIn, pages::open::find_page),
    route!("POST", "/open", SignedIn, pages::open::find),
    route!("GET", "/patients/{id}/open", SignedIn, pages::open::page),
    route!("POST", "/patients/{id}/open", SignedIn, pages::open::open),
    route!("POST", "/patients/{id}/open/end", SignedIn, pages::open::end),
    route!("GET", "/log", SignedIn, pages::log::page),
    route!("GET", "/log/report", SignedIn, pages::log::report),
    route!("POST", "/log/report", SignedIn, pages::log::send),
    route!("GET", "/review", SignedIn, pages::review::page),
    route!("POST", "/review", SignedIn, pages::review::decide),
    route!("POST", "/review/answer", SignedIn, pages::review::answer),
    route!("GET", "/why", SignedIn, pages::why::page),
];
