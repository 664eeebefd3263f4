//! A request for authorization: what an app asks for, checked before its user is asked anything.
//!
//! Until the app and its address are known, nothing is sent anywhere: the user is told. From then on errors go back to
//! the app, with its state and our issuer. FAPI clients push their requests (`push`) and come with a reference only.
//! Spec: RFC 6749 section 4.1, RFC 7636, RFC 9126, RFC 9207,
//! <https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-authorization-code>.

use serde::{Deserialize, Serialize};

use super::assertion::Credentials;
use super::clients::{Client, Profile};
use super::grants::Context;
use super::proof::Proved;
use super::refused::{Code, Refused};
use super::scopes::{Level, Scope, Scopes};
use super::site::{Issuer, Site};
use super::tickets::{self, ASKED, PUSHED};
use super::{Identity, secret};
use crate::query::{self, Pair};

/// How long a user may think.
const ASKED_LIFE_US: i64 = 600 * 1_000_000;
/// How long a pushed request waits.
const PUSHED_LIFE_US: i64 = 300 * 1_000_000;
/// What references to pushed requests begin with.
const PUSHED_BEFORE: &str = "urn:ietf:params:oauth:request_uri:";
/// Characters of a state or a nonce.
const STATE_MAX: usize = 2000;

/// A request whose user is to be asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The app.
    pub client: String,
    pub(super) redirect: String,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
    /// What it may be granted.
    pub scopes: String,
    /// What it was started for, if it was started from here.
    pub context: Context,
    /// The session it was started in.
    pub(super) session: Option<String>,
    /// The key that its tokens must be bound to.
    pub(super) key: Option<String>,
    /// The pushed request it came from.
    pub(super) pushed: Option<String>,
}

/// What a client has pushed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pushed {
    client: String,
    pairs: Vec<Pair>,
    key: Option<String>,
}

/// Why no user is asked.
#[derive(Clone, Debug)]
pub enum NotAsked {
    /// The app or its address is not known: the user is told, and nothing is sent anywhere.
    Told(Refused),
    /// The app is told, at this address.
    Back(String),
}

impl From<Refused> for NotAsked {
    fn from(refused: Refused) -> NotAsked {
        NotAsked::Told(refused)
    }
}

impl From<crate::Error> for NotAsked {
    fn from(error: crate::Error) -> NotAsked {
        NotAsked::Told(error.into())
    }
}

fn get<'p>(pairs: &'p [Pair], name: &str) -> Option<&'p str> {
    let found = pairs.iter().find(|pair| pair.0 == name);
    found.map(|pair| pair.1.as_str()).filter(|value| !value.is_empty())
}

impl Identity<'_> {
    /// Takes a request; the answer is the name under which it waits for its user.
    pub async fn authorize(&self, site: &Site, issuer: Issuer, pairs: &[Pair]) -> Result<String, NotAsked> {
        let id = get(pairs, "client_id").ok_or_else(|| Refused::request("client_id is missing"))?;
        let client = self.client(id)?.filter(|client| client.profile.issuer() == issuer);
        let client = client.ok_or_else(|| Refused::client("there is no such app here"))?;
        let (pairs, key, pushed) = match (client.profile, get(pairs, "request_uri")) {
            (Profile::Fapi2, Some(reference)) => {
                let told = reference.strip_prefix(PUSHED_BEFORE).unwrap_or_default();
                let ticket = self.fresh_ticket(PUSHED, told)?;
                let pushed: Option<Pushed> = ticket.as_ref().map(tickets::read).transpose()?;
                let pushed = pushed.filter(|pushed| pushed.client == client.id);
                let pushed = pushed.ok_or_else(|| Refused::request("request_uri is unknown, used or too old"))?;
                (pushed.pairs, pushed.key, Some(told.to_string()))
            }
            (Profile::Fapi2, None) => return Err(Refused::request("this app must push its requests").into()),
            (_, Some(_)) => return Err(Refused::request("request_uri is not supported here").into()),
            (_, None) => (pairs.to_vec(), None, None),
        };
        let redirect = known_redirect(&client, &pairs)?;
        let asked = match check(site, &client, &pairs) {
            Ok(scopes) => self.asked(&client, &pairs, scopes, redirect).await,
            Err(refused) => Err(refused),
        };
        match asked {
            Ok(asked) => {
                Ok(self.give_out(ASKED, ASKED_LIFE_US, &Asked { key: key.or(asked.key), pushed, ..asked }).await?)
            }
            Err(refused) => Err(NotAsked::Back(back(site, issuer, redirect, get(&pairs, "state"), &refused))),
        }
    }

    async fn asked(&self, client: &Client, pairs: &[Pair], scopes: Scopes, redirect: &str) -> Result<Asked, Refused> {
        let text = |name: &str| get(pairs, name).map(str::to_string);
        let (mut scopes, mut context, mut session) = (scopes, Context::default(), None);
        match get(pairs, "launch") {
            Some(told) => {
                if !scopes.has(&Scope::Launch) {
                    return Err(Refused::request("launch goes with the scope launch"));
                }
                let launch = self.take_launch(told, &client.id).await?;
                let launch = launch.ok_or_else(|| Refused::request("launch is unknown, used or too old"))?;
                (context, session) = (launch.context, Some(launch.session));
            }
            // Nothing was started from here: there is no such context to give.
            None => scopes = scopes.only(|scope| *scope != Scope::Launch),
        }
        if scopes.is_empty() {
            return Err(Refused::scope("nothing of this scope can be granted"));
        }
        Ok(Asked {
            client: client.id.clone(),
            redirect: redirect.to_string(),
            state: text("state"),
            nonce: text("nonce"),
            challenge: text("code_challenge").unwrap_or_default(),
            scopes: scopes.to_string(),
            context,
            session,
            key: text("dpop_jkt"),
            pushed: None,
        })
    }

    /// Keeps a request that a client pushes; the answer is its reference and for how many seconds it is good.
    pub async fn push(
        &self,
        site: &Site,
        shown: &Credentials,
        pairs: &[Pair],
        proofs: &[String],
    ) -> Result<(String, i64), Refused> {
        let client = self.authenticate(site, Issuer::Fapi, shown)?;
        if get(pairs, "request_uri").is_some() || get(pairs, "request").is_some() {
            return Err(Refused::request("a request is pushed as its parameters"));
        }
        known_redirect(&client, pairs)?;
        check(site, &client, pairs)?;
        let mut key = get(pairs, "dpop_jkt").map(str::to_string);
        if !proofs.is_empty() {
            let url = site.endpoint(Issuer::Fapi, "par");
            let proved = self.prove(&Proved { proofs, method: "POST", url: &url, token: None });
            let proved = proved.map_err(Refused::proof)?;
            if key.as_ref().is_some_and(|key| *key != proved) {
                return Err(Refused::proof("dpop_jkt is of another key than the proof's"));
            }
            key = Some(proved);
        }
        let kept = pairs.iter().filter(|(name, _)| !name.starts_with("client_assertion")).cloned().collect();
        let pushed = Pushed { client: client.id, pairs: kept, key };
        let told = self.give_out(PUSHED, PUSHED_LIFE_US, &pushed).await?;
        Ok((format!("{PUSHED_BEFORE}{told}"), PUSHED_LIFE_US / 1_000_000))
    }
}

/// The address for answers, if it is one of the client's, letter by letter.
fn known_redirect<'p>(client: &Client, pairs: &'p [Pair]) -> Result<&'p str, Refused> {
    let redirect = get(pairs, "redirect_uri").ok_or_else(|| Refused::request("redirect_uri is missing"))?;
    let known = client.redirects.iter().any(|known| known == redirect);
    known.then_some(redirect).ok_or_else(|| Refused::request("redirect_uri is not registered for this app"))
}

/// What may be granted of what is asked, if the rest of the request is right.
fn check(site: &Site, client: &Client, pairs: &[Pair]) -> Result<Scopes, Refused> {
    if get(pairs, "request").is_some() {
        return Err(Refused::request("request objects are not supported"));
    }
    match get(pairs, "response_type") {
        Some("code") => {}
        Some(_) => return Err(Refused::new(Code::UnsupportedResponseType, "response_type is code")),
        None => return Err(Refused::request("response_type is missing")),
    }
    if get(pairs, "response_mode").is_some_and(|mode| mode != "query") {
        return Err(Refused::request("response_mode is query"));
    }
    let challenge = get(pairs, "code_challenge").unwrap_or_default();
    if get(pairs, "code_challenge_method") != Some("S256")
        || secret::decode(challenge).is_none_or(|hash| hash.len() != 32)
    {
        return Err(Refused::request("a code_challenge with the method S256 is needed"));
    }
    if ["state", "nonce"].iter().any(|name| get(pairs, name).is_some_and(|text| text.len() > STATE_MAX)) {
        return Err(Refused::request("state or nonce is too long"));
    }
    let meant = get(pairs, "aud").or(get(pairs, "resource")).map(|base| base.trim_end_matches('/'));
    let needed = client.profile.issuer() == Issuer::Smart;
    if meant.is_some_and(|base| base != site.fhir) || (needed && meant.is_none()) {
        return Err(Refused::request("aud is the FHIR base of this server"));
    }
    let asked = Scopes::parse(get(pairs, "scope").unwrap_or_default());
    if asked.at(Level::System) {
        return Err(Refused::scope("an app that acts for users has no system scopes"));
    }
    if asked.has(&Scope::Offline) && asked.has(&Scope::Online) {
        return Err(Refused::scope("offline_access and online_access do not go together"));
    }
    let granted = asked.within(&client.allowed());
    let something = granted.known.iter().any(|(_, scope)| matches!(scope, Scope::Resource(_) | Scope::OpenId));
    something.then_some(granted).ok_or_else(|| Refused::scope("nothing of this scope can be granted"))
}

/// The address at which an app is told what is wrong.
pub(super) fn back(site: &Site, issuer: Issuer, redirect: &str, state: Option<&str>, refused: &Refused) -> String {
    let pairs = vec![
        ("error".to_string(), refused.code.word().to_string()),
        ("error_description".to_string(), refused.text.clone()),
    ];
    answer(site, issuer, redirect, state, pairs)
}

/// The address at which an app is answered.
pub(super) fn answer(site: &Site, issuer: Issuer, redirect: &str, state: Option<&str>, mut pairs: Vec<Pair>) -> String {
    if let Some(state) = state {
        pairs.push(("state".to_string(), state.to_string()));
    }
    pairs.push(("iss".to_string(), site.issuer(issuer)));
    let mark = if redirect.contains('?') { '&' } else { '?' };
    format!("{redirect}{mark}{}", query::print(&pairs))
}
