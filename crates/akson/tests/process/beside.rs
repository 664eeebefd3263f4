//! An operator's commands beside a server under load: verify finds nothing wrong, reindex survives a kill, a stopped asker
//! stops the work.

use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Server, akson, assert_sound};
use crate::wire::Wire;

const WRITERS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes until told to stop or the server is gone.
fn write(mut wire: Wire, writer: usize, stop: &AtomicBool, done: &AtomicUsize) {
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let id = format!("w{writer}-{}", n % 50);
        let patient = json!({"resourceType": "Patient", "id": id, "identifier": [{"system": "urn:n", "value": n.to_string()}],
            "name": [{"family": format!("Family{n}")}]});
        let observation = json!({"resourceType": "Observation", "status": "final", "code": {"text": n.to_string()},
            "subject": {"reference": format!("Patient/{id}")}});
        let patient = wire.json("PUT", &format!("/fhir/Patient/{id}"), &[], &patient);
        let observation = wire.json("POST", "/fhir/Observation", &[], &observation);
        if patient.is_err() || observation.is_err() {
            return;
        }
        done.fetch_add(2, Ordering::Relaxed);
    }
}

/// Runs `work` while clients write, then asks them to end.
fn under_load(server: &Server, work: impl FnOnce()) {
    let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (wire, stop, done) = (server.wire(), &stop, &done);
            scope.spawn(move || write(wire, writer, stop, done));
        }
        while done.load(Ordering::Relaxed) < 400 {
            std::thread::yield_now();
        }
        work();
        stop.store(true, Ordering::Relaxed);
    });
}

fn said(command: &str, data: &Path) -> String {
    let output = akson().arg(command).arg("--data").arg(data).output().expect("a command");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {text}");
    text
}

fn begin(command: &str, data: &Path) -> Child {
    let mut begun = akson();
    begun.arg(command).arg("--data").arg(data).stdout(Stdio::null()).stderr(Stdio::null());
    begun.spawn().expect("a command")
}

fn open_work(server: &Server) -> usize {
    let health = server.wire().get("/health").expect("health").json();
    health["work"].as_array().map_or(0, Vec::len)
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn commands_beside_load_find_and_leave_a_sound_record() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    under_load(&server, || {
        for _ in 0..2 {
            assert!(said("verify", folder.path()).contains("sound"));
            said("reindex", folder.path());
        }
        assert!(said("doctor", folder.path()).contains("up at"));
    });
    assert!(said("verify", folder.path()).contains("sound"));
    assert_eq!(open_work(&server), 0);
    assert!(server.stop());
    assert_sound(folder.path());
}

#[test]
fn a_reindex_under_load_survives_the_kill_of_its_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    under_load(&server, || {});
    for _ in 0..3 {
        let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (wire, stop, done) = (server.wire(), &stop, &done);
                scope.spawn(move || write(wire, writer, stop, done));
            }
            let mut reindex = begin("reindex", folder.path());
            // Killed as soon as it is under way, or it has just ended.
            wait_until("a reindex that begins", || {
                open_work(&server) > 0 || reindex.try_wait().is_ok_and(|ended| ended.is_some())
            });
            server.kill();
            stop.store(true, Ordering::Relaxed);
            reindex.wait().unwrap();
        });
        server = Server::start(folder.path());
        wait_until("the work that was begun ends by itself", || open_work(&server) == 0);
        assert!(said("verify", folder.path()).contains("sound"));
    }
    said("reindex", folder.path());
    assert!(server.stop());
    assert_sound(folder.path());
}

#[test]
fn an_interrupted_asker_stops_the_work_and_another_finishes_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    under_load(&server, || std::thread::sleep(Duration::from_millis(500)));
    let mut reindex = begin("reindex", folder.path());
    wait_until("a reindex that begins", || open_work(&server) > 0 || reindex.try_wait().unwrap().is_some());
    let asked = interrupt(&reindex);
    let code = reindex.wait().unwrap().code();
    // It may have been done just before.
    assert!(matches!((asked, code), (_, Some(130 | 0))), "{code:?}");
    if code == Some(130) {
        assert_eq!(open_work(&server), 1);
    }
    assert!(said("reindex", folder.path()).contains("indexed anew"));
    assert_eq!(open_work(&server), 0);
    assert!(said("verify", folder.path()).contains("sound"));
}

fn interrupt(child: &Child) -> bool {
    let asked = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    asked.is_ok_and(|status| status.success())
}
