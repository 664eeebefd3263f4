//! Signing in: in a sandbox by choosing an invented person, elsewhere through a provider.

use akson_core::identity::{AccountSeen, Kind, OPERATOR, Person};
use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::{Markup, html};

use super::ask::{Ask, go};
use super::error::Trouble;
use super::words as w;
use crate::demo::story::{Story, stories};
use crate::http::urls;

/// How sure a sandbox is of whom somebody chose to be.
const SANDBOX_LEVEL: u8 = 4;

/// `GET /signin`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let back = urls::local_path(ask.get("return"));
    let content = html! {
        (providers(&ask, back))
        @if ask.desk.sandbox { (persons(&ask, back)?) }
        @else if ask.desk.providers.all().next().is_none() { p { (ask.say(w::NOBODY)) } }
    };
    Ok(ask.page(ask.say(w::SIGN_IN)).answer(StatusCode::OK, &content))
}

/// The ways in through providers; each is a link, since the policy of the pages lets no form leave this server.
fn providers(ask: &Ask, back: &str) -> Markup {
    let of = |kind: Kind| ask.desk.providers.all().filter(move |provider| provider.people == kind);
    let query = akson_core::query::print(&[("return".to_string(), back.to_string())]);
    html! {
        @for (kind, title) in [(Kind::Staff, w::FOR_STAFF), (Kind::Citizen, w::FOR_CITIZENS)] {
            @if of(kind).next().is_some() {
                h2 { (ask.say(title)) }
                ul class="cards" {
                    @for provider in of(kind) {
                        li {
                            a class="card" rel="nofollow" href=(format!("/signin/{}?{query}", provider.name)) {
                                strong { (ask.say(w::SIGN_IN_WITH)) " " (provider.title) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn persons(ask: &Ask, back: &str) -> Result<Markup, Trouble> {
    let persons = ask.desk.core.identity().sandbox_persons(ask.moment)?;
    let of = |kind: Kind| persons.iter().filter(move |person| person.kind == kind);
    let there = |story: &&Story| persons.iter().any(|person| person.id == story.person) && is_there(ask, story);
    let mut told = stories().iter().filter(there).peekable();
    let groups = [(Kind::Staff, w::STAFF), (Kind::Citizen, w::CITIZENS), (Kind::Operator, w::OTHERS)];
    Ok(html! {
        p class="lead" { (ask.say(w::CHOOSE_PERSON)) ". " (ask.say(w::CHOOSE_PERSON_LEAD)) }
        form method="post" action="/signin/sandbox" {
            (ask.page("").field())
            input type="hidden" name="return" value=(back);
            @if told.peek().is_some() {
                h2 id=(w::STORIES[2]) { (ask.say(w::STORIES)) }
                ul class="cards" aria-labelledby=(w::STORIES[2]) {
                    @for story in told { li { (told_as(ask, story)) } }
                }
            }
            @for (kind, title) in groups {
                @if of(kind).next().is_some() {
                    h2 id=(title[2]) { (ask.say(title)) }
                    ul class="cards" aria-labelledby=(title[2]) {
                        @for person in of(kind) { li { (card(ask, person)) } }
                    }
                }
            }
        }
    })
}

/// Whether the patient of a story is in this record.
fn is_there(ask: &Ask, story: &Story) -> bool {
    story.patient.is_empty() || ask.desk.core.number("Patient", story.patient).is_ok_and(|number| number.is_some())
}

/// A story as a way in: whose it is, and what happens.
fn told_as(ask: &Ask, story: &Story) -> Markup {
    let whole = ask.say(story.title);
    let (role, what) = whole.split_once(": ").unwrap_or((whole, ""));
    html! {
        button class="card" name="story" value=(story.id) {
            strong { (role) }
            @if !what.is_empty() { span { (what) } }
        }
    }
}

fn card(ask: &Ask, person: &Person) -> Markup {
    let name = if person.id == OPERATOR { ask.say(w::OPERATOR) } else { person.name.as_str() };
    html! {
        button class="card" name="person" value=(person.id) {
            strong { (name) }
            @if person.id == OPERATOR { span { (ask.say(w::OPERATOR_TEXT)) } }
            @for (unit, duty) in &person.roles { span { (w::duty(*duty, ask.language)) ", " (unit) } }
            @if !person.born.is_empty() { span { (ask.say(w::BORN)) " " (date(&person.born)) } }
        }
    }
}

/// `2026-02-14` as `14.02.2026`; what is shorter stays.
fn date(text: &str) -> String {
    let mut parts = text.split('-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day)) => format!("{day}.{month}.{year}"),
        _ => text.to_string(),
    }
}

/// `POST /signin/sandbox`.
pub async fn sandbox(ask: Ask) -> Result<Response<Body>, Trouble> {
    let story = stories().iter().find(|story| story.id == ask.get("story"));
    let person = story.map_or(ask.get("person"), |story| story.person);
    let account = ask.desk.core.identity().sandbox_account(person).await?;
    let back = match story {
        Some(story) if account.kind == Kind::Staff && !story.patient.is_empty() => {
            format!("/patients/{}", story.patient)
        }
        Some(_) => "/".to_string(),
        None => urls::local_path(ask.get("return")).to_string(),
    };
    enter(&ask, &account, (SANDBOX_LEVEL, "sandbox", &[]), &back).await
}

/// Begins or goes on with a session: who comes back to their own locked one is led to where they were.
pub async fn enter(
    ask: &Ask,
    account: &AccountSeen,
    proven: (u8, &str, &[String]),
    back: &str,
) -> Result<Response<Body>, Trouble> {
    let identity = ask.desk.core.identity();
    let before = ask.session.as_ref().map(|session| (session.secret.as_str(), &session.session));
    // Somebody else's page is not theirs to come back to.
    let others = before.is_some_and(|(_, session)| session.signed.account != account.id);
    let (secret, _) = identity.enter(account, proven, before).await?;
    let to = if others { "/" } else { back };
    let session = identity.session(&secret, ask.moment)?.ok_or(Trouble::Failed)?;
    let unchosen = account.kind == Kind::Staff && session.signed.role.is_empty();
    let whom = account.kind == Kind::Citizen
        && session.signed.role.is_empty()
        && before.is_none()
        && identity.choices(&account.id, ask.moment)?.len() > 1;
    let to = match unchosen || whom {
        true => format!("/role?{}", akson_core::query::print(&[("return".to_string(), to.to_string())])),
        false => to.to_string(),
    };
    Ok(ask.with_session(go(&to), &secret))
}
