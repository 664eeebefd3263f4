//! What the pages of this face share: who is there, the page around, and what a user is told when nothing can be done.

use akson_core::identity::{NoCaller, Refused, SessionSeen};
use akson_core::query;
use akson_core::{Caller, Who};
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::{Markup, html};

use super::ask::Ask;
use super::serve::send_on;
use super::words as w;
use crate::http::language::Language;
use crate::http::look::Look;
use crate::http::page::{Page, Person};
use crate::http::{caller, csrf, urls};

/// Somebody who is there.
pub struct User {
    /// Their session.
    pub session: SessionSeen,
    /// Who they are in it.
    pub caller: Caller,
    /// The tag of their forms.
    pub tag: String,
}

/// Who is there; otherwise the way to the sign-in and back.
pub fn user(ask: &Ask) -> Result<User, Box<Response<Body>>> {
    let (core, config) = (&ask.desk.core, &ask.desk.config);
    let go = |place: &str| {
        let pairs = [("return".to_string(), ask.path.clone())];
        Box::new(send_on(&format!("{place}?{}", query::print(&pairs))))
    };
    let failed = |_| Box::new(told(ask, &Refused::new(akson_core::identity::Code::ServerError, "the server failed")));
    if !urls::is_own_name(config, &ask.headers) {
        return Err(failed(()));
    }
    let found = caller::session(core, config, &ask.headers).map_err(|_| failed(()))?;
    let found = found.ok_or_else(|| go("/signin"))?;
    if found.session.locked {
        return Err(go("/locked"));
    }
    let named = core.identity().caller_of_session(&found.session, core.now(), &akson_core::random_name());
    let caller = named.map_err(|refused| match refused {
        NoCaller::NoRole | NoCaller::Ended => go("/role"),
        NoCaller::Closed => go("/signin"),
        NoCaller::Failed(_) => failed(()),
    })?;
    let tag = csrf::tag(core, &found.secret).map_err(|_| failed(()))?;
    if ask.method == "POST" {
        let given = ask.get(csrf::FIELD).unwrap_or_default();
        let own =
            csrf::is_own_origin(config, &ask.headers) && csrf::is_tagged(core, &found.secret, &given).unwrap_or(false);
        if !own {
            return Err(go(&ask.path));
        }
    }
    Ok(User { session: found.session, caller, tag })
}

/// A page for somebody who is there, from which forms may lead on to these origins.
pub fn shown(ask: &Ask, user: &User, title: &str, origins: &[&str], content: &Markup) -> Response<Body> {
    let language = Language::of(&ask.desk.config, &ask.headers);
    let person = person(&user.caller, language);
    let sandbox = ask.desk.core.identity().is_sandbox().unwrap_or(false);
    let look = Look::of(&ask.desk.config, &ask.headers);
    let page = Page { language, look, title, sandbox, person: Some(&person), tag: &user.tag, path: &ask.path };
    let mut response = page.answer(StatusCode::OK, content);
    let policy = response.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    // Browsers hold the policy against where a form's answer leads.
    let policy = policy.map(|policy| {
        policy.replace("form-action 'self'", format!("form-action 'self' {}", origins.join(" ")).trim_end())
    });
    if let Some(policy) = policy.and_then(|policy| HeaderValue::from_str(&policy).ok()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn person(caller: &Caller, language: Language) -> Person {
    match &caller.who {
        Who::Staff(staff) => {
            Person { name: staff.name.clone(), role: staff.organisation.clone(), unit: staff.unit.clone() }
        }
        Who::Citizen(citizen) => Person { name: citizen.name.clone(), ..Person::default() },
        _ => Person { name: language.pick(w::OPERATOR).to_string(), ..Person::default() },
    }
}

/// The hidden field that says that a form is ours.
pub fn field(user: &User) -> Markup {
    html! { input type="hidden" name=(csrf::FIELD) value=(user.tag); }
}

/// A page that says what is wrong with the app's request.
pub fn told(ask: &Ask, refused: &Refused) -> Response<Body> {
    let language = Language::of(&ask.desk.config, &ask.headers);
    let content = html! {
        div class="panel" {
            p { (language.pick(w::NOT_OPENED_LEAD)) }
            p class="soft" { (language.pick(w::FOR_MAKERS)) " " code { (refused.code.word()) } ": " span lang="en" { (refused.text) } }
        }
    };
    let sandbox = ask.desk.core.identity().is_sandbox().unwrap_or(false);
    let title = language.pick(w::NOT_OPENED);
    let look = Look::of(&ask.desk.config, &ask.headers);
    Page { language, look, title, sandbox, person: None, tag: "", path: "/" }.answer(StatusCode::BAD_REQUEST, &content)
}
