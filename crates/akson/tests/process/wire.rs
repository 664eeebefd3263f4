//! A plain HTTP/1.1 client over one kept connection. It sends exactly the bytes it is given, so that hostile ones stay so.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take; more is a hang. Tests run without optimization, some at the same time.
const ANSWER_MAX: Duration = Duration::from_secs(20);

pub struct Wire {
    address: SocketAddr,
    token: String,
    stream: Option<TcpStream>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The number in `ETag: W/"3"`.
    pub fn version(&self) -> Option<u64> {
        self.header("etag")?.trim_start_matches("W/").trim_matches('"').parse().ok()
    }
}

impl Wire {
    /// A client that shows this token, or none if it is empty.
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self { address, token: token.to_owned(), stream: None }
    }

    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send("GET", path, &[], b"")
    }

    pub fn json(
        &mut self,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> io::Result<Answer> {
        let mut headers = vec![("Content-Type", "application/fhir+json")];
        headers.extend_from_slice(more);
        self.send(method, path, &headers, body.to_string().as_bytes())
    }

    /// Sends a request; a connection that the server closed while idle is opened again once.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.token.is_empty() {
            request.push_str(&format!("Authorization: Bearer {}\r\n", self.token));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        let kept = self.stream.is_some();
        match self.exchange(&bytes, method) {
            Err(error) if kept && error.kind() != io::ErrorKind::WouldBlock => self.exchange(&bytes, method),
            outcome => outcome,
        }
    }

    fn exchange(&mut self, request: &[u8], method: &str) -> io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(ANSWER_MAX))?;
                stream.set_write_timeout(Some(ANSWER_MAX))?;
                stream
            }
        };
        // A server may refuse and close before it has read everything; its answer counts, not the broken pipe.
        let sent = stream.write_all(request);
        let answer = read(&mut stream, method);
        let answer = match (sent, answer) {
            (_, Ok(answer)) => answer,
            (Err(error), Err(_)) | (Ok(()), Err(error)) => return Err(error),
        };
        if !answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

fn read(stream: &mut TcpStream, method: &str) -> io::Result<Answer> {
    let mut buffer = Vec::new();
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        fill(stream, &mut buffer)?;
    };
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    let status = text.get(9..12).and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let mut answer = Answer { status, head: text, body: Vec::new() };
    if method == "HEAD" || status == 204 || status == 304 {
        return Ok(answer);
    }
    if answer.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        answer.body = chunks(stream, buffer, head)?;
        return Ok(answer);
    }
    let length: usize = answer.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    while buffer.len() < head + length {
        fill(stream, &mut buffer)?;
    }
    answer.body = buffer[head..head + length].to_vec();
    Ok(answer)
}

fn chunks(stream: &mut TcpStream, mut buffer: Vec<u8>, mut at: usize) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            match buffer[at..].windows(2).position(|window| window == b"\r\n") {
                Some(end) => break end,
                None => fill(stream, &mut buffer)?,
            }
        };
        let size = String::from_utf8_lossy(&buffer[at..at + line]).into_owned();
        let size = usize::from_str_radix(size.trim(), 16).map_err(|_| io::ErrorKind::InvalidData)?;
        at += line + 2;
        while buffer.len() < at + size + 2 {
            fill(stream, &mut buffer)?;
        }
        body.extend_from_slice(&buffer[at..at + size]);
        at += size + 2;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    let mut part = [0; 16 * 1024];
    match stream.read(&mut part)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        read => {
            buffer.extend_from_slice(&part[..read]);
            Ok(())
        }
    }
}
