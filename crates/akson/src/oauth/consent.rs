//! The question to the user: this app asks for this; yes or no, and for whom.
//!
//! Works without script. Names that are looked for go in a form, never in an address.

use akson_core::identity::scopes::Scopes;
use akson_core::identity::{Answer, Asked, Client, Code, PatientChoice, Refused};
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, html};

use super::ask::Ask;
use super::page::{self, User};
use super::serve::send_on;
use super::words as w;
use crate::http::language::Language;

fn gone() -> Refused {
    Refused::new(Code::InvalidRequest, "the request was answered, or it is too old")
}

/// `GET consent/{asked}`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Refused> {
    question(&ask, None).await
}

/// `POST consent/{asked}`: yes, no, or somebody is looked for.
pub async fn answer(ask: Ask) -> Result<Response<Body>, Refused> {
    let user = match page::user(&ask) {
        Ok(user) => user,
        Err(response) => return Ok(*response),
    };
    let told = ask.rest.first().cloned().unwrap_or_default();
    let answer = match ask.get("do").as_deref() {
        Some("yes") => Answer::Yes(ask.get("patient")),
        Some("no") => Answer::No,
        _ => return question(&ask, Some(user)).await,
    };
    if matches!(answer, Answer::Yes(None)) {
        let asked = ask.desk.core.identity().asked_by(&told)?;
        if asked.is_some_and(|(asked, _)| asked.needs_patient()) {
            return question(&ask, Some(user)).await;
        }
    }
    match ask.desk.core.identity().answer(&ask.site, &told, &user.session, answer).await {
        Ok(address) => Ok(send_on(&address)),
        Err(refused) => Ok(page::told(&ask, &refused)),
    }
}

async fn question(ask: &Ask, user: Option<User>) -> Result<Response<Body>, Refused> {
    let told = ask.rest.first().cloned().unwrap_or_default();
    let identity = ask.desk.core.identity();
    let Some((asked, client)) = identity.asked_by(&told)? else { return Ok(page::told(ask, &gone())) };
    let user = match user.map_or_else(|| page::user(ask), Ok) {
        Ok(user) => user,
        Err(response) => return Ok(*response),
    };
    let language = Language::of(&ask.desk.config, &ask.headers);
    let name = ask.get("name").unwrap_or_default();
    let choices = match asked.needs_patient() {
        true => Some(identity.patients_to_choose(user.caller.clone(), &name).await?),
        false => None,
    };
    let content = html! {
        (what(&asked, &client, language))
        form method="post" action=(ask.path) {
            (page::field(&user))
            @if let Some(choices) = &choices {
                (picker(choices, &name, language))
            }
            div class="row" {
                button name="do" value="yes" { (language.pick(w::YES)) }
                button class="second" name="do" value="no" { (language.pick(w::NO)) }
            }
        }
    };
    Ok(page::shown(ask, &user, language.pick(w::CONSENT), &[asked.origin()], &content))
}

fn what(asked: &Asked, client: &Client, language: Language) -> Markup {
    let scopes = Scopes::parse(&asked.scopes);
    let mut lines: Vec<String> = scopes.known.iter().filter_map(|(_, scope)| w::plain(scope, language)).collect();
    lines.dedup();
    html! {
        p class="lead" { strong { (client.name) } " " (language.pick(w::ASKS)) }
        ul { @for line in &lines { li { (line) } } }
        p { (language.pick(w::LIMITS)) }
        p class="soft" { (language.pick(w::GOES_TO)) " " (asked.origin()) }
    }
}

/// Whom it is about: a name to look for, and those who were found.
pub fn picker(choices: &[PatientChoice], name: &str, language: Language) -> Markup {
    html! {
        fieldset {
            legend { (language.pick(w::WHICH)) }
            label for="name" { (language.pick(w::NAME)) }
            div class="row" {
                input id="name" name="name" value=(name) autocomplete="off";
                button class="second" name="do" value="find" { (language.pick(w::FIND)) }
            }
            @if choices.is_empty() && !name.is_empty() { p { (language.pick(w::NOBODY)) } }
            @for (place, choice) in choices.iter().enumerate() {
                div {
                    label {
                        input type="radio" name="patient" value=(choice.id) checked[place == 0 && choices.len() == 1];
                        " " (choice.name) ", " (language.pick(w::BORN)) " " (choice.born)
                    }
                }
            }
        }
    }
}
