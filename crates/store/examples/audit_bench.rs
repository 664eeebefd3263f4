//! What a line of a read costs: the wait for its commit at 1 and 32 readers at once, processor time, bytes.
//!
//! `cargo run --release -p akson-store --example audit_bench -- [seconds]`
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use akson_store::{Asked, Line, Options, Place, Store};

const ACTOR: &str = "{\"who\":\"staff\",\"user\":\"anne.berg\",\"name\":\"Anne Berg\",\"hpr\":\"1234567\",\"unit\":\"Hjemmesykepleien Sentrum\",\"organisation\":\"Madserud kommune\"}";

/// Makes names of requests that look random.
const MIXER: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

fn main() {
    let seconds = std::env::args().nth(1).map_or(3, |text| text.parse().unwrap());
    let folder = std::env::var("AKSON_BENCH").map_or(std::env::temp_dir(), Into::into).join("akson-audit-bench");
    for readers in [1, 8, 32] {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let store = Store::open(&folder.join("record.db"), Options::default()).unwrap();
        measure(&store, readers, Duration::from_secs(seconds));
        drop(store);
        let bytes = std::fs::metadata(folder.join("audit.db")).unwrap().len();
        println!("    {} bytes of file", bytes);
    }
    let _ = std::fs::remove_dir_all(&folder);
}

fn measure(store: &Store, readers: i64, time: Duration) {
    let (begun, busy) = (Instant::now(), thread_seconds("(audit)"));
    let mut waits: Vec<u128> = std::thread::scope(|scope| {
        let read = |reader: i64| {
            let mut waits = Vec::new();
            while begun.elapsed() < time {
                let from = Instant::now();
                store.note(Arc::new(vec![line(reader, waits.len())])).wait().unwrap();
                waits.push(from.elapsed().as_micros());
            }
            waits
        };
        let threads: Vec<_> = (0..readers).map(|reader| scope.spawn(move || read(reader))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let (count, seconds) = (waits.len(), begun.elapsed().as_secs_f64());
    waits.sort_unstable();
    let at = |part: f64| waits[(count as f64 * part) as usize];
    println!(
        "{readers} readers: {:.0} lines/s, p50 {} µs, p99 {} µs, {:.1} µs of the thread each",
        count as f64 / seconds,
        at(0.5),
        at(0.99),
        (thread_seconds("(audit)") - busy) * 1e6 / count as f64
    );
}

fn line(reader: i64, n: usize) -> Line {
    let request = format!("{:032x}", (n as u128 + 1).wrapping_mul(MIXER) ^ reader as u128);
    let asked = Asked { actor: ACTOR.into(), request, ..Asked::default() };
    let place = Place { part: 1000 + n as i64 % 50_000, rid: 100_000 + n as i64 };
    Line { asked: Arc::new(asked), place, type_number: 96, version: 1, action: 1, outcome: 0 }
}

/// Processor time of a thread so far, from the system's own books.
fn thread_seconds(name: &str) -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok());
    let found = stats.filter(|stat| stat.contains(name)).filter_map(|stat| {
        let numbers: Vec<f64> =
            stat.split(')').nth(1)?.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        Some((numbers.get(10)? + numbers.get(11)?) / 100.0)
    });
    found.sum()
}
