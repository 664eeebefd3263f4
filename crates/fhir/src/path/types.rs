//! The types of FHIRPath: those of FHIR by their id, and the handful of System types.
//!
//! Promises: every question about a type is one look into a table. The types themselves are `fhir::definition`'s.

use super::item::Item;
use crate::definition::{Definitions, TypeId, TypeKind};
use std::sync::OnceLock;

/// The system type a FHIR primitive converts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Primitive {
    Boolean,
    Integer,
    Decimal,
    String,
    Date,
    DateTime,
    Time,
}

/// A System type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SystemType {
    Boolean,
    Integer,
    Decimal,
    String,
    Date,
    DateTime,
    Time,
    Quantity,
}

const SYSTEM_TYPES: [(&str, SystemType); 8] = [
    ("Boolean", SystemType::Boolean),
    ("Integer", SystemType::Integer),
    ("Decimal", SystemType::Decimal),
    ("String", SystemType::String),
    ("Date", SystemType::Date),
    ("DateTime", SystemType::DateTime),
    ("Time", SystemType::Time),
    ("Quantity", SystemType::Quantity),
];

/// A type an expression names: one of System, one of FHIR, or (for `Quantity`) either.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypeName {
    system: Option<SystemType>,
    fhir: Option<TypeId>,
}

impl TypeName {
    /// Looks a name up; `None` if there is no such type. A System name that does not exist matches nothing.
    pub fn find(namespace: Option<&str>, name: &str) -> Option<TypeName> {
        let system = SYSTEM_TYPES.iter().find(|line| line.0 == name).map(|line| line.1);
        let fhir = || Definitions::r4().type_id(if name == "SimpleQuantity" { "Quantity" } else { name });
        match namespace {
            Some("System") => Some(TypeName { system, fhir: None }),
            Some("FHIR") => Some(TypeName { system: None, fhir: Some(fhir()?) }),
            Some(_) => None,
            None => {
                // R4's own que-7 writes `answer is Boolean` of a FHIR boolean.
                let fhir = fhir().or_else(|| system.and_then(primitive_of));
                (system.is_some() || fhir.is_some()).then_some(TypeName { system, fhir })
            }
        }
    }

    /// Whether the item is of this type or derived from it.
    pub fn holds(self, item: &Item<'_>) -> bool {
        match item.type_id() {
            Some(id) => self.fhir.is_some_and(|wanted| id == wanted || Definitions::r4().is_a(id, wanted)),
            None => self.system.is_some() && self.system == system_type(item),
        }
    }
}

/// The FHIR primitive that converts to a System type.
fn primitive_of(system: SystemType) -> Option<TypeId> {
    Definitions::r4().type_id(match system {
        SystemType::Boolean => "boolean",
        SystemType::Integer => "integer",
        SystemType::Decimal => "decimal",
        SystemType::String => "string",
        SystemType::Date => "date",
        SystemType::DateTime => "dateTime",
        SystemType::Time => "time",
        SystemType::Quantity => "Quantity",
    })
}

/// The System type of a calculated value.
pub(super) fn system_type(item: &Item<'_>) -> Option<SystemType> {
    match item {
        Item::Boolean(_) => Some(SystemType::Boolean),
        Item::Integer(_) => Some(SystemType::Integer),
        Item::Decimal(_) => Some(SystemType::Decimal),
        Item::String(_) => Some(SystemType::String),
        Item::Date(_) => Some(SystemType::Date),
        Item::DateTime(_) => Some(SystemType::DateTime),
        Item::Time(_) => Some(SystemType::Time),
        Item::Quantity(_) => Some(SystemType::Quantity),
        Item::Node { .. } | Item::Type { .. } | Item::Target { .. } => None,
    }
}

/// What `type()` answers: namespace and name.
pub(super) fn type_of<'a>(item: &Item<'a>) -> Option<Item<'a>> {
    if let Some(id) = item.type_id() {
        return Some(Item::Type { namespace: "FHIR", name: Definitions::r4().get(id).name });
    }
    let system = system_type(item)?;
    let name = SYSTEM_TYPES.iter().find(|line| line.1 == system)?.0;
    Some(Item::Type { namespace: "System", name })
}

/// What evaluation asks about FHIR types.
pub(super) struct Types {
    primitives: Vec<Option<Primitive>>,
    quantities: Vec<bool>,
    open: Vec<bool>,
    /// The type of `extension`.
    pub extension: Option<TypeId>,
}

impl Types {
    /// The table for FHIR R4.
    pub fn r4() -> &'static Types {
        static TYPES: OnceLock<Types> = OnceLock::new();
        TYPES.get_or_init(|| {
            let definitions = Definitions::r4();
            let all = definitions.types();
            let quantity = definitions.type_id("Quantity");
            Types {
                primitives: all.iter().map(|t| (t.kind == TypeKind::Primitive).then(|| primitive(t.name))).collect(),
                quantities: all.iter().map(|t| quantity.is_some_and(|q| definitions.is_a(t.id, q))).collect(),
                open: all.iter().map(|t| t.kind == TypeKind::Resource && t.is_abstract).collect(),
                extension: definitions.type_id("Extension"),
            }
        })
    }

    /// The system type of a primitive; `None` for anything with members.
    pub fn primitive(&self, id: TypeId) -> Option<Primitive> {
        self.primitives.get(usize::from(id.0)).copied().flatten()
    }

    /// Whether it is Quantity or derived from it.
    pub fn is_quantity(&self, id: TypeId) -> bool {
        self.quantities.get(usize::from(id.0)).copied().unwrap_or(false)
    }

    /// Whether a value of it says its own type (`Resource`, `DomainResource`).
    pub fn is_open(&self, id: TypeId) -> bool {
        self.open.get(usize::from(id.0)).copied().unwrap_or(false)
    }
}

fn primitive(name: &str) -> Primitive {
    match name {
        "boolean" => Primitive::Boolean,
        "integer" | "positiveInt" | "unsignedInt" => Primitive::Integer,
        "decimal" => Primitive::Decimal,
        "date" => Primitive::Date,
        "dateTime" | "instant" => Primitive::DateTime,
        "time" => Primitive::Time,
        _ => Primitive::String,
    }
}
