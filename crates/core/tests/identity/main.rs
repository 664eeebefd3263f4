//! People: who becomes which caller, and for how long.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod citizens;
mod sessions;
mod staff;
mod stage;
