//! How a store is opened.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock: microseconds since 1970 in UTC. May go backwards; the store's own times never do.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Settings of a store; the defaults suit a server with 2 cores.
#[derive(Clone)]
pub struct Options {
    /// This server's own address, without a slash at its end: references below it are local.
    pub base: String,
    /// The municipality that answers for what is written, unless a write says otherwise.
    pub controller: i64,
    /// Page cache of the writer.
    pub writer_cache_bytes: usize,
    /// Page cache of each reader.
    pub reader_cache_bytes: usize,
    /// Idle reader connections that are kept.
    pub readers_kept: usize,
    /// Writes that may wait.
    pub queue_max: usize,
    /// Writes in one commit.
    pub group_max: usize,
    /// Time in which a commit collects writes that are already waiting.
    pub group_ms: u64,
    /// Size of the write-ahead log from which on it is copied into the database.
    pub log_bytes: usize,
    /// Bodies of a type after which its dictionary is trained.
    pub samples: usize,
    /// Size limit of the database in pages; 0 for none. For tests of a full disk.
    pub pages_max: u64,
    /// Where time comes from.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            base: String::new(),
            controller: 0,
            writer_cache_bytes: 64 << 20,
            reader_cache_bytes: 4 << 20,
            readers_kept: 16,
            queue_max: 10_000,
            group_max: 512,
            group_ms: 20,
            log_bytes: 32 << 20,
            samples: 500,
            pages_max: 0,
            clock: Arc::new(system_clock),
        }
    }
}

#[allow(clippy::disallowed_methods)] // The one place of this crate where time comes in.
fn system_clock() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |past| i64::try_from(past.as_micros()).unwrap_or(i64::MAX))
}
