//! The values inside FHIR's primitives and quantities: exact decimals, dates with partial precision, and units.
//!
//! Promises: nothing here rounds in silence, panics or reads a clock. An overflow is an error, an unknown unit is `None`.
//! It does not know resources, JSON or search parameters. <https://hl7.org/fhir/R4/datatypes.html>

pub mod date;
pub mod decimal;
pub mod quantity;
mod ratio;
pub mod ucum;
mod ucum_units;
