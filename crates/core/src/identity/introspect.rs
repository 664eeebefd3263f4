//! What a token is worth, asked by who may know; and ending one.
//!
//! A client asks about its own tokens; one that is registered for it, about all. Whatever is not to be told is answered
//! like what does not exist. Spec: RFC 7662, RFC 7009.

use serde_json::{Value, json};

use super::Identity;
use super::assertion::Credentials;
use super::clients::{Client, Profile};
use super::grants::Grant;
use super::refused::Refused;
use super::site::{Issuer, Site};
use super::tickets::{REFRESH, UNUSED};
use crate::audit::Coming;
use crate::error::Error;

impl Identity<'_> {
    /// What a token is worth.
    pub async fn introspect(
        &self,
        site: &Site,
        issuer: Issuer,
        shown: &Credentials,
        token: &str,
    ) -> Result<Value, Refused> {
        let client = self.authenticate(site, issuer, shown)?;
        if client.profile == Profile::SmartPublic {
            return Err(Refused::client("only a client that shows who it is may ask"));
        }
        let found = match self.worth(site, issuer, &client, token)? {
            Some(found) => Some(found),
            None => self.refresh_worth(&client, token)?,
        };
        Ok(found.unwrap_or_else(|| json!({ "active": false })))
    }

    fn worth(&self, site: &Site, issuer: Issuer, client: &Client, token: &str) -> Result<Option<Value>, Error> {
        let Some(access) = self.access(token, self.core.now())? else { return Ok(None) };
        if !may_know(client, &access.client) || access.audience != site.audience {
            return Ok(None);
        }
        // What the app was started for is told again.
        let context = self.grant(&access.grant)?.map(|grant| grant.context).unwrap_or_default();
        let mut answer = serde_json::to_value(&context).map_err(|error| Error::Broken(error.to_string()))?;
        answer["active"] = json!(true);
        answer["iss"] = json!(site.issuer(issuer));
        for name in ["iss", "aud", "sub", "client_id", "iat", "exp", "jti", "scope", "cnf"] {
            if let Some(value) = access.claims.0.get(name) {
                answer[name] = value.clone();
            }
        }
        answer["token_type"] = json!(if access.key.is_some() { "DPoP" } else { "Bearer" });
        if let Some(user) = self.fhir_user(site, &access.account) {
            answer["fhirUser"] = json!(user);
        }
        Ok(Some(answer))
    }

    fn refresh_worth(&self, client: &Client, token: &str) -> Result<Option<Value>, Error> {
        let Some(grant) = self.refreshed_grant(token)? else { return Ok(None) };
        if !may_know(client, &grant.client) {
            return Ok(None);
        }
        let scope = grant.scopes.clone().unwrap_or_default();
        Ok(Some(json!({
            "active": true,
            "client_id": grant.client,
            "sub": grant.account,
            "scope": scope,
            "exp": grant.until / 1_000_000,
        })))
    }

    /// The grant behind a refresh token that can be used.
    fn refreshed_grant(&self, token: &str) -> Result<Option<Grant>, Error> {
        let now = self.core.now();
        let Some(ticket) = self.ticket(REFRESH, token)? else { return Ok(None) };
        if ticket.used != UNUSED || ticket.until <= now {
            return Ok(None);
        }
        Ok(self.grant(&ticket.body)?.filter(|grant| grant.holds(now)))
    }

    /// Ends a token with everything that was granted with it. Of a token that is not the client's, or none, nothing is
    /// said.
    pub async fn revoke(&self, site: &Site, issuer: Issuer, shown: &Credentials, token: &str) -> Result<(), Refused> {
        let client = self.authenticate(site, issuer, shown)?;
        let grant = match self.access(token, self.core.now())? {
            Some(access) => Some((access.client.clone(), access.grant.clone())),
            None => {
                let ticket = self.ticket(REFRESH, token)?;
                let grant = ticket.map(|ticket| self.grant(&ticket.body)).transpose()?.flatten();
                grant.map(|grant| (grant.client, grant.id))
            }
        };
        match grant {
            Some((owner, grant)) if owner == client.id => {
                self.revoke_grant(&grant).await?;
                let grant = self.grant(&grant)?.ok_or_else(|| Error::Broken("a grant is gone".to_string()))?;
                Ok(self.note_app(Coming::Revoke, &client, &grant).await?)
            }
            _ => Ok(()),
        }
    }
}

fn may_know(client: &Client, owner: &str) -> bool {
    client.introspects || client.id == owner
}
