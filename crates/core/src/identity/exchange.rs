//! The token endpoint: what a client gives, and the tokens it gets for it. One function per kind of grant.
//!
//! Spec: RFC 6749 sections 4.1.3, 4.4 and 6, RFC 9449 section 5,
//! <https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html>.

use serde_json::Value;

use super::Identity;
use super::assertion::Credentials;
use super::clients::{Client, Profile};
use super::grants::{self, Context, Grant};
use super::proof::Proved;
use super::refused::{Code, Refused};
use super::scopes::{Level, Scope, Scopes};
use super::site::{Issuer, Site};
use super::tokens::{ACCESS_LIFE_US, Issued};
use crate::audit::Coming;

/// A request to the token endpoint.
#[derive(Clone, Debug, Default)]
pub struct TokenAsked {
    /// How the client shows who it is.
    pub shown: Credentials,
    /// `grant_type`.
    pub grant_type: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `code`.
    pub code: Option<String>,
    /// `redirect_uri`.
    pub redirect: Option<String>,
    /// `code_verifier`.
    pub verifier: Option<String>,
    /// `refresh_token`.
    pub refresh: Option<String>,
    /// Every DPoP header.
    pub proofs: Vec<String>,
}

/// The tokens that a client gets.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: Issued,
    /// What it is for.
    pub scope: String,
    /// The refresh token.
    pub refresh: Option<String>,
    /// Who the user is.
    pub id_token: Option<String>,
    /// What the app was started for.
    pub context: Context,
}

impl Tokens {
    /// As the endpoint answers them.
    pub fn to_json(&self) -> Value {
        let mut answer = serde_json::to_value(&self.context).unwrap_or_default();
        answer["access_token"] = Value::from(self.access.token.as_str());
        answer["token_type"] = Value::from(self.access.kind);
        answer["expires_in"] = Value::from(self.access.seconds);
        answer["scope"] = Value::from(self.scope.as_str());
        for (name, token) in [("refresh_token", &self.refresh), ("id_token", &self.id_token)] {
            if let Some(token) = token {
                answer[name] = Value::from(token.as_str());
            }
        }
        answer
    }
}

impl Identity<'_> {
    /// Answers a request to the token endpoint of an issuer.
    pub async fn exchange(&self, site: &Site, issuer: Issuer, asked: &TokenAsked) -> Result<Tokens, Refused> {
        let kind = asked.grant_type.as_deref().ok_or_else(|| Refused::request("grant_type is missing"))?;
        let client = match kind {
            "refresh_token" if asked.shown.is_nothing() => self.client_of_refresh(issuer, asked)?,
            _ => match self.authenticate(site, issuer, &asked.shown) {
                Ok(client) => client,
                Err(refused) => {
                    let claimed = self.claimed(&asked.shown)?;
                    self.note_stranger(Coming::Token, claimed.as_ref(), refused.code.word()).await?;
                    return Err(refused);
                }
            },
        };
        match kind {
            "client_credentials" => self.as_itself(site, &client, asked).await,
            "authorization_code" | "refresh_token" if !client.profile.has_users() => {
                Err(Refused::new(Code::UnauthorizedClient, "this client acts as itself only"))
            }
            "authorization_code" => self.redeem(site, &client, asked).await,
            "refresh_token" => self.refresh(site, &client, asked).await,
            _ => Err(Refused::new(Code::UnsupportedGrantType, "this grant_type is not supported")),
        }
    }

    /// The key that tokens will be bound to, by the proof of this request; FAPI demands one.
    pub(crate) fn binding(&self, site: &Site, client: &Client, proofs: &[String]) -> Result<Option<String>, Refused> {
        if proofs.is_empty() && client.profile != Profile::Fapi2 {
            return Ok(None);
        }
        let url = site.endpoint(client.profile.issuer(), "token");
        let proved = self.prove(&Proved { proofs, method: "POST", url: &url, token: None });
        proved.map(Some).map_err(Refused::proof)
    }

    async fn as_itself(&self, site: &Site, client: &Client, asked: &TokenAsked) -> Result<Tokens, Refused> {
        client.as_itself()?;
        let scopes = Scopes::parse(asked.scope.as_deref().unwrap_or_default());
        if let Some(unknown) = scopes.unknown.first() {
            return Err(Refused::scope(format!("`{}` is no scope", told(unknown))));
        }
        let of_system = |scope: &Scope| matches!(scope, Scope::Resource(scope) if scope.level == Level::System);
        if !scopes.known.iter().all(|(_, scope)| of_system(scope)) {
            return Err(Refused::scope("a system is granted system scopes only"));
        }
        let granted = scopes.within(&client.allowed());
        if granted.is_empty() {
            return Err(Refused::scope("nothing of this scope is registered for the client"));
        }
        let key = self.binding(site, client, &asked.proofs)?;
        let (now, scope) = (self.core.now(), granted.to_string());
        let grant = Grant {
            id: grants::new_id()?,
            client: client.id.clone(),
            account: String::new(),
            session: String::new(),
            made: now,
            until: now.saturating_add(ACCESS_LIFE_US),
            revoked: false,
            role: String::new(),
            level: 0,
            scopes: Some(scope.clone()),
            context: Context::default(),
            key,
        };
        let row = grant.row()?;
        self.core.store().write(move |tx| tx.keep_grant(&row)).await?;
        let access = self.issue(site, client.profile.issuer(), &grant, Some(&scope), ACCESS_LIFE_US).await?;
        self.note_app(Coming::Token, client, &grant).await?;
        Ok(Tokens::without_context(access, scope))
    }
}

/// A word of the client's, short and plain enough for an answer.
pub(crate) fn told(word: &str) -> String {
    word.chars().filter(|letter| letter.is_ascii_graphic() && !"\"\\".contains(*letter)).take(60).collect()
}
