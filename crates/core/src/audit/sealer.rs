//! The thread that signs checkpoints and makes the index by patient, behind the writing.
//!
//! A checkpoint is signed at most half a minute after a line was written, and at the end of the process. The newest
//! ones also lie in the data folder as a file, to be carried away by whoever keeps them elsewhere.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use akson_store::Store;
use akson_store::audit::{Signed, Which};

use super::checkpoint;
use super::key::Key;
use crate::error::Error;

/// How often there is a look for rows to be indexed.
const LOOK: Duration = Duration::from_secs(1);
/// Looks between two checkpoints.
const LOOKS: u32 = 30;

/// The thread and what it signs with.
pub(crate) struct Sealer {
    seals: Arc<Seals>,
    stop: Mutex<Option<Sender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Seals {
    key: Key,
    clock: akson_store::Clock,
    /// Where the newest checkpoints lie.
    newest: PathBuf,
    /// When the last one was signed; 0: not yet.
    signed: AtomicI64,
    /// One at a time.
    turn: Mutex<()>,
}

impl Sealer {
    /// Starts the thread.
    pub(crate) fn start(store: &Store) -> Result<Sealer, Error> {
        let folder = store.path().parent().unwrap_or(Path::new("."));
        let key = Key::of_file(&folder.join("audit.key"))?;
        // A convenience: who trusts it keeps it elsewhere.
        let _ = std::fs::write(folder.join("audit.pub"), format!("{}\n", key.public()));
        let logs = store.logs()?;
        let signed = Which::BOTH.iter().filter_map(|which| logs.last_checkpoint(*which).ok().flatten());
        let signed = AtomicI64::new(signed.map(|signed| signed.at).max().unwrap_or(0));
        drop(logs);
        let newest = folder.join("audit.checkpoint");
        let seals = Arc::new(Seals { key, clock: store.options().clock.clone(), newest, signed, turn: Mutex::new(()) });
        let (stop, stopped) = channel::<()>();
        let (theirs, store) = (Arc::clone(&seals), store.clone());
        let run = move || {
            let mut looks = 0;
            while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                // What fails is tried again at the next look; the lines themselves are safe.
                while store.index_audit().is_ok_and(|done| done) {}
                looks += 1;
                if looks >= LOOKS {
                    looks = 0;
                    let _ = theirs.seal(&store);
                }
            }
        };
        let thread = std::thread::Builder::new().name("seals".to_string()).spawn(run);
        let thread = thread.map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Sealer { seals, stop: Mutex::new(Some(stop)), thread: Mutex::new(Some(thread)) })
    }

    /// The key.
    pub(crate) fn key(&self) -> &Key {
        &self.seals.key
    }

    /// When the last checkpoint was signed.
    pub(crate) fn signed(&self) -> Option<i64> {
        Some(self.seals.signed.load(Ordering::Relaxed)).filter(|at| *at > 0)
    }

    /// Signs what was added since the last checkpoint.
    pub(crate) fn seal(&self, store: &Store) -> Result<(), Error> {
        self.seals.seal(store)
    }

    /// Waits for the thread.
    pub(crate) fn end(&self) {
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl Seals {
    fn seal(&self, store: &Store) -> Result<(), Error> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let logs = store.logs()?;
        let (mut new, mut notes) = (Vec::new(), String::new());
        for which in Which::BOTH {
            let (size, last) = (logs.size(which)?, logs.last_checkpoint(which)?);
            if let Some(last) = last.filter(|last| last.size == size) {
                notes.push_str(&last.note);
                continue;
            }
            let note = checkpoint::sign(&self.key, &self.key.public().origin(which), size, &logs.root(which, size)?);
            notes.push_str(&note);
            new.push(Signed { which, size, at: (self.clock)(), note });
        }
        drop(logs);
        if new.is_empty() {
            return Ok(());
        }
        for signed in new {
            let at = signed.at;
            store.keep_checkpoint(signed)?;
            self.signed.store(at, Ordering::Relaxed);
        }
        let next = self.newest.with_extension("checkpoint.new");
        let written = std::fs::write(&next, notes).and_then(|()| std::fs::rename(&next, &self.newest));
        written.map_err(|error| Error::Unavailable(format!("the file of the newest checkpoint: {error}")))
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        self.end();
    }
}
