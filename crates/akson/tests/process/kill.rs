//! Killed under load, again and again: what was acknowledged is there, nothing is there by half.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::server::{Server, assert_sound};
use crate::wire::Wire;

const ROUNDS: usize = 20;
const WRITERS: usize = 6;

/// What the clients were told.
#[derive(Default)]
struct Acknowledged {
    /// Id of each created resource and the value it carries.
    created: BTreeMap<String, usize>,
    /// The highest version of each writer's own patient.
    versions: [u64; WRITERS],
}

#[test]
fn acknowledged_writes_survive_the_kill() {
    let folder = tempfile::tempdir().unwrap();
    let acknowledged = Mutex::new(Acknowledged::default());
    for round in 0..ROUNDS {
        let mut server = Server::start(folder.path());
        check(&mut server.wire(), &acknowledged.lock().unwrap());
        let done = AtomicUsize::new(0);
        // The moment of the kill is counted in acknowledged writes, another one in each round.
        let enough = 20 + (round * 37) % 60;
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (wire, done, acknowledged) = (server.wire(), &done, &acknowledged);
                scope.spawn(move || write(wire, writer, round, done, acknowledged));
            }
            while done.load(Ordering::Relaxed) < enough {
                std::thread::yield_now();
            }
            server.kill();
        });
    }
    let server = Server::start(folder.path());
    let acknowledged = acknowledged.into_inner().unwrap();
    check(&mut server.wire(), &acknowledged);
    assert!(acknowledged.created.len() > ROUNDS * 5);
    check_histories(&mut server.wire(), &acknowledged);
    assert!(server.stop(), "a stop ends well");
    assert_sound(folder.path());
}

/// Writes until the server is gone: a transaction of two resources, then its own patient once more.
fn write(mut wire: Wire, writer: usize, round: usize, done: &AtomicUsize, acknowledged: &Mutex<Acknowledged>) {
    let own = format!("/fhir/Patient/writer-{writer}");
    for n in 0.. {
        let value = (round * 1000 + n) * WRITERS + writer;
        let created = json!({"resourceType": "Basic", "code": {"text": value.to_string()}});
        let Ok(answer) = wire.json("POST", "/fhir/Basic", &[], &created) else { return };
        if answer.status == 201 {
            let location = answer.header("location").unwrap_or_default();
            let id = location.split("/Basic/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
            acknowledged.lock().unwrap().created.insert(id.to_owned(), value);
            done.fetch_add(1, Ordering::Relaxed);
        }
        let patient = json!({"resourceType": "Patient", "id": format!("writer-{writer}"), "birthDate": "1970-01-01",
            "identifier": [{"system": "urn:test:value", "value": value.to_string()}]});
        let Ok(answer) = wire.json("PUT", &own, &[], &patient) else { return };
        if let Some(version) = answer.version().filter(|_| answer.status < 300) {
            acknowledged.lock().unwrap().versions[writer] = version;
            done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn check(wire: &mut Wire, acknowledged: &Acknowledged) {
    for (id, value) in &acknowledged.created {
        let answer = wire.get(&format!("/fhir/Basic/{id}")).unwrap();
        assert_eq!(answer.status, 200, "acknowledged Basic/{id} is lost");
        assert_eq!(answer.json()["code"]["text"], value.to_string());
    }
    for (writer, version) in acknowledged.versions.iter().enumerate().filter(|(_, version)| **version > 0) {
        let answer = wire.get(&format!("/fhir/Patient/writer-{writer}")).unwrap();
        let now = answer.version().unwrap_or(0);
        // One more may have been written and not been acknowledged before the kill.
        assert!(now == *version || now == version + 1, "writer {writer}: acknowledged {version}, there is {now}");
    }
}

/// Versions count up from one without gaps, and each is found by the value it carries only as the newest.
fn check_histories(wire: &mut Wire, acknowledged: &Acknowledged) {
    for writer in 0..WRITERS {
        let newest = wire.get(&format!("/fhir/Patient/writer-{writer}")).unwrap();
        let count = newest.version().unwrap();
        assert!(count >= acknowledged.versions[writer]);
        for version in 1..=count {
            let answer = wire.get(&format!("/fhir/Patient/writer-{writer}/_history/{version}")).unwrap();
            assert_eq!(answer.status, 200, "version {version} of {count} is missing");
        }
        let value = newest.json()["identifier"][0]["value"].as_str().unwrap().to_owned();
        let found = wire.get(&format!("/fhir/Patient?identifier=urn:test:value|{value}")).unwrap().json();
        assert_eq!(found["entry"].as_array().map_or(0, Vec::len), 1);
    }
}
