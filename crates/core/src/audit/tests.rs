//! Attacks on the log: each is found against a checkpoint that was kept, and what was not attacked always passes.

use std::path::Path;

use akson_fhir::json::Tree;
use akson_fhir::resource::Resource;
use serde_json::Value;

use super::checkpoint;
use super::key::Key;
use crate::{Caller, Core, Expected, Settings, audit};

/// Runs something that waits for the record's threads.
fn now<T>(coming: impl Future<Output = T>) -> T {
    struct Wake(std::thread::Thread);
    impl std::task::Wake for Wake {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::task::Waker::from(std::sync::Arc::new(Wake(std::thread::current())));
    let (mut coming, mut context) = (std::pin::pin!(coming), std::task::Context::from_waker(&waker));
    loop {
        match coming.as_mut().poll(&mut context) {
            std::task::Poll::Ready(value) => return value,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

fn use_it(core: &Core, from: usize, count: usize) {
    for n in from..from + count {
        let record = core.record(Caller::operator(core.now(), &format!("r{n}")));
        let text = format!(r#"{{"resourceType":"Patient","id":"p{}","active":true,"gender":"other"}}"#, n % 7);
        let text = text.replace("other", if n % 2 == 0 { "male" } else { "female" });
        let resource = Resource::from_tree(Tree::parse(text.as_bytes()).unwrap()).unwrap();
        now(record.update(resource, Expected::Any)).unwrap();
        now(record.read("Patient", &format!("p{}", n % 7))).unwrap();
        let _ = now(core.record(Caller::job(&format!("ward-{}", n % 3), core.now())).read("Patient", "nobody"));
    }
}

fn export(core: &Core) -> String {
    let mut out = Vec::new();
    core.export_audit(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}

/// Lines of an export; the rows of one log among them.
fn rows(lines: &[Value], log: usize) -> Vec<usize> {
    let heads: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].get("log").is_some()).collect();
    let end = heads.get(log + 1).copied().unwrap_or(lines.len());
    (heads[log]..end).filter(|at| lines[*at].get("n").is_some()).collect()
}

/// Makes numbers, count and signature of a log fit again: with this key, as somebody who has it could.
fn sign_again(lines: &mut [Value], log: usize, key: &Key) {
    let rows = rows(lines, log);
    for (n, at) in rows.iter().enumerate() {
        lines[*at]["n"] = n.into();
    }
    let head = (0..lines.len()).filter(|at| lines[*at].get("log").is_some()).nth(log).unwrap();
    let origin = lines[head]["log"].as_str().unwrap().to_string();
    lines[head]["rows"] = rows.len().into();
    // What the check says of the root is what must be signed: it is found by asking for one that cannot be.
    let root = super::check::root(&text(&lines[head..]));
    lines[head]["checkpoint"] = checkpoint::sign(key, &origin, rows.len() as u64, &root).into();
}

fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// One attack on what a checkpoint of `kept` rows covers; its name.
fn attack(lines: &mut Vec<Value>, log: usize, kept: usize, dice: &mut Dice, key: &Key) -> &'static str {
    let covered = rows(lines, log)[..kept].to_vec();
    let at = covered[dice.roll(kept)];
    let name = match dice.roll(7) {
        0 => {
            let field =
                ["at", "part", "action", "outcome", "reason", "request", "query", "what", "salt", "who"][dice.roll(10)];
            let changed = match &lines[at][field] {
                Value::Number(number) => (number.as_i64().unwrap() + 1).into(),
                Value::String(text) if field == "salt" => {
                    text.chars().rev().collect::<String>().replace('0', "1").into()
                }
                Value::String(text) => format!("{text}x").into(),
                _ => serde_json::json!([[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
            };
            lines[at][field] = changed;
            "edit"
        }
        1 => {
            lines.remove(at);
            "delete"
        }
        2 => {
            let copied = lines[covered[dice.roll(kept)]].clone();
            lines.insert(at, copied);
            "insert"
        }
        3 => {
            let other = covered[(covered.iter().position(|row| *row == at).unwrap() + 1) % kept];
            lines.swap(at, other);
            "reorder"
        }
        4 => {
            let end = *rows(lines, log).last().unwrap();
            lines.drain(at..=end);
            "truncate"
        }
        5 => {
            let all = rows(lines, log);
            let other = lines[all[dice.roll(all.len())]].clone();
            for row in all.into_iter().filter(|row| *row >= at) {
                lines[row] = other.clone();
            }
            "fork"
        }
        _ => {
            let actor = lines.iter().position(|line| line.get("text").is_some()).unwrap();
            lines[actor]["text"] = "{\"kind\":\"job\"}".into();
            "rename"
        }
    };
    if dice.roll(3) > 0 && super::check::is_readable(&text(lines)) {
        for log in 0..2 {
            sign_again(lines, log, key);
        }
    }
    name
}

#[test]
fn every_attack_is_found_against_a_kept_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let core = Core::open(folder.path(), Settings::default()).unwrap();
    use_it(&core, 0, 6);
    let old = export(&core);
    use_it(&core, 6, 10);
    let kept = core.audit_checkpoint().unwrap();
    let sizes: Vec<usize> = checkpoint::parse_all(&kept).iter().map(|found| found.size as usize).collect();
    use_it(&core, 16, 4);
    let (whole, key) = (export(&core), core.audit_key());
    let check = |text: &str| audit::check(text.as_bytes(), &kept, &key).unwrap().faults;
    assert_eq!(check(&whole), [] as [&str; 0]);
    assert!(!check(&old).is_empty(), "an old copy");
    assert!(audit::check(old.as_bytes(), "", &key).is_ok_and(|checked| checked.faults.len() == 3));
    let own = core.sealer().key();
    let mut dice = Dice(7);
    for round in 0..1000 {
        let mut lines = lines(&whole);
        let log = dice.roll(2);
        let name = attack(&mut lines, log, sizes[log], &mut dice, own);
        let attacked = text(&lines);
        if attacked != text(&self::lines(&whole)) {
            assert!(!check(&attacked).is_empty(), "attack {round}: {name} of log {log} was not found");
        }
    }
    // Another record's log, whole in itself, with its own key.
    let other = Core::in_memory(Settings::default()).unwrap();
    use_it(&other, 0, 20);
    assert!(!check(&export(&other)).is_empty(), "swapped");
    assert_eq!(check(&whole), [] as [&str; 0]);
}

fn damage(folder: &Path, file: &str, sql: &str) {
    rusqlite::Connection::open(folder.join(file)).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_file_that_was_changed_is_found_by_the_running_record() {
    let faults = |file: &str, sql: &str| {
        let folder = tempfile::tempdir().unwrap();
        let core = Core::open(folder.path(), Settings::default()).unwrap();
        use_it(&core, 0, 5);
        let kept = core.audit_checkpoint().unwrap();
        now(core.close()).unwrap();
        drop(core);
        damage(folder.path(), file, sql);
        let core = Core::open(folder.path(), Settings::default()).unwrap();
        core.audit_faults(&kept).unwrap()
    };
    assert_eq!(faults("audit.db", "DELETE FROM piece"), [] as [&str; 0]);
    for sql in [
        "DELETE FROM line WHERE n = (SELECT MAX(n) FROM line)",
        "UPDATE line SET outcome = 1 - outcome WHERE n = 2",
        "DELETE FROM line; DELETE FROM checkpoint",
        "UPDATE actor SET text = text || ' '",
    ] {
        assert!(!faults("audit.db", sql).is_empty(), "{sql}");
    }
    assert!(!faults("record.db", "DELETE FROM line WHERE n = 4").is_empty());
    assert!(!faults("audit.db", "UPDATE checkpoint SET note = replace(note, '/reads', '/other')").is_empty());
}

#[test]
fn key_and_signatures_come_back() {
    let (key, seed) = Key::fresh().unwrap();
    assert_eq!(seed.len(), 32);
    let line = key.public().to_string();
    let public = super::key::Public::parse(&line).unwrap();
    assert_eq!(&public, key.public());
    let note = checkpoint::sign(&key, "a/b", 7, &[1; 32]);
    let found = checkpoint::parse_all(&format!("{note}{note}"));
    assert!(found.len() == 2 && found.iter().all(|found| found.is_signed_by(&public) && found.size == 7));
    let other = Key::fresh().unwrap().0;
    assert!(!found[0].is_signed_by(other.public()));
    assert!(!checkpoint::parse_all(&note.replace('7', "8"))[0].is_signed_by(&public));
    assert!(super::key::Public::parse(&line.replacen('a', "b", 1)).is_none());
}
