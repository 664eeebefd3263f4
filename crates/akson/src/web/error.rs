//! Pages that say no: what happened, and what to do.
//!
//! Causes go to the log under the request's name, never onto a page.

use akson_core::Error;
use akson_core::identity::NoCaller;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::html;

use super::ask::Ask;
use super::words as w;

/// After so many seconds somebody who was too many may try again.
const RETRY_AFTER_S: u64 = 60;

/// Why a page is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Not from one of our pages, or too old a form.
    Denied,
    /// Nothing there, or nothing for this person.
    NotFound,
    /// Not for the role that was chosen.
    NotYours,
    /// Signing in did not succeed.
    NotYou,
    /// Somebody has proven who they are, and is nobody here.
    Nobody,
    /// The provider is less sure of them than is needed here.
    Level,
    /// The provider does not work.
    Provider,
    /// The session is locked or there is none.
    SignIn,
    /// Signed in, but in no role.
    NoRole,
    /// Too many at once.
    TooMany,
    /// The server failed; the cause is in the log.
    Failed,
}

/// Where a sign-in can end, by the word in the address of the page for it.
const ENDS: &[(&str, Trouble)] = &[
    ("nobody", Trouble::Nobody),
    ("level", Trouble::Level),
    ("provider", Trouble::Provider),
    ("busy", Trouble::TooMany),
    ("failed", Trouble::Failed),
];

impl Trouble {
    /// The word in the address of the page for a sign-in that ended so.
    pub fn word(&self) -> &'static str {
        ENDS.iter().find(|(_, end)| end == self).map_or("other", |(word, _)| word)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        match error {
            Error::Conflict(_) => Trouble::SignIn,
            Error::NotFound | Error::Gone => Trouble::NotFound,
            Error::Denied(_) => Trouble::NotYours,
            error => {
                tracing::error!(%error, "a page failed");
                Trouble::Failed
            }
        }
    }
}

impl From<NoCaller> for Trouble {
    fn from(error: NoCaller) -> Trouble {
        match error {
            NoCaller::Failed(error) => error.into(),
            NoCaller::Closed | NoCaller::NoRole | NoCaller::Ended => Trouble::NotYou,
        }
    }
}

/// The page for it.
pub fn answer(ask: &Ask, trouble: &Trouble) -> Response<Body> {
    let (status, title, lead) = match trouble {
        Trouble::Denied => (StatusCode::FORBIDDEN, w::DENIED, w::DENIED_LEAD),
        Trouble::NotFound => (StatusCode::NOT_FOUND, w::NOT_FOUND, w::NOT_FOUND_LEAD),
        Trouble::NotYours => (StatusCode::FORBIDDEN, w::NOT_YOURS, w::NOT_YOURS_LEAD),
        Trouble::NotYou => (StatusCode::FORBIDDEN, w::NOT_YOU, w::NOT_YOU_LEAD),
        Trouble::Nobody => (StatusCode::FORBIDDEN, w::NOBODY_HERE, w::NOBODY_HERE_LEAD),
        Trouble::Level => (StatusCode::FORBIDDEN, w::LEVEL, w::LEVEL_LEAD),
        Trouble::Provider => (StatusCode::BAD_GATEWAY, w::PROVIDER, w::PROVIDER_LEAD),
        Trouble::TooMany => (StatusCode::TOO_MANY_REQUESTS, w::TOO_MANY, w::TOO_MANY_LEAD),
        Trouble::SignIn => return ask.to_sign_in(),
        Trouble::NoRole => return ask.to_role(),
        Trouble::Failed => (StatusCode::INTERNAL_SERVER_ERROR, w::FAILED, w::FAILED_LEAD),
    };
    let content = html! {
        div class="panel wrong" role="alert" {
            p { (ask.say(lead)) }
            @if matches!(trouble, Trouble::Failed) { p { code { (ask.request) } } }
        }
        div class="row" {
            a class="button" href="/" { (ask.say(w::FRONT)) }
            @if matches!(trouble, Trouble::NotYou | Trouble::Nobody | Trouble::Level | Trouble::Provider) { a class="button second" href="/signin" { (ask.say(w::SIGN_IN)) } }
        }
    };
    let mut response = ask.page(ask.say(title)).answer(status, &content);
    if *trouble == Trouble::TooMany {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    }
    response
}

/// `GET /denied`: where a sign-in ends that did not succeed.
pub async fn denied(ask: Ask) -> Result<Response<Body>, Trouble> {
    let why = ENDS.iter().find(|(word, _)| *word == ask.get("why"));
    Err(why.map_or(Trouble::NotYou, |(_, trouble)| *trouble))
}
