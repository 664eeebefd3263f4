//! Signing in through OpenID providers: with a certified one run by node, and with one that lies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod browser;
mod forged;
#[path = "../web/house.rs"]
mod house;
mod liar;
mod node;
mod others;
#[path = "../oauth/pair.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod pair;
mod real;
mod stand;
