//! Apps and systems: a closed list of profiles, and what each registered client may do.
//!
//! There is no self-registration: an operator registers a client, and what does not fit its profile is refused then.
//! A profile says everything that differs (how a client shows who it is, which issuer it talks to, whether tokens are
//! bound to a key), so that no client is a mixture (docs/decisions/0013).

use std::sync::PoisonError;

use akson_store::ClientRow;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scopes::{Level, Scope, Scopes};
use super::site::Issuer;
use super::tokens::SCRIPT_CLIENT;
use super::{Identity, jwt, secret};
use crate::error::Error;

/// Redirect addresses of one client.
const REDIRECTS_MAX: usize = 20;
/// Keys of one client.
pub(super) const KEYS_MAX: usize = 20;
/// Characters of a name or an address.
const TEXT_MAX: usize = 2000;

/// What kind of client it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Profile {
    /// FAPI 2.0: pushed requests, tokens bound by DPoP, `private_key_jwt`.
    #[serde(rename = "fapi2")]
    Fapi2,
    /// A SMART app with a server of its own, `private_key_jwt`.
    #[serde(rename = "smart-confidential")]
    SmartConfidential,
    /// SMART Backend Services, `private_key_jwt`.
    #[serde(rename = "smart-backend")]
    SmartBackend,
    /// A SMART app in a browser or on a telephone, which can keep no secret; one patient only.
    #[serde(rename = "smart-public")]
    SmartPublic,
    /// A SMART app with a shared secret, for what can't do better.
    #[serde(rename = "legacy-smart-secret")]
    LegacySmartSecret,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Profile; 5] = [
        Profile::Fapi2,
        Profile::SmartConfidential,
        Profile::SmartBackend,
        Profile::SmartPublic,
        Profile::LegacySmartSecret,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Fapi2 => "fapi2",
            Profile::SmartConfidential => "smart-confidential",
            Profile::SmartBackend => "smart-backend",
            Profile::SmartPublic => "smart-public",
            Profile::LegacySmartSecret => "legacy-smart-secret",
        }
    }

    /// The profile of this name.
    pub fn of(name: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The only issuer that speaks with it.
    pub fn issuer(self) -> Issuer {
        if self == Profile::Fapi2 { Issuer::Fapi } else { Issuer::Smart }
    }

    /// With which algorithms it signs assertions; none: it signs nothing.
    pub fn assertion_algorithms(self) -> &'static [Algorithm] {
        match self {
            Profile::Fapi2 => &[Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA],
            Profile::SmartConfidential | Profile::SmartBackend => &[Algorithm::RS384, Algorithm::ES384],
            Profile::SmartPublic | Profile::LegacySmartSecret => &[],
        }
    }

    /// Whether it acts for users.
    pub fn has_users(self) -> bool {
        self != Profile::SmartBackend
    }

    /// Whether it may act as itself.
    pub fn acts_as_itself(self) -> bool {
        matches!(self, Profile::Fapi2 | Profile::SmartBackend)
    }
}

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its id.
    #[serde(skip)]
    pub id: String,
    /// What kind it is.
    pub profile: Profile,
    /// What people know it by.
    pub name: String,
    /// Where answers may go, each compared letter by letter.
    #[serde(default)]
    pub redirects: Vec<String>,
    /// Where it is started from within Akson.
    #[serde(default)]
    pub launch: Option<String>,
    /// The most it may be granted.
    pub scopes: String,
    /// Its public keys: a JWK set.
    #[serde(default)]
    pub keys: Option<Value>,
    /// Where its public keys stand, if it was not registered with them.
    #[serde(default)]
    pub keys_url: Option<String>,
    /// The hash of its secret, as text.
    #[serde(default)]
    pub secret: Option<String>,
    /// The id of the Group of patients that it is registered for.
    #[serde(default)]
    pub population: Option<String>,
    /// Whether a law lets it see what patients have blocked.
    #[serde(default)]
    pub by_law: bool,
    /// Whether users see through it what they have opened in an emergency.
    #[serde(default)]
    pub emergency: bool,
    /// Whether it may ask about tokens of others.
    #[serde(default)]
    pub introspects: bool,
    /// When it was registered.
    #[serde(skip)]
    pub made: i64,
}

impl Client {
    /// What it may be granted at most.
    pub fn allowed(&self) -> Scopes {
        Scopes::parse(&self.scopes)
    }

    /// The origins of its redirect addresses: where its pages stand.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.redirects.iter().map(|redirect| origin(redirect))
    }

    /// The origin of the address at which it is started.
    pub fn launch_origin(&self) -> Option<&str> {
        self.launch.as_deref().map(origin)
    }

    /// Says what does not fit its profile.
    fn check(&self) -> Result<(), String> {
        let scopes = self.allowed();
        if let Some(unknown) = scopes.unknown.first() {
            return Err(format!("`{unknown}` is no scope"));
        }
        if scopes.is_mixed() && self.profile != Profile::Fapi2 {
            return Err("scopes of a system and of users do not go together".to_string());
        }
        if scopes.at(Level::System) && !self.profile.acts_as_itself() {
            return Err("only fapi2 and smart-backend may have system scopes".to_string());
        }
        if !self.profile.has_users() && scopes.known.iter().any(|(_, scope)| !is_of_system(scope)) {
            return Err("smart-backend has system scopes only".to_string());
        }
        if self.profile == Profile::SmartPublic && scopes.at(Level::User) {
            return Err("smart-public may have patient scopes only".to_string());
        }
        if self.profile.has_users() && self.redirects.is_empty() && !self.profile.acts_as_itself() {
            return Err("a redirect address is missing".to_string());
        }
        if self.redirects.len() > REDIRECTS_MAX {
            return Err(format!("more than {REDIRECTS_MAX} redirect addresses"));
        }
        if let Some(wrong) = self.redirects.iter().chain(&self.launch).find(|address| !is_address(address)) {
            return Err(format!("`{wrong}` must be https (http on this machine only), without a fragment"));
        }
        if self.name.trim().is_empty() || self.name.len() > TEXT_MAX {
            return Err("a name is missing or too long".to_string());
        }
        self.check_keys()
    }

    fn check_keys(&self) -> Result<(), String> {
        let algorithms = self.profile.assertion_algorithms();
        if let Some(url) = &self.keys_url {
            return match () {
                () if self.keys.is_some() => Err("give keys or their address, not both".to_string()),
                () if algorithms.is_empty() => Err(format!("{} has no keys", self.profile.name())),
                () if !is_address(url) => Err("the address of keys is https".to_string()),
                () => Ok(()),
            };
        }
        let keys = self.keys.as_ref().and_then(|set| set.get("keys")).and_then(Value::as_array);
        match keys {
            None if self.keys.is_some() => Err("a JWK set has `keys`".to_string()),
            None if !algorithms.is_empty() => {
                Err(format!("{} needs public keys (--keys FILE or --keys-url URL)", self.profile.name()))
            }
            None => Ok(()),
            Some(_) if algorithms.is_empty() => Err(format!("{} has no keys", self.profile.name())),
            Some(keys) if keys.is_empty() || keys.len() > KEYS_MAX => Err("too few or too many keys".to_string()),
            Some(keys) => {
                if keys.iter().any(jwt::is_private) {
                    return Err("there is a private key among the keys; give public ones only".to_string());
                }
                let usable = |key: &&Value| algorithms.iter().any(|known| jwt::public_key(key, *known).is_some());
                match keys.iter().all(|key| key.get("kid").is_some_and(Value::is_string)) {
                    false => Err("each key needs a kid".to_string()),
                    true if keys.iter().filter(usable).count() == 0 => {
                        Err(format!("no key can be used with one of {algorithms:?}"))
                    }
                    true => Ok(()),
                }
            }
        }
    }

    fn of(row: &ClientRow) -> Option<Client> {
        let client: Client = serde_json::from_str(&row.body).ok()?;
        Some(Client { id: row.id.clone(), made: row.made, ..client })
    }
}

fn is_of_system(scope: &Scope) -> bool {
    matches!(scope, Scope::Resource(scope) if scope.level == Level::System)
}

/// The scheme, host and port of an address.
pub(crate) fn origin(address: &str) -> &str {
    let after = address.find("://").map_or(0, |at| at + 3);
    let end = address[after..].find(['/', '?', '#']).map_or(address.len(), |at| after + at);
    &address[..end]
}

/// Whether answers may be sent there: https, or this machine; nothing that could be read in two ways.
pub(super) fn is_address(address: &str) -> bool {
    let sound = address.len() <= TEXT_MAX && address.bytes().all(|byte| byte.is_ascii_graphic());
    let plain = !address.contains(['#', '@', '\\', '*', '"', '<', '>', '`']);
    let origin = origin(address);
    let host = origin.split("://").nth(1).unwrap_or("");
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, port)| if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host });
    let here = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
    let scheme = address.starts_with("https://") || (address.starts_with("http://") && here);
    sound && plain && scheme && !name.is_empty()
}

impl Identity<'_> {
    /// The client with this id.
    pub fn client(&self, id: &str) -> Result<Option<Client>, Error> {
        Ok(self.core.store().read()?.client(id)?.as_ref().and_then(Client::of))
    }

    /// Every client.
    pub fn clients(&self) -> Result<Vec<Client>, Error> {
        Ok(self.core.store().read()?.clients()?.iter().filter_map(Client::of).collect())
    }

    /// Registers a client; an id is made if it has none. With a shared secret, that too is made, and told only now.
    pub async fn register(&self, mut client: Client) -> Result<(Client, Option<String>), Error> {
        client.check().map_err(Error::Precondition)?;
        let sound = |id: &str| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if client.id.is_empty() {
            client.id = secret::random()?[..22].to_string();
        } else if !sound(&client.id) || client.id == SCRIPT_CLIENT {
            return Err(Error::Precondition("an id has letters, digits, - _ and . only".to_string()));
        }
        let told = (client.profile == Profile::LegacySmartSecret).then(secret::random).transpose()?;
        client.secret = told.as_deref().map(|told| secret::encode(&secret::hash(told)));
        client.made = self.core.now();
        let body = serde_json::to_string(&client).map_err(|error| Error::Broken(error.to_string()))?;
        let row = ClientRow { id: client.id.clone(), made: client.made, body };
        if !self.core.store().write(move |tx| tx.keep_client(&row)).await? {
            return Err(Error::Conflict("there is a client with this id".to_string()));
        }
        self.clients_changed();
        Ok((client, told))
    }

    /// Whether pages of a registered client stand at this origin.
    pub fn knows_origin(&self, origin: &str) -> bool {
        let kept = &self.state().origins;
        if let Some(known) = &*kept.read().unwrap_or_else(PoisonError::into_inner) {
            return known.contains(origin);
        }
        let mut kept = kept.write().unwrap_or_else(PoisonError::into_inner);
        let clients = self.clients().unwrap_or_default();
        let known = clients.iter().flat_map(|client| client.origins().map(str::to_string)).collect();
        kept.insert(known).contains(origin)
    }

    /// What is remembered of clients is read again.
    fn clients_changed(&self) {
        self.state().tokens.forget_checked();
        *self.state().origins.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Removes a client: nothing that it was granted holds any more. False if there is none.
    pub async fn remove_client(&self, id: &str) -> Result<bool, Error> {
        let (now, name) = (self.core.now(), id.to_string());
        let done = self.core.store().write(move |tx| {
            let revoked = tx.revoke_grants_of_client(&name, now)?;
            Ok((tx.remove_client(&name)?, revoked))
        });
        let (removed, revoked) = done.await?;
        self.clients_changed();
        self.state().tokens.note_revoked(revoked, now);
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(profile: Profile, scopes: &str, redirect: &str) -> Client {
        Client {
            id: String::new(),
            profile,
            name: "Blodtrykk".to_string(),
            redirects: if redirect.is_empty() { Vec::new() } else { vec![redirect.to_string()] },
            launch: None,
            scopes: scopes.to_string(),
            keys: None,
            keys_url: None,
            secret: None,
            population: None,
            by_law: false,
            emergency: false,
            introspects: false,
            made: 0,
        }
    }

    #[test]
    fn answers_go_to_clear_addresses_only() {
        for (address, sound) in [
            ("https://app.example.no/cb", true),
            ("https://app.example.no:8443/cb?x=1", true),
            ("http://localhost:3000/", true),
            ("http://127.0.0.1/cb", true),
            ("http://[::1]:3000/cb", true),
            ("http://app.example.no/cb", false),
            ("http://localhost.evil.example/cb", false),
            ("https://app.example.no/cb#x", false),
            ("https://good@evil.example/cb", false),
            ("https://*.example.no/cb", false),
            ("javascript:alert(1)", false),
            ("app:/cb", false),
            ("https://", false),
            ("https://a b/", false),
        ] {
            assert_eq!(is_address(address), sound, "{address}");
        }
    }

    #[test]
    fn what_does_not_fit_the_profile_is_refused() {
        let cb = "https://app.example.no/cb";
        for (client, words) in [
            (client(Profile::SmartPublic, "user/Patient.r", cb), "patient scopes"),
            (client(Profile::SmartPublic, "system/Patient.r", cb), "system scopes"),
            (client(Profile::SmartPublic, "patient/Patient.dus", cb), "no scope"),
            (client(Profile::SmartPublic, "patient/Patient.r", ""), "redirect"),
            (client(Profile::SmartBackend, "system/Patient.r", ""), "public keys"),
            (client(Profile::SmartBackend, "system/Patient.r openid", ""), "system scopes only"),
            (client(Profile::SmartConfidential, "user/Patient.r", cb), "public keys"),
        ] {
            let text = client.check().unwrap_err();
            assert!(text.contains(words), "{text}");
        }
        assert_eq!(client(Profile::SmartPublic, "patient/Patient.r openid fhirUser", cb).check(), Ok(()));
    }
}
