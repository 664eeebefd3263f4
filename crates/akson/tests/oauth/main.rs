//! The authorization server as apps and systems see it, over the routers in this process: each attack first.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod assertions;
mod attacks;
mod bearer;
mod conformance;
mod discovery;
mod fetched;
mod flow;
mod held;
mod noted;
mod pages;
mod pair;
mod proofs;
mod pushed;
mod stand;
mod throttle;
mod worth;
