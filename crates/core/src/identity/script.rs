//! Tokens for scripts in a sandbox: a person's own right, without an app, for a working day.
//!
//! Promises: there are none in any other database.

use super::Identity;
use super::grants::{self, Context, Grant};
use super::people::{Kind, NoCaller, SignedIn};
use super::scopes::Scopes;
use super::site::{Issuer, Site};
use super::tokens::{SCRIPT_CLIENT, SCRIPT_LIFE_US};
use crate::error::Error;

/// The level of assurance that a sandbox pretends.
const LEVEL: u8 = 4;

impl Identity<'_> {
    /// A token for somebody of a sandbox, in their only or their first role; with scopes, for no more than those.
    pub async fn script_token(&self, site: &Site, person: &str, scope: Option<&str>) -> Result<String, NoCaller> {
        let now = self.core.now();
        let account = self.sandbox_account(person).await?;
        let role = match account.kind {
            Kind::Staff => self.choices(&account.id, now)?.into_iter().next().ok_or(NoCaller::NoRole)?.role,
            Kind::Citizen | Kind::Operator => String::new(),
        };
        let signed = SignedIn { account: account.id, role, level: LEVEL };
        // Refused now rather than at the first request.
        self.caller_for(&signed, now, "")?;
        let scopes = scope.map(Scopes::parse);
        if let Some(unknown) = scopes.as_ref().and_then(|scopes| scopes.unknown.first()) {
            return Err(Error::Precondition(format!("`{unknown}` is no scope")).into());
        }
        let scopes = scopes.map(|scopes| scopes.to_string());
        let grant = Grant {
            id: grants::new_id()?,
            client: SCRIPT_CLIENT.to_string(),
            account: signed.account,
            session: String::new(),
            made: now,
            until: now.saturating_add(SCRIPT_LIFE_US),
            revoked: false,
            role: signed.role,
            level: signed.level,
            scopes: scopes.clone(),
            context: Context::default(),
            key: None,
        };
        let row = grant.row()?;
        self.core.store().write(move |tx| tx.keep_grant(&row)).await?;
        Ok(self.issue(site, Issuer::Smart, &grant, scopes.as_deref(), SCRIPT_LIFE_US).await?.token)
    }
}
