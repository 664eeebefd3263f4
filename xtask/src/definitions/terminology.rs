//! Value sets, expanded as far as the package allows, and code systems.
//!
//! What a value set takes from a system that the package does not list in full stays open. An
//! expansion of more than [`CODES_MAX`] codes would stay open as well; there is none.
//! Spec: <https://hl7.org/fhir/R4/valueset.html#expansion>.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::package::Package;
use super::write::{Record, Writer};

const FILES: [&str; 3] = ["valuesets.json", "v3-codesystems.json", "v2-tables.json"];
const CODES_MAX: usize = 5000;
const DEPTH_MAX: usize = 8;

struct Concept {
    code: String,
    display: String,
    parents: BTreeSet<usize>,
    flags: usize,
}

struct System<'a> {
    source: &'a Value,
    complete: bool,
    concepts: Vec<Concept>,
}

/// A system's share of a value set.
#[derive(Clone)]
enum Share {
    Codes(Vec<(String, String)>),
    Whole,
    Open,
}

/// All value sets and code systems by address.
pub(crate) struct Terminology<'a> {
    sets: BTreeMap<&'a str, &'a Value>,
    systems: BTreeMap<&'a str, System<'a>>,
}

impl<'a> Terminology<'a> {
    /// Takes them from the package; the first of two with the same address counts.
    pub(crate) fn collect(package: &'a Package) -> Terminology<'a> {
        let mut sets = BTreeMap::new();
        for set in package.of_type(&FILES, "ValueSet") {
            sets.entry(plain(word(set, "url"))).or_insert(set);
        }
        let mut systems = BTreeMap::new();
        for source in package.of_type(&FILES, "CodeSystem") {
            systems.entry(plain(word(source, "url"))).or_insert_with(|| System::new(source));
        }
        Terminology { sets, systems }
    }

    /// The value sets as records.
    pub(crate) fn value_sets(&self, writer: &mut Writer) -> Vec<u8> {
        let mut record = Record::default();
        record.number(self.sets.len());
        for (url, set) in &self.sets {
            record.text(writer, url);
            let mut body = head(set, url, writer);
            let shares = self.expand(set, 0);
            body.number(shares.len());
            for (system, share) in &shares {
                body.text(writer, system);
                match share {
                    Share::Open => body.number(1),
                    Share::Whole => body.number(2),
                    Share::Codes(codes) => {
                        body.number(0);
                        body.number(codes.len());
                        for (code, display) in codes {
                            body.text(writer, code);
                            let listed = self.systems.get(system.as_str()).is_some_and(|system| {
                                system.concepts.iter().any(|known| known.code == *code && known.display == *display)
                            });
                            body.text(writer, if listed { "" } else { display });
                        }
                    }
                }
            }
            record.block(body);
        }
        record.bytes
    }

    /// The code systems as records.
    pub(crate) fn code_systems(&self, writer: &mut Writer) -> Vec<u8> {
        let mut record = Record::default();
        record.number(self.systems.len());
        for (url, system) in &self.systems {
            record.text(writer, url);
            let mut body = head(system.source, url, writer);
            let sensitive = system.source["caseSensitive"] != false;
            body.number(usize::from(sensitive) | usize::from(system.complete) << 1);
            body.number(system.concepts.len());
            for concept in &system.concepts {
                body.text(writer, &concept.code);
                body.text(writer, &concept.display);
                body.number(concept.flags | concept.parents.len() << 2);
                concept.parents.iter().for_each(|parent| body.number(*parent));
            }
            record.block(body);
        }
        record.bytes
    }

    fn expand(&self, set: &Value, depth: usize) -> Vec<(String, Share)> {
        let mut shares = Vec::new();
        for include in list(&set["compose"]["include"]) {
            for (system, share) in self.include(include, depth) {
                add(&mut shares, system, share);
            }
        }
        for exclude in list(&set["compose"]["exclude"]) {
            let gone: Vec<&str> = list(&exclude["concept"]).iter().map(|concept| word(concept, "code")).collect();
            let systems: Vec<_> = shares.iter_mut().filter(|(system, _)| system == word(exclude, "system")).collect();
            for (system, share) in systems {
                if let Share::Whole = share {
                    *share = Share::Codes(self.all(system));
                }
                if let Share::Codes(codes) = share {
                    codes.retain(|(code, _)| !gone.contains(&code.as_str()));
                }
            }
        }
        shares
    }

    fn include(&self, include: &Value, depth: usize) -> Vec<(String, Share)> {
        let system = word(include, "system").to_owned();
        let imported = list(&include["valueSet"]);
        if !imported.is_empty() {
            // Several sets in one include mean what all of them hold; R4 has one such, of sets that share nothing.
            let sets = imported.iter().filter_map(|url| self.sets.get(plain(url.as_str().unwrap_or_default())));
            return match (imported, depth) {
                ([_], 0..DEPTH_MAX) => sets.flat_map(|set| self.expand(set, depth + 1)).collect(),
                _ => Vec::new(),
            };
        }
        let concepts = list(&include["concept"]);
        if !concepts.is_empty() {
            let known = self.systems.get(system.as_str());
            let listed = |code: &str| known.and_then(|system| system.concepts.iter().find(|found| found.code == code));
            let codes = concepts.iter().map(|concept| {
                let code = word(concept, "code");
                let display = concept["display"].as_str().map(str::to_owned);
                let display = display.or_else(|| Some(listed(code)?.display.clone()));
                (code.to_owned(), display.unwrap_or_default())
            });
            return vec![(system, Share::Codes(codes.collect()))];
        }
        let Some(known) =
            self.systems.get(system.as_str()).filter(|known| known.complete && !known.concepts.is_empty())
        else {
            return vec![(system, Share::Open)];
        };
        let filters = list(&include["filter"]);
        if filters.is_empty() {
            return vec![(system, Share::Whole)];
        }
        let mut codes = Vec::new();
        for (place, concept) in known.concepts.iter().enumerate() {
            match filters.iter().map(|filter| known.passes(place, filter)).collect::<Option<Vec<bool>>>() {
                None => return vec![(system, Share::Open)],
                Some(answers) if answers.iter().all(|passes| *passes) => {
                    codes.push((concept.code.clone(), concept.display.clone()))
                }
                Some(_) => {}
            }
        }
        let share = if codes.len() > CODES_MAX { Share::Open } else { Share::Codes(codes) };
        vec![(system, share)]
    }

    fn all(&self, system: &str) -> Vec<(String, String)> {
        let concepts = self.systems.get(system).map_or(&[][..], |system| system.concepts.as_slice());
        concepts.iter().map(|concept| (concept.code.clone(), concept.display.clone())).collect()
    }
}

impl<'a> System<'a> {
    fn new(source: &'a Value) -> System<'a> {
        let complete = source["content"] == "complete";
        let mut system = System { source, complete, concepts: Vec::new() };
        let mut children = Vec::new();
        system.gather(list(&source["concept"]), None, &mut children);
        // Version 3 tables name further children of a concept as a property.
        for (parent, child) in children {
            if let Some(found) = system.concepts.iter_mut().find(|concept| concept.code == child) {
                found.parents.insert(parent);
            }
        }
        system
    }

    fn gather(&mut self, concepts: &'a [Value], parent: Option<usize>, children: &mut Vec<(usize, &'a str)>) {
        for concept in concepts {
            let place = self.concepts.len();
            let mut flags = 0;
            for property in list(&concept["property"]) {
                match (word(property, "code"), property) {
                    ("notSelectable" | "abstract", _) if property["valueBoolean"] == true => flags |= 1,
                    ("inactive", _) if property["valueBoolean"] == true => flags |= 2,
                    ("status", _) if ["retired", "inactive"].contains(&word(property, "valueCode")) => flags |= 2,
                    ("child", _) => children.push((place, word(property, "valueCode"))),
                    _ => {}
                }
            }
            self.concepts.push(Concept {
                code: word(concept, "code").to_owned(),
                display: word(concept, "display").to_owned(),
                parents: parent.into_iter().collect(),
                flags,
            });
            self.gather(list(&concept["concept"]), Some(place), children);
        }
    }

    /// Whether a concept passes a filter; none if the filter cannot be judged.
    fn passes(&self, place: usize, filter: &Value) -> Option<bool> {
        let value = word(filter, "value");
        let own = self.concepts.get(place)?.code == value;
        match (word(filter, "property"), word(filter, "op")) {
            ("concept", "is-a") => Some(self.is_a(place, value)),
            ("concept", "descendent-of") => Some(!own && self.is_a(place, value)),
            ("concept", "is-not-a") => Some(!self.is_a(place, value)),
            _ => None,
        }
    }

    fn is_a(&self, place: usize, ancestor: &str) -> bool {
        let Some(concept) = self.concepts.get(place) else {
            return false;
        };
        concept.code == ancestor || concept.parents.iter().any(|parent| self.is_a(*parent, ancestor))
    }
}

fn add(shares: &mut Vec<(String, Share)>, system: String, share: Share) {
    let known = shares.iter_mut().find(|(known, _)| *known == system);
    match (known, share) {
        (Some((_, Share::Codes(codes))), Share::Codes(more)) => {
            for (code, display) in more {
                if !codes.iter().any(|(known, _)| *known == code) {
                    codes.push((code, display));
                }
            }
        }
        (Some((_, Share::Whole)), Share::Codes(_) | Share::Whole) => {}
        (Some((_, known @ Share::Codes(_))), Share::Whole) => *known = Share::Whole,
        (_, share) => shares.push((system, share)),
    }
}

fn head(source: &Value, url: &str, writer: &mut Writer) -> Record {
    let title = source["title"].as_str().or_else(|| source["name"].as_str()).unwrap_or_default();
    let mut record = Record::default();
    record.text(writer, url);
    record.text(writer, word(source, "version"));
    record.text(writer, title);
    record
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn plain(url: &str) -> &str {
    url.split_once('|').map_or(url, |(url, _)| url)
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}
