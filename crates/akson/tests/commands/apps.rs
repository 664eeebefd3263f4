//! Apps and keys as an operator handles them.

use super::{Server, fails, succeeds};

const APP: &[&str] = &[
    "client",
    "add",
    "--id",
    "bp",
    "--name",
    "Blodtrykk",
    "--profile",
    "smart-public",
    "--redirect",
    "https://a.example/cb",
    "--scope",
    "patient/Observation.rs launch/patient",
];

#[test]
fn apps_and_keys_are_handled_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let server = Server::start(path);
    assert_eq!(succeeds(path, APP), "bp\n");
    assert!(fails(path, APP).contains("there is a client with this id"));
    let told = fails(path, &["client", "add", "--name", "Lab", "--profile", "smart-backend", "--scope", "system/*.rs"]);
    assert!(told.contains("public keys"), "{told}");
    let told = succeeds(
        path,
        &[
            "client",
            "add",
            "--name",
            "Old",
            "--profile",
            "legacy-smart-secret",
            "--scope",
            "user/Patient.rs",
            "--redirect",
            "https://a.example/cb",
        ],
    );
    assert!(told.contains("told only now"), "{told}");
    assert!(succeeds(path, &["client", "list"]).contains("bp  smart-public  Blodtrykk"));
    let told = succeeds(path, &["key", "rotate"]);
    assert!(told.contains("ES256") && told.contains("RS256"), "{told}");
    drop(server);
    let told = succeeds(path, &["client", "show", "bp"]);
    assert!(told.contains("https://a.example/cb") && told.contains("/oauth/smart"), "{told}");
    assert!(succeeds(path, &["client", "remove", "bp"]).contains("removed"));
    assert!(fails(path, &["client", "remove", "bp"]).contains("no client"));
    assert!(fails(path, &["client", "show", "bp"]).contains("no client"));
    let told = succeeds(path, &["key", "list"]);
    let kid = told.split_whitespace().next().unwrap();
    assert!(succeeds(path, &["key", "revoke", kid]).contains("ended"));
    assert!(!succeeds(path, &["key", "list"]).contains(kid));
    assert!(fails(path, &["key", "revoke", "nothing"]).contains("no key"));
    let before = succeeds(path, &["key", "client"]);
    assert!(fails(path, &["key", "switch"]).contains("akson key next"));
    assert!(succeeds(path, &["key", "next"]).contains("give them to the providers"));
    let keys = |text: &str| text.matches("\"kid\"").count();
    assert_eq!((keys(&before), keys(&succeeds(path, &["key", "client"]))), (2, 4));
    assert!(succeeds(path, &["key", "switch"]).contains("sign from now on"));
    assert!(succeeds(path, &["sandbox", "token", "operator"]).trim().len() > 40);
    assert!(fails(path, &["sandbox", "token", "nobody"]).contains("nobody"));
}
