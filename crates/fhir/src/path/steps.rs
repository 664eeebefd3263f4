//! Steps from a node to its members, by the types of FHIR.
//!
//! Promises: a step costs one scan of the object; what a name means on a type is looked up once per expression and
//! kept for the first type it meets, since most steps only ever meet one. Members FHIR does not define are not seen.

use super::item::{Item, Items};
use super::types::Types;
use crate::definition::{Definitions, TypeId};
use crate::json::{Kind, Value};
use std::borrow::Cow;
use std::sync::OnceLock;

/// A member's name, with what it means on the first type it was asked of.
#[derive(Debug)]
pub(super) struct Member {
    name: Box<str>,
    /// The key of a primitive's id and extensions, `_name`.
    companion: Box<str>,
    first: OnceLock<(TypeId, Meaning)>,
}

/// What a name means on a type.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Nothing,
    One(Held),
    /// A choice, which JSON writes with a key for each type.
    Choice,
}

/// What stands under a key.
#[derive(Debug, Clone, Copy)]
struct Held {
    type_id: TypeId,
    primitive: bool,
    open: bool,
}

impl Held {
    fn of(type_id: TypeId) -> Held {
        let types = Types::r4();
        Held { type_id, primitive: types.primitive(type_id).is_some(), open: types.is_open(type_id) }
    }
}

impl Member {
    pub fn new(name: &str) -> Member {
        Member { name: name.into(), companion: format!("_{name}").into(), first: OnceLock::new() }
    }

    /// Adds the members of this name to a collection.
    pub fn step<'a>(&self, from: &Item<'a>, out: &mut Items<'a>) {
        let Item::Node { value, extra, type_id } = from else { return self.step_system(from, out) };
        let (met, known) = self.first.get_or_init(|| (*type_id, meaning(*type_id, &self.name)));
        let meaning = if met == type_id { *known } else { meaning(*type_id, &self.name) };
        let object = members_of(*value, *extra, *type_id);
        match meaning {
            // The value of a primitive, as profiles ask for it: `birthDate.value`.
            Meaning::Nothing if &*self.name == "value" && Types::r4().primitive(*type_id).is_some() => {
                if *extra != Some(*value) && value.kind() != Kind::Object {
                    out.push(from.system().into_owned());
                }
            }
            Meaning::Nothing => {}
            Meaning::One(held) => {
                let extra = if held.primitive { object.get(&self.companion) } else { None };
                push(object.get(&self.name), extra, held, out);
            }
            Meaning::Choice => choose(object, *type_id, &self.name, out),
        }
    }

    fn step_system<'a>(&self, from: &Item<'a>, out: &mut Items<'a>) {
        match (from, &*self.name) {
            (Item::Type { namespace, .. }, "namespace") => out.push(Item::String(Cow::Borrowed(namespace))),
            (Item::Type { name, .. }, "name") => out.push(Item::String(Cow::Borrowed(name))),
            (Item::Quantity(quantity), "value") => out.push(Item::Decimal(quantity.value)),
            (Item::Quantity(quantity), "unit" | "code") => {
                out.push(Item::String(Cow::Owned(quantity.unit.code().to_string())));
            }
            _ => {}
        }
    }
}

/// Looks a name up on a type. Only the name of the element counts: `valueQuantity` is a key of JSON, not a name.
fn meaning(of: TypeId, name: &str) -> Meaning {
    let definitions = Definitions::r4();
    match definitions.child(of, name) {
        Some(child) if child.element.name == name => Meaning::One(Held::of(child.type_id)),
        Some(_) => Meaning::Nothing,
        None if definitions.choice(of, name).is_some() => Meaning::Choice,
        None => Meaning::Nothing,
    }
}

/// Adds the one member of a choice that is there; of a primitive its value and companion.
fn choose<'a>(object: Value<'a>, of: TypeId, name: &str, out: &mut Items<'a>) {
    let definitions = Definitions::r4();
    let mut chosen: Option<(TypeId, Option<Value<'a>>, Option<Value<'a>>)> = None;
    for (key, value) in object.members() {
        let (bare, companion) = match key.strip_prefix('_') {
            Some(bare) => (bare, true),
            None => (key, false),
        };
        if bare.len() <= name.len() || !bare.starts_with(name) {
            continue;
        }
        let Some(child) = definitions.child(of, bare).filter(|child| child.element.name == name) else { continue };
        let (value, extra) = if companion { (None, Some(value)) } else { (Some(value), None) };
        chosen = match chosen {
            Some((same, known, known_extra)) if same == child.type_id => {
                Some((same, known.or(value), known_extra.or(extra)))
            }
            other => {
                if let Some((type_id, value, extra)) = other {
                    push(value, extra, Held::of(type_id), out);
                }
                Some((child.type_id, value, extra))
            }
        };
    }
    if let Some((type_id, value, extra)) = chosen {
        push(value, extra, Held::of(type_id), out);
    }
}

/// Adds all members of a node to a collection, in the order they are written.
pub(super) fn children<'a>(from: &Item<'a>, out: &mut Items<'a>) {
    let Item::Node { value, extra, type_id } = from else { return };
    let definitions = Definitions::r4();
    let object = members_of(*value, *extra, *type_id);
    for (key, value) in object.members() {
        if let Some(bare) = key.strip_prefix('_') {
            if object.get(bare).is_none()
                && let Some(child) = definitions.child(*type_id, bare)
            {
                push(None, Some(value), Held::of(child.type_id), out);
            }
            continue;
        }
        let Some(child) = definitions.child(*type_id, key) else { continue };
        let held = Held::of(child.type_id);
        let extra = if held.primitive { object.get(&format!("_{key}")) } else { None };
        push(Some(value), extra, held, out);
    }
}

/// The object that holds a node's members: of a primitive its companion.
fn members_of<'a>(value: Value<'a>, extra: Option<Value<'a>>, type_id: TypeId) -> Value<'a> {
    match extra {
        Some(extra) if Types::r4().primitive(type_id).is_some() => extra,
        _ => value,
    }
}

/// Adds what stands under one key, item by item if it is an array.
fn push<'a>(value: Option<Value<'a>>, extra: Option<Value<'a>>, held: Held, out: &mut Items<'a>) {
    match (value, extra) {
        (None, None) => {}
        (Some(value), None) if value.kind() == Kind::Array => {
            for item in value.items() {
                push_one(Some(item), None, held, out);
            }
        }
        (Some(value), None) => push_one(Some(value), None, held, out),
        (value, Some(extra)) => {
            let listed = |v: Option<Value<'a>>| v.is_some_and(|v| v.kind() == Kind::Array);
            if !listed(value) && !listed(Some(extra)) {
                return push_one(value, Some(extra), held, out);
            }
            let mut values = value.into_iter().flat_map(Value::items);
            let mut extras = extra.items();
            loop {
                let pair = (values.next(), extras.next());
                if let (None, None) = pair {
                    return;
                }
                push_one(pair.0, pair.1, held, out);
            }
        }
    }
}

fn push_one<'a>(value: Option<Value<'a>>, extra: Option<Value<'a>>, held: Held, out: &mut Items<'a>) {
    let value = value.filter(|v| v.kind() != Kind::Null);
    let extra = extra.filter(|e| e.kind() == Kind::Object);
    let Some(place) = value.or(extra) else { return };
    let type_id = if held.open { own_type(place).unwrap_or(held.type_id) } else { held.type_id };
    out.push(Item::Node { value: place, extra, type_id });
}

fn own_type(value: Value<'_>) -> Option<TypeId> {
    Definitions::r4().type_id(value.get("resourceType")?.str()?)
}
