//! What this server asks others: how much and how long it listens, and that it is sent nowhere.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use akson::http::fetch::{ANSWER_BYTES_MAX, Fetch, NotFetched, Question, Reach};

/// Answers one request with this, after a while; its address.
fn once(answer: Vec<u8>, wait: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        std::thread::sleep(wait);
        let _ = stream.write_all(&answer);
    });
    format!("http://{address}/")
}

fn answer(length: usize) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
    bytes.resize(bytes.len() + length, b'x');
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_others_has_a_size_and_a_time() {
    let fetch = Fetch::new(Reach::Named, Duration::from_millis(500));
    let now = Duration::ZERO;
    let got = fetch.ask(Question::get(&once(answer(ANSWER_BYTES_MAX), now))).await;
    assert_eq!(got.unwrap().body.len(), ANSWER_BYTES_MAX);
    let got = fetch.ask(Question::get(&once(answer(ANSWER_BYTES_MAX + 1), now))).await;
    assert_eq!(got.unwrap_err(), NotFetched::Size);
    let got = fetch.ask(Question::get(&once(answer(1), Duration::from_millis(100)))).await;
    assert_eq!(got.unwrap().status, 200);
    let got = fetch.ask(Question::get(&once(answer(1), Duration::from_secs(5)))).await;
    assert_eq!(got.unwrap_err(), NotFetched::Time);
}

#[tokio::test(flavor = "multi_thread")]
async fn this_server_is_sent_nowhere() {
    let fetch = Fetch::new(Reach::Named, Duration::from_secs(2));
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let text = format!("HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
        let got = fetch.ask(Question::get(&once(text.into_bytes(), Duration::ZERO))).await;
        assert_eq!(got.unwrap_err(), NotFetched::Redirect, "{status}");
    }
    // Of an address inside not even a connection is made.
    let fetch = Fetch::new(Reach::Public, Duration::from_secs(2));
    let got = fetch.ask(Question::get(&once(answer(1), Duration::ZERO))).await;
    assert_eq!(got.unwrap_err(), NotFetched::Address);
}
