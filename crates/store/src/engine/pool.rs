//! Readers that wait to be used again, with the statements they have prepared.
//!
//! A reader keeps its moment while nothing is committed: so as long as nobody writes, a read neither begins nor ends a
//! transaction, and finds its pages in memory. Whoever commits says so ([`Pool::committed`]).
//! What it does not do: decide when the log is copied; the writer does, and can have all readers out of its way for that.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Connection, sqlite};
use crate::{Error, Options};

/// Idle readers of one database.
pub(crate) struct Pool {
    path: PathBuf,
    options: Options,
    /// Commits so far, counted before they are answered.
    commits: AtomicU64,
    /// Whether commits are told, so that a moment can be kept.
    told: bool,
    readers: Mutex<Readers>,
    changed: Condvar,
}

#[derive(Default)]
struct Readers {
    idle: Vec<Connection>,
    out: usize,
    /// Nobody gets a reader now.
    closed: bool,
}

impl Pool {
    /// Empty; readers are opened when they are needed. Each read has a moment of its own.
    pub(crate) fn new(path: PathBuf, options: Options) -> Pool {
        let (readers, changed) = (Mutex::default(), Condvar::new());
        Pool { path, options, commits: AtomicU64::new(0), told: false, readers, changed }
    }

    /// The same for a database whose every commit is told.
    pub(crate) fn of_told(path: PathBuf, options: Options) -> Pool {
        Pool { told: true, ..Pool::new(path, options) }
    }

    /// Something was committed: moments before are old.
    pub(crate) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }

    /// A reader inside a read transaction; it sees all that was committed before.
    pub(crate) fn take(&self) -> Result<Connection, Error> {
        let idle = {
            let readers = self.readers();
            let mut readers =
                self.changed.wait_while(readers, |readers| readers.closed).unwrap_or_else(PoisonError::into_inner);
            readers.out += 1;
            readers.idle.pop()
        };
        let reader = idle.map_or_else(|| sqlite::open_reader(&self.path, &self.options), Ok);
        let reader = reader.and_then(|reader| self.begun(reader));
        if reader.is_err() {
            self.came_back(None);
        }
        reader
    }

    fn begun(&self, reader: Connection) -> Result<Connection, Error> {
        let now = self.commits.load(Ordering::Acquire);
        if !reader.raw.is_autocommit() {
            if reader.begun_after.get() == now {
                return Ok(reader);
            }
            reader.execute("COMMIT", &[])?;
        }
        reader.execute("BEGIN", &[])?;
        // The moment is fixed by the first read, not by BEGIN.
        reader.one("SELECT name FROM setting ORDER BY name LIMIT 1", &[], |_| Ok(()))?;
        reader.begun_after.set(now);
        Ok(reader)
    }

    /// Keeps it for the next one.
    pub(crate) fn give_back(&self, reader: Connection) {
        reader.deadline.set(None);
        let keeps = self.told && reader.begun_after.get() == self.commits.load(Ordering::Acquire);
        let good = keeps || reader.execute("COMMIT", &[]).is_ok();
        self.came_back(good.then_some(reader));
    }

    fn came_back(&self, reader: Option<Connection>) {
        let mut readers = self.readers();
        readers.out -= 1;
        if readers.idle.len() < self.options.readers_kept {
            readers.idle.extend(reader);
        }
        if readers.closed && readers.out == 0 {
            self.changed.notify_all();
        }
    }

    /// Ends the moments that idle readers keep: they hold nothing of the log.
    pub(crate) fn let_go(&self) {
        let_go(&mut self.readers());
    }

    /// Does something while no reader has a moment: new ones wait as long as it takes. If those that are out do not come
    /// back in time, it is done beside them.
    pub(crate) fn alone<T>(&self, wait: Duration, what: impl FnOnce() -> T) -> T {
        let mut readers = self.readers();
        readers.closed = true;
        let_go(&mut readers);
        let waited = self.changed.wait_timeout_while(readers, wait, |readers| readers.out > 0);
        let mut readers = waited.unwrap_or_else(PoisonError::into_inner).0;
        let_go(&mut readers);
        drop(readers);
        let done = what();
        self.readers().closed = false;
        self.changed.notify_all();
        done
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that cannot end its transaction is not used again.
fn let_go(readers: &mut Readers) {
    readers.idle.retain(|reader| reader.raw.is_autocommit() || reader.execute("COMMIT", &[]).is_ok());
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::super::migrate;
    use super::super::sqlite::{Keeping, checkpoint, open_writer};
    use super::*;

    /// Gone with the test.
    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    /// A writer and its readers.
    fn opened(name: &str) -> (Connection, Pool, Folder) {
        let folder = std::env::temp_dir().join(format!("akson-pool-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("record.db");
        let writer = open_writer(&path, &Options::default(), Keeping::Temporary).unwrap();
        migrate::migrate(&writer, migrate::STEPS).unwrap();
        (writer, Pool::of_told(path, Options::default()), Folder(folder))
    }

    fn write(writer: &Connection, pool: &Pool, name: &str) {
        writer
            .execute("INSERT INTO setting (name, value) VALUES ($1, x'')", &[super::super::Bind::Text(name)])
            .unwrap();
        pool.committed();
    }

    fn count(reader: &Connection) -> i64 {
        reader.one("SELECT count(*) FROM setting ORDER BY 1 LIMIT 1", &[], |row| row.int(0)).unwrap().unwrap()
    }

    #[test]
    fn a_reader_sees_what_was_committed_before_it_was_taken() {
        let (writer, pool, _folder) = opened("sees");
        let reader = pool.take().unwrap();
        let before = count(&reader);
        write(&writer, &pool, "a");
        assert_eq!(count(&reader), before, "its moment stands");
        pool.give_back(reader);
        for (n, name) in [(2, "b"), (3, "c")] {
            write(&writer, &pool, name);
            let reader = pool.take().unwrap();
            assert_eq!(count(&reader), before + n);
            pool.give_back(reader);
        }
    }

    #[test]
    fn idle_readers_keep_their_moment_until_they_have_to_let_go() {
        let (writer, pool, _folder) = opened("idle");
        pool.give_back(pool.take().unwrap());
        assert!(!pool.readers().idle[0].raw.is_autocommit());
        write(&writer, &pool, "a");
        pool.let_go();
        assert!(pool.readers().idle[0].raw.is_autocommit());
        let done = checkpoint(&writer).unwrap();
        assert_eq!(done.pages, done.copied);
    }

    #[test]
    fn who_is_alone_waits_for_those_who_are_out_and_holds_up_those_who_come() {
        let (writer, pool, _folder) = opened("alone");
        let reader = pool.take().unwrap();
        write(&writer, &pool, "a");
        let came = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| pool.give_back(reader));
            let mut other = None;
            pool.alone(Duration::from_secs(60), || {
                other = Some(scope.spawn(|| {
                    let reader = pool.take().unwrap();
                    came.store(true, Ordering::SeqCst);
                    pool.give_back(reader);
                }));
                let done = checkpoint(&writer).unwrap();
                assert_eq!(done.pages, done.copied);
                assert!(!came.load(Ordering::SeqCst));
            });
            other.unwrap().join().unwrap();
        });
        assert!(came.load(Ordering::SeqCst));
        let reader = pool.take().unwrap();
        pool.alone(Duration::ZERO, || {});
        pool.give_back(reader);
    }
}
