//! Who somebody is: sign-in, sessions, apps, keys and tokens. No HTTP, no HTML, no SQL.
//!
//! Whatever a request brings (a session, a token) ends in a `Caller` here or in a refusal. What a caller may see is
//! not decided here (`access`).

mod accounts;
mod apps;
mod assertion;
mod authorize;
mod citizen;
mod client_keys;
mod clients;
mod community;
mod consent;
mod duty;
mod exchange;
mod grants;
mod held;
mod holder;
mod introspect;
mod jwt;
mod keys;
mod launch;
mod lookup;
mod noted;
mod people;
mod picker;
mod proof;
mod provider;
mod redeem;
mod refused;
mod sandbox;
pub mod scopes;
mod script;
mod secret;
mod sessions;
mod sign_in;
mod site;
mod staff;
mod taken;
mod throttle;
mod tickets;
mod tokens;

pub use accounts::AccountSeen;
pub(crate) use apps::Apps;
pub use assertion::{ASSERTION_TYPE, Credentials};
pub use authorize::{Asked, NotAsked};
pub use client_keys::WantedKeys;
pub use clients::{Client, Profile};
pub use consent::Answer;
pub use duty::DUTY_SYSTEM;
pub use exchange::{TokenAsked, Tokens};
pub use grants::{Context, Grant};
pub use held::Held;
pub use keys::KeyState;
pub(crate) use keys::Seal;
pub(crate) use lookup::{Known, born, follow, human_name, items, known, live, matching, text};
pub(crate) use people::People;
pub use people::{Choice, Kind, NoCaller, SignedIn};
pub use picker::PatientChoice;
pub use proof::proof_algorithms;
pub use provider::{Dialect, Expected, Fault, Journey, Metadata, ProofKey, Provider, Told, check_id_token, code_in};
pub use refused::{Code, Refused};
pub use sandbox::{OPERATOR, Person};
pub use sessions::{IDLE_MAX, LENGTH_MAX, SessionSeen};
pub use sign_in::Proven;
pub use site::{Issuer, Site};
pub use throttle::{ADDRESS_FAILURES_MAX, CLIENT_FAILURES_MAX, SIGN_INS_MAX, Tried};
pub use tokens::{Presented, SCRIPT_CLIENT, Scheme, TokenRefused};

use crate::Core;

/// Who is who in a record.
pub struct Identity<'c> {
    core: &'c Core,
}

impl Core {
    /// Who is who.
    pub fn identity(&self) -> Identity<'_> {
        Identity { core: self }
    }
}
