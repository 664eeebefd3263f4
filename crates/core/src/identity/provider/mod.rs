//! Providers that say who people are: HelseID, ID-porten, any other that speaks OpenID Connect.
//!
//! Everything that can be decided without a network stands here: what a provider is told, what of its answers is believed.
//! Whoever talks to it (`akson::web`) asks here before each step. What it does not do: connect to anything, or make a
//! session (`sign_in`). Spec: OpenID Connect Core 1.0, RFC 7636, RFC 9126, RFC 9207, RFC 9449.

mod claims;
mod configured;
mod fault;
mod id_token;
mod journey;
mod keys;
mod metadata;
mod request;

pub use configured::{Dialect, Provider};
pub use fault::Fault;
pub use id_token::{Expected, Told, check_id_token};
pub use journey::Journey;
pub use metadata::Metadata;
pub use request::{ProofKey, code_in};
