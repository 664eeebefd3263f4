//! The tap: whatever came out of a server that was killed under load has its line in the log that is there afterwards.

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::server::{Server, akson, assert_sound};
use crate::wire::Wire;

const ROUNDS: usize = 4;
const READERS: usize = 4;
/// Answers before a kill.
const ENOUGH: usize = 60;

#[test]
fn no_answer_came_out_whose_line_is_missing_after_the_kill() {
    let folder = tempfile::tempdir().unwrap();
    let answered = Mutex::new(BTreeSet::new());
    for round in 0..ROUNDS {
        let mut server = Server::start(folder.path());
        let before = answered.lock().unwrap().len();
        std::thread::scope(|scope| {
            for reader in 0..READERS {
                let (wire, answered) = (server.wire(), &answered);
                scope.spawn(move || read(wire, &format!("tap-{round}-{reader}"), answered));
            }
            while answered.lock().unwrap().len() < before + ENOUGH + round * 17 {
                std::thread::yield_now();
            }
            server.kill();
        });
    }
    let file = folder.path().join("log.ndjson");
    let output = akson().args(["audit", "export"]).arg(&file).arg("--data").arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&file).unwrap();
    let kept: BTreeSet<String> = text
        .lines()
        .filter_map(|line| Some(serde_json::from_str::<serde_json::Value>(line).ok()?["request"].as_str()?.to_owned()))
        .collect();
    let answered = answered.into_inner().unwrap();
    let missing: Vec<&String> = answered.iter().filter(|request| !kept.contains(*request)).collect();
    assert!(missing.is_empty(), "{} of {} answers have no line: {missing:?}", missing.len(), answered.len());
    assert!(answered.len() >= ROUNDS * ENOUGH);
    assert_sound(folder.path());
}

/// Reads, searches and asks for what is not there, each under a name of its own, until the server is gone.
fn read(mut wire: Wire, name: &str, answered: &Mutex<BTreeSet<String>>) {
    for n in 0.. {
        let path = ["/fhir/Patient/kari", "/fhir/Observation?patient=kari&_count=3", "/fhir/Patient/nobody"][n % 3];
        let request = format!("{name}-{n}");
        let Ok(answer) = wire.send("GET", path, &[("X-Request-Id", &request)], b"") else { return };
        assert!(matches!(answer.status, 200 | 404), "{}", answer.status);
        answered.lock().unwrap().insert(request);
    }
}
