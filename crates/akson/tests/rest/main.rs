//! The REST API as a client sees it, over the router in this process: each route, the refusal first.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod again;
mod client;
mod conditions;
mod edges;
mod forms;
mod limits;
mod links;
mod listener;
mod matrix;
mod oversight;
mod parameters;
mod promise;
mod regressions;
mod routes;
mod terms;
mod transactions;
