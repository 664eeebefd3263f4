//! Value sets and code systems that are given at run time, beside those of FHIR.
//!
//! Promises: a value set is expanded once and kept until something is given or taken away; what cannot be expanded in full
//! is said with its reason, and about a single code of it still everything that can be known.
//! What it does not do: fetch anything, or know SNOMED CT, LOINC and other systems that nobody gave.
//! Spec: <https://hl7.org/fhir/R4/valueset.html#compositions>.

mod compose;
mod system;

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::definition::Definitions;
use crate::json::{Tree, Value};
use crate::resource::Resource;
use system::GivenSystem;

/// Codes of one expansion.
pub const CODES_MAX: usize = 20_000;
/// Value sets that are looked into for one answer.
pub const NESTED_MAX: usize = 64;

/// Value sets and code systems given at run time. Cheap to clone.
#[derive(Debug, Default, Clone)]
pub struct Codes {
    /// By address; the last one given last.
    sets: HashMap<String, Vec<Arc<GivenSet>>>,
    /// By `ValueSet/id`.
    ids: HashMap<String, Arc<GivenSet>>,
    systems: HashMap<String, Arc<GivenSystem>>,
}

/// A value set as it was given.
#[derive(Debug)]
struct GivenSet {
    version: String,
    /// What is composed says more than an expansion, which may be one page of many.
    content: Content,
    expanded: OnceLock<Result<Arc<Expansion>, Cannot>>,
}

#[derive(Debug, Clone)]
enum Content {
    Composed(Tree),
    Listed(Arc<Expansion>),
    /// Neither is said: nothing can be known.
    Nothing,
}

/// The codes of a value set, each with its system; empty if it has none.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Expansion {
    codes: HashMap<String, Vec<String>>,
    count: usize,
}

impl Expansion {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether a code is in it. A system of none is any system, an empty one none at all.
    pub fn has(&self, system: Option<&str>, code: &str) -> bool {
        let systems = self.codes.get(code);
        systems.is_some_and(|systems| system.is_none_or(|system| systems.iter().any(|held| held == system)))
    }

    /// System and code of each, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.codes.iter().flat_map(|(code, systems)| systems.iter().map(|system| (system.as_str(), code.as_str())))
    }

    fn add(&mut self, system: &str, code: &str) -> Result<(), Cannot> {
        if self.has(Some(system), code) {
            return Ok(());
        }
        if self.count == CODES_MAX {
            return Err(Cannot::TooMany);
        }
        self.count += 1;
        self.codes.entry(code.to_owned()).or_default().push(system.to_owned());
        Ok(())
    }

    fn remove(&mut self, system: &str, code: &str) {
        if let Some(systems) = self.codes.get_mut(code) {
            let before = systems.len();
            systems.retain(|held| held != system);
            self.count -= before - systems.len();
        }
    }
}

/// Why a value set cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cannot {
    /// No value set of this address is known.
    Unknown(String),
    /// It says of no code that it is in it.
    Nothing,
    /// It takes codes from a system that is not known here, or not in full.
    Open(String),
    /// It has more than [`CODES_MAX`] codes.
    TooMany,
    /// It takes in itself, or more than [`NESTED_MAX`] others.
    Nested,
    /// It has a filter that is not understood: property and operator.
    Filter(String),
}

impl fmt::Display for Cannot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cannot::Unknown(url) => write!(f, "the value set {} is not known here", short(url)),
            Cannot::Nothing => f.write_str("it says of no code that it is in it"),
            Cannot::Open(system) => write!(f, "the code system {} is not known here in full", short(system)),
            Cannot::TooMany => write!(f, "it has more than {CODES_MAX} codes"),
            Cannot::Nested => write!(f, "it takes in itself or more than {NESTED_MAX} other value sets"),
            Cannot::Filter(what) => write!(f, "its filter {} is not understood here", short(what)),
        }
    }
}

/// Text from outside, for a message.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

impl Codes {
    /// Takes a ValueSet or CodeSystem; whether it was one. One with the same address and version replaces what was there.
    pub fn add(&mut self, resource: &Resource) -> bool {
        let root = resource.root();
        let url = text(root, "url");
        match (resource.type_name(), url) {
            ("ValueSet", _) => {
                let set = Arc::new(GivenSet::read(root));
                if let Some(id) = resource.id() {
                    self.ids.insert(format!("ValueSet/{id}"), Arc::clone(&set));
                }
                if let Some(url) = url {
                    let list = self.sets.entry(url.to_owned()).or_default();
                    list.retain(|old| old.version != set.version);
                    list.push(set);
                }
            }
            ("CodeSystem", Some(url)) => {
                self.systems.insert(url.to_owned(), Arc::new(GivenSystem::read(root)));
            }
            _ => return false,
        }
        self.forget();
        true
    }

    /// Takes what has this address away.
    pub fn remove(&mut self, url: &str) {
        for set in self.sets.remove(url).into_iter().flatten() {
            self.ids.retain(|_, other| !Arc::ptr_eq(other, &set));
        }
        self.systems.remove(url);
        self.forget();
    }

    /// What was expanded may lean on what has changed.
    fn forget(&mut self) {
        for set in self.sets.values_mut().flatten().chain(self.ids.values_mut()) {
            if set.expanded.get().is_some() {
                let (version, content) = (set.version.clone(), set.content.clone());
                *set = Arc::new(GivenSet { version, content, expanded: OnceLock::new() });
            }
        }
    }

    /// A value set by its address, with a version or without, or by `ValueSet/id`.
    fn set(&self, url: &str) -> Option<&GivenSet> {
        if let Some(set) = self.ids.get(url) {
            return Some(set);
        }
        let (address, version) = url.split_once('|').unwrap_or((url, ""));
        let list = self.sets.get(address)?;
        list.iter().rev().find(|set| version.is_empty() || set.version == version).map(Arc::as_ref)
    }

    /// Whether a value set is known: given, or FHIR's own.
    pub fn knows(&self, url: &str) -> bool {
        self.set(url).is_some() || Definitions::r4().value_set(url).is_some()
    }

    /// All codes of a value set.
    pub fn expand(&self, url: &str) -> Result<Arc<Expansion>, Cannot> {
        self.expand_within(url, &Cell::new(NESTED_MAX))
    }

    fn expand_within(&self, url: &str, left: &Cell<usize>) -> Result<Arc<Expansion>, Cannot> {
        if let Some(set) = self.set(url) {
            let found = set.expanded(self, left);
            // FHIR's own is known in full where a copy of it leans on systems that were not given.
            if found.is_ok() || Definitions::r4().value_set(url).is_none() {
                return found;
            }
        }
        let mut found = Expansion::default();
        if let Some(set) = Definitions::r4().value_set(url) {
            let open = || Cannot::Open(set.open_systems.first().copied().unwrap_or_default().to_owned());
            set.codes().ok_or_else(open)?.iter().try_for_each(|coded| found.add(coded.system, coded.code))?;
            return Ok(Arc::new(found));
        }
        let (system, given) = self.whole(url).ok_or_else(|| Cannot::Unknown(url.to_owned()))?;
        if !given.complete {
            return Err(Cannot::Open(system.to_owned()));
        }
        given.codes().try_for_each(|code| found.add(system, code))?;
        Ok(Arc::new(found))
    }

    /// The code system whose codes all together are this value set, as `CodeSystem.valueSet` says.
    fn whole(&self, url: &str) -> Option<(&str, &GivenSystem)> {
        let found = self.systems.iter().find(|(_, given)| !given.all.is_empty() && given.all == bare(url));
        found.map(|(system, given)| (system.as_str(), given.as_ref()))
    }

    /// Whether a given value set has a code; none if it is not given or cannot say. A system of none is any system, an empty
    /// one none at all.
    pub fn contains(&self, url: &str, system: Option<&str>, code: &str) -> Option<bool> {
        compose::contains(self, url, system, code, &Cell::new(NESTED_MAX))
    }

    /// Whether a given code system has the code; none if it is not given or cannot say.
    pub fn code_in(&self, system: &str, code: &str) -> Option<bool> {
        let found = self.systems.get(bare(system))?;
        if found.has(code) { Some(true) } else { found.complete.then_some(false) }
    }

    /// The code itself and all below it; none if the code system is not known in full.
    pub fn below(&self, system: &str, code: &str) -> Option<Vec<String>> {
        self.system(system).filter(|system| system.complete()).map(|system| with(code, system.below(code)))
    }

    /// The code itself and all above it; none if the code system is not known in full.
    pub fn above(&self, system: &str, code: &str) -> Option<Vec<String>> {
        self.system(system).filter(|system| system.complete()).map(|system| with(code, system.above(code)))
    }

    fn system(&self, url: &str) -> Option<system::System<'_>> {
        match self.systems.get(bare(url)) {
            Some(given) => Some(system::System::Given(given)),
            None => Definitions::r4().code_system(url).map(system::System::Known),
        }
    }
}

fn with(code: &str, others: Vec<&str>) -> Vec<String> {
    let others = others.into_iter().filter(|other| *other != code);
    std::iter::once(code).chain(others).map(str::to_owned).collect()
}

impl GivenSet {
    fn read(root: Value<'_>) -> GivenSet {
        let composed = root.get("compose").and_then(|compose| Tree::parse(compose.raw().as_bytes()).ok());
        let content = match (composed, root.get("expansion")) {
            (Some(tree), _) => Content::Composed(tree),
            (None, Some(expansion)) => {
                compose::listed(expansion).map_or(Content::Nothing, |listed| Content::Listed(Arc::new(listed)))
            }
            (None, None) => Content::Nothing,
        };
        let version = text(root, "version").unwrap_or_default().to_owned();
        GivenSet { version, content, expanded: OnceLock::new() }
    }

    fn expanded(&self, codes: &Codes, left: &Cell<usize>) -> Result<Arc<Expansion>, Cannot> {
        if let Some(found) = self.expanded.get() {
            return found.clone();
        }
        left.set(left.get().checked_sub(1).ok_or(Cannot::Nested)?);
        let found = match &self.content {
            Content::Composed(tree) => compose::expand(codes, tree.root(), left).map(Arc::new),
            Content::Listed(listed) => Ok(Arc::clone(listed)),
            Content::Nothing => Err(Cannot::Nothing),
        };
        // Too deep from where it was asked for does not mean too deep by itself.
        if found != Err(Cannot::Nested) {
            let _ = self.expanded.set(found.clone());
        }
        found
    }
}

/// An address without its version.
fn bare(url: &str) -> &str {
    url.split_once('|').map_or(url, |(address, _)| address)
}

fn text<'a>(value: Value<'a>, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::str)
}
