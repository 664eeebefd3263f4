//! Access: who sees and changes what, on the real store.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod care;
mod channels;
mod citizens;
mod log;
mod matrix;
mod partner;
mod patterns;
#[allow(dead_code, reason = "a stage for all acts")]
mod stage;
#[allow(dead_code, reason = "shared with the tests of the door")]
#[path = "../door/wait.rs"]
mod wait;
mod work;
