//! What is kept in memory about apps and tokens: the keys, the tokens that were checked, the names that were taken.

use std::collections::HashSet;
use std::sync::RwLock;

use akson_store::Store;

use super::Identity;
use super::client_keys::ClientKeys;
use super::keys::{Keyring, Seal};
use super::taken::Taken;
use super::throttle::Throttle;
use super::tokens::Tokens;
use crate::error::Error;

/// The state of apps and tokens.
pub(crate) struct Apps {
    pub(super) keys: Keyring,
    pub(super) tokens: Tokens,
    pub(super) taken: Taken,
    pub(super) throttle: Throttle,
    pub(super) client_keys: ClientKeys,
    /// Where pages of clients stand; nothing: not read since clients changed.
    pub(super) origins: RwLock<Option<HashSet<String>>>,
}

impl Apps {
    /// As the store has it.
    pub(crate) fn load(store: &Store, seal: Seal, now: i64) -> Result<Apps, Error> {
        Ok(Apps {
            keys: Keyring::load(store, seal)?,
            tokens: Tokens::load(store, now)?,
            taken: Taken::load(store, now)?,
            throttle: Throttle::default(),
            client_keys: ClientKeys::default(),
            origins: RwLock::default(),
        })
    }
}

impl Identity<'_> {
    pub(super) fn state(&self) -> &Apps {
        &self.core.0.apps
    }
}
