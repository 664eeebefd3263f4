//! A SMART app as others would write it: three static pages with fhirclient, served from an address of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::tools::Tools;

/// Bytes of a browser's request that are looked at.
const REQUEST_MAX: usize = 16 * 1024;

/// The app's own server.
pub struct App {
    pub address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl App {
    pub fn start(tools: &Tools) -> App {
        let pages = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser/app");
        let library = tools.packages.join("fhirclient/build/fhir-client.min.js");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let ended = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ended);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if told.load(Ordering::SeqCst) {
                    return;
                }
                let find = |name: &str| match name {
                    "fhir-client.js" => std::fs::read(&library).ok(),
                    "launch.html" | "index.html" | "app.js" => std::fs::read(pages.join(name)).ok(),
                    _ => None,
                };
                let _ = answer(stream, find);
            }
        });
        App { address, ended }
    }

    /// The address of one of its pages.
    pub fn page(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn answer(mut stream: TcpStream, find: impl Fn(&str) -> Option<Vec<u8>>) -> std::io::Result<()> {
    let mut buffer = vec![0; REQUEST_MAX];
    let mut length = 0;
    while length < REQUEST_MAX && !buffer[..length].windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer[length..])? {
            0 => return Ok(()),
            read => length += read,
        }
    }
    let head = String::from_utf8_lossy(&buffer[..length]);
    let target = head.split(' ').nth(1).unwrap_or_default();
    let name = target.trim_start_matches('/').split('?').next().unwrap_or_default();
    let (status, body) = find(name).map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    let kind = if name.ends_with(".js") { "text/javascript" } else { "text/html" };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}
