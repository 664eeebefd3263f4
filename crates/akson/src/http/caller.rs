//! From a request to whoever asks: by a token, or by the cookie of a session.
//!
//! There is no caller by default: who shows neither is nobody. A session counts for requests that change something only
//! from our own pages. What it does not do: decide what a caller may see.

use akson_core::identity::{NoCaller, Presented, Scheme, SessionSeen, Site, TokenRefused};
use akson_core::{Caller, Core, Error};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::Config;
use crate::http::{cookies, csrf, urls};

/// A session and the secret in its cookie.
pub struct InSession {
    /// The secret.
    pub secret: String,
    /// The session.
    pub session: SessionSeen,
}

impl InSession {
    /// The same again.
    pub fn copy(&self) -> InSession {
        InSession { secret: self.secret.clone(), session: self.session.clone() }
    }
}

/// Whose session the request is of; somebody is there.
pub fn session(core: &Core, config: &Config, headers: &HeaderMap) -> Result<Option<InSession>, Error> {
    let Some(secret) = cookies::get(config, headers, cookies::SESSION) else { return Ok(None) };
    let found = core.identity().session(secret, core.now())?;
    Ok(found.map(|session| InSession { secret: secret.to_string(), session }))
}

/// The same for a page that waits: nobody is there.
pub fn look_at_session(core: &Core, config: &Config, headers: &HeaderMap) -> Result<Option<InSession>, Error> {
    let Some(secret) = cookies::get(config, headers, cookies::SESSION) else { return Ok(None) };
    let found = core.identity().look_at_session(secret, core.now())?;
    Ok(found.map(|session| InSession { secret: secret.to_string(), session }))
}

/// Why a request has no caller.
#[derive(Debug)]
pub enum NoEntry {
    /// Nothing shown, or nothing that is good here; what `WWW-Authenticate` says.
    Unknown(String),
    /// Signed in, but without a role.
    NoRole,
    /// It could not be found out.
    Failed(Error),
}

/// The caller of a request to the record: by its token, or else by the session of one of our pages.
pub fn caller(core: &Core, config: &Config, head: &Parts, request: &str) -> Result<Caller, NoEntry> {
    let moment = core.now();
    let mut shown = head.headers.get_all(header::AUTHORIZATION).iter();
    match (shown.next(), shown.next()) {
        (Some(only), None) => by_token(core, config, head, (only, moment, request)),
        (Some(_), Some(_)) => Err(NoEntry::Unknown(TokenRefused::Invalid.challenge())),
        (None, _) => by_session(core, config, head, (moment, request)),
    }
}

fn by_token(
    core: &Core,
    config: &Config,
    head: &Parts,
    (shown, moment, request): (&HeaderValue, i64, &str),
) -> Result<Caller, NoEntry> {
    let invalid = || NoEntry::Unknown(TokenRefused::Invalid.challenge());
    let (scheme, token) = shown.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(invalid)?;
    let scheme = match scheme {
        name if name.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
        name if name.eq_ignore_ascii_case("dpop") => Scheme::Dpop,
        _ => return Err(invalid()),
    };
    let proofs = head.headers.get_all("dpop").iter();
    let proofs: Vec<String> = proofs.map(|proof| proof.to_str().unwrap_or_default().to_string()).collect();
    let site = site(config, &head.headers);
    let url = format!("{}{}", site.root, head.uri.path());
    let shown = Presented { scheme, token: token.trim(), proofs: &proofs, method: head.method.as_str(), url: &url };
    core.identity().caller_of_token(&site, &shown, moment, request).map_err(|refused| match refused {
        TokenRefused::Failed(error) => NoEntry::Failed(error),
        refused => NoEntry::Unknown(refused.challenge()),
    })
}

/// This server's addresses, as this request sees them.
pub fn site(config: &Config, headers: &HeaderMap) -> Site {
    match config.public_url.is_empty() {
        true => Site::seen_as(&urls::base(config, headers)),
        false => Site::at(&config.public_url),
    }
}

fn by_session(core: &Core, config: &Config, head: &Parts, (moment, request): (i64, &str)) -> Result<Caller, NoEntry> {
    let unknown = || NoEntry::Unknown(TokenRefused::invitation());
    if !csrf::is_safe(&head.method) && !csrf::is_own_origin(config, &head.headers) {
        return Err(unknown());
    }
    let session = session(core, config, &head.headers).map_err(NoEntry::Failed)?.ok_or_else(unknown)?;
    core.identity().caller_of_session(&session.session, moment, request).map_err(|error| match error {
        NoCaller::NoRole | NoCaller::Ended => NoEntry::NoRole,
        NoCaller::Closed => unknown(),
        NoCaller::Failed(error) => NoEntry::Failed(error),
    })
}
