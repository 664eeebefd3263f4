//! The values of an element in a resource, as a profile sees them: primitives with their companions,
//! choices with the type they hold.

use smallvec::SmallVec;

use crate::definition::{Definitions, Element, TypeId, TypeKind};
use crate::json::{Kind, Value};
use crate::path::Item;

/// A value that is held against a profile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Focus<'a> {
    pub(super) value: Option<Value<'a>>,
    /// The id and extensions of a primitive.
    pub(super) extra: Option<Value<'a>>,
    pub(super) type_id: TypeId,
}

/// A value found in an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) focus: Focus<'a>,
    /// Its place among several.
    pub(super) index: Option<usize>,
    /// The type that a choice holds; empty if it is none.
    pub(super) held: &'static str,
}

/// The values of one element.
pub(super) type Values<'a> = SmallVec<[Found<'a>; 4]>;

impl<'a> Focus<'a> {
    pub(super) fn of(value: Value<'a>, type_id: TypeId) -> Focus<'a> {
        Focus { value: Some(value), extra: None, type_id }
    }

    /// What holds its members.
    pub(super) fn object(self) -> Option<Value<'a>> {
        self.value.filter(|value| value.kind() == Kind::Object).or(self.extra)
    }

    pub(super) fn item(self) -> Option<Item<'a>> {
        let value = self.value.or(self.extra)?;
        Some(Item::Node { value, extra: self.extra, type_id: self.type_id })
    }

    /// The values of the element with this name.
    pub(super) fn gather(self, name: &str) -> Values<'a> {
        let mut found = Values::new();
        let definitions = Definitions::r4();
        let (Some(object), Some(element)) = (self.object(), definitions.element(self.type_id, name)) else {
            return found;
        };
        if !element.choice {
            let type_id = element.types.first().map_or(TypeId(u16::MAX), |held| held.id);
            let extra = if definitions.get(type_id).kind == TypeKind::Primitive {
                object.get(&format!("_{name}"))
            } else {
                None
            };
            collect(&mut found, element, object.get(name), extra, type_id, "");
            return found;
        }
        for (key, value) in object.members() {
            let (plain, companion) = key.strip_prefix('_').map_or((key, false), |plain| (plain, true));
            let Some(child) = plain.starts_with(name).then(|| definitions.child(self.type_id, plain)).flatten() else {
                continue;
            };
            if child.element.name != name || (companion && object.get(plain).is_some()) {
                continue;
            }
            let held = definitions.get(child.type_id).name;
            let (value, extra) =
                if companion { (None, Some(value)) } else { (Some(value), object.get(&format!("_{plain}"))) };
            collect(&mut found, element, value, extra, child.type_id, held);
        }
        found
    }
}

fn collect<'a>(
    found: &mut Values<'a>,
    element: &Element,
    value: Option<Value<'a>>,
    extra: Option<Value<'a>>,
    type_id: TypeId,
    held: &'static str,
) {
    let real = |value: Option<Value<'a>>| value.filter(|value| value.kind() != Kind::Null);
    let own_type = |value: Option<Value<'a>>| value.and_then(crate::validate::reference::type_of).unwrap_or(type_id);
    let any = |type_id: TypeId| Definitions::r4().get(type_id).is_abstract;
    if !element.array {
        if value.is_some() || extra.is_some() {
            let type_id = if any(type_id) { own_type(value) } else { type_id };
            found.push(Found { focus: Focus { value, extra, type_id }, index: None, held });
        }
        return;
    }
    let count = value.map_or(0, Value::len).max(extra.map_or(0, Value::len));
    let (mut values, mut extras) = (value.into_iter().flat_map(Value::items), extra.into_iter().flat_map(Value::items));
    for index in 0..count {
        let (value, extra) = (real(values.next()), real(extras.next()));
        if value.is_some() || extra.is_some() {
            let type_id = if any(type_id) { own_type(value) } else { type_id };
            found.push(Found { focus: Focus { value, extra, type_id }, index: Some(index), held });
        }
    }
}
