//! What can go wrong with an expression.
//!
//! The message names functions, operators and types, never values from a resource.

use std::fmt;

/// Why an expression could not be read or evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// What is wrong.
    pub message: String,
    /// The byte of the expression where it was noticed, if it was noticed while reading.
    pub position: Option<usize>,
}

impl PathError {
    pub(super) fn read(message: impl Into<String>, position: usize) -> PathError {
        PathError { message: message.into(), position: Some(position) }
    }

    pub(super) fn run(message: impl Into<String>) -> PathError {
        PathError { message: message.into(), position: None }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(out, "{} at byte {position}", self.message),
            None => out.write_str(&self.message),
        }
    }
}

impl std::error::Error for PathError {}
