//! The apps that somebody has given access: what each may do, since when, when it last did, and ending it.
//!
//! For everybody who can sign in; each sees their own. What is ended ends at once.

use akson_core::identity::{Held, Refused};
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, html};

use super::ask::Ask;
use super::page::{self, User};
use super::serve::send_on;
use super::words as w;
use crate::http::language::Language;
use crate::http::time;

/// `GET /oauth/apps`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Refused> {
    let user = match page::user(&ask) {
        Ok(user) => user,
        Err(response) => return Ok(*response),
    };
    let language = Language::of(&ask.desk.config, &ask.headers);
    let held = ask.desk.core.identity().held_by_apps(&user.session.signed.account)?;
    let content = html! {
        @if ask.get("ended").is_some() { p class="panel" role="status" { (language.pick(w::ENDED)) } }
        p class="lead" { (language.pick(w::HELD_LEAD)) }
        @if held.is_empty() { p { (language.pick(w::NONE_HELD)) } }
        @for (place, app) in held.iter().enumerate() { (one(&user, app, place, language)) }
    };
    Ok(page::shown(&ask, &user, language.pick(w::HELD), &[], &content))
}

fn one(user: &User, app: &Held, place: usize, language: Language) -> Markup {
    let mut lines: Vec<String> = app.scopes.known.iter().filter_map(|(_, scope)| w::plain(scope, language)).collect();
    if app.everything {
        lines.push(w::all(language));
    }
    lines.dedup();
    let (heading, used) = (format!("app-{place}"), app.used.map(time::in_norway));
    html! {
        section class="panel" aria-labelledby=(heading) {
            h2 id=(heading) { (app.name) }
            p { (language.pick(w::MAY)) }
            ul { @for line in &lines { li { (line) } } }
            dl {
                dt { (language.pick(w::SINCE)) } dd { (time::in_norway(app.since)) }
                dt { (language.pick(w::USED)) } dd { (used.as_deref().unwrap_or(language.pick(w::NEVER))) }
                dt { (language.pick(w::UNTIL)) } dd { (time::in_norway(app.until)) }
            }
            form method="post" action="/oauth/apps" {
                (page::field(user))
                button name="client" value=(app.client) aria-describedby=(heading) { (language.pick(w::END)) }
            }
        }
    }
}

/// `POST /oauth/apps`: ends what an app was given.
pub async fn end(ask: Ask) -> Result<Response<Body>, Refused> {
    let user = match page::user(&ask) {
        Ok(user) => user,
        Err(response) => return Ok(*response),
    };
    let client = ask.get("client").unwrap_or_default();
    let ended = ask.desk.core.identity().end_app(&user.session.signed.account, &client).await?;
    Ok(send_on(if ended { "/oauth/apps?ended=yes" } else { "/oauth/apps" }))
}
