//! A browser's request, read: who is signed in, the language, the form.

use std::sync::Arc;

use akson_core::identity::{Choice, Kind};
use akson_core::query::{self, Pair};
use akson_core::{Caller, Core, Error, Record};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use super::error::Trouble;
use super::providers::Providers;
use super::words as w;
use crate::config::Config;
use crate::http::caller::InSession;
use crate::http::language::Language;
use crate::http::look::Look;
use crate::http::page::{Page, Person};
use crate::http::{cookies, csrf};

/// What all requests share.
pub struct Desk {
    /// The record.
    pub core: Core,
    /// The settings.
    pub config: Config,
    /// Whether the people here are invented.
    pub sandbox: bool,
    /// Who says who people are.
    pub providers: Providers,
}

impl Desk {
    /// A desk over a record.
    pub fn new(core: Core, config: Config) -> Result<Desk, Error> {
        let sandbox = core.identity().is_sandbox()?;
        let providers = Providers::of(&config);
        Ok(Desk { core, config, sandbox, providers })
    }
}

/// A request for a page.
pub struct Ask {
    /// What all share.
    pub desk: Arc<Desk>,
    /// Where it comes from.
    pub address: Option<std::net::IpAddr>,
    /// The verb.
    pub method: Method,
    /// The headers.
    pub headers: HeaderMap,
    /// The path and the query, to come back to.
    pub path: String,
    /// The pairs of the form, or else of the address.
    pub pairs: Vec<Pair>,
    /// The language.
    pub language: Language,
    /// How pages look.
    pub look: Look,
    /// Whose session it is, locked or not.
    pub session: Option<InSession>,
    /// The caller of that session, if it is not locked and has a role.
    pub caller: Option<Caller>,
    /// Who that is, if it is not locked.
    pub person: Option<Person>,
    /// The secret of the session, or else of the visit, that forms are tagged with.
    pub secret: String,
    /// The tag of its forms.
    pub tag: String,
    /// When it came.
    pub moment: i64,
    /// Its own name.
    pub request: String,
}

impl Ask {
    /// A field of the form or the address.
    pub fn get(&self, name: &str) -> &str {
        query::last(&self.pairs, name).unwrap_or_default()
    }

    /// The door to the record, for whoever asks.
    pub fn record(&self) -> Result<Record, Trouble> {
        let open = self.session.as_ref().is_some_and(|session| !session.session.locked);
        let caller = self.caller.clone().ok_or(if open { Trouble::NoRole } else { Trouble::SignIn })?;
        Ok(self.desk.core.record(caller))
    }

    /// The part of the path with this number: of `/patients/kari` the second is `kari`.
    pub fn part(&self, number: usize) -> &str {
        let path = self.path.split('?').next().unwrap_or_default();
        path.split('/').nth(number).unwrap_or_default()
    }

    /// A text in the request's language.
    pub fn say(&self, words: [&'static str; 3]) -> &'static str {
        self.language.pick(words)
    }

    /// The page around a content.
    pub fn page<'p>(&'p self, title: &'p str) -> Page<'p> {
        Page {
            language: self.language,
            look: self.look,
            title,
            sandbox: self.desk.sandbox,
            person: self.person.as_ref(),
            tag: &self.tag,
            path: if self.method == Method::GET { &self.path } else { "/" },
        }
    }

    /// Whether the form is one of ours.
    pub fn is_own_form(&self) -> bool {
        csrf::is_own_origin(&self.desk.config, &self.headers)
            && csrf::is_tagged(&self.desk.core, &self.secret, self.get(csrf::FIELD)).unwrap_or(false)
    }

    /// To the sign-in, and from there back here.
    pub fn to_sign_in(&self) -> Response<Body> {
        let back = if self.method == Method::GET { self.path.as_str() } else { "/" };
        let locked = self.session.is_some();
        let pairs = [("return".to_string(), back.to_string())];
        go(&format!("{}?{}", if locked { "/locked" } else { "/signin" }, query::print(&pairs)))
    }

    /// To the choice of a role, and from there back here.
    pub fn to_role(&self) -> Response<Body> {
        let back = if self.method == Method::GET { self.path.as_str() } else { "/" };
        go(&format!("/role?{}", query::print(&[("return".to_string(), back.to_string())])))
    }

    /// With the cookie of a session.
    pub fn with_session(&self, mut response: Response<Body>, secret: &str) -> Response<Body> {
        let config = &self.desk.config;
        for line in [cookies::set(config, cookies::SESSION, secret), cookies::clear(config, cookies::VISIT)] {
            line.map(|line| response.headers_mut().append(header::SET_COOKIE, line));
        }
        response
    }
}

/// To another page.
pub fn go(path: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// A choice as the bar and the cards show it: name, role, unit.
pub fn shown(kind: Kind, choice: &Choice, language: Language) -> (String, String) {
    let duty = choice.duty.map(|duty| w::duty(duty, language).to_string());
    match kind {
        Kind::Staff if choice.organisation != choice.name => {
            (format!("{}, {}", choice.name, choice.organisation), duty.unwrap_or_default())
        }
        Kind::Staff => (choice.name.clone(), duty.unwrap_or_default()),
        Kind::Citizen if choice.role.is_empty() => (choice.name.clone(), language.pick(w::MYSELF).to_string()),
        Kind::Citizen => (choice.name.clone(), language.pick(w::ON_BEHALF).to_string()),
        Kind::Operator => (language.pick(w::OPERATOR).to_string(), String::new()),
    }
}
