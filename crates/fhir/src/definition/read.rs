//! Reads the generated file of definitions.
//!
//! The file is a header, a table of strings and flat records of variable-length numbers; its
//! writer is `xtask/src/definitions/write.rs`, and both change together. The file is part of the
//! program, so there is no error to report: what is missing reads as zero, and the tests of this
//! module check that nothing is.

use std::collections::HashMap;

use super::children::Children;
use super::definitions::{Definitions, Late, Operation};
use super::search::{SearchComponent, SearchKind, SearchParameter};
use super::terminology::{CodeSystem, Coded, Concept, ValueSet};
use super::types::{Binding, Constraint, Element, Strength, Type, TypeId, TypeKind, TypeRef};

/// The parts of the file, in the order of its header.
#[derive(Copy, Clone)]
enum Part {
    Strings,
    Rules,
    Types,
    Search,
    Compartments,
    ValueSets,
    CodeSystems,
    Profiles,
    Operations,
}

const MAGIC: &[u8] = b"AKD1";

/// The file and its strings.
#[derive(Debug, Default)]
pub(super) struct Source {
    bytes: &'static [u8],
    text: &'static str,
    ends: Vec<u32>,
}

/// A place in the file.
struct Reader<'s> {
    source: &'s Source,
    at: usize,
}

/// Lists shared by many elements.
struct Shared {
    constraints: Vec<&'static [Constraint]>,
    types: Vec<&'static [TypeRef]>,
}

pub(super) fn read(bytes: &'static [u8]) -> Definitions {
    let source = Source::open(bytes);
    let types = types(&source);
    let parameters: &'static [SearchParameter] = Vec::leak(parameters(&source));
    let resource = |found: &&Type| found.kind == TypeKind::Resource && !found.is_abstract;
    let mut resources: Vec<&Type> = types.iter().filter(resource).collect();
    resources.sort_by_key(|found| found.name);
    Definitions {
        types,
        type_names: types.iter().map(|found| (found.name, found.id)).collect(),
        children: Children::build(types),
        parameters,
        parameters_by_type: by_type(parameters, &resources),
        resources: resources.iter().map(|found| found.id).collect(),
        compartments: compartments(&source),
        value_sets: late(&source, Part::ValueSets),
        code_systems: late(&source, Part::CodeSystems),
        profiles: late(&source, Part::Profiles),
        operations: operations(&source),
        source,
    }
}

impl Source {
    fn open(bytes: &'static [u8]) -> Source {
        if !bytes.starts_with(MAGIC) {
            return Source::default();
        }
        let mut source = Source { bytes, text: "", ends: Vec::new() };
        let mut reader = source.part(Part::Strings);
        let count = reader.count();
        let mut end = 0;
        let ends: Vec<u32> = (0..count)
            .map(|_| {
                end += reader.number();
                end
            })
            .collect();
        let text = bytes.get(reader.at..reader.at + end as usize).unwrap_or_default();
        source.text = std::str::from_utf8(text).unwrap_or_default();
        source.ends = ends;
        source
    }

    fn part(&self, part: Part) -> Reader<'_> {
        let from = MAGIC.len() + 4 * part as usize;
        let offset = self.bytes.get(from..).and_then(|rest| rest.first_chunk::<4>());
        Reader { source: self, at: offset.map_or(usize::MAX, |offset| u32::from_le_bytes(*offset) as usize) }
    }

    fn string(&self, id: usize) -> &'static str {
        let end = self.ends.get(id).copied().unwrap_or_default() as usize;
        let start = id.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default() as usize;
        self.text.get(start..end).unwrap_or_default()
    }

    /// A text kept as fragments.
    pub(super) fn text(&self, at: usize) -> &'static str {
        let mut reader = Reader { source: self, at };
        let text: String = reader.strings().concat();
        String::leak(text)
    }

    pub(super) fn value_set(&self, at: usize, definitions: &Definitions) -> ValueSet {
        const OPEN: u32 = 1;
        const WHOLE: u32 = 2;
        let mut reader = Reader { source: self, at };
        let mut set =
            ValueSet { url: reader.string(), version: reader.string(), title: reader.string(), ..ValueSet::default() };
        for _ in 0..reader.count() {
            let system = reader.string();
            let concepts = definitions.code_system(system);
            match reader.number() {
                OPEN => set.open_systems.push(system),
                WHOLE => {
                    let all = concepts.map_or(&[][..], |system| system.concepts.as_slice());
                    set.known.extend(all.iter().map(|found| Coded {
                        system,
                        code: found.code,
                        display: found.display,
                    }));
                }
                _ => {
                    for _ in 0..reader.count() {
                        let code = reader.string();
                        let own = reader.string();
                        let listed = || concepts.and_then(|system| system.find(code)).map_or("", |found| found.display);
                        let display = if own.is_empty() { listed() } else { own };
                        set.known.push(Coded { system, code, display });
                    }
                }
            }
        }
        set.finish()
    }

    pub(super) fn code_system(&self, at: usize) -> CodeSystem {
        let mut reader = Reader { source: self, at };
        let mut system = CodeSystem {
            url: reader.string(),
            version: reader.string(),
            title: reader.string(),
            ..CodeSystem::default()
        };
        let flags = reader.number();
        system.case_sensitive = flags & 1 != 0;
        system.complete = flags & 2 != 0;
        for _ in 0..reader.count() {
            let code = reader.string();
            let display = reader.string();
            let flags = reader.number();
            let parents = (0..flags >> 2).map(|_| reader.number()).collect();
            system.concepts.push(Concept {
                code,
                display,
                parents,
                is_abstract: flags & 1 != 0,
                inactive: flags & 2 != 0,
            });
        }
        system.finish()
    }
}

impl Reader<'_> {
    fn number(&mut self) -> u32 {
        let mut value = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.source.bytes.get(self.at).copied().unwrap_or_default();
            self.at = self.at.saturating_add(1);
            value |= u32::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }

    fn count(&mut self) -> usize {
        self.number() as usize
    }

    fn string(&mut self) -> &'static str {
        let id = self.count();
        self.source.string(id)
    }

    fn strings(&mut self) -> Vec<&'static str> {
        (0..self.count()).map(|_| self.string()).collect()
    }

    fn type_id(&mut self) -> TypeId {
        TypeId(self.number() as u16)
    }
}

/// Records that begin with their address and length and are read when asked for.
fn late<T>(source: &Source, part: Part) -> HashMap<&'static str, Late<T>> {
    let mut reader = source.part(part);
    let count = reader.count();
    let mut found = HashMap::with_capacity(count);
    for _ in 0..count {
        let url = reader.string();
        let length = reader.count();
        found.insert(url, Late::new(reader.at));
        reader.at += length;
    }
    found
}

fn shared(source: &Source) -> Shared {
    let mut reader = source.part(Part::Rules);
    let constraints: Vec<Constraint> = (0..reader.count())
        .map(|_| Constraint {
            key: reader.string(),
            error: reader.number() == 1,
            human: reader.string(),
            expression: reader.string(),
        })
        .collect();
    let constraint_lists = (0..reader.count())
        .map(|_| {
            let list = (0..reader.count()).filter_map(|_| constraints.get(reader.count()).copied()).collect();
            &*Vec::leak(list)
        })
        .collect();
    let type_lists = (0..reader.count())
        .map(|_| {
            let list = (0..reader.count())
                .map(|_| TypeRef { id: reader.type_id(), targets: reader.strings(), profiles: reader.strings() })
                .collect();
            &*Vec::leak(list)
        })
        .collect();
    Shared { constraints: constraint_lists, types: type_lists }
}

fn types(source: &Source) -> &'static [Type] {
    let shared = shared(source);
    let mut reader = source.part(Part::Types);
    let mut types: Vec<Type> = Vec::new();
    for place in 0..reader.count() {
        let name = reader.string();
        let flags = reader.number();
        let kind = match flags & 3 {
            0 => TypeKind::Primitive,
            1 => TypeKind::Complex,
            2 => TypeKind::Backbone,
            _ => TypeKind::Resource,
        };
        let base = reader.number().checked_sub(1).map(|base| TypeId(base as u16));
        let regex = Some(reader.string()).filter(|regex| !regex.is_empty());
        let constraints = shared.constraints.get(reader.count()).copied().unwrap_or_default();
        let elements = (0..reader.count()).map(|_| element(&mut reader, name, &shared)).collect();
        let id = TypeId(place as u16);
        types.push(Type { id, name, kind, base, is_abstract: flags & 4 != 0, regex, elements, constraints });
    }
    Vec::leak(types)
}

fn element(reader: &mut Reader<'_>, of: &str, shared: &Shared) -> Element {
    let name = reader.string();
    let flags = reader.number();
    let set = |bit: u32| flags & (1 << bit) != 0;
    let choice = set(0);
    let path = [of, ".", name, if choice { "[x]" } else { "" }].concat();
    Element {
        name,
        choice,
        array: set(1),
        attribute: set(2),
        summary: set(3),
        modifier: set(4),
        min: reader.number() as u16,
        max: reader.number().checked_sub(1).map(|max| max as u16),
        types: shared.types.get(reader.count()).copied().unwrap_or_default(),
        constraints: shared.constraints.get(reader.count()).copied().unwrap_or_default(),
        binding: set(5).then(|| binding(reader)),
        path: String::leak(path),
    }
}

fn binding(reader: &mut Reader<'_>) -> Binding {
    let strength = match reader.number() {
        0 => Strength::Required,
        1 => Strength::Extensible,
        2 => Strength::Preferred,
        _ => Strength::Example,
    };
    Binding { strength, value_set: reader.string() }
}

fn parameters(source: &Source) -> Vec<SearchParameter> {
    let mut reader = source.part(Part::Search);
    (0..reader.count())
        .map(|_| SearchParameter {
            code: reader.string(),
            url: reader.string(),
            kind: search_kind(reader.number()),
            base: reader.strings(),
            expression: reader.string(),
            targets: reader.strings(),
            components: (0..reader.count())
                .map(|_| SearchComponent { definition: reader.string(), expression: reader.string() })
                .collect(),
            description: reader.string(),
        })
        .collect()
}

fn search_kind(number: u32) -> SearchKind {
    match number {
        0 => SearchKind::Number,
        1 => SearchKind::Date,
        2 => SearchKind::String,
        3 => SearchKind::Token,
        4 => SearchKind::Reference,
        5 => SearchKind::Composite,
        6 => SearchKind::Quantity,
        7 => SearchKind::Uri,
        _ => SearchKind::Special,
    }
}

fn by_type(
    parameters: &'static [SearchParameter],
    resources: &[&Type],
) -> HashMap<&'static str, Vec<&'static SearchParameter>> {
    let mut found: HashMap<&'static str, Vec<&'static SearchParameter>> = HashMap::new();
    for parameter in parameters {
        for base in &parameter.base {
            found.entry(base).or_default().push(parameter);
        }
    }
    let general: Vec<_> =
        ["Resource", "DomainResource"].iter().flat_map(|name| found.get(name).cloned().unwrap_or_default()).collect();
    let all = found.get("Resource").cloned().unwrap_or_default();
    for resource in resources {
        let plain = resource.elements.iter().all(|element| element.name != "text");
        let inherited = if plain { &all } else { &general };
        found.entry(resource.name).or_default().extend(inherited);
    }
    found
}

fn compartments(source: &Source) -> HashMap<&'static str, HashMap<&'static str, Vec<&'static str>>> {
    let mut reader = source.part(Part::Compartments);
    let mut found: HashMap<_, HashMap<_, _>> = HashMap::new();
    for _ in 0..reader.count() {
        let (compartment, member, codes) = (reader.string(), reader.string(), reader.strings());
        found.entry(compartment).or_default().insert(member, codes);
    }
    found
}

fn operations(source: &Source) -> Vec<Operation> {
    let mut reader = source.part(Part::Operations);
    (0..reader.count())
        .map(|_| {
            let (url, name, code) = (reader.string(), reader.string(), reader.string());
            let flags = reader.number();
            let resources = reader.strings();
            let length = reader.count();
            let text = Late::new(reader.at);
            reader.at += length;
            let set = |bit: u32| flags & (1 << bit) != 0;
            Operation { url, name, code, resources, system: set(0), on_type: set(1), instance: set(2), text }
        })
        .collect()
}
