//! What an app or a system was granted: kept until it ends or is revoked, and the one thing that tokens stand on.
//!
//! Revoking a grant ends everything made of it at once: it is durable before it is answered, and every token is held
//! against the revoked ones in memory (`tokens`).

use akson_store::GrantRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Identity, secret};
use crate::error::Error;

/// Which patient, stay and other things an app was started for.
/// Spec: <https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The id of the Patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// The id of the Encounter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encounter: Option<String>,
    /// References to other things, as SMART writes them.
    #[serde(default, rename = "fhirContext", skip_serializing_if = "Vec::is_empty")]
    pub fhir_context: Vec<Value>,
    /// Whether the app should show whose record it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need_patient_banner: Option<bool>,
    /// What it was started for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
}

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id.
    #[serde(skip)]
    pub id: String,
    /// The client.
    #[serde(skip)]
    pub client: String,
    /// The account of its user; empty: the client acts as itself.
    #[serde(skip)]
    pub account: String,
    /// The session it ends with; empty: with none.
    #[serde(skip)]
    pub session: String,
    /// When it was made.
    #[serde(skip)]
    pub made: i64,
    /// When it ends.
    #[serde(skip)]
    pub until: i64,
    /// Whether it was revoked.
    #[serde(skip)]
    pub revoked: bool,
    /// The role its user has in it.
    pub role: String,
    /// How sure its user's identity is.
    pub level: u8,
    /// The scopes; none: all that its user may, without an app.
    pub scopes: Option<String>,
    /// What it was started for.
    pub context: Context,
    /// The thumbprint of the key that its tokens are bound to.
    pub key: Option<String>,
}

impl Grant {
    pub(crate) fn row(&self) -> Result<GrantRow, Error> {
        Ok(GrantRow {
            id: self.id.clone(),
            client: self.client.clone(),
            account: self.account.clone(),
            session: self.session.clone(),
            made: self.made,
            until: self.until,
            revoked: i64::MAX,
            body: serde_json::to_string(self).map_err(|error| Error::Broken(error.to_string()))?,
        })
    }

    pub(crate) fn of(row: GrantRow) -> Result<Grant, Error> {
        let grant: Grant = serde_json::from_str(&row.body).map_err(|error| Error::Broken(error.to_string()))?;
        let revoked = row.revoked < i64::MAX;
        let GrantRow { id, client, account, session, made, until, .. } = row;
        Ok(Grant { id, client, account, session, made, until, revoked, ..grant })
    }

    /// Whether it holds at this moment.
    pub fn holds(&self, now: i64) -> bool {
        !self.revoked && now < self.until
    }
}

/// A name for a new grant.
pub(crate) fn new_id() -> Result<String, Error> {
    Ok(secret::random()?[..22].to_string())
}

impl Identity<'_> {
    /// The grant with this id.
    pub(crate) fn grant(&self, id: &str) -> Result<Option<Grant>, Error> {
        self.core.store().read()?.grant(id)?.map(Grant::of).transpose()
    }

    /// Revokes a grant.
    pub async fn revoke_grant(&self, id: &str) -> Result<(), Error> {
        let (now, name) = (self.core.now(), id.to_string());
        self.core.store().write(move |tx| tx.revoke_grant(&name, now)).await?;
        self.state().tokens.note_revoked([id.to_string()], now);
        Ok(())
    }

    /// Revokes what apps were granted by an account: for one that is closed.
    pub async fn revoke_grants_of_account(&self, account: &str) -> Result<(), Error> {
        let (now, name) = (self.core.now(), account.to_string());
        let revoked = self.core.store().write(move |tx| tx.revoke_grants_of_account(&name, now)).await?;
        self.state().tokens.note_revoked(revoked, now);
        Ok(())
    }

    /// Revokes what apps were granted as long as a session lasts: for one that ends.
    pub async fn revoke_grants_of_session(&self, session: &str) -> Result<(), Error> {
        let (now, name) = (self.core.now(), session.to_string());
        let revoked = self.core.store().write(move |tx| tx.revoke_grants_of_session(&name, now)).await?;
        self.state().tokens.note_revoked(revoked, now);
        Ok(())
    }
}
