//! The authorization server on one page: every route with its verb, its issuer and who answers it.

use std::future::Future;
use std::pin::Pin;

use akson_core::identity::{Issuer, Refused};
use axum::body::Body;
use axum::http::Response;

use super::ask::Ask;
use super::{apps, authorize, consent, discovery, held, introspect, token};

/// What a handler gives back.
pub type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Refused>> + Send>>;

/// Which pages of other origins may read the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Readers {
    /// None, or those of registered clients as `http::origins` says.
    Few,
    /// All.
    Any,
}

/// One route.
pub struct Route {
    /// The verb.
    pub method: &'static str,
    /// The pattern.
    pub path: &'static str,
    /// The issuer.
    pub issuer: Issuer,
    /// Who may read the answer from a page of theirs.
    pub readers: Readers,
    /// Who answers.
    pub handler: fn(Ask) -> Answering,
}

macro_rules! route {
    ($method:literal, $path:literal, $issuer:ident, $readers:ident, $handler:path) => {
        Route {
            method: $method,
            path: $path,
            issuer: Issuer::$issuer,
            readers: Readers::$readers,
            handler: |ask| Box::pin($handler(ask)),
        }
    };
}

/// Every route.
pub const ROUTES: &[Route] = &[
    route!("GET", "/fhir/.well-known/smart-configuration", Smart, Any, discovery::smart),
    route!("GET", "/oauth/smart/.well-known/openid-configuration", Smart, Any, discovery::openid),
    route!("GET", "/.well-known/oauth-authorization-server/oauth/smart", Smart, Any, discovery::openid),
    route!("GET", "/oauth/smart/jwks", Smart, Any, discovery::keys),
    route!("POST", "/oauth/smart/token", Smart, Few, token::token),
    route!("GET", "/oauth/smart/authorize", Smart, Few, authorize::authorize),
    route!("POST", "/oauth/smart/authorize", Smart, Few, authorize::authorize),
    route!("GET", "/oauth/smart/consent/{asked}", Smart, Few, consent::page),
    route!("POST", "/oauth/smart/consent/{asked}", Smart, Few, consent::answer),
    route!("GET", "/oauth/smart/apps", Smart, Few, apps::page),
    route!("POST", "/oauth/smart/apps", Smart, Few, apps::start),
    route!("GET", "/oauth/apps", Smart, Few, held::page),
    route!("POST", "/oauth/apps", Smart, Few, held::end),
    route!("POST", "/oauth/smart/introspect", Smart, Few, introspect::introspect),
    route!("POST", "/oauth/smart/revoke", Smart, Few, introspect::revoke),
    route!("GET", "/oauth/fapi/.well-known/openid-configuration", Fapi, Any, discovery::openid),
    route!("GET", "/.well-known/oauth-authorization-server/oauth/fapi", Fapi, Any, discovery::openid),
    route!("GET", "/oauth/fapi/jwks", Fapi, Any, discovery::keys),
    route!("POST", "/oauth/fapi/par", Fapi, Few, authorize::push),
    route!("GET", "/oauth/fapi/authorize", Fapi, Few, authorize::authorize),
    route!("GET", "/oauth/fapi/consent/{asked}", Fapi, Few, consent::page),
    route!("POST", "/oauth/fapi/consent/{asked}", Fapi, Few, consent::answer),
    route!("POST", "/oauth/fapi/token", Fapi, Few, token::token),
    route!("POST", "/oauth/fapi/introspect", Fapi, Few, introspect::introspect),
    route!("POST", "/oauth/fapi/revoke", Fapi, Few, introspect::revoke),
];
