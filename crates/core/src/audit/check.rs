//! The check of an exported log against checkpoints kept elsewhere. It needs the file, the checkpoints and the key; no database.
//!
//! Sound means: every log that is in the file or was kept has all rows of the kept checkpoint, unchanged and in order, and all
//! rows of its own one. Rows after the newest checkpoint are vouched for by nobody and are not in an export.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Arc;

use akson_store::audit::merkle::{Frontier, Hash};
use akson_store::audit::{Named, Row, SALT_BYTES};
use serde_json::Value;

use super::checkpoint::{self, Checkpoint};
use super::key::Public;
use crate::error::Error;
use crate::instant;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Rows in the file.
    pub rows: u64,
    /// What is wrong.
    pub faults: Vec<String>,
}

/// A log on its way through.
struct Log {
    origin: String,
    /// Its checkpoints in the order of their sizes, the next one last.
    due: Vec<Checkpoint>,
    rows: u64,
    frontier: Frontier,
    actors: HashMap<u64, Arc<str>>,
    before: i64,
}

/// Checks a file; `kept` are checkpoints kept elsewhere, `key` is the line of the public key.
pub fn check(file: impl BufRead, kept: &str, key: &str) -> Result<Checked, Error> {
    let Some(key) = Public::parse(key) else {
        return Err(Error::Unavailable("this is no key of an audit".to_string()));
    };
    let (mut checked, mut log) = (Checked::default(), None);
    let mut kept = checkpoint::parse_all(kept);
    if kept.is_empty() {
        checked.faults.push("no kept checkpoint: nothing proves that this is the log that was".to_string());
    }
    kept.retain(|found| {
        let signed = found.is_signed_by(&key);
        if !signed {
            checked.faults.push(format!("the kept checkpoint of {} is not signed by this key", found.origin));
        }
        signed
    });
    for (number, line) in (1..).zip(file.lines()) {
        let line = line.map_err(|error| Error::Unavailable(format!("reading the audit: {error}")))?;
        let Ok(value) = serde_json::from_str::<Value>(&line) else {
            checked.faults.push(format!("line {number} cannot be read"));
            continue;
        };
        if let Some(origin) = value.get("log").and_then(Value::as_str) {
            finish(log.take(), &mut checked);
            log = Some(begin(origin, &value, &key, &mut kept, &mut checked));
            continue;
        }
        let Some(log) = &mut log else {
            checked.faults.push(format!("line {number} is of no log"));
            continue;
        };
        if let (Some(id), Some(text)) = (value["actor"].as_u64(), value["text"].as_str()) {
            log.actors.insert(id, Arc::from(text));
        } else if !take(log, &value, &mut checked) {
            checked.faults.push(format!("line {number} is no row"));
        }
    }
    finish(log, &mut checked);
    for missing in kept {
        checked.faults.push(format!("{} is not in the file, or twice", missing.origin));
    }
    Ok(checked)
}

/// A log begins: what was kept of it is due, and its own checkpoint.
fn begin(origin: &str, value: &Value, key: &Public, kept: &mut Vec<Checkpoint>, checked: &mut Checked) -> Log {
    let mut due: Vec<Checkpoint> = kept.extract_if(.., |found| found.origin == origin).collect();
    if due.is_empty() {
        checked.faults.push(format!("{origin}: no checkpoint of it was kept"));
    }
    let own = checkpoint::parse_all(value["checkpoint"].as_str().unwrap_or_default());
    if own.len() != 1 || !own.iter().all(|own| own.origin == origin && own.is_signed_by(key)) {
        checked.faults.push(format!("{origin}: its own checkpoint is not signed by this key"));
    }
    due.extend(own);
    due.sort_by_key(|found| std::cmp::Reverse(found.size));
    let rows = value["rows"].as_u64().unwrap_or_default();
    let mut log = Log {
        origin: origin.to_string(),
        due,
        rows,
        frontier: Frontier::default(),
        actors: HashMap::new(),
        before: i64::MIN,
    };
    compare(&mut log, checked);
    log
}

/// A row; false if it is none.
fn take(log: &mut Log, value: &Value, checked: &mut Checked) -> bool {
    let Some((at, leaf)) = leaf(log, value) else { return false };
    if value["n"].as_u64() != Some(log.frontier.size()) || at < log.before {
        checked.faults.push(format!("{}: row {} is out of order", log.origin, log.frontier.size()));
    }
    log.before = at;
    log.frontier.push(leaf, |_, _, _| {});
    checked.rows += 1;
    compare(log, checked);
    true
}

/// Compares the root with the checkpoints of this size.
fn compare(log: &mut Log, checked: &mut Checked) {
    let size = log.frontier.size();
    while let Some(found) = log.due.pop_if(|found| found.size == size) {
        if found.root != log.frontier.root() {
            checked.faults.push(format!("{}: the first {size} rows are not those that were signed", log.origin));
        }
    }
}

fn finish(log: Option<Log>, checked: &mut Checked) {
    let Some(log) = log else { return };
    if log.frontier.size() != log.rows {
        checked.faults.push(format!("{}: {} rows of {}", log.origin, log.frontier.size(), log.rows));
    }
    for found in &log.due {
        checked.faults.push(format!("{}: cut off, {} rows were signed", log.origin, found.size));
    }
}

/// Time and leaf of a row, made again from what can be read.
fn leaf(log: &Log, value: &Value) -> Option<(i64, Hash)> {
    let at = value["at"].as_i64()?;
    if let Some(leaf) = value["erased"].as_str() {
        return Some((at, unhex(leaf)?));
    }
    let text = |name: &str| value[name].as_str().map(str::to_string);
    if text("time")? != instant(at) {
        return None;
    }
    let what: Option<Vec<Named>> = value["what"].as_array()?.iter().map(named).collect();
    let mut row = Row {
        at,
        part: value["part"].as_i64()?,
        action: value["action"].as_i64()?,
        outcome: value["outcome"].as_i64()?,
        actor: log.actors.get(&value["who"].as_u64()?)?.clone(),
        reason: text("reason")?,
        request: Vec::new(),
        query: text("query")?,
        what: Vec::new(),
        salt: unhex::<SALT_BYTES>(value["salt"].as_str()?)?,
    };
    row.set_request_name(&text("request")?);
    row.set_named(&what?);
    Some((at, row.leaf()))
}

fn named(value: &Value) -> Option<Named> {
    let number = |place: usize| value.get(place).and_then(Value::as_i64);
    (value.as_array()?.len() == 3).then_some(())?;
    Some(Named { rid: number(0)?, type_number: number(1)?, version: number(2)? })
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    // Each row has one way to be written.
    (crate::hex(&bytes) == text).then_some(bytes)
}

/// The root over the first log of a file, whatever it is.
#[cfg(test)]
pub(super) fn root(text: &str) -> Hash {
    let (origin, actors) = (String::new(), HashMap::new());
    let mut log = Log { origin, due: Vec::new(), rows: 0, frontier: Frontier::default(), actors, before: 0 };
    let values = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_default());
    for value in values.skip(1).take_while(|value| value.get("log").is_none()) {
        if let (Some(id), Some(text)) = (value["actor"].as_u64(), value["text"].as_str()) {
            log.actors.insert(id, Arc::from(text));
        } else if let Some((_, leaf)) = leaf(&log, &value) {
            log.frontier.push(leaf, |_, _, _| {});
        }
    }
    log.frontier.root()
}

/// Whether all rows can be read.
#[cfg(test)]
pub(super) fn is_readable(text: &str) -> bool {
    text.lines().all(|line| {
        serde_json::from_str::<Value>(line).is_ok_and(|value| {
            value["time"].as_str().is_none_or(|time| value["at"].as_i64().is_some_and(|at| instant(at) == time))
        })
    })
}
