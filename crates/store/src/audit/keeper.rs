//! The thread that writes the audit's own file.
//!
//! It takes all lines that wait, commits once, and answers when they are on the disk. While a commit is made the next lines
//! gather, so that there are few commits exactly when there are many lines. Lines are never dropped: when they cannot be
//! written their readers get no answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use super::line::Line;
use super::log::Log;
use crate::Error;
use crate::engine::Connection;
use crate::engine::write_ahead::{QUIET, WriteAhead};
use crate::pending::Promise;
use crate::store::Shared;
use crate::writer::{Alarm, Fate};

/// Lines that wait to be kept.
pub(crate) struct Note {
    pub(crate) lines: Arc<Vec<Line>>,
    pub(crate) promise: Promise<()>,
}

/// What the thread is asked to do.
pub(crate) enum Order {
    /// To keep lines.
    Note(Note),
    /// Something small in the file beside the lines, in a transaction of its own.
    Chore(Chore),
}

/// A small change.
pub(crate) struct Chore {
    pub(crate) change: Change,
    pub(crate) promise: Promise<()>,
}

type Change = Box<dyn FnOnce(&Connection) -> Result<(), Error> + Send>;

/// The thread's state.
pub(crate) struct Keeper {
    connection: Connection,
    shared: Arc<Shared>,
    log: Log,
    ahead: WriteAhead,
}

impl Keeper {
    pub(crate) fn new(connection: Connection, shared: Arc<Shared>) -> Result<Keeper, Error> {
        let log = Log::load(&connection)?;
        Ok(Keeper { connection, shared, log, ahead: WriteAhead::default() })
    }

    /// Runs until the last sender is gone.
    pub(crate) fn run(mut self, queue: &Receiver<Order>) {
        let _alarm = Alarm(Arc::clone(&self.shared));
        let (mut taken, mut chores) = (Vec::new(), Vec::new());
        loop {
            let first = match queue.recv_timeout(QUIET) {
                Ok(first) => first,
                Err(RecvTimeoutError::Timeout) => {
                    self.rest();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let others = queue.try_iter().take(self.shared.options.group_max - 1);
            for order in std::iter::once(first).chain(others) {
                match order {
                    Order::Note(note) => taken.push(note),
                    Order::Chore(chore) => chores.push(chore),
                }
            }
            if !taken.is_empty() {
                self.group(&mut taken);
            }
            for chore in chores.drain(..) {
                let done = self.chore(chore.change);
                chore.promise.keep(done);
            }
        }
        self.rest();
    }

    fn chore(&mut self, change: Change) -> Result<(), Error> {
        if self.shared.stopped.load(Ordering::Acquire) {
            return Err(Error::Stopped);
        }
        self.connection.execute("BEGIN IMMEDIATE", &[])?;
        let done = change(&self.connection).and_then(|()| self.connection.execute("COMMIT", &[]));
        if done.is_err() && !self.connection.raw.is_autocommit() {
            let _ = self.connection.execute("ROLLBACK", &[]);
        }
        self.stop_after(done.map(|_| ()))
    }

    /// One commit.
    fn group(&mut self, taken: &mut Vec<Note>) {
        let fate = match self.shared.stopped.load(Ordering::Acquire) {
            true => Fate::Stopped,
            false => self.keep(taken),
        };
        self.shared.noted(taken.len());
        for note in taken.drain(..) {
            note.promise.keep(match &fate {
                Fate::Durable => Ok(()),
                fate => Err(fate.error()),
            });
        }
        if matches!(fate, Fate::Durable) {
            let done = self.ahead.checkpoint(&self.connection, &self.shared, &self.shared.audit);
            let _ = self.stop_after(done);
        }
    }

    fn keep(&mut self, taken: &[Note]) -> Fate {
        let Err(error) = self.commit(taken) else { return Fate::Durable };
        let fate = Fate::of(&error);
        if matches!(fate, Fate::Stopped) {
            self.stop();
            return fate;
        }
        // After some errors the engine has rolled back by itself.
        if !self.connection.raw.is_autocommit() {
            let _ = self.connection.execute("ROLLBACK", &[]);
        }
        match Log::load(&self.connection) {
            Ok(log) => self.log = log,
            Err(_) => {
                self.stop();
                return Fate::Stopped;
            }
        }
        if matches!(fate, Fate::Full) {
            // The write-ahead log's own space may be what is missing.
            self.rest();
        }
        fate
    }

    fn commit(&mut self, taken: &[Note]) -> Result<(), Error> {
        self.connection.execute("BEGIN IMMEDIATE", &[])?;
        let at = self.shared.moments.next();
        for note in taken {
            self.log.append(&self.connection, at, &note.lines)?;
        }
        self.connection.execute("COMMIT", &[])?;
        Ok(())
    }

    fn rest(&mut self) {
        if !self.shared.stopped.load(Ordering::Acquire) {
            let done = self.ahead.empty(&self.connection, &self.shared.audit);
            let _ = self.stop_after(done);
        }
    }

    fn stop_after(&self, done: Result<(), Error>) -> Result<(), Error> {
        if matches!(done, Err(Error::Stopped)) {
            self.stop();
        }
        done
    }

    fn stop(&self) {
        self.shared.stopped.store(true, Ordering::Release);
    }
}
