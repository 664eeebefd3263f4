//! The memory: all SQL of Akson, and the only crate that touches the database.
//!
//! Versions of resources, their index rows, the directory of ids, audit lines, outbox and idempotency. One writer, many
//! readers on snapshots; a write is answered when its commit is durable.
//! What it does not do: decide who may see or change anything, validate content, or speak a protocol.

pub mod access;
pub mod audit;
mod backup;
mod bodies;
mod body;
mod clients;
mod clock;
pub mod compartment;
mod dictionary;
mod engine;
mod error;
mod grants;
mod hash;
mod history;
mod ids;
mod keep;
mod keys;
pub mod opening;
mod options;
mod outbox;
mod parameters;
mod pending;
mod people;
mod prepare;
mod put;
mod reindex;
mod request;
mod rules;
pub mod search;
mod sessions;
mod settings;
mod short;
mod store;
pub mod types;
mod verify;
mod view;
mod watch;
mod writer;

pub use audit::{Asked, Line};
pub use backup::{Copied, FILES};
pub use clients::ClientRow;
pub use clock::{instant, write_instant};
pub use engine::{Bind, Connection, Row};
pub use error::Error;
pub use grants::{GrantRow, Ticket};
pub use hash::Hashes;
pub use history::{HistoryPage, HistoryScope};
pub use keys::KeyRow;
pub use options::{Clock, Options};
pub use outbox::Parcel;
pub use pending::Pending;
pub use people::Account;
pub use prepare::{Companions, Home, Prepared};
pub use put::{Expect, Written};
pub use reindex::{Next, Work};
pub use request::Remembered;
pub use rules::RULES;
pub use sessions::Session;
pub use store::Store;
pub use verify::Report;
pub use view::{Place, Snapshot, State, Stored, View};
pub use watch::{Step, Watch};
pub use writer::Transaction;
