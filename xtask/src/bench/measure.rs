//! The closed loop: so many connections, each sending its next request when the last is answered, for some seconds.
//!
//! One thread serves all connections, so that the client takes as little as it can of the machine that it shares with the
//! server. A closed loop measures what the server can do, not what waits under a given load: latencies are of an unhurried
//! client. A time runs from just before a request is sent until its answer has been read.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::answer::Progress;
use super::client::{Base, Buffer};

/// How long answers may take that are still out when the time is over.
const LAST_MAX: Duration = Duration::from_secs(60);

/// Puts the bytes of the request with a running number into a buffer.
pub(super) type Next = dyn Fn(usize, &mut Vec<u8>);

/// What one run gave.
pub(super) struct Figures {
    pub rate: f64,
    /// Good answers.
    pub count: usize,
    pub p50_us: u64,
    pub p99_us: u64,
    /// Answers that were not 2xx, by status (0: no answer).
    pub refused: BTreeMap<u16, usize>,
}

/// Runs `next` over `connections` for `seconds`.
pub(super) fn measure(base: &Base, connections: usize, seconds: f64, next: &Next) -> io::Result<Figures> {
    let address = base.address.to_socket_addrs()?.next();
    let address = address.ok_or_else(|| io::Error::new(ErrorKind::NotFound, "the server's address is not known"))?;
    let mut run = Run {
        poll: Poll::new()?,
        address,
        next,
        sent: 0,
        times: Vec::with_capacity(1 << 20),
        refused: BTreeMap::new(),
    };
    let mut lines: Vec<Line> = Vec::with_capacity(connections);
    for token in 0..connections {
        lines.push(run.connect(token)?);
    }
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(seconds);
    let out = run.serve(&mut lines, end)?;
    let seconds = start.elapsed().as_secs_f64();
    if out > 0 {
        run.refused.insert(0, out);
    }
    let Run { mut times, refused, .. } = run;
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().map_or(0, u64::from);
    Ok(Figures { rate: times.len() as f64 / seconds, count: times.len(), p50_us: at(0.50), p99_us: at(0.99), refused })
}

/// A connection and the request that is out on it.
struct Line {
    stream: TcpStream,
    request: Vec<u8>,
    /// How much of the request has been sent.
    written: usize,
    since: Option<Instant>,
    buffer: Buffer,
    progress: Progress,
}

struct Run<'a> {
    poll: Poll,
    address: SocketAddr,
    next: &'a Next,
    sent: usize,
    /// Times of good answers in microseconds.
    times: Vec<u32>,
    refused: BTreeMap<u16, usize>,
}

impl Run<'_> {
    fn connect(&self, token: usize) -> io::Result<Line> {
        let stream = std::net::TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        self.poll.registry().register(&mut stream, Token(token), Interest::READABLE | Interest::WRITABLE)?;
        let (buffer, progress) = (Buffer::new(), Progress::default());
        Ok(Line { stream, request: Vec::new(), written: 0, since: None, buffer, progress })
    }

    /// Answers how many requests got no answer in time.
    fn serve(&mut self, lines: &mut [Line], end: Instant) -> io::Result<usize> {
        for line in lines.iter_mut() {
            self.send(line)?;
        }
        let mut events = Events::with_capacity(lines.len().max(16));
        loop {
            let out = lines.iter().filter(|line| line.since.is_some()).count();
            let now = Instant::now();
            if out == 0 || now > end + LAST_MAX {
                return Ok(out);
            }
            match self.poll.poll(&mut events, Some(Duration::from_secs(1))) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            }
            for event in &events {
                let Token(token) = event.token();
                if self.step(&mut lines[token], token, end).is_err() {
                    *self.refused.entry(0).or_default() += 1;
                    lines[token] = self.connect(token)?;
                    self.send(&mut lines[token])?;
                }
            }
        }
    }

    /// Goes on with a connection as far as it can without waiting.
    fn step(&mut self, line: &mut Line, token: usize, end: Instant) -> io::Result<()> {
        write(line)?;
        loop {
            let more = match line.buffer.fill(&mut line.stream) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                other => other?,
            };
            if let Some(answer) = line.progress.look(line.buffer.filled())? {
                let now = Instant::now();
                if let Some(since) = line.since.take() {
                    match answer.status {
                        200..300 => self.times.push(u32::try_from((now - since).as_micros()).unwrap_or(u32::MAX)),
                        status => *self.refused.entry(status).or_default() += 1,
                    }
                }
                if now >= end {
                    return Ok(());
                }
                if answer.closes {
                    *line = self.connect(token)?;
                    return self.send(line);
                }
                self.send(line)?;
            }
            // A read that did not fill the buffer has emptied the socket: the next bytes wake us.
            if !more {
                return Ok(());
            }
        }
    }

    fn send(&mut self, line: &mut Line) -> io::Result<()> {
        line.request.clear();
        (self.next)(self.sent, &mut line.request);
        self.sent += 1;
        (line.written, line.since, line.progress) = (0, Some(Instant::now()), Progress::default());
        line.buffer.clear();
        write(line)
    }
}

/// Sends what the socket takes.
fn write(line: &mut Line) -> io::Result<()> {
    while line.written < line.request.len() {
        match line.stream.write(&line.request[line.written..]) {
            Ok(written) => line.written += written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
