//! What the walk needs of each type, made once per process from the definitions.
//!
//! A table per type: what its members hold, which are required, which codes and rules bind them.
//! Value sets and FHIRPath expressions are looked up at their first use. Holds no state of a run.

use std::sync::OnceLock;

use super::primitive::Primitive;
use super::quick::Quick;
use crate::definition::{Constraint, Definitions, Element, Strength, Type, TypeId, TypeKind, ValueSet};
use crate::path::Expression;

/// A set of members of one type, a bit each. No type of R4 has more than 64.
pub(super) type Members = u64;

/// The bit of the member with this index.
pub(super) fn bit(index: usize) -> Members {
    1u64.checked_shl(index as u32).unwrap_or(0)
}

/// What a type's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Primitive(Primitive),
    Object,
    /// Any resource; its own `resourceType` says which.
    Resource,
}

/// One type.
#[derive(Debug)]
pub(super) struct TypeTable {
    pub(super) definition: &'static Type,
    pub(super) held: Held,
    /// Members that must be there.
    pub(super) required: Members,
    pub(super) rules: Vec<Rule>,
    /// In the order of the definition's elements.
    pub(super) elements: Vec<ElementTable>,
}

/// One member of a type.
#[derive(Debug)]
pub(super) struct ElementTable {
    pub(super) bound: Option<Bound>,
    pub(super) rules: Vec<Rule>,
    /// References to any resource are allowed, or it is no reference.
    pub(super) any_target: bool,
}

/// A binding to a value set.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) strength: Strength,
    pub(super) url: &'static str,
    set: OnceLock<Option<&'static ValueSet>>,
}

/// An invariant and how it is tried.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) constraint: &'static Constraint,
    pub(super) how: How,
    /// If none of these members is there, the answer is that of an object without members.
    pub(super) mentions: Members,
    /// If one of these is missing, the rule holds.
    pub(super) needs: Members,
    pub(super) holds_empty: OnceLock<bool>,
}

/// How an invariant is tried.
#[derive(Debug)]
pub(super) enum How {
    /// By what members are there.
    Quick(Quick),
    /// `ref-1`: a reference to a contained resource leads to one.
    Contained,
    /// By code, see `native`.
    Native(super::native::Native),
    /// By FHIRPath; none if the expression cannot be read.
    Path(OnceLock<Option<Expression>>),
}

/// The tables of all types and the types that the walk must know.
#[derive(Debug)]
pub(super) struct Table {
    types: Vec<TypeTable>,
    pub(super) extension: TypeId,
    pub(super) reference: TypeId,
    pub(super) coding: TypeId,
    pub(super) codeable_concept: TypeId,
    pub(super) bundle: TypeId,
    pub(super) bundle_entry: TypeId,
}

impl Table {
    /// The tables of R4.
    pub(super) fn r4() -> &'static Table {
        static R4: OnceLock<Table> = OnceLock::new();
        R4.get_or_init(|| Table::build(Definitions::r4()))
    }

    fn build(definitions: &'static Definitions) -> Table {
        let named = |name| definitions.type_id(name).unwrap_or(TypeId(u16::MAX));
        Table {
            types: definitions.types().iter().map(TypeTable::build).collect(),
            extension: named("Extension"),
            reference: named("Reference"),
            coding: named("Coding"),
            codeable_concept: named("CodeableConcept"),
            bundle: named("Bundle"),
            bundle_entry: named("Bundle.entry"),
        }
    }

    /// The table of a type.
    pub(super) fn get(&self, id: TypeId) -> Option<&TypeTable> {
        self.types.get(usize::from(id.0))
    }
}

impl TypeTable {
    fn build(definition: &'static Type) -> TypeTable {
        let held = match definition.kind {
            TypeKind::Primitive => Held::Primitive(Primitive::named(definition.name).unwrap_or(Primitive::String)),
            TypeKind::Resource if definition.is_abstract => Held::Resource,
            _ => Held::Object,
        };
        let required =
            definition.elements.iter().enumerate().filter(|(_, element)| element.min > 0).map(|(index, _)| bit(index));
        TypeTable {
            definition,
            held,
            required: required.fold(0, |all, one| all | one),
            rules: rules(definition.constraints, Some(definition)),
            elements: definition.elements.iter().map(ElementTable::build).collect(),
        }
    }
}

impl ElementTable {
    fn build(element: &'static Element) -> ElementTable {
        let only = match element.types {
            [one] => Some(Definitions::r4().get(one.id)),
            _ => None,
        };
        let any = |held: &crate::definition::TypeRef| held.targets.is_empty() || held.targets.contains(&"Resource");
        let bound = element.binding.filter(|binding| {
            matches!(binding.strength, Strength::Required | Strength::Extensible) && !binding.value_set.is_empty()
        });
        let mut rules = rules(element.constraints, only);
        // SimpleQuantity is a Quantity with a rule of its own.
        let narrower = element
            .types
            .iter()
            .flat_map(|held| held.profiles.iter())
            .filter_map(|url| Definitions::r4().type_id(url.rsplit('/').next()?));
        for narrow in narrower.map(|id| Definitions::r4().get(id)) {
            let inherited =
                |key: &str| only.is_some_and(|only| only.constraints.iter().any(|constraint| constraint.key == key));
            rules.extend(
                super::table::rules(narrow.constraints, only)
                    .into_iter()
                    .filter(|rule| !inherited(rule.constraint.key)),
            );
        }
        ElementTable {
            bound: bound.map(|binding| Bound {
                strength: binding.strength,
                url: binding.value_set,
                set: OnceLock::new(),
            }),
            rules,
            any_target: element.types.iter().all(any),
        }
    }
}

fn rules(constraints: &'static [Constraint], of: Option<&'static Type>) -> Vec<Rule> {
    constraints
        .iter()
        .filter(|constraint| !super::native::is_checked_by_the_walk(constraint.key))
        .map(|constraint| Rule::build(constraint, of))
        .collect()
}

impl Rule {
    fn build(constraint: &'static Constraint, of: Option<&'static Type>) -> Rule {
        let objects = of.filter(|of| of.kind != TypeKind::Primitive);
        let mut rule =
            Rule { constraint, how: How::Path(OnceLock::new()), mentions: 0, needs: 0, holds_empty: OnceLock::new() };
        if constraint.key == "ref-1" {
            rule.how = How::Contained;
        } else if let Some(native) = super::native::Native::named(constraint.key) {
            rule.how = How::Native(native);
        } else if let Some(of) = objects {
            if let Some(quick) = Quick::parse(constraint.expression, of) {
                rule.how = How::Quick(quick);
            } else {
                rule.mentions = mentions(constraint.expression, of);
            }
        }
        if let Some(of) = objects {
            rule.needs = super::native::needs(constraint.key)
                .iter()
                .filter_map(|name| of.elements.iter().position(|element| element.name == *name))
                .fold(0, |all, index| all | bit(index));
        }
        rule
    }
}

/// The members of the type that an expression names; none if it may look further than its focus.
fn mentions(expression: &str, of: &Type) -> Members {
    const FAR: &[&str] =
        &["descendants", "children", "resolve", "%resource", "%rootResource", "%context", "hasValue()", "conformsTo"];
    if FAR.iter().any(|word| expression.contains(word)) {
        return 0;
    }
    let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .filter_map(|word| of.elements.iter().position(|element| element.name == word))
        .fold(0, |all, index| all | bit(index))
}

impl Bound {
    /// The value set, if the definitions have it.
    pub(super) fn set(&self) -> Option<&'static ValueSet> {
        *self.set.get_or_init(|| Definitions::r4().value_set(self.url))
    }
}
