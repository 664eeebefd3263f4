//! `akson load`: bundles, resources and NDJSON into the record or into a running server.
//!
//! Each piece (a bundle, a resource, some lines) goes in whole or not at all, under a key made of its
//! content: what was loaded is not loaded again, so a load can be stopped and started as one likes.

mod pieces;
mod target;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use self::target::{Loaded, Target};
use super::{Failure, grouped};
use crate::config::Config;

/// Refusals that are listed; the rest is only counted.
const REFUSALS_SHOWN_MAX: usize = 200;
const WORKERS: usize = 3;

/// What came of a load.
#[derive(Default)]
struct Sum {
    loaded: BTreeMap<String, u64>,
    already: u64,
    refused: Vec<String>,
    refused_count: u64,
}

/// Loads files and folders.
pub fn load(settings: Config, paths: &[PathBuf], url: Option<String>) -> Result<ExitCode, Failure> {
    let files = files_of(paths)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let target = match url {
        Some(url) => Target::remote(&url)?,
        None => Target::Local(super::open(&settings)?),
    };
    let bytes = files.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|data| data.len()).sum();
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}  {bytes_per_sec}, {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    let started = std::time::Instant::now();
    let sum = Mutex::new(Sum::default());
    let (first, rest) = files.into_iter().partition::<Vec<_>, _>(|file| goes_first(file));
    let run = Run { target: &target, handle: runtime.handle(), sum: &sum, bar: &bar, started };
    run.all(first, 1);
    run.all(rest, WORKERS);
    bar.finish_and_clear();
    if let Target::Local(core) = &target {
        runtime.block_on(core.close())?;
    }
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(tell(&sum, started.elapsed()))
}

/// The organisations and people that others refer to by a condition.
fn goes_first(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or("");
    name.starts_with("hospitalInformation") || name.starts_with("practitionerInformation")
}

struct Run<'a> {
    target: &'a Target,
    handle: &'a tokio::runtime::Handle,
    sum: &'a Mutex<Sum>,
    bar: &'a ProgressBar,
    started: std::time::Instant,
}

impl Run<'_> {
    /// Loads the files with this many workers.
    fn all(&self, files: Vec<PathBuf>, workers: usize) {
        let queue = Mutex::new(VecDeque::from(files));
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(file) = locked(&queue).pop_front() {
                        self.file(&file);
                    }
                });
            }
        });
    }

    fn file(&self, file: &Path) {
        let size = std::fs::metadata(file).map_or(0, |data| data.len());
        let done = pieces::each(file, |piece| self.piece(&piece));
        if let Err(failure) = done {
            self.refused(format!("{}: {failure}", file.display()));
        }
        self.bar.inc(size);
    }

    fn piece(&self, piece: &pieces::Piece) {
        match self.handle.block_on(self.target.put(piece)) {
            Ok(loaded) => self.loaded(loaded),
            Err(_) if piece.parts.len() > 1 => {
                // One bad line must not keep the others out.
                for part in &piece.parts {
                    match self.handle.block_on(self.target.put(part)) {
                        Ok(loaded) => self.loaded(loaded),
                        Err(reason) => self.refused(format!("{}: {reason}", part.place)),
                    }
                }
            }
            Err(reason) => self.refused(format!("{}: {reason}", piece.place)),
        }
    }

    fn loaded(&self, loaded: Loaded) {
        let mut sum = locked(self.sum);
        let mut all = 0;
        for (name, count) in loaded.counts {
            all += count;
            *sum.loaded.entry(name).or_default() += count;
        }
        if loaded.already {
            sum.already += all;
        }
        let total: u64 = sum.loaded.values().sum();
        let rate = total as f64 / self.started.elapsed().as_secs_f64().max(0.001);
        self.bar.set_message(format!("{} resources, {} a second", grouped(total), grouped(rate as u64)));
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

fn tell(sum: &Sum, time: Duration) -> ExitCode {
    for (name, count) in &sum.loaded {
        println!("{:>12}  {name}", grouped(*count));
    }
    let total: u64 = sum.loaded.values().sum();
    let rate = total as f64 / time.as_secs_f64().max(0.001);
    println!(
        "{:>12}  resources in {:.1} s ({} a second), {} of them were there already",
        grouped(total),
        time.as_secs_f64(),
        grouped(rate as u64),
        grouped(sum.already)
    );
    if sum.refused_count == 0 {
        return ExitCode::SUCCESS;
    }
    println!("refused: {}", grouped(sum.refused_count));
    for reason in &sum.refused {
        println!("  {reason}");
    }
    if sum.refused_count > sum.refused.len() as u64 {
        println!("  and {} more", grouped(sum.refused_count - sum.refused.len() as u64));
    }
    ExitCode::FAILURE
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
