//! Long work beside writes: verify without false alarms, reindex that leaves a right index, both stopped and begun again.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // Tests say what went wrong by stopping.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use akson_store::{Error, Expect, Next, Options, Store};
use support::{Put, put, resource, store, try_put, type_id};

/// Writes of all kinds until told to stop: new versions, moves between patients, deletes, search parameters that come
/// and go.
fn write_until(store: &Store, stop: &AtomicBool, writer: usize) {
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let patient = format!("w{writer}-{}", n % 5);
        put(
            store,
            &format!(r#"{{"resourceType":"Patient","active":{},"id":"{patient}"}}"#, n % 2 == 0),
            Put::Under(&patient),
        );
        let observation = format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"text":"n{n}"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
        );
        put(store, &observation, Put::Under(&format!("o{writer}-{}", n % 3)));
        if n % 7 == 0 {
            let id = format!("o{writer}-{}", n % 3);
            store.write(move |tx| tx.delete(type_id("Observation"), &id, Expect::Any)).wait().unwrap();
        }
        if n % 11 == 0 && writer == 0 {
            turn_parameter(store, n);
        }
    }
}

fn turn_parameter(store: &Store, n: usize) {
    let url = "http://example.org/odd";
    if n.is_multiple_of(2) {
        let text = format!(
            r#"{{"resourceType":"SearchParameter","url":"{url}","code":"odd","type":"string","base":["Observation"],"expression":"Observation.code.text"}}"#
        );
        // Left unfinished: its rows are those of later writes only.
        store.add_parameter(&resource(&text)).unwrap().unwrap();
    } else {
        store.remove_parameter(url).unwrap();
    }
}

fn beside_writes(store: &Store, work: impl Fn()) {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for writer in 0..3 {
            let stop = &stop;
            scope.spawn(move || write_until(store, stop, writer));
        }
        work();
        stop.store(true, Ordering::Relaxed);
    });
}

fn some(store: &Store, count: usize) {
    for n in 0..count {
        let text = format!(r#"{{"resourceType":"Basic","code":{{"coding":[{{"system":"urn:s","code":"c{n}"}}]}}}}"#);
        put(store, &text, Put::New);
    }
}

fn assert_clean(store: &Store) {
    let report = store.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.told);
}

#[test]
fn verify_beside_writes_finds_nothing_wrong() {
    let store = store();
    some(&store, 300);
    beside_writes(&store, || {
        for _ in 0..6 {
            assert_clean(&store);
        }
    });
    assert_clean(&store);
}

#[test]
fn reindex_beside_writes_leaves_a_right_index() {
    let store = store();
    some(&store, 600);
    store.write(|tx| tx.connection().execute("DELETE FROM token", &[])).wait().unwrap();
    let stray = "INSERT INTO token (param, code, part, rid, system) VALUES (1, 2, 3, 4, 5)";
    store.write(|tx| tx.connection().execute(stray, &[])).wait().unwrap();
    assert!(!store.verify().unwrap().is_clean());
    beside_writes(&store, || {
        for _ in 0..2 {
            let work = store.reindex().unwrap();
            assert!(store.work(&work, |_| Next::On).unwrap());
            assert_clean(&store);
        }
    });
    assert_clean(&store);
}

#[test]
fn work_tells_each_step_and_stops_at_any() {
    let store = store();
    some(&store, 400);
    let mut stages = Vec::new();
    let steps = AtomicUsize::new(0);
    let report = store.verify_watched(&mut |step| {
        steps.fetch_add(1, Ordering::Relaxed);
        assert!(step.total == 0 || step.done <= step.total, "{step:?}");
        if stages.last() != Some(&step.stage) {
            stages.push(step.stage);
        }
        Next::On
    });
    assert_eq!(report.unwrap().resources, 400);
    assert!(stages.contains(&"resources") && stages.contains(&"index rows"), "{stages:?}");
    for end in 0..steps.into_inner() {
        let mut left = end;
        let stopped = store.verify_watched(&mut |_| match left {
            0 => Next::Stop,
            _ => {
                left -= 1;
                Next::On
            }
        });
        assert!(matches!(stopped, Err(Error::Interrupted)));
    }
    let work = store.reindex().unwrap();
    assert!(!store.work(&work, |_| Next::Stop).unwrap());
    let open = store.open_work().unwrap();
    assert_eq!((open.len(), open[0].done > 0), (1, true));
    assert!(store.work(&open[0], |_| Next::On).unwrap());
    assert_clean(&store);
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("record.db"), Options::default()).unwrap()
}

#[test]
fn a_database_of_other_rules_is_indexed_anew_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    assert!(store.open_work().unwrap().is_empty());
    some(&store, 250);
    // As a program without rules of its own would have left it, and with rows that are missing.
    store.write(|tx| tx.connection().execute("DELETE FROM setting WHERE name = 'rules'", &[])).wait().unwrap();
    store.write(|tx| tx.connection().execute("DELETE FROM token", &[])).wait().unwrap();
    drop(store);
    let store = open(folder.path());
    let old = |store: &Store| store.read().unwrap().answers_are_old();
    assert!(old(&store));
    let work = store.open_work().unwrap().remove(0);
    assert_eq!((work.kind.as_str(), work.subject.as_str()), ("reindex", akson_store::RULES));
    assert!(!store.work(&work, |_| Next::Stop).unwrap());
    drop(store);
    // It goes on where it was.
    let store = open(folder.path());
    let again = store.open_work().unwrap().remove(0);
    assert_eq!((again.id, again.done > 0, old(&store)), (work.id, true, true));
    assert!(store.work(&again, |_| Next::On).unwrap());
    assert!(!old(&store));
    drop(store);
    let store = open(folder.path());
    assert!(store.open_work().unwrap().is_empty() && !old(&store));
    assert_clean(&store);
}

#[test]
fn a_panic_of_the_writer_stops_writing_and_is_told() {
    let broken = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&broken);
    let clock = move || match std::thread::current().name() == Some("writer") && theirs.load(Ordering::Relaxed) {
        true => panic!("a clock that breaks"),
        false => 1_800_000_000_000_000,
    };
    let store = Store::in_memory(Options { clock: Arc::new(clock), ..Options::default() }).unwrap();
    some(&store, 1);
    assert!(!store.is_stopped());
    broken.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        let refused = try_put(&store, r#"{"resourceType":"Basic"}"#, Put::New, Expect::Absent);
        assert!(matches!(refused, Err(Error::Stopped)), "{refused:?}");
    }
    while !store.is_stopped() {
        std::thread::yield_now();
    }
    assert!(store.read().is_ok());
}

#[test]
fn a_restored_record_begins_an_epoch_without_what_was_granted() {
    let store = store();
    let session = "INSERT INTO session (hash, id, account, role, provider, level, begun, seen, locked) \
                   VALUES (x'01', 'a', 'b', '', '', 4, 1, 1, 0)";
    let grant = "INSERT INTO app_grant (id, client, account, session, made, until, revoked, body) \
                 VALUES ('g', 'c', '', '', 1, 2, 9223372036854775807, '')";
    let key = "INSERT INTO signing_key (kid, algorithm, made, retired, gone, sealed) \
               VALUES ('k', 'ES256', 1, 9223372036854775807, 9223372036854775807, x'')";
    for sql in [session, grant, key] {
        store.write(move |tx| tx.connection().execute(sql, &[])).wait().unwrap();
    }
    assert_eq!(store.write(|tx| tx.begin_epoch()).wait().unwrap(), 1);
    assert_eq!(store.write(|tx| tx.begin_epoch()).wait().unwrap(), 2);
    let view = store.read().unwrap();
    assert_eq!((view.epoch().unwrap(), support::count(&store, "session")), (2, 0));
    assert!(view.grant("g").unwrap().unwrap().revoked < i64::MAX);
    assert!(view.signing_keys().unwrap()[0].gone < i64::MAX);
}

#[test]
fn another_address_of_its_own_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let under = |base: &str| {
        let options = Options { base: base.to_owned(), ..Options::default() };
        let store = Store::open(&folder.path().join("record.db"), options).unwrap();
        store.read().unwrap().former_base().unwrap()
    };
    assert_eq!(under(""), None);
    assert_eq!(under("https://a.example/fhir"), None);
    assert_eq!(under("https://b.example/fhir").as_deref(), Some("https://a.example/fhir"));
    assert_eq!(under(""), None);
    assert_eq!(under("https://a.example/fhir"), None);
}
