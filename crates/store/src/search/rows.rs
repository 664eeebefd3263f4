//! The index rows of one resource, ready to be written.
//!
//! Filled by `index`, written and deleted by the engine. Rows carry neither part nor number of
//! their resource: both are bound when the rows are written. Rows of a table are distinct and sorted.
//! What it does not do: know SQL, or where a reference's target stands.

use akson_fhir::definition::TypeId;

/// All index rows of one resource.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// Bit n: parameter n of this type has a value here.
    pub present: u64,
    /// Codes, identifiers, flags, addresses.
    pub tokens: Vec<TokenRow>,
    /// Texts.
    pub strings: Vec<StringRow>,
    /// Spans of time.
    pub dates: Vec<DateRow>,
    /// Numbers and quantities.
    pub quantities: Vec<QuantityRow>,
    /// References.
    pub references: Vec<ReferenceRow>,
    /// Values of composites.
    pub pairs: Vec<PairRow>,
    /// Texts behind hashes; shared by all resources.
    pub words: Vec<WordRow>,
    /// Care relations.
    pub relations: Vec<RelationRow>,
    /// What the patient has blocked.
    pub blocks: Vec<BlockRow>,
    /// The local resources that `references`, `pairs`, `relations` and `blocks` name, by type and id; distinct.
    pub targets: Vec<(TypeId, String)>,
}

/// A code in a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenRow {
    /// Number of the parameter.
    pub param: i32,
    /// Hash of the code ([`crate::Hashes::code`]).
    pub code: i64,
    /// Hash of the system ([`crate::Hashes::system`]), 0 for none.
    pub system: i64,
}

/// A text, folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StringRow {
    /// Number of the parameter.
    pub param: i32,
    /// The folded text.
    pub text: String,
    /// Hash of the text as written.
    pub exact: i64,
}

/// A half-open span of time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateRow {
    /// Number of the parameter.
    pub param: i32,
    /// Its first millisecond.
    pub lo: i64,
    /// Its length.
    pub span: i64,
}

/// A number or quantity as the range it means.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct QuantityRow {
    /// Number of the parameter.
    pub param: i32,
    /// Low end in the canonical unit.
    pub low: f64,
    /// High end in the canonical unit.
    pub high: f64,
    /// Hash of the canonical unit, 0 for none.
    pub unit: i64,
    /// Low end as written.
    pub raw_low: f64,
    /// High end as written.
    pub raw_high: f64,
    /// Hash of system and code as written, 0 for none.
    pub raw_unit: i64,
}

/// What a reference leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// An entry of [`Rows::targets`].
    Local(u32),
    /// Anything else, by a negative hash ([`crate::Hashes::target`]).
    Other(i64),
}

/// A reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceRow {
    /// Number of the parameter.
    pub param: i32,
    /// What it leads to.
    pub target: Target,
    /// The parameter says whose the resource is ([`crate::compartment::primary`]). Such a row is
    /// not written when the target is the very patient whose part the resource has.
    pub primary: bool,
}

/// The values of one item of a composite; what does not apply is 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct PairRow {
    /// Number of the parameter.
    pub param: i32,
    /// First part: hash of its code.
    pub a: i64,
    /// First part: hash of its system.
    pub a_system: i64,
    /// Second part: hash of its code, text, unit or foreign target.
    pub b: i64,
    /// Second part: hash of its system or of its unit as written.
    pub b_system: i64,
    /// Second part: low end, in the canonical unit or in milliseconds.
    pub low: f64,
    /// Second part: high end.
    pub high: f64,
    /// Second part: low end as written.
    pub raw_low: f64,
    /// Second part: high end as written.
    pub raw_high: f64,
    /// Second part: a local target (an entry of [`Rows::targets`]) whose number becomes `b`.
    pub target: Option<u32>,
}

/// A text behind a hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordRow {
    /// Number of the parameter.
    pub param: i32,
    /// The text: an address as written, a display folded.
    pub text: String,
    /// Hash of the code it stands for.
    pub code: i64,
    /// Hash of the code's system, 0 for none.
    pub system: i64,
}

/// Somebody or something in a fact about access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The resource itself.
    Own,
    /// An entry of [`Rows::targets`].
    Target(u32),
    /// A number of no resource: 0 for all, below 0 for the code of a role.
    Number(i64),
}

/// A care relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationRow {
    /// Its kind ([`crate::access::kind::Kind`]).
    pub kind: i32,
    /// Who has to do with the patient.
    pub who: Party,
    /// The patient.
    pub patient: Party,
    /// From when on, in microseconds.
    pub since: i64,
    /// Until when.
    pub until: i64,
}

/// What a patient has blocked for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockRow {
    /// Resources of this type; 0 for all.
    pub type_number: i64,
    /// The patient.
    pub patient: Party,
    /// For whom.
    pub whom: Party,
    /// It holds in an emergency too.
    pub emergency: bool,
    /// Those with this code as label, category, code or type; 0 for all.
    pub label: i64,
    /// This one.
    pub item: Party,
    /// Those that this unit answers for.
    pub unit: Party,
    /// From when on, in microseconds.
    pub since: i64,
    /// Until when.
    pub until: i64,
}
