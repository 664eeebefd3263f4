//! What can go wrong here, by what the caller can do next.

use std::any::Any;

/// An error of the store. Messages name tables, numbers and codes, never people's data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No space left: nothing of this write is kept. Reads go on, and writes do as soon as there is space.
    #[error("no space left on the disk")]
    Full,
    /// Too many writes wait. Try again in a moment.
    #[error("too many writes are waiting")]
    Busy,
    /// The reader's deadline has passed.
    #[error("it took too long")]
    TooLong,
    /// The resource is not in the state that was expected; its live version, if it has one.
    #[error("the resource has changed")]
    Conflict(Option<i64>),
    /// The disk failed at a commit. Nothing more is written by this process; it must be restarted.
    #[error("writing has stopped after a disk error")]
    Stopped,
    /// Another process has the database open.
    #[error("another process has it open")]
    Held,
    /// The database was made by something newer, older than can be migrated, or is none of ours.
    #[error("this database cannot be used: {0}")]
    Unusable(String),
    /// Stored bytes do not match their checksum.
    #[error("stored content is damaged: {0}")]
    Damaged(String),
    /// A job wants everything it did undone; carries its own reason.
    #[error("undone by the job itself")]
    Aborted(Box<dyn Any + Send>),
    /// Long work was stopped by the one who watches it.
    #[error("stopped on request")]
    Interrupted,
    /// An invariant does not hold.
    #[error("broken: {0}")]
    Broken(String),
    /// The engine's own words.
    #[error("database: {0}")]
    Engine(rusqlite::Error),
}

impl Error {
    /// An error that undoes the job and brings `reason` back to the one who waits.
    pub fn abort(reason: impl Any + Send) -> Error {
        Error::Aborted(Box::new(reason))
    }

    /// Something that cannot be, with its cause.
    pub fn broken(cause: impl Into<String>) -> Error {
        Error::Broken(cause.into())
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Error::Full,
            Some(ErrorCode::OperationInterrupted) => Error::TooLong,
            Some(ErrorCode::SystemIoFailure) => Error::Stopped,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Damaged(error.to_string()),
            _ => Error::Engine(error),
        }
    }
}
