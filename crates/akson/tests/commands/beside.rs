//! Commands beside a running server: asked over its control socket, with the same answers.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use super::{BUNDLE, LINES, Server, fails, succeeds};

#[test]
fn commands_run_beside_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("bundle.json"), BUNDLE).unwrap();
    std::fs::write(path.join("lines.ndjson"), LINES).unwrap();
    let server = Server::start(path);
    let told = fails(path, &["load", "bundle.json", "lines.ndjson"]);
    assert!(told.contains("refused: 2") && told.contains("3  Patient"), "{told}");
    let told = succeeds(path, &["load", "bundle.json"]);
    assert!(told.contains("2 of them were there already"), "{told}");
    assert!(succeeds(path, &["verify"]).contains("sound"));
    assert!(succeeds(path, &["reindex"]).contains("resources indexed anew"));
    let told = succeeds(path, &["doctor"]);
    assert!(told.contains("up at http://127.0.0.1:") && told.ends_with("sound\n"), "{told}");
    succeeds(path, &["export", "out", "--types", "Patient"]);
    assert!(path.join("out/Patient.ndjson").is_file());
    assert!(fails(path, &["export", "out", "--types", "Human"]).contains("Human"));
    drop(server);
    assert!(succeeds(path, &["doctor"]).contains("server       down"));
}

#[test]
fn the_socket_is_closed_to_others_and_goes_with_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("akson-data/control.sock");
    // A killed server leaves its socket; the next one makes its own.
    drop(Server::start(folder.path()));
    assert!(UnixStream::connect(&socket).is_err() && socket.exists());
    assert!(succeeds(folder.path(), &["verify"]).contains("sound"));
    let mut server = Server::start(folder.path());
    let data = std::fs::metadata(&socket).unwrap();
    assert!(data.file_type().is_socket());
    assert_eq!(data.permissions().mode() & 0o777, 0o600);
    // Somebody who says nothing does not keep the server from stopping.
    let silent = UnixStream::connect(&socket).unwrap();
    assert!(Command::new("kill").arg(server.child.id().to_string()).status().unwrap().success());
    let asked = std::time::Instant::now();
    assert!(server.child.wait().unwrap().success());
    assert!(asked.elapsed().as_secs() < 5);
    drop(silent);
    assert!(!socket.exists());
}

#[test]
fn nonsense_on_the_socket_harms_nobody() {
    use std::io::{Read, Write};
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(folder.path());
    let socket = folder.path().join("akson-data/control.sock");
    let request = |words: &str| format!("{{\"version\":\"0\",\"folder\":\"/\",\"words\":{words}}}\n");
    for (sent, expected) in [
        ("\n".to_owned(), ""),
        ("{}\n".to_owned(), ""),
        (request("[\"fly\"]"), "failure"),
        (request("[\"serve\"]"), "failure"),
        (request("[\"verify\"]"), "\"end\":0"),
    ] {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        let mut told = String::new();
        // What is refused may be cut off.
        let _ = stream.read_to_string(&mut told);
        assert!(told.contains(expected), "{sent}: {told}");
    }
    assert!(succeeds(folder.path(), &["verify"]).contains("sound"));
}

#[test]
fn a_path_too_long_for_a_socket_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("a".repeat(120));
    std::fs::create_dir(&long).unwrap();
    let data = long.join("akson-data");
    let told = fails(Path::new("/"), &["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    assert!(told.contains("shorter --data") && !data.exists(), "{told}");
}

#[test]
fn a_server_that_others_can_reach_needs_an_https_address() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |url: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_akson"));
        command.current_dir(folder.path()).args(["serve", "--listen", "0.0.0.0:0"]);
        command.env("AKSON_STORE_SANDBOX", "false").env("AKSON_SERVER_PUBLIC_URL", url);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    for url in ["", "http://record.example.no/fhir"] {
        let output = serve(url).wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains("server.public_url"), "{told}");
    }
    let mut server = serve("https://record.example.no/fhir");
    let mut said = std::io::BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(line.contains("is up"), "{line}");
}
