//! The access log: one line per request on standard output.
//!
//! A line has the route's pattern, never the address itself, so no id of a patient and no value of
//! a query gets into it. Requests only append to a buffer; a thread of its own writes it out.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Bytes that may wait; beyond it the request writes them itself.
const WAITING_BYTES_MAX: usize = 1 << 20;
const PAUSE: Duration = Duration::from_millis(50);

/// What a line says.
pub struct Line<'a> {
    /// The verb.
    pub method: &'a str,
    /// The route's pattern.
    pub route: &'a str,
    /// The answer's status.
    pub status: u16,
    /// How long it took.
    pub time_us: u128,
    /// The answer's length; 0 if it is not known in advance.
    pub bytes: u64,
    /// The request's own name.
    pub request: &'a str,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { method, route, status, time_us, bytes, request } = self;
        write!(f, "{method} {route} {status} {time_us}us {bytes}B {request}")
    }
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    bell: Condvar,
}

/// The log of one process.
pub struct AccessLog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl AccessLog {
    /// Starts the thread that writes.
    pub fn start() -> std::io::Result<AccessLog> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("access-log".into()).spawn(move || write_out(&theirs))?;
        Ok(AccessLog { shared, thread: Some(thread) })
    }

    /// Adds a line.
    pub fn line(&self, line: &Line<'_>) {
        let mut waiting = self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let was_empty = waiting.text.is_empty();
        // Writing into memory can't fail.
        let _ = writeln!(waiting.text, "{line}");
        if waiting.text.len() > WAITING_BYTES_MAX {
            let text = std::mem::take(&mut waiting.text);
            let _ = std::io::stdout().lock().write_all(&text);
        } else if was_empty {
            self.shared.bell.notify_one();
        }
    }
}

impl Drop for AccessLog {
    fn drop(&mut self) {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.shared.bell.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write_out(shared: &Shared) {
    loop {
        let (text, closed) = {
            let mut waiting = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            while waiting.text.is_empty() && !waiting.closed {
                waiting = shared.bell.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            (std::mem::take(&mut waiting.text), waiting.closed)
        };
        let _ = std::io::stdout().lock().write_all(&text);
        if closed {
            return;
        }
        std::thread::sleep(PAUSE);
    }
}
