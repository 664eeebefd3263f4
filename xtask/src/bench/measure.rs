//! The closed loop: so many connections, each sending its next request when the last is answered, for some seconds.
//!
//! A closed loop measures what the server can do, not what waits under a given load: latencies are of an unhurried client.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::client::{Base, Client};

/// What one run gave.
pub(super) struct Figures {
    pub rate: f64,
    /// Good answers.
    pub count: usize,
    pub p50_us: u64,
    pub p99_us: u64,
    /// Answers that were not 2xx, by status (0: no answer).
    pub refused: BTreeMap<u16, usize>,
}

/// Runs `next` (from a running number to the bytes of a request) over `connections` for `seconds`.
pub(super) fn measure(
    base: &Base,
    connections: usize,
    seconds: f64,
    next: &(dyn Fn(usize) -> Vec<u8> + Sync),
) -> Figures {
    let counter = AtomicUsize::new(0);
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(seconds);
    let parts: Vec<(Vec<u32>, BTreeMap<u16, usize>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..connections).map(|_| scope.spawn(|| worker(base, &counter, end, next))).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    let seconds = start.elapsed().as_secs_f64();
    let mut times: Vec<u32> = Vec::new();
    let mut refused = BTreeMap::new();
    for (part, statuses) in parts {
        times.extend(part);
        for (status, count) in statuses {
            *refused.entry(status).or_default() += count;
        }
    }
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().map_or(0, u64::from);
    Figures { rate: times.len() as f64 / seconds, count: times.len(), p50_us: at(0.50), p99_us: at(0.99), refused }
}

/// One connection's loop; answers the times of good answers in microseconds.
fn worker(
    base: &Base,
    counter: &AtomicUsize,
    end: Instant,
    next: &(dyn Fn(usize) -> Vec<u8> + Sync),
) -> (Vec<u32>, BTreeMap<u16, usize>) {
    let mut client = Client::new(base);
    let mut times = Vec::with_capacity(1 << 14);
    let mut refused = BTreeMap::new();
    loop {
        let request = next(counter.fetch_add(1, Ordering::Relaxed));
        let sent = Instant::now();
        if sent >= end {
            return (times, refused);
        }
        match client.send(&request) {
            Ok(answer) if (200..300).contains(&answer.status) => {
                times.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            Ok(answer) => *refused.entry(answer.status).or_default() += 1,
            Err(_) => {
                *refused.entry(0).or_default() += 1;
                client = Client::new(base);
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}
