//! What all faces share of HTTP: the server, the request, the answer, logs and figures.
//!
//! Nothing here knows FHIR's interactions; those are in `rest/`.

pub mod log;
pub mod metrics;
pub mod server;
pub mod time;
