//! Finds a member by type and JSON key: one hash, usually one comparison.
//!
//! Every choice is listed once per type (`valueQuantity`, `valueString`, …), so that no caller
//! takes keys apart. The table is built when the definitions are read and never changes.

use super::types::{Type, TypeId};

#[derive(Debug, Copy, Clone)]
struct Entry {
    key: &'static str,
    of: u16,
    index: u16,
    type_id: TypeId,
}

/// The table of all members of all types.
#[derive(Debug, Default)]
pub(super) struct Children {
    entries: Vec<Entry>,
    slots: Vec<u16>,
    mask: usize,
}

const FREE: u16 = u16::MAX;

impl Children {
    pub(super) fn build(types: &'static [Type]) -> Children {
        let mut entries = Vec::new();
        let name = |id: TypeId| types.get(usize::from(id.0)).map_or("", |found| found.name);
        for of in types {
            for (index, element) in of.elements.iter().enumerate() {
                for held in element.types {
                    let key = if element.choice { choice_key(element.name, name(held.id)) } else { element.name };
                    entries.push(Entry { key, of: of.id.0, index: index as u16, type_id: held.id });
                    if !element.choice {
                        break;
                    }
                }
            }
        }
        let size = (entries.len() * 3).next_power_of_two().max(8);
        let mut table = Children { entries, slots: vec![FREE; size], mask: size - 1 };
        for place in 0..table.entries.len() {
            table.place(place);
        }
        table
    }

    fn place(&mut self, place: usize) {
        let Some(entry) = self.entries.get(place) else {
            return;
        };
        let mut slot = hash(entry.of, entry.key.as_bytes()) & self.mask;
        while let Some(taken) = self.slots.get_mut(slot) {
            if *taken == FREE {
                *taken = place as u16;
                return;
            }
            slot = (slot + 1) & self.mask;
        }
    }

    /// The element's place in its type and the type it holds.
    pub(super) fn find(&self, of: TypeId, key: &str) -> Option<(u16, TypeId)> {
        let mut slot = hash(of.0, key.as_bytes()) & self.mask;
        loop {
            let entry = self.entries.get(usize::from(*self.slots.get(slot)?))?;
            if entry.of == of.0 && entry.key == key {
                return Some((entry.index, entry.type_id));
            }
            slot = (slot + 1) & self.mask;
        }
    }
}

fn choice_key(name: &str, held: &str) -> &'static str {
    let mut key = String::with_capacity(name.len() + held.len());
    key.push_str(name);
    let mut letters = held.chars();
    key.extend(letters.next().map(|first| first.to_ascii_uppercase()));
    key.push_str(letters.as_str());
    Box::leak(key.into_boxed_str())
}

/// Mixes the type, the length and the first and last eight bytes: enough to keep the keys of FHIR apart.
fn hash(of: u16, key: &[u8]) -> usize {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let head = word(key.get(..8).unwrap_or(key));
    let tail = word(key.get(key.len().saturating_sub(8)..).unwrap_or(key));
    let seed = (u64::from(of) << 32) ^ key.len() as u64;
    let mixed = (head ^ seed.wrapping_mul(MIX)).wrapping_mul(MIX) ^ tail.rotate_left(29);
    let mixed = mixed.wrapping_mul(MIX);
    (mixed ^ (mixed >> 29)) as usize
}

fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(full) => u64::from_le_bytes(*full),
        None => bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
    }
}
