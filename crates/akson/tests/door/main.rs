//! Proofs at the door, over HTTP: in random worlds nobody gets a byte of what is hidden from them.
//!
//! Each test makes its worlds from a seed, sends requests through the whole router, and compares: with a world that differs
//! only in what is hidden (`alike`), with a judge that reads everything and knows no SQL (`agree`), with what was seen
//! before a right was taken away (`agree`), and with words that stand in one record only (`canaries`).
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod agree;
mod alike;
mod asked;
mod canaries;
mod judge;
#[allow(dead_code, reason = "shared with the tests of the authorization server")]
#[path = "../oauth/pair.rs"]
mod pair;
#[allow(dead_code, reason = "shared with the tests of the authorization server")]
#[path = "../oauth/stand.rs"]
mod stand;
mod world;
