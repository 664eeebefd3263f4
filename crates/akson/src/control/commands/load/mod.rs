//! `akson load`: bundles, resources and NDJSON into the record or into a running server.
//!
//! Each piece (a bundle, a resource, some lines) goes in whole or not at all, under a key made of its
//! content: what was loaded is not loaded again, so a load can be stopped and started as one likes.

mod pieces;
mod target;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::target::{Loaded, Target};
use crate::control::command::{Command, Ending, Failure, Needs};
use crate::control::desk::{Desk, grouped};
use crate::control::messages::Progress;

/// Refusals that are listed; the rest is only counted.
const REFUSALS_SHOWN_MAX: usize = 200;
const WORKERS: usize = 3;

/// Load bundles, resources and NDJSON, from files and folders.
#[derive(clap::Args)]
pub struct Load {
    /// Files and folders
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Number of the municipality that answers for what is new, if not the server's own
    #[arg(long, value_name = "NUMBER", conflicts_with = "url")]
    controller: Option<i64>,
    /// FHIR base of a server to load into, instead of the database
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Access token for that server
    #[arg(long, value_name = "TOKEN", env = "AKSON_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// What came of a load.
#[derive(Default)]
struct Sum {
    loaded: BTreeMap<String, u64>,
    already: u64,
    refused: Vec<String>,
    refused_count: u64,
}

impl Command for Load {
    const NAME: &'static str = "load";
    const ABOUT: &'static str = "Load bundles, resources and NDJSON, from files and folders";

    fn needs(&self) -> Needs {
        match self.url {
            Some(_) => Needs::Nothing,
            None => Needs::RecordOrNew,
        }
    }

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let paths: Vec<PathBuf> = self.paths.iter().map(|path| desk.path(path)).collect();
        let files = files_of(&paths)?;
        let target = match &self.url {
            Some(url) => Target::remote(url, self.token.as_deref().unwrap_or_default())?,
            None => Target::Local(desk.core()?.clone(), self.controller),
        };
        let bytes = files.iter().map(|file| size(file)).sum();
        let started = std::time::Instant::now();
        let sum = Mutex::new(Sum::default());
        let (first, rest) = files.into_iter().partition::<Vec<_>, _>(|file| goes_first(file));
        let run = Run { desk, target: &target, sum: &sum, bytes, done: AtomicU64::new(0) };
        run.all(first, 1);
        run.all(rest, WORKERS);
        let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
        tell(desk, &sum, started.elapsed());
        Ok(match (desk.is_stopped(), sum.refused_count) {
            (true, _) => Ending::Stopped,
            (false, 0) => Ending::Done,
            (false, _) => Ending::Wanting,
        })
    }
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |data| data.len())
}

/// The organisations and people that others refer to by a condition.
fn goes_first(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or("");
    name.starts_with("hospitalInformation") || name.starts_with("practitionerInformation")
}

struct Run<'a> {
    desk: &'a Desk,
    target: &'a Target,
    sum: &'a Mutex<Sum>,
    /// Of all files, and of what was read.
    bytes: u64,
    done: AtomicU64,
}

impl Run<'_> {
    /// Loads the files with this many workers.
    fn all(&self, files: Vec<PathBuf>, workers: usize) {
        let queue = Mutex::new(VecDeque::from(files));
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while !self.desk.is_stopped() {
                        let Some(file) = locked(&queue).pop_front() else { break };
                        self.file(&file);
                    }
                });
            }
        });
    }

    fn file(&self, file: &Path) {
        let mut read = 0;
        let done = pieces::each(file, |piece| {
            read += piece.text.len() as u64;
            self.piece(&piece);
            self.progress(self.done.load(Ordering::Relaxed) + read)
        });
        if let Err(failure) = done {
            self.refused(format!("{}: {failure}", file.display()));
        }
        let before = self.done.fetch_add(size(file), Ordering::Relaxed);
        self.progress(before + size(file));
    }

    /// Tells how far the load is; whether to go on.
    fn progress(&self, done: u64) -> bool {
        let count: u64 = locked(self.sum).loaded.values().sum();
        let stage = format!("{} resources", grouped(count));
        self.desk.progress(Progress { stage, done: done.min(self.bytes), total: self.bytes, unit: "bytes".to_owned() })
    }

    fn piece(&self, piece: &pieces::Piece) {
        match self.put(piece) {
            Ok(loaded) => self.loaded(loaded),
            Err(_) if piece.parts.len() > 1 => {
                // One bad line must not keep the others out.
                for part in &piece.parts {
                    match self.put(part) {
                        Ok(loaded) => self.loaded(loaded),
                        Err(reason) => self.refused(format!("{}: {reason}", part.place)),
                    }
                }
            }
            Err(reason) => self.refused(format!("{}: {reason}", piece.place)),
        }
    }

    fn put(&self, piece: &pieces::Piece) -> Result<Loaded, String> {
        self.desk.wait(self.target.put(piece))
    }

    fn loaded(&self, loaded: Loaded) {
        let mut sum = locked(self.sum);
        for (name, count) in loaded.counts {
            *sum.loaded.entry(name).or_default() += count;
            if loaded.already {
                sum.already += count;
            }
        }
    }

    fn refused(&self, reason: String) {
        let mut sum = locked(self.sum);
        sum.refused_count += 1;
        if sum.refused.len() < REFUSALS_SHOWN_MAX {
            sum.refused.push(reason);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tell(desk: &Desk, sum: &Sum, time: Duration) {
    for (name, count) in &sum.loaded {
        desk.say(format!("{:>12}  {name}", grouped(*count)));
    }
    let total: u64 = sum.loaded.values().sum();
    let rate = total as f64 / time.as_secs_f64().max(0.001);
    desk.say(format!(
        "{:>12}  resources in {:.1} s ({} a second), {} of them were there already",
        grouped(total),
        time.as_secs_f64(),
        grouped(rate as u64),
        grouped(sum.already)
    ));
    if sum.refused_count == 0 {
        return;
    }
    desk.say(format!("refused: {}", grouped(sum.refused_count)));
    for reason in &sum.refused {
        desk.say(format!("  {reason}"));
    }
    if sum.refused_count > sum.refused.len() as u64 {
        desk.say(format!("  and {} more", grouped(sum.refused_count - sum.refused.len() as u64)));
    }
}

/// The files to load, in order; folders with everything below them.
fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut waiting: VecDeque<PathBuf> = paths.iter().cloned().collect();
    while let Some(path) = waiting.pop_front() {
        let data = std::fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if data.is_dir() {
            let mut inside: Vec<PathBuf> =
                std::fs::read_dir(&path)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
            inside.sort();
            for path in inside.into_iter().rev() {
                if path.is_dir() || pieces::is_known(&path) {
                    waiting.push_front(path);
                }
            }
        } else {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err("there is nothing to load: no .json, .xml or .ndjson file".into());
    }
    Ok(files)
}
