//! Whom a token stood for at its last request, so that the next one asks the database nothing.
//!
//! Promise: it holds only while nothing was written about accounts, sessions and those at work since before it was read,
//! and until a role begins or ends. What was written is counted before its writer is answered. What it does not do: check
//! the token.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::audit::Actor;
use crate::caller::Caller;

/// How much was written about accounts and sessions, and about those at work.
pub(super) type Known = (u64, u64);

/// The caller that a token last stood for.
#[derive(Debug, Default)]
pub(super) struct Holder {
    kept: RwLock<Option<Kept>>,
    /// One more than what was known of sessions when the token's own went on; 0: never looked at.
    went_on: AtomicU64,
}

#[derive(Debug)]
struct Kept {
    known: Known,
    holds: Range<i64>,
    caller: Caller,
}

impl Holder {
    /// The caller, if it is still the same.
    pub(super) fn get(&self, known: Known, moment: i64) -> Option<Caller> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref().filter(|kept| kept.known == known && kept.holds.contains(&moment))?;
        Some(kept.caller.clone())
    }

    /// Keeps a caller that was just made, named for the log; `known` was looked at before.
    pub(super) fn keep(&self, known: Known, holds: Range<i64>, mut caller: Caller) -> Caller {
        caller.actor = Some(Arc::from(Actor::of(&caller).text()));
        if !holds.is_empty() {
            let kept = Kept { known, holds, caller: Caller { request: String::new(), ..caller.clone() } };
            *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        }
        caller
    }

    /// Whether the token's session went on when so much was known.
    pub(super) fn went_on(&self, known: u64) -> bool {
        self.went_on.load(Ordering::Acquire) == known + 1
    }

    /// The session went on; `known` was looked at before.
    pub(super) fn note_went_on(&self, known: u64) {
        self.went_on.store(known + 1, Ordering::Release);
    }
}
