//! People: who becomes which caller, and for how long.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod citizens;
mod community;
mod sessions;
mod staff;
mod stage;
mod tokens;
#[allow(dead_code, reason = "shared with the tests of the door")]
#[path = "../door/wait.rs"]
mod wait;
