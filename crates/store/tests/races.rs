//! Many writers at once: no lost update, one of 64 equal conditional creates, order of times.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // Tests say what went wrong by stopping.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use akson_store::{Asked, Error, Expect, HistoryScope, Line, Options, Place, Store};
use support::{Put, prepare, put, store, try_put, type_id};

#[test]
fn concurrent_updates_lose_nothing() {
    let store = store();
    put(&store, r#"{"resourceType":"Basic","n":0}"#, Put::Under("a"));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    add_one(&store);
                }
            });
        }
    });
    let stored = store.read().unwrap().get(type_id("Basic"), "a").unwrap().unwrap();
    assert_eq!(stored.version, 201);
    assert!(stored.bare().contains("\"n\":200"));
    let page = store.read().unwrap().history(HistoryScope::Instance(stored.place), 0, None, 500).unwrap();
    let versions: Vec<i64> = page.versions.iter().map(|v| v.version).collect();
    assert_eq!(versions, (1..=201).rev().collect::<Vec<_>>());
    assert!(store.verify().unwrap().is_clean());
}

/// Reads, adds and writes until nobody was faster.
fn add_one(store: &Store) {
    loop {
        let stored = store.read().unwrap().get(type_id("Basic"), "a").unwrap().unwrap();
        let n: i64 = stored.bare().split("\"n\":").nth(1).unwrap().split(['}', ',']).next().unwrap().parse().unwrap();
        let text = format!(r#"{{"resourceType":"Basic","n":{}}}"#, n + 1);
        match try_put(store, &text, Put::Under("a"), Expect::Version(stored.version)) {
            Ok(written) => return assert_eq!(written.version, stored.version + 1),
            Err(Error::Conflict(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn of_64_equal_conditional_creates_one_is_made() {
    let store = store();
    let made = AtomicI64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                let prepared = prepare(&store, r#"{"resourceType":"Basic","code":1}"#, Put::New).unwrap();
                let kept = store.write(move |tx| {
                    let there = tx.history(HistoryScope::Type(type_id("Basic")), 0, None, 1)?;
                    if !there.versions.is_empty() {
                        return Ok(None);
                    }
                    tx.put(prepared, Expect::Absent).map(Some)
                });
                if kept.wait().unwrap().is_some() {
                    made.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(made.load(Ordering::Relaxed), 1);
    assert_eq!(support::count(&store, "resource"), 1);
}

#[test]
fn concurrent_creates_under_one_id_become_versions() {
    let store = store();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| put(&store, r#"{"resourceType":"Patient"}"#, Put::Under("same")));
        }
    });
    assert_eq!(support::count(&store, "resource"), 1);
    assert_eq!(store.read().unwrap().get(type_id("Patient"), "same").unwrap().unwrap().version, 16);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn a_failed_job_leaves_its_neighbours() {
    // Whichever comes first in a commit.
    for first in 0..3 {
        neighbours(first);
    }
}

fn neighbours(first: usize) {
    let store = store();
    let mut waiting = Vec::new();
    let line = Line {
        place: Place { part: 1, rid: 1 },
        type_number: 1,
        version: 1,
        action: 1,
        outcome: 0,
        asked: Arc::new(Asked { actor: "tester".into(), ..Asked::default() }),
    };
    let mut noted = Vec::new();
    for n in first..first + 30 {
        noted.push(store.note(Arc::new(vec![line.clone()])));
        let prepared = prepare(&store, r#"{"resourceType":"Basic"}"#, Put::New).unwrap();
        waiting.push(store.write(move |tx| {
            let written = tx.put(prepared, Expect::Absent)?;
            match n % 3 {
                0 => Ok(written),
                1 => Err(Error::abort("not today")),
                _ => panic!("a fault in a job"),
            }
        }));
    }
    let mut kept = 0;
    for (n, pending) in (first..).zip(waiting) {
        match (n % 3, pending.wait()) {
            (0, Ok(_)) => kept += 1,
            (1, Err(Error::Aborted(reason))) => assert_eq!(reason.downcast_ref(), Some(&"not today")),
            (2, Err(Error::Broken(_))) => {}
            (_, other) => panic!("{n}: {other:?}"),
        }
    }
    assert!(noted.into_iter().all(|noted| noted.wait().is_ok()));
    assert_eq!((kept, support::count(&store, "resource")), (10, 10));
    let report = store.verify().unwrap();
    assert!(report.is_clean());
    assert_eq!(report.lines, 30);
}

#[test]
fn times_never_go_back_though_the_clock_does() {
    let now = Arc::new(AtomicI64::new(1_800_000_000_000_000));
    let clock = now.clone();
    let options =
        Options { clock: Arc::new(move || clock.fetch_sub(1_000_000, Ordering::Relaxed)), ..Options::default() };
    let store = Store::in_memory(options).unwrap();
    let times: Vec<i64> = (0..20).map(|_| put(&store, r#"{"resourceType":"Basic"}"#, Put::New).updated).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn a_reader_sees_one_moment_while_writes_go_on() {
    let store = store();
    put(&store, r#"{"resourceType":"Basic","n":1}"#, Put::Under("a"));
    let view = store.read().unwrap();
    for n in 2..200 {
        put(&store, &format!(r#"{{"resourceType":"Basic","n":{n}}}"#), Put::Under("a"));
    }
    assert_eq!(view.get(type_id("Basic"), "a").unwrap().unwrap().version, 1);
    drop(view);
    assert_eq!(store.read().unwrap().get(type_id("Basic"), "a").unwrap().unwrap().version, 199);
}

#[test]
fn too_many_waiting_writes_are_told_so() {
    let store = Store::in_memory(Options { queue_max: 2, ..Options::default() }).unwrap();
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let first = store.write(move |_| {
        let _ = held.recv();
        Ok(())
    });
    let mut busy = 0;
    let waiting: Vec<_> = (0..10).map(|_| store.write(|_| Ok(()))).collect();
    hold.send(()).unwrap();
    first.wait().unwrap();
    for pending in waiting {
        busy += usize::from(matches!(pending.wait(), Err(Error::Busy)));
    }
    assert!((7..=9).contains(&busy), "{busy}");
    store.write(|_| Ok(())).wait().unwrap();
}
