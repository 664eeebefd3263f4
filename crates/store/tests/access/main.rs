//! Access facts as rows, over a real store.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../search/ask.rs"]
#[allow(dead_code)]
mod ask;
#[path = "../support/mod.rs"]
mod support;

mod agree;
mod blocks;
mod judge;
mod made;
mod narrow;
mod openings;
mod plans;
mod redaction;
mod relations;
mod versions;
mod ward;
