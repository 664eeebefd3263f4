//! Types, elements, search parameters and compartments as flat records.
//!
//! Every element with members of its own becomes a type named by its path. Lists that many
//! elements share (their types, their rules) are kept once.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::Outcome;
use super::package::Package;
use super::text::strings;
use super::write::{Record, Writer};

const STRUCTURE: &str = "http://hl7.org/fhir/StructureDefinition/";
const FHIR_TYPE: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";
const REGEX: &str = "http://hl7.org/fhir/StructureDefinition/regex";

/// Lists kept once, in the order of their first use.
struct Pool<T> {
    places: BTreeMap<T, usize>,
}

impl<T: Ord + Clone> Pool<T> {
    fn place(&mut self, value: T) -> usize {
        let next = self.places.len();
        *self.places.entry(value).or_insert(next)
    }

    fn in_order(&self) -> Vec<T> {
        let mut all: Vec<_> = self.places.iter().collect();
        all.sort_by_key(|(_, place)| **place);
        all.into_iter().map(|(value, _)| value.clone()).collect()
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    key: String,
    error: bool,
    human: String,
    expression: String,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    id: usize,
    targets: Vec<String>,
    profiles: Vec<String>,
}

struct Member {
    name: String,
    flags: usize,
    min: usize,
    max: Option<usize>,
    types: usize,
    rules: usize,
    binding: Option<(usize, String)>,
}

struct Type {
    name: String,
    flags: usize,
    base: Option<usize>,
    regex: String,
    rules: usize,
    members: Vec<Member>,
}

/// All types, boiled down.
pub(crate) struct Types {
    names: HashMap<String, usize>,
    rule_lists: Pool<Vec<Rule>>,
    type_lists: Pool<Vec<Held>>,
    types: Vec<Type>,
}

/// A type that is to be made: its definition and where in the snapshot it begins.
struct Plan<'a> {
    name: &'a str,
    structure: &'a Value,
    root: &'a Value,
}

impl Types {
    /// Takes the types from the package.
    pub(crate) fn collect(package: &Package) -> Outcome<Types> {
        let files = ["profiles-types.json", "profiles-resources.json"];
        let structures = package.of_type(&files, "StructureDefinition").filter(|found| found["kind"] != "logical");
        let mut plans = Vec::new();
        for structure in structures {
            let elements = snapshot(structure);
            for (place, root) in elements.iter().enumerate() {
                let path = word(root, "path");
                let inner = |element: &Value| {
                    word(element, "path").strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
                };
                if place == 0 || elements.iter().any(inner) {
                    let name = if place == 0 { word(structure, "name") } else { path };
                    plans.push(Plan { name, structure, root });
                }
            }
        }
        let names = plans.iter().enumerate().map(|(place, plan)| (plan.name.to_owned(), place)).collect();
        let empty = || Pool { places: BTreeMap::new() };
        let mut types =
            Types { names, rule_lists: empty(), type_lists: Pool { places: BTreeMap::new() }, types: Vec::new() };
        let own: HashMap<&str, Vec<Rule>> = plans.iter().map(|plan| (plan.name, rules(plan.root))).collect();
        for plan in &plans {
            let made = types.make(plan, &own)?;
            types.types.push(made);
        }
        Ok(types)
    }

    fn make(&mut self, plan: &Plan<'_>, own: &HashMap<&str, Vec<Rule>>) -> Outcome<Type> {
        let structure = plan.structure;
        let inner = plan.root["path"] != snapshot(structure)[0]["path"];
        let kind = match word(structure, "kind") {
            _ if inner => 2,
            "primitive-type" => 0,
            "complex-type" => 1,
            _ => 3,
        };
        let base = match inner {
            true => Some(word(&plan.root["type"][0], "code")),
            false => word(structure, "baseDefinition").strip_prefix(STRUCTURE),
        };
        let mut members = Vec::new();
        let mut regex = String::new();
        for element in snapshot(structure) {
            let Some((parent, name)) = word(element, "path").rsplit_once('.') else {
                continue;
            };
            if parent != word(plan.root, "path") {
                continue;
            }
            if kind == 0 && name == "value" {
                regex = extension(&element["type"][0], REGEX).unwrap_or_default().to_owned();
                continue;
            }
            members.push(self.member(element, name, plan, own)?);
        }
        let is_abstract = !inner && structure["abstract"] == true;
        Ok(Type {
            name: plan.name.to_owned(),
            flags: kind | usize::from(is_abstract) << 2,
            base: base.map(|base| self.id(base)).transpose()?,
            regex,
            rules: self.rule_lists.place(rules(plan.root)),
            members,
        })
    }

    fn member(
        &mut self,
        element: &Value,
        name: &str,
        plan: &Plan<'_>,
        own: &HashMap<&str, Vec<Rule>>,
    ) -> Outcome<Member> {
        let choice = name.ends_with("[x]");
        let held = self.held(element, plan)?;
        let names = self.names_by_place(&held);
        let known: Vec<&Rule> = names.iter().filter_map(|name| own.get(name.as_str())).flatten().collect();
        let mut rules = rules(element);
        rules.retain(|rule| !known.iter().any(|known| known.key == rule.key));
        let array = word(&element["base"], "max") != "1";
        let attribute = strings(&element["representation"]).contains(&"xmlAttr");
        let binding = element.get("binding").map(|binding| {
            let strengths = ["required", "extensible", "preferred", "example"];
            let strength = strengths.iter().position(|strength| *strength == word(binding, "strength"));
            (strength.unwrap_or(3), word(binding, "valueSet").to_owned())
        });
        let set = |flag: bool, bit: usize| usize::from(flag) << bit;
        Ok(Member {
            name: name.trim_end_matches("[x]").to_owned(),
            flags: set(choice, 0)
                | set(array, 1)
                | set(attribute, 2)
                | set(element["isSummary"] == true, 3)
                | set(element["isModifier"] == true, 4)
                | set(binding.is_some(), 5),
            min: element["min"].as_u64().ok_or("an element without min")? as usize,
            max: word(element, "max").parse().ok(),
            types: self.type_lists.place(held),
            rules: self.rule_lists.place(rules),
            binding,
        })
    }

    fn held(&self, element: &Value, plan: &Plan<'_>) -> Outcome<Vec<Held>> {
        let path = word(element, "path");
        let plain = |id| vec![Held { id, targets: Vec::new(), profiles: Vec::new() }];
        if let Some(target) = element["contentReference"].as_str() {
            return Ok(plain(self.id(target.trim_start_matches('#'))?));
        }
        if let Some(id) = self.names.get(path) {
            return Ok(plain(*id));
        }
        if word(plan.structure, "kind") == "resource"
            && path.strip_suffix(".id").is_some_and(|name| !name.contains('.'))
        {
            return Ok(plain(self.id("id")?));
        }
        let short = |url: &str| match url.strip_prefix(STRUCTURE) {
            Some(name) if self.names.contains_key(name) => name.to_owned(),
            _ => url.to_owned(),
        };
        let types = element["type"].as_array().ok_or_else(|| format!("{path} has no type"))?;
        types
            .iter()
            .map(|held| {
                let code = match word(held, "code") {
                    code if code.starts_with("http") => extension(held, FHIR_TYPE).unwrap_or("string"),
                    code => code,
                };
                Ok(Held {
                    id: self.id(code)?,
                    targets: strings(&held["targetProfile"]).into_iter().map(short).collect(),
                    profiles: strings(&held["profile"]).into_iter().map(str::to_owned).collect(),
                })
            })
            .collect()
    }

    fn id(&self, name: &str) -> Outcome<usize> {
        Ok(*self.names.get(name).ok_or_else(|| format!("unknown type {name}"))?)
    }

    fn names_by_place(&self, held: &[Held]) -> Vec<String> {
        let found = |held: &Held| self.names.iter().find(|(_, place)| **place == held.id).map(|(name, _)| name.clone());
        held.iter().filter_map(found).collect()
    }

    /// The shared lists.
    pub(crate) fn rules(&self, writer: &mut Writer) -> Vec<u8> {
        let lists = self.rule_lists.in_order();
        let mut all: Vec<&Rule> = lists.iter().flatten().collect();
        all.sort();
        all.dedup();
        let mut record = Record::default();
        record.number(all.len());
        for rule in &all {
            record.text(writer, &rule.key);
            record.number(usize::from(rule.error));
            record.text(writer, &rule.human);
            record.text(writer, &rule.expression);
        }
        record.number(lists.len());
        for list in &lists {
            record.number(list.len());
            list.iter().for_each(|rule| record.number(all.binary_search(&rule).unwrap_or_default()));
        }
        let lists = self.type_lists.in_order();
        record.number(lists.len());
        for list in &lists {
            record.number(list.len());
            for held in list {
                record.number(held.id);
                record.texts(writer, &held.targets);
                record.texts(writer, &held.profiles);
            }
        }
        record.bytes
    }

    /// The types with their members.
    pub(crate) fn types(&self, writer: &mut Writer) -> Vec<u8> {
        let mut record = Record::default();
        record.number(self.types.len());
        for made in &self.types {
            record.text(writer, &made.name);
            record.number(made.flags);
            record.number(made.base.map_or(0, |base| base + 1));
            record.text(writer, &made.regex);
            record.number(made.rules);
            record.number(made.members.len());
            for member in &made.members {
                record.text(writer, &member.name);
                record.number(member.flags);
                record.number(member.min);
                record.number(member.max.map_or(0, |max| max + 1));
                record.number(member.types);
                record.number(member.rules);
                if let Some((strength, value_set)) = &member.binding {
                    record.number(*strength);
                    record.text(writer, value_set);
                }
            }
        }
        record.bytes
    }
}

/// The search parameters.
pub(crate) fn search_parameters(package: &Package, writer: &mut Writer) -> Outcome<Vec<u8>> {
    let kinds = ["number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"];
    let all: Vec<&Value> = package.of_type(&["search-parameters.json"], "SearchParameter").collect();
    let mut record = Record::default();
    record.number(all.len());
    for parameter in all {
        record.text(writer, word(parameter, "code"));
        record.text(writer, word(parameter, "url"));
        let kind = kinds.iter().position(|kind| *kind == word(parameter, "type"));
        record.number(kind.ok_or_else(|| format!("unknown type of {}", parameter["url"]))?);
        record.texts(writer, &strings(&parameter["base"]));
        record.text(writer, word(parameter, "expression"));
        record.texts(writer, &strings(&parameter["target"]));
        let components = parameter["component"].as_array().map_or(&[][..], Vec::as_slice);
        record.number(components.len());
        for component in components {
            record.text(writer, word(component, "definition"));
            record.text(writer, word(component, "expression"));
        }
        record.text(writer, word(parameter, "description"));
    }
    Ok(record.bytes)
}

/// Which search parameters lead into which compartment.
pub(crate) fn compartments(package: &Package, writer: &mut Writer) -> Outcome<Vec<u8>> {
    let mut record = Record::default();
    let mut count = 0;
    for compartment in package.of_type(&["profiles-resources.json"], "CompartmentDefinition") {
        for member in compartment["resource"].as_array().ok_or("a compartment without resources")? {
            record.text(writer, word(compartment, "code"));
            record.text(writer, word(member, "code"));
            record.texts(writer, &strings(&member["param"]));
            count += 1;
        }
    }
    let mut all = Record::default();
    all.number(count);
    all.bytes.extend(record.bytes);
    Ok(all.bytes)
}

fn snapshot(structure: &Value) -> &[Value] {
    structure["snapshot"]["element"].as_array().map_or(&[], Vec::as_slice)
}

fn rules(element: &Value) -> Vec<Rule> {
    let rules = element["constraint"].as_array().map_or(&[][..], Vec::as_slice);
    let owned = |rule: &Value, key: &str| word(rule, key).to_owned();
    rules
        .iter()
        .map(|rule| Rule {
            key: owned(rule, "key"),
            error: rule["severity"] == "error",
            human: owned(rule, "human"),
            expression: owned(rule, "expression"),
        })
        .collect()
}

fn extension<'a>(value: &'a Value, url: &str) -> Option<&'a str> {
    let extensions = value["extension"].as_array()?;
    let found = extensions.iter().find(|extension| extension["url"] == url)?;
    ["valueUrl", "valueUri", "valueString"].iter().find_map(|key| found[*key].as_str())
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
