//! Bodies that were read not long ago, so that what is read often is not decompressed and summed each time.
//!
//! A body is found by the checksum of its version, over text, type and version: whoever asks has just read that checksum
//! from the row, at the moment of their own view, so nothing is ever shown that is not in the row's version any more.
//! Bounded in bytes; whatever stands in the way of a new body goes. `akson verify` does not look here.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::body::Unstamped;

/// Bytes of all bodies that are kept.
const KEPT_BYTES_MAX: usize = 16 << 20;
/// A longer body is not kept: it would take the place of many.
const BODY_BYTES_MAX: usize = 16 << 10;
/// Places for bodies, two in each.
const PLACES: usize = 8192;
/// What a body takes beside its text.
const BESIDE: usize = 96;

/// The checksum of a version.
type Sum = [u8; 16];

/// Two bodies, the one last used first.
type Two = [Option<(Sum, Arc<Unstamped>)>; 2];

/// Bodies of one database.
pub(crate) struct Bodies {
    places: Vec<Mutex<Two>>,
    bytes: AtomicUsize,
    /// Where the next one goes that is in nobody's way but too much.
    hand: AtomicUsize,
}

impl Default for Bodies {
    fn default() -> Bodies {
        let places = std::iter::repeat_with(Mutex::default).take(PLACES).collect();
        Bodies { places, bytes: AtomicUsize::new(0), hand: AtomicUsize::new(0) }
    }
}

impl Bodies {
    /// The body of the version with this checksum.
    pub(crate) fn get(&self, sum: &[u8]) -> Option<Arc<Unstamped>> {
        let sum: Sum = sum.try_into().ok()?;
        let mut two = self.place(&sum);
        let at = two.iter().position(|one| one.as_ref().is_some_and(|(known, _)| *known == sum))?;
        two.swap(0, at);
        two[0].as_ref().map(|(_, body)| Arc::clone(body))
    }

    /// Keeps a body whose checksum was found to be right.
    pub(crate) fn keep(&self, sum: Sum, body: &Arc<Unstamped>) {
        if body.text.len() > BODY_BYTES_MAX {
            return;
        }
        let gone = {
            let mut two = self.place(&sum);
            two.swap(0, 1);
            two[0].replace((sum, Arc::clone(body)))
        };
        self.bytes.fetch_add(size(body), Ordering::Relaxed);
        self.gone(gone);
        // As many steps as there are places: by then nothing is left.
        for _ in 0..PLACES {
            if self.bytes.load(Ordering::Relaxed) <= KEPT_BYTES_MAX {
                return;
            }
            let at = self.hand.fetch_add(1, Ordering::Relaxed) % PLACES;
            let two = std::mem::take(&mut *lock(&self.places[at]));
            two.into_iter().for_each(|one| self.gone(one));
        }
    }

    fn gone(&self, one: Option<(Sum, Arc<Unstamped>)>) {
        if let Some((_, body)) = one {
            self.bytes.fetch_sub(size(&body), Ordering::Relaxed);
        }
    }

    fn place(&self, sum: &Sum) -> MutexGuard<'_, Two> {
        // Any bytes of a checksum are as good as random.
        let at = usize::from(u16::from_le_bytes([sum[0], sum[1]])) % PLACES;
        lock(&self.places[at])
    }
}

fn size(body: &Unstamped) -> usize {
    body.text.capacity() + BESIDE
}

fn lock(two: &Mutex<Two>) -> MutexGuard<'_, Two> {
    two.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(length: usize) -> Arc<Unstamped> {
        Arc::new(Unstamped { text: "x".repeat(length), stamp_at: 0, in_meta: false, id_at: 0 })
    }

    fn sum(n: usize) -> Sum {
        // Spread over the places as checksums are.
        (n as u128).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835).to_be_bytes()
    }

    #[test]
    fn a_body_is_found_by_its_own_checksum_only() {
        let bodies = Bodies::default();
        let (one, other) = (sum(1), sum(2));
        bodies.keep(one, &body(10));
        assert_eq!(bodies.get(&one).unwrap().text.len(), 10);
        assert!(bodies.get(&other).is_none());
        assert!(bodies.get(&one[..15]).is_none());
        let mut near = one;
        near[15] ^= 1;
        assert!(bodies.get(&near).is_none(), "the same place, another checksum");
    }

    #[test]
    fn the_body_used_last_stays_when_a_third_comes() {
        let bodies = Bodies::default();
        let at = |n: u8| [[7; 2].as_slice(), &[n; 14]].concat().try_into().unwrap();
        bodies.keep(at(1), &body(1));
        bodies.keep(at(2), &body(2));
        assert!(bodies.get(&at(1)).is_some());
        bodies.keep(at(3), &body(3));
        assert!(bodies.get(&at(1)).is_some() && bodies.get(&at(3)).is_some());
        assert!(bodies.get(&at(2)).is_none());
    }

    #[test]
    fn kept_bodies_have_a_limit() {
        let bodies = Bodies::default();
        for n in 0..4 * PLACES {
            bodies.keep(sum(n), &body(BODY_BYTES_MAX / 2));
            assert!(bodies.bytes.load(Ordering::Relaxed) <= KEPT_BYTES_MAX, "{n}");
        }
        let filled: usize =
            bodies.places.iter().flat_map(|two| lock(two).clone()).flatten().map(|one| size(&one.1)).sum();
        assert_eq!(filled, bodies.bytes.load(Ordering::Relaxed));
        assert!(filled > KEPT_BYTES_MAX / 2, "{filled}");
    }

    #[test]
    fn a_body_has_a_length_up_to_which_it_is_kept() {
        let bodies = Bodies::default();
        bodies.keep(sum(1), &body(BODY_BYTES_MAX));
        bodies.keep(sum(2), &body(BODY_BYTES_MAX + 1));
        assert!(bodies.get(&sum(1)).is_some() && bodies.get(&sum(2)).is_none());
    }
}
