//! A small HTTP/1.1 client for what is not measured: one connection, kept open, one request at a time.
//!
//! It knows lengths and chunks, not redirects, compression or TLS. `AKSON_TOKEN` in the environment goes out as a bearer
//! token.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::answer::{Answer, Progress, bad, body};

/// Where the server is: `http://host:port/path`.
#[derive(Clone)]
pub(super) struct Base {
    pub address: String,
    pub path: String,
    /// The line of the head that says who asks; may be empty.
    authorization: String,
}

impl Base {
    pub(super) fn new(address: String, path: String) -> Self {
        let mut base = Self { address, path, authorization: String::new() };
        base.show(&std::env::var("AKSON_TOKEN").unwrap_or_default());
        base
    }

    /// Shows this token from now on; none if it is empty.
    pub(super) fn show(&mut self, token: &str) {
        let line = || format!("Authorization: Bearer {token}\r\n");
        self.authorization = if token.is_empty() { String::new() } else { line() };
    }

    pub(super) fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?.trim_end_matches('/');
        let (address, path) = match rest.split_once('/') {
            Some((address, path)) => (address, format!("/{path}")),
            None => (rest, String::new()),
        };
        let address = if address.contains(':') { address.to_owned() } else { format!("{address}:80") };
        Some(Self::new(address, path))
    }

    /// The bytes of a request.
    pub(super) fn request(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let (address, base, authorization) = (&self.address, &self.path, &self.authorization);
        // The base itself has no slash at its end.
        let slash = if path.is_empty() && !base.is_empty() { "" } else { "/" };
        let mut out = format!(
            "{method} {base}{slash}{path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/fhir+json\r\n{authorization}"
        );
        if !body.is_empty() {
            out.push_str(&format!("Content-Type: application/fhir+json\r\nContent-Length: {}\r\n", body.len()));
        }
        out.push_str("\r\n");
        let mut out = out.into_bytes();
        out.extend_from_slice(body);
        out
    }
}

/// Bytes that have arrived. Room is made once and kept: nothing is zeroed per answer.
pub(super) struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl Buffer {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; 1 << 14], filled: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.filled = 0;
    }

    pub(super) fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Reads once; answers whether there may be more to read at once.
    pub(super) fn fill(&mut self, from: &mut impl Read) -> io::Result<bool> {
        if self.filled == self.bytes.len() {
            self.bytes.resize(self.bytes.len() * 4, 0);
        }
        let room = &mut self.bytes[self.filled..];
        let read = from.read(room)?;
        let more = read == room.len();
        self.filled += read;
        if read == 0 { Err(bad("the server closed the connection")) } else { Ok(more) }
    }
}

/// An open connection.
pub(super) struct Client {
    base: Base,
    stream: Option<TcpStream>,
    buffer: Buffer,
}

impl Client {
    pub(super) fn new(base: &Base) -> Self {
        Self { base: base.clone(), stream: None, buffer: Buffer::new() }
    }

    /// Sends a request and reads the whole answer.
    pub(super) fn send(&mut self, request: &[u8]) -> io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(&self.base.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(120)))?;
                stream
            }
        };
        stream.write_all(request)?;
        self.buffer.clear();
        let mut progress = Progress::default();
        let answer = loop {
            self.buffer.fill(&mut stream)?;
            if let Some(answer) = progress.look(self.buffer.filled())? {
                break answer;
            }
        };
        if !answer.closes {
            self.stream = Some(stream);
        }
        Ok(answer)
    }

    /// A request by its parts; answers status and body.
    pub(super) fn ask(&mut self, method: &str, path: &str, text: &[u8]) -> io::Result<(u16, String)> {
        let request = self.base.request(method, path, text);
        let answer = self.send(&request)?;
        Ok((answer.status, String::from_utf8_lossy(&body(self.buffer.filled(), &answer)).into_owned()))
    }
}
