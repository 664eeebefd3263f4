//! Fixed values, patterns and ranges.
//!
//! A fixed value must be equal in all its members; a pattern must be contained. Numbers are equal if
//! they are the same number. Spec: <https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_>.

use std::cmp::Ordering;

use crate::json::{Kind, Value};
use crate::value::date::DateTime;
use crate::value::decimal::Decimal;
use crate::value::quantity::{Quantity, Unit};

/// Whether a value equals a fixed one.
pub(super) fn is_equal(value: Value<'_>, fixed: Value<'_>) -> bool {
    match (value.kind(), fixed.kind()) {
        (Kind::Object, Kind::Object) => {
            value.len() == fixed.len()
                && fixed.members().all(|(key, wanted)| value.get(key).is_some_and(|own| is_equal(own, wanted)))
        }
        (Kind::Array, Kind::Array) => {
            value.len() == fixed.len() && value.items().zip(fixed.items()).all(|(own, wanted)| is_equal(own, wanted))
        }
        _ => is_same(value, fixed),
    }
}

/// Whether a value holds all that a pattern holds.
pub(super) fn has_pattern(value: Value<'_>, pattern: Value<'_>) -> bool {
    match (value.kind(), pattern.kind()) {
        (Kind::Object, Kind::Object) => {
            pattern.members().all(|(key, wanted)| value.get(key).is_some_and(|own| has_pattern(own, wanted)))
        }
        (Kind::Array, Kind::Array) => pattern.items().all(|wanted| value.items().any(|own| has_pattern(own, wanted))),
        _ => is_same(value, pattern),
    }
}

fn is_same(value: Value<'_>, wanted: Value<'_>) -> bool {
    match (value.kind(), wanted.kind()) {
        (Kind::String, Kind::String) => value.raw() == wanted.raw() || value.as_str() == wanted.as_str(),
        (Kind::Number, Kind::Number) => value.raw() == wanted.raw() || number(value) == number(wanted),
        _ => value.raw() == wanted.raw(),
    }
}

fn number(value: Value<'_>) -> Option<f64> {
    value.number().and_then(|text| text.parse().ok())
}

/// A quantity with its UCUM code; without a system, the unit as it is written.
fn quantity(value: Value<'_>) -> Option<Quantity<'_>> {
    let code = value.get("code").or_else(|| value.get("unit")).and_then(Value::as_str).unwrap_or("1".into());
    Some(Quantity { value: Decimal::parse(value.get("value")?.number()?).ok()?, unit: Unit::Ucum(code) })
}

/// How a number, date or quantity stands to a bound; none if they cannot be compared.
pub(super) fn compare(value: Value<'_>, bound: Value<'_>) -> Option<Ordering> {
    match (value.kind(), bound.kind()) {
        (Kind::Number, Kind::Number) => number(value)?.partial_cmp(&number(bound)?),
        (Kind::String, Kind::String) => {
            let (own, limit) = (value.as_str()?, bound.as_str()?);
            match (DateTime::parse(&own), DateTime::parse(&limit)) {
                (Some(own), Some(limit)) => own.compare(limit),
                _ => Some(own.as_ref().cmp(limit.as_ref())),
            }
        }
        (Kind::Object, Kind::Object) => quantity(value)?.compare(&quantity(bound)?),
        _ => None,
    }
}
