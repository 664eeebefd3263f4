//! Keys of clients that stand at an address of theirs: kept for a while, asked for again when one is unknown.
//!
//! An unknown key makes them be fetched again, but not more often than every half minute for each client, so that forged
//! assertions can't make this server ask. What is in a header is never followed. What it does not do: fetch anything
//! (`akson::oauth`). Spec: RFC 7517, <https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html>.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::Identity;
use super::assertion::Credentials;
use super::clients::{Client, KEYS_MAX};
use super::{jwt, secret};
use crate::error::Error;

/// After this the keys of a client are fetched again.
const FRESH_US: i64 = 300 * 1_000_000;
/// Without their client's answer they count no longer than this.
const KEPT_US: i64 = 3600 * 1_000_000;
/// They are asked for no more often.
const PAUSE_US: i64 = 30 * 1_000_000;

/// Keys by client.
#[derive(Default)]
pub(super) struct ClientKeys(Mutex<HashMap<String, Kept>>);

#[derive(Default)]
struct Kept {
    url: String,
    keys: Option<Value>,
    read: i64,
    asked: Option<i64>,
}

/// Keys that are to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedKeys {
    /// Whose.
    pub client: String,
    /// Where.
    pub url: String,
}

impl Identity<'_> {
    /// Which keys must be fetched before these credentials can be checked; asked once, it is not answered again at once.
    pub fn wanted_keys(&self, shown: &Credentials) -> Result<Option<WantedKeys>, Error> {
        let Some(assertion) = &shown.assertion else { return Ok(None) };
        let Some(client) = self.claimed(shown)? else { return Ok(None) };
        let Some(url) = client.keys_url.clone() else { return Ok(None) };
        let now = self.core.now();
        let mut all = self.state().client_keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.entry(client.id.clone()).or_default();
        if kept.url != url {
            *kept = Kept { url: url.clone(), ..Kept::default() };
        }
        let known = kept.keys.as_ref().is_some_and(|keys| has(keys, kid(assertion).as_deref()));
        let wanted = !known || now >= kept.read + FRESH_US;
        if !wanted || kept.asked.is_some_and(|asked| now < asked + PAUSE_US) {
            return Ok(None);
        }
        kept.asked = Some(now);
        Ok(Some(WantedKeys { client: client.id, url }))
    }

    /// Keeps what a client has published; false if it is no set of public keys.
    pub fn keep_keys(&self, wanted: &WantedKeys, body: &[u8]) -> bool {
        let Ok(set) = serde_json::from_slice::<Value>(body) else { return false };
        let list = set.get("keys").and_then(Value::as_array);
        if list.is_none_or(|keys| keys.len() > KEYS_MAX || keys.iter().any(jwt::is_private)) {
            return false;
        }
        let mut all = self.state().client_keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.entry(wanted.client.clone()).or_default();
        if kept.url == wanted.url {
            (kept.keys, kept.read) = (Some(set), self.core.now());
        }
        true
    }

    /// The keys of a client: as it was registered with, or as it has published.
    pub(super) fn keys_of(&self, client: &Client) -> Option<Value> {
        let Some(url) = &client.keys_url else { return client.keys.clone() };
        let now = self.core.now();
        let all = self.state().client_keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&client.id).filter(|kept| kept.url == *url && now < kept.read + KEPT_US)?.keys.clone()
    }
}

/// The name of the key in the header of an assertion, before anything is checked.
fn kid(assertion: &str) -> Option<String> {
    let header: Value = serde_json::from_slice(&secret::decode(assertion.split('.').next()?)?).ok()?;
    Some(header.get("kid")?.as_str()?.to_string())
}

fn has(keys: &Value, kid: Option<&str>) -> bool {
    let all = keys.get("keys").and_then(Value::as_array).into_iter().flatten();
    kid.is_some() && all.into_iter().any(|key| key.get("kid").and_then(Value::as_str) == kid)
}
