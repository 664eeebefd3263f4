//! The choice of a role, or of whom it is about.

use akson_core::identity::{Kind, SignedIn};
use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::html;

use super::ask::{Ask, go, shown};
use super::error::Trouble;
use super::words as w;
use crate::http::urls;

/// `GET /role`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let session = ask.session.as_ref().ok_or(Trouble::SignIn)?;
    let kind = ask.kind()?;
    let choices = ask.desk.core.identity().choices(&session.session.signed.account, ask.moment)?;
    if choices.is_empty() {
        let content = html! { div class="panel" { p { (ask.say(w::NO_ROLE_LEAD)) } } };
        return Ok(ask.page(ask.say(w::NO_ROLE)).answer(StatusCode::OK, &content));
    }
    let (title, lead) = match kind {
        Kind::Citizen => (w::CHOOSE_WHOM, w::CHOOSE_WHOM_LEAD),
        Kind::Staff | Kind::Operator => (w::CHOOSE_ROLE, w::CHOOSE_ROLE_LEAD),
    };
    let content = html! {
        p class="lead" { (ask.say(lead)) }
        form method="post" action="/role" {
            (ask.page("").field())
            input type="hidden" name="return" value=(urls::local_path(ask.get("return")));
            ul class="cards" {
                @for choice in &choices {
                    @let (name, role) = shown(kind, choice, ask.language);
                    li {
                        button class="card" name="role" value=(choice.role) {
                            strong { (name) }
                            span { (role) }
                        }
                    }
                }
            }
        }
    };
    Ok(ask.page(ask.say(title)).answer(StatusCode::OK, &content))
}

/// `POST /role`.
pub async fn choose(ask: Ask) -> Result<Response<Body>, Trouble> {
    let current = ask.session.as_ref().ok_or(Trouble::SignIn)?;
    let identity = ask.desk.core.identity();
    let signed = SignedIn { role: ask.get("role").to_string(), ..current.session.signed.clone() };
    // A role that is not theirs makes no caller, and so no session.
    identity.caller_for(&signed, ask.moment, &ask.request)?;
    let secret = identity.change_role(&current.secret, &current.session, signed).await?;
    Ok(ask.with_session(go(urls::local_path(ask.get("return"))), &secret))
}
