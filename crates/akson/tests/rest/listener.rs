//! Limits of connections: how many, how long a head may be and take, and how long a stop waits.

use std::time::{Duration, Instant};

use akson::config::Config;
use akson::config::limits::Limits;
use akson::http::server::serve;
use akson::rest::serve::{House, router};
use akson_core::{Core, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longer than anything here takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

struct Listening {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

async fn listen(limits: Limits) -> Listening {
    let core = Core::in_memory(Settings::default()).unwrap();
    let house = House::new(core, Config { access_log: false, ..Config::default() }).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let (router, metrics) = (router(&house), house.metrics.clone());
    let served = tokio::spawn(serve(listener, router, limits, metrics, async move { drop(stopped.await) }));
    Listening { address, stop, served }
}

impl Listening {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Sends something and gives the first line of what comes; nothing, if the connection is closed.
async fn told(stream: &mut TcpStream, text: &str) -> String {
    let _ = stream.write_all(text.as_bytes()).await;
    let mut bytes = vec![0; 16 << 10];
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut bytes)).await.expect("an answer or an end");
    let text = String::from_utf8_lossy(&bytes[..read.unwrap_or(0)]).into_owned();
    text.lines().next().unwrap_or("").to_string()
}

const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: here\r\n\r\n";

#[tokio::test]
async fn connections_have_a_number() {
    let server = listen(Limits { connections: 2, ..Limits::default() }).await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    assert_eq!(told(&mut first, HEALTH).await, "HTTP/1.1 200 OK");
    assert_eq!(told(&mut second, HEALTH).await, "HTTP/1.1 200 OK");
    assert_eq!(told(&mut server.connect().await, HEALTH).await, "");
    drop(first);
    let end = Instant::now() + PATIENCE;
    while told(&mut server.connect().await, HEALTH).await.is_empty() {
        assert!(Instant::now() < end, "the place was not given back");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_head_has_a_length() {
    let server = listen(Limits::default()).await;
    let head = |bytes: usize| format!("GET /health HTTP/1.1\r\nhost: here\r\nx-a: {}\r\n\r\n", "a".repeat(bytes));
    assert_eq!(told(&mut server.connect().await, &head(60 << 10)).await, "HTTP/1.1 200 OK");
    let refused = told(&mut server.connect().await, &head(70 << 10)).await;
    assert!(refused.contains("431") || refused.is_empty(), "{refused}");
}

#[tokio::test]
async fn a_head_has_a_time() {
    let server = listen(Limits { head_time: Duration::from_millis(200), ..Limits::default() }).await;
    let mut slow = server.connect().await;
    let answer = told(&mut slow, "GET /health HTTP/1.1\r\nhost: he").await;
    assert!(answer.is_empty() || answer.contains("408"), "{answer}");
    let server = listen(Limits::default()).await;
    let mut in_time = server.connect().await;
    in_time.write_all(b"GET /health HTTP/1.1\r\nhost: he").await.unwrap();
    assert_eq!(told(&mut in_time, "re\r\n\r\n").await, "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_stop_waits_so_long() {
    let server = listen(Limits { stop_time: Duration::from_millis(200), ..Limits::default() }).await;
    let mut unfinished = server.connect().await;
    let head = "POST /fhir/Patient HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\n{";
    unfinished.write_all(head.as_bytes()).await.unwrap();
    let mut idle = server.connect().await;
    assert_eq!(told(&mut idle, HEALTH).await, "HTTP/1.1 200 OK");
    server.stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, server.served).await.expect("a stop in time").unwrap();
}
