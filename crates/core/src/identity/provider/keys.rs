//! The keys with which this server shows providers who it is. Providers know their public halves, by an address or because
//! the operator has given them, so they are never replaced by themselves: a new one is published first (`akson key next`),
//! and signs when the provider knows it (`akson key switch`).

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::super::Identity;
use super::super::keys::Purpose;
use crate::error::Error;

/// What client keys sign with; a key of RSA signs with both of its kinds.
const CLIENT_ALGORITHMS: [Algorithm; 2] = [Algorithm::ES256, Algorithm::RS256];

impl Identity<'_> {
    /// Signs an assertion with what the provider takes; one that says nothing takes RS256.
    pub(super) async fn sign_as_client(&self, taken: &[String], claims: &Value) -> Result<String, Error> {
        let takes = |word: &str| taken.iter().any(|one| one == word);
        let (key, algorithm) = match () {
            () if takes("ES256") => (Algorithm::ES256, Algorithm::ES256),
            () if takes("PS256") => (Algorithm::RS256, Algorithm::PS256),
            () if taken.is_empty() || takes("RS256") => (Algorithm::RS256, Algorithm::RS256),
            () => return Err(Error::Unavailable("the provider takes no assertion that can be made here".to_string())),
        };
        self.sign_for(Purpose::Client, (key, algorithm), "JWT", claims).await
    }

    /// The public keys that providers need, as a JWK set.
    pub async fn client_keys(&self) -> Result<Value, Error> {
        for algorithm in CLIENT_ALGORITHMS {
            self.signing_key(Purpose::Client, algorithm).await?;
        }
        Ok(json!({ "keys": self.published(|purpose, _| purpose == Purpose::Client) }))
    }

    /// Makes the next client keys. They are published, and sign from `switch_client_keys` on.
    pub async fn next_client_keys(&self) -> Result<(), Error> {
        for algorithm in CLIENT_ALGORITHMS {
            self.signing_key(Purpose::Client, algorithm).await?;
            self.next_key(Purpose::Client, algorithm).await?;
        }
        Ok(())
    }

    /// Signs with the next client keys from now on; false if there are none.
    pub async fn switch_client_keys(&self) -> Result<bool, Error> {
        let mut switched = false;
        for algorithm in CLIENT_ALGORITHMS {
            switched |= self.retire_oldest(Purpose::Client, algorithm).await?;
        }
        Ok(switched)
    }
}
