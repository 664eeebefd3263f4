//! The providers of this server, and what they publish: kept for a while, read again when it is old or not enough.
//!
//! What is published changes rarely, and its keys more often: an unknown key makes them be read again, but not more often than
//! every half minute, so that forged tokens can't make this server ask. What it does not do: decide what of it is believed
//! (`core::identity`).

use std::sync::{Mutex, OnceLock, PoisonError};

use akson_core::Core;
use akson_core::identity::{Fault, Metadata, Provider};
use serde_json::Value;

use crate::config::Config;
use crate::http::fetch::{Fetch, Question, Reach};

/// After this what a provider publishes is read again.
const FRESH_US: i64 = 3600 * 1_000_000;
/// As long it is used if it can't be read again.
const KEPT_US: i64 = 24 * 3600 * 1_000_000;
/// Keys are read again for an unknown one no more often.
const KEYS_PAUSE_US: i64 = 30 * 1_000_000;

/// Every provider.
pub struct Providers {
    all: Vec<Known>,
    time: std::time::Duration,
    /// Who asks them; made when it is first needed, since it reads the certificates of this system.
    fetch: OnceLock<Fetch>,
}

/// A provider and what it has published.
pub struct Known {
    /// As it is set up.
    pub provider: Provider,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    metadata: Option<(Metadata, i64)>,
    keys: Option<(Value, i64)>,
}

impl Providers {
    /// Those of the settings.
    pub fn of(config: &Config) -> Providers {
        let known = |provider: &Provider| Known { provider: provider.clone(), kept: Mutex::default() };
        Providers {
            all: config.providers.iter().map(known).collect(),
            time: config.limits.outgoing_time,
            fetch: OnceLock::new(),
        }
    }

    /// Who asks them.
    pub fn fetch(&self) -> &Fetch {
        self.fetch.get_or_init(|| Fetch::new(Reach::Named, self.time))
    }

    /// The one of this name.
    pub fn get(&self, name: &str) -> Option<&Known> {
        self.all.iter().find(|known| known.provider.name == name)
    }

    /// All, in the order of the settings.
    pub fn all(&self) -> impl Iterator<Item = &Provider> {
        self.all.iter().map(|known| &known.provider)
    }

    /// What a provider publishes about itself.
    pub async fn metadata(&self, core: &Core, known: &Known) -> Result<Metadata, Fault> {
        let now = core.now();
        let kept = known.kept().metadata.clone();
        if let Some((metadata, read)) = &kept
            && now < read + FRESH_US
        {
            return Ok(metadata.clone());
        }
        let found = self.read(&Metadata::address(&known.provider)).await;
        match (found.and_then(|body| Metadata::read(&known.provider, &body)), kept) {
            (Ok(metadata), _) => {
                known.kept().metadata = Some((metadata.clone(), now));
                Ok(metadata)
            }
            (Err(_), Some((metadata, read))) if now < read + KEPT_US => Ok(metadata),
            (Err(fault), _) => Err(fault),
        }
    }

    /// The provider's keys as they are kept.
    pub async fn keys(&self, core: &Core, known: &Known, metadata: &Metadata) -> Result<Value, Fault> {
        let kept = known.kept().keys.clone();
        match kept {
            Some((keys, read)) if core.now() < read + FRESH_US => Ok(keys),
            _ => self.read_keys(core, known, metadata).await,
        }
    }

    /// The same, read again because one was unknown; nothing if that was done a moment ago.
    pub async fn newer_keys(&self, core: &Core, known: &Known, metadata: &Metadata) -> Result<Option<Value>, Fault> {
        let read = known.kept().keys.as_ref().map(|(_, read)| *read);
        if read.is_some_and(|read| core.now() < read + KEYS_PAUSE_US) {
            return Ok(None);
        }
        self.read_keys(core, known, metadata).await.map(Some)
    }

    async fn read_keys(&self, core: &Core, known: &Known, metadata: &Metadata) -> Result<Value, Fault> {
        let body = self.read(&metadata.keys).await?;
        let keys: Value = serde_json::from_slice(&body).map_err(|_| Fault::Provider("its keys are no JSON"))?;
        if !keys.get("keys").is_some_and(Value::is_array) {
            return Err(Fault::Provider("its keys are no JWK set"));
        }
        known.kept().keys = Some((keys.clone(), core.now()));
        Ok(keys)
    }

    async fn read(&self, address: &str) -> Result<bytes::Bytes, Fault> {
        let answer = self.fetch().ask(Question::get(address)).await.map_err(|error| {
            tracing::warn!(%error, "a provider can't be read");
            Fault::Provider("it can't be reached")
        })?;
        match answer.status {
            200 => Ok(answer.body),
            _ => Err(Fault::Provider("it does not answer with 200")),
        }
    }
}

impl Known {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
