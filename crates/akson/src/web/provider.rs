//! Signing in through a provider: away to it, and back from it.
//!
//! A browser leaves by a link and comes back once, in the same browser, with a code that only this server can use. Whatever
//! goes wrong ends on a page that says what to do; the cause is in the log, without anything the provider said of anybody.
//! Who comes back to their own locked session has been asked anew by the provider.

use akson_core::identity::{Fault, Journey, NoCaller, Tried, code_in};
use axum::body::Body;
use axum::http::{HeaderValue, Response, header};

use super::ask::{Ask, go};
use super::error::Trouble;
use super::providers::Known;
use super::sign_in;
use super::talk::Talk;
use crate::http::{caller, urls};

impl Ask {
    /// The provider in the address.
    fn provider(&self) -> Result<&Known, Trouble> {
        let name = self.path.split(['/', '?']).nth(2).unwrap_or_default();
        self.desk.providers.get(name).ok_or(Trouble::NotFound)
    }

    /// Where a provider sends browsers back to.
    fn redirect(&self, known: &Known) -> String {
        let site = caller::site(&self.desk.config, &self.headers);
        format!("{}/signin/{}/back", site.root, known.provider.name)
    }
}

/// `GET /signin/{provider}`: to the provider.
pub async fn away(ask: Ask) -> Result<Response<Body>, Trouble> {
    let known = ask.provider()?;
    if let Some(address) = ask.address {
        ask.desk.core.identity().may_begin(address).map_err(|_| Trouble::TooMany)?;
    }
    let redirect = ask.redirect(known);
    // Whose session is locked, or whoever takes over at this machine, shows anew who they are.
    let fresh = ask.session.is_some();
    let back = urls::local_path(ask.get("return"));
    let core = &ask.desk.core;
    let talk = Talk::begin(core, &ask.desk.providers, known).await;
    let talk = talk.map_err(|fault| failed(known, fault))?;
    let journey = Journey::new(&known.provider, &ask.secret, back, fresh);
    let state = core.identity().set_out(journey).await?;
    let pairs = core.identity().sign_in_request(&known.provider, &state, &redirect, fresh)?;
    let address = talk.address(pairs).await.map_err(|fault| failed(known, fault))?;
    Ok(go(&address))
}

/// `GET /signin/{provider}/back`: from the provider.
pub async fn back(ask: Ask) -> Result<Response<Body>, Trouble> {
    let known = ask.provider()?;
    let tried = ask.address.map(|address| Tried { address, client: "" });
    if tried.is_some_and(|tried| ask.desk.core.identity().may_try(tried).is_err()) {
        return Err(Trouble::TooMany);
    }
    let arrived = arrived(&ask, known).await;
    if let Err(trouble) = &arrived {
        // Kept before the browser is told.
        ask.desk.core.identity().note_failed_sign_in(&known.provider.name, trouble.word()).await?;
        if let Some(tried) = tried {
            ask.desk.core.identity().has_failed(tried);
        }
    }
    match arrived {
        Ok(response) => Ok(response),
        // The code goes out of the address, and with it out of the browser's history.
        Err(trouble) => Ok(go(&format!("/denied?why={}", trouble.word()))),
    }
}

async fn arrived(ask: &Ask, known: &Known) -> Result<Response<Body>, Trouble> {
    let identity = ask.desk.core.identity();
    let refused = |fault: Fault| failed(known, fault);
    let journey = identity.come_back(&known.provider, ask.get("state"), &ask.secret).await.map_err(refused)?;
    let talk = Talk::begin(&ask.desk.core, &ask.desk.providers, known).await.map_err(refused)?;
    let code = code_in(&known.provider, &talk.metadata, &ask.pairs).map_err(refused)?;
    let told = talk.told(code, ask.get("state"), &journey, &ask.redirect(known)).await.map_err(refused)?;
    let proven = told.proven(&known.provider).map_err(refused)?;
    let account = identity.sign_in(&proven).await.map_err(|error| match error {
        NoCaller::Failed(error) => Trouble::from(error),
        _ => Trouble::Nobody,
    })?;
    let how = (proven.level, proven.provider.as_str(), proven.organisations.as_slice());
    sign_in::enter(ask, &account, how, urls::local_path(&journey.back)).await
}

fn failed(known: &Known, fault: Fault) -> Trouble {
    tracing::warn!(provider = known.provider.name, %fault, "a sign-in did not succeed");
    match fault {
        Fault::Level => Trouble::Level,
        Fault::Metadata(_) | Fault::Provider(_) => Trouble::Provider,
        Fault::Back(_) | Fault::Refused | Fault::IdToken(_) | Fault::UnknownKey => Trouble::NotYou,
    }
}

/// The title of the provider that somebody came from, and where they sign out of it. The ID token is not given back: it
/// would carry a number through an address, so the provider asks whether it is meant.
pub async fn sign_out_there(ask: &Ask) -> Option<(String, String)> {
    let known = ask.desk.providers.get(ask.get("from"))?;
    let metadata = ask.desk.providers.metadata(&ask.desk.core, known).await.ok()?;
    let site = caller::site(&ask.desk.config, &ask.headers);
    let pairs = [
        ("client_id".to_string(), known.provider.client_id.clone()),
        ("post_logout_redirect_uri".to_string(), format!("{}/signedout", site.root)),
    ];
    let end = metadata.end_session?;
    let mark = if end.contains('?') { '&' } else { '?' };
    Some((known.provider.title.clone(), format!("{end}{mark}{}", akson_core::query::print(&pairs))))
}

/// `GET /signin/keys`: the public keys that providers need.
pub async fn keys(ask: Ask) -> Result<Response<Body>, Trouble> {
    let keys = ask.desk.core.identity().client_keys().await?;
    let mut response = Response::new(Body::from(format!("{keys}\n")));
    for (name, value) in [
        (header::CONTENT_TYPE, "application/jwk-set+json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
