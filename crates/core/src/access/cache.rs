//! Sights that were made, for callers about whom the same is known.
//!
//! Promise: a sight is used again only while nothing that the rules rest on has changed: who asks with all that is known of
//! them, through which app, the search parameters, and the moment's place between the moments at which a right begins or
//! ends (a role, a representation, a day). It is forgotten when the process ends.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use akson_store::search::registry::Registry;
use akson_store::search::sight::Sight;

use super::{Action, age};
use crate::caller::{App, Caller, Who};

/// Sights that are kept.
const SIGHTS_MAX: usize = 4096;

/// Sights that were made.
#[derive(Default)]
pub struct Cache {
    kept: Mutex<HashMap<u64, Arc<Kept>>>,
}

struct Kept {
    who: Who,
    app: Option<Arc<App>>,
    action: Action,
    /// While it is held, no other registry stands at its address.
    registry: Arc<Registry>,
    holds: Range<i64>,
    sight: Sight,
}

impl Kept {
    fn is_for(&self, registry: &Arc<Registry>, caller: &Caller, action: Action) -> bool {
        self.action == action
            && self.holds.contains(&caller.moment)
            && Arc::ptr_eq(&self.registry, registry)
            && self.who == caller.who
            && self.app == caller.app
    }
}

impl Cache {
    /// The sight at the caller's moment; made, if there is none.
    pub(super) fn sight(
        &self,
        registry: &Arc<Registry>,
        caller: &Caller,
        action: Action,
        make: impl FnOnce() -> Sight,
    ) -> Sight {
        if caller.within.is_some() {
            return make().at(caller.moment);
        }
        let mut hasher = DefaultHasher::new();
        (&caller.who, &caller.app, action).hash(&mut hasher);
        let key = hasher.finish();
        let found = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(kept) = found.filter(|kept| kept.is_for(registry, caller, action)) {
            return kept.sight.at(caller.moment);
        }
        let sight = make();
        let kept = Kept {
            who: caller.who.clone(),
            app: caller.app.clone(),
            action,
            registry: Arc::clone(registry),
            holds: holds(caller),
            sight: sight.clone(),
        };
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= SIGHTS_MAX {
            all.clear();
        }
        all.insert(key, Arc::new(kept));
        sight.at(caller.moment)
    }
}

/// The moments around the caller's at which what the rules say of them stays the same.
fn holds(caller: &Caller) -> Range<i64> {
    let mut turns = Vec::new();
    match age::day(caller.moment).and_then(age::bounds) {
        Some((from, until)) => turns.extend([from, until]),
        None => return caller.moment..caller.moment + 1,
    }
    match &caller.who {
        Who::Staff(staff) => turns.extend([staff.from, staff.until]),
        Who::Citizen(citizen) => turns.extend(citizen.on_behalf.iter().flat_map(|other| [other.from, other.until])),
        Who::Operator | Who::System(_) | Who::Link(_) | Who::Job(_) => {}
    }
    let from = turns.iter().copied().filter(|turn| *turn <= caller.moment).max().unwrap_or(i64::MIN);
    let until = turns.iter().copied().filter(|turn| *turn > caller.moment).min().unwrap_or(i64::MAX);
    from..until
}
