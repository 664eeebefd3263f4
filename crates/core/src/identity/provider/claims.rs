//! From what a provider says of somebody to what is proven: numbers, level, organisation.
//!
//! A number that is none is refused rather than passed on. What it does not do: look anybody up (`sign_in`).

use serde_json::Value;

use super::super::sign_in::Proven;
use super::configured::{Dialect, Provider};
use super::fault::Fault;
use super::id_token::Told;

/// Digits of a national number.
const NATIONAL_DIGITS: usize = 11;
/// Digits of a number in the register of health personnel, at most.
const HPR_DIGITS_MAX: usize = 9;
/// HelseID's claims of the organisation that somebody works for.
const ORGANISATIONS: &[&str] =
    &["helseid://claims/client/claims/orgnr_child", "helseid://claims/client/claims/orgnr_parent"];
/// HelseID's stable name for somebody without a number.
const PSEUDONYM: &str = "helseid://claims/identity/pid_pseudonym";
/// HelseID's level in the words of eIDAS.
const ASSURANCE: &str = "helseid://claims/identity/assurance_level";

impl Told {
    fn text(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// Whether it lacks a number by which somebody is found, or the level.
    pub fn lacks(&self, provider: &Provider) -> bool {
        let numbers = [&provider.national_claim, &provider.hpr_claim];
        let known = numbers.iter().any(|name| !name.is_empty() && !self.text(name).is_empty());
        !known || self.level(provider) == 0
    }

    fn level(&self, provider: &Provider) -> u8 {
        let level = provider.level_of(&self.text(&provider.level_claim));
        match (level, provider.dialect) {
            (0, Dialect::Helseid) => match self.text(ASSURANCE).as_str() {
                "high" => 4,
                "substantial" => 3,
                "low" => 2,
                _ => 0,
            },
            _ => level,
        }
    }

    /// What is proven, if the level is enough here.
    pub fn proven(&self, provider: &Provider) -> Result<Proven, Fault> {
        let level = self.level(provider);
        if level < provider.level {
            return Err(Fault::Level);
        }
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let national = self.text(&provider.national_claim);
        if !national.is_empty() && (national.len() != NATIONAL_DIGITS || !digits(&national)) {
            return Err(Fault::IdToken("the national number is none"));
        }
        let hpr = self.text(&provider.hpr_claim);
        if hpr.len() > HPR_DIGITS_MAX || !digits(&hpr) {
            return Err(Fault::IdToken("the number of health personnel is none"));
        }
        let pseudonym = self.text(PSEUDONYM);
        let subject = if pseudonym.is_empty() { self.text("sub") } else { pseudonym };
        let organisations = ORGANISATIONS.iter().map(|name| self.text(name)).filter(|number| !number.is_empty());
        let organisations = if provider.dialect == Dialect::Helseid { organisations.collect() } else { Vec::new() };
        Ok(Proven {
            provider: provider.name.clone(),
            kind: provider.people,
            subject,
            national,
            hpr,
            level,
            organisations,
        })
    }
}
