//! An emergency opening: with a reason, for at most four hours, told to the patient and reviewed.
//!
//! It shows what a care relation would and lifts the patient's blocks (`block`) and the sensitive categories (`sensitive`),
//! but for blocks that hold in an emergency too.

use akson_store::search::sight::OpeningKind;

use super::ground::opened;
use crate::access::{Asked, Word};

/// The rule.
pub fn rule(asked: &Asked<'_>) -> Word {
    match opened(asked, OpeningKind::Emergency) {
        Some(clause) => Word::Allow(vec![vec![clause]]),
        None => Word::Silent,
    }
}
