//! Akson in a real browser: a SMART client that others wrote, and our pages as people see them.
//!
//! Headless Chromium is driven through ChromeDriver, and fhirclient and axe-core come by npm (`package.json`). Where one of
//! these is missing, the tests say what to install and count as skipped.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test")]

mod app;
mod driver;
mod launch;
mod pages;
#[allow(dead_code, reason = "shared with the tests of the process")]
#[path = "../process/server.rs"]
mod server;
mod stage;
mod tools;
#[allow(dead_code, reason = "shared with the tests of the process")]
#[path = "../process/wire.rs"]
mod wire;
