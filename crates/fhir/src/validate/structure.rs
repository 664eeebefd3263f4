//! The walk over a resource: members, kinds, cardinality, primitives, and whatever hangs on them.
//!
//! One pass over the tape, guided by the tables of `table`. At each value it calls on the checks of
//! its neighbours: `primitive`, `narrative`, `binding`, `invariant`, `reference`, `bundle`, `extension`
//! and, at the end of a resource, `profile`. What it does not do: read definitions or keep any state
//! between runs. Spec: <https://hl7.org/fhir/R4/json.html>.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use super::Options;
use super::primitive::{self, Primitive};
use super::report::{Place, Report, short};
use super::table::{ElementTable, Held, Members, Table, TypeTable, bit};
use crate::definition::{Child, Definitions, Element, Type, TypeId};
use crate::json::{Kind, Value};
use crate::outcome::Severity;
use crate::path::Item;

/// A resource and its type.
pub(super) type Typed<'a> = (Value<'a>, TypeId);

/// How a resource stands in what holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// By itself, or as an entry or parameter.
    Alone,
    /// In `contained`.
    Contained,
}

/// The resources around a value.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The resource it stands in.
    pub(super) resource: Typed<'a>,
    /// The same, or the one that contains it.
    pub(super) root_resource: Typed<'a>,
    /// The address under which a bundle holds it.
    pub(super) full_url: Option<&'a str>,
}

/// A run over one resource.
pub(super) struct Walk<'a> {
    pub(super) definitions: &'static Definitions,
    pub(super) table: &'static Table,
    pub(super) options: &'a Options<'a>,
    pub(super) report: Report,
    /// The outermost resource.
    pub(super) top: Typed<'a>,
    pub(super) scope: Scope<'a>,
    /// The extension around the value, if there is one.
    pub(super) extension_url: Option<&'a str>,
    /// What the resource with this number contains, by id, once asked for.
    pub(super) contained: RefCell<Option<(u32, HashMap<String, Typed<'a>>)>>,
    /// Entries of the outermost bundle by address, once asked for.
    pub(super) entries: OnceCell<HashMap<String, Typed<'a>>>,
    /// The profiles being tried inside each other, and on what.
    pub(super) profile_open: Vec<(&'a str, u32)>,
    /// How many steps profiles have taken.
    pub(super) profile_steps: usize,
}

/// Where a value hangs: the element that holds it.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) element: &'static Element,
    pub(super) table: Option<&'static ElementTable>,
    pub(super) type_id: TypeId,
}

impl<'a> Walk<'a> {
    /// A resource inside another, or the outermost one.
    pub(super) fn resource(&mut self, value: Value<'a>, standing: Standing, place: &Place<'_>) {
        let contained = standing == Standing::Contained;
        let named = value.get("resourceType").and_then(Value::str);
        let Some(found) = named.and_then(|name| self.definitions.resource(name)) else {
            let text = if named.is_some() {
                "resourceType names no resource type of FHIR R4"
            } else {
                "a resource needs a member resourceType"
            };
            return self.report.error("structure", place, text);
        };
        let place = &place.holding(found.name);
        let outer = self.scope;
        let here = (value, found.id);
        let root_resource = if contained { outer.root_resource } else { here };
        self.scope = Scope { resource: here, root_resource, full_url: outer.full_url };
        if contained && value.get("id").is_none() {
            self.report.error("required", place, "a contained resource needs an id, so that it can be referred to");
        }
        self.object(value, found.id, place);
        if found.id == self.table.bundle {
            self.bundle(value, place);
        }
        self.asked_profiles(value, found.id, place);
        self.scope = outer;
    }

    /// An object of a known type; the members seen.
    pub(super) fn object(&mut self, value: Value<'a>, type_id: TypeId, place: &Place<'_>) -> Members {
        let Some(table) = self.table.get(type_id) else { return 0 };
        if value.kind() != Kind::Object {
            self.report.error("structure", place, format!("this must be an object ({})", table.definition.name));
            return 0;
        }
        if value.is_empty() {
            self.report.error("structure", place, "an empty object is no value; leave the element out");
            return 0;
        }
        let mut seen: Members = 0;
        for (key, member) in value.members() {
            let (name, companion) = match key.strip_prefix('_') {
                Some(name) => (name, true),
                None => (key, false),
            };
            let Some(child) = self.definitions.child(type_id, name) else {
                self.unknown(key, table.definition, place);
                continue;
            };
            let one = bit(usize::from(child.index));
            if seen & one != 0 && child.element.choice && !has_other_half(value, key) {
                self.report.error(
                    "structure",
                    &place.member(child.element.name),
                    format!("only one of the types of {}[x] may be given", child.element.name),
                );
            }
            seen |= one;
            let slot = Slot {
                element: child.element,
                table: table.elements.get(usize::from(child.index)),
                type_id: child.type_id,
            };
            let inner = self.place_of(place, child);
            if companion {
                self.companion(value.get(name), member, slot, &inner);
            } else {
                self.member(value, key, member, slot, &inner);
            }
        }
        let missing = table.required & !seen;
        if missing != 0 {
            self.missing(table, missing, place);
        }
        self.rules(&table.rules, value, type_id, seen, place);
        seen
    }

    fn place_of<'p>(&self, place: &'p Place<'p>, child: Child<'static>) -> Place<'p> {
        if child.element.choice {
            return place.choice(child.element.name, self.definitions.get(child.type_id).name);
        }
        place.member(child.element.name)
    }

    /// A member that is no companion.
    fn member(&mut self, object: Value<'a>, key: &str, member: Value<'a>, slot: Slot, place: &Place<'_>) {
        let is_array = member.kind() == Kind::Array;
        if !slot.element.array {
            if is_array {
                return self.report.error("structure", place, "this must be a single value, not an array");
            }
            if member.kind() == Kind::Null {
                return self.report.error("structure", place, "null is no value; leave the element out");
            }
            return self.value(object, member, slot, place);
        }
        if !is_array {
            return self.report.error("structure", place, "this must be an array, also for a single value");
        }
        if member.is_empty() {
            return self.report.error("structure", place, "an empty array is no value; leave the element out");
        }
        if !slot.element.allows(member.len()) {
            self.report.error(
                "structure",
                place,
                format!("{} values are outside of what is allowed here", member.len()),
            );
        }
        // The companion's items go along with the array's, so that many nulls cost no more than other values.
        let mut extras = None;
        for (index, item) in member.items().enumerate() {
            let place = place.at(index);
            if item.kind() != Kind::Null {
                self.value(object, item, slot, &place);
                continue;
            }
            let (next, items) = extras.get_or_insert_with(|| (0, companion_of(object, key).map(Value::items)));
            let stands_in = items.as_mut().and_then(|items| items.nth(index - *next));
            *next = index + 1;
            if stands_in.is_none_or(|extra| extra.kind() == Kind::Null) {
                self.report.error(
                    "structure",
                    &place,
                    "null stands only for a value of which _… gives an id or extensions",
                );
            }
        }
    }

    /// One value that is not null.
    pub(super) fn value(&mut self, holder: Value<'a>, value: Value<'a>, slot: Slot, place: &Place<'_>) {
        let Some(table) = self.table.get(slot.type_id) else { return };
        match table.held {
            Held::Primitive(primitive) => self.primitive(holder, value, primitive, slot, place),
            Held::Resource => {
                if value.kind() != Kind::Object {
                    return self.report.error("structure", place, "this must be a resource");
                }
                let standing = if slot.element.name == "contained" { Standing::Contained } else { Standing::Alone };
                self.resource(value, standing, place);
            }
            Held::Object => {
                if slot.type_id == self.table.bundle_entry {
                    self.scope.full_url = value.get("fullUrl").and_then(Value::str);
                }
                let outer = self.extension_url;
                if slot.type_id == self.table.extension {
                    self.extension_url = value.get("url").and_then(Value::str);
                }
                let seen = self.object(value, slot.type_id, place);
                self.extension_url = outer;
                if let Some(element) = slot.table {
                    self.complex(holder, value, slot, element, seen, place);
                }
            }
        }
    }

    /// What hangs on a value with members besides its members.
    fn complex(
        &mut self,
        holder: Value<'a>,
        value: Value<'a>,
        slot: Slot,
        element: &'static ElementTable,
        seen: Members,
        place: &Place<'_>,
    ) {
        if !element.rules.is_empty() {
            self.rules(&element.rules, value, slot.type_id, seen, place);
        }
        if let Some(bound) = &element.bound {
            self.bound_complex(value, slot.type_id, bound, place);
        }
        if slot.type_id == self.table.reference {
            self.reference(value, slot, place);
        } else if slot.type_id == self.table.extension {
            self.extension(holder, value, slot, place);
        } else if slot.type_id == self.table.coding {
            self.coding(value, place);
        } else if slot.type_id == self.table.bundle_entry {
            self.scope.full_url = None;
        }
    }

    fn primitive(&mut self, holder: Value<'a>, value: Value<'a>, primitive: Primitive, slot: Slot, place: &Place<'_>) {
        let (wanted, right) = match primitive {
            Primitive::Boolean => ("true or false, without quotes", value.kind() == Kind::Bool),
            Primitive::Decimal | Primitive::Integer | Primitive::PositiveInt | Primitive::UnsignedInt => {
                ("a number, without quotes", value.kind() == Kind::Number)
            }
            _ => ("a string", value.kind() == Kind::String),
        };
        if !right {
            return self.report.error("structure", place, format!("this must be {wanted}"));
        }
        match value.kind() {
            Kind::Number => self.fault(primitive::check_number(primitive, value.raw()), place),
            Kind::String => match value.str() {
                Some(text) => self.text(text, primitive, slot, place),
                None => self.text(&value.as_str().unwrap_or_default(), primitive, slot, place),
            },
            _ => {}
        }
        if let Some(element) = slot.table.filter(|element| !element.rules.is_empty()) {
            let extra = companion_of(holder, value.key()).filter(|_| !value.key().is_empty());
            self.primitive_rules(&element.rules, &Item::Node { value, extra, type_id: slot.type_id }, place);
        }
    }

    fn text(&mut self, text: &str, primitive: Primitive, slot: Slot, place: &Place<'_>) {
        if primitive == Primitive::Xhtml {
            match crate::narrative::check(text) {
                Ok(crate::narrative::Content::Readable) => {}
                Ok(crate::narrative::Content::Empty) => {
                    self.report.warning("invalid", place, "the narrative should have something to read")
                }
                Err(fault) => self.report.error("invalid", place, fault),
            }
            return;
        }
        let fault = primitive::check_text(primitive, text);
        if fault.is_some() {
            return self.fault(fault, place);
        }
        if let Some(bound) = slot.table.and_then(|element| element.bound.as_ref()) {
            self.bound_text(text, bound, place);
        }
    }

    fn fault(&mut self, fault: Option<primitive::Fault>, place: &Place<'_>) {
        match fault {
            Some(fault) if fault.warning => self.report.warning(fault.code, place, fault.text),
            Some(fault) => self.report.error(fault.code, place, fault.text),
            None => {}
        }
    }

    /// The id and extensions of a primitive, or of each of several.
    fn companion(&mut self, base: Option<Value<'a>>, extra: Value<'a>, slot: Slot, place: &Place<'_>) {
        let primitive = self.table.get(slot.type_id).is_some_and(|table| matches!(table.held, Held::Primitive(_)));
        if !primitive {
            return self.report.error(
                "structure",
                place,
                "only a primitive value can have a companion with a name that begins with _",
            );
        }
        if !slot.element.array {
            self.object(extra, slot.type_id, place);
            return;
        }
        if extra.kind() != Kind::Array {
            return self.report.error("structure", place, "the companion of an array must be an array");
        }
        if base.is_some_and(|base| base.kind() == Kind::Array && base.len() != extra.len()) {
            self.report.error(
                "structure",
                place,
                "the array and its companion must be of one length, with null where one has nothing",
            );
        }
        let mut values = base.into_iter().flat_map(Value::items);
        for (index, item) in extra.items().enumerate() {
            let place = place.at(index);
            let value = values.next();
            if item.kind() != Kind::Null {
                self.object(item, slot.type_id, &place);
            } else if value.is_none_or(|value| value.kind() == Kind::Null) {
                self.report.error("structure", &place, "neither the array nor its companion has anything here");
            }
        }
    }

    fn missing(&mut self, table: &TypeTable, missing: Members, place: &Place<'_>) {
        for (index, element) in table.definition.elements.iter().enumerate() {
            if missing & bit(index) != 0 {
                let choice = if element.choice { "[x]" } else { "" };
                let severity =
                    if super::errata::may_be_missing(element.path) { Severity::Warning } else { Severity::Error };
                self.report.add(
                    severity,
                    "required",
                    place,
                    format!("{}{choice} is missing; it must be given", element.name),
                );
            }
        }
    }

    fn unknown(&mut self, key: &str, of: &'static Type, place: &Place<'_>) {
        if key == "resourceType" && of.kind == crate::definition::TypeKind::Resource {
            return;
        }
        if self.report.is_full() {
            return self.report.error("structure", place, "");
        }
        let text = match nearest(key.trim_start_matches('_'), of) {
            Some(name) => format!("{} is no member of {}; did you mean {name}?", short(key), of.name),
            None => format!("{} is no member of {}; take it out, or use an extension", short(key), of.name),
        };
        self.report.error("structure", place, text);
    }
}

/// Whether the object has the companion of a member, or the member of a companion.
fn has_other_half(object: Value<'_>, key: &str) -> bool {
    match key.strip_prefix('_') {
        Some(name) => object.get(name).is_some(),
        None => companion_of(object, key).is_some(),
    }
}

fn companion_of<'a>(object: Value<'a>, key: &str) -> Option<Value<'a>> {
    object.members().find(|(other, _)| other.strip_prefix('_') == Some(key)).map(|(_, extra)| extra)
}

/// The member whose name is at most two letters off; for a choice, its name with a type.
fn nearest(key: &str, of: &'static Type) -> Option<String> {
    let all = of.elements.iter().flat_map(|element| {
        let held = element
            .types
            .iter()
            .filter(|_| element.choice)
            .map(|held| choice_key(element.name, Definitions::r4().get(held.id).name));
        let plain = (!element.choice).then(|| element.name.to_owned());
        held.chain(plain)
    });
    let near = all.map(|name| (distance(key, &name), name)).filter(|(far, name)| *far <= 2.min(name.len() / 2));
    let best = near.min_by_key(|(far, _)| *far).map(|(_, name)| name);
    best.or_else(|| {
        let choice = of.elements.iter().find(|element| element.choice && element.name == key)?;
        let held = choice.types.first()?;
        Some(choice_key(choice.name, Definitions::r4().get(held.id).name))
    })
}

/// `value` and `Quantity` make `valueQuantity`.
pub(super) fn choice_key(name: &str, held: &str) -> String {
    let mut letters = held.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    name.chars().chain(first).chain(letters).collect()
}

/// How many letters must change to make one word from the other; long words are not compared.
fn distance(left: &str, right: &str) -> usize {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() > 64 || left.len().abs_diff(right.len()) > 2 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, one) in left.iter().enumerate() {
        let mut corner = at;
        let mut last = at + 1;
        if let Some(first) = row.first_mut() {
            *first = last;
        }
        for (other, cell) in right.iter().zip(row.iter_mut().skip(1)) {
            let change = corner + usize::from(!one.eq_ignore_ascii_case(other));
            corner = *cell;
            last = change.min(last + 1).min(corner + 1);
            *cell = last;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
