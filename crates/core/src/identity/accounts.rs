//! Accounts: made at the first sign-in or by the operator, closed by the operator.
//!
//! An account has a random name that stays, and leads to a Practitioner or a Patient. What a provider calls the person is
//! kept as a hash under a key of this database. What it does not do: check who somebody is (`sign_in`, `sandbox`).

use akson_store::{Account, View};
use sha2::{Digest, Sha256};

use super::people::{Kind, NoCaller};
use super::{Identity, lookup};
use crate::error::Error;

/// The provider of accounts that the operator has made.
const LOCAL: &str = "local";
/// The provider of a sandbox.
pub(super) const SANDBOX: &str = "sandbox";
/// Who proves nothing: such an account is bound by the first who does.
const UNPROVEN: &[&str] = &[LOCAL, SANDBOX];
/// Accounts on one page.
const PAGE: usize = 1000;
/// The block of SHA-256, for HMAC.
const BLOCK: usize = 64;

/// An account, as the operator reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSeen {
    /// Its name.
    pub id: String,
    /// What kind it is.
    pub kind: Kind,
    /// Whether it may be used.
    pub open: bool,
    /// The id of its Practitioner or Patient.
    pub person: String,
    /// Who says who it is.
    pub provider: String,
}

impl AccountSeen {
    fn of(account: Account) -> AccountSeen {
        let kind = Kind::of(&account);
        let person = if kind == Kind::Staff { account.practitioner } else { account.patient };
        AccountSeen { id: account.id, kind, open: account.open, person, provider: account.provider }
    }
}

impl Identity<'_> {
    /// An account by its name.
    pub fn account(&self, id: &str) -> Result<Option<AccountSeen>, Error> {
        Ok(self.core.store().read()?.account(id)?.map(AccountSeen::of))
    }

    /// All accounts, by name.
    pub fn accounts(&self) -> Result<Vec<AccountSeen>, Error> {
        let view = self.core.store().read()?;
        let mut all: Vec<AccountSeen> = Vec::new();
        loop {
            let after = all.last().map_or(String::new(), |last| last.id.clone());
            let page = view.accounts(&after, PAGE)?;
            let last = page.len() < PAGE;
            all.extend(page.into_iter().map(AccountSeen::of));
            if last {
                return Ok(all);
            }
        }
    }

    /// The account of a person whom a provider knows under a subject; made if there is none. A closed one is no account, nor
    /// is one that is bound to somebody else: who changes a number in the record takes over nobody's account.
    pub(super) async fn account_for(
        &self,
        kind: Kind,
        person: &str,
        (provider, subject): (&str, &str),
    ) -> Result<AccountSeen, NoCaller> {
        let key = *self.core.store().read()?.identity_key();
        let (practitioner, patient) = match kind {
            Kind::Staff => (person.to_string(), String::new()),
            Kind::Citizen => (String::new(), person.to_string()),
            Kind::Operator => (String::new(), String::new()),
        };
        let new = Account {
            id: crate::random_name(),
            kind: kind.number(),
            open: true,
            practitioner,
            patient,
            provider: provider.to_string(),
            subject: keyed(&key, &format!("subject {subject}")).to_vec(),
            made: self.core.now(),
        };
        let kept = self.core.store().write(move |tx| {
            let Some(known) = tx.account_of(new.kind, &new.practitioner, &new.patient)? else {
                tx.add_account(&new)?;
                return Ok(Some(new));
            };
            if known.subject == new.subject || UNPROVEN.contains(&new.provider.as_str()) {
                return Ok(Some(known));
            }
            if !UNPROVEN.contains(&known.provider.as_str()) {
                return Ok(None);
            }
            tx.bind_account(&known.id, &new.provider, &new.subject)?;
            Ok(Some(known))
        });
        let account = kept.await?.filter(|account| account.open);
        account.map(AccountSeen::of).ok_or(NoCaller::Closed)
    }

    /// Makes an account for a Practitioner or Patient of the record, to be signed in with by who proves to be that person.
    pub async fn add_account(&self, kind: Kind, person: &str) -> Result<AccountSeen, NoCaller> {
        let view = self.core.store().read()?;
        let known = lookup::live(&view, kind.type_name(), person)?;
        drop(view);
        if known.is_none_or(|known| !known.active()) {
            return Err(NoCaller::Closed);
        }
        self.account_for(kind, person, (LOCAL, "")).await
    }

    /// Opens or closes an account; closing ends its sessions. Whether there is one.
    pub async fn set_account(&self, id: &str, open: bool) -> Result<bool, Error> {
        let id = id.to_string();
        Ok(self.core.store().write(move |tx| tx.set_account(&id, open)).await?)
    }

    /// Whether this database was made as a sandbox.
    pub fn is_sandbox(&self) -> Result<bool, Error> {
        Ok(self.core.store().read()?.is_sandbox()?)
    }

    /// Marks a new database as a sandbox. One with resources in it is refused: they may be real people's.
    pub async fn make_sandbox(&self) -> Result<(), Error> {
        if !self.core.is_empty()? {
            return Err(Error::Conflict("only an empty database can become a sandbox".to_string()));
        }
        Ok(self.core.store().write(|tx| tx.mark_sandbox()).await?)
    }

    /// A tag that only this database can make: of a form, of a sign-in that is under way.
    pub fn tag(&self, purpose: &str, text: &str) -> Result<String, Error> {
        let key = *self.core.store().read()?.identity_key();
        Ok(crate::hex(&keyed(&key, &format!("{purpose} {text}"))))
    }

    /// Whether a tag is of this text; in the same time whatever it is.
    pub fn is_tag(&self, purpose: &str, text: &str, tag: &str) -> Result<bool, Error> {
        let expected = self.tag(purpose, text)?;
        let differences = expected.bytes().zip(tag.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        Ok(expected.len() == tag.len() && differences == 0)
    }
}

impl Kind {
    /// The type of resource that says who somebody of this kind is.
    fn type_name(self) -> &'static str {
        match self {
            Kind::Staff => "Practitioner",
            Kind::Citizen | Kind::Operator => "Patient",
        }
    }
}

/// The Practitioners or Patients in use that have one of these identifiers.
pub(super) fn persons_with(view: &View, kind: Kind, systems: &[&str], value: &str) -> Result<Vec<String>, Error> {
    let mut found: Vec<String> = Vec::new();
    for system in systems {
        let asked = format!("{system}|{value}");
        for known in lookup::matching(view, kind.type_name(), &[("identifier", &asked)], 10)? {
            // A search goes by hashes; here the numbers themselves are compared.
            let same = known.active() && known.identifiers(systems).iter().any(|one| one == value);
            if same && !found.contains(&known.id) {
                found.push(known.id);
            }
        }
    }
    Ok(found)
}

/// HMAC with SHA-256 (RFC 2104).
pub(super) fn keyed(key: &[u8; 16], text: &str) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text.as_bytes()).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyed_hash_is_hmac() {
        // RFC 4231, test case 2, has a shorter key; a key is filled up with zeros anyway.
        let mut key = [0; 16];
        key[..4].copy_from_slice(b"Jefe");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(crate::hex(&keyed(&key, "what do ya want for nothing?")), expected);
    }
}
