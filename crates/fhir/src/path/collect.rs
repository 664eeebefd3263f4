//! Collections without repeats.
//!
//! Promises: the first of equal items stays, in its place; large collections are looked up by hash.

use super::compare;
use super::error::PathError;
use super::eval::Run;
use super::item::{Item, Items};
use std::collections::HashMap;

/// From this size on, items are found by hash instead of one by one.
const HASHED_FROM: usize = 12;

/// A collection that takes each item once.
#[derive(Default)]
pub(super) struct Distinct<'a> {
    pub items: Items<'a>,
    places: Option<HashMap<u64, Vec<usize>>>,
}

impl<'a> Distinct<'a> {
    /// Adds an item unless an equal one is there; says whether it was added.
    pub fn add(&mut self, run: &Run<'a, '_>, item: &Item<'a>) -> Result<bool, PathError> {
        if self.holds(run, item)? {
            return Ok(false);
        }
        if let Some(places) = &mut self.places {
            places.entry(compare::hash(item)).or_default().push(self.items.len());
        }
        self.items.push(item.clone());
        if self.places.is_none() && self.items.len() >= HASHED_FROM {
            let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
            for (at, item) in self.items.iter().enumerate() {
                places.entry(compare::hash(item)).or_default().push(at);
            }
            self.places = Some(places);
        }
        Ok(true)
    }

    /// Whether an equal item is there.
    pub fn holds(&self, run: &Run<'a, '_>, item: &Item<'a>) -> Result<bool, PathError> {
        let Some(places) = &self.places else {
            run.spend(self.items.len())?;
            return Ok(self.items.iter().any(|other| compare::equal(item, other) == Some(true)));
        };
        let Some(candidates) = places.get(&compare::hash(item)) else { return run.spend(1).map(|()| false) };
        run.spend(candidates.len())?;
        Ok(candidates.iter().any(|at| compare::equal(item, &self.items[*at]) == Some(true)))
    }

    /// The distinct items of a collection.
    pub fn of(run: &Run<'a, '_>, items: &[Item<'a>]) -> Result<Distinct<'a>, PathError> {
        let mut distinct = Distinct::default();
        for item in items {
            distinct.add(run, item)?;
        }
        Ok(distinct)
    }
}
