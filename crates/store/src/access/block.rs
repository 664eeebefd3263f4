//! What patients have blocked.

use crate::Hashes;
use crate::search::numbers::Numbers;
use crate::search::registry::Registry;
use crate::search::sight::Blocked;

/// Where a block's code is looked for in a resource.
const LABELS: [&str; 5] = ["_security", "category", "code", "type", "class"];
/// Everybody.
pub(crate) const EVERYBODY: i64 = 0;

/// How the code of a role stands among those who are blocked: below zero, where no resource has its number.
pub(crate) fn role(hashes: &Hashes, code: &str) -> i64 {
    -((hashes.any(code) >> 1) as i64) - 1
}

/// Blocks for which of these concern a caller.
pub(crate) fn whom(hashes: &Hashes, blocked: &Blocked) -> Numbers {
    let codes = blocked.codes.iter().map(|code| role(hashes, code));
    blocked.keys.list().iter().copied().chain(codes).chain([EVERYBODY]).collect()
}

/// The numbers of the parameters whose codes a block may name.
pub(crate) fn label_rows(registry: &Registry, type_name: &str) -> Vec<i32> {
    let found = LABELS.iter().filter_map(|code| registry.find(type_name, code));
    let tokens = found.filter(|parameter| parameter.kind == akson_fhir::definition::SearchKind::Token);
    let mut rows: Vec<i32> = tokens.flat_map(|parameter| parameter.rows.iter().copied()).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}
