//! The pages: start, sign-in, choice of role, session, errors. They work without script, by keyboard and on paper.
//!
//! A page translates a browser's request into calls on `core` and the answer into HTML (`http/page.rs` has what is around
//! it). The whole face stands in `routes.rs`. What it does not do: decide anything, or keep anything of its own.

pub mod ask;
pub mod pages;
pub mod parts;
pub mod routes;
pub mod serve;
pub mod shell;

pub mod chart;
pub mod error;
pub mod kinds;
mod provider;
mod providers;
pub mod read;
mod roles;
mod session;
mod sign_in;
mod start;
mod talk;
pub mod when;
pub mod words;

use crate::http::language::Language;

/// What a sex is called; none if it was not said.
fn sex(code: &str, language: Language) -> Option<String> {
    let words = match code {
        "female" => ["kvinne", "kvinne", "female"],
        "male" => ["mann", "mann", "male"],
        "other" => ["annet kjønn", "anna kjønn", "other sex"],
        _ => return None,
    };
    Some(language.pick(words).to_string())
}
