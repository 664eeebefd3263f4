//! What a compiled profile is made of.
//!
//! A node holds what the profile says of an element; absent means "as in what it is derived from".
//! Slices hang on the node they slice. Spec: <https://hl7.org/fhir/R4/elementdefinition.html>.

use std::sync::Arc;

use crate::definition::{Definitions, Strength, TypeId};
use crate::json::Tree;
use crate::path::Expression;

/// A compiled profile.
#[derive(Debug)]
pub struct Profile {
    /// The canonical address.
    pub url: String,
    /// The business version.
    pub version: String,
    /// The type that it constrains.
    pub type_name: String,
    /// The type, if it is one of R4.
    pub(in crate::validate) type_id: Option<TypeId>,
    /// Whether, as an extension, it is a modifier.
    pub(in crate::validate) modifier: bool,
    /// Where, as an extension, it may stand.
    pub(in crate::validate) context: Vec<Context>,
    /// The first is the root.
    pub(super) nodes: Vec<Node>,
    /// What could not be understood, told with each use.
    pub(super) faults: Vec<String>,
}

/// A place where an extension may stand.
#[derive(Debug, Clone)]
pub(in crate::validate) struct Context {
    pub(in crate::validate) kind: String,
    pub(in crate::validate) expression: String,
}

/// What a profile says of one element or slice.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// As in `Patient.identifier:fnr.system`.
    pub(super) id: String,
    /// The member's name, without `[x]`.
    pub(super) name: String,
    pub(super) slice: String,
    pub(super) min: usize,
    pub(super) max: Option<usize>,
    /// Empty: as the specification says.
    pub(super) types: Vec<NodeType>,
    pub(super) fixed: Option<Tree>,
    pub(super) pattern: Option<Tree>,
    pub(super) least: Option<Tree>,
    pub(super) most: Option<Tree>,
    pub(super) length_max: Option<usize>,
    pub(super) binding: Option<(Strength, String)>,
    /// The value set beyond which no code may go.
    pub(super) largest: Option<String>,
    pub(super) rules: Vec<ProfileRule>,
    pub(super) slicing: Option<Slicing>,
    pub(super) content_reference: Option<String>,
    pub(super) children: Vec<usize>,
    pub(super) slices: Vec<usize>,
    /// Whether it or anything below it says something; others are passed over.
    pub(super) active: bool,
}

/// A type that an element may have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NodeType {
    pub(super) code: String,
    pub(super) type_id: Option<TypeId>,
    pub(super) profiles: Vec<String>,
    pub(super) targets: Vec<String>,
}

impl NodeType {
    pub(super) fn plain(code: &str) -> NodeType {
        NodeType {
            code: code.to_owned(),
            type_id: Definitions::r4().type_id(code),
            profiles: Vec::new(),
            targets: Vec::new(),
        }
    }
}

/// An invariant of a profile.
#[derive(Debug, Clone)]
pub(super) struct ProfileRule {
    pub(super) key: String,
    pub(super) error: bool,
    pub(super) human: String,
    pub(super) expression: Option<Arc<Expression>>,
}

/// How an element is sliced.
#[derive(Debug, Clone, Default)]
pub(super) struct Slicing {
    pub(super) discriminators: Vec<Discriminator>,
    pub(super) ordered: bool,
    pub(super) rules: Rules,
}

/// What tells slices apart.
#[derive(Debug, Clone)]
pub(super) struct Discriminator {
    pub(super) kind: Tell,
    pub(super) path: String,
}

/// The ways to tell slices apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tell {
    /// By a value or pattern.
    Value,
    /// By being there.
    Exists,
    /// By type.
    Type,
    /// By the profile kept.
    Profile,
}

/// What may stand outside of all slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Rules {
    /// Anything.
    #[default]
    Open,
    /// Nothing.
    Closed,
    /// Anything, after the slices.
    OpenAtEnd,
}
