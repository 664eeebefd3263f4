//! Where an HTTP/1.1 answer ends, recognised as its bytes arrive: nothing is looked at twice, nothing is copied.
//!
//! It knows lengths and chunks, not answers that end with their connection.

use std::io;
use std::ops::Range;

/// A whole answer in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub status: u16,
    /// Where the head ends.
    pub head: usize,
    /// Where everything ends.
    pub end: usize,
    pub is_chunked: bool,
    /// The server closes the connection after it.
    pub closes: bool,
}

/// How far an answer has been looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Progress {
    /// The head is not complete.
    #[default]
    Head,
    /// The head was read; so many bytes are wanted before looking again.
    Body(Answer),
}

impl Progress {
    /// Looks at all bytes that have arrived; answers when they are a whole answer.
    pub(super) fn look(&mut self, bytes: &[u8]) -> io::Result<Option<Answer>> {
        if let Self::Head = self {
            let Some(end) = find(bytes, b"\r\n\r\n") else { return Ok(None) };
            *self = Self::Body(head(bytes, end + 4)?);
        }
        let Self::Body(answer) = self else { return Ok(None) };
        while answer.is_chunked {
            // `end` stands at the next chunk until the last one was seen.
            let Some(chunk) = chunk(bytes, answer.end)? else { return Ok(None) };
            if bytes.len() < chunk.end + 2 {
                return Ok(None);
            }
            answer.end = chunk.end + 2;
            if chunk.is_empty() {
                return Ok(Some(*answer));
            }
        }
        Ok((bytes.len() >= answer.end).then_some(*answer))
    }
}

/// The body of a whole answer.
pub(super) fn body(bytes: &[u8], answer: &Answer) -> Vec<u8> {
    if !answer.is_chunked {
        return bytes[answer.head..answer.end].to_vec();
    }
    let (mut out, mut at) = (Vec::new(), answer.head);
    while let Ok(Some(chunk)) = chunk(bytes, at) {
        if chunk.is_empty() {
            break;
        }
        at = chunk.end + 2;
        out.extend_from_slice(&bytes[chunk]);
    }
    out
}

/// Where the data of the chunk stand whose size is written at `at`; they need not have arrived.
fn chunk(bytes: &[u8], at: usize) -> io::Result<Option<Range<usize>>> {
    let Some(rest) = bytes.get(at..) else { return Ok(None) };
    let Some(line) = find(rest, b"\r\n") else { return Ok(None) };
    let digits = rest[..line].split(|byte| *byte == b';').next().unwrap_or_default();
    let digits = std::str::from_utf8(digits).map_err(|_| bad("chunk size"))?;
    let size = usize::from_str_radix(digits.trim(), 16).map_err(|_| bad("chunk size"))?;
    let start = at + line + 2;
    Ok(Some(start..start + size))
}

fn head(bytes: &[u8], end: usize) -> io::Result<Answer> {
    let digits = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    let status = digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| bad("no status"))?;
    let mut answer = Answer { status, head: end, end, is_chunked: false, closes: false };
    for line in bytes[..end].split(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = std::str::from_utf8(value).ok().and_then(|digits| digits.parse::<usize>().ok());
            answer.end = end + length.ok_or_else(|| bad("content-length"))?;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            answer.is_chunked = value.eq_ignore_ascii_case(b"chunked");
        } else if name.eq_ignore_ascii_case(b"connection") {
            answer.closes = value.eq_ignore_ascii_case(b"close");
        }
    }
    Ok(answer)
}

pub(super) fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds a text byte by byte; answers status and body when it is whole, which must be at its last byte.
    fn check(text: &str, expected: (u16, &str)) {
        let mut progress = Progress::default();
        for length in 0..text.len() {
            assert_eq!(progress.look(&text.as_bytes()[..length]).unwrap(), None, "at {length} of {text}");
        }
        let answer = progress.look(text.as_bytes()).unwrap().unwrap();
        assert_eq!((answer.status, body(text.as_bytes(), &answer)), (expected.0, expected.1.as_bytes().to_vec()));
    }

    #[test]
    fn answers_are_whole_at_their_last_byte() {
        check("HTTP/1.1 204 No Content\r\n\r\n", (204, ""));
        check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", (200, "hello"));
        check(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\n, 1234\r\n.\r\n0\r\n\r\n",
            (200, "hello, 1234\r\n."),
        );
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        assert!(Progress::default().look(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
        assert!(Progress::default().look(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n").is_err());
    }
}
