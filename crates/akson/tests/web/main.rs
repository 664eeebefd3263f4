//! The pages and the door to the record, over the routers in this process: refusals first.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod door;
mod house;
mod oversight;
mod pages;
mod patients;
mod record;
mod samples;
mod stand;
