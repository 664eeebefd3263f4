//! Lost updates: clients read and write a few resources with If-Match, and the history tells whether every acknowledged
//! write took effect exactly once and no read went back in time.
//!
//! Two models on each resource: a register (the birth date holds nothing, the version is the value) and a list (each
//! write appends its own mark). The list makes a lost update visible: a mark would be missing from the end.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Server, assert_sound};
use crate::wire::Wire;

const CLIENTS: usize = 16;
const RESOURCES: usize = 4;
const RUN: Duration = Duration::from_secs(4);

/// What is known of one resource from outside.
#[derive(Default)]
struct Known {
    /// The highest version that anyone has seen or was told: what is read later must not be older.
    floor: AtomicU64,
    /// The mark that each acknowledged version appended.
    marks: Mutex<BTreeMap<u64, String>>,
}

#[test]
fn no_update_is_lost_and_no_read_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let known: Vec<Known> = (0..RESOURCES).map(|_| Known::default()).collect();
    for (n, known) in known.iter().enumerate() {
        let body = json!({"resourceType": "Patient", "id": format!("list-{n}"), "identifier": [{"value": "first"}]});
        assert_eq!(server.wire().json("PUT", &format!("/fhir/Patient/list-{n}"), &[], &body).unwrap().status, 201);
        known.marks.lock().unwrap().insert(1, "first".to_owned());
    }
    let end = Instant::now() + RUN;
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (wire, known) = (server.wire(), &known);
            scope.spawn(move || run(wire, client, known, end));
        }
    });
    let writes: usize = known.iter().map(|known| known.marks.lock().unwrap().len()).sum();
    assert!(writes > RESOURCES * 10, "too few writes to prove anything: {writes}");
    for (n, known) in known.iter().enumerate() {
        check(&mut server.wire(), n, &known.marks.lock().unwrap());
    }
    assert!(server.stop());
    assert_sound(folder.path());
}

fn run(mut wire: Wire, client: usize, known: &[Known], end: Instant) {
    let mut n = client;
    while Instant::now() < end {
        n += 1;
        let place = n * 7 % RESOURCES;
        let path = format!("/fhir/Patient/list-{place}");
        let known = &known[place];
        let floor = known.floor.load(Ordering::SeqCst);
        let read = wire.get(&path).unwrap();
        let version = read.version().expect("an ETag");
        assert!(version >= floor, "read version {version} after {floor} was known");
        known.floor.fetch_max(version, Ordering::SeqCst);
        let mark = format!("{client}-{n}");
        let mut body = read.json();
        body["identifier"].as_array_mut().expect("marks").push(json!({"value": mark}));
        let expected = format!("W/\"{version}\"");
        let written = wire.json("PUT", &path, &[("If-Match", &expected)], &body).unwrap();
        match written.status {
            200 => {
                let new = written.version().expect("an ETag");
                assert_eq!(new, version + 1);
                known.floor.fetch_max(new, Ordering::SeqCst);
                let before = known.marks.lock().unwrap().insert(new, mark);
                assert!(before.is_none(), "two writers were told that version {new} is theirs");
            }
            412 => {}
            other => panic!("PUT answered {other}"),
        }
    }
}

/// The list holds every acknowledged mark once, in the order of the versions, and each version one more than the last.
fn check(wire: &mut Wire, n: usize, marks: &BTreeMap<u64, String>) {
    let newest = wire.get(&format!("/fhir/Patient/list-{n}")).unwrap();
    let expected: Vec<&str> = marks.values().map(String::as_str).collect();
    assert_eq!(marks_of(&newest.json()), expected);
    assert_eq!(newest.version().unwrap(), marks.len() as u64);
    for (version, mark) in marks.iter().step_by(marks.len() / 20 + 1) {
        let old = wire.get(&format!("/fhir/Patient/list-{n}/_history/{version}")).unwrap().json();
        assert_eq!(marks_of(&old).last(), Some(&mark.clone()));
    }
}

fn marks_of(patient: &Value) -> Vec<String> {
    let marks = patient["identifier"].as_array().into_iter().flatten();
    marks.filter_map(|mark| mark["value"].as_str()).map(str::to_owned).collect()
}
