//! Starting an app for a patient from within Akson (EHR launch).

use akson_core::identity::{Client, Context, Issuer, Refused};
use axum::body::Body;
use axum::http::Response;
use maud::html;

use super::ask::Ask;
use super::consent::picker;
use super::page::{self, User};
use super::serve::send_on;
use super::words as w;
use crate::http::language::Language;

/// `GET apps`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Refused> {
    match page::user(&ask) {
        Ok(user) => choose(&ask, &user).await,
        Err(response) => Ok(*response),
    }
}

/// `POST apps`: an app is started, or somebody is looked for.
pub async fn start(ask: Ask) -> Result<Response<Body>, Refused> {
    let user = match page::user(&ask) {
        Ok(user) => user,
        Err(response) => return Ok(*response),
    };
    let (Some(client), Some(patient)) = (ask.get("client"), ask.get("patient")) else {
        return choose(&ask, &user).await;
    };
    let context = Context { patient: Some(patient), need_patient_banner: Some(true), ..Context::default() };
    match ask.desk.core.identity().launch(&ask.site, &user.session, &client, context).await {
        Ok(address) => Ok(send_on(&address)),
        Err(refused) => Ok(page::told(&ask, &refused)),
    }
}

async fn choose(ask: &Ask, user: &User) -> Result<Response<Body>, Refused> {
    let identity = ask.desk.core.identity();
    let startable = |client: &Client| client.launch.is_some() && client.profile.issuer() == Issuer::Smart;
    let clients: Vec<Client> = identity.clients()?.into_iter().filter(startable).collect();
    let language = Language::of(&ask.desk.config, &ask.headers);
    let name = ask.get("name").unwrap_or_default();
    let choices = identity.patients_to_choose(user.caller.clone(), &name).await?;
    let content = html! {
        p class="lead" { (language.pick(w::APPS_LEAD)) }
        form method="post" action=(ask.path) {
            (page::field(user))
            (picker(&choices, &name, language))
            @if clients.is_empty() { p { (language.pick(w::NO_APPS)) } }
            ul class="cards" {
                @for client in &clients {
                    li {
                        button class="card" name="client" value=(client.id) {
                            strong { (client.name) }
                            span { (language.pick(w::START)) }
                        }
                    }
                }
            }
        }
    };
    let origins: Vec<String> = clients.iter().filter_map(Client::launch_origin).map(str::to_string).collect();
    let origins: Vec<&str> = origins.iter().map(String::as_str).collect();
    Ok(page::shown(ask, user, language.pick(w::APPS), &origins, &content))
}
