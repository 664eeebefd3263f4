//! The access log: one line per request on standard output.
//!
//! A line has the route's pattern, never the address itself, so no id of a patient and no value of
//! a query gets into it. Requests only append to a buffer; a thread of its own writes it out.

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
    pub time_us: u64,
    /// The answer's length; 0 if it is not known in advance.
    pub bytes: u64,
    /// The request's own name.
    pub request: &'a str,
}

impl Line<'_> {
    /// `GET /fhir/{type}/{id} 200 61us 1100B name`
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.method.as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.route.as_bytes());
        out.push(b' ');
        number(out, self.status.into());
        out.push(b' ');
        number(out, self.time_us);
        out.extend_from_slice(b"us ");
        number(out, self.bytes);
        out.extend_from_slice(b"B ");
        out.extend_from_slice(self.request.as_bytes());
        out.push(b'\n');
    }
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    let (mut digits, mut at) = ([0; 20], 20);
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
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
        line.write(&mut waiting.text);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_all_there_is_to_know_of_a_request() {
        let mut out = Vec::new();
        let route = "/fhir/{type}/{id}";
        Line { method: "GET", route, status: 200, time_us: 0, bytes: u64::MAX, request: "a" }.write(&mut out);
        assert_eq!(out, b"GET /fhir/{type}/{id} 200 0us 18446744073709551615B a\n");
    }
}
