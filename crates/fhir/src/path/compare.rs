//! Equality, equivalence and order of items and collections.
//!
//! Promises: three answers, where the third (`None`) is FHIRPath's empty collection. <http://hl7.org/fhirpath/N1/#equality>

use super::error::PathError;
use super::item::Item;
use super::types::{Primitive, Types};
use crate::json::{Kind, Value};
use crate::value::decimal::Decimal;
use crate::value::quantity::Quantity;
use crate::value::ucum::Canonical;
use std::cmp::Ordering;

/// How two things are held against each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Equal,
    Equivalent,
}

/// `=` between items; `None` where precision or units leave it open.
pub(super) fn equal(a: &Item<'_>, b: &Item<'_>) -> Option<bool> {
    if let (Item::Node { value: a, .. }, Item::Node { value: b, .. }) = (a, b)
        && a == b
    {
        return Some(true);
    }
    if let (Item::Node { value, type_id, .. }, Item::String(text)) = (a, b)
        && let Some(found) = value.str()
        && Types::r4().primitive(*type_id) == Some(Primitive::String)
    {
        return Some(found == text);
    }
    let (left, right) = (a.system(), b.system());
    match (&*left, &*right) {
        (Item::String(a), Item::String(b)) => Some(a == b),
        (Item::Boolean(a), Item::Boolean(b)) => Some(a == b),
        (Item::Integer(a), Item::Integer(b)) => Some(a == b),
        (Item::Date(a) | Item::DateTime(a), Item::Date(b) | Item::DateTime(b)) => {
            a.compare(*b).map(|ordering| ordering == Ordering::Equal)
        }
        (Item::Time(a), Item::Time(b)) => a.compare(*b).map(|ordering| ordering == Ordering::Equal),
        (Item::Type { namespace: a, name: an }, Item::Type { namespace: b, name: bn }) => Some(a == b && an == bn),
        (Item::Target { reference: a, .. }, Item::Target { reference: b, .. }) => Some(a == b),
        (Item::Node { value: a, .. }, Item::Node { value: b, .. }) => Some(same(*a, *b, Manner::Equal)),
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => Some(a == b),
            _ => equal_quantities(a, b),
        },
    }
}

fn equal_quantities(a: &Item<'_>, b: &Item<'_>) -> Option<bool> {
    let (Some(a), Some(b)) = (as_quantity(a), as_quantity(b)) else { return Some(false) };
    match a.compare(&b) {
        Some(ordering) => Some(ordering == Ordering::Equal),
        // A calendar month against a definite one is open; units that never meet are not.
        None if a.compare_definite(&b).is_some() => None,
        None => Some(false),
    }
}

/// `~` between items.
pub(super) fn equivalent(a: &Item<'_>, b: &Item<'_>) -> bool {
    let (left, right) = (a.system(), b.system());
    match (&*left, &*right) {
        (Item::String(a), Item::String(b)) => same_words(a, b),
        (Item::Date(a) | Item::DateTime(a), Item::Date(b) | Item::DateTime(b)) => a.equivalent(*b),
        (Item::Time(a), Item::Time(b)) => a.precision == b.precision && a.compare(*b) == Some(Ordering::Equal),
        (Item::Node { value: a, .. }, Item::Node { value: b, .. }) => same(*a, *b, Manner::Equivalent),
        (Item::Quantity(a), Item::Quantity(b)) => a.compare_definite(b) == Some(Ordering::Equal),
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => same_rounded(a, b),
            _ => equal(a, b) == Some(true),
        },
    }
}

/// `<` and its like; `None` where precision or units leave it open, an error for types without an order.
pub(super) fn order(a: &Item<'_>, b: &Item<'_>) -> Result<Option<Ordering>, PathError> {
    let (left, right) = (a.system(), b.system());
    Ok(match (&*left, &*right) {
        (Item::String(a), Item::String(b)) => Some(a.cmp(b)),
        (Item::Date(a) | Item::DateTime(a), Item::Date(b) | Item::DateTime(b)) => a.compare(*b),
        (Item::Time(a), Item::Time(b)) => a.compare(*b),
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => match (as_quantity(a), as_quantity(b)) {
                (Some(a), Some(b)) => a.compare(&b),
                _ => return Err(PathError::run("these types have no order between them")),
            },
        },
    })
}

/// `=` between collections.
pub(super) fn equal_all(a: &[Item<'_>], b: &[Item<'_>]) -> Option<bool> {
    if let ([a], [b]) = (a, b) {
        return equal(a, b);
    }
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a.len() != b.len() {
        return Some(false);
    }
    let mut open = false;
    for (a, b) in a.iter().zip(b) {
        match equal(a, b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => open = true,
        }
    }
    if open { None } else { Some(true) }
}

/// `~` between collections, in any order.
pub(super) fn equivalent_all(a: &[Item<'_>], b: &[Item<'_>]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut taken = vec![false; b.len()];
    a.iter().all(|a| match b.iter().enumerate().find(|(at, b)| !taken[*at] && equivalent(a, b)) {
        Some((at, _)) => {
            taken[at] = true;
            true
        }
        None => false,
    })
}

/// A hash that is the same for all items that may be equal.
pub(super) fn hash(item: &Item<'_>) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    match &*item.system() {
        Item::String(text) => (1, text).hash(&mut hasher),
        Item::Boolean(truth) => (2, truth).hash(&mut hasher),
        Item::Node { value, .. } => (3, value.len(), value.kind() as u8).hash(&mut hasher),
        // Dates are equal across forms and zones, quantities across units; those share one place.
        item => match plain_number(item) {
            Some(number) => (4, number.normal().digits(), number.normal().scale()).hash(&mut hasher),
            None => 5.hash(&mut hasher),
        },
    }
    hasher.finish()
}

/// The number an item is or, without a unit or as a percentage, amounts to.
fn plain_number(item: &Item<'_>) -> Option<Decimal> {
    match item {
        Item::Quantity(quantity) => {
            let canonical = Canonical::parse(quantity.unit.code()).filter(|canonical| canonical.unit == "1")?;
            canonical.value(quantity.value)
        }
        _ => number(item),
    }
}

/// The number an item is, if it is one.
pub(super) fn number(item: &Item<'_>) -> Option<Decimal> {
    match item {
        Item::Integer(number) => Some(Decimal::from(i64::from(*number))),
        Item::Decimal(number) => Some(*number),
        _ => None,
    }
}

/// The quantity an item is or converts to by itself.
pub(super) fn as_quantity<'q>(item: &'q Item<'_>) -> Option<Quantity<'q>> {
    match item {
        Item::Quantity(quantity) => Some((**quantity).clone()),
        _ => number(item).map(Quantity::number),
    }
}

fn same(a: Value<'_>, b: Value<'_>, manner: Manner) -> bool {
    if a.kind() != b.kind() {
        return false;
    }
    match a.kind() {
        Kind::Object => {
            a.len() == b.len() && a.members().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b, manner)))
        }
        Kind::Array if a.len() != b.len() => false,
        Kind::Array => a.items().zip(b.items()).all(|(a, b)| same(a, b, manner)),
        Kind::Number => match (Decimal::parse(a.raw()), Decimal::parse(b.raw())) {
            (Ok(a), Ok(b)) if manner == Manner::Equivalent => same_rounded(a, b),
            (Ok(a), Ok(b)) => a == b,
            _ => a.raw() == b.raw(),
        },
        Kind::String if manner == Manner::Equivalent => match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => same_words(&a, &b),
            _ => false,
        },
        Kind::String => a.raw() == b.raw() || a.as_str() == b.as_str(),
        Kind::Bool | Kind::Null => a.raw() == b.raw(),
    }
}

/// Equal at the precision of the less precise, zeros at the end not counted.
fn same_rounded(a: Decimal, b: Decimal) -> bool {
    let scale = a.normal().scale().min(b.normal().scale());
    a.rounded(scale) == b.rounded(scale)
}

/// Equal but for case and the width of blanks.
fn same_words(a: &str, b: &str) -> bool {
    let mut left = a.split_whitespace();
    let mut right = b.split_whitespace();
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || a.to_lowercase() == b.to_lowercase() => {}
            _ => return false,
        }
    }
}
