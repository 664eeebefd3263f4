//! Sorting matches in memory, where no index gives the order.
//!
//! The keys come from the bodies: of several values the least when ascending and the greatest when descending. What has
//! no value comes last either way; what is equal comes by part and number, in the same direction.
//! Spec: <https://hl7.org/fhir/R4/search.html#sort>.

use std::cmp::Ordering;

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::json::Value;
use akson_fhir::path::{Context, Item};
use akson_fhir::resource::Resource;

use super::index::{Indexing, rows_of, values};
use super::page::{Cursor, is_cut};
use super::query::{Sort, SortKey};
use super::registry::Parameter;
use super::walk::Key;
use crate::{Error, Place, Stored};

/// How many matches are sorted in memory.
pub const SORTED_MAX: usize = 5_000;

/// A match with its keys.
#[derive(Debug)]
pub struct Keyed {
    /// Which of the query's types.
    pub type_at: usize,
    /// One for each sort key; none where there is no value.
    pub keys: Vec<Option<Key>>,
    /// The match.
    pub stored: Stored,
}

/// The keys of a match.
pub fn keyed(indexing: &Indexing<'_>, sorts: &[Sort], type_at: usize, stored: Stored) -> Result<Keyed, Error> {
    let mut parsed = None;
    let mut keys = Vec::with_capacity(sorts.len());
    for sort in sorts {
        keys.push(match &sort.key {
            SortKey::Updated => Some(Key::Int(stored.updated)),
            SortKey::Id => Some(Key::Text(stored.id.clone())),
            SortKey::By(parameters) => {
                if parsed.is_none() {
                    let resource = Resource::parse_json(stored.bare().as_bytes());
                    parsed = Some(resource.map_err(|_| Error::Damaged("a stored body is no resource".to_owned()))?);
                }
                match (&parsed, parameters.get(type_at)) {
                    (Some(resource), Some(parameter)) => key(indexing, resource, parameter, sort.descending),
                    _ => None,
                }
            }
        });
    }
    Ok(Keyed { type_at, keys, stored })
}

fn key(indexing: &Indexing<'_>, resource: &Resource, parameter: &Parameter, descending: bool) -> Option<Key> {
    let keys: Vec<Key> = match parameter.kind {
        SearchKind::Date => {
            rows_of(indexing, resource, parameter).dates.into_iter().map(|row| Key::Int(row.lo)).collect()
        }
        SearchKind::Number | SearchKind::Quantity => {
            rows_of(indexing, resource, parameter).quantities.into_iter().map(|row| Key::Real(row.low)).collect()
        }
        SearchKind::String => {
            rows_of(indexing, resource, parameter).strings.into_iter().map(|row| Key::Text(row.text)).collect()
        }
        _ => {
            let context = Context::of(resource.root());
            let items = values(parameter, &Item::node(resource.root(), resource.type_id), &context);
            items.iter().filter_map(text).map(Key::Text).collect()
        }
    };
    let by = |a: &Key, b: &Key| compare(a, b);
    if descending { keys.into_iter().max_by(by) } else { keys.into_iter().min_by(by) }
}

/// What a token, reference or address is sorted by: its code, value or text.
fn text(item: &Item<'_>) -> Option<String> {
    let Item::Node { value, type_id, .. } = item else {
        return match item {
            Item::Boolean(flag) => Some(flag.to_string()),
            Item::String(text) => Some(text.to_string()),
            _ => None,
        };
    };
    let inner = |key: &str| value.get(key).and_then(Value::as_str).map(|text| text.into_owned());
    match Definitions::r4().get(*type_id).name {
        "CodeableConcept" => {
            let coding = value.get("coding").and_then(|list| list.items().next());
            let code =
                coding.and_then(|coding| coding.get("code")).and_then(Value::as_str).map(|text| text.into_owned());
            code.or_else(|| inner("text"))
        }
        "Coding" => inner("code"),
        "Identifier" | "ContactPoint" => inner("value"),
        "Reference" => inner("reference"),
        _ => value.as_str().map(|text| text.into_owned()).or_else(|| Some(value.raw().to_string())),
    }
}

/// How two keys of one kind compare.
pub fn compare(a: &Key, b: &Key) -> Ordering {
    match (a, b) {
        (Key::Int(a), Key::Int(b)) => a.cmp(b),
        (Key::Real(a), Key::Real(b)) => a.total_cmp(b),
        (Key::Text(a), Key::Text(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

/// How many of these sorted matches came before a page that begins behind a cursor.
///
/// The last match of the page before may stand elsewhere by now, or be gone: then its old key says where the page begins. What
/// was changed in between may come again or not at all; what was not comes once.
pub fn before(sorts: &[Sort], matches: &[Keyed], cursor: &Cursor) -> usize {
    let Some(first) = sorts.first() else { return 0 };
    let to_cursor = |one: &Keyed| match (one.keys.first().and_then(Option::as_ref), &cursor.key) {
        (None, Key::None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (Some(_), Key::None) => Ordering::Less,
        (Some(key), last) => {
            let by_value = compare(&shortened(key, last), last);
            if first.descending { by_value.reverse() } else { by_value }
        }
    };
    if let Some(at) = matches.iter().position(|one| one.stored.place == cursor.place)
        && to_cursor(&matches[at]).is_eq()
    {
        return at + 1;
    }
    let from = matches.partition_point(|one| to_cursor(one).is_lt());
    let end = matches.partition_point(|one| to_cursor(one).is_le());
    if sorts.len() > 1 {
        // The other keys of the one that is gone are not known; how many came before is.
        return (cursor.ordinal as usize).clamp(from, end);
    }
    let last = (usize::from(cursor.segment / 4), cursor.place);
    let reversed = first.descending && cursor.key != Key::None;
    let behind = |one: &Keyed| {
        let place = (one.type_at, one.stored.place);
        if reversed { place < last } else { place > last }
    };
    from + matches[from..end].iter().take_while(|one| !behind(one)).count()
}

/// A key as a token would hold it: the beginning of a long text.
fn shortened(key: &Key, last: &Key) -> Key {
    match (key, last) {
        (Key::Text(text), Key::Text(start)) if is_cut(start) => {
            Key::Text(text[..text.floor_char_boundary(start.len())].to_string())
        }
        _ => key.clone(),
    }
}

/// Puts matches in order.
pub fn sort(sorts: &[Sort], matches: &mut [Keyed]) {
    matches.sort_by(|a, b| {
        for (n, sort) in sorts.iter().enumerate() {
            let by_value = match (&a.keys[n], &b.keys[n]) {
                (Some(one), Some(other)) if sort.descending => compare(other, one),
                (Some(one), Some(other)) => compare(one, other),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            };
            if by_value != Ordering::Equal {
                return by_value;
            }
        }
        let reversed = sorts.first().is_some_and(|sort| sort.descending) && a.keys.first().is_some_and(Option::is_some);
        let places = |one: &Keyed| -> (usize, Place) { (one.type_at, one.stored.place) };
        if reversed { places(b).cmp(&places(a)) } else { places(a).cmp(&places(b)) }
    });
}
