//! The user's answer to an app's request: what they are shown, and the code that the app gets for a yes.
//!
//! A request is answered once. A yes is given by whoever is signed in, in their role, for a patient they can see; what
//! the patient of a launch is, was decided when the app was started. A code lives a minute.

use serde::{Deserialize, Serialize};

use super::authorize::{self, Asked};
use super::clients::Client;
use super::grants::{self, Context, Grant};
use super::people::Kind;
use super::refused::{Code, Refused};
use super::scopes::{Level, Scope, Scopes};
use super::sessions::SessionSeen;
use super::site::Site;
use super::tickets::{self, ASKED, CODE, PUSHED};
use super::tokens::ACCESS_LIFE_US;
use super::{Identity, clients::Profile, secret};
use crate::audit::Coming;

/// How long a code lives.
const CODE_LIFE_US: i64 = 60 * 1_000_000;
/// How long an app may refresh while its user is signed in.
const ONLINE_LIFE_US: i64 = super::LENGTH_MAX;
/// How long an app may refresh without its user.
const OFFLINE_LIFE_US: i64 = 90 * 86_400 * 1_000_000;
/// The same for one that can keep no secret.
const OFFLINE_PUBLIC_LIFE_US: i64 = 30 * 86_400 * 1_000_000;

/// What a user answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// No.
    No,
    /// Yes; for this Patient, if the app asks for one and was not started for one.
    Yes(Option<String>),
}

/// What a code stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Coded {
    pub(super) grant: String,
    pub(super) client: String,
    pub(super) account: String,
    pub(super) session: String,
    pub(super) life_us: i64,
    pub(super) body: Grant,
    pub(super) redirect: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    pub(super) key: Option<String>,
    pub(super) signed_in: i64,
}

impl Asked {
    /// Whether the user must say which patient it is about.
    pub fn needs_patient(&self) -> bool {
        let scopes = Scopes::parse(&self.scopes);
        let wanted = scopes.at(Level::Patient) || scopes.has(&Scope::LaunchOf("Patient"));
        wanted && self.context.patient.is_none()
    }

    /// The origin of the page that gets the answer.
    pub fn origin(&self) -> &str {
        super::clients::origin(&self.redirect)
    }
}

impl Identity<'_> {
    /// A request that waits for its user, and the app it is of.
    pub fn asked_by(&self, told: &str) -> Result<Option<(Asked, Client)>, Refused> {
        let Some(ticket) = self.fresh_ticket(ASKED, told)? else { return Ok(None) };
        let asked: Asked = tickets::read(&ticket)?;
        let client = self.client(&asked.client)?;
        Ok(client.map(|client| (asked, client)))
    }

    /// Takes the answer of the user in a session; the address at which the app is told.
    pub async fn answer(
        &self,
        site: &Site,
        told: &str,
        session: &SessionSeen,
        answer: Answer,
    ) -> Result<String, Refused> {
        let gone = || Refused::request("the request was answered, or it is too old; start the app again");
        let ticket = self.fresh_ticket(ASKED, told)?.ok_or_else(gone)?;
        let asked: Asked = tickets::read(&ticket)?;
        let client = self.client(&asked.client)?.ok_or_else(gone)?;
        let refused = match answer {
            Answer::No => Err(Refused::new(Code::AccessDenied, "the user said no")),
            Answer::Yes(patient) => self.coded(&asked, &client, session, patient).await,
        };
        let issuer = client.profile.issuer();
        let coded = match refused {
            Ok(coded) => coded,
            Err(refused) => {
                if !self.use_up(&ticket).await? {
                    return Err(gone());
                }
                let more = refused.code.word().to_string();
                self.note_consent((Coming::Consent, false), &session.signed, &client, more).await?;
                return Ok(authorize::back(site, issuer, &asked.redirect, asked.state.as_deref(), &refused));
            }
        };
        let (code, now) = (secret::random()?, self.core.now());
        let given = format!("grant {} scope {}", coded.grant, coded.body.scopes.as_deref().unwrap_or_default());
        let kept = tickets::ticket(CODE, &code, now.saturating_add(CODE_LIFE_US), tickets::write(&coded)?);
        let pushed = asked.pushed.as_deref().map(|told| tickets::hash(PUSHED, told));
        let done = self.core.store().write(move |tx| {
            let pushed = pushed.map(|hash| tx.use_ticket(PUSHED, &hash, now)).transpose()?;
            let first = tx.use_ticket(ticket.kind, &ticket.hash, now)? && pushed != Some(false);
            if first {
                tx.keep_ticket(&kept)?;
            }
            Ok(first)
        });
        if !done.await? {
            return Err(gone());
        }
        self.note_consent((Coming::Consent, true), &session.signed, &client, given).await?;
        let pairs = vec![("code".to_string(), code)];
        Ok(authorize::answer(site, issuer, &asked.redirect, asked.state.as_deref(), pairs))
    }

    async fn coded(
        &self,
        asked: &Asked,
        client: &Client,
        session: &SessionSeen,
        patient: Option<String>,
    ) -> Result<Coded, Refused> {
        if asked.session.as_ref().is_some_and(|id| *id != session.id) {
            return Err(Refused::new(Code::AccessDenied, "the app was started by somebody else"));
        }
        let mut context = asked.context.clone();
        if asked.needs_patient() {
            let patient = patient.ok_or_else(|| Refused::new(Code::AccessDenied, "no patient was chosen"))?;
            context.patient = Some(patient);
        }
        self.may_see(session, &context).await?;
        let account = self.account(&session.signed.account)?;
        let named = account.is_some_and(|account| account.kind != Kind::Operator);
        // Who is no resource has no address.
        let scopes = Scopes::parse(&asked.scopes).only(|scope| named || *scope != Scope::FhirUser);
        let scopes = scopes.only(|scope| match scope {
            Scope::LaunchOf("Encounter") => context.encounter.is_some(),
            _ => true,
        });
        let offline = scopes.has(&Scope::Offline);
        let life_us = match (offline, scopes.has(&Scope::Online), client.profile) {
            (true, _, Profile::SmartPublic) => OFFLINE_PUBLIC_LIFE_US,
            (true, _, _) => OFFLINE_LIFE_US,
            (false, true, _) => ONLINE_LIFE_US,
            (false, false, _) => ACCESS_LIFE_US,
        };
        let body = Grant {
            id: String::new(),
            client: String::new(),
            account: String::new(),
            session: String::new(),
            made: 0,
            until: 0,
            revoked: false,
            role: session.signed.role.clone(),
            level: session.signed.level,
            scopes: Some(scopes.to_string()),
            context,
            key: None,
        };
        Ok(Coded {
            grant: grants::new_id()?,
            client: client.id.clone(),
            account: session.signed.account.clone(),
            session: if offline { String::new() } else { session.id.clone() },
            life_us,
            body,
            redirect: asked.redirect.clone(),
            challenge: asked.challenge.clone(),
            nonce: asked.nonce.clone(),
            key: asked.key.clone(),
            signed_in: session.begun,
        })
    }

    /// The address of the user as a resource, if they are one.
    pub(super) fn fhir_user(&self, site: &Site, account: &str) -> Option<String> {
        let account = self.account(account).ok()??;
        let type_name = match account.kind {
            Kind::Staff => "Practitioner",
            Kind::Citizen => "Patient",
            Kind::Operator => return None,
        };
        Some(format!("{}/{type_name}/{}", site.fhir, account.person))
    }
}

impl Coded {
    /// The grant that this code becomes.
    pub(super) fn grant(&self, now: i64, key: Option<String>) -> Grant {
        Grant {
            id: self.grant.clone(),
            client: self.client.clone(),
            account: self.account.clone(),
            session: self.session.clone(),
            made: now,
            until: now.saturating_add(self.life_us),
            key,
            ..self.body.clone()
        }
    }

    pub(super) fn context(&self) -> Context {
        self.body.context.clone()
    }
}
