//! One's own session: what it is, locking it, ending it; the page of a locked one.

use akson_core::identity::Kind;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::html;

use super::ask::{Ask, go};
use super::error::Trouble;
use super::provider;
use super::words as w;
use crate::http::{cookies, time, urls};

const CLEAR_SITE_DATA: &str = "clear-site-data";

/// `GET /session`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let session = &ask.session.as_ref().ok_or(Trouble::SignIn)?.session;
    let kind = ask.kind()?;
    let person = ask.person.clone().unwrap_or_default();
    let several = ask.desk.core.identity().choices(&session.signed.account, ask.moment)?.len() > 1;
    let change = if kind == Kind::Citizen { w::CHANGE_WHOM } else { w::CHANGE_ROLE };
    let content = html! {
        div class="panel" {
            dl {
                dt { (ask.say(w::NAME)) } dd { (person.name) }
                @if kind == Kind::Staff && !person.role.is_empty() {
                    dt { (ask.say(w::ROLE)) } dd { (person.role) }
                    dt { (ask.say(w::UNIT)) } dd { (person.unit) }
                }
                dt { (ask.say(w::SIGNED_IN_BY)) } dd { (session.provider) }
                dt { (ask.say(w::SECURITY)) } dd { (session.signed.level) }
                dt { (ask.say(w::SIGNED_IN_AT)) } dd { (time::in_norway(session.begun)) }
            }
        }
        p class="soft" { (ask.say(w::SIGN_OUT_TEXT)) }
        div class="row" {
            @if several { a class="button" href="/role" { (ask.say(change)) } }
            a class="button second" href="/oauth/apps" { (ask.say(w::HELD)) }
            form method="post" action="/lock" {
                (ask.page("").field())
                button class="second" { (ask.say(w::LOCK)) }
            }
            form method="post" action="/signout" {
                (ask.page("").field())
                button class="second" { (ask.say(w::SIGN_OUT)) }
            }
        }
    };
    Ok(ask.page(ask.say(w::SESSION)).answer(StatusCode::OK, &content))
}

/// `POST /lock`.
pub async fn lock(ask: Ask) -> Result<Response<Body>, Trouble> {
    let session = ask.session.as_ref().ok_or(Trouble::SignIn)?;
    ask.desk.core.identity().lock_session(&session.secret).await?;
    Ok(cleared(go("/locked"), "\"cache\""))
}

/// `GET /locked`: shows nothing of where somebody was but the way back.
pub async fn locked(ask: Ask) -> Result<Response<Body>, Trouble> {
    let Some(session) = &ask.session else { return Ok(go("/signin")) };
    let back = urls::local_path(ask.get("return"));
    // The same way in as before, if it is a provider's.
    let provider = ask.desk.providers.get(&session.session.provider);
    let way = provider.map_or("/signin".to_string(), |known| format!("/signin/{}", known.provider.name));
    let to = format!("{way}?{}", akson_core::query::print(&[("return".to_string(), back.to_string())]));
    if !session.session.locked {
        let content = html! {
            p class="lead" { (ask.say(w::STILL_HERE_LEAD)) }
            div class="row" { a class="button" href="/" { (ask.say(w::CONTINUE)) } }
        };
        return Ok(ask.page(ask.say(w::STILL_HERE)).answer(StatusCode::OK, &content));
    }
    let name = ask.desk.core.identity().name_of(&session.session.signed.account)?;
    let content = html! {
        p class="lead" { (ask.say(w::LOCKED_LEAD)) }
        div class="row" {
            a class="button" href=(to) { (ask.say(w::CONTINUE_AS)) " " (name) }
            a class="button second" href="/signin" { (ask.say(w::ANOTHER)) }
            form method="post" action="/signout" {
                (ask.page("").field())
                button class="second" { (ask.say(w::SIGN_OUT)) }
            }
        }
    };
    Ok(cleared(ask.page(ask.say(w::LOCKED)).answer(StatusCode::OK, &content), "\"cache\""))
}

/// `POST /signout`: ends it here, and in the browser.
pub async fn sign_out(ask: Ask) -> Result<Response<Body>, Trouble> {
    let mut to = "/signedout".to_string();
    if let Some(session) = &ask.session {
        ask.desk.core.identity().end_session(&session.secret).await?;
        if let Some(known) = ask.desk.providers.get(&session.session.provider) {
            to = format!("/signedout?from={}", known.provider.name);
        }
    }
    let mut response = go(&to);
    if let Some(line) = cookies::clear(&ask.desk.config, cookies::SESSION) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    Ok(cleared(response, "\"cache\", \"cookies\", \"storage\""))
}

/// `GET /signedout`: and on to the provider, where somebody may still be signed in.
pub async fn signed_out(ask: Ask) -> Result<Response<Body>, Trouble> {
    let there = provider::sign_out_there(&ask).await;
    let content = html! {
        p class="lead" { (ask.say(w::SIGNED_OUT_LEAD)) }
        @if let Some((title, address)) = &there {
            p { (ask.say(w::ALSO_THERE)) " " (title) "." }
            div class="row" { a class="button" href=(address) { (ask.say(w::SIGN_OUT_THERE)) } }
        } @else {
            div class="row" { a class="button" href="/signin" { (ask.say(w::SIGN_IN)) } }
        }
    };
    let mut response = ask.page(ask.say(w::SIGNED_OUT)).answer(StatusCode::OK, &content);
    if let Some((_, address)) = there
        && let Ok(value) = HeaderValue::from_str(&format!("1; url={address}"))
    {
        response.headers_mut().insert(header::REFRESH, value);
    }
    Ok(response)
}

fn cleared(mut response: Response<Body>, what: &'static str) -> Response<Body> {
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static(what));
    response
}
