//! Signing in through OpenID providers: with a certified one run by node, and with one that lies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod browser;
mod node;
mod others;
mod real;
mod stand;
