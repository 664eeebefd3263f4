//! Writes the file of definitions; `crates/fhir/src/definition/read.rs` reads it.
//!
//! Numbers take one byte per seven bits. Every text is kept once and named by its place in the
//! table of strings, the most frequent first.

use std::collections::HashMap;

const MAGIC: &[u8] = b"AKD1";
const PARTS: usize = 9;

/// Turns records into bytes and gathers their strings.
pub(crate) struct Writer {
    ids: HashMap<String, u32>,
    counts: Vec<u32>,
}

/// A record being written.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    /// A writer that only learns which strings there are.
    pub(crate) fn counting() -> Writer {
        Writer { ids: HashMap::from([(String::new(), 0)]), counts: vec![u32::MAX] }
    }

    /// A writer that knows the strings by frequency.
    pub(crate) fn by_frequency(self) -> Writer {
        let mut strings: Vec<(String, u32)> = self.ids.into_iter().collect();
        let count = |id: u32| self.counts.get(id as usize).copied().unwrap_or_default();
        strings.sort_by(|(left, id), (right, other)| count(*other).cmp(&count(*id)).then_with(|| left.cmp(right)));
        let counts = vec![0; strings.len()];
        let ids = strings.into_iter().enumerate().map(|(place, (text, _))| (text, place as u32)).collect();
        Writer { ids, counts }
    }

    /// The whole file.
    pub(crate) fn finish(&self, parts: &[Vec<u8>]) -> Vec<u8> {
        let strings = self.strings();
        let mut file = MAGIC.to_vec();
        let mut at = MAGIC.len() + 4 * PARTS;
        let parts = || std::iter::once(&strings).chain(parts);
        for part in parts() {
            file.extend((at as u32).to_le_bytes());
            at += part.len();
        }
        parts().for_each(|part| file.extend(part));
        file
    }

    fn strings(&self) -> Vec<u8> {
        let mut texts: Vec<(&String, u32)> = self.ids.iter().map(|(text, id)| (text, *id)).collect();
        texts.sort_by_key(|(_, id)| *id);
        let mut record = Record::default();
        record.number(texts.len());
        texts.iter().for_each(|(text, _)| record.number(text.len()));
        texts.iter().for_each(|(text, _)| record.bytes.extend(text.as_bytes()));
        record.bytes
    }

    fn id(&mut self, text: &str) -> usize {
        let next = self.ids.len() as u32;
        let id = match self.ids.get(text) {
            Some(id) => *id,
            None => {
                self.ids.insert(text.to_owned(), next);
                self.counts.push(0);
                next
            }
        };
        if let Some(count) = self.counts.get_mut(id as usize) {
            *count = count.saturating_add(1);
        }
        id as usize
    }
}

impl Record {
    /// A number.
    pub(crate) fn number(&mut self, mut value: usize) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7F) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// A text.
    pub(crate) fn text(&mut self, writer: &mut Writer, text: &str) {
        let id = writer.id(text);
        self.number(id);
    }

    /// A list of texts after its length.
    pub(crate) fn texts<T: AsRef<str>>(&mut self, writer: &mut Writer, texts: &[T]) {
        self.number(texts.len());
        for text in texts {
            self.text(writer, text.as_ref());
        }
    }

    /// Bytes after their length.
    pub(crate) fn block(&mut self, block: Record) {
        self.number(block.bytes.len());
        self.bytes.extend(block.bytes);
    }
}
