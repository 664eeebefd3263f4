//! What a caller can be answered instead of what it asked for.
//!
//! Variants by what the caller can do next; each face turns them into its own language in one file.
//! Texts carry no data of patients.

use akson_fhir::outcome::Issue;

/// Why the door did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The question itself can't be understood: a search parameter, a condition, a reference.
    #[error("not understood: {}", first(.0))]
    Malformed(Vec<Issue>),
    /// The content breaks rules.
    #[error("invalid: {}", first(.0))]
    Invalid(Vec<Issue>),
    /// The caller may not do this to this type of resource, whatever the data is.
    #[error("denied: {0}")]
    Denied(String),
    /// There is none, or none that the caller may see.
    #[error("not found")]
    NotFound,
    /// It was deleted.
    #[error("deleted")]
    Gone,
    /// It collides with another write or with what is there.
    #[error("conflict: {0}")]
    Conflict(String),
    /// A condition of the request does not hold.
    #[error("precondition: {0}")]
    Precondition(String),
    /// A limit was reached.
    #[error("too much: {0}")]
    TooMuch(String),
    /// It does not work at the moment; the same request may succeed later.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Another process has the record open.
    #[error("another process has it open")]
    Held,
    /// Long work was stopped by the one who watches it.
    #[error("stopped on request")]
    Interrupted,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// An invariant does not hold; somebody must look.
    #[error("broken: {0}")]
    Broken(String),
}

fn first(issues: &[Issue]) -> String {
    issues.first().map(Issue::to_string).unwrap_or_default()
}

impl From<akson_store::Error> for Error {
    fn from(error: akson_store::Error) -> Error {
        use akson_store::Error as Store;
        match error {
            Store::Full => Error::Full,
            Store::Interrupted => Error::Interrupted,
            Store::Held => Error::Held,
            Store::Busy => Error::Unavailable("too many writes are waiting; try again in a moment".to_string()),
            Store::TooLong => Error::Unavailable("the request took too long; ask for less at a time".to_string()),
            Store::Stopped => Error::Unavailable("writing has stopped after a failure of the disk".to_string()),
            Store::Conflict(_) => Error::Conflict("somebody else has changed the resource; read it again".to_string()),
            Store::Aborted(reason) => match reason.downcast::<Error>() {
                Ok(error) => *error,
                Err(_) => Error::Broken("a write was undone without a known reason".to_string()),
            },
            other => Error::Broken(other.to_string()),
        }
    }
}
