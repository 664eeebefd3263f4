//! Keys that clients publish at an address: fetched, kept, fetched again for an unknown one, and never from inside.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use akson_core::identity::{Client, Profile};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::pair::Pair;
use super::stand::{Stand, TOKEN};

/// A client's own server: what it publishes, and how often it was asked.
struct Publisher {
    url: String,
    says: Arc<Mutex<String>>,
    asked: Arc<Mutex<u32>>,
}

impl Publisher {
    fn start(keys: &[&Pair]) -> Publisher {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let (says, asked) = (Arc::new(Mutex::new(set(keys))), Arc::new(Mutex::new(0)));
        let (theirs, count) = (Arc::clone(&says), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]);
                *count.lock().unwrap() += 1;
                let body = theirs.lock().unwrap().clone();
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Publisher { url, says, asked }
    }

    fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }
}

fn set(keys: &[&Pair]) -> String {
    json!({ "keys": keys.iter().map(|pair| pair.jwk()).collect::<Vec<_>>() }).to_string()
}

async fn register(stand: &Stand, url: &str) {
    let text = json!({ "profile": "smart-backend", "name": "Lab", "scopes": "system/*.rs", "keys_url": url });
    let client: Client = serde_json::from_value(text).unwrap();
    assert_eq!(client.profile, Profile::SmartBackend);
    stand.core.identity().register(Client { id: "lab".to_string(), ..client }).await.unwrap();
}

/// The status of a request for a token, with this over the header.
async fn ask(stand: &Stand, pair: &Pair, over: Value) -> u16 {
    let mut header = pair.header();
    for (name, value) in over.as_object().unwrap() {
        header[name] = value.clone();
    }
    let assertion = pair.sign(&header, &stand.claims("lab", TOKEN));
    stand.post("/oauth/smart/token", &[], &stand.credentials(&assertion, "system/*.rs")).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn published_keys_are_fetched_kept_and_fetched_again() {
    let (one, two) = (Pair::new(Algorithm::ES384, "one"), Pair::new(Algorithm::ES384, "two"));
    let (stand, lab) = (Stand::with_keys_from(true), Publisher::start(&[&one]));
    register(&stand, &lab.url).await;
    assert_eq!((ask(&stand, &one, json!({})).await, lab.asked()), (200, 1));
    assert_eq!((ask(&stand, &one, json!({ "jku": lab.url })).await, lab.asked()), (200, 1), "kept");
    assert_eq!(ask(&stand, &one, json!({ "jku": "https://evil.example/keys" })).await, 401);
    // A new key, asked for at once in vain, and then with success.
    *lab.says.lock().unwrap() = set(&[&one, &two]);
    for _ in 0..3 {
        assert_eq!((ask(&stand, &two, json!({})).await, lab.asked()), (401, 1));
    }
    stand.pass(31);
    assert_eq!((ask(&stand, &two, json!({})).await, lab.asked()), (200, 2));
    // A key that is taken out counts no longer when the keys are fetched again.
    *lab.says.lock().unwrap() = set(&[&two]);
    stand.pass(301);
    assert_eq!((ask(&stand, &two, json!({})).await, lab.asked()), (200, 3));
    stand.pass(31);
    assert_eq!(ask(&stand, &one, json!({})).await, 401);
    // What is no set of keys changes nothing.
    *lab.says.lock().unwrap() = "<html>".to_string();
    stand.pass(301);
    assert_eq!(ask(&stand, &two, json!({})).await, 200);
    stand.pass(3601);
    assert_eq!(ask(&stand, &two, json!({})).await, 401, "too old to count");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_not_fetched_from_inside() {
    let pair = Pair::new(Algorithm::ES384, "one");
    let (stand, lab) = (Stand::with_keys_from(false), Publisher::start(&[&pair]));
    register(&stand, &lab.url).await;
    assert_eq!((ask(&stand, &pair, json!({})).await, lab.asked()), (401, 0));
    for url in ["http://lab.example.no/keys", "file:///etc/passwd", "https://a@b.example/keys", "keys"] {
        let text = json!({ "profile": "smart-backend", "name": "Lab", "scopes": "system/*.rs", "keys_url": url });
        let client: Client = serde_json::from_value(text).unwrap();
        stand.core.identity().register(client).await.unwrap_err();
    }
}
