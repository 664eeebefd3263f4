//! A set of numbers that a scope asks for: patients, keys, municipalities.
//!
//! Promise: a statement that asks for thousands of numbers costs hardly more than one that asks for a few, since a long set
//! is bound once, as sorted bytes, and looked into by [`contains`].

use std::sync::Arc;

/// Sets up to this size stand one by one in a statement.
pub(crate) const BESIDE_MAX: usize = 64;

/// A set of numbers, sorted and each once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Numbers {
    list: Arc<[i64]>,
    /// The same, eight bytes each, if there are too many to stand in a statement.
    bytes: Option<Arc<[u8]>>,
}

impl Numbers {
    /// These.
    pub fn new(mut list: Vec<i64>) -> Numbers {
        list.sort_unstable();
        list.dedup();
        let long = list.len() > BESIDE_MAX;
        let bytes = long.then(|| list.iter().flat_map(|number| number.to_le_bytes()).collect());
        Numbers { list: list.into(), bytes }
    }

    /// Sorted.
    pub fn list(&self) -> &[i64] {
        &self.list
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether a number is among them.
    pub fn has(&self, number: i64) -> bool {
        self.list.binary_search(&number).is_ok()
    }

    pub(crate) fn bytes(&self) -> Option<&Arc<[u8]>> {
        self.bytes.as_ref()
    }
}

impl From<Arc<[i64]>> for Numbers {
    fn from(list: Arc<[i64]>) -> Numbers {
        Numbers::new(list.to_vec())
    }
}

impl From<Vec<i64>> for Numbers {
    fn from(list: Vec<i64>) -> Numbers {
        Numbers::new(list)
    }
}

impl FromIterator<i64> for Numbers {
    fn from_iter<I: IntoIterator<Item = i64>>(list: I) -> Numbers {
        Numbers::new(list.into_iter().collect())
    }
}

/// Whether a number is in a set given as sorted bytes.
pub(crate) fn contains(bytes: &[u8], number: i64) -> bool {
    let (list, _) = bytes.as_chunks::<8>();
    list.binary_search_by(|chunk| i64::from_le_bytes(*chunk).cmp(&number)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_set_is_looked_into_by_its_bytes() {
        let set: Numbers = (0..1000).map(|n| n * 3 - 900).rev().collect();
        let bytes = set.bytes().unwrap();
        for n in -1000..3000 {
            assert_eq!(contains(bytes, n), set.has(n), "{n}");
            assert_eq!(set.has(n), (-900..2100).contains(&n) && n % 3 == 0, "{n}");
        }
        assert!(!contains(&[], 1));
    }

    #[test]
    fn a_short_set_has_no_bytes() {
        assert!(Numbers::new(vec![3, 1, 3]).bytes().is_none());
        assert_eq!(Numbers::new(vec![3, 1, 3]).list(), [1, 3]);
    }
}
