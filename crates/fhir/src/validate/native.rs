//! Invariants of the specification written by hand: those that cost much as FHIRPath, or that
//! FHIRPath as published judges wrongly.
//!
//! Each answers whether the rule holds. Rules that the walk checks anyway are listed here so that
//! they are not tried twice. Spec: <https://hl7.org/fhir/R4/conformance-rules.html#constraints>.

use std::collections::HashSet;

use crate::json::{Tree, Value};
use crate::value::date::{DateTime, Zone};

/// A rule written by hand, by its key in the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Native {
    /// Contained resources contain none.
    Dom2,
    /// Contained resources are referred to, or refer to their container.
    Dom3,
    /// Contained resources have no version and no moment of change.
    Dom4,
    /// Contained resources have no security label.
    Dom5,
    /// A resource should have a narrative.
    Dom6,
    /// A period's start is not after its end.
    Per1,
    /// Entries have a request in batches, transactions and histories, and only there.
    Bdl3,
    /// Entries have a response in answers and histories, and only there.
    Bdl4,
    /// Full addresses are unique, or differ in version.
    Bdl7,
    /// Full addresses name no version.
    Bdl8,
    /// Asking whether an answer exists is answered by a boolean.
    Que7,
    /// Link ids of a questionnaire are unique.
    Que2,
    /// Codes of a code system are unique.
    Csd1,
}

impl Native {
    pub(super) fn named(key: &str) -> Option<Native> {
        Some(match key {
            "dom-2" => Native::Dom2,
            "dom-3" => Native::Dom3,
            "dom-4" => Native::Dom4,
            "dom-5" => Native::Dom5,
            "dom-6" => Native::Dom6,
            "per-1" => Native::Per1,
            "bdl-3" => Native::Bdl3,
            "bdl-4" => Native::Bdl4,
            "bdl-7" => Native::Bdl7,
            "bdl-8" => Native::Bdl8,
            "que-7" => Native::Que7,
            "que-2" => Native::Que2,
            "csd-1" => Native::Csd1,
            _ => return None,
        })
    }

    /// Whether the rule holds for this object.
    pub(super) fn holds(self, object: Value<'_>) -> bool {
        let contained = || object.get("contained").into_iter().flat_map(Value::items);
        let no_meta = |key: &str| contained().all(|inner| inner.get("meta").is_none_or(|meta| meta.get(key).is_none()));
        match self {
            Native::Dom2 => contained().all(|inner| inner.get("contained").is_none()),
            Native::Dom3 => contained_are_used(object),
            Native::Dom4 => no_meta("versionId") && no_meta("lastUpdated"),
            Native::Dom5 => no_meta("security"),
            Native::Dom6 => object.get("text").is_some_and(|text| text.get("div").is_some()),
            Native::Per1 => in_order(object.get("start"), object.get("end")),
            Native::Bdl3 => entries_have(object, "request", &["batch", "transaction", "history"]),
            Native::Bdl4 => entries_have(object, "response", &["batch-response", "transaction-response", "history"]),
            Native::Bdl7 => full_urls_are_unique(object),
            Native::Bdl8 => object.get("fullUrl").and_then(Value::str).is_none_or(|url| !url.contains("/_history/")),
            Native::Que7 => {
                object.get("operator").and_then(Value::str) != Some("exists") || object.get("answerBoolean").is_some()
            }
            Native::Que2 => are_unique(object, "linkId"),
            Native::Csd1 => object.get("concept").is_none_or(codes_are_unique),
        }
    }
}

/// Rules that `structure` and `narrative` check for every value.
pub(super) fn is_checked_by_the_walk(key: &str) -> bool {
    matches!(key, "ele-1" | "txt-1" | "txt-2")
}

/// Members without which a rule holds, where its expression does not show it at once.
pub(super) fn needs(key: &str) -> &'static [&'static str] {
    match key {
        "dom-2" | "dom-3" | "dom-4" | "dom-5" => &["contained"],
        "obs-7" => &["value", "component"],
        "ref-1" => &["reference"],
        "per-1" => &["start", "end"],
        // Of nothing, `is` answers the empty collection.
        "ras-2" => &["probability"],
        "bdl-8" => &["fullUrl"],
        "bdl-3" | "bdl-4" | "bdl-7" => &["entry"],
        _ => &[],
    }
}

fn contained_are_used(object: Value<'_>) -> bool {
    let tree = object.tree();
    let Some(list) = object.get("contained") else { return true };
    if list.is_empty() {
        return true;
    }
    // Narratives show contained pictures by their id too, so every `#id` of the text counts.
    let named = marks(object.raw());
    let mut from_inside: HashSet<u32> = HashSet::new();
    let inside: Vec<(u32, u32)> = list.items().map(|inner| (inner.node(), end(tree, inner))).collect();
    for node in list.node()..end(tree, list) {
        if tree.value(node).and_then(Value::str) == Some("#") {
            let holder = inside.partition_point(|(start, _)| *start <= node).checked_sub(1);
            from_inside
                .extend(holder.and_then(|at| inside.get(at)).filter(|(_, end)| node < *end).map(|(start, _)| *start));
        }
    }
    let id = |inner: Value<'_>| inner.get("id").and_then(Value::str).is_some_and(|id| named.contains(id));
    list.items().all(|inner| from_inside.contains(&inner.node()) || id(inner))
}

/// Every id that follows a `#`.
fn marks(text: &str) -> HashSet<&str> {
    let id_of = |at: usize| {
        let rest = text.get(at + 1..)?;
        let end = rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')));
        rest.get(..end.unwrap_or(rest.len()))
    };
    memchr::memchr_iter(b'#', text.as_bytes()).filter_map(id_of).collect()
}

/// The number after the last value inside this one.
fn end(tree: &Tree, value: Value<'_>) -> u32 {
    let (_, last) = value.span();
    // Nodes stand in document order: the first that starts after the end is found by halving.
    let (mut low, mut high) = (value.node() + 1, value.node() + 1);
    let mut step = 1u32;
    let after = |node: u32| tree.value(node).is_none_or(|found| found.span().0 >= last);
    while !after(high) {
        low = high;
        high = high.saturating_add(step);
        step = step.saturating_mul(2);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if after(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    high
}

/// Whether the first date is not surely after the second.
fn in_order(start: Option<Value<'_>>, end: Option<Value<'_>>) -> bool {
    let (Some(start), Some(end)) = (start.and_then(Value::str), end.and_then(Value::str)) else { return true };
    if start.len() == end.len() && start.len() <= 10 {
        return start <= end;
    }
    match (DateTime::parse(start), DateTime::parse(end)) {
        (Some(start), Some(end)) => start.range(Zone(0)).low < end.range(Zone(0)).high,
        _ => true,
    }
}

fn entries_have(bundle: Value<'_>, key: &str, kinds: &[&str]) -> bool {
    let wanted = bundle.get("type").and_then(Value::str).is_some_and(|kind| kinds.contains(&kind));
    bundle.get("entry").is_none_or(|entries| entries.items().all(|entry| entry.get(key).is_some() == wanted))
}

fn full_urls_are_unique(bundle: Value<'_>) -> bool {
    if bundle.get("type").and_then(Value::str) == Some("history") {
        return true;
    }
    let mut seen = HashSet::new();
    let entries = bundle.get("entry").into_iter().flat_map(Value::items);
    let mut named = entries.filter_map(|entry| entry.get("fullUrl").map(|url| (url.raw(), version_of(entry))));
    named.all(|pair| seen.insert(pair))
}

fn version_of(entry: Value<'_>) -> &str {
    let meta = entry.get("resource").and_then(|resource| resource.get("meta"));
    meta.and_then(|meta| meta.get("versionId")).map(Value::raw).unwrap_or_default()
}

fn are_unique(object: Value<'_>, key: &str) -> bool {
    let tree = object.tree();
    let mut seen = HashSet::new();
    let mut inside = (object.node()..end(tree, object)).filter_map(|node| tree.value(node));
    inside.all(|value| value.key() != key || seen.insert(value.raw()))
}

fn codes_are_unique(concepts: Value<'_>) -> bool {
    let mut seen = HashSet::new();
    let mut open: Vec<Value<'_>> = concepts.items().collect();
    while let Some(concept) = open.pop() {
        if concept.get("code").is_some_and(|code| !seen.insert(code.raw())) {
            return false;
        }
        open.extend(concept.get("concept").into_iter().flat_map(Value::items));
    }
    true
}
