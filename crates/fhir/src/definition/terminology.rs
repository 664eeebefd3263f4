//! Value sets and code systems that come with FHIR.
//!
//! A value set is held ready expanded. Where it takes in codes that the definitions do not list
//! (SNOMED CT, LOINC, UCUM, languages, media types) it is open: it can say yes, but says no only
//! for a system it does not take from. Spec: <https://hl7.org/fhir/R4/terminologies.html>.

use std::collections::HashMap;

/// A code with its system.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Coded {
    /// The code system's address.
    pub system: &'static str,
    /// The code.
    pub code: &'static str,
    /// The words for it; empty if none are known.
    pub display: &'static str,
}

/// A set of codes, expanded.
#[derive(Debug, Default)]
pub struct ValueSet {
    /// The canonical address.
    pub url: &'static str,
    /// The version.
    pub version: &'static str,
    /// The title for people.
    pub title: &'static str,
    /// The codes that are known, in the order of the definition.
    pub known: Vec<Coded>,
    /// Systems from which it takes codes that are not listed here; empty if `known` is all.
    pub open_systems: Vec<&'static str>,
    pub(super) index: Vec<u32>,
}

impl ValueSet {
    /// All codes, if all are known.
    pub fn codes(&self) -> Option<&[Coded]> {
        self.open_systems.is_empty().then_some(self.known.as_slice())
    }

    /// Whether the code is in the set, in any system if none is given. None: cannot be said here.
    pub fn contains(&self, system: Option<&str>, code: &str) -> Option<bool> {
        if self.find(system, code).is_some() {
            return Some(true);
        }
        let open = match system {
            Some(system) => self.open_systems.contains(&system),
            None => !self.open_systems.is_empty(),
        };
        if open { None } else { Some(false) }
    }

    /// The code in the set, in any system if none is given.
    pub fn find(&self, system: Option<&str>, code: &str) -> Option<&Coded> {
        let at = |place: &u32| self.known.get(*place as usize);
        let first = self.index.partition_point(|place| at(place).is_some_and(|known| known.code < code));
        self.index
            .get(first..)?
            .iter()
            .filter_map(at)
            .take_while(|known| known.code == code)
            .find(|known| system.is_none_or(|system| system == known.system))
    }

    pub(super) fn finish(mut self) -> ValueSet {
        let mut index: Vec<u32> = (0..self.known.len() as u32).collect();
        index.sort_by_key(|place| self.known.get(*place as usize).map(|known| known.code));
        self.index = index;
        self
    }
}

/// A concept of a code system.
#[derive(Debug)]
pub struct Concept {
    /// The code.
    pub code: &'static str,
    /// The words for it.
    pub display: &'static str,
    /// The places of the concepts right above it.
    pub parents: Vec<u32>,
    /// Whether it only groups others and is not to be chosen.
    pub is_abstract: bool,
    /// Whether it is retired.
    pub inactive: bool,
}

/// A list of concepts, possibly in a hierarchy.
#[derive(Debug, Default)]
pub struct CodeSystem {
    /// The canonical address.
    pub url: &'static str,
    /// The version.
    pub version: &'static str,
    /// The title for people.
    pub title: &'static str,
    /// Whether letters' case tells codes apart.
    pub case_sensitive: bool,
    /// Whether all its concepts are here.
    pub complete: bool,
    /// The concepts, parents before children.
    pub concepts: Vec<Concept>,
    pub(super) index: HashMap<&'static str, u32>,
}

impl CodeSystem {
    /// The concept of a code; case is ignored where the system ignores it.
    pub fn find(&self, code: &str) -> Option<&Concept> {
        self.place(code).and_then(|place| self.concepts.get(place as usize))
    }

    /// Whether the code is the ancestor itself or stands anywhere below it.
    pub fn is_a(&self, code: &str, ancestor: &str) -> bool {
        let (Some(start), Some(goal)) = (self.place(code), self.place(ancestor)) else {
            return false;
        };
        let mut open = vec![start];
        let mut seen = vec![false; self.concepts.len()];
        while let Some(place) = open.pop() {
            if place == goal {
                return true;
            }
            let (Some(mark), Some(concept)) = (seen.get_mut(place as usize), self.concepts.get(place as usize)) else {
                continue;
            };
            if !std::mem::replace(mark, true) {
                open.extend(&concept.parents);
            }
        }
        false
    }

    fn place(&self, code: &str) -> Option<u32> {
        let exact = self.index.get(code).copied();
        if exact.is_some() || self.case_sensitive {
            return exact;
        }
        let same = |concept: &Concept| concept.code.eq_ignore_ascii_case(code);
        self.concepts.iter().position(same).map(|place| place as u32)
    }

    pub(super) fn finish(mut self) -> CodeSystem {
        self.index = self.concepts.iter().enumerate().map(|(place, concept)| (concept.code, place as u32)).collect();
        self
    }
}
