//! `akson user`, in a process of its own and through a running server.

use crate::{Server, fails, succeeds};

#[test]
fn accounts_are_made_listed_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let server = Server::start(path);
    let account = succeeds(path, &["user", "add", "Practitioner/camilla-sykepleier"]);
    let account = account.trim();
    assert!(fails(path, &["user", "add", "Practitioner/nobody"]).contains("no such person"));
    assert!(fails(path, &["user", "add", "camilla"]).contains("Practitioner/ID"));
    let roles = succeeds(path, &["user", "role", account]);
    assert!(roles.contains("nurse  Prøvevik hjemmetjeneste") && roles.contains("emergency"), "{roles}");
    drop(server);
    let told = succeeds(path, &["user", "list"]);
    assert!(told.contains(&format!("{account}  staff  open  local  camilla-sykepleier")), "{told}");
    assert!(succeeds(path, &["user", "remove", account]).contains("closed"));
    assert!(succeeds(path, &["user", "list"]).contains("closed"));
    assert!(fails(path, &["user", "role", account]).contains("not open"));
    assert!(succeeds(path, &["user", "open", account]).contains("opened"));
    assert!(fails(path, &["user", "remove", "nobody"]).contains("no such account"));
}

#[test]
fn why_names_the_rules_that_give_and_take() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let server = Server::start(path);
    succeeds(path, &["user", "add", "Practitioner/frode-sykepleier"]);
    let told = succeeds(path, &["why", "frode-sykepleier", "kari", "Observation"]);
    assert!(told.contains("care relation: allows others, not this patient"), "{told}");
    succeeds(path, &["user", "add", "Practitioner/astrid-lege"]);
    let told = succeeds(path, &["why", "astrid-lege", "kari", "Observation"]);
    assert!(told.contains("care relation: allows this patient"), "{told}");
    assert!(fails(path, &["why", "astrid-lege", "nobody"]).contains("no such patient or account"));
    assert!(fails(path, &["why", "nobody", "kari"]).contains("no such patient or account"));
    assert!(fails(path, &["why", "astrid-lege", "kari", "Observasjon"]).contains("no type of resource"));
    drop(server);
}
