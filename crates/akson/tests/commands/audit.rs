//! The log as an operator and somebody who does not trust them use it: kept checkpoint, export, check, attack.

use crate::{BUNDLE, Server, fails, succeeds};

#[test]
fn log_is_exported_and_checked_against_a_kept_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("one.json"), BUNDLE).unwrap();
    succeeds(folder, &["load", "one.json"]);
    let server = Server::start(folder);
    // Beside the running server.
    std::fs::write(folder.join("kept"), succeeds(folder, &["audit", "checkpoint"])).unwrap();
    std::fs::write(folder.join("key"), succeeds(folder, &["audit", "key"])).unwrap();
    drop(server);
    succeeds(folder, &["load", "one.json"]);
    assert!(succeeds(folder, &["audit", "verify", "--checkpoint", "kept"]).contains("sound"));
    succeeds(folder, &["audit", "export", "log"]);
    fails(folder, &["audit", "export", "log"]);
    let check = ["audit", "check", "log", "--checkpoint", "kept", "--key", "key"];
    assert!(succeeds(folder, &check).contains("sound"));
    let log = std::fs::read_to_string(folder.join("log")).unwrap();
    let cut: Vec<&str> = log.lines().take(2).collect();
    std::fs::write(folder.join("log"), cut.join("\n")).unwrap();
    assert!(fails(folder, &check).contains("FAULT"));
    std::fs::write(folder.join("log"), log.replace("job", "jab")).unwrap();
    assert!(fails(folder, &check).contains("FAULT"));
    assert_eq!(
        std::fs::read_to_string(folder.join("akson-data/audit.pub")).unwrap(),
        std::fs::read_to_string(folder.join("key")).unwrap()
    );
}
