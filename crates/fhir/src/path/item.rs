//! The items of FHIRPath collections.
//!
//! A node of a resource stays where it is on the tape; only calculated values own memory.

use super::types::{Primitive, Types};
use crate::definition::{Definitions, TypeId};
use crate::json::{Kind, Value};
use crate::value::date::{DateTime, Time};
use crate::value::decimal::Decimal;
use crate::value::quantity::Quantity;
use smallvec::SmallVec;
use std::borrow::Cow;

/// A collection.
pub type Items<'a> = SmallVec<[Item<'a>; 2]>;

/// One item of a collection.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// A place in a resource.
    Node {
        /// The place. A primitive without a value stands at its companion object.
        value: Value<'a>,
        /// The companion (`_name`) of a primitive, with its id and extensions.
        extra: Option<Value<'a>>,
        /// The FHIR type.
        type_id: TypeId,
    },
    /// System.Boolean
    Boolean(bool),
    /// System.Integer
    Integer(i32),
    /// System.Decimal
    Decimal(Decimal),
    /// System.String
    String(Cow<'a, str>),
    /// System.Date
    Date(DateTime),
    /// System.DateTime
    DateTime(DateTime),
    /// System.Time
    Time(Time),
    /// System.Quantity
    Quantity(Box<Quantity<'a>>),
    /// What `type()` answers.
    Type {
        /// `System` or `FHIR`.
        namespace: &'static str,
        /// The type's name.
        name: &'static str,
    },
    /// The target of a reference that was not fetched.
    Target {
        /// The reference as written.
        reference: Cow<'a, str>,
        /// The type its text tells.
        type_id: Option<TypeId>,
    },
}

impl<'a> Item<'a> {
    /// A whole resource, of the type it says it is; `None` if it does not say a known one.
    pub fn resource(root: Value<'a>) -> Option<Item<'a>> {
        let type_id = Definitions::r4().type_id(root.get("resourceType")?.str()?)?;
        Some(Item::Node { value: root, extra: None, type_id })
    }

    /// An element of a known type.
    pub fn node(value: Value<'a>, type_id: TypeId) -> Item<'a> {
        Item::Node { value, extra: None, type_id }
    }

    /// The place in the resource, if the item is one.
    pub fn value(&self) -> Option<Value<'a>> {
        match self {
            Item::Node { value, .. } => Some(*value),
            _ => None,
        }
    }

    /// The FHIR type, if the item has one.
    pub fn type_id(&self) -> Option<TypeId> {
        match self {
            Item::Node { type_id, .. } => Some(*type_id),
            Item::Target { type_id, .. } => *type_id,
            _ => None,
        }
    }

    /// The text of a string or of any FHIR primitive written as a string.
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        match self {
            Item::String(text) => Some(text.clone()),
            Item::Node { value, .. } => value.as_str(),
            _ => None,
        }
    }

    /// The text of any single value, as `toString()` gives it; `None` for what has members.
    pub fn text(&self) -> Option<String> {
        super::functions::convert::text_of(self)
    }

    /// The system value a FHIR primitive or quantity stands for; any other item as it is.
    pub(super) fn system(&self) -> Cow<'_, Item<'a>> {
        let Item::Node { value, type_id, .. } = self else { return Cow::Borrowed(self) };
        let types = Types::r4();
        let found = match types.primitive(*type_id) {
            Some(primitive) => system_value(*value, primitive),
            None if types.is_quantity(*type_id) => quantity(*value).map(|q| Item::Quantity(Box::new(q))),
            None => None,
        };
        found.map_or(Cow::Borrowed(self), Cow::Owned)
    }
}

fn system_value(value: Value<'_>, primitive: Primitive) -> Option<Item<'_>> {
    match (value.kind(), primitive) {
        (Kind::Bool, _) => value.bool().map(Item::Boolean),
        (Kind::Number, Primitive::Integer) => match value.raw().parse() {
            Ok(number) => Some(Item::Integer(number)),
            Err(_) => Decimal::parse(value.raw()).ok().map(Item::Decimal),
        },
        (Kind::Number, _) => Decimal::parse(value.raw()).ok().map(Item::Decimal),
        (Kind::String, primitive) => {
            let text = value.as_str()?;
            let dated = match primitive {
                Primitive::Date => DateTime::parse(&text).map(Item::Date),
                Primitive::DateTime => DateTime::parse(&text).map(Item::DateTime),
                Primitive::Time => Time::parse(&text).map(Item::Time),
                _ => None,
            };
            Some(dated.unwrap_or(Item::String(text)))
        }
        _ => None,
    }
}

/// A FHIR Quantity as a system quantity. With a comparator it is no exact amount and stays what it is.
fn quantity(value: Value<'_>) -> Option<Quantity<'_>> {
    use crate::value::quantity::Unit;
    if value.get("comparator").is_some() {
        return None;
    }
    let number = Decimal::parse(value.get("value")?.number()?).ok()?;
    let ucum = value.get("system").and_then(Value::str) == Some("http://unitsofmeasure.org");
    let code = value.get("code").filter(|_| ucum).or_else(|| value.get("unit"));
    let code = code.and_then(Value::as_str).unwrap_or(Cow::Borrowed("1"));
    Some(Quantity { value: number, unit: Unit::Ucum(code) })
}
