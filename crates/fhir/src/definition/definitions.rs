//! The table of all definitions and the ways into it.
//!
//! Types, elements, search parameters and compartments are read at the first use; value sets, code
//! systems, profiles and operations when asked for.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::children::Children;
use super::read;
use super::search::SearchParameter;
use super::terminology::{CodeSystem, ValueSet};
use super::types::{Child, Element, Type, TypeId, TypeKind};

/// All definitions of one version of FHIR.
#[derive(Debug, Default)]
pub struct Definitions {
    pub(super) types: &'static [Type],
    pub(super) type_names: HashMap<&'static str, TypeId>,
    pub(super) resources: Vec<TypeId>,
    pub(super) children: Children,
    pub(super) parameters: &'static [SearchParameter],
    pub(super) parameters_by_type: HashMap<&'static str, Vec<&'static SearchParameter>>,
    pub(super) compartments: HashMap<&'static str, HashMap<&'static str, Vec<&'static str>>>,
    pub(super) value_sets: HashMap<&'static str, Late<ValueSet>>,
    pub(super) code_systems: HashMap<&'static str, Late<CodeSystem>>,
    pub(super) profiles: HashMap<&'static str, Late<&'static str>>,
    pub(super) operations: Vec<Operation>,
    pub(super) source: read::Source,
}

/// Something read at its first use, and where it lies.
#[derive(Debug)]
pub(super) struct Late<T> {
    pub(super) at: usize,
    pub(super) cell: OnceLock<T>,
}

impl<T> Late<T> {
    pub(super) fn new(at: usize) -> Late<T> {
        Late { at, cell: OnceLock::new() }
    }
}

/// An operation that FHIR defines, such as `$everything`.
#[derive(Debug)]
pub struct Operation {
    /// The canonical address.
    pub url: &'static str,
    /// The name for programs.
    pub name: &'static str,
    /// The name in an address, without the `$`.
    pub code: &'static str,
    /// The types it is defined on.
    pub resources: Vec<&'static str>,
    /// Whether it can be called on the whole system.
    pub system: bool,
    /// Whether it can be called on a type.
    pub on_type: bool,
    /// Whether it can be called on one resource.
    pub instance: bool,
    pub(super) text: Late<&'static str>,
}

impl Definitions {
    /// FHIR R4 (4.0.1).
    pub fn r4() -> &'static Definitions {
        static R4: OnceLock<Definitions> = OnceLock::new();
        R4.get_or_init(|| read::read(include_bytes!("../../definitions/r4.bin")))
    }

    /// A type by name: `Patient`, `HumanName`, `string`, `Patient.contact`.
    pub fn type_id(&self, name: &str) -> Option<TypeId> {
        self.type_names.get(name).copied()
    }

    /// The type of an id. Ids come from this table, so there always is one.
    pub fn get(&self, id: TypeId) -> &'static Type {
        static NONE: Type = Type {
            id: TypeId(u16::MAX),
            name: "",
            kind: TypeKind::Complex,
            base: None,
            is_abstract: true,
            regex: None,
            elements: Vec::new(),
            constraints: &[],
        };
        self.types.get(usize::from(id.0)).unwrap_or(&NONE)
    }

    /// All types, backbone elements included.
    pub fn types(&self) -> &'static [Type] {
        self.types
    }

    /// The types of resources that can be stored, by name.
    pub fn resource_types(&self) -> impl Iterator<Item = &'static Type> + use<'_> {
        self.resources.iter().map(|id| self.get(*id))
    }

    /// A type by name, if it is a resource that can be stored.
    pub fn resource(&self, name: &str) -> Option<&'static Type> {
        let found = self.get(self.type_id(name)?);
        (found.kind == TypeKind::Resource && !found.is_abstract).then_some(found)
    }

    /// Whether a type is the other one or derived from it.
    pub fn is_a(&self, id: TypeId, ancestor: TypeId) -> bool {
        let mut next = Some(id);
        while let Some(id) = next {
            if id == ancestor {
                return true;
            }
            next = self.get(id).base;
        }
        false
    }

    /// A member by its JSON key (`valueQuantity`; without the underscore of a primitive's companion).
    pub fn child(&self, of: TypeId, key: &str) -> Option<Child<'static>> {
        let (index, type_id) = self.children.find(of, key)?;
        let element = self.get(of).elements.get(usize::from(index))?;
        Some(Child { element, type_id, index })
    }

    /// An element by its name in FHIRPath: `value` is the choice `value[x]`.
    pub fn element(&self, of: TypeId, name: &str) -> Option<&'static Element> {
        self.get(of).elements.iter().find(|element| element.name == name)
    }

    /// A choice by its name: `value` is `value[x]`.
    pub fn choice(&self, of: TypeId, name: &str) -> Option<&'static Element> {
        self.element(of, name).filter(|element| element.choice)
    }

    /// The search parameters of a resource type, those of `Resource` and `DomainResource` included.
    pub fn search_parameters(&self, type_name: &str) -> &[&'static SearchParameter] {
        self.parameters_by_type.get(type_name).map_or(&[], Vec::as_slice)
    }

    /// All search parameters.
    pub fn all_search_parameters(&self) -> &'static [SearchParameter] {
        self.parameters
    }

    /// The search parameters that put a resource of a type into a compartment (`Patient`); empty if
    /// none does, none if there is no such compartment or type. The compartment's own resource is
    /// in it by its id, without a parameter.
    pub fn compartment(&self, compartment: &str, type_name: &str) -> Option<&[&'static str]> {
        self.compartments.get(compartment)?.get(type_name).map(Vec::as_slice)
    }

    /// The names of the compartments: `Patient`, `Encounter` and so on.
    pub fn compartments(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        self.compartments.keys().copied()
    }

    /// A value set by its address; a version after `|` is let go, since there is one of each.
    pub fn value_set(&self, url: &str) -> Option<&ValueSet> {
        let late = self.value_sets.get(without_version(url))?;
        Some(late.cell.get_or_init(|| self.source.value_set(late.at, self)))
    }

    /// A code system by its address; a version after `|` is let go.
    pub fn code_system(&self, url: &str) -> Option<&CodeSystem> {
        let late = self.code_systems.get(without_version(url))?;
        Some(late.cell.get_or_init(|| self.source.code_system(late.at)))
    }

    /// The addresses of all value sets.
    pub fn value_set_urls(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        self.value_sets.keys().copied()
    }

    /// The addresses of all code systems.
    pub fn code_system_urls(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        self.code_systems.keys().copied()
    }

    /// The StructureDefinition of a profile or extension as JSON: what validation needs, without
    /// narrative, comments and mappings.
    pub fn profile_text(&self, url: &str) -> Option<&'static str> {
        let late = self.profiles.get(without_version(url))?;
        Some(late.cell.get_or_init(|| self.source.text(late.at)))
    }

    /// The addresses of all profiles and extensions.
    pub fn profile_urls(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        self.profiles.keys().copied()
    }

    /// The operations that FHIR defines.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// An operation's OperationDefinition as JSON, without narrative.
    pub fn operation_text(&self, operation: &Operation) -> &'static str {
        operation.text.cell.get_or_init(|| self.source.text(operation.text.at))
    }
}

fn without_version(url: &str) -> &str {
    url.split_once('|').map_or(url, |(url, _)| url)
}
