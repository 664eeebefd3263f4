//! What a command works at: the record, where the operator stands, and a way to tell.
//!
//! What is told goes through a channel to a terminal or a socket. When nobody listens any more, the work is asked to stop,
//! and what is told is lost. It prints nothing itself.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use akson_core::{Core, Next, Step};
use tokio::runtime::Handle;

use super::command::Failure;
use super::messages::{Progress, Said};
use crate::config::Config;

/// Progress is told no more often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// What a running server tells about itself.
#[derive(Clone, Debug)]
pub struct Serving {
    /// The FHIR base.
    pub base: String,
}

/// What a command works at.
pub struct Desk {
    /// The settings of the process that holds the record.
    pub settings: Config,
    /// The server, if the command runs inside one.
    pub serving: Option<Serving>,
    /// The folder in which the operator stands.
    pub folder: PathBuf,
    pub(super) core: Option<Core>,
    pub(super) runtime: Handle,
    pub(super) out: SyncSender<Said>,
    pub(super) stop: Arc<AtomicBool>,
    told: Mutex<Option<Instant>>,
}

impl Desk {
    /// A desk over a record.
    pub fn new(
        core: Option<Core>,
        settings: Config,
        folder: PathBuf,
        runtime: Handle,
        out: SyncSender<Said>,
        stop: Arc<AtomicBool>,
    ) -> Desk {
        Desk { settings, serving: None, folder, core, runtime, out, stop, told: Mutex::new(None) }
    }

    /// The record.
    pub fn core(&self) -> Result<&Core, Failure> {
        self.core.as_ref().ok_or_else(|| "this command has no record".into())
    }

    /// A path that the operator wrote, as this process finds it.
    pub fn path(&self, written: &Path) -> PathBuf {
        self.folder.join(written)
    }

    /// Tells a line of the answer.
    pub fn say(&self, line: impl Into<String>) {
        self.tell(Said::Line(line.into()));
    }

    /// Tells how far the work is; whether to go on. Cheap enough for each resource.
    pub fn progress(&self, progress: Progress) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if told.is_none_or(|told| now.duration_since(told) >= PROGRESS_EVERY) {
            *told = Some(now);
            // If the one who draws is behind, the next one will do.
            if let Err(TrySendError::Disconnected(_)) = self.out.try_send(Said::Progress(progress)) {
                self.stop.store(true, Ordering::Release);
            }
        }
        !self.is_stopped()
    }

    /// Tells a step of the record's, of so many `unit`; whether to go on.
    pub fn step(&self, step: Step, unit: &str) -> Next {
        let Step { stage, done, total } = step;
        match self.progress(Progress { stage: stage.to_owned(), done, total, unit: unit.to_owned() }) {
            true => Next::On,
            false => Next::Stop,
        }
    }

    /// Whether the operator wants the work stopped.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Waits for something of the record's.
    pub fn wait<T>(&self, coming: impl Future<Output = T>) -> T {
        self.runtime.block_on(coming)
    }

    fn tell(&self, said: Said) {
        if self.out.send(said).is_err() {
            self.stop.store(true, Ordering::Release);
        }
    }
}

/// A number with spaces between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}
