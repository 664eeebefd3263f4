//! Tests of the real program as an operator runs it: killed, flooded, without disk space, raced. Each starts its own server
//! on its own folder and port, and is bounded in time.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod backup;
mod beside;
mod broken_disk;
mod full_disk;
mod history_checker;
mod hostile;
mod kill;
mod race;
mod server;
mod tap;
mod tour;
mod wire;
