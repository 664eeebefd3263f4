//! Who somebody is: sign-in, sessions, apps, keys and tokens. No HTTP, no HTML, no SQL.
//!
//! Whatever a request brings (a session, a token) ends in a `Caller` here or in a refusal. What a caller may see is
//! not decided here (`access`).

pub mod scopes;
