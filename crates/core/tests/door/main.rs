//! The door: who gets through, what is left in the audit, and what a limited caller can learn.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod audit;
mod index;
mod sight;
mod wait;
