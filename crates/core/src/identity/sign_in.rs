//! From what a provider has proven about somebody to their account.
//!
//! The person is found in the record by number; nobody is made here. Numbers that lead to several persons, or a national
//! number and a professional one that lead to different ones, lead to nobody. What it does not do: talk to providers
//! (`provider`), or check what they sent.

use super::Identity;
use super::accounts::{AccountSeen, persons_with};
use super::citizen::NATIONAL;
use super::people::{Choice, Kind, NoCaller, SignedIn};
use super::sessions::SessionSeen;
use super::staff::{self, HPR};
use crate::audit::Coming;

/// What a provider has proven. It has no way to be printed: there are numbers of people in it.
#[derive(Clone)]
pub struct Proven {
    /// The provider's name here.
    pub provider: String,
    /// What kind of people it signs in.
    pub kind: Kind,
    /// What it calls the person.
    pub subject: String,
    /// The national number; empty if it did not say.
    pub national: String,
    /// The number in the register of health personnel; empty if there is none.
    pub hpr: String,
    /// How sure it is, 1 to 4.
    pub level: u8,
    /// The numbers of the organisations that it says somebody works for; none if it does not say.
    pub organisations: Vec<String>,
}

impl Identity<'_> {
    /// The account of a person who has proven who they are.
    pub async fn sign_in(&self, proven: &Proven) -> Result<AccountSeen, NoCaller> {
        let person = self.person(proven)?.ok_or(NoCaller::Closed)?;
        // The same person has the same number at every provider.
        let subject = match proven.national.is_empty() {
            true => format!("{} {}", proven.provider, proven.subject),
            false => format!("national {}", proven.national),
        };
        self.account_for(proven.kind, &person, (&proven.provider, &subject)).await
    }

    fn person(&self, proven: &Proven) -> Result<Option<String>, NoCaller> {
        let view = self.core.store().read()?;
        let mut found: Vec<String> = Vec::new();
        let mut numbers = vec![(NATIONAL, proven.national.as_str())];
        if proven.kind == Kind::Staff {
            numbers.push((HPR, proven.hpr.as_str()));
        }
        for (systems, number) in numbers.into_iter().filter(|(_, number)| !number.is_empty()) {
            found.extend(persons_with(&view, proven.kind, systems, number)?);
        }
        found.sort_unstable();
        found.dedup();
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// How somebody begins who has just signed in as an account: where they left off, if it is their own locked session, else
    /// afresh. With the answer, whether it is the same person's. Who has one role only need not choose it, nor who has one
    /// only in the organisation that the provider says.
    pub async fn enter(
        &self,
        account: &AccountSeen,
        (level, provider, organisations): (u8, &str, &[String]),
        before: Option<(&str, &SessionSeen)>,
    ) -> Result<(String, bool), NoCaller> {
        if let Some((secret, session)) = before {
            if session.signed.account == account.id && session.locked {
                let signed = SignedIn { level, ..session.signed.clone() };
                let new = self.go_on(secret, session, signed.clone()).await?;
                let more = format!("provider {provider} level {level} session {}", session.id);
                self.note(Coming::Unlock, &signed, more).await?;
                return Ok((new, true));
            }
            self.end_session(secret).await?;
        }
        let mut choices = self.choices(&account.id, self.core.now())?;
        if account.kind == Kind::Staff && !organisations.is_empty() {
            let view = self.core.store().read()?;
            let here = |choice: &Choice| staff::works_for(&view, &choice.role, organisations);
            let there: Vec<bool> = choices.iter().map(here).collect::<Result<_, _>>()?;
            if there.iter().filter(|here| **here).count() == 1 {
                let mut there = there.into_iter();
                choices.retain(|_| there.next() == Some(true));
            }
        }
        let role = match (account.kind, choices.as_slice()) {
            (Kind::Staff, [only]) => only.role.clone(),
            (Kind::Staff, []) => return Err(NoCaller::Ended),
            _ => String::new(),
        };
        let signed = SignedIn { account: account.id.clone(), role, level };
        let secret = self.begin_session(signed.clone(), provider).await?;
        self.note(Coming::SignIn, &signed, format!("provider {provider} level {level}")).await?;
        Ok((secret, false))
    }
}
