//! Scores that are counted from measurements: pure functions with the tables of their standards.
//!
//! What they do not do: read the record, or say what to do about a score where a local procedure says it.

pub mod news2;
