//! Who somebody is: sign-in, sessions, apps, keys and tokens. No HTTP, no HTML, no SQL.
//!
//! Whatever a request brings (a session, a token) ends in a `Caller` here or in a refusal. What a caller may see is
//! not decided here (`access`).

mod accounts;
mod citizen;
mod duty;
mod lookup;
mod people;
mod sandbox;
pub mod scopes;
mod sessions;
mod sign_in;
mod staff;

pub use accounts::AccountSeen;
pub use duty::DUTY_SYSTEM;
pub(crate) use people::People;
pub use people::{Choice, Kind, NoCaller, SignedIn};
pub use sandbox::{OPERATOR, Person};
pub use sessions::{IDLE_MAX, LENGTH_MAX, SessionSeen};
pub use sign_in::Proven;

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
