//! Reads the elements of a StructureDefinition into nodes.
//!
//! Elements are found by their ids, or by their order where ids are missing or wrong; what stands
//! above an element is made if nobody names it. Spec: <https://hl7.org/fhir/R4/elementdefinition.html>.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::load::{Discriminator, Node, NodeType, ProfileRule, Rules, Slicing, Tell};
use super::text;
use crate::definition::{Definitions, Strength};
use crate::json::{Tree, Value};
use crate::path::Expression;

/// Elements that are read of one profile.
const NODES_MAX: usize = 10_000;
/// Elements inside each other.
const DEPTH_MAX: usize = 64;

/// The nodes of a profile under construction.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) nodes: Vec<Node>,
    by_id: HashMap<String, usize>,
    pub(super) faults: Vec<String>,
}

impl Builder {
    /// Lays the elements of a snapshot or differential over what is there.
    pub(super) fn read(&mut self, elements: Value<'_>, type_name: &str) {
        let mut open: Vec<(String, String)> = Vec::new();
        for element in elements.items() {
            let Some(path) = text(element, "path") else { continue };
            if self.nodes.len() > NODES_MAX {
                self.faults.push("the profile has too many elements and was read in part".to_owned());
                return;
            }
            let id = id_of(element, path, &mut open, type_name);
            let Some(index) = self.node(&id, 0) else { continue };
            let faults = self.nodes.get_mut(index).map(|node| merge(node, element));
            self.faults.extend(faults.into_iter().flatten());
        }
    }

    /// The node of an id, made with all above it if it is not there.
    pub(super) fn node(&mut self, id: &str, depth: usize) -> Option<usize> {
        if let Some(index) = self.by_id.get(id) {
            return Some(*index);
        }
        if depth > DEPTH_MAX {
            return None;
        }
        let (above, last) = id.rsplit_once('.').unwrap_or(("", id));
        let (name, slice) = last.split_once(':').unwrap_or((last, ""));
        let plain = name.strip_suffix("[x]").unwrap_or(name);
        let dot = if above.is_empty() { "" } else { "." };
        let holder = match (above, slice) {
            ("", "") => None,
            (_, "") => Some(self.node(above, depth + 1)?),
            _ => {
                // A slice of a slice is named `outer/inner`.
                let outer = slice.rsplit_once('/').map(|(outer, _)| format!("{above}{dot}{name}:{outer}"));
                let outer = outer.filter(|outer| self.by_id.contains_key(outer));
                Some(self.node(&outer.unwrap_or_else(|| format!("{above}{dot}{name}")), depth + 1)?)
            }
        };
        let index = self.nodes.len();
        let held = shorthand_type(plain, slice).filter(|_| name.ends_with("[x]"));
        let types = held.map(NodeType::plain).into_iter().collect();
        self.nodes.push(Node {
            id: id.to_owned(),
            name: plain.to_owned(),
            slice: slice.to_owned(),
            types,
            ..Node::default()
        });
        self.by_id.insert(id.to_owned(), index);
        if let Some(holder) = holder.and_then(|holder| self.nodes.get_mut(holder)) {
            let list = if slice.is_empty() { &mut holder.children } else { &mut holder.slices };
            list.push(index);
        }
        Some(index)
    }
}

/// `valueQuantity` as a slice of `value[x]` is the type Quantity.
fn shorthand_type(name: &str, slice: &str) -> Option<&'static str> {
    let rest = slice.strip_prefix(name)?;
    let definitions = Definitions::r4();
    let mut letters = rest.chars();
    let lower: String = letters.next()?.to_lowercase().chain(letters).collect();
    let found = definitions.type_id(rest).or_else(|| definitions.type_id(&lower))?;
    Some(definitions.get(found).name)
}

/// The id of an element: the one it has, if it fits its path, else from its place in the order.
fn id_of(element: Value<'_>, path: &str, open: &mut Vec<(String, String)>, type_name: &str) -> String {
    let slice = text(element, "sliceName").unwrap_or_default();
    let given = text(element, "id").filter(|id| without_slices(id) == path);
    let above = path.rsplit_once('.').map_or("", |(above, _)| above);
    while open.last().is_some_and(|(last, _)| {
        last != above && !above.strip_prefix(last.as_str()).is_some_and(|rest| rest.starts_with('.'))
    }) {
        open.pop();
    }
    let computed = || {
        let holder = open.last().filter(|(last, _)| last == above).map_or(above, |(_, id)| id);
        let last = path.rsplit('.').next().unwrap_or(path);
        let (dot, colon) = (if holder.is_empty() { "" } else { "." }, if slice.is_empty() { "" } else { ":" });
        format!("{holder}{dot}{last}{colon}{slice}")
    };
    let id = given.map_or_else(computed, str::to_owned);
    let id = spell_out_choices(&id, type_name);
    open.push((path.to_owned(), id.clone()));
    id
}

fn without_slices(id: &str) -> String {
    let parts: Vec<&str> = id.split('.').map(|part| part.split(':').next().unwrap_or(part)).collect();
    parts.join(".")
}

/// `Observation.valueQuantity` is short for the slice `Observation.value[x]:valueQuantity`.
fn spell_out_choices(id: &str, type_name: &str) -> String {
    let definitions = Definitions::r4();
    let mut parts = id.split('.');
    let first = parts.next().unwrap_or_default();
    let mut at = definitions.type_id(first).or_else(|| definitions.type_id(type_name));
    let mut out = first.to_owned();
    for part in parts {
        let (name, slice) = part.split_once(':').unwrap_or((part, ""));
        let plain = name.strip_suffix("[x]").unwrap_or(name);
        out.push('.');
        let child = at.and_then(|at| definitions.child(at, name));
        match child.filter(|child| child.element.choice) {
            Some(child) => {
                out.push_str(&format!("{}[x]:{}", child.element.name, if slice.is_empty() { name } else { slice }))
            }
            None => out.push_str(part),
        }
        at = match child {
            Some(child) => Some(child.type_id),
            None => at.and_then(|at| definitions.choice(at, plain)).and_then(|choice| {
                let by_slice = shorthand_type(plain, slice).and_then(|name| definitions.type_id(name));
                by_slice.or_else(|| choice.types.first().map(|held| held.id))
            }),
        };
    }
    out
}

/// Lays one element over a node; what it does not say stays. Answers what was not understood.
fn merge(node: &mut Node, element: Value<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(min) = element.get("min").and_then(Value::number).and_then(|min| min.parse().ok()) {
        node.min = min;
    }
    if let Some(max) = text(element, "max") {
        node.max = max.parse().ok();
    }
    if let Some(types) = element.get("type") {
        node.types = types.items().filter_map(read_type).collect();
    }
    for (key, value) in element.members() {
        let copy = || Tree::parse(value.raw().as_bytes()).ok();
        match key {
            "maxLength" => node.length_max = value.number().and_then(|length| length.parse().ok()),
            "contentReference" => {
                node.content_reference = value.str().and_then(|id| id.rsplit('#').next()).map(str::to_owned)
            }
            _ if key.starts_with("fixed") => node.fixed = copy(),
            _ if key.starts_with("pattern") => node.pattern = copy(),
            _ if key.starts_with("minValue") => node.least = copy(),
            _ if key.starts_with("maxValue") => node.most = copy(),
            _ => {}
        }
    }
    if let Some(binding) = element.get("binding") {
        node.binding = read_binding(binding);
        node.largest = read_largest(binding);
    }
    if let Some(slicing) = element.get("slicing") {
        node.slicing = Some(read_slicing(slicing));
    }
    for constraint in element.get("constraint").into_iter().flat_map(Value::items) {
        let Some(rule) = read_rule(constraint) else { continue };
        if rule.expression.is_none() && constraint.get("expression").is_some() {
            faults.push(format!("the rule {} of the profile could not be read and was not tried", rule.key));
        }
        node.rules.retain(|old| old.key != rule.key);
        node.rules.push(rule);
    }
    faults
}

fn strings(value: Value<'_>, key: &str) -> Vec<String> {
    let list = value.get(key).into_iter().flat_map(Value::items);
    list.filter_map(|item| item.as_str().map(Cow::into_owned)).collect()
}

fn read_type(held: Value<'_>) -> Option<NodeType> {
    let code = text(held, "code")?;
    // The types of FHIRPath stand for the values of ids and urls, which the walk checks.
    if code.starts_with("http://hl7.org/fhirpath/") {
        return None;
    }
    let code = code.strip_prefix("http://hl7.org/fhir/StructureDefinition/").unwrap_or(code);
    let (profiles, targets) = (strings(held, "profile"), strings(held, "targetProfile"));
    Some(NodeType { code: code.to_owned(), type_id: Definitions::r4().type_id(code), profiles, targets })
}

fn read_binding(binding: Value<'_>) -> Option<(Strength, String)> {
    let strength = match text(binding, "strength")? {
        "required" => Strength::Required,
        "extensible" => Strength::Extensible,
        _ => Strength::Example,
    };
    Some((strength, text(binding, "valueSet")?.to_owned()))
}

fn read_largest(binding: Value<'_>) -> Option<String> {
    let mut extensions = binding.get("extension").into_iter().flat_map(Value::items);
    let largest = extensions
        .find(|extension| text(*extension, "url").is_some_and(|url| url.ends_with("/elementdefinition-maxValueSet")));
    text(largest?, "valueCanonical").map(str::to_owned)
}

fn read_slicing(slicing: Value<'_>) -> Slicing {
    let list = slicing.get("discriminator").into_iter().flat_map(Value::items);
    let discriminators = list.filter_map(|one| {
        let kind = match text(one, "type")? {
            "value" | "pattern" => Tell::Value,
            "exists" => Tell::Exists,
            "type" => Tell::Type,
            "profile" => Tell::Profile,
            _ => return None,
        };
        Some(Discriminator { kind, path: one.get("path")?.as_str()?.into_owned() })
    });
    let rules = match text(slicing, "rules") {
        Some("closed") => Rules::Closed,
        Some("openAtEnd") => Rules::OpenAtEnd,
        _ => Rules::Open,
    };
    Slicing {
        discriminators: discriminators.collect(),
        ordered: slicing.get("ordered").and_then(Value::bool) == Some(true),
        rules,
    }
}

fn read_rule(constraint: Value<'_>) -> Option<ProfileRule> {
    let expression = constraint.get("expression").and_then(Value::as_str);
    Some(ProfileRule {
        key: text(constraint, "key")?.to_owned(),
        error: text(constraint, "severity") != Some("warning"),
        human: constraint.get("human").and_then(Value::as_str).unwrap_or_default().into_owned(),
        expression: expression.and_then(|expression| Expression::parse(&expression).ok()).map(Arc::new),
    })
}
