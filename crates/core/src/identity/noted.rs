//! Who is named in lines about comings and goings.

use super::Identity;
use super::clients::Client;
use super::grants::Grant;
use super::people::{Kind, SignedIn};
use crate::audit::{Actor, Coming};
use crate::error::Error;

impl Identity<'_> {
    /// Leaves a line about somebody who is signed in.
    pub(super) async fn note(&self, coming: Coming, signed: &SignedIn, more: String) -> Result<(), Error> {
        self.core.note(coming, &self.actor(signed)?, more).await
    }

    /// Leaves a line about an app or a system, and about its user if it has one.
    pub(super) async fn note_app(&self, coming: Coming, client: &Client, grant: &Grant) -> Result<(), Error> {
        let more = format!("grant {} scope {}", grant.id, grant.scopes.as_deref().unwrap_or_default());
        let actor = match grant.account.is_empty() {
            true => system(client),
            false => {
                let (account, role, level) = (grant.account.clone(), grant.role.clone(), grant.level);
                self.actor(&SignedIn { account, role, level })?
            }
        };
        self.core.note(coming, &through(actor, client), more).await
    }

    /// Leaves a line about somebody in a session and an app.
    pub(super) async fn note_consent(
        &self,
        (coming, said): (Coming, bool),
        signed: &SignedIn,
        client: &Client,
        more: String,
    ) -> Result<(), Error> {
        let actor = through(self.actor(signed)?, client);
        match said {
            true => self.core.note(coming, &actor, more).await,
            false => self.core.note_refused(coming, &actor, more).await,
        }
    }

    /// Leaves a line about a client that did not show that it is the one.
    pub(super) async fn note_stranger(&self, coming: Coming, client: Option<&Client>, why: &str) -> Result<(), Error> {
        let unknown = || Actor { kind: "unknown".to_string(), ..Actor::default() };
        let actor = client.map_or_else(unknown, |client| through(unknown(), client));
        self.core.note_refused(coming, &actor, why.to_string()).await
    }

    /// Leaves a line about a sign-in through a provider that did not succeed.
    pub async fn note_failed_sign_in(&self, provider: &str, why: &str) -> Result<(), Error> {
        let actor = Actor { kind: "unknown".to_string(), ..Actor::default() };
        self.core.note_refused(Coming::SignIn, &actor, format!("provider {provider}: {why}")).await
    }

    /// The facts about somebody who is signed in; without a role that holds, who they are.
    fn actor(&self, signed: &SignedIn) -> Result<Actor, Error> {
        if let Ok(caller) = self.caller_for(signed, self.core.now(), "") {
            return Ok(Actor { account: signed.account.clone(), level: signed.level, ..Actor::of(&caller) });
        }
        let account = self.account(&signed.account)?;
        let kind = match account.as_ref().map(|account| account.kind) {
            Some(Kind::Staff) => "staff",
            Some(Kind::Citizen) => "citizen",
            Some(Kind::Operator) => "operator",
            None => "unknown",
        };
        let mut actor = Actor { kind: kind.to_string(), account: signed.account.clone(), ..Actor::default() };
        actor.name = self.name_of(&signed.account)?;
        actor.level = signed.level;
        match account {
            Some(account) if account.kind == Kind::Staff => actor.practitioner = account.person,
            Some(account) => actor.patient = account.person,
            None => {}
        }
        Ok(actor)
    }
}

fn system(client: &Client) -> Actor {
    let (kind, account, name) = ("system".to_string(), client.id.clone(), client.name.clone());
    Actor { kind, account, name, ..Actor::default() }
}

fn through(actor: Actor, client: &Client) -> Actor {
    Actor { client: client.id.clone(), app: client.name.clone(), ..actor }
}
