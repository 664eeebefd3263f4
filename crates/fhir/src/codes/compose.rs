//! Compositions: what they take in, and whether they take in one code.
//!
//! A part takes what all its conditions take: a system's listed, filtered or whole concepts, and other value sets.

use std::cell::Cell;
use std::sync::Arc;

use super::system::{Filter, System};
use super::{Cannot, Codes, Content, Expansion, bare, text};
use crate::definition::Definitions;
use crate::json::Value;

/// The codes that an expansion lists.
pub(super) fn listed(expansion: Value<'_>) -> Option<Expansion> {
    let mut found = Expansion::default();
    let mut open: Vec<Value<'_>> = items(expansion, "contains").collect();
    while let Some(contained) = open.pop() {
        let only_groups = contained.get("abstract").and_then(Value::bool) == Some(true);
        if let Some(code) = text(contained, "code").filter(|_| !only_groups) {
            found.add(text(contained, "system").unwrap_or_default(), code).ok()?;
        }
        open.extend(items(contained, "contains"));
    }
    Some(found)
}

/// All codes of a composition.
pub(super) fn expand(codes: &Codes, compose: Value<'_>, left: &Cell<usize>) -> Result<Expansion, Cannot> {
    let mut found = Expansion::default();
    for include in items(compose, "include") {
        for (system, code) in part(codes, include, left)?.iter() {
            found.add(system, code)?;
        }
    }
    for exclude in items(compose, "exclude") {
        match part(codes, exclude, left) {
            Ok(excluded) => excluded.iter().for_each(|(system, code)| found.remove(system, code)),
            // What is taken out need not be known in full, if each code can be judged.
            Err(reason) => without(codes, exclude, &mut found, left).ok_or(reason)?,
        }
    }
    Ok(found)
}

fn without(codes: &Codes, exclude: Value<'_>, found: &mut Expansion, left: &Cell<usize>) -> Option<()> {
    let mut gone = Vec::new();
    for (system, code) in found.iter() {
        if takes(codes, exclude, Some(system), code, left)? {
            gone.push((system.to_owned(), code.to_owned()));
        }
    }
    gone.iter().for_each(|(system, code)| found.remove(system, code));
    Some(())
}

fn part(codes: &Codes, part: Value<'_>, left: &Cell<usize>) -> Result<Arc<Expansion>, Cannot> {
    let mut found = match text(part, "system") {
        Some(system) => Some(Arc::new(of_system(codes, part, system)?)),
        None => None,
    };
    for set in items(part, "valueSet").filter_map(Value::str) {
        let set = codes.expand_within(set, left)?;
        found = Some(match found {
            None => set,
            Some(before) => {
                let mut both = Expansion::default();
                for (system, code) in before.iter().filter(|(system, code)| set.has(Some(system), code)) {
                    both.add(system, code)?;
                }
                Arc::new(both)
            }
        });
    }
    Ok(found.unwrap_or_default())
}

fn of_system(codes: &Codes, part: Value<'_>, url: &str) -> Result<Expansion, Cannot> {
    let mut found = Expansion::default();
    if let Some(concepts) = part.get("concept") {
        for code in concepts.items().filter_map(|concept| text(concept, "code")) {
            found.add(url, code)?;
        }
        return Ok(found);
    }
    let open = || Cannot::Open(url.to_owned());
    let system = codes.system(url).filter(|system| system.complete()).ok_or_else(open)?;
    let filters = items(part, "filter").map(|filter| Filter::read(system, filter)).collect::<Result<Vec<_>, _>>()?;
    for code in system.codes() {
        let mut taken = true;
        for filter in &filters {
            taken &= filter.passes(system, code).ok_or_else(open)?;
        }
        if taken {
            found.add(url, code)?;
        }
    }
    Ok(found)
}

/// Whether a given value set has a code.
pub(super) fn contains(codes: &Codes, url: &str, system: Option<&str>, code: &str, left: &Cell<usize>) -> Option<bool> {
    let Some(set) = codes.set(url).or_else(|| codes.set(bare(url))) else {
        let (own, given) = codes.whole(url)?;
        let known = if given.has(code) { Some(true) } else { given.complete.then_some(false) };
        return if system.is_none_or(|system| system == own) { known } else { Some(false) };
    };
    if let Ok(expansion) = set.expanded(codes, left) {
        return Some(expansion.has(system, code));
    }
    left.set(left.get().checked_sub(1)?);
    let Content::Composed(tree) = &set.content else { return None };
    let mut answer = Some(false);
    for include in items(tree.root(), "include") {
        match takes(codes, include, system, code, left) {
            Some(true) => answer = Some(true),
            None if answer == Some(false) => answer = None,
            _ => {}
        }
        if answer == Some(true) {
            break;
        }
    }
    for exclude in items(tree.root(), "exclude") {
        match takes(codes, exclude, system, code, left) {
            Some(true) => return Some(false),
            None if answer == Some(true) => answer = None,
            _ => {}
        }
    }
    answer
}

/// Whether one part of a composition takes a code: all its conditions must.
fn takes(codes: &Codes, part: Value<'_>, system: Option<&str>, code: &str, left: &Cell<usize>) -> Option<bool> {
    let mut answer = Some(true);
    let mut add = |next: Option<bool>| {
        answer = match (answer, next) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    };
    for set in items(part, "valueSet").filter_map(Value::str) {
        let given = contains(codes, set, system, code, left);
        add(given.or_else(|| Definitions::r4().value_set(bare(set))?.contains(system, code)));
    }
    if let Some(own) = text(part, "system") {
        add(Some(system.is_none_or(|system| system == own)));
        add(in_system(codes, part, own, code));
    }
    answer
}

fn in_system(codes: &Codes, part: Value<'_>, url: &str, code: &str) -> Option<bool> {
    if let Some(concepts) = part.get("concept") {
        return Some(concepts.items().any(|concept| text(concept, "code") == Some(code)));
    }
    let system = codes.system(url)?;
    if !system.has(code) {
        return system.complete().then_some(false);
    }
    let mut all = Some(true);
    for filter in items(part, "filter") {
        match passes(system, filter, code) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}

fn passes<'a>(system: System<'a>, filter: Value<'a>, code: &'a str) -> Option<bool> {
    let value = text(filter, "value").unwrap_or_default();
    // Upwards is the shorter way for one code.
    let below = || system.above(code).contains(&value);
    match text(filter, "op") {
        Some("is-a") => Some(below()),
        Some("descendent-of") => Some(code != value && below()),
        Some("is-not-a") => Some(!below()),
        _ => Filter::read(system, filter).ok()?.passes(system, code),
    }
}

fn items<'a>(value: Value<'a>, key: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    value.get(key).into_iter().flat_map(Value::items)
}
