//! The tour in README.md: every command in it works as it stands, on a server that was just started.

use std::path::Path;
use std::process::Command;

use crate::server::Server;

/// The lines of README.md that begin with `curl`, joined where they end with a backslash.
fn commands() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let text = std::fs::read_to_string(readme).expect("README.md").replace("\\\n", " ");
    text.lines().map(str::trim).filter(|line| line.starts_with("curl ")).map(str::to_owned).collect()
}

#[test]
fn tour_in_the_readme_works_as_written() {
    if !Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: curl is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[("AKSON_STORE_SAMPLE", "30")]);
    let commands = commands();
    assert!(commands.len() >= 6, "the tour is short: {commands:?}");
    for command in commands {
        let command = command.replace("localhost:8080", &server.address.to_string());
        let command = command.replacen("curl ", "curl --fail-with-body ", 1);
        let output = Command::new("sh")
            .args(["-c", &command])
            .env("AUTH", format!("Authorization: Bearer {}", server.token))
            .output();
        let output = output.expect("a shell");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{command}\n{text}");
        assert!(!text.contains("\"searchset\"") || text.contains("\"fullUrl\""), "{command} finds nothing\n{text}");
    }
}

/// What `akson config` prints stands in the handbook, too.
#[test]
fn handbook_names_every_setting() {
    let output = crate::server::akson().arg("config").output().expect("akson config");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let handbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/handbook.md");
    let handbook = std::fs::read_to_string(handbook).expect("the handbook");
    let mut table = "";
    let mut seen = 0;
    for line in printed.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = name;
        } else if let Some((name, default)) = line.trim_start_matches("# ").split_once(" = ") {
            let row = format!("| `{table}.{name}` | `{default}` |");
            assert!(handbook.contains(&row), "docs/handbook.md lacks {row}");
            seen += 1;
        }
    }
    assert!(seen > 10, "{printed}");
}
