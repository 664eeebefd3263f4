//! From a StructureDefinition to a compiled profile.
//!
//! A snapshot is taken as it is. A differential is laid over what it is derived from, down to a type
//! of the specification; no full snapshot is built, since the walk checks the specification itself.
//! Whatever a profile repeats of the specification is dropped.
//! Spec: <https://hl7.org/fhir/R4/profiling.html#snapshot>.

use std::collections::HashSet;

use super::elements::Builder;
use super::load::{Context, Discriminator, Node, NodeType, Profile, Slicing, Tell};
use super::{Profiles, bare, text};
use crate::definition::{Constraint, Definitions, Element, TypeId};
use crate::json::{Tree, Value};

/// Profiles that may be derived from each other.
const BASES_MAX: usize = 32;
/// Elements inside each other.
const DEPTH_MAX: usize = 64;

/// Compiles a StructureDefinition; none if it constrains no type.
pub(super) fn compile(tree: &Tree, profiles: &Profiles) -> Option<Profile> {
    let root = tree.root();
    let type_name = text(root, "type")?.rsplit('/').next()?.to_owned();
    let type_id = Definitions::r4().type_id(&type_name);
    let mut builder = Builder::default();
    builder.node(&type_name, 0);
    // From the outermost base inwards, beginning at the last snapshot.
    for layer in layers(tree, profiles).iter().rev() {
        let view = layer.root().get("snapshot").or_else(|| layer.root().get("differential"));
        if let Some(elements) = view.and_then(|view| view.get("element")) {
            builder.read(elements, &type_name);
        }
    }
    let mut nodes = builder.nodes;
    imply_slicing(&mut nodes);
    if let Some(type_id) = type_id {
        prune(&mut nodes, 0, Origin::Type(type_id), 0);
    }
    activate(&mut nodes, 0, 0);
    Some(Profile {
        url: text(root, "url").unwrap_or_default().to_owned(),
        version: text(root, "version").unwrap_or_default().to_owned(),
        type_name,
        type_id,
        modifier: is_modifier(root),
        context: contexts(root),
        nodes,
        faults: builder.faults,
    })
}

/// The profile and what it is derived from, up to the first that has a snapshot.
fn layers(tree: &Tree, profiles: &Profiles) -> Vec<Tree> {
    let mut found = vec![tree.clone()];
    let mut seen = HashSet::new();
    while let Some(last) = found.last() {
        let root = last.root();
        if root.get("snapshot").is_some() || found.len() >= BASES_MAX {
            break;
        }
        let Some(base) = text(root, "baseDefinition").map(str::to_owned) else { break };
        let Some(next) = profiles.source(&base).filter(|_| seen.insert(base)) else { break };
        found.push(next);
    }
    found
}

fn is_modifier(root: Value<'_>) -> bool {
    let first = |view| root.get(view)?.get("element")?.items().next();
    let firsts = ["snapshot", "differential"].into_iter().filter_map(first);
    firsts
        .filter(|first| text(*first, "path").is_some_and(|path| !path.contains('.')))
        .any(|first| first.get("isModifier").and_then(Value::bool) == Some(true))
}

fn contexts(root: Value<'_>) -> Vec<Context> {
    let list = root.get("context").into_iter().flat_map(Value::items);
    let read = |context: Value<'_>| {
        let kind = text(context, "type").unwrap_or("element").to_owned();
        Some(Context { kind, expression: context.get("expression")?.as_str()?.into_owned() })
    };
    list.filter_map(read).collect()
}

/// Extensions are sliced by url and choices by type, also where nobody says so.
fn imply_slicing(nodes: &mut [Node]) {
    for node in nodes.iter_mut().filter(|node| !node.slices.is_empty()) {
        if node.slicing.as_ref().is_some_and(|slicing| !slicing.discriminators.is_empty()) {
            continue;
        }
        let found = if matches!(node.name.as_str(), "extension" | "modifierExtension") {
            Discriminator { kind: Tell::Value, path: "url".to_owned() }
        } else if node.id.ends_with("[x]") {
            Discriminator { kind: Tell::Type, path: "$this".to_owned() }
        } else {
            continue;
        };
        node.slicing.get_or_insert_with(Slicing::default).discriminators = vec![found];
    }
}

/// Where a node comes from in the specification.
#[derive(Clone, Copy)]
enum Origin {
    Type(TypeId),
    Element(&'static Element),
}

/// Drops what the specification says already.
fn prune(nodes: &mut [Node], index: usize, origin: Origin, depth: usize) {
    let definitions = Definitions::r4();
    let Some(node) = nodes.get_mut(index).filter(|_| depth < DEPTH_MAX) else { return };
    let held: Vec<TypeId> = match origin {
        Origin::Type(type_id) => vec![type_id],
        Origin::Element(element) => element.types.iter().map(|held| held.id).collect(),
    };
    node.rules.retain(|rule| {
        rule.key != "ele-1" && !held.iter().any(|id| has_rule(definitions.get(*id).constraints, &rule.key))
    });
    match origin {
        Origin::Type(_) => (node.min, node.max) = (0, None),
        Origin::Element(element) => prune_element(node, element),
    }
    let own = match node.types.as_slice() {
        [one] => one.type_id.filter(|id| held.iter().any(|held| definitions.is_a(*id, *held))),
        _ => None,
    };
    let only = held.first().copied().filter(|_| held.len() == 1);
    let (children, slices) = (node.children.clone(), node.slices.clone());
    for child in children {
        let name = nodes.get(child).map_or("", |child| child.name.as_str());
        if let Some(element) = own.or(only).and_then(|inner| definitions.element(inner, name)) {
            prune(nodes, child, Origin::Element(element), depth + 1);
        }
    }
    for slice in slices {
        let kept = nodes.get(slice).map(|slice| (slice.min, slice.max));
        prune(nodes, slice, origin, depth + 1);
        if let (Some(slice), Some((min, max))) = (nodes.get_mut(slice), kept) {
            (slice.min, slice.max) = (min, max);
        }
    }
}

fn prune_element(node: &mut Node, element: &'static Element) {
    let definitions = Definitions::r4();
    if node.min == usize::from(element.min) {
        node.min = 0;
    }
    if node.max == element.max.map(usize::from) {
        node.max = None;
    }
    let same_binding = |(strength, url): &(_, String)| {
        element.binding.is_some_and(|binding| *strength == binding.strength && bare(url) == bare(binding.value_set))
    };
    if node.binding.as_ref().is_some_and(same_binding) {
        node.binding = None;
    }
    node.rules.retain(|rule| !has_rule(element.constraints, &rule.key));
    let plain = |held: &NodeType| held.profiles.is_empty() && held.targets.is_empty();
    if node.types.iter().all(plain) {
        let all = node.types.len() == element.types.len()
            && element.types.iter().all(|held| node.types.iter().any(|own| own.code == definitions.get(held.id).name));
        let backbone = node.types.iter().all(|own| matches!(own.code.as_str(), "BackboneElement" | "Element"));
        if all || backbone {
            node.types.clear();
        }
    }
}

fn has_rule(rules: &[Constraint], key: &str) -> bool {
    rules.iter().any(|rule| rule.key == key)
}

/// Marks the nodes that say something, or stand above one that does.
fn activate(nodes: &mut [Node], index: usize, depth: usize) -> bool {
    let Some(node) = nodes.get(index).filter(|_| depth < DEPTH_MAX) else { return false };
    let counted = node.min > 0 || node.max.is_some() || node.length_max.is_some();
    let valued = node.fixed.is_some() || node.pattern.is_some() || node.least.is_some() || node.most.is_some();
    let linked =
        node.binding.is_some() || node.largest.is_some() || node.content_reference.is_some() || !node.types.is_empty();
    let mut active = counted || valued || linked || !node.rules.is_empty() || !node.slices.is_empty();
    let below: Vec<usize> = node.children.iter().chain(&node.slices).copied().collect();
    for child in below {
        active |= activate(nodes, child, depth + 1);
    }
    if let Some(node) = nodes.get_mut(index) {
        node.active = active;
    }
    active
}
