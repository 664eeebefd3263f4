//! What comes out of the door: versions as they may be shown, and what a write did.

use akson_fhir::definition::Definitions;
use akson_store::{State, Stored};

use super::history::Past;
use super::search::Found;
use crate::error::Error;

/// A version of a resource, as it may be shown.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The type.
    pub type_name: &'static str,
    /// The logical id.
    pub id: String,
    /// Counted from 1.
    pub version: u64,
    /// Microseconds since 1970.
    pub updated: i64,
    /// Whether the resource was deleted with this version.
    pub deleted: bool,
    /// The text as JSON with version and time; empty if deleted.
    pub text: Vec<u8>,
}

impl Seen {
    /// A stored version.
    pub(crate) fn of(stored: &Stored) -> Seen {
        Seen {
            type_name: Definitions::r4().get(stored.type_id).name,
            id: stored.id.clone(),
            version: stored.version as u64,
            updated: stored.updated,
            deleted: stored.state == State::Deleted,
            text: stored.text().into_bytes(),
        }
    }

    /// A version just written.
    pub(crate) fn written(written: &akson_store::Written, deleted: bool) -> Seen {
        Seen {
            type_name: Definitions::r4().get(written.type_id).name,
            id: written.id.clone(),
            version: written.version as u64,
            updated: written.updated,
            deleted,
            text: written.text().into_bytes(),
        }
    }
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is a new resource.
    Created,
    /// There is a new version.
    Updated,
    /// Nothing: what was wanted was so already.
    Unchanged,
    /// Nothing: one that matches was there.
    Existing,
    /// It is deleted.
    Deleted,
}

/// A write's outcome.
#[derive(Clone, Debug)]
pub struct Written {
    /// The version that is now current.
    pub seen: Seen,
    /// What was done.
    pub change: Change,
}

/// What the writer of a new version expects to replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever is there.
    Any,
    /// Nothing.
    Absent,
    /// This version.
    Version(u64),
}

/// The answer to an entry of a batch or transaction.
#[derive(Debug)]
pub enum EntryAnswer {
    /// A write.
    Written(Written),
    /// A write that had nothing to do.
    Nothing,
    /// A resource.
    Seen(Seen),
    /// A resource that the asker has already.
    NotChanged(Seen),
    /// The matches of a search.
    Found(Found),
    /// A history.
    Past(Past),
    /// A resource made for this answer.
    Told(String),
    /// In a batch: why not.
    Refused(Error),
}
