//! How a client shows who it is: by a signed assertion, a shared secret, or not at all, as its profile says.
//!
//! Every failure is `invalid_client`, without a word on which part was wrong that an attacker could use.
//! Spec: RFC 7523, <https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html>, FAPI 2.0 5.3.2.1.

use serde_json::Value;

use super::clients::{Client, Profile};
use super::jwt::Unchecked;
use super::refused::{Code, Refused};
use super::site::{Issuer, Site};
use super::{Identity, jwt, secret};
use crate::error::Error;

/// The only kind of assertion.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead an assertion may end.
const LIFE_MAX_US: i64 = 300 * 1_000_000;
/// How much clocks may differ.
const SKEW_US: i64 = 10 * 1_000_000;
/// Characters of a name.
const NAME_MAX: usize = 256;

/// What a client showed.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// `client_id` in the form.
    pub id: Option<String>,
    /// Name and password of the Authorization header.
    pub basic: Option<(String, String)>,
    /// `client_secret` in the form.
    pub secret: Option<String>,
    /// `client_assertion_type` in the form.
    pub assertion_type: Option<String>,
    /// `client_assertion` in the form.
    pub assertion: Option<String>,
}

impl Credentials {
    /// Whether nothing was shown, not even a name.
    pub(super) fn is_nothing(&self) -> bool {
        self.id.is_none() && self.basic.is_none() && self.secret.is_none() && self.assertion.is_none()
    }
}

impl Credentials {
    /// Which client they claim to be of, before anything is checked.
    pub fn claims_to_be(&self) -> Option<String> {
        match (&self.basic, &self.assertion) {
            (Some((name, _)), _) => Some(name.clone()),
            (None, Some(assertion)) => subject(assertion),
            (None, None) => self.id.clone(),
        }
    }
}

pub(super) fn unknown() -> Refused {
    Refused::client("the client is unknown or did not show that it is the one")
}

impl Identity<'_> {
    /// The registered client that credentials claim to be of, before anything is checked.
    pub(super) fn claimed(&self, shown: &Credentials) -> Result<Option<Client>, Error> {
        shown.claims_to_be().map_or(Ok(None), |id| self.client(&id))
    }

    /// The client that shows these credentials at an endpoint of an issuer.
    pub fn authenticate(&self, site: &Site, issuer: Issuer, shown: &Credentials) -> Result<Client, Refused> {
        let ways = [shown.basic.is_some(), shown.secret.is_some(), shown.assertion.is_some()];
        if ways.iter().filter(|way| **way).count() > 1 {
            return Err(Refused::request("a client shows who it is in one way only"));
        }
        let claimed = shown.claims_to_be().ok_or_else(unknown)?;
        if shown.id.as_ref().is_some_and(|id| *id != claimed) {
            return Err(unknown());
        }
        let client = self.client(&claimed)?.filter(|client| client.profile.issuer() == issuer).ok_or_else(unknown)?;
        match client.profile {
            Profile::SmartPublic if ways == [false; 3] => Ok(client),
            Profile::SmartPublic => Err(unknown()),
            Profile::LegacySmartSecret => {
                let told = shown.basic.as_ref().map(|(_, password)| password).or(shown.secret.as_ref());
                let told = secret::encode(&secret::hash(told.ok_or_else(unknown)?));
                let kept = client.secret.as_deref().ok_or_else(unknown)?;
                if secret::same(told.as_bytes(), kept.as_bytes()) { Ok(client) } else { Err(unknown()) }
            }
            Profile::Fapi2 | Profile::SmartConfidential | Profile::SmartBackend => {
                if shown.assertion_type.as_deref() != Some(ASSERTION_TYPE) {
                    return Err(unknown());
                }
                let assertion = shown.assertion.as_deref().ok_or_else(unknown)?;
                self.check_assertion(site, &client, assertion)?;
                Ok(client)
            }
        }
    }

    fn check_assertion(&self, site: &Site, client: &Client, assertion: &str) -> Result<(), Refused> {
        let open = jwt::open(assertion, client.profile.assertion_algorithms()).ok_or_else(unknown)?;
        let keys = self.keys_of(client);
        let mut keys = signing_keys(client, keys.as_ref(), &open);
        let claims = keys.find_map(|key| open.check(&key)).ok_or_else(unknown)?;
        let own = |name| claims.text(name) == Some(client.id.as_str());
        let aud = claims.0.get("aud");
        let meant = match client.profile.issuer() {
            // A text, so that nobody else's server is meant as well.
            Issuer::Fapi => aud.and_then(Value::as_str) == Some(&site.issuer(Issuer::Fapi)),
            Issuer::Smart => is_among(aud, &site.endpoint(Issuer::Smart, "token")),
        };
        let now = self.core.now();
        let until = claims.time("exp").ok_or_else(unknown)?;
        let early = |name| claims.0.contains_key(name) && claims.time(name).is_none_or(|time| time > now + SKEW_US);
        let in_time = until > now && until <= now + LIFE_MAX_US + SKEW_US && !early("iat") && !early("nbf");
        let name = claims.text("jti").filter(|name| !name.is_empty() && name.len() <= NAME_MAX).ok_or_else(unknown)?;
        if !own("iss") || !own("sub") || !meant || !in_time {
            return Err(unknown());
        }
        // Last of all, so that a forged assertion can't use up a name.
        match self.take_name(secret::hash_all(&["assertion", &client.id, name]), until) {
            true => Ok(()),
            false => Err(unknown()),
        }
    }
}

/// The subject an assertion claims, before anything is checked.
fn subject(assertion: &str) -> Option<String> {
    let claims: Value = serde_json::from_slice(&secret::decode(assertion.split('.').nth(1)?)?).ok()?;
    Some(claims.get("sub")?.as_str()?.to_string())
}

/// The client's registered keys that may have signed this. A key or an address in the header is never followed.
fn signing_keys<'a>(
    client: &'a Client,
    keys: Option<&'a Value>,
    open: &'a Unchecked<'_>,
) -> impl Iterator<Item = jsonwebtoken::DecodingKey> + 'a {
    let keys = keys.and_then(|set| set.get("keys")).and_then(Value::as_array);
    // What stands in `jku` may only be the registered address.
    let registered = client.keys_url.as_deref();
    let keys =
        keys.filter(|_| !open.header.contains_key("jku") || registered.is_some() && open.text("jku") == registered);
    let kid = open.text("kid");
    let named = move |key: &&Value| kid.is_some() && key.get("kid").and_then(Value::as_str) == kid;
    keys.into_iter().flatten().filter(named).filter_map(|key| jwt::public_key(key, open.algorithm))
}

fn is_among(aud: Option<&Value>, wanted: &str) -> bool {
    match aud {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(wanted)),
        _ => false,
    }
}

impl Client {
    /// Refuses unless the client may act as itself.
    pub(crate) fn as_itself(&self) -> Result<(), Refused> {
        let may = self.profile.acts_as_itself();
        may.then_some(()).ok_or_else(|| Refused::new(Code::UnauthorizedClient, "this client acts for users only"))
    }
}
