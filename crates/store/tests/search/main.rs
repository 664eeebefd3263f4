//! Search, over a real store: cases as data.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../support/mod.rs"]
mod support;

mod agree;
mod ask;
mod chains;
mod edges;
mod filters;
mod hostile;
mod kinds;
mod limits;
mod pages;
mod plans;
mod sights;
mod suites;
