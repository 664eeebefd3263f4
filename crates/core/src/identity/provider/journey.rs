//! A sign-in that is under way: from here to the provider and back, in one browser, once.
//!
//! The state in the address is a secret of this server's. What is kept of it is its hash, and with it where the browser
//! was, which browser it was, and whether the provider has to ask anew. Nonce and verifier are made of the state under a
//! key of this database, so they need not be kept. What comes back in another browser, twice or too late is refused.

use serde::{Deserialize, Serialize};

use super::super::tickets::{self, SIGN_IN, ticket};
use super::super::{Identity, secret};
use super::configured::Provider;
use super::fault::Fault;
use crate::error::Error;

/// How long somebody may take at the provider.
const JOURNEY_LIFE_US: i64 = 900 * 1_000_000;

/// A sign-in under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journey {
    /// The provider.
    pub provider: String,
    /// Where the browser was.
    pub back: String,
    /// Whether the provider was asked to ask anew who it is.
    pub fresh: bool,
    /// When it began.
    pub begun: i64,
    /// The hash of the browser's secret.
    browser: String,
}

impl Journey {
    /// A journey of a browser that begins.
    pub fn new(provider: &Provider, browser: &str, back: &str, fresh: bool) -> Journey {
        Journey { provider: provider.name.clone(), back: back.to_string(), fresh, begun: 0, browser: hash(browser) }
    }
}

fn hash(browser: &str) -> String {
    secret::encode(&secret::hash(browser))
}

impl Identity<'_> {
    /// Begins a journey; the answer is its state.
    pub async fn set_out(&self, journey: Journey) -> Result<String, Error> {
        let now = self.core.now();
        let state = secret::random()?;
        let body = tickets::write(&Journey { begun: now, ..journey })?;
        let kept = ticket(SIGN_IN, &state, now.saturating_add(JOURNEY_LIFE_US), body);
        self.core
            .store()
            .write(move |tx| {
                tx.forget_ended(now)?;
                tx.keep_ticket(&kept)
            })
            .await?;
        Ok(state)
    }

    /// The journey of this state, ended: it is come back from once, with the provider it went to, in its own browser.
    pub async fn come_back(&self, provider: &Provider, state: &str, browser: &str) -> Result<Journey, Fault> {
        let failed = |_| Fault::Back("it could not be looked up");
        let unknown = Fault::Back("the state is unknown, used or too old");
        let ticket = self.fresh_ticket(SIGN_IN, state).map_err(failed)?.ok_or(unknown)?;
        let journey: Journey = tickets::read(&ticket).map_err(failed)?;
        if journey.provider != provider.name {
            return Err(Fault::Back("it went to another provider"));
        }
        if !secret::same(journey.browser.as_bytes(), hash(browser).as_bytes()) {
            return Err(Fault::Back("it began in another browser"));
        }
        match self.use_up(&ticket).await.map_err(failed)? {
            true => Ok(journey),
            false => Err(unknown),
        }
    }

    /// What the ID token must say again.
    pub fn nonce(&self, state: &str) -> Result<String, Error> {
        self.tag("sign-in nonce", state)
    }

    /// What only who began the journey can show.
    pub fn verifier(&self, state: &str) -> Result<String, Error> {
        self.tag("sign-in verifier", state)
    }
}
