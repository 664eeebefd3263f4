//! Types, their elements and what an element may hold.
//!
//! A backbone element (`Patient.contact`) is a type of its own, and a content reference
//! (`Bundle.entry.link` to `Bundle.link`) is an element of that type, so that a walk over a
//! resource only ever needs a type and a key. The types of FHIRPath itself (`System.String`) are
//! not here: the members `id` and `url` carry the FHIR type that the specification gives them.
//! Spec: <https://hl7.org/fhir/R4/elementdefinition.html>.

/// A type's place in the table of types.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct TypeId(pub u16);

/// What sort of type it is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum TypeKind {
    /// A single value such as `date`.
    Primitive,
    /// A data type with members such as `HumanName`.
    Complex,
    /// Members that exist only inside another type, such as `Patient.contact`.
    Backbone,
    /// A resource, abstract ones included.
    Resource,
}

/// A type and its members.
#[derive(Debug)]
pub struct Type {
    /// Its place in the table.
    pub id: TypeId,
    /// `Patient`, `HumanName`, `date` or, for a backbone element, its path.
    pub name: &'static str,
    /// What sort of type it is.
    pub kind: TypeKind,
    /// The type it is derived from; none for `Element` and `Resource`.
    pub base: Option<TypeId>,
    /// Whether it never occurs by itself (`Element`, `BackboneElement`, `Resource`, `DomainResource`).
    pub is_abstract: bool,
    /// The form a primitive's text must have.
    pub regex: Option<&'static str>,
    /// Own and inherited members, in the order of the specification. A primitive lists `id` and
    /// `extension`; its value is no member.
    pub elements: Vec<Element>,
    /// The rules that every value of this type must keep.
    pub constraints: &'static [Constraint],
}

/// One member of a type.
#[derive(Debug)]
pub struct Element {
    /// The name; `value` for `value[x]`.
    pub name: &'static str,
    /// Whether it is a choice, written `value[x]`.
    pub choice: bool,
    /// Whether JSON holds it as an array.
    pub array: bool,
    /// Whether XML holds it as an attribute.
    pub attribute: bool,
    /// How many there must be at least.
    pub min: u16,
    /// How many there may be; none: any number.
    pub max: Option<u16>,
    /// The types it may hold.
    pub types: &'static [TypeRef],
    /// The codes it may hold.
    pub binding: Option<Binding>,
    /// Rules of this member beyond those of its type.
    pub constraints: &'static [Constraint],
    /// Whether it is part of a summary.
    pub summary: bool,
    /// Whether it can change the meaning of what it stands in.
    pub modifier: bool,
    /// The path, as in `Observation.value[x]`.
    pub path: &'static str,
}

/// A type that an element may hold.
#[derive(Debug)]
pub struct TypeRef {
    /// The type.
    pub id: TypeId,
    /// For references and canonicals: names of resource types or addresses of profiles; `Resource` for any.
    pub targets: Vec<&'static str>,
    /// Addresses of profiles that the value must keep.
    pub profiles: Vec<&'static str>,
}

/// How strictly a value set binds.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Strength {
    /// Only these codes.
    Required,
    /// These codes where one fits.
    Extensible,
    /// Better these codes.
    Preferred,
    /// Such codes.
    Example,
}

/// The codes an element may hold.
#[derive(Copy, Clone, Debug)]
pub struct Binding {
    /// How strictly.
    pub strength: Strength,
    /// The value set's address, possibly with `|version`; empty if only described in words.
    pub value_set: &'static str,
}

/// A rule in FHIRPath.
#[derive(Copy, Clone, Debug)]
pub struct Constraint {
    /// Its name in the specification, such as `obs-6`.
    pub key: &'static str,
    /// Whether breaking it is an error; otherwise a warning.
    pub error: bool,
    /// The rule in words.
    pub human: &'static str,
    /// The rule in FHIRPath.
    pub expression: &'static str,
}

/// A member found by its JSON key: `valueQuantity` is the element `value[x]` holding a `Quantity`.
#[derive(Copy, Clone, Debug)]
pub struct Child<'a> {
    /// The member's definition.
    pub element: &'a Element,
    /// The type that the key stands for.
    pub type_id: TypeId,
    /// The element's place among the elements of its type.
    pub index: u16,
}

impl Element {
    /// Whether a member of this element may be repeated or absent as `max` and `min` say.
    pub fn allows(&self, count: usize) -> bool {
        count >= usize::from(self.min) && self.max.is_none_or(|max| count <= usize::from(max))
    }
}
