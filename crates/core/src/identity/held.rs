//! The apps that somebody has given access: which, to what, since when, when last used, and ending it.
//!
//! What is ended ends at once, with every token of it (`grants`). What it does not do: tell of apps that only the operator
//! knows, or of what others have given.

use super::Identity;
use super::clients::Client;
use super::grants::Grant;
use super::people::SignedIn;
use super::scopes::{Scope, Scopes};
use crate::audit::Coming;
use crate::error::Error;

/// An app that holds something of somebody's.
#[derive(Clone, Debug)]
pub struct Held {
    /// The id of the app.
    pub client: String,
    /// What people know it by.
    pub name: String,
    /// What it may do, of all that was granted.
    pub scopes: Scopes,
    /// Whether it may do all that the user may: a script's token in a sandbox.
    pub everything: bool,
    /// Since when.
    pub since: i64,
    /// When it was last used, within some minutes; none: never.
    pub used: Option<i64>,
    /// Until when at most.
    pub until: i64,
}

impl Identity<'_> {
    /// The apps that an account has given access, by name.
    pub fn held_by_apps(&self, account: &str) -> Result<Vec<Held>, Error> {
        let rows = self.core.store().read()?.grants_of_account(account, self.core.now())?;
        let mut held: Vec<Held> = Vec::new();
        for (row, used) in rows {
            let grant = Grant::of(row)?;
            if !grant.session.is_empty() && !self.session_goes_on(account, &grant.session)? {
                continue;
            }
            let used = (used > 0).then_some(used);
            let words = grant.scopes.as_deref().unwrap_or_default();
            match held.iter_mut().find(|held| held.client == grant.client) {
                Some(held) => {
                    let new = |(_, scope): &(String, Scope)| !held.scopes.has(scope);
                    held.scopes.known.extend(Scopes::parse(words).known.into_iter().filter(new).collect::<Vec<_>>());
                    held.everything |= grant.scopes.is_none();
                    held.used = held.used.max(used);
                    held.until = held.until.max(grant.until);
                }
                None => held.push(Held {
                    name: self.client(&grant.client)?.map_or_else(|| grant.client.clone(), name),
                    client: grant.client,
                    scopes: Scopes::parse(words),
                    everything: grant.scopes.is_none(),
                    since: grant.made,
                    used,
                    until: grant.until,
                }),
            }
        }
        held.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(held)
    }

    /// Ends all that an account has given to an app; whether there was anything.
    pub async fn end_app(&self, account: &str, client: &str) -> Result<bool, Error> {
        let known = self.client(client)?;
        let user = SignedIn { account: account.to_string(), role: String::new(), level: 0 };
        let (now, account, client) = (self.core.now(), account.to_string(), client.to_string());
        let revoked = self.core.store().write(move |tx| tx.revoke_grants_to(&account, &client, now)).await?;
        let some = !revoked.is_empty();
        if let Some(known) = known.filter(|_| some) {
            let more = format!("grants {}", revoked.join(" "));
            self.note_consent((Coming::Withdrawal, true), &user, &known, more).await?;
        }
        self.state().tokens.note_revoked(revoked, now);
        Ok(some)
    }
}

fn name(client: Client) -> String {
    client.name
}
