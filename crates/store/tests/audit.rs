//! The log: one order over two files, found by patient with and without the index, whole after a restart, proofs.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // Tests say what went wrong by stopping.

mod support;

use std::sync::Arc;

use akson_store::audit::{Entry, Kept, Wanted, Which, merkle};
use akson_store::{Asked, Line, Options, Place, Store};
use support::{Put, put};

fn line(part: i64, n: u64) -> Line {
    let asked = Asked { actor: format!("staff {}", n % 7).into(), request: n.to_string(), ..Asked::default() };
    let place = Place { part, rid: part + n as i64 };
    Line { asked: Arc::new(asked), place, type_number: 96, version: 1, action: 1, outcome: 0 }
}

/// Some thousand lines about some patients, in both files; a few about nobody.
fn fill(store: &Store, from: u64, count: u64) {
    let (mut seed, mut waiting) = (from + 1, Vec::new());
    for n in from..from + count {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let one = line((seed >> 33) as i64 % 50, n);
        if n % 3 == 0 {
            waiting.push(store.write(move |tx| tx.audit(&one)));
        } else {
            waiting.push(store.note(Arc::new(vec![one])));
        }
        if waiting.len() > 500 {
            waiting.drain(..).for_each(|one| one.wait().unwrap());
        }
    }
    waiting.drain(..).for_each(|one| one.wait().unwrap());
}

fn walk(store: &Store, wanted: &Wanted, count: usize) -> Vec<Entry> {
    let mut found = Vec::new();
    let each = |entry: &Entry| {
        found.push(entry.clone());
        Ok(found.len() < count)
    };
    store.logs().unwrap().walk(wanted, each).unwrap();
    found
}

fn keys(entries: &[Entry]) -> Vec<(i64, Which, u64)> {
    entries.iter().map(|entry| (entry.row.at, entry.which, entry.n)).collect()
}

fn check_all(store: &Store) {
    let all = walk(store, &Wanted::default(), usize::MAX);
    let order = keys(&all);
    assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
    for part in [1, 7, 49, 1000] {
        let wanted = Wanted { parts: Some(vec![part]), ..Wanted::default() };
        let expected: Vec<_> = all.iter().filter(|entry| entry.row.part == part).cloned().collect();
        assert_eq!(keys(&walk(store, &wanted, usize::MAX)), keys(&expected), "patient {part}");
        let (first, third) = (expected.len() / 3, expected.len() * 2 / 3);
        let (Some(late), Some(early)) = (expected.get(first), expected.get(third)) else { continue };
        let between = Wanted { from: Some(early.row.at), until: Some(late.row.at), ..wanted.clone() };
        let inside = |entry: &&Entry| (early.row.at..late.row.at).contains(&entry.row.at);
        let inside: Vec<_> = expected.iter().filter(inside).cloned().collect();
        assert_eq!(keys(&walk(store, &between, usize::MAX)), keys(&inside));
    }
    // Page by page it is the same.
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = walk(store, &Wanted { after, ..Wanted::default() }, 999);
        paged.extend(keys(&page));
        after = paged.last().copied();
        if page.len() < 999 {
            break;
        }
    }
    assert_eq!(paged, order);
}

#[test]
fn lines_are_found_by_patient_and_time_before_and_after_they_are_indexed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.db");
    let store = Store::open(&path, Options::default()).unwrap();
    fill(&store, 0, 9000);
    check_all(&store);
    while store.index_audit().unwrap() {}
    check_all(&store);
    fill(&store, 9000, 4000);
    check_all(&store);
    drop(store);
    let store = Store::open(&path, Options::default()).unwrap();
    while store.index_audit().unwrap() {}
    check_all(&store);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn pieces_of_one_size_become_one() {
    let store = support::store();
    fill(&store, 0, 100_000);
    while store.index_audit().unwrap() {}
    check_all(&store);
}

#[test]
fn what_names_several_patients_is_found_by_each() {
    let store = support::store();
    let patients = ["a", "b"].map(|id| put(&store, r#"{"resourceType":"Patient"}"#, Put::Under(id)).place.rid);
    let text = r#"{"resourceType":"Appointment","status":"booked","participant":[{"status":"accepted","actor":{"reference":"Patient/a"}},{"status":"accepted","actor":{"reference":"Patient/b"}}]}"#;
    let shared = put(&store, text, Put::New);
    assert!(shared.place.part < 0);
    let named = Line { place: shared.place, version: shared.version, ..line(0, 1) };
    store.note(Arc::new(vec![named])).wait().unwrap();
    for patient in patients {
        let wanted = Wanted { parts: Some(vec![patient]), ..Wanted::default() };
        assert_eq!(walk(&store, &wanted, 10).len(), 1);
    }
}

#[test]
fn rows_are_proven_against_a_root() {
    let store = support::store();
    fill(&store, 0, 1500);
    let logs = store.logs().unwrap();
    for which in Which::BOTH {
        let size = logs.size(which).unwrap();
        let root = logs.root(which, size).unwrap();
        for n in [0, 1, 255, 256, size - 1] {
            let leaf = logs.row(which, n).unwrap().as_ref().map(Kept::leaf).unwrap();
            let path = logs.inclusion(which, n, size).unwrap();
            assert!(merkle::includes(&leaf, n, size, &path, &root), "{n} of {size}");
        }
        for old in [1, 100, 256, 300, size] {
            let before = logs.root(which, old).unwrap();
            let path = logs.consistency(which, old, size).unwrap();
            assert!(merkle::extends((old, &before), (size, &root), &path), "{old} in {size}");
        }
    }
}

#[test]
fn lines_of_an_earlier_program_are_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.db");
    drop(Store::open(&path, Options::default()).unwrap());
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(
        "INSERT INTO audit (at, n, part, rid, type, version, action, outcome, caller, reason, request, query, more) VALUES \
         (5, 0, 7, 8, 96, 1, 1, 0, 'operator', '', CAST('r' AS BLOB), 'q', x'0202'||x'02'), (6, 0, 0, 0, 0, 0, 1, 2, 'link:x', '', x'', '', x''); \
         INSERT INTO seal (at, lines, hash) VALUES (5, 1, x'01'), (6, 1, x'02')",
    )
    .unwrap();
    drop(old);
    for _ in 0..2 {
        let store = Store::open(&path, Options::default()).unwrap();
        let all = walk(&store, &Wanted::default(), 10);
        assert_eq!(all.iter().map(|entry| entry.row.at).collect::<Vec<_>>(), [6, 6, 5]);
        assert_eq!(all[0].row.query, "seal 02");
        let rids: Vec<i64> = all[2].row.named().iter().map(|named| named.rid).collect();
        assert_eq!(
            (rids.as_slice(), &*all[2].row.actor, all[2].row.request_name().as_str()),
            (&[8, 9][..], "operator", "r")
        );
        assert!(store.verify().unwrap().is_clean());
    }
}
