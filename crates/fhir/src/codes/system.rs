//! Code systems, given or FHIR's own, and the filters that choose among their concepts.
//!
//! Spec: <https://hl7.org/fhir/R4/valueset-filter-operator.html>.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use regex_lite::Regex;

use super::{Cannot, text};
use crate::definition::CodeSystem;
use crate::json::{Kind, Value};

/// A code system as it was given.
#[derive(Debug)]
pub(super) struct GivenSystem {
    concepts: HashMap<String, Concept>,
    children: HashMap<String, Vec<String>>,
    /// The address of the value set of all its codes.
    pub(super) all: String,
    /// Whether all its concepts are here.
    pub(super) complete: bool,
}

#[derive(Debug, Default)]
struct Concept {
    display: String,
    parents: Vec<String>,
    properties: Vec<(String, String)>,
}

impl GivenSystem {
    pub(super) fn read(root: Value<'_>) -> GivenSystem {
        let mut concepts: HashMap<String, Concept> = HashMap::new();
        let mut children: HashMap<String, Vec<String>> = HashMap::new();
        let mut open: Vec<(Value<'_>, Option<String>)> = items(root, "concept").map(|one| (one, None)).collect();
        while let Some((value, above)) = open.pop() {
            let Some(code) = value.get("code").and_then(Value::as_str) else { continue };
            open.extend(items(value, "concept").map(|inner| (inner, Some(code.to_string()))));
            let concept = concepts.entry(code.to_string()).or_default();
            concept.display = value.get("display").and_then(Value::as_str).unwrap_or_default().into_owned();
            concept.parents.extend(above);
            for property in items(value, "property") {
                let Some((name, told)) = property_of(property) else { continue };
                match name {
                    "parent" | "subsumedBy" => concept.parents.push(told),
                    "child" => children.entry(code.to_string()).or_default().push(told),
                    _ => concept.properties.push((name.to_owned(), told)),
                }
            }
        }
        for (parent, told) in &children {
            for child in told {
                if let Some(concept) = concepts.get_mut(child).filter(|concept| !concept.parents.contains(parent)) {
                    concept.parents.push(parent.clone());
                }
            }
        }
        children.clear();
        for (code, concept) in &concepts {
            for parent in &concept.parents {
                children.entry(parent.clone()).or_default().push(code.clone());
            }
        }
        let all = text(root, "valueSet").unwrap_or_default().to_owned();
        GivenSystem { concepts, children, all, complete: text(root, "content") == Some("complete") }
    }

    pub(super) fn has(&self, code: &str) -> bool {
        self.concepts.contains_key(code)
    }

    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        self.concepts.keys().map(String::as_str)
    }

    fn parents(&self, code: &str) -> impl Iterator<Item = &str> {
        self.concepts.get(code).into_iter().flat_map(|concept| concept.parents.iter().map(String::as_str))
    }

    fn children(&self, code: &str) -> impl Iterator<Item = &str> {
        self.children.get(code).into_iter().flatten().map(String::as_str)
    }
}

fn items<'a>(value: Value<'a>, key: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    value.get(key).into_iter().flat_map(Value::items)
}

fn property_of(property: Value<'_>) -> Option<(&str, String)> {
    let value = property.members().find(|(key, _)| key.starts_with("value")).map(|(_, value)| value)?;
    let told = match value.kind() {
        Kind::Object => value.get("code")?.as_str()?.into_owned(),
        Kind::String => value.as_str()?.into_owned(),
        _ => value.raw().to_owned(),
    };
    Some((text(property, "code")?, told))
}

/// A code system, whoever told it.
#[derive(Clone, Copy)]
pub(super) enum System<'a> {
    Given(&'a GivenSystem),
    Known(&'static CodeSystem),
}

impl<'a> System<'a> {
    pub(super) fn complete(self) -> bool {
        match self {
            System::Given(given) => given.complete,
            System::Known(known) => known.complete,
        }
    }

    pub(super) fn has(self, code: &str) -> bool {
        match self {
            System::Given(given) => given.has(code),
            System::Known(known) => known.find(code).is_some(),
        }
    }

    pub(super) fn codes(self) -> Vec<&'a str> {
        match self {
            System::Given(given) => given.codes().collect(),
            System::Known(known) => known.concepts.iter().map(|concept| concept.code).collect(),
        }
    }

    /// A code that is known, and all below it.
    pub(super) fn below(self, code: &str) -> Vec<&'a str> {
        match self {
            System::Given(given) => reached(given, code, |at| given.children(at).collect()),
            System::Known(known) => {
                known.concepts.iter().map(|concept| concept.code).filter(|other| known.is_a(other, code)).collect()
            }
        }
    }

    /// A code that is known, and all above it.
    pub(super) fn above(self, code: &str) -> Vec<&'a str> {
        match self {
            System::Given(given) => reached(given, code, |at| given.parents(at).collect()),
            System::Known(known) => {
                known.concepts.iter().map(|concept| concept.code).filter(|other| known.is_a(code, other)).collect()
            }
        }
    }

    /// The values of a property of a concept; none if the property is not known here.
    fn values(self, code: &'a str, property: &str) -> Option<Vec<Cow<'a, str>>> {
        let flag = |is: bool| vec![Cow::Borrowed(if is { "true" } else { "false" })];
        match (self, property) {
            (_, "concept" | "code") => Some(vec![Cow::Borrowed(code)]),
            (System::Given(given), "parent") => Some(given.parents(code).map(Cow::Borrowed).collect()),
            (System::Given(given), "child") => Some(given.children(code).map(Cow::Borrowed).collect()),
            (System::Given(given), "display") => Some(vec![Cow::Borrowed(given.concepts.get(code)?.display.as_str())]),
            (System::Given(given), _) => {
                let properties = given.concepts.get(code)?.properties.iter();
                Some(
                    properties
                        .filter(|(name, _)| name == property)
                        .map(|(_, told)| Cow::Borrowed(told.as_str()))
                        .collect(),
                )
            }
            (System::Known(known), "display") => Some(vec![Cow::Borrowed(known.find(code)?.display)]),
            (System::Known(known), "parent") => {
                let parents = known.find(code)?.parents.iter();
                Some(parents.filter_map(|at| Some(Cow::Borrowed(known.concepts.get(*at as usize)?.code))).collect())
            }
            (System::Known(known), "inactive") => known.find(code).map(|concept| flag(concept.inactive)),
            (System::Known(known), "notSelectable" | "abstract") => known.find(code).map(|one| flag(one.is_abstract)),
            (System::Known(_), _) => None,
        }
    }
}

/// A code and what can be reached from it, if it is known.
fn reached<'a>(given: &'a GivenSystem, code: &str, next: impl Fn(&str) -> Vec<&'a str>) -> Vec<&'a str> {
    let Some((code, _)) = given.concepts.get_key_value(code) else { return Vec::new() };
    let mut seen = HashSet::from([code.as_str()]);
    let mut open = vec![code.as_str()];
    while let Some(at) = open.pop() {
        open.extend(next(at).into_iter().filter(|found| given.has(found) && seen.insert(found)));
    }
    seen.into_iter().collect()
}

/// A filter of a composition, read for one code system.
pub(super) enum Filter<'a> {
    /// In (or not in) this part of the hierarchy.
    Among(HashSet<&'a str>, bool),
    /// A value of the property is (or is not) one of these.
    Values(&'a str, Vec<&'a str>, bool),
    /// A value of the property has this form.
    Form(&'a str, Regex),
    /// The property is there, or is not.
    Exists(&'a str, bool),
}

impl<'a> Filter<'a> {
    pub(super) fn read(system: System<'a>, filter: Value<'a>) -> Result<Filter<'a>, Cannot> {
        let part = |key: &str| text(filter, key).unwrap_or_default();
        let (property, op, value) = (part("property"), part("op"), part("value"));
        let below = |itself: bool| system.below(value).into_iter().filter(|code| itself || *code != value).collect();
        let unknown = || Cannot::Filter(format!("{property} {op}"));
        Ok(match op {
            "is-a" => Filter::Among(below(true), true),
            "descendent-of" => Filter::Among(below(false), true),
            "is-not-a" => Filter::Among(below(true), false),
            "generalizes" => Filter::Among(system.above(value).into_iter().collect(), true),
            "=" => Filter::Values(property, vec![value], true),
            "in" => Filter::Values(property, value.split(',').map(str::trim).collect(), true),
            "not-in" => Filter::Values(property, value.split(',').map(str::trim).collect(), false),
            "regex" => Filter::Form(property, Regex::new(&format!("^(?:{value})$")).map_err(|_| unknown())?),
            "exists" => Filter::Exists(property, value == "true"),
            _ => return Err(unknown()),
        })
    }

    /// Whether a concept passes; none if its property is not known here.
    pub(super) fn passes(&self, system: System<'a>, code: &'a str) -> Option<bool> {
        match self {
            Filter::Among(codes, wanted) => Some(codes.contains(code) == *wanted),
            Filter::Values(property, listed, wanted) => {
                let values = system.values(code, property)?;
                Some(values.iter().any(|value| listed.contains(&value.as_ref())) == *wanted)
            }
            Filter::Form(property, form) => {
                Some(system.values(code, property)?.iter().any(|value| form.is_match(value)))
            }
            Filter::Exists(property, wanted) => Some(system.values(code, property)?.is_empty() != *wanted),
        }
    }
}
