//! The writer: one thread that runs all writes, many in one commit.
//!
//! It takes jobs from a queue, runs those that wait inside one transaction, each behind a savepoint of its own, commits,
//! and only then answers. Checkpoints are made here too: some after large commits, all of it at quiet times.
//! When the disk is full the jobs of that commit are answered so and the next ones are tried; after any other failure of
//! the disk nothing more is written. A job that panics is undone like one that fails.

use std::collections::HashSet;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use crate::audit::{Line, Log};
use crate::dictionary::Dictionary;
use crate::engine::Bind;
use crate::engine::write_ahead::{QUIET, WriteAhead};
use crate::keep::Settled;
use crate::pending::Promise;
use crate::search::registry::Registry;
use crate::settings::{self, Pulse};
use crate::store::Shared;
use crate::{Error, View};

/// Words remembered as written; beyond this the memory begins anew.
const WORDS_MAX: usize = 200_000;

/// A write in the queue.
pub(crate) trait Task: Send {
    /// Runs it; whether it wants to be kept.
    fn run(&mut self, tx: &mut Transaction<'_>) -> Outcome;
    /// Answers the one who waits.
    fn answer(self: Box<Self>, fate: &Fate);
    /// Whether it may write rows, which have to be undone if it fails.
    fn writes(&self) -> bool {
        true
    }
}

/// How a job went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Kept,
    Undone,
    /// The disk failed under it.
    Failed,
}

/// What became of a commit.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    Durable,
    Full,
    Stopped,
    Failed(String),
}

impl Fate {
    pub(crate) fn of(error: &Error) -> Fate {
        match error {
            Error::Full => Fate::Full,
            Error::Stopped | Error::Damaged(_) => Fate::Stopped,
            other => Fate::Failed(other.to_string()),
        }
    }

    pub(crate) fn error(&self) -> Error {
        match self {
            Fate::Full => Error::Full,
            Fate::Durable | Fate::Stopped => Error::Stopped,
            Fate::Failed(cause) => Error::Broken(cause.clone()),
        }
    }
}

/// A closure as a task.
pub(crate) struct Job<T, F> {
    pub(crate) job: Option<F>,
    pub(crate) value: Option<Result<T, Error>>,
    pub(crate) promise: Promise<T>,
}

impl<T, F> Task for Job<T, F>
where
    T: Send,
    F: FnOnce(&mut Transaction<'_>) -> Result<T, Error> + Send,
{
    fn run(&mut self, tx: &mut Transaction<'_>) -> Outcome {
        let Some(job) = self.job.take() else { return Outcome::Undone };
        let done = catch_unwind(AssertUnwindSafe(|| job(tx)));
        let value = done.unwrap_or_else(|_| Err(Error::broken("a write panicked")));
        let outcome = match &value {
            Ok(_) => Outcome::Kept,
            Err(Error::Stopped) => Outcome::Failed,
            Err(_) => Outcome::Undone,
        };
        self.value = Some(value);
        outcome
    }

    fn answer(self: Box<Self>, fate: &Fate) {
        let value = match (self.value, fate) {
            (Some(Ok(value)), Fate::Durable) => Ok(value),
            (Some(Err(error)), _) => Err(error),
            (_, fate) => Err(fate.error()),
        };
        self.promise.keep(value);
    }
}

/// What a transaction has gathered that is not in the tables yet; undone with its job.
#[derive(Default)]
pub(crate) struct Gathered {
    /// Audit lines, in order.
    pub(crate) lines: Vec<Line>,
    /// Parcels put into the outbox.
    pub(crate) parcels: i64,
    /// Dictionaries to be used from the commit on.
    pub(crate) dictionaries: Vec<Dictionary>,
    /// The search parameters have changed.
    pub(crate) registry: Option<Arc<Registry>>,
    /// Accounts or sessions have changed.
    pub(crate) identities: bool,
    /// Something was written about those at work.
    pub(crate) staff: bool,
}

/// A write transaction: all of a view, and writing. Others see nothing of it before the commit.
pub struct Transaction<'w> {
    view: &'w View,
    pub(crate) gathered: &'w mut Gathered,
    words: &'w mut HashSet<u64>,
    /// The time of the commit: of its audit lines and parcels.
    pub(crate) at: i64,
}

impl Deref for Transaction<'_> {
    type Target = View;

    fn deref(&self) -> &View {
        self.view
    }
}

impl Transaction<'_> {
    /// The search parameters, as they are with the changes of this commit.
    pub fn registry(&self) -> std::sync::Arc<crate::search::registry::Registry> {
        self.gathered.registry.clone().unwrap_or_else(|| self.view.registry())
    }

    /// The time of this commit: microseconds since 1970, after all commits before.
    pub fn moment(&self) -> i64 {
        self.at
    }

    /// Says that texts behind hashes have been taken out of the table.
    pub(crate) fn forget_words(&mut self) {
        self.words.clear();
    }

    /// A new time for a version.
    pub(crate) fn next_moment(&mut self) -> i64 {
        self.view.shared.moments.next()
    }

    /// Keeps the texts behind hashes.
    pub(crate) fn note_words(&mut self, new: &Settled<'_>) -> Result<(), Error> {
        for word in &new.rows.words {
            let key = self.hashes().any(&word.text) ^ (word.param as u64).rotate_left(32) ^ word.code as u64;
            if self.words.len() >= WORDS_MAX {
                self.words.clear();
            }
            if !self.words.insert(key) {
                continue;
            }
            let sql = "INSERT INTO word (param, text, code, system) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT (param, text, code, system) DO NOTHING";
            let param = Bind::Int(word.param.into());
            let binds = [param, Bind::Text(&word.text), Bind::Int(word.code), Bind::Int(word.system)];
            self.view.connection.execute(sql, &binds)?;
        }
        Ok(())
    }
}

/// Says that writing has stopped when the thread ends by a panic outside a job.
pub(crate) struct Alarm(pub(crate) Arc<Shared>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stopped.store(true, Ordering::Release);
        }
    }
}

/// The thread's state.
pub(crate) struct Writer {
    view: View,
    kept: Pulse,
    log: Log,
    words: HashSet<u64>,
    ahead: WriteAhead,
    /// The last commit changed accounts or sessions.
    identities: bool,
    /// The last commit wrote about those at work.
    staff: bool,
}

impl Writer {
    pub(crate) fn new(view: View, kept: Pulse, log: Log) -> Writer {
        Writer { view, kept, log, words: HashSet::new(), ahead: WriteAhead::default(), identities: false, staff: false }
    }

    /// Runs until the last sender is gone.
    pub(crate) fn run(mut self, queue: &Receiver<Box<dyn Task>>) {
        let _alarm = Alarm(Arc::clone(&self.view.shared));
        loop {
            match queue.recv_timeout(QUIET) {
                Ok(first) => self.group(first, queue),
                Err(RecvTimeoutError::Timeout) => self.rest(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.rest();
    }

    /// One commit: the first job and those that wait behind it.
    fn group(&mut self, first: Box<dyn Task>, queue: &Receiver<Box<dyn Task>>) {
        let mut done = Vec::new();
        if self.is_stopped() {
            first.answer(&Fate::Stopped);
            return;
        }
        let kept = self.kept;
        let committed = self.jobs(first, queue, &mut done);
        self.view.shared.pool.committed();
        if std::mem::take(&mut self.identities) {
            // After the readers' moments are old: who sees the new number sees what was changed.
            self.view.shared.identities.fetch_add(1, Ordering::Release);
        }
        if std::mem::take(&mut self.staff) {
            self.view.shared.staff.fetch_add(1, Ordering::Release);
        }
        let fate = match committed {
            Ok(()) => Fate::Durable,
            Err(error) => {
                // After some errors the engine has rolled back by itself.
                if !self.view.connection.raw.is_autocommit() {
                    let _ = self.view.connection.execute("ROLLBACK", &[]);
                }
                self.kept = kept;
                self.words.clear();
                // What was not committed was not kept: the next line follows the last one that is there.
                match Log::load(&self.view.connection) {
                    Ok(log) => self.log = log,
                    Err(_) => self.stop(),
                }
                Fate::of(&error)
            }
        };
        if matches!(fate, Fate::Stopped) {
            self.stop();
        }
        if matches!(fate, Fate::Full) {
            // The log's own space may be what is missing.
            self.rest();
        }
        for task in done {
            task.answer(&fate);
        }
        if matches!(fate, Fate::Durable) {
            self.checkpoint();
        }
    }

    fn jobs(
        &mut self,
        first: Box<dyn Task>,
        queue: &Receiver<Box<dyn Task>>,
        done: &mut Vec<Box<dyn Task>>,
    ) -> Result<(), Error> {
        let mut next = Some(first);
        let begun = self.view.connection.execute("BEGIN IMMEDIATE", &[]);
        if let Err(error) = begun {
            done.extend(next.take());
            return Err(error);
        }
        let options = self.view.shared.options.clone();
        let at = self.view.shared.moments.next();
        let until = (options.clock)() + (options.group_ms as i64) * 1000;
        let mut gathered = Gathered::default();
        let (mut changed, mut wrote) = (false, false);
        while let Some(mut task) = next.take() {
            let outcome = self.job(task.as_mut(), at, wrote, &mut gathered);
            let writes = task.writes();
            done.push(task);
            let kept = outcome? == Outcome::Kept;
            changed |= kept;
            wrote |= kept && writes;
            if done.len() < options.group_max && (options.clock)() < until {
                next = queue.try_recv().ok();
            }
        }
        if changed {
            self.close(at, &gathered, wrote)?;
        }
        self.view.connection.execute("COMMIT", &[])?;
        self.publish(gathered);
        Ok(())
    }

    /// One job. Behind others that wrote it has a savepoint, for which each page is copied before its first change; a
    /// first one that fails takes the transaction with it, which holds no other rows. An error here is one of the whole
    /// transaction.
    fn job(
        &mut self,
        task: &mut dyn Task,
        at: i64,
        behind_rows: bool,
        gathered: &mut Gathered,
    ) -> Result<Outcome, Error> {
        let connection = &self.view.connection;
        let guarded = behind_rows && task.writes();
        if guarded {
            connection.execute("SAVEPOINT job", &[])?;
        }
        let (lines, parcels, dictionaries) = (gathered.lines.len(), gathered.parcels, gathered.dictionaries.len());
        let registry = gathered.registry.clone();
        let words = &mut self.words;
        let mut tx = Transaction { view: &self.view, gathered, words, at };
        let outcome = task.run(&mut tx);
        if outcome == Outcome::Failed {
            return Err(Error::Stopped);
        }
        if outcome == Outcome::Undone {
            self.words.clear();
            gathered.lines.truncate(lines);
            gathered.parcels = parcels;
            gathered.dictionaries.truncate(dictionaries);
            gathered.registry = registry;
            if connection.raw.is_autocommit() {
                return Err(Error::Full);
            }
            match guarded {
                true => connection.execute("ROLLBACK TO job", &[])?,
                false => {
                    connection.execute("ROLLBACK", &[])?;
                    connection.execute("BEGIN IMMEDIATE", &[])?
                }
            };
        }
        if guarded {
            connection.execute("RELEASE job", &[])?;
        }
        Ok(outcome)
    }

    /// What goes into every commit: its audit lines, and how far the counters are.
    fn close(&mut self, at: i64, gathered: &Gathered, wrote: bool) -> Result<(), Error> {
        if !gathered.lines.is_empty() {
            self.log.append(&self.view.connection, at, &gathered.lines)?;
        }
        if !wrote {
            // The lines say how far time is, and no number was used.
            return Ok(());
        }
        let now = Pulse { number: self.view.shared.numbers_end(), moment: self.view.shared.moments.last() };
        self.kept = settings::keep_pulse(&self.view.connection, self.kept, now)?;
        Ok(())
    }

    fn publish(&mut self, gathered: Gathered) {
        self.identities |= gathered.identities;
        self.staff |= gathered.staff;
        for dictionary in gathered.dictionaries {
            self.view.shared.dictionaries.publish(dictionary);
        }
        if let Some(registry) = gathered.registry {
            self.view.shared.registry.store(registry);
        }
    }

    /// Copies the write-ahead log into the database when it has grown.
    fn checkpoint(&mut self) {
        let done = self.ahead.checkpoint(&self.view.connection, &self.view.shared, &self.view.shared.pool);
        self.stop_after(done);
    }

    /// A quiet moment: the whole write-ahead log goes into the database.
    fn rest(&mut self) {
        if !self.is_stopped() {
            let done = self.ahead.empty(&self.view.connection, &self.view.shared.pool);
            self.stop_after(done);
        }
    }

    fn is_stopped(&self) -> bool {
        self.view.shared.stopped.load(Ordering::Acquire)
    }

    fn stop_after(&self, done: Result<(), Error>) {
        if matches!(done, Err(Error::Stopped)) {
            self.stop();
        }
    }

    fn stop(&self) {
        self.view.shared.stopped.store(true, Ordering::Release);
    }
}
