//! Secrets that stand for something kept here: codes, refresh tokens, launches, requests.
//!
//! What is kept is the hash. A secret is used in one commit, so two who come at once are told apart.

use akson_store::Ticket;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Identity;
use super::secret::{self, Hash};
use crate::error::Error;

/// A request for authorization that waits for its user.
pub(super) const ASKED: i64 = 1;
/// A request that was pushed.
pub(super) const PUSHED: i64 = 2;
/// An authorization code.
pub(super) const CODE: i64 = 3;
/// A refresh token.
pub(super) const REFRESH: i64 = 4;
/// A launch from here.
pub(super) const LAUNCH: i64 = 5;
/// A sign-in through a provider that is under way.
pub(super) const SIGN_IN: i64 = 6;

/// Not used yet.
pub(super) const UNUSED: i64 = i64::MAX;

/// What a ticket stands for, as text.
pub(super) fn write<T: Serialize>(thing: &T) -> Result<String, Error> {
    serde_json::to_string(thing).map_err(|error| Error::Broken(error.to_string()))
}

/// What a ticket stands for.
pub(super) fn read<T: DeserializeOwned>(ticket: &Ticket) -> Result<T, Error> {
    serde_json::from_str(&ticket.body).map_err(|error| Error::Broken(error.to_string()))
}

/// A ticket for a secret.
pub(super) fn ticket(kind: i64, told: &str, until: i64, body: String) -> Ticket {
    Ticket { kind, hash: hash(kind, told), until, used: UNUSED, body }
}

/// The hash under which a secret of a kind is kept.
pub(super) fn hash(kind: i64, told: &str) -> Hash {
    secret::hash_all(&[&kind.to_string(), told])
}

impl Identity<'_> {
    /// The ticket of a secret, used or not, over or not.
    pub(super) fn ticket(&self, kind: i64, told: &str) -> Result<Option<Ticket>, Error> {
        Ok(self.core.store().read()?.ticket(kind, &hash(kind, told))?)
    }

    /// The ticket of a secret that can be used now.
    pub(super) fn fresh_ticket(&self, kind: i64, told: &str) -> Result<Option<Ticket>, Error> {
        let now = self.core.now();
        Ok(self.ticket(kind, told)?.filter(|ticket| ticket.used == UNUSED && now < ticket.until))
    }

    /// Gives out a secret for something.
    pub(super) async fn give_out<T: Serialize>(&self, kind: i64, life_us: i64, thing: &T) -> Result<String, Error> {
        let told = secret::random()?;
        let kept = ticket(kind, &told, self.core.now().saturating_add(life_us), write(thing)?);
        self.core.store().write(move |tx| tx.keep_ticket(&kept)).await?;
        Ok(told)
    }

    /// Uses a ticket; false if it was used before.
    pub(super) async fn use_up(&self, ticket: &Ticket) -> Result<bool, Error> {
        let (kind, hash, now) = (ticket.kind, ticket.hash, self.core.now());
        Ok(self.core.store().write(move |tx| tx.use_ticket(kind, &hash, now)).await?)
    }
}
