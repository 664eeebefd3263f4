//! The other side of the control room: asks the server that holds the record.

use std::io::{BufReader, ErrorKind};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::command::Failure;
use super::listen::told;
use super::messages::{Request, Said, Wish, receive, send};

/// A connection to a server.
pub struct Line {
    stream: UnixStream,
}

/// A connection to the server that holds the record in this folder; nothing if none listens.
pub fn connect(folder: &Path) -> Result<Option<Line>, Failure> {
    let path = folder.join(super::SOCKET);
    match UnixStream::connect(&path) {
        Ok(stream) => Ok(Some(Line { stream })),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
        Err(error) => Err(told(&path, &error).into()),
    }
}

impl Line {
    /// Another hand on the same connection, to stop the work with.
    pub fn stopper(&self) -> Result<impl FnMut() + Send + 'static, Failure> {
        let mut stream = self.stream.try_clone()?;
        Ok(move || {
            // If it can't be said, the end of this process says it.
            let _ = send(&mut stream, &Wish::Stop);
        })
    }

    /// Sends the request and gives what is told to `hear`; answers the exit code.
    pub fn ask(self, request: &Request, mut hear: impl FnMut(Said)) -> Result<u8, Failure> {
        send(&mut &self.stream, request)?;
        let mut from = BufReader::new(&self.stream);
        while let Some(said) = receive(&mut from)? {
            match said {
                Said::End(code) => return Ok(code),
                Said::Failure(text) => return Err(text.into()),
                other => hear(other),
            }
        }
        Err("the server has ended before the command was done".into())
    }
}
