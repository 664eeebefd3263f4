//! FHIRPath: expressions over resources, compiled once and evaluated on the span tape without copying.
//!
//! Promises: parsing and evaluation never panic and never run away (see `limits`); the same expression, resource and
//! context give the same answer, since there is no clock and no network here. What it cannot know by itself, such as
//! the present moment, other resources, value sets and profiles, comes through [`Context`]. It does not check an
//! expression against the types before it runs. <http://hl7.org/fhirpath/N1> <https://hl7.org/fhir/R4/fhirpath.html>

mod collect;
mod compare;
mod context;
mod error;
mod eval;
mod eval_operators;
mod expression;
mod functions;
mod item;
mod lex;
pub mod limits;
mod parse;
mod steps;
mod tree;
mod types;

pub use context::{Context, MemberOf, Moment, Resolve, Trace};
pub use error::PathError;
pub use expression::Expression;
pub use item::{Item, Items};
