//! What goes over the control socket: JSON, one message to a line.
//!
//! The asker sends one [`Request`], later perhaps [`Wish::Stop`]; the server sends any number of [`Said`] and ends with
//! `End` or `Failure`. Both are the same program as a rule, so fields may be added but not given another meaning.

use std::io::{BufRead, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Bytes of one message; a request may hold a long list of files.
pub const MESSAGE_BYTES_MAX: u64 = 4 << 20;

/// A command line and where it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The version of the asking program.
    pub version: String,
    /// The folder in which the operator stands: relative paths begin there.
    pub folder: PathBuf,
    /// The words of the command line after the program's name.
    pub words: Vec<String>,
}

/// What the asker may say after its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Stop the work.
    Stop,
}

/// How far a piece of work is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub stage: String,
    /// How much is done.
    pub done: u64,
    /// How much there is; 0 if that is not known.
    pub total: u64,
    /// Of what: `resources`, `bytes`.
    pub unit: String,
}

/// What a command tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// A line of its answer.
    Line(String),
    /// How far it is.
    Progress(Progress),
    /// It has ended, with this exit code.
    End(u8),
    /// It could not be done.
    Failure(String),
}

/// Sends one message.
pub fn send(out: &mut impl Write, message: &impl Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(message)?;
    text.push(b'\n');
    out.write_all(&text)
}

/// The next message; nothing at the end.
pub fn receive<T: DeserializeOwned>(from: &mut impl BufRead) -> std::io::Result<Option<T>> {
    let mut line = Vec::new();
    from.take(MESSAGE_BYTES_MAX).read_until(b'\n', &mut line)?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(serde_json::from_slice(&line)?)),
        Some(_) => Err(std::io::Error::other("a message was cut off or is too long")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_line_each_and_limited() {
        let mut wire = Vec::new();
        send(&mut wire, &Said::Line("two\nlines".to_owned())).unwrap();
        send(&mut wire, &Said::End(1)).unwrap();
        let mut from = wire.as_slice();
        assert_eq!(receive::<Said>(&mut from).unwrap(), Some(Said::Line("two\nlines".to_owned())));
        assert_eq!(receive::<Said>(&mut from).unwrap(), Some(Said::End(1)));
        assert_eq!(receive::<Said>(&mut from).unwrap(), None);
        assert!(receive::<Said>(&mut &b"{\"line\":"[..]).is_err());
        let mut fits = vec![b'"'];
        fits.resize(MESSAGE_BYTES_MAX as usize - 2, b'a');
        fits.extend(b"\"\n");
        assert!(receive::<String>(&mut fits.as_slice()).unwrap().is_some());
        fits.insert(1, b'a');
        assert!(receive::<String>(&mut fits.as_slice()).is_err());
    }
}
