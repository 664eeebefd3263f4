//! What all faces share of HTTP: the server, the request, the answer, logs and figures.
//!
//! Nothing here knows FHIR's interactions; those are in `rest/`.

pub mod assets;
pub mod bar;
pub mod caller;
pub mod cookies;
pub mod csrf;
pub mod fetch;
pub mod icons;
pub mod language;
pub mod log;
pub mod look;
pub mod metrics;
pub mod origins;
pub mod page;
pub mod peer;
pub mod server;
pub mod time;
pub mod urls;
pub mod verb;
