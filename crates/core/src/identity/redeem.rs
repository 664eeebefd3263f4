//! Codes and refresh tokens at the token endpoint.
//!
//! A code is good once: shown again, it ends everything that came of it. A client that can keep a secret keeps its refresh
//! token; a public one gets a new one each time unless its tokens are bound to a key, and may show the old one again for
//! half a minute, so that two requests at once both get the same. Later it counts as stolen and ends the grant.
//! Spec: RFC 6749 sections 4.1.3 and 6, RFC 7636 section 4.6, RFC 9449 section 5.

use akson_store::Ticket;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::clients::{Client, Profile};
use super::consent::Coded;
use super::exchange::{TokenAsked, Tokens};
use super::grants::{Context, Grant};
use super::launch::no_user;
use super::people::SignedIn;
use super::refused::{Code, Refused};
use super::scopes::{Scope, Scopes};
use super::site::{Issuer, Site};
use super::tickets::{self, CODE, REFRESH, UNUSED};
use super::tokens::ACCESS_LIFE_US;
use super::{Identity, accounts, assertion, secret};
use crate::audit::Coming;
use crate::error::Error;

/// How long a refresh token that was exchanged may be shown again.
const GRACE_US: i64 = 30 * 1_000_000;
/// How long an id_token may be taken.
const ID_LIFE_US: i64 = 600 * 1_000_000;
/// Characters of a code verifier.
const VERIFIER: std::ops::RangeInclusive<usize> = 43..=128;

fn unknown() -> Refused {
    Refused::grant("it is unknown, used, too old, or was given to somebody else")
}

impl Identity<'_> {
    /// Tokens for a code.
    pub(super) async fn redeem(&self, site: &Site, client: &Client, asked: &TokenAsked) -> Result<Tokens, Refused> {
        let code = asked.code.as_deref().ok_or_else(|| Refused::request("code is missing"))?;
        let ticket = self.ticket(CODE, code)?.ok_or_else(unknown)?;
        let coded: Coded = tickets::read(&ticket)?;
        if coded.client != client.id {
            return Err(unknown());
        }
        if ticket.used != UNUSED {
            self.revoke_grant(&coded.grant).await?;
            return Err(unknown());
        }
        let now = self.core.now();
        if now >= ticket.until || asked.redirect.as_deref() != Some(coded.redirect.as_str()) {
            return Err(unknown());
        }
        let verifier = asked.verifier.as_deref().ok_or_else(|| Refused::grant("code_verifier is missing"))?;
        let challenge = secret::encode(&secret::hash(verifier));
        if !VERIFIER.contains(&verifier.len()) || !secret::same(challenge.as_bytes(), coded.challenge.as_bytes()) {
            return Err(Refused::grant("code_verifier does not fit the code_challenge"));
        }
        let key = self.binding(site, client, &asked.proofs)?;
        if coded.key.is_some() && coded.key != key {
            return Err(Refused::proof("the proof is of another key than the request's"));
        }
        let grant = coded.grant(now, key);
        let scopes = Scopes::parse(grant.scopes.as_deref().unwrap_or_default());
        let refresh =
            if scopes.has(&Scope::Offline) || scopes.has(&Scope::Online) { Some(secret::random()?) } else { None };
        let kept = refresh.as_deref().map(|told| tickets::ticket(REFRESH, told, grant.until, grant.id.clone()));
        let (row, used) = (grant.row()?, (ticket.kind, ticket.hash));
        let first = self.core.store().write(move |tx| {
            let first = tx.use_ticket(used.0, &used.1, now)?;
            if first {
                tx.keep_grant(&row)?;
                kept.map(|kept| tx.keep_ticket(&kept)).transpose()?;
            }
            Ok(first)
        });
        if !first.await? {
            self.revoke_grant(&coded.grant).await?;
            return Err(unknown());
        }
        let access = self.issue(site, client.profile.issuer(), &grant, grant.scopes.as_deref(), ACCESS_LIFE_US).await?;
        let id_token = match scopes.has(&Scope::OpenId) {
            true => Some(self.id_token(site, client, &coded, &scopes, &access.token).await?),
            false => None,
        };
        self.note_app(Coming::Token, client, &grant).await?;
        Ok(Tokens { access, scope: scopes.to_string(), refresh, id_token, context: coded.context() })
    }

    /// The public client that a refresh token was given to. It can show nothing but its name, and fhirclient does not even
    /// show that; RFC 6749 section 6 does not ask for it. Whoever can show who they are must.
    pub(super) fn client_of_refresh(&self, issuer: Issuer, asked: &TokenAsked) -> Result<Client, Refused> {
        let ticket = self.ticket(REFRESH, asked.refresh.as_deref().unwrap_or_default())?;
        let grant = ticket.map(|ticket| self.grant(&ticket.body)).transpose()?.flatten();
        let client = grant.map(|grant| self.client(&grant.client)).transpose()?.flatten();
        let public = |client: &Client| client.profile == Profile::SmartPublic && client.profile.issuer() == issuer;
        client.filter(public).ok_or_else(assertion::unknown)
    }

    /// New tokens for a refresh token.
    pub(super) async fn refresh(&self, site: &Site, client: &Client, asked: &TokenAsked) -> Result<Tokens, Refused> {
        let told = asked.refresh.as_deref().ok_or_else(|| Refused::request("refresh_token is missing"))?;
        let ticket = self.ticket(REFRESH, told)?.ok_or_else(unknown)?;
        let now = self.core.now();
        let grant = self.grant(&ticket.body)?.filter(|grant| grant.holds(now) && grant.client == client.id);
        let mut grant = grant.ok_or_else(unknown)?;
        if !grant.session.is_empty() && !self.session_goes_on(&grant.account, &grant.session)? {
            return Err(unknown());
        }
        let signed = SignedIn { account: grant.account.clone(), role: grant.role.clone(), level: grant.level };
        self.caller_for(&signed, now, "").map_err(no_user).map_err(|refused| match refused.code {
            Code::AccessDenied => unknown(),
            _ => refused,
        })?;
        let held = Scopes::parse(grant.scopes.as_deref().unwrap_or_default());
        let scopes = match asked.scope.as_deref() {
            None => held,
            Some(asked) => {
                let asked = Scopes::parse(asked);
                if !asked.unknown.is_empty() || asked.is_empty() || !held.covers(&asked) {
                    return Err(Refused::scope("more than was granted"));
                }
                asked
            }
        };
        let key = self.binding(site, client, &asked.proofs)?;
        // A public client shows nothing else of itself; others show who they are and may take a new key.
        if client.profile == Profile::SmartPublic && key != grant.key {
            return Err(Refused::proof("the proof is of another key than the tokens'"));
        }
        let turns = client.profile == Profile::SmartPublic && key.is_none();
        let refresh = if turns { self.turn(&ticket, told, &grant).await? } else { told.to_string() };
        grant.key = key;
        let (scope, context) = (scopes.to_string(), grant.context.clone());
        let access = self.issue(site, client.profile.issuer(), &grant, Some(&scope), ACCESS_LIFE_US).await?;
        self.note_app(Coming::Refresh, client, &grant).await?;
        Ok(Tokens { access, scope, refresh: Some(refresh), id_token: None, context })
    }

    /// The refresh token after this one: always the same, so that all who show it at once get it.
    async fn turn(&self, ticket: &Ticket, told: &str, grant: &Grant) -> Result<String, Refused> {
        let key = *self.core.store().read()?.identity_key();
        let next = secret::encode(&accounts::keyed(&key, &format!("refresh {told}")));
        let (now, used) = (self.core.now(), (ticket.kind, ticket.hash));
        let kept = tickets::ticket(REFRESH, &next, grant.until, grant.id.clone());
        let used_at = self.core.store().write(move |tx| {
            if tx.use_ticket(used.0, &used.1, now)? {
                tx.keep_ticket(&kept)?;
                return Ok(now);
            }
            Ok(tx.ticket(used.0, &used.1)?.map_or(i64::MIN, |ticket| ticket.used))
        });
        if used_at.await?.saturating_add(GRACE_US) < now {
            self.revoke_grant(&grant.id).await?;
            return Err(unknown());
        }
        Ok(next)
    }

    async fn id_token(
        &self,
        site: &Site,
        client: &Client,
        coded: &Coded,
        scopes: &Scopes,
        access: &str,
    ) -> Result<String, Error> {
        let now = self.core.now();
        let issuer = client.profile.issuer();
        let algorithm = if issuer == Issuer::Smart { Algorithm::RS256 } else { Algorithm::ES256 };
        let mut claims = json!({
            "iss": site.issuer(issuer),
            "aud": client.id,
            "sub": coded.account,
            "iat": now / 1_000_000,
            "exp": (now + ID_LIFE_US) / 1_000_000,
            "auth_time": coded.signed_in / 1_000_000,
            "at_hash": secret::encode(&secret::hash(access)[..16]),
        });
        if let Some(nonce) = &coded.nonce {
            claims["nonce"] = Value::from(nonce.as_str());
        }
        let wanted = scopes.has(&Scope::FhirUser) || scopes.has(&Scope::Profile);
        if let Some(user) = self.fhir_user(site, &coded.account).filter(|_| wanted) {
            claims["fhirUser"] = Value::from(user);
        }
        self.sign(algorithm, "JWT", &claims).await
    }
}

impl Tokens {
    /// Only for a client: nothing was started.
    pub(super) fn without_context(access: super::tokens::Issued, scope: String) -> Tokens {
        Tokens { access, scope, refresh: None, id_token: None, context: Context::default() }
    }
}
