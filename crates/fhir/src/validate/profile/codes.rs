//! Value sets and code systems given with profiles.
//!
//! Takes in what can be said from the resources themselves: expansions, listed codes, whole systems,
//! `is-a` filters over given systems, other value sets. Where it cannot say, it says nothing, and
//! the caller's terminology is asked. Spec: <https://hl7.org/fhir/R4/valueset.html#compositions>.

use std::cell::Cell;
use std::collections::HashMap;

use super::{Profiles, bare, text};
use crate::definition::Definitions;
use crate::json::{Tree, Value};

/// Value sets that are looked into to answer for one code.
pub(super) const NESTED_MAX: usize = 64;

/// A value set as it was given.
#[derive(Debug)]
pub(super) struct GivenValueSet {
    tree: Option<Tree>,
    /// Codes of the expansion, each with its systems, if there is one.
    expansion: Option<HashMap<String, Vec<String>>>,
}

/// A code system as it was given.
#[derive(Debug)]
pub(super) struct CodeList {
    /// Each code with the one above it.
    parents: HashMap<String, Option<String>>,
    pub(super) complete: bool,
}

impl GivenValueSet {
    pub(super) fn read(root: Value<'_>) -> GivenValueSet {
        let compose = root.get("compose");
        // What is composed says more than an expansion, which may be one page of many.
        let expansion = root.get("expansion").filter(|_| compose.is_none()).map(|expansion| {
            let mut codes: HashMap<String, Vec<String>> = HashMap::new();
            let mut open: Vec<Value<'_>> = expansion.get("contains").into_iter().flat_map(Value::items).collect();
            while let Some(contained) = open.pop() {
                if let Some(code) = text(contained, "code") {
                    codes
                        .entry(code.to_owned())
                        .or_default()
                        .push(text(contained, "system").unwrap_or_default().to_owned());
                }
                open.extend(contained.get("contains").into_iter().flat_map(Value::items));
            }
            codes
        });
        GivenValueSet { tree: compose.and_then(|compose| Tree::parse(compose.raw().as_bytes()).ok()), expansion }
    }
}

impl CodeList {
    pub(super) fn read(root: Value<'_>) -> CodeList {
        let mut parents = HashMap::new();
        let mut open: Vec<(Value<'_>, Option<String>)> =
            root.get("concept").into_iter().flat_map(Value::items).map(|concept| (concept, None)).collect();
        while let Some((concept, parent)) = open.pop() {
            let code = text(concept, "code").map(str::to_owned);
            open.extend(concept.get("concept").into_iter().flat_map(Value::items).map(|inner| (inner, code.clone())));
            if let Some(code) = code {
                parents.insert(code, parent);
            }
        }
        CodeList { parents, complete: text(root, "content") == Some("complete") }
    }

    pub(super) fn has(&self, code: &str) -> bool {
        self.parents.contains_key(code)
    }

    fn is_a(&self, code: &str, ancestor: &str) -> bool {
        let mut at = Some(code);
        for _ in 0..=self.parents.len() {
            match at {
                Some(found) if found == ancestor => return self.has(code),
                Some(found) => at = self.parents.get(found).and_then(Option::as_deref),
                None => return false,
            }
        }
        false
    }
}

/// Whether a given value set has a code. A system of none is any system, an empty one none at all.
pub(super) fn in_value_set(
    profiles: &Profiles,
    url: &str,
    system: Option<&str>,
    code: &str,
    left: &Cell<usize>,
) -> Option<bool> {
    left.set(left.get().checked_sub(1)?);
    let set = profiles.value_sets.get(bare(url))?;
    if let Some(expansion) = &set.expansion {
        let systems = expansion.get(code);
        return Some(
            systems.is_some_and(|systems| system.is_none_or(|system| systems.iter().any(|held| held == system))),
        );
    }
    let compose = set.tree.as_ref()?.root();
    let mut answer = Some(false);
    for include in compose.get("include").into_iter().flat_map(Value::items) {
        match takes(profiles, include, system, code, left) {
            Some(true) => answer = Some(true),
            None if answer == Some(false) => answer = None,
            _ => {}
        }
        if answer == Some(true) {
            break;
        }
    }
    for exclude in compose.get("exclude").into_iter().flat_map(Value::items) {
        match takes(profiles, exclude, system, code, left) {
            Some(true) => return Some(false),
            None if answer == Some(true) => answer = None,
            _ => {}
        }
    }
    answer
}

/// Whether one part of a composition takes a code: all its conditions must.
fn takes(profiles: &Profiles, part: Value<'_>, system: Option<&str>, code: &str, left: &Cell<usize>) -> Option<bool> {
    let mut answer = Some(true);
    let mut add = |next: Option<bool>| {
        answer = match (answer, next) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    };
    for set in part.get("valueSet").into_iter().flat_map(Value::items).filter_map(Value::str) {
        let given = in_value_set(profiles, set, system, code, left);
        add(given.or_else(|| Definitions::r4().value_set(bare(set))?.contains(system, code)));
    }
    if let Some(own) = text(part, "system") {
        add(Some(system.is_none_or(|system| system == own)));
        add(in_system(profiles, part, own, code));
    }
    answer
}

fn in_system(profiles: &Profiles, part: Value<'_>, system: &str, code: &str) -> Option<bool> {
    if let Some(concepts) = part.get("concept") {
        return Some(concepts.items().any(|concept| text(concept, "code") == Some(code)));
    }
    let given = profiles.code_systems.get(bare(system));
    let known = Definitions::r4().code_system(system);
    let Some(filters) = part.get("filter") else {
        return match (given, known) {
            (Some(list), _) => {
                if list.has(code) {
                    Some(true)
                } else {
                    list.complete.then_some(false)
                }
            }
            (None, Some(list)) => {
                if list.find(code).is_some() {
                    Some(true)
                } else {
                    list.complete.then_some(false)
                }
            }
            (None, None) => None,
        };
    };
    let mut all = Some(true);
    for filter in filters.items() {
        let value = text(filter, "value").unwrap_or_default();
        let below = || match (given, known) {
            (Some(list), _) => Some(list.is_a(code, value)),
            (None, Some(list)) => Some(list.is_a(code, value)),
            (None, None) => None,
        };
        let held = match text(filter, "op") {
            Some("is-a") => below(),
            Some("descendent-of") => below().map(|below| below && code != value),
            Some("is-not-a") => below().map(|below| !below),
            _ => None,
        };
        match held {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}
