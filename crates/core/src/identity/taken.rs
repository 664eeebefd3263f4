//! Names of proofs and assertions that were taken: each is taken once, also after a restart.
//!
//! Names are looked up in memory and kept in the store. The row of a name is queued before the audit line of what
//! it was taken for, and the writer keeps order: no answer leaves before its name is durable.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use akson_store::Store;

use super::secret::Hash;
use crate::error::Error;

/// Names in memory after which those that ended are let go.
const SWEEP_FROM: usize = 10_000;
/// Names at the same time.
const NAMES_MAX: usize = 2_000_000;

/// The names in memory, with the time until which each matters.
#[derive(Default)]
pub(crate) struct Taken(Mutex<Names>);

#[derive(Default)]
struct Names {
    until: HashMap<Hash, i64>,
    sweep_at: usize,
}

impl Taken {
    /// Those that matter still.
    pub(crate) fn load(store: &Store, now: i64) -> Result<Taken, Error> {
        let until = store.read()?.seen(now)?.into_iter().collect();
        Ok(Taken(Mutex::new(Names { until, sweep_at: SWEEP_FROM })))
    }

    /// Takes a name in memory; false if it was taken before.
    fn take(&self, name: Hash, until: i64, now: i64) -> bool {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.until.len() >= names.sweep_at {
            names.until.retain(|_, until| *until >= now);
            names.sweep_at = (2 * names.until.len()).max(SWEEP_FROM);
        }
        if names.until.get(&name).is_some_and(|until| *until >= now) || names.until.len() >= NAMES_MAX {
            return false;
        }
        names.until.insert(name, until);
        true
    }
}

impl super::Identity<'_> {
    /// Takes a name; false if it was taken before. Its row is queued.
    pub(crate) fn take_name(&self, name: Hash, until: i64) -> bool {
        let now = self.core.now();
        if !self.state().taken.take(name, until, now) {
            return false;
        }
        // What follows in the queue waits for it; if it can't be kept, that can't either.
        drop(self.core.store().write(move |tx| {
            tx.forget_ended(now)?;
            tx.take_name(&name, until)
        }));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_once_until_its_time_is_over() {
        let taken = Taken::default();
        assert!(taken.take([1; 32], 10, 5));
        assert!(!taken.take([1; 32], 20, 5));
        assert!(!taken.take([1; 32], 20, 10));
        assert!(taken.take([2; 32], 20, 10));
        assert!(taken.take([1; 32], 20, 11));
    }
}
