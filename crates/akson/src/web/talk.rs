//! What is said to a provider during a sign-in, and what comes back: the pushed request, the code for tokens, what else
//! it says of somebody.
//!
//! Each request shows who this server is with an assertion of its own; a proof is made again once if the provider wants
//! its nonce in it. Nothing that a provider says of somebody is logged.

use akson_core::Core;
use akson_core::identity::{Expected, Fault, Journey, Metadata, ProofKey, Told, check_id_token};
use akson_core::query::{self, Pair};
use axum::http::HeaderMap;
use serde_json::Value;

use super::providers::{Known, Providers};
use crate::http::fetch::{Fetched, Question};

/// Letters of an error that is logged.
const WORD_MAX: usize = 40;

/// A provider that is talked to.
pub struct Talk<'t> {
    /// The record.
    pub core: &'t Core,
    /// Those known here.
    pub providers: &'t Providers,
    /// The one.
    pub known: &'t Known,
    /// What it publishes.
    pub metadata: Metadata,
}

/// What a code was worth.
struct Tokens {
    id_token: String,
    access: Option<String>,
}

impl<'t> Talk<'t> {
    /// With the provider's metadata at hand.
    pub async fn begin(core: &'t Core, providers: &'t Providers, known: &'t Known) -> Result<Talk<'t>, Fault> {
        let metadata = providers.metadata(core, known).await?;
        Ok(Talk { core, providers, known, metadata })
    }

    /// Where the browser goes with this request; pushed beforehand if the provider takes that.
    pub async fn address(&self, pairs: Vec<Pair>) -> Result<String, Fault> {
        let Some(par) = &self.metadata.par else { return Ok(with(&self.metadata.authorize, &pairs)) };
        let mut form = pairs;
        form.retain(|pair| pair.0 != "client_id");
        form.extend(self.assertion().await?);
        let answer = self.said(self.providers.fetch().ask(Question::form(par, &form)).await)?;
        if answer.status != 201 && answer.status != 200 {
            return Err(self.refused(&answer, "it does not take the pushed request"));
        }
        let reference = text(&answer, "request_uri").ok_or(Fault::Provider("it gives no request_uri"))?;
        let client = self.known.provider.client_id.clone();
        let pairs = [("client_id".to_string(), client), ("request_uri".to_string(), reference)];
        Ok(with(&self.metadata.authorize, &pairs))
    }

    /// What the provider says of the person, for a code.
    pub async fn told(&self, code: &str, state: &str, journey: &Journey, redirect: &str) -> Result<Told, Fault> {
        let identity = self.core.identity();
        let failed = |_| Fault::Provider("its request could not be made");
        let form = identity.code_request(code, state, redirect).map_err(failed)?;
        let key = match self.metadata.takes_proofs {
            true => Some(ProofKey::new().map_err(failed)?),
            false => None,
        };
        let tokens = self.tokens(&form, key.as_ref()).await?;
        let nonce = identity.nonce(state).map_err(failed)?;
        let expected = Expected {
            nonce: &nonce,
            access: tokens.access.as_deref(),
            now: self.core.now(),
            since: journey.fresh.then_some(journey.begun),
        };
        let told = self.believed(&tokens.id_token, &expected).await?;
        match (told.lacks(&self.known.provider), &self.metadata.userinfo, &tokens.access) {
            (true, Some(url), Some(access)) => told.with_more(&self.more(url, access, key.as_ref()).await?),
            _ => Ok(told),
        }
    }

    /// The ID token, held against the keys; they are read again if its own is not among them.
    async fn believed(&self, token: &str, expected: &Expected<'_>) -> Result<Told, Fault> {
        let (provider, metadata) = (&self.known.provider, &self.metadata);
        let keys = self.providers.keys(self.core, self.known, metadata).await?;
        match check_id_token(provider, metadata, &keys, token, expected) {
            Err(Fault::UnknownKey) => {
                let newer = self.providers.newer_keys(self.core, self.known, metadata).await?;
                check_id_token(provider, metadata, &newer.ok_or(Fault::UnknownKey)?, token, expected)
            }
            done => done,
        }
    }

    async fn tokens(&self, form: &[Pair], key: Option<&ProofKey>) -> Result<Tokens, Fault> {
        let url = self.metadata.token.as_str();
        let mut nonce = None;
        for _ in 0..2 {
            // Each try has an assertion of its own: a provider takes none twice.
            let form = [form, &self.assertion().await?].concat();
            let mut question = Question::form(url, &form);
            if let Some(key) = key {
                question.headers.push(("dpop", self.proof(key, ("POST", url), nonce.as_deref(), None)?));
            }
            let answer = self.said(self.providers.fetch().ask(question).await)?;
            if answer.status == 200 {
                let id_token = text(&answer, "id_token").ok_or(Fault::Provider("it gives no ID token"))?;
                return Ok(Tokens { id_token, access: text(&answer, "access_token") });
            }
            match (key, nonce.is_none(), its_nonce(&answer.headers)) {
                (Some(_), true, Some(new)) => nonce = Some(new),
                _ => return Err(self.refused(&answer, "it gives no tokens for the code")),
            }
        }
        Err(Fault::Provider("it wants another nonce each time"))
    }

    async fn more(&self, url: &str, access: &str, key: Option<&ProofKey>) -> Result<bytes::Bytes, Fault> {
        let mut nonce = None;
        for _ in 0..2 {
            let mut question = Question::get(url);
            match key {
                Some(key) => {
                    question.headers.push(("authorization", format!("DPoP {access}")));
                    question.headers.push(("dpop", self.proof(key, ("GET", url), nonce.as_deref(), Some(access))?));
                }
                None => question.headers.push(("authorization", format!("Bearer {access}"))),
            }
            let answer = self.said(self.providers.fetch().ask(question).await)?;
            if answer.status == 200 {
                return Ok(answer.body);
            }
            match (key, nonce.is_none(), its_nonce(&answer.headers)) {
                (Some(_), true, Some(new)) => nonce = Some(new),
                _ => break,
            }
        }
        Err(Fault::Provider("it says no more of the person"))
    }

    async fn assertion(&self) -> Result<Vec<Pair>, Fault> {
        let made = self.core.identity().client_assertion(&self.known.provider, &self.metadata).await;
        made.map_err(|error| {
            tracing::error!(%error, "an assertion for a provider can't be made");
            Fault::Provider("its request could not be made")
        })
    }

    fn proof(
        &self,
        key: &ProofKey,
        request: (&str, &str),
        nonce: Option<&str>,
        token: Option<&str>,
    ) -> Result<String, Fault> {
        let made = key.proof(request, self.core.now(), nonce, token);
        made.map_err(|_| Fault::Provider("its request could not be made"))
    }

    fn said(&self, answer: Result<Fetched, crate::http::fetch::NotFetched>) -> Result<Fetched, Fault> {
        answer.map_err(|error| {
            tracing::warn!(provider = self.known.provider.name, %error, "a provider can't be reached");
            Fault::Provider("it can't be reached")
        })
    }

    /// A refusal, logged with OAuth's own word for it.
    fn refused(&self, answer: &Fetched, what: &'static str) -> Fault {
        let word = text(answer, "error").filter(|word| {
            word.len() <= WORD_MAX && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        });
        let word = word.unwrap_or_default();
        tracing::warn!(provider = self.known.provider.name, status = answer.status, word, "a provider refused");
        Fault::Provider(what)
    }
}

/// An address with parameters.
fn with(address: &str, pairs: &[Pair]) -> String {
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}{}", query::print(pairs))
}

/// A text of an answer in JSON.
fn text(answer: &Fetched, name: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(&answer.body).ok()?;
    Some(value.get(name)?.as_str()?.to_string())
}

/// The nonce that a provider wants in proofs.
fn its_nonce(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("dpop-nonce")?.to_str().ok()?.to_string())
}
