//! Work beside the requests, in one thread that the record owns and waits for at its end.
//!
//! Each job can be run at any time and any number of times: it looks at what is, does what is missing, and can be stopped
//! between two small writes.

mod parameters;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use akson_store::{Next, Store};

use crate::error::Error;

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Use the search parameters that are kept in the record, and index by them.
    Parameters,
    /// Finish what was begun of the index.
    Index,
}

/// The thread and the way to it.
pub(crate) struct Jobs {
    queue: Mutex<Option<Sender<Job>>>,
    stop: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Jobs {
    /// Starts the thread; what was begun in an earlier life of the process is taken up.
    pub(crate) fn start(store: &Store) -> Result<Jobs, Error> {
        let (sender, receiver) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (theirs, store) = (Arc::clone(&stop), store.clone());
        let thread = std::thread::Builder::new()
            .name("jobs".to_string())
            .spawn(move || run(&store, &receiver, &theirs))
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        let jobs = Jobs { queue: Mutex::new(Some(sender)), stop, thread: Mutex::new(Some(thread)) };
        jobs.wake(Job::Parameters);
        Ok(jobs)
    }

    /// Asks for a job.
    pub(crate) fn wake(&self, job: Job) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queue.as_ref() {
            // Without a thread the process is about to end; the job is done at its next start.
            let _ = queue.send(job);
        }
    }

    /// Stops after the present small write and waits for the thread.
    pub(crate) fn end(&self) {
        self.stop.store(true, Ordering::Release);
        *self.queue.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.end();
    }
}

fn run(store: &Store, queue: &Receiver<Job>, stop: &AtomicBool) {
    while let Ok(job) = queue.recv() {
        if stop.load(Ordering::Acquire) {
            return;
        }
        let done = match job {
            Job::Parameters => parameters::adjust(store).and_then(|()| index(store, stop)),
            Job::Index => index(store, stop),
        };
        // What failed is tried again when the next one is asked for, at the latest at the next start.
        let _ = done;
    }
}

/// Builds the index where that was begun and is not finished: by a new search parameter, or by other rules.
fn index(store: &Store, stop: &AtomicBool) -> Result<(), Error> {
    for work in store.open_work()? {
        let next = |_| if stop.load(Ordering::Acquire) { Next::Stop } else { Next::On };
        store.work(&work, next)?;
    }
    Ok(())
}
