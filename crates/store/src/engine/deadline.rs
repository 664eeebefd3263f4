//! When the work of a reader must end.
//!
//! A reader looks at the clock when a statement begins and every so many steps of the engine; after its deadline every
//! statement ends with an error. So a question that nobody waits for any more does not go on.
//! What it does not do: end what writes. Ending a statement of the writer would undo the work of others in the same commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::options::Clock;
use crate::{Error, Options};

/// Steps of the engine between two looks at the clock: a fraction of a millisecond.
const STEPS: i32 = 10_000;
const NEVER: i64 = i64::MAX;

/// A reader's deadline; a writer has none.
#[derive(Clone, Default)]
pub(crate) struct Deadline(Option<Arc<Watch>>);

struct Watch {
    /// Microseconds since 1970.
    at: AtomicI64,
    clock: Clock,
}

impl Watch {
    fn is_over(&self) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        at != NEVER && (self.clock)() > at
    }
}

impl Deadline {
    /// Watches over a connection; it has all the time there is until it is told otherwise.
    pub(crate) fn watch(raw: &mut rusqlite::Connection, options: &Options) -> Result<Deadline, Error> {
        let watch = Arc::new(Watch { at: AtomicI64::new(NEVER), clock: Arc::clone(&options.clock) });
        let theirs = Arc::clone(&watch);
        raw.progress_handler(STEPS, Some(move || theirs.is_over()))?;
        Ok(Deadline(Some(watch)))
    }

    /// Sets the moment; none: never.
    pub(crate) fn set(&self, at: Option<i64>) {
        if let Some(watch) = &self.0 {
            watch.at.store(at.unwrap_or(NEVER), Ordering::Relaxed);
        }
    }

    /// An error after the deadline.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.0 {
            Some(watch) if watch.is_over() => Err(Error::TooLong),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    const ENDLESS: &str =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n ORDER BY 1 LIMIT 1";

    #[test]
    fn work_ends_at_its_deadline_and_the_reader_is_used_again() {
        let options = Options::default();
        let clock = Arc::clone(&options.clock);
        let store = Store::in_memory(options).unwrap();
        {
            let view = store.read().unwrap().until(Some(clock() + 50_000));
            let found = view.connection().one(ENDLESS, &[], |row| row.int(0));
            assert!(matches!(found, Err(Error::TooLong)), "{found:?}");
            let found = view.connection().one("SELECT 1 ORDER BY 1 LIMIT 1", &[], |row| row.int(0));
            assert!(matches!(found, Err(Error::TooLong)), "{found:?}");
        }
        let view = store.read().unwrap();
        assert_eq!(view.connection().one("SELECT 1 ORDER BY 1 LIMIT 1", &[], |row| row.int(0)).unwrap(), Some(1));
    }

    #[test]
    fn before_its_deadline_nothing_is_hindered() {
        let options = Options::default();
        let clock = Arc::clone(&options.clock);
        let view = Store::in_memory(options).unwrap().read().unwrap().until(Some(clock() + 600_000_000));
        let sql = ENDLESS.replace("FROM n)", "FROM n WHERE i < 100000)");
        assert_eq!(view.connection().one(&sql, &[], |row| row.int(0)).unwrap(), Some(100_000));
    }
}
