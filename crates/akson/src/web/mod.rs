//! The pages: start, sign-in, choice of role, session, errors. They work without script, by keyboard and on paper.
//!
//! A page translates a browser's request into calls on `core` and the answer into HTML (`http/page.rs` has what is around
//! it). The whole face stands in `routes.rs`. What it does not do: decide anything, or keep anything of its own.

pub mod ask;
pub mod routes;
pub mod serve;

mod error;
mod roles;
mod session;
mod sign_in;
mod start;
mod words;
