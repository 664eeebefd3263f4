//! Search, over a real store: cases as data.

#[path = "../support/mod.rs"]
mod support;

mod ask;
mod chains;
mod filters;
mod hostile;
mod kinds;
mod pages;
mod plans;
mod sights;
mod suites;
