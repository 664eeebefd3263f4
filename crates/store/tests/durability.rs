//! What survives: killed processes, full disks, restarts, a flipped bit.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // Tests say what went wrong by stopping.

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use akson_store::{Asked, Error, Expect, Line, Options, Place, Store};
use support::{Put, prepare, put, try_put, type_id};

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("record.db"), Options::default()).unwrap()
}

fn line() -> Line {
    asked("1")
}

fn asked(request: &str) -> Line {
    let asked = Asked { actor: "tester".into(), request: request.to_owned(), ..Asked::default() };
    Line { asked: Arc::new(asked), place: Place { part: 1, rid: 2 }, type_number: 3, version: 1, action: 1, outcome: 0 }
}

#[test]
fn all_is_there_after_a_restart_and_nothing_is_given_out_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let first = put(&store, r#"{"resourceType":"Patient"}"#, Put::New);
    store.write(|tx| tx.audit(&line())).wait().unwrap();
    drop(store);
    let store = open(folder.path());
    let second = put(&store, r#"{"resourceType":"Patient"}"#, Put::New);
    assert!(second.place.rid > first.place.rid && second.updated > first.updated);
    store.write(|tx| tx.audit(&line())).wait().unwrap();
    assert_eq!(store.read().unwrap().get(type_id("Patient"), &first.id).unwrap().unwrap().text(), first.text());
    let report = store.verify().unwrap();
    assert_eq!((report.told.as_slice(), report.lines), (&[][..], 2));
}

#[test]
fn a_second_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let second = Store::open(store.path(), Options::default());
    assert!(matches!(second, Err(akson_store::Error::Held)));
    let path = store.path().to_owned();
    drop(store);
    assert!(Store::open(&path, Options::default()).is_ok());
}

/// Not a test of its own: the child of the next one. Writes until it is killed, and says what was acknowledged.
#[test]
fn child_that_is_killed() {
    let Ok(folder) = std::env::var("AKSON_TEST_KILLED") else { return };
    let store = open(Path::new(&folder));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for n in 0.. {
                    let text = format!(r#"{{"resourceType":"Basic","n":{n},"t":{thread}}}"#);
                    let prepared = prepare(store, &text, Put::Under(&format!("t{thread}-{}", n % 7))).unwrap();
                    let written = store.write(move |tx| {
                        tx.audit(&line())?;
                        tx.put(prepared, Expect::Any)
                    });
                    let written = written.wait().unwrap();
                    // One write to the pipe, so that a line is whole or not there.
                    let said = format!("\nkept {} {}\n", written.id, written.version);
                    std::io::Write::write_all(&mut std::io::stdout(), said.as_bytes()).unwrap();
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept: std::collections::HashMap<String, i64> = std::collections::HashMap::new();
    for round in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["child_that_is_killed", "--exact", "--nocapture", "--test-threads=1"])
            .env("AKSON_TEST_KILLED", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        while seen < 60 + 37 * round {
            let said = lines.next().unwrap().unwrap();
            seen += usize::from(note(&mut kept, &said));
        }
        child.kill().unwrap();
        for said in lines.map_while(Result::ok) {
            note(&mut kept, &said);
        }
        child.wait().unwrap();
        let store = open(folder.path());
        let view = store.read().unwrap();
        for (id, version) in &kept {
            let stored = view.get(type_id("Basic"), id).unwrap().unwrap();
            assert!(stored.version >= *version, "{id} {version} > {}", stored.version);
        }
        let report = store.verify().unwrap();
        assert!(report.is_clean(), "{:?}", report.told);
        assert_eq!(report.lines, report.resources + report.versions);
    }
}

fn note(kept: &mut std::collections::HashMap<String, i64>, said: &str) -> bool {
    let mut words = said.split(' ');
    if words.next() != Some("kept") {
        return false;
    }
    let (Some(id), Some(Ok(version))) = (words.next(), words.next().map(str::parse::<i64>)) else { return false };
    let last = kept.entry(id.to_owned()).or_default();
    *last = version.max(*last);
    true
}

#[test]
fn a_full_disk_refuses_writes_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.db");
    drop(Store::open(&path, Options::default()).unwrap());
    let pages = std::fs::metadata(&path).unwrap().len() / 8192;
    let options = Options { pages_max: pages + 8, ..Options::default() };
    let store = Store::open(&path, options).unwrap();
    let mut kept = Vec::new();
    let filler: String = (0..4000).map(|n| format!("{:x}", n * 7919 % 65_521)).collect();
    let text = |n: usize| format!(r#"{{"resourceType":"Basic","n":{n},"x":"{filler}"}}"#);
    let error = loop {
        match try_put(&store, &text(kept.len()), Put::New, Expect::Absent) {
            Ok(written) => kept.push(written),
            Err(error) => break error,
        }
        assert!(kept.len() < 1000);
    };
    assert!(matches!(error, Error::Full), "{error:?}");
    assert!(!kept.is_empty() && !store.is_stopped());
    for written in &kept {
        assert_eq!(store.read().unwrap().get(type_id("Basic"), &written.id).unwrap().unwrap().text(), written.text());
    }
    // Space returns: the same process writes again.
    store
        .write(|tx| tx.connection().query("PRAGMA max_page_count = 1000000", &[], |_| Ok(())).map(|_| ()))
        .wait()
        .unwrap();
    kept.push(put(&store, &text(0), Put::New));
    assert_eq!(support::count(&store, "resource"), kept.len() as i64);
    assert!(store.verify().unwrap().is_clean());
}

/// A small file system of its own, for who may mount one.
struct Small(tempfile::TempDir);

impl Small {
    fn mount(megabytes: usize) -> Option<Small> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then_some(Small(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_file_system_that_is_full_and_has_room_again() {
    let Some(small) = Small::mount(6) else { return println!("skipped: may not mount a file system") };
    let store = open(small.0.path());
    let ballast = small.0.path().join("ballast");
    let filler: String = (0..9000).map(|n| format!("{:x}", n * 7919 % 65_521)).collect();
    let text = format!(r#"{{"resourceType":"Basic","x":"{filler}"}}"#);
    let mut kept = Vec::new();
    for round in 0..5 {
        // May not fit either; what does fit takes room.
        let _ = std::fs::write(&ballast, vec![1; 512 << 10]);
        let mut refused = 0;
        while refused < 3 {
            match try_put(&store, &text, Put::New, Expect::Absent) {
                Ok(written) => kept.push(written),
                Err(Error::Full) => refused += 1,
                Err(error) => panic!("round {round}: {error:?}"),
            }
        }
        for written in &kept {
            assert!(store.read().unwrap().get(type_id("Basic"), &written.id).unwrap().is_some());
        }
        std::fs::remove_file(&ballast).unwrap();
        kept.push(put(&store, r#"{"resourceType":"Basic","small":true}"#, Put::New));
        assert!(!store.is_stopped());
    }
    assert!(kept.len() > 5);
    assert_eq!(support::count(&store, "resource"), kept.len() as i64);
    assert!(store.verify().unwrap().is_clean());
}

fn damage(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn told(prepare: impl Fn(&Store), sql: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    prepare(&store);
    assert!(store.verify().unwrap().is_clean());
    drop(store);
    damage(&folder.path().join("record.db"), sql);
    open(folder.path()).verify().unwrap().told.join("; ")
}

fn some(store: &Store) {
    let patient = put(store, r#"{"resourceType":"Patient","active":true,"name":[{"family":"x"}]}"#, Put::Under("p"));
    put(store, r#"{"resourceType":"Patient","active":false}"#, Put::Under("p"));
    let text = format!(
        r#"{{"resourceType":"Observation","status":"final","subject":{{"reference":"Patient/{}"}}}}"#,
        patient.id
    );
    put(store, &text, Put::New);
    for _ in 0..3 {
        store
            .write(|tx| {
                tx.audit(&line())?;
                tx.audit(&Line { place: Place { part: 1, rid: 3 }, ..line() })?;
                tx.audit(&asked("3"))
            })
            .wait()
            .unwrap();
    }
}

/// More lines than a tile has.
fn many(store: &Store) {
    let lines = |tx: &mut akson_store::Transaction<'_>| (0..300).try_for_each(|n| tx.audit(&asked(&n.to_string())));
    store.write(lines).wait().unwrap();
}

#[test]
fn damage_is_found() {
    assert!(told(some, "UPDATE resource SET body = substr(body, 1, length(body) - 1)").contains("resource"));
    assert!(
        told(some, "UPDATE resource SET body = CAST(replace(body, 'false', 'False') AS BLOB)").contains("checksum")
    );
    assert!(told(some, "UPDATE resource SET version = version + 1 WHERE version = 1").contains("checksum"));
    assert!(told(some, "DELETE FROM history").contains("versions are missing"));
    assert!(told(some, "DELETE FROM resource WHERE version = 2").contains("no newest version"));
    assert!(told(some, "DELETE FROM directory").contains("does not lead"));
    assert!(told(some, "UPDATE actor SET text = 'nobody'").contains("audit"));
    assert!(told(some, "UPDATE line SET part = 7 WHERE n = 1").contains("audit"));
    assert!(told(some, "UPDATE line SET what = x'' WHERE n = 0").contains("audit"));
    assert!(told(some, "DELETE FROM line WHERE n = 1").contains("audit"));
    assert!(told(many, "DELETE FROM line WHERE n >= 256").is_empty());
    assert!(told(many, "DELETE FROM line WHERE n >= 200").contains("missing"));
    assert!(told(many, "UPDATE tile SET hash = x'00'").contains("audit"));
    assert!(
        told(some, "INSERT INTO token (param, code, part, rid, system) VALUES (1, 2, 3, 4, 5)")
            .contains("should not be there")
    );
}

#[test]
fn reindexing_mends_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    some(&store);
    drop(store);
    damage(
        &folder.path().join("record.db"),
        "DELETE FROM token; DELETE FROM string; \
        INSERT INTO token (param, code, part, rid, system) VALUES (1, 2, 3, 4, 5)",
    );
    let store = open(folder.path());
    let work = store.reindex().unwrap();
    assert_eq!(store.open_work().unwrap(), std::slice::from_ref(&work));
    assert!(store.work(&work, |_| akson_store::Next::On).unwrap());
    assert!(store.open_work().unwrap().is_empty());
    let report = store.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.told);
}

#[test]
fn bodies_with_a_dictionary_are_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.db");
    let options = Options { samples: 200, ..Options::default() };
    let store = Store::open(&path, options.clone()).unwrap();
    let text = |n: usize| {
        format!(
            r#"{{"resourceType":"Basic","code":{{"coding":[{{"system":"http://example.org/codes","code":"c{n}","display":"A display text for number {}"}}]}},"n":{n}}}"#,
            n * n
        )
    };
    let early: Vec<_> = (0..220).map(|n| (n, put(&store, &text(n), Put::New))).collect();
    store.settle_dictionaries();
    assert_eq!(support::count(&store, "dictionary"), 1);
    let late: Vec<_> = (300..320).map(|n| (n, put(&store, &text(n), Put::New))).collect();
    drop(store);
    let store = Store::open(&path, options).unwrap();
    for (n, written) in early.iter().chain(&late) {
        let stored = store.read().unwrap().get(type_id("Basic"), &written.id).unwrap().unwrap();
        assert_eq!(stored.text(), written.text());
        assert!(stored.bare().ends_with(&format!("\"n\":{n}}}")));
    }
    let work = store.reindex().unwrap();
    store.work(&work, |_| akson_store::Next::On).unwrap();
    let report = store.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.told);
}
