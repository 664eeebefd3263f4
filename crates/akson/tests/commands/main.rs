//! The commands as an operator runs them: the program itself, on a folder of its own.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod apps;
mod audit;
mod beside;
mod users;

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const BUNDLE: &str = r#"{"resourceType":"Bundle","type":"transaction","entry":[
{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","name":[{"family":"Lie"}]},"request":{"method":"POST","url":"Patient"}},
{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:1"}},"request":{"method":"POST","url":"Observation"}}]}"#;
const LINES: &str = "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n{\"resourceType\":\"Patient\",\"id\":\"b\",\"gender\":\"x\"}\n{broken\n{\"resourceType\":\"Patient\",\"id\":\"c\"}\n";

fn akson(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_akson"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = akson(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

#[track_caller]
fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = akson(folder, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

/// A server that is stopped with the test.
struct Server {
    child: Child,
    base: String,
}

impl Server {
    fn start(folder: &Path) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_akson"));
        command.current_dir(folder).args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut base = String::new();
        for line in lines.map_while(Result::ok) {
            if let Some(url) = line.trim().strip_prefix("FHIR base") {
                base = url.trim().to_string();
            }
            if line.starts_with("Stop with") {
                break;
            }
        }
        Server { child, base }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_wrong_setting_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("akson.toml"), "[server]\nlisten_to = \"127.0.0.1:1\"\n").unwrap();
    assert!(fails(folder.path(), &["doctor"]).contains("server.listen"));
}

#[test]
fn the_manual_is_a_file_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let manual = succeeds(folder.path(), &["config"]);
    std::fs::write(folder.path().join("akson.toml"), &manual).unwrap();
    assert_eq!(succeeds(folder.path(), &["config"]), manual);
}

#[test]
fn commands_that_read_make_no_database() {
    let folder = tempfile::tempdir().unwrap();
    for command in [&["verify"][..], &["reindex"], &["doctor"], &["export", "out"]] {
        assert!(fails(folder.path(), command).contains("akson-data"), "{command:?}");
    }
    assert!(!folder.path().join("akson-data").exists());
}

#[test]
fn what_is_loaded_is_loaded_once_and_comes_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir(path.join("in")).unwrap();
    std::fs::write(path.join("in/bundle.json"), BUNDLE).unwrap();
    std::fs::write(path.join("in/lines.ndjson"), LINES).unwrap();
    assert!(fails(path, &["load", "nowhere"]).contains("nowhere"));
    let told = fails(path, &["load", "in"]);
    assert!(
        told.contains("refused: 2") && told.contains("lines.ndjson:2") && told.contains("lines.ndjson:3"),
        "{told}"
    );
    assert!(told.contains("3  Patient") && told.contains("1  Observation"), "{told}");
    let told = fails(path, &["load", "in"]);
    assert!(told.contains("4 of them were there already"), "{told}");
    succeeds(path, &["export", "out"]);
    let patients = std::fs::read_to_string(path.join("out/Patient.ndjson")).unwrap();
    assert_eq!(patients.lines().count(), 3);
    assert!(fails(path, &["export", "out", "--types", "Human"]).contains("Human"));
    succeeds(path, &["load", "out", "--data", "second"]);
    assert!(succeeds(path, &["verify", "--data", "second"]).contains("sound"));
    assert!(succeeds(path, &["reindex"]).contains("4 resources"));
    assert!(succeeds(path, &["doctor"]).contains("sound"));
}

#[test]
fn what_is_made_is_for_its_owner_alone() {
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("bundle.json"), BUNDLE).unwrap();
    succeeds(path, &["load", "bundle.json"]);
    succeeds(path, &["export", "out"]);
    for made in ["akson-data", "out"] {
        assert_eq!(mode(&path.join(made)), 0o700, "{made}");
        for file in std::fs::read_dir(path.join(made)).unwrap() {
            let file = file.unwrap().path();
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
    assert!(!succeeds(path, &["doctor"]).contains("chmod"));
    std::fs::set_permissions(path.join("akson-data"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let told = succeeds(path, &["doctor"]);
    assert!(told.contains("755: others on this machine may read the record; run chmod 700"), "{told}");
}

#[test]
fn a_running_server_is_loaded_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("bundle.json"), BUNDLE).unwrap();
    std::fs::write(path.join("lines.ndjson"), LINES).unwrap();
    let server = Server::start(path);
    let told = fails(path, &["load", "bundle.json", "--url", &server.base]);
    assert!(told.contains("--token"), "{told}");
    let token = succeeds(path, &["sandbox", "token", "operator"]);
    let token = token.trim();
    let told = fails(path, &["load", "bundle.json", "lines.ndjson", "--url", &server.base, "--token", token]);
    assert!(told.contains("refused: 2") && told.contains("3  Patient"), "{told}");
    let told = succeeds(path, &["load", "bundle.json", "--url", &server.base, "--token", token]);
    assert!(told.contains("2 of them were there already"), "{told}");
    drop(server);
    assert!(succeeds(path, &["verify"]).contains("sound"));
}

#[test]
fn a_server_asked_to_stop_stops_and_leaves_a_sound_record() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    let id = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(server.child.wait().unwrap().success());
    assert!(succeeds(folder.path(), &["verify"]).contains("sound"));
}
