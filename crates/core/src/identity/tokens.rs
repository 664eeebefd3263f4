//! Access tokens: signed, short, for this record only; and from a token to a caller.
//!
//! A token is a JWT (`at+jwt`, ES256) that names its grant. Its signature is checked once and remembered; at each request
//! its time, its audience, its grant and its binding are held against the present. Its user is looked up anew as soon as
//! something about people was written, so a token never outlives a role. Spec: RFC 9068, RFC 6750, RFC 9449 section 7.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use akson_fhir::definition::Definitions;
use akson_store::{State as Life, Store, View};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::clients::Client;
use super::grants::Grant;
use super::holder::{Holder, Known};
use super::jwt::Claims;
use super::people::{Found, NoCaller, SignedIn};
use super::proof::Proved;
use super::scopes::Scopes;
use super::site::{Issuer, Site};
use super::{Identity, jwt, secret};
use crate::caller::{App, Caller, System, Who};
use crate::error::Error;

/// The client of tokens for scripts in a sandbox.
pub const SCRIPT_CLIENT: &str = "akson-script";
/// How long an access token lives.
pub const ACCESS_LIFE_US: i64 = 600 * 1_000_000;
/// How long one for scripts in a sandbox lives.
pub const SCRIPT_LIFE_US: i64 = 8 * 3600 * 1_000_000;
/// The type in the header.
const ACCESS_TYPE: &str = "at+jwt";
/// Checked tokens that are remembered; beyond it all are checked anew.
const CHECKED_MAX: usize = 20_000;
/// How far what is kept of a grant's use may lag behind.
const USED_LAG_US: i64 = 300 * 1_000_000;
/// How long a revoked grant is remembered: longer than any token of it lives.
const REVOKED_KEPT_US: i64 = 2 * SCRIPT_LIFE_US;

/// How a token is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// As it is.
    Bearer,
    /// With a proof.
    Dpop,
}

/// A token as it came with a request.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// How.
    pub scheme: Scheme,
    /// The token.
    pub token: &'a str,
    /// Every DPoP header.
    pub proofs: &'a [String],
    /// The verb.
    pub method: &'a str,
    /// The address, as others see it.
    pub url: &'a str,
}

/// Why a token makes no caller. The answer says no more than the kind.
#[derive(Debug)]
pub enum TokenRefused {
    /// Expired, revoked, forged, for somebody else, or shown in a wrong way.
    Invalid,
    /// Its proof is missing or wrong.
    Proof(&'static str),
    /// It could not be looked up.
    Failed(Error),
}

impl TokenRefused {
    /// What `WWW-Authenticate` says to who has shown nothing.
    pub fn invitation() -> String {
        format!("Bearer realm=\"akson\", DPoP algs=\"{}\"", algorithms())
    }

    /// What `WWW-Authenticate` says.
    pub fn challenge(&self) -> String {
        let algorithms = algorithms();
        let dpop = |error: &str| format!("DPoP algs=\"{algorithms}\", error=\"{error}\"");
        match self {
            TokenRefused::Invalid => format!("Bearer error=\"invalid_token\", {}", dpop("invalid_token")),
            TokenRefused::Proof(_) => dpop("invalid_dpop_proof"),
            TokenRefused::Failed(_) => String::new(),
        }
    }
}

/// The algorithms of proofs, with spaces between.
fn algorithms() -> String {
    let known: Vec<String> = super::proof::PROOF_ALGORITHMS.iter().map(|known| format!("{known:?}")).collect();
    known.join(" ")
}

impl From<Error> for TokenRefused {
    fn from(error: Error) -> TokenRefused {
        TokenRefused::Failed(error)
    }
}

impl From<akson_store::Error> for TokenRefused {
    fn from(error: akson_store::Error) -> TokenRefused {
        TokenRefused::Failed(error.into())
    }
}

/// A token whose signature is right, and what it stands for.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) claims: Claims,
    pub(crate) grant: String,
    pub(crate) client: String,
    pub(crate) account: String,
    pub(crate) audience: String,
    pub(crate) expires: i64,
    pub(crate) key: Option<String>,
    pub(crate) role: String,
    pub(crate) level: u8,
    /// The session it ends with, if it does with one.
    session: String,
    /// The system, if it is one.
    system: Option<Arc<System>>,
    /// The app, if it is one.
    app: Option<App>,
    /// When its use was last noted.
    used: AtomicI64,
    /// The caller it last stood for.
    holder: Holder,
}

/// A hash of a token under two keys of this process: 128 bits that nobody outside can work towards.
type Mark = (u64, u64);

/// What is remembered of tokens.
#[derive(Default)]
pub(crate) struct Tokens {
    /// By their marks: a token's SHA-256 would take longer than all else that is looked up.
    checked: RwLock<HashMap<Mark, Arc<Access>>>,
    keys: (RandomState, RandomState),
    revoked: RwLock<HashMap<String, i64>>,
}

impl Tokens {
    /// With the grants that were revoked not long ago.
    pub(crate) fn load(store: &Store, now: i64) -> Result<Tokens, Error> {
        let tokens = Tokens::default();
        tokens.note_revoked(store.read()?.revoked_grants(now.saturating_sub(REVOKED_KEPT_US))?, now);
        Ok(tokens)
    }

    /// From now on nothing of these grants holds.
    pub(crate) fn note_revoked(&self, grants: impl IntoIterator<Item = String>, now: i64) {
        let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
        revoked.retain(|_, at| at.saturating_add(REVOKED_KEPT_US) > now);
        revoked.extend(grants.into_iter().map(|grant| (grant, now)));
    }

    fn is_revoked(&self, grant: &str) -> bool {
        self.revoked.read().unwrap_or_else(PoisonError::into_inner).contains_key(grant)
    }

    /// Checks every signature anew: after keys or clients changed.
    pub(crate) fn forget_checked(&self) {
        self.checked.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn mark(&self, token: &str) -> Mark {
        (self.keys.0.hash_one(token), self.keys.1.hash_one(token))
    }

    fn get(&self, mark: &Mark) -> Option<Arc<Access>> {
        self.checked.read().unwrap_or_else(PoisonError::into_inner).get(mark).cloned()
    }

    fn keep(&self, mark: Mark, access: &Arc<Access>, moment: i64) {
        let mut checked = self.checked.write().unwrap_or_else(PoisonError::into_inner);
        if checked.len() >= CHECKED_MAX {
            checked.retain(|_, access| moment < access.expires);
        }
        if checked.len() >= CHECKED_MAX {
            checked.clear();
        }
        checked.insert(mark, Arc::clone(access));
    }
}

/// An access token that was just made.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// How many seconds it lives.
    pub seconds: i64,
    /// `Bearer` or `DPoP`.
    pub kind: &'static str,
}

impl Identity<'_> {
    /// An access token of a grant, for no more than these scopes.
    pub(crate) async fn issue(
        &self,
        site: &Site,
        issuer: Issuer,
        grant: &Grant,
        scopes: Option<&str>,
        life_us: i64,
    ) -> Result<Issued, Error> {
        let now = self.core.now();
        let seconds = (life_us.min(grant.until.saturating_sub(now)) / 1_000_000).max(0);
        let subject = if grant.account.is_empty() { &grant.client } else { &grant.account };
        let mut claims = json!({
            "iss": site.issuer(issuer),
            "aud": site.audience,
            "sub": subject,
            "client_id": grant.client,
            "iat": now / 1_000_000,
            "exp": now / 1_000_000 + seconds,
            "jti": secret::random()?,
            "grant": grant.id,
        });
        let more = [
            ("scope", scopes.map(Value::from)),
            ("account", (!grant.account.is_empty()).then(|| json!(grant.account))),
            ("role", (!grant.role.is_empty()).then(|| json!(grant.role))),
            ("level", (!grant.account.is_empty()).then(|| json!(grant.level))),
            ("patient", grant.context.patient.as_ref().map(|id| json!(id))),
            ("encounter", grant.context.encounter.as_ref().map(|id| json!(id))),
            ("cnf", grant.key.as_ref().map(|key| json!({ "jkt": key }))),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                claims[name] = value;
            }
        }
        let token = self.sign(Algorithm::ES256, ACCESS_TYPE, &claims).await?;
        Ok(Issued { token, seconds, kind: if grant.key.is_some() { "DPoP" } else { "Bearer" } })
    }

    /// The caller that a token stands for at a moment.
    pub fn caller_of_token(
        &self,
        site: &Site,
        shown: &Presented<'_>,
        moment: i64,
        request: &str,
    ) -> Result<Caller, TokenRefused> {
        let access = self.access(shown.token, moment)?.ok_or(TokenRefused::Invalid)?;
        if access.audience != site.audience {
            return Err(TokenRefused::Invalid);
        }
        match (&access.key, shown.scheme) {
            // A proof beside a token that is bound to nothing proves nothing.
            (None, Scheme::Bearer) if shown.proofs.is_empty() => {}
            (Some(key), Scheme::Dpop) => {
                let Presented { proofs, method, url, token, .. } = *shown;
                let proved = self.prove(&Proved { proofs, method, url, token: Some(token) });
                if proved.map_err(TokenRefused::Proof)? != *key {
                    return Err(TokenRefused::Proof("the proof is of another key than the token's"));
                }
            }
            _ => return Err(TokenRefused::Invalid),
        }
        let known = self.known();
        if let Some(held) = access.holder.get(known, moment) {
            self.note_use(&access, moment);
            return Ok(Caller { moment, request: request.to_string(), ..held });
        }
        let found = match &access.system {
            Some(system) => Found { who: Who::System(Arc::clone(system)), holds: i64::MIN..i64::MAX },
            None => self.token_user(&access, moment)?,
        };
        self.note_use(&access, moment);
        let caller = Caller::new(found.who, moment, request.to_string());
        let caller = match &access.app {
            Some(app) => caller.through(app.clone()),
            None => caller,
        };
        Ok(access.holder.keep(known, found.holds, caller))
    }

    /// Notes that an app uses what a user gave it, so that they can see when it last did.
    fn note_use(&self, access: &Access, moment: i64) {
        let before = access.used.load(Ordering::Relaxed);
        let due = !access.account.is_empty() && before.saturating_add(USED_LAG_US) <= moment;
        let first = || access.used.compare_exchange(before, moment, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if due && first() {
            let grant = access.grant.clone();
            // Nobody waits for it: lost, the user is told an earlier time.
            drop(self.core.store().write(move |tx| tx.touch_grant(&grant, moment)));
        }
    }

    /// The user of a token, by the record as it is now.
    fn token_user(&self, access: &Access, moment: i64) -> Result<Found, TokenRefused> {
        let (account, role, level) = (access.account.clone(), access.role.clone(), access.level);
        match self.find(&SignedIn { account, role, level }, moment) {
            Ok(found) => Ok(found),
            Err(NoCaller::Failed(error)) => Err(TokenRefused::Failed(error)),
            Err(_) => Err(TokenRefused::Invalid),
        }
    }

    /// How much was written about accounts, sessions and those at work. Looked at before anything of it is read.
    fn known(&self) -> Known {
        (self.core.store().identities(), self.core.store().staff())
    }

    /// What a token stands for, if it counts at this moment.
    pub(crate) fn access(&self, token: &str, moment: i64) -> Result<Option<Arc<Access>>, Error> {
        let tokens = &self.state().tokens;
        let mark = tokens.mark(token);
        let access = match tokens.get(&mark) {
            Some(access) => access,
            None => {
                let Some(access) = self.check(token, moment)? else { return Ok(None) };
                let access = Arc::new(access);
                tokens.keep(mark, &access, moment);
                access
            }
        };
        let holds = moment < access.expires && !tokens.is_revoked(&access.grant);
        Ok((holds && self.goes_on(&access)?).then_some(access))
    }

    /// Whether the session goes on that a token ends with, if it does with one.
    fn goes_on(&self, access: &Access) -> Result<bool, Error> {
        let known = self.core.store().identities();
        if access.session.is_empty() || access.holder.went_on(known) {
            return Ok(true);
        }
        let goes_on = self.session_goes_on(&access.account, &access.session)?;
        if goes_on {
            access.holder.note_went_on(known);
        }
        Ok(goes_on)
    }

    /// Checks a token's signature and reads what it says.
    fn check(&self, token: &str, moment: i64) -> Result<Option<Access>, Error> {
        let Some(claims) = self.signed(token, moment) else { return Ok(None) };
        let text = |name: &str| claims.text(name).map(str::to_string);
        let (Some(grant), Some(client), Some(audience), Some(expires)) =
            (text("grant"), text("client_id"), text("aud"), claims.time("exp"))
        else {
            return Ok(None);
        };
        let view = self.core.store().read()?;
        // A grant that is gone has ended; after a restore of an older database it may never have been.
        let Some(held) = view.grant(&grant)?.map(Grant::of).transpose()?.filter(|held| held.holds(moment)) else {
            return Ok(None);
        };
        let registered = self.client(&client)?;
        let account = text("account").unwrap_or_default();
        let scopes = claims.text("scope").map(Scopes::parse);
        let (system, mut app) = match (scopes, registered) {
            // A script's token in a sandbox: no client, and no scopes if none were asked for.
            (scopes, None) if client == SCRIPT_CLIENT => (None, scopes.map(|scopes| app_of(&client, &client, &scopes))),
            (Some(scopes), Some(registered)) if account.is_empty() => {
                let system = Arc::new(system_of(&view, &registered)?);
                (Some(system), Some(app_of(&client, &registered.name, &scopes)))
            }
            (Some(scopes), Some(registered)) => {
                (None, Some(App { emergency: registered.emergency, ..app_of(&client, &registered.name, &scopes) }))
            }
            _ => return Ok(None),
        };
        if let (Some(app), Some(patient)) = (&mut app, claims.text("patient")) {
            let Some(place) = live(&view, "Patient", patient)? else { return Ok(None) };
            app.patient = Some(place);
        }
        let key = claims.0.get("cnf").and_then(|cnf| cnf.get("jkt")).and_then(Value::as_str).map(str::to_string);
        let (role, level, session) = (held.role, held.level, held.session);
        let used = AtomicI64::new(i64::MIN);
        let holder = Holder::default();
        Ok(Some(Access {
            claims,
            grant,
            client,
            account,
            audience,
            expires,
            key,
            role,
            level,
            session,
            system,
            app,
            used,
            holder,
        }))
    }

    fn signed(&self, token: &str, moment: i64) -> Option<Claims> {
        let open = jwt::open(token, &[Algorithm::ES256])?;
        // An id_token is no access token, whoever signed it.
        if open.text("typ") != Some(ACCESS_TYPE) {
            return None;
        }
        let key = self.state().keys.public(open.text("kid")?, open.algorithm, moment)?;
        open.check(&key)
    }
}

fn app_of(client: &str, name: &str, scopes: &Scopes) -> App {
    let scopes = scopes.known.iter().map(|(word, _)| word.clone()).collect();
    App { client: client.to_string(), name: name.to_string(), scopes, patient: None, emergency: false }
}

fn system_of(view: &View, client: &Client) -> Result<System, Error> {
    let group = match &client.population {
        Some(id) => live(view, "Group", id)?,
        None => None,
    };
    Ok(System {
        client: client.id.clone(),
        name: client.name.clone(),
        population: client.population.clone(),
        group,
        by_law: client.by_law,
    })
}

/// The number of a resource that is in use.
fn live(view: &View, type_name: &str, id: &str) -> Result<Option<i64>, Error> {
    let Some(found) = Definitions::r4().resource(type_name) else { return Ok(None) };
    let stored = view.get(found.id, id)?.filter(|stored| stored.state == Life::Live);
    Ok(stored.map(|stored| stored.place.rid))
}
