//! The start page, the style, the choice of language.

use akson_core::access::may_open;
use akson_core::identity::Kind;
use akson_core::{Caller, Duty, Who};
use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use maud::{Markup, html};

use super::ask::{Ask, go};
use super::error::Trouble;
use super::pages::day;
use super::pages::{log, open, patients, review, why};
use super::words as w;
use crate::http::language::Language;
use crate::http::look::Look;
use crate::http::{assets, cookies, urls};

/// `GET /`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let Some(session) = &ask.session else { return Ok(welcome(&ask)) };
    if session.session.locked {
        return Err(Trouble::SignIn);
    }
    let kind = ask.kind()?;
    // Who has not chosen a role, or whose role has ended, chooses one.
    if kind == Kind::Staff && ask.person.as_ref().is_none_or(|person| person.role.is_empty()) {
        return Ok(go("/role"));
    }
    if let Some(Who::Staff(staff)) = ask.caller.as_ref().map(|caller| caller.who.clone()) {
        // Who has to do with no patient has no such day.
        if !matches!(staff.duty, Duty::Leader | Duty::PrivacyOfficer | Duty::Administrator) {
            return day::page(ask, &staff).await;
        }
    }
    let links: &[(&str, [&'static str; 3], &str)] = &[
        ("/fhir/Patient?_pretty=true", w::PATIENTS, "/fhir/Patient"),
        ("/fhir/Observation?_sort=-date&_count=5&_pretty=true", w::OBSERVATIONS, "/fhir/Observation?_sort=-date"),
        ("/fhir/metadata?_pretty=true", w::METADATA, "/fhir/metadata"),
    ];
    let content = html! {
        p class="lead" { (ask.say(w::LEAD)) }
        ul class="cards" {
            @for (href, text, lead) in tools(ask.caller.as_ref()) {
                li { a class="card" href=(href) { strong { (ask.say(text)) } span { (ask.say(lead)) } } }
            }
        }
        h2 { (ask.say(w::YOU_SEE)) }
        p { (ask.say(w::YOU_SEE_LEAD)) }
        ul class="cards" {
            @for (href, text, address) in links {
                li { a class="card" href=(href) { strong { (ask.say(*text)) } span { code { (address) } } } }
            }
        }
        (for_programs(&ask))
    };
    Ok(ask.page(ask.say(w::AKSON)).answer(StatusCode::OK, &content))
}

/// Where it leads, what it is called, what it is for.
type Tool = (&'static str, [&'static str; 3], [&'static str; 3]);

/// The pages that somebody has use for, by what they do.
fn tools(caller: Option<&Caller>) -> Vec<Tool> {
    let Some(caller) = caller else { return Vec::new() };
    let patients = ("/patients", patients::words::TITLE, patients::words::HINT);
    let review = ("/review", review::words::TITLE, review::words::LEAD);
    let why = ("/why", why::words::TITLE, why::words::LEAD);
    match &caller.who {
        Who::Citizen(_) => vec![("/log", log::words::TITLE, log::words::LEAD)],
        Who::Operator => vec![patients, why],
        Who::Staff(staff) => match staff.duty {
            Duty::Leader => vec![review],
            Duty::PrivacyOfficer => vec![review, why],
            Duty::Administrator => vec![why],
            _ if may_open(caller) => vec![patients, ("/open", open::words::TITLE, open::words::FIND_LEAD)],
            _ => vec![patients],
        },
        _ => Vec::new(),
    }
}

fn welcome(ask: &Ask) -> Response<Body> {
    let content = html! {
        p class="lead" { (ask.say(w::LEAD)) }
        div class="row" { a class="button" href="/signin" { (ask.say(w::SIGN_IN)) } }
        (for_programs(ask))
    };
    ask.page(ask.say(w::AKSON)).answer(StatusCode::OK, &content)
}

fn for_programs(ask: &Ask) -> Markup {
    html! {
        @if ask.desk.sandbox {
            h2 { (ask.say(w::TRY)) }
            div class="panel" {
                p { (ask.say(w::TRY_LEAD)) }
                p { code { "akson sandbox token operator" } }
                p { a href="/fhir/metadata?_pretty=true" { (ask.say(w::METADATA)) } }
            }
        }
    }
}

/// `GET /static/{file}`.
pub async fn file(ask: Ask) -> Result<Response<Body>, Trouble> {
    let asset = assets::find(ask.path.split('?').next().unwrap_or_default()).ok_or(Trouble::NotFound)?;
    Ok(assets::answer(asset))
}

/// `POST /language`.
pub async fn language(ask: Ask) -> Result<Response<Body>, Trouble> {
    let chosen = Language::of_code(ask.get("language")).ok_or(Trouble::Denied)?;
    let mut response = go(urls::local_path(ask.get("return")));
    if let Some(line) = cookies::set(&ask.desk.config, cookies::LANGUAGE, chosen.code()) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    Ok(response)
}

/// `POST /look`.
pub async fn look(ask: Ask) -> Result<Response<Body>, Trouble> {
    let chosen = Look::of_code(ask.get("look")).ok_or(Trouble::Denied)?;
    let mut response = go(urls::local_path(ask.get("return")));
    if let Some(line) = cookies::set(&ask.desk.config, cookies::LOOK, chosen.code()) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    Ok(response)
}
