//! JSON kept exactly: a compact copy of the text and a tape of spans over it.
//!
//! What it promises: numbers stay as written (`1.00`, `0.10e1`), members keep their order, strings keep their
//! escapes. Refused with line, column and path: bad UTF-8, duplicate keys, escaped keys, wrong grammar, text after
//! the end, depth over [`DEPTH_MAX`], text over [`TEXT_BYTES_MAX`].
//! What it does not do: it knows nothing of FHIR (see `resource`), and it does not change a value in place
//! (see [`Splice`]). Grammar: RFC 8259.

mod cursor;
mod error;
mod parse;
mod scan;
mod splice;
mod text;
mod tree;

pub use error::JsonError;
pub use parse::{DEPTH_MAX, TEXT_BYTES_MAX};
pub use splice::Splice;
pub use text::{unescape, write_string};
pub use tree::{Items, Kind, Members, Tree, Value};

#[cfg(test)]
mod tests;
