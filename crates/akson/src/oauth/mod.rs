//! Akson as authorization server for apps and systems: translates OAuth's requests into calls on `core::identity` and
//! the answers back. It decides nothing and keeps nothing.
//!
//! The whole face stands in `routes.rs`. Two issuers, `/oauth/fapi` and `/oauth/smart`, so that no discovery document
//! advertises a mixture. Spec: <https://hl7.org/fhir/smart-app-launch/STU2.2/>, FAPI 2.0 Security Profile.

pub mod ask;
pub mod error;
mod held;
pub mod routes;
pub mod serve;

mod apps;
mod authorize;
mod consent;
mod discovery;
mod introspect;
mod page;
mod token;
mod words;
