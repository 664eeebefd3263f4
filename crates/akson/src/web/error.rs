//! Pages that say no: what happened, and what to do.
//!
//! Causes go to the log under the request's name, never onto a page.

use akson_core::Error;
use akson_core::identity::NoCaller;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::html;

use super::ask::Ask;
use super::words as w;

/// Why a page is not shown.
#[derive(Debug)]
pub enum Trouble {
    /// Not from one of our pages, or too old a form.
    Denied,
    /// Nothing there, or nothing for this person.
    NotFound,
    /// Signing in did not succeed.
    NotYou,
    /// The session is locked or there is none.
    SignIn,
    /// Too many at once.
    TooMany,
    /// The server failed; the cause is in the log.
    Failed,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        match error {
            Error::Conflict(_) => Trouble::SignIn,
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
        Trouble::NotYou => (StatusCode::FORBIDDEN, w::NOT_YOU, w::NOT_YOU_LEAD),
        Trouble::TooMany => (StatusCode::TOO_MANY_REQUESTS, w::TOO_MANY, w::TOO_MANY_LEAD),
        Trouble::SignIn => return ask.to_sign_in(),
        Trouble::Failed => (StatusCode::INTERNAL_SERVER_ERROR, w::FAILED, w::FAILED_LEAD),
    };
    let content = html! {
        div class="panel wrong" role="alert" {
            p { (ask.say(lead)) }
            @if matches!(trouble, Trouble::Failed) { p { code { (ask.request) } } }
        }
        div class="row" {
            a class="button" href="/" { (ask.say(w::FRONT)) }
            @if matches!(trouble, Trouble::NotYou) { a class="button second" href="/signin" { (ask.say(w::SIGN_IN)) } }
        }
    };
    ask.page(ask.say(title)).answer(status, &content)
}

/// `GET /denied`: where a sign-in ends that did not succeed.
pub async fn denied(_: Ask) -> Result<Response<Body>, Trouble> {
    Err(Trouble::NotYou)
}
