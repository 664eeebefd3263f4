//! Search: from a resource to its index rows, from a query to SQL.
//!
//! `registry` knows the parameters, `index` makes rows, `query` reads what is asked, `sight` says who sees what,
//! `compile`, `visible` and `drive` make SQL of both, `walk` runs statements, `run` makes pages. One file per kind of parameter
//! stands in `param`. Spec: <https://hl7.org/fhir/R4/search.html>.

mod collect;
mod compile;
pub mod custom;
pub mod drive;
pub mod expr;
pub mod filter;
pub mod fold;
mod include;
pub mod index;
mod narrow;
mod near;
pub mod numbers;
mod ordered;
pub mod page;
mod param;
pub mod query;
pub mod read;
pub mod registry;
pub mod rows;
pub mod run;
mod seen;
mod shape;
pub mod sight;
mod sort;
mod split;
mod sql;
mod statement;
mod version;
mod visible;
mod walk;
mod words;
