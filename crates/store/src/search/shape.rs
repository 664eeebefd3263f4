//! What can be said of a search parameter's expression without evaluating it.
//!
//! Which branches concern a type, whether a resource can have more than one value, which types the values have and which
//! code systems a bare code belongs to. Where an expression is not a plain path, the careful answer is given.

use akson_fhir::definition::{Definitions, SearchKind, TypeId, TypeKind};

/// Parameters that are answered by a rule of their own and have no rows.
pub(super) const BY_RULE: &[&str] =
    &["_id", "_lastUpdated", "_text", "_content", "_query", "_list", "_has", "_type", "_filter"];

/// The branches of a union, trimmed, outer brackets taken away.
pub(super) fn branches(expression: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut from) = (0i32, 0);
    let mut quoted = false;
    for (at, byte) in expression.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'|' if depth == 0 => {
                found.push(bare(&expression[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(bare(&expression[from..]));
    found.retain(|branch| !branch.is_empty());
    found
}

/// Without outer brackets: `(Observation.value as Quantity)` is `Observation.value as Quantity`.
fn bare(branch: &str) -> &str {
    let branch = branch.trim();
    let Some(inner) = branch.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return branch };
    let mut depth = 0i32;
    for byte in inner.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return branch;
        }
    }
    bare(inner)
}

/// The branches of an expression that concern a type, as one expression.
pub(super) fn of_type(expression: &str, type_name: &str) -> String {
    let all = branches(expression);
    let kept: Vec<String> = all
        .iter()
        .filter(|branch| concerns(branch, type_name))
        .map(|branch| if branch.contains(" as ") { format!("({branch})") } else { (*branch).to_string() })
        .collect();
    match kept.as_slice() {
        [only] => bare(only).to_string(),
        _ => kept.join(" | "),
    }
}

fn concerns(branch: &str, type_name: &str) -> bool {
    let head: String = branch.trim_start_matches(['(', ' ']).chars().take_while(char::is_ascii_alphanumeric).collect();
    let Some(found) = Definitions::r4().type_id(&head) else { return true };
    match Definitions::r4().get(found).kind {
        TypeKind::Resource => head == type_name || head == "Resource" || head == "DomainResource",
        _ => true,
    }
}

/// `Observation.subject` of `Observation.subject.where(resolve() is Patient)`.
pub(super) fn without_type_filter(branch: &str) -> Option<&str> {
    let (path, rest) = branch.split_once(".where(resolve() is ")?;
    let name = rest.strip_suffix(')')?;
    name.chars().all(|c| c.is_ascii_alphanumeric()).then_some(path)
}

/// `Patient` of `Observation.subject.where(resolve() is Patient)`: all that such a reference leads to.
pub(super) fn filtered_type(branch: &str) -> Option<&'static str> {
    without_type_filter(branch)?;
    let name = branch.rsplit_once(" is ")?.1.strip_suffix(')')?;
    Definitions::r4().resource(name).map(|found| found.name)
}

/// What a walk along an expression finds.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// No more than one value.
    pub(super) single: bool,
    /// The names of the types of the values; empty if unknown.
    pub(super) types: Vec<&'static str>,
    /// The value set bound to it.
    pub(super) value_set: Option<&'static str>,
}

/// The systems that a bare code of a parameter belongs to: those of the value set bound to its element.
pub(super) fn systems(type_name: &str, expression: &str) -> Vec<&'static str> {
    let Some(url) = walk(type_name, expression).value_set else { return Vec::new() };
    let Some(set) = Definitions::r4().value_set(url) else { return Vec::new() };
    let mut systems: Vec<&'static str> = set.open_systems.clone();
    for coded in &set.known {
        if !systems.contains(&coded.system) {
            systems.push(coded.system);
        }
    }
    systems
}

/// Follows an expression along the definitions.
pub(super) fn walk(type_name: &str, expression: &str) -> Walk {
    let branches = branches(expression);
    let mut paths: Vec<String> = Vec::new();
    let mut walk = Walk { single: !branches.is_empty(), ..Walk::default() };
    for branch in branches {
        let (path, narrowed) = path_of(branch);
        if !follow(type_name, &path, narrowed, &mut walk) {
            return Walk::default();
        }
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    walk.single &= paths.len() == 1;
    walk
}

/// The path of a branch and the type it narrows to: `Condition.onset.as(Age)`, `Observation.value as Quantity`.
fn path_of(branch: &str) -> (String, Option<&str>) {
    if let Some((path, name)) = branch.split_once(" as ") {
        return (unfiltered(path), Some(name));
    }
    if let Some((path, rest)) = branch.split_once(".as(")
        && let Some(name) = rest.strip_suffix(')')
    {
        return (unfiltered(path), Some(name));
    }
    (unfiltered(branch), None)
}

/// A path without its filters; what follows a filter stays: `Library.relatedArtifact.where(type='successor').resource`
/// is `Library.relatedArtifact.resource`.
fn unfiltered(branch: &str) -> String {
    let mut path = String::with_capacity(branch.len());
    let mut rest = branch;
    while let Some((before, inside)) = rest.split_once(".where(") {
        path.push_str(before);
        rest = &inside[closing(inside)..];
    }
    path.push_str(rest);
    path
}

/// The offset behind the bracket that closes what was opened before this text.
fn closing(text: &str) -> usize {
    let (mut depth, mut quoted) = (1, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

fn follow(type_name: &str, path: &str, narrowed: Option<&str>, walk: &mut Walk) -> bool {
    let definitions = Definitions::r4();
    let mut steps = path.split('.');
    let (Some(_), Some(start)) = (steps.next(), definitions.type_id(type_name)) else { return false };
    let mut types: Vec<TypeId> = vec![start];
    for step in steps {
        let found = types.iter().find_map(|id| definitions.element(*id, step));
        let Some(element) = found else { return false };
        walk.single &= !element.array;
        walk.value_set = element.binding.as_ref().map(|binding| binding.value_set);
        types = element.types.iter().map(|t| t.id).collect();
    }
    for id in types {
        let name = definitions.get(id).name;
        if narrowed.is_none_or(|wanted| wanted.eq_ignore_ascii_case(name)) && !walk.types.contains(&name) {
            walk.types.push(name);
        }
    }
    true
}

/// Whether one value makes one row.
pub(super) fn one_row(kind: SearchKind, types: &[&str]) -> bool {
    match kind {
        SearchKind::Date => !types.is_empty(),
        SearchKind::Number => true,
        SearchKind::String | SearchKind::Uri => {
            !types.is_empty() && types.iter().all(|t| t.starts_with(char::is_lowercase))
        }
        _ => false,
    }
}

/// Whether every value is a date of at most a year.
pub(super) fn short(types: &[&str]) -> bool {
    !types.is_empty() && types.iter().all(|t| matches!(*t, "date" | "dateTime" | "instant"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_do_not_hide_what_follows_them() {
        assert_eq!(unfiltered("A.b.where(c='x)').d.where(e.exists() and f).g"), "A.b.d.g");
        assert_eq!(unfiltered("A.b.where(resolve() is Patient)"), "A.b");
        let walked = walk("Library", "Library.relatedArtifact.where(type='predecessor').resource");
        assert_eq!((walked.types, walked.single), (vec!["canonical"], false));
    }

    #[test]
    fn branches_are_taken_apart() {
        assert_eq!(
            branches("A.b | (A.c as Quantity) | A.d.where(x='|')"),
            ["A.b", "A.c as Quantity", "A.d.where(x='|')"]
        );
        assert!(branches("").is_empty());
    }

    #[test]
    fn only_the_branches_of_a_type_stay() {
        assert_eq!(
            of_type("AllergyIntolerance.code | Condition.code | (Observation.code as X)", "Condition"),
            "Condition.code"
        );
        assert_eq!(of_type("Resource.meta.tag", "Patient"), "Resource.meta.tag");
        assert_eq!(
            of_type("Condition.onset.as(Age) | Condition.onset.as(Range)", "Condition"),
            "Condition.onset.as(Age) | Condition.onset.as(Range)"
        );
    }
}
