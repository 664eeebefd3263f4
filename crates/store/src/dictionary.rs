//! Dictionaries of the compression, one or more per type.
//!
//! While a type has none, the texts of its first bodies are collected; from them one is trained, kept in the table
//! `dictionary` and used from then on. Bodies name the dictionary they were made with, so older ones stay readable.
//! What it does not do: pack again what was packed before (that is `reindex`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use zstd::zstd_safe::{CDict, DDict};

use crate::Error;
use crate::engine::{Bind, Connection};

const LEVEL: i32 = 3;
const DICTIONARY_BYTES: usize = 48 << 10;
/// Samples are not longer; a long body is compressed well without a dictionary.
const SAMPLE_BYTES_MAX: usize = 16 << 10;
/// Samples are doubled so often; more would take memory for nothing.
const FAILED_MAX: u32 = 3;
/// Dictionaries of one database; numbers go up to this.
const DICTIONARIES_MAX: usize = 100_000;

/// A dictionary that can be used.
pub(crate) struct Dictionary {
    /// Its number; bodies without a dictionary say 0.
    pub(crate) id: i64,
    pub(crate) type_number: i64,
    packer: CDict<'static>,
    unpacker: DDict<'static>,
}

impl Dictionary {
    pub(crate) fn new(id: i64, type_number: i64, bytes: &[u8]) -> Dictionary {
        let (packer, unpacker) = (CDict::create(bytes, LEVEL), DDict::create(bytes));
        Dictionary { id, type_number, packer, unpacker }
    }

    pub(crate) fn packer(&self) -> &CDict<'static> {
        &self.packer
    }

    pub(crate) fn unpacker(&self) -> &DDict<'static> {
        &self.unpacker
    }
}

#[derive(Default)]
struct Known {
    by_id: HashMap<i64, Arc<Dictionary>>,
    newest: HashMap<i64, Arc<Dictionary>>,
}

/// Texts of one type, on their way to a dictionary.
#[derive(Default)]
struct Samples {
    bytes: Vec<u8>,
    lengths: Vec<usize>,
    taken: bool,
    /// How often no dictionary came of them: then twice as many are wanted.
    failed: u32,
}

/// The dictionaries of one database.
pub(crate) struct Dictionaries {
    known: ArcSwap<Known>,
    samples: Mutex<HashMap<i64, Samples>>,
    samples_wanted: usize,
}

impl Dictionaries {
    /// Those in the table.
    pub(crate) fn load(connection: &Connection, samples_wanted: usize) -> Result<Dictionaries, Error> {
        let all = Dictionaries { known: ArcSwap::default(), samples: Mutex::default(), samples_wanted };
        let sql = "SELECT id, type, bytes FROM dictionary ORDER BY id LIMIT $1";
        let limit = [Bind::Int(DICTIONARIES_MAX as i64)];
        for found in
            connection.query(sql, &limit, |row| Ok(Dictionary::new(row.int(0)?, row.int(1)?, row.bytes(2)?)))?
        {
            all.publish(found);
        }
        Ok(all)
    }

    /// Lets everyone use it.
    pub(crate) fn publish(&self, dictionary: Dictionary) {
        let known = self.known.load();
        let mut next = Known { by_id: known.by_id.clone(), newest: known.newest.clone() };
        let dictionary = Arc::new(dictionary);
        next.by_id.insert(dictionary.id, dictionary.clone());
        next.newest.insert(dictionary.type_number, dictionary);
        self.known.store(Arc::new(next));
    }

    /// The one to pack a body of this type with.
    pub(crate) fn newest(&self, type_number: i64) -> Option<Arc<Dictionary>> {
        self.known.load().newest.get(&type_number).cloned()
    }

    /// The one a body was packed with; 0 is none.
    pub(crate) fn get(&self, id: i64) -> Result<Option<Arc<Dictionary>>, Error> {
        if id == 0 {
            return Ok(None);
        }
        match self.known.load().by_id.get(&id) {
            Some(found) => Ok(Some(found.clone())),
            None => Err(Error::Damaged(format!("dictionary {id} is missing"))),
        }
    }

    /// Takes a text as a sample; answers a type's samples once, when there are enough.
    pub(crate) fn sample(&self, type_number: i64, text: impl FnOnce() -> Vec<u8>) -> Option<(Vec<u8>, Vec<usize>)> {
        let mut all = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let samples = all.entry(type_number).or_default();
        if samples.taken {
            return None;
        }
        let text = text();
        if text.len() > SAMPLE_BYTES_MAX {
            return None;
        }
        samples.bytes.extend_from_slice(&text);
        samples.lengths.push(text.len());
        if samples.lengths.len() < self.samples_wanted << samples.failed.min(FAILED_MAX) {
            return None;
        }
        samples.taken = true;
        Some((std::mem::take(&mut samples.bytes), std::mem::take(&mut samples.lengths)))
    }
}

impl Dictionaries {
    /// No dictionary came of a type's samples: collects others, more of them.
    pub(crate) fn sample_again(&self, type_number: i64) {
        let mut all = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = all.get(&type_number).map_or(0, |samples| samples.failed) + 1;
        all.insert(type_number, Samples { failed, ..Samples::default() });
    }
}

/// Trains a dictionary; `None` if the samples give none.
pub(crate) fn train(samples: &[u8], lengths: &[usize]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(DICTIONARY_BYTES.min(samples.len() / 4));
    zstd::zstd_safe::train_from_buffer(&mut bytes, samples, lengths).ok()?;
    (bytes.len() > 8).then_some(bytes)
}

/// Keeps a trained dictionary under the next number.
pub(crate) fn keep(connection: &Connection, type_number: i64, mut bytes: Vec<u8>) -> Result<Dictionary, Error> {
    let last = connection.one("SELECT MAX(id) FROM dictionary ORDER BY 1 LIMIT 1", &[], |row| row.int_or_null(0))?;
    let id = last.flatten().unwrap_or(0) + 1;
    if let Some(own) = bytes.get_mut(4..8) {
        // The dictionary's own number is written into every frame; a small one takes one byte.
        own.copy_from_slice(&u32::to_le_bytes(1 + (id % 255) as u32));
    }
    let sql = "INSERT INTO dictionary (id, type, bytes) VALUES ($1, $2, $3)";
    connection.execute(sql, &[Bind::Int(id), Bind::Int(type_number), Bind::Bytes(&bytes)])?;
    Ok(Dictionary::new(id, type_number, &bytes))
}
