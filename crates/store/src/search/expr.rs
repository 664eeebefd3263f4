//! What a search asks for, typed: conditions on parameters joined by and, or, not.
//!
//! A query, a `_filter` and a scope are all such expressions. An expression is about the resources of one type; chains
//! and `_has` hold expressions about another. Values are as the user gave them; hashing and numbers of resources come
//! with the SQL.
//! What it does not do: say how it is answered (`plan`).

use std::sync::Arc;

use super::registry::Parameter;

/// A condition on the resources of a type.
#[derive(Debug, Clone)]
pub enum Expr {
    /// All of these; of none: everything.
    All(Vec<Expr>),
    /// Any of these; of none: nothing.
    Any(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// A parameter has such a value.
    Test(Arc<Parameter>, Test),
    /// A parameter has a value at all.
    Present(Arc<Parameter>),
    /// The resource has one of these ids.
    Id(Vec<String>),
    /// When the resource was last changed.
    Updated(DateTest),
    /// A reference leads to a resource of a type for which something holds.
    Chain(Arc<Parameter>, &'static str, Box<Expr>),
    /// A canonical address leads to a resource of a type, by its `url`, for which something holds.
    Cites(Arc<Parameter>, &'static str, Box<Expr>),
    /// Something holds for a resource of another type that refers to this one by its `url`.
    CitedBy(&'static str, Arc<Parameter>, Box<Expr>),
    /// Something holds for a resource of another type that refers to this one.
    Has(&'static str, Arc<Parameter>, Box<Expr>),
    /// It is listed in a List.
    List(String),
    /// It is in a patient's compartment.
    OfPatient(String),
    /// Its narrative holds all these words (folded).
    Narrative(Vec<String>),
    /// Its texts hold all these words (folded).
    Content(Vec<String>),
    /// What a parameter says of it is not hidden from the caller.
    Told(Arc<Parameter>),
}

impl Expr {
    /// What nothing satisfies.
    pub const NOTHING: Expr = Expr::Any(Vec::new());
    /// What everything satisfies.
    pub const EVERYTHING: Expr = Expr::All(Vec::new());

    /// How many conditions it is made of.
    pub fn size(&self) -> usize {
        match self {
            Expr::All(several) | Expr::Any(several) => several.iter().map(Expr::size).sum(),
            Expr::Not(inner) => inner.size(),
            Expr::Chain(_, _, inner) | Expr::Has(_, _, inner) => 1 + inner.size(),
            Expr::Test(_, Test::Composite(tests)) => tests.len(),
            Expr::Id(ids) => ids.len(),
            _ => 1,
        }
    }

    /// The same, where no reference that is passed on the way may tell what is hidden.
    #[must_use]
    pub fn told(&self) -> Expr {
        let with = |expr: Expr, parameter: &Arc<Parameter>| Expr::All(vec![expr, Expr::Told(Arc::clone(parameter))]);
        match self {
            Expr::All(all) => Expr::All(all.iter().map(Expr::told).collect()),
            Expr::Any(any) => Expr::Any(any.iter().map(Expr::told).collect()),
            Expr::Not(inner) => Expr::Not(Box::new(inner.told())),
            Expr::Chain(parameter, target, inner) => {
                with(Expr::Chain(Arc::clone(parameter), target, Box::new(inner.told())), parameter)
            }
            Expr::Cites(parameter, target, inner) => {
                with(Expr::Cites(Arc::clone(parameter), target, Box::new(inner.told())), parameter)
            }
            Expr::Has(source, parameter, inner) => {
                Expr::Has(source, Arc::clone(parameter), Box::new(with(inner.told(), parameter)))
            }
            Expr::CitedBy(source, parameter, inner) => {
                Expr::CitedBy(source, Arc::clone(parameter), Box::new(with(inner.told(), parameter)))
            }
            other => other.clone(),
        }
    }

    /// The opposite.
    pub fn negated(self) -> Expr {
        Expr::Not(Box::new(self))
    }

    /// Any of several; of one, that one.
    pub fn any(mut several: Vec<Expr>) -> Expr {
        match (several.len(), several.pop()) {
            (1, Some(only)) => only,
            (_, Some(last)) => {
                several.push(last);
                Expr::Any(several)
            }
            (_, None) => Expr::NOTHING,
        }
    }
}

/// What a parameter's value has to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// A code, an identifier, a flag.
    Token(TokenTest),
    /// A text.
    String(StringTest),
    /// A time.
    Date(DateTest),
    /// A number or quantity.
    Quantity(QuantityTest),
    /// A reference.
    Reference(ReferenceTest),
    /// An address.
    Uri(UriTest),
    /// Parts of one item together; each part any of several.
    Composite(Vec<Test>),
    /// A position near another.
    Near(NearTest),
}

/// A system as a token names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum System {
    /// `code`: any or none.
    Any,
    /// `|code`: none.
    None,
    /// `system|code`.
    Is(String),
}

/// What a token has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenTest {
    /// A code.
    Code(System, String),
    /// `system|`: any code of a system.
    System(String),
    /// A text of the code begins so (folded).
    Text(String),
    /// `system|code|value`: an identifier of a kind.
    OfType(String, String, String),
    /// One of these codes, each with its system.
    Among(Vec<(String, String)>),
}

/// How a text is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StringTest {
    /// Begins with this (folded).
    Starts(String),
    /// Holds this (folded).
    Contains(String),
    /// Ends with this (folded).
    Ends(String),
    /// Is this, folded.
    Equals(String),
    /// Is this, to the letter.
    Exact(String),
}

/// How a value is compared. <https://hl7.org/fhir/R4/search.html#prefix>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Less.
    Lt,
    /// Greater or equal.
    Ge,
    /// Less or equal.
    Le,
    /// Starts after.
    Sa,
    /// Ends before.
    Eb,
    /// About.
    Ap,
    /// Overlaps (`po` of `_filter`).
    Po,
}

/// A time to compare with: a half-open span of milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTest {
    /// How.
    pub prefix: Prefix,
    /// The first millisecond.
    pub low: i64,
    /// The first millisecond after.
    pub high: i64,
}

/// A unit as a quantity names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// Any unit: the number as written counts.
    Any,
    /// A UCUM unit, in base units.
    Canonical(String),
    /// A code of another system.
    Coded(String, String),
    /// `||unit`: a code or a unit's text in any system.
    Written(String),
}

/// A number to compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantityTest {
    /// How.
    pub prefix: Prefix,
    /// The number itself, in the unit's base units.
    pub value: f64,
    /// Low end of what the written digits mean.
    pub low: f64,
    /// High end, not included.
    pub high: f64,
    /// The unit.
    pub unit: Unit,
    /// `||unit` that UCUM knows too: the base unit and the three numbers in it.
    pub also: Option<(String, [f64; 3])>,
}

/// What a reference has to lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceTest {
    /// A resource here.
    Local(&'static str, String),
    /// A resource here, of one of these types.
    Id(Vec<&'static str>, String),
    /// Any other address, as written.
    Other(String),
    /// Its identifier.
    Identifier(TokenTest),
    /// Any resource of a type (`re` without id is not asked for; kept for scopes).
    Never,
}

/// What an address has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UriTest {
    /// This.
    Is(String),
    /// One of these: the address itself and what stands above it.
    Above(Vec<String>),
    /// This or below it.
    Below(String),
    /// Holds this.
    Contains(String),
}

/// A position to be near.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearTest {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// How near, in kilometres.
    pub distance_km: f64,
}
