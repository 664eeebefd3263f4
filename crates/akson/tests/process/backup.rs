//! Copies made beside a server under load: each is whole, and becomes a record that is proved before it is in place.

use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::server::{Server, akson, assert_sound};
use crate::wire::Wire;

const WRITERS: u64 = 4;
const COPIES: usize = 3;

fn run(words: &[&str], data: &Path) -> Output {
    akson().args(words).arg("--data").arg(data).output().expect("a command")
}

#[track_caller]
fn says(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    text
}

/// Each writer counts up in its own resource, and tells how far it was answered.
fn write(mut wire: Wire, writer: usize, answered: &AtomicU64, stop: &AtomicBool) {
    for n in 1.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let body = json!({"resourceType": "Basic", "id": format!("w{writer}"), "code": {"text": n.to_string()}});
        let answer = wire.json("PUT", &format!("/fhir/Basic/w{writer}"), &[], &body).unwrap();
        assert!(answer.status < 300);
        answered.store(n, Ordering::Relaxed);
    }
}

#[test]
fn copies_under_load_become_proved_records() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copies) = (folder.path().join("data"), folder.path().join("copies"));
    std::fs::create_dir(&copies).unwrap();
    let server = Server::start(&data);
    let answered: Vec<AtomicU64> = (0..WRITERS).map(|_| AtomicU64::new(0)).collect();
    let stop = AtomicBool::new(false);
    let mut before = Vec::new();
    std::thread::scope(|scope| {
        for (writer, answered) in answered.iter().enumerate() {
            let (wire, stop) = (server.wire(), &stop);
            scope.spawn(move || write(wire, writer, answered, stop));
        }
        while answered.iter().any(|answered| answered.load(Ordering::Relaxed) < 20) {
            std::thread::yield_now();
        }
        for n in 0..COPIES {
            before.push(answered.iter().map(|answered| answered.load(Ordering::Relaxed)).collect::<Vec<_>>());
            let copy = copies.join(n.to_string());
            assert!(says(&run(&["backup", copy.to_str().unwrap()], &data)).contains("4 resources"));
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(server.stop());
    for (n, before) in before.iter().enumerate() {
        let (copy, restored) = (copies.join(n.to_string()), folder.path().join(format!("restored-{n}")));
        assert!(says(&run(&["restore", copy.to_str().unwrap()], &restored)).contains("are proved"));
        assert_sound(&restored);
        let server = Server::start(&restored);
        for (writer, least) in before.iter().enumerate() {
            let found = server.wire().get(&format!("/fhir/Basic/w{writer}")).unwrap().json();
            let value: u64 = found["code"]["text"].as_str().unwrap().parse().unwrap();
            // All that was answered before the copy was begun, and no version without those before it.
            assert!(value >= *least, "{value} < {least}");
            assert_eq!(found["meta"]["versionId"], value.to_string());
        }
        // It goes on as another record would.
        let body = json!({"resourceType": "Basic", "code": {"text": "later"}});
        assert_eq!(server.wire().json("POST", "/fhir/Basic", &[], &body).unwrap().status, 201);
        assert!(server.stop());
        assert_sound(&restored);
    }
}

#[test]
fn a_copy_that_was_changed_or_has_no_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy"));
    let server = Server::start(&data);
    let body = json!({"resourceType": "Basic", "code": {"text": "x"}});
    server.wire().json("POST", "/fhir/Basic", &[], &body).unwrap();
    assert!(server.stop());
    let name = copy.to_str().unwrap();
    says(&run(&["backup", name], &data));
    assert!(!run(&["backup", name], &data).status.success(), "a copy is not written over");
    assert!(!run(&["restore", name], &data).status.success(), "a record is not written over");
    let restored = folder.path().join("restored");
    let manifest = std::fs::read(copy.join("manifest.json")).unwrap();
    let mut told: Value = serde_json::from_slice(&manifest).unwrap();
    told["resources"] = json!(7);
    std::fs::write(copy.join("manifest.json"), told.to_string()).unwrap();
    let refused = run(&["restore", name], &restored);
    assert!(String::from_utf8_lossy(&refused.stdout).contains("nothing was put in place"), "{refused:?}");
    assert!(!refused.status.success() && !restored.join("record.db").exists());
    std::fs::write(copy.join("manifest.json"), manifest).unwrap();
    let file = copy.join("record.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let refused = run(&["restore", name], &restored);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not the file that was copied"), "{refused:?}");
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    says(&run(&["restore", name], &restored));
    assert_sound(&restored);
}
