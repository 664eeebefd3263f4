//! A small HTTP/1.1 client: one connection, kept open, one request at a time. It costs as little of the machine as it can,
//! because the server measured stands on the same one.
//!
//! It knows lengths and chunks, not redirects, compression or TLS.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Where the server is: `http://host:port/path`.
#[derive(Clone)]
pub(super) struct Base {
    pub address: String,
    pub path: String,
}

impl Base {
    pub(super) fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?.trim_end_matches('/');
        let (address, path) = match rest.split_once('/') {
            Some((address, path)) => (address, format!("/{path}")),
            None => (rest, String::new()),
        };
        let address = if address.contains(':') { address.to_owned() } else { format!("{address}:80") };
        Some(Self { address, path })
    }

    /// The bytes of a request.
    pub(super) fn request(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let (address, base) = (&self.address, &self.path);
        // The base itself has no slash at its end.
        let slash = if path.is_empty() && !base.is_empty() { "" } else { "/" };
        let mut out =
            format!("{method} {base}{slash}{path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/fhir+json\r\n");
        if !body.is_empty() {
            out.push_str(&format!("Content-Type: application/fhir+json\r\nContent-Length: {}\r\n", body.len()));
        }
        out.push_str("\r\n");
        let mut out = out.into_bytes();
        out.extend_from_slice(body);
        out
    }
}

/// An open connection.
pub(super) struct Client {
    base: Base,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// The status and where the body stands in the client's buffer.
pub(super) struct Answer {
    pub status: u16,
    from: usize,
    to: usize,
    closes: bool,
}

impl Client {
    pub(super) fn new(base: &Base) -> Self {
        Self { base: base.clone(), stream: None, buffer: Vec::with_capacity(1 << 16) }
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
        let answer = self.read(&mut stream)?;
        if !answer.closes {
            self.stream = Some(stream);
        }
        Ok(answer)
    }

    /// A request by its parts, for what is not measured; answers status and body.
    pub(super) fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> io::Result<(u16, String)> {
        let request = self.base.request(method, path, body);
        let answer = self.send(&request)?;
        Ok((answer.status, String::from_utf8_lossy(&self.buffer[answer.from..answer.to]).into_owned()))
    }

    fn read(&mut self, stream: &mut TcpStream) -> io::Result<Answer> {
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.fill(stream)?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
        let status = text.get(9..12).and_then(|code| code.parse().ok()).ok_or_else(|| bad("no status"))?;
        let closes = text.contains("\r\nconnection: close");
        let mut answer = Answer { status, from: head, to: head, closes };
        if text.contains("\r\ntransfer-encoding: chunked") {
            answer.to = self.chunks(stream, head)?;
        } else if let Some((_, rest)) = text.split_once("\r\ncontent-length: ") {
            let length = rest.split("\r\n").next().and_then(|n| n.trim().parse::<usize>().ok());
            answer.to = head + length.ok_or_else(|| bad("content-length"))?;
            while self.buffer.len() < answer.to {
                self.fill(stream)?;
            }
        }
        Ok(answer)
    }

    /// Joins chunks in place; answers where the body ends.
    fn chunks(&mut self, stream: &mut TcpStream, head: usize) -> io::Result<usize> {
        let (mut body, mut at) = (head, head);
        loop {
            let line = loop {
                match find(&self.buffer[at..], b"\r\n") {
                    Some(end) => break end,
                    None => self.fill(stream)?,
                }
            };
            let digits = String::from_utf8_lossy(&self.buffer[at..at + line]).into_owned();
            let size = digits.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| bad("chunk size"))?;
            let start = at + line + 2;
            while self.buffer.len() < start + size + 2 {
                self.fill(stream)?;
            }
            self.buffer.copy_within(start..start + size, body);
            body += size;
            at = start + size + 2;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn fill(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        let old = self.buffer.len();
        let room = self.buffer.capacity().max(1 << 16);
        self.buffer.resize(old + room.min(1 << 18), 0);
        let read = stream.read(&mut self.buffer[old..])?;
        self.buffer.truncate(old + read);
        if read == 0 { Err(bad("the server closed the connection")) } else { Ok(()) }
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
