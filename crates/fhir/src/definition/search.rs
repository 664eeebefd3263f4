//! Search parameters as FHIR defines them.
//!
//! Only the definitions; what they mean for an index or a query is the search's business.
//! Spec: <https://hl7.org/fhir/R4/searchparameter.html>.

/// The type of a search parameter.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Hash)]
pub enum SearchKind {
    /// A number.
    Number,
    /// A date or a period.
    Date,
    /// Text.
    String,
    /// A code, an identifier or a flag.
    Token,
    /// A reference to a resource.
    Reference,
    /// Several parameters taken together.
    Composite,
    /// A number with a unit.
    Quantity,
    /// An address.
    Uri,
    /// By a rule of its own.
    Special,
}

/// A search parameter of the base definitions.
#[derive(Debug)]
pub struct SearchParameter {
    /// The name in a query: `birthdate`.
    pub code: &'static str,
    /// The canonical address.
    pub url: &'static str,
    /// How it is searched.
    pub kind: SearchKind,
    /// The types it applies to.
    pub base: Vec<&'static str>,
    /// Where the values are, in FHIRPath; empty for the few that have none.
    pub expression: &'static str,
    /// The types a reference may lead to.
    pub targets: Vec<&'static str>,
    /// The parts of a composite.
    pub components: Vec<SearchComponent>,
    /// What it is for, in the words of the specification.
    pub description: &'static str,
}

/// A part of a composite parameter.
#[derive(Copy, Clone, Debug)]
pub struct SearchComponent {
    /// The address of the search parameter.
    pub definition: &'static str,
    /// Where its value is, from the composite's own expression on.
    pub expression: &'static str,
}
