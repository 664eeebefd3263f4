//! A disk that fails at a commit: nothing acknowledged is lost, the server ends at once instead of trying again, and the next
//! one is sound. Needs `strace`, allowed to look at another process; elsewhere it is skipped.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Server, assert_sound};
use crate::wire::Wire;

const WRITERS: usize = 3;
const END_MAX: Duration = Duration::from_secs(20);
const ATTACH_MAX: Duration = Duration::from_secs(10);

/// Makes the system call that keeps a commit fail from the n-th on; nothing if that can't be done here.
fn break_disk(server: &Server, nth: usize) -> Option<Child> {
    let inject = format!("inject=fdatasync,fsync:error=EIO:when={nth}+");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", &inject]);
    let mut child = strace.args(["-p", &server.id().to_string()]).stderr(Stdio::piped()).spawn().ok()?;
    let (attached, told) = mpsc::channel();
    let lines = BufReader::new(child.stderr.take()?).lines();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok).filter(|line| line.contains("attached")) {
            // The one who waits needs the first only.
            let _ = attached.send(line);
        }
    });
    if told.recv_timeout(ATTACH_MAX).is_err() {
        let _ = child.kill();
        let _ = child.wait();
        return None;
    }
    Some(child)
}

/// Writes until it is refused or the server is gone.
fn write(mut wire: Wire, next: &AtomicUsize, kept: &Mutex<BTreeMap<String, usize>>) {
    loop {
        let value = next.fetch_add(1, Ordering::Relaxed);
        let body = json!({"resourceType": "Basic", "id": format!("b{value}"), "code": {"text": value.to_string()}});
        match wire.json("PUT", &format!("/fhir/Basic/b{value}"), &[], &body) {
            Ok(answer) if answer.status == 201 => {
                kept.lock().unwrap().insert(format!("b{value}"), value);
            }
            Ok(answer) => return assert_eq!(answer.status, 503),
            Err(_) => return,
        }
    }
}

#[test]
fn a_disk_that_fails_ends_the_server_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (next, kept) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    for nth in [1, 2, 3, 7, 20] {
        let mut server = Server::start(folder.path());
        let Some(mut strace) = break_disk(&server, nth) else {
            return println!("skipped: strace is not here, or may not attach");
        };
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                let (wire, next, kept) = (server.wire(), &next, &kept);
                scope.spawn(move || write(wire, next, kept));
            }
        });
        let begin = Instant::now();
        let ended = loop {
            if let Some(ended) = server.ended() {
                break ended;
            }
            assert!(begin.elapsed() < END_MAX, "the server goes on without a disk");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert!(!ended.success());
        strace.wait().unwrap();
        let server = Server::start(folder.path());
        let mut wire = server.wire();
        for (id, value) in kept.lock().unwrap().iter() {
            let found = wire.get(&format!("/fhir/Basic/{id}")).unwrap();
            assert_eq!(found.json()["code"]["text"], value.to_string(), "{id} after failure {nth}");
        }
        assert!(server.stop());
        assert_sound(folder.path());
    }
    assert!(kept.into_inner().unwrap().len() > 5);
}
