//! Many clients wanting the same thing at the same moment.

use std::sync::Barrier;

use serde_json::{Value, json};

use crate::server::Server;
use crate::wire::Answer;

const CLIENTS: usize = 64;

/// All clients send the same request when everyone is ready.
fn at_once(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Vec<Answer> {
    let barrier = Barrier::new(CLIENTS);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (mut wire, barrier) = (server.wire(), &barrier);
                scope.spawn(move || {
                    wire.get("/health").unwrap();
                    barrier.wait();
                    wire.json(method, path, headers, body).unwrap()
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

fn patients(server: &Server, value: &str) -> usize {
    let found = server.wire().get(&format!("/fhir/Patient?identifier=urn:test|{value}")).unwrap().json();
    found["entry"].as_array().map_or(0, Vec::len)
}

fn patient(value: &str) -> Value {
    json!({"resourceType": "Patient", "identifier": [{"system": "urn:test", "value": value}]})
}

#[test]
fn equal_conditional_creates_make_one_resource() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    for value in ["a", "b", "c"] {
        let condition = format!("identifier=urn:test|{value}");
        let answers = at_once(&server, "POST", "/fhir/Patient", &[("If-None-Exist", &condition)], &patient(value));
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)), "{:?}", answers.first());
        assert_eq!((made, patients(&server, value)), (1, 1));
    }
}

#[test]
fn equal_conditional_updates_make_one_resource() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let answers = at_once(&server, "PUT", "/fhir/Patient?identifier=urn:test|a", &[], &patient("a"));
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)), "{:?}", answers.first());
    assert_eq!((made, patients(&server, "a")), (1, 1));
}

#[test]
fn updates_of_one_version_let_one_through() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut body = patient("a");
    body["id"] = json!("one");
    assert_eq!(server.wire().json("PUT", "/fhir/Patient/one", &[], &body).unwrap().status, 201);
    body["active"] = json!(true);
    let answers = at_once(&server, "PUT", "/fhir/Patient/one", &[("If-Match", "W/\"1\"")], &body);
    let through = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 412).count();
    assert_eq!((through, refused), (1, CLIENTS - 1));
}
