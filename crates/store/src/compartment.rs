//! Whose a resource is: the patients it names, and the part it belongs to.
//!
//! A Patient is its own part. A resource whose primary element (`subject`, `patient`…) names exactly one patient, and that
//! names no other in any element of the patient compartment, belongs to that patient's part. All others are in a bucket,
//! with a row per patient in `compartment`. Links between Patients (`Patient.link`) put nobody into another's part.
//! Spec: <https://hl7.org/fhir/R4/compartmentdefinition-patient.html>.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use akson_fhir::definition::{Definitions, TypeId};
use akson_fhir::json::{Kind, Value};
use akson_fhir::reference::Reference;

/// Elements that say whose a resource is.
const PRIMARY: [&str; 6] = ["subject", "patient", "beneficiary", "individual", "candidate", "for"];
/// Types that name a patient though FHIR has them in no compartment: what is known of a patient belongs to the patient.
const ALSO: [(&str, &str); 4] =
    [("Contract", "subject"), ("Device", "patient"), ("GuidanceResponse", "patient"), ("Task", "patient")];
/// Parts of resources that belong to no single patient.
const BUCKETS: i64 = 1024;

/// What the patient compartment says about one type.
#[derive(Default)]
struct Rule {
    /// The parameter and its element.
    primary: Option<(&'static str, &'static str)>,
    paths: Vec<Vec<&'static str>>,
}

/// To which part a resource belongs, as far as its content says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// It is a patient.
    Own,
    /// The only patient of [`Patients::ids`].
    One,
    /// Nobody's, or several patients'.
    Bucket,
}

/// The patients a resource names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patients<'a> {
    /// Where it belongs.
    pub whose: Whose,
    /// The ids of the patients, distinct.
    pub ids: Vec<Cow<'a, str>>,
}

/// How references are read.
pub struct Rename<'f, 'a> {
    /// This server's own address.
    pub base: &'f str,
    /// What a reference will say instead, if it will.
    pub to: &'f dyn Fn(&str) -> Option<&'a str>,
}

/// The search parameter of a type that says whose its resources are.
pub fn primary(type_name: &str) -> Option<&'static str> {
    let type_id = Definitions::r4().type_id(type_name)?;
    Some(rule(type_id)?.primary?.0)
}

/// The part of a resource that belongs to no single patient.
pub fn bucket(rid: i64) -> i64 {
    -(1 + rid.rem_euclid(BUCKETS))
}

/// The number of the type Patient's definition.
pub(crate) fn patient_type() -> TypeId {
    static PATIENT: OnceLock<TypeId> = OnceLock::new();
    *PATIENT.get_or_init(|| Definitions::r4().type_id("Patient").unwrap_or(TypeId(u16::MAX)))
}

/// The patients that a resource of this type names, and so where it belongs. `rename` gives references inside a bundle
/// the text they will have.
pub fn patients<'a>(type_id: TypeId, root: Value<'a>, rename: &Rename<'_, 'a>) -> Patients<'a> {
    if type_id == patient_type() {
        return Patients { whose: Whose::Own, ids: Vec::new() };
    }
    let mut ids = Ids::default();
    let mut by_primary = 0;
    if let Some(rule) = rule(type_id) {
        for path in &rule.paths {
            let before = ids.list.len();
            walk(root, path, rename, &mut ids);
            if rule.primary.is_some_and(|(_, element)| path == &[element]) {
                by_primary += ids.list.len() - before;
            }
        }
    }
    let ids = ids.list;
    let whose = if ids.len() == 1 && by_primary == 1 { Whose::One } else { Whose::Bucket };
    Patients { whose, ids }
}

/// Ids in the order in which they were found, each once.
#[derive(Default)]
struct Ids<'a> {
    list: Vec<Cow<'a, str>>,
    seen: HashSet<Cow<'a, str>>,
}

/// Adds the patients that references at `path` lead to.
fn walk<'a>(value: Value<'a>, path: &[&str], rename: &Rename<'_, 'a>, ids: &mut Ids<'a>) {
    if value.kind() == Kind::Array {
        for item in value.items() {
            walk(item, path, rename, ids);
        }
        return;
    }
    if let Some((first, rest)) = path.split_first() {
        if let Some(child) = value.get(first) {
            walk(child, rest, rename, ids);
        }
        return;
    }
    let Some(text) = value.get("reference").and_then(Value::as_str) else { return };
    let id = match ((rename.to)(&text), text) {
        (Some(renamed), _) | (None, Cow::Borrowed(renamed)) => patient(renamed, rename.base).map(Cow::Borrowed),
        (None, Cow::Owned(text)) => patient(&text, rename.base).map(|id| Cow::Owned(id.to_owned())),
    };
    if let Some(id) = id
        && ids.seen.insert(id.clone())
    {
        ids.list.push(id);
    }
}

/// The patient's id in a reference to one.
fn patient<'t>(text: &'t str, base: &str) -> Option<&'t str> {
    match Reference::parse(text, base) {
        Reference::Local(address) if address.type_id == patient_type() => Some(address.id),
        _ => None,
    }
}

fn rule(type_id: TypeId) -> Option<&'static Rule> {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(rules).get(usize::from(type_id.0))
}

fn rules() -> Vec<Rule> {
    let definitions = Definitions::r4();
    let mut rules = Vec::new();
    for found in definitions.resource_types() {
        let at = usize::from(found.id.0);
        if rules.len() <= at {
            rules.resize_with(at + 1, Rule::default);
        }
        let mut rule = Rule::default();
        let also = ALSO.iter().filter(|(name, _)| *name == found.name).map(|(_, code)| code);
        for code in definitions.compartment("Patient", found.name).unwrap_or(&[]).iter().chain(also) {
            let parameters = definitions.search_parameters(found.name);
            let Some(parameter) = parameters.iter().find(|parameter| parameter.code == *code) else { continue };
            for path in paths(parameter.expression, found.name) {
                if rule.primary.is_none() && path.len() == 1 && PRIMARY.contains(&path[0]) {
                    rule.primary = Some((parameter.code, path[0]));
                }
                if !rule.paths.contains(&path) {
                    rule.paths.push(path);
                }
            }
        }
        rules[at] = rule;
    }
    rules
}

/// The elements a search parameter's expression names for one type: `Type.a.b.where(…)` gives `a`, `b`.
fn paths(expression: &'static str, type_name: &str) -> Vec<Vec<&'static str>> {
    expression
        .split('|')
        .filter_map(|branch| {
            let branch = branch.trim().trim_matches(['(', ')']);
            let rest = branch.strip_prefix(type_name)?.strip_prefix('.')?;
            let rest = rest.split_once(".where(").map_or(rest, |(path, _)| path);
            Some(rest.split('.').collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use akson_fhir::resource::Resource;

    fn check(text: &str, whose: Whose, ids: &[&str]) {
        let resource = Resource::parse_json(text.as_bytes()).unwrap();
        let found = patients(resource.type_id, resource.root(), &Rename { base: "http://here/fhir", to: &|_| None });
        assert_eq!(
            (found.whose, found.ids.iter().map(AsRef::as_ref).collect::<Vec<&str>>().as_slice()),
            (whose, ids),
            "{text}"
        );
    }

    #[test]
    fn a_resource_belongs_to_the_patient_it_is_about() {
        check(r#"{"resourceType":"Patient","link":[{"other":{"reference":"Patient/2"}}]}"#, Whose::Own, &[]);
        check(r#"{"resourceType":"Observation","subject":{"reference":"Patient/1"}}"#, Whose::One, &["1"]);
        check(
            r#"{"resourceType":"Observation","subject":{"reference":"http://here/fhir/Patient/1"}}"#,
            Whose::One,
            &["1"],
        );
        check(r#"{"resourceType":"Encounter","subject":{"reference":"Patient/1/_history/2"}}"#, Whose::One, &["1"]);
        let same = r#"{"resourceType":"Observation","subject":{"reference":"Patient/1"},"performer":[{"reference":"Patient/1"}]}"#;
        check(same, Whose::One, &["1"]);
        check(r#"{"resourceType":"Task","for":{"reference":"Patient/1"}}"#, Whose::One, &["1"]);
        check(r#"{"resourceType":"Device","patient":{"reference":"Patient/1"}}"#, Whose::One, &["1"]);
        check(r#"{"resourceType":"Coverage","beneficiary":{"reference":"Patient/1"}}"#, Whose::One, &["1"]);
        check(
            r#"{"resourceType":"Account","subject":[{"reference":"Patient/1"},{"reference":"Device/1"}]}"#,
            Whose::One,
            &["1"],
        );
    }

    #[test]
    fn what_names_several_patients_or_none_is_in_a_bucket() {
        let two = r#"{"resourceType":"Observation","subject":{"reference":"Patient/1"},"performer":[{"reference":"Patient/2"}]}"#;
        check(two, Whose::Bucket, &["1", "2"]);
        let other = r#"{"resourceType":"Observation","performer":[{"reference":"Patient/2"}]}"#;
        check(other, Whose::Bucket, &["2"]);
        check(r#"{"resourceType":"Observation","subject":{"reference":"http://there/Patient/1"}}"#, Whose::Bucket, &[]);
        check(r#"{"resourceType":"Observation","subject":{"reference":"Group/1"}}"#, Whose::Bucket, &[]);
        check(r#"{"resourceType":"Organization"}"#, Whose::Bucket, &[]);
        let group = r#"{"resourceType":"Group","member":[{"entity":{"reference":"Patient/1"}},{"entity":{"reference":"Patient/3"}}]}"#;
        check(group, Whose::Bucket, &["1", "3"]);
    }

    #[test]
    fn the_primary_parameter_is_known() {
        assert_eq!(primary("Observation"), Some("subject"));
        assert_eq!(primary("Claim"), Some("patient"));
        assert_eq!(primary("Condition"), Some("patient"));
        assert_eq!(primary("EnrollmentRequest"), Some("subject"));
        assert_eq!(primary("Organization"), None);
        assert_eq!(primary("Appointment"), None);
        assert_eq!(primary("Task"), Some("patient"));
    }

    #[test]
    fn buckets_are_negative() {
        assert_eq!(bucket(0), -1);
        assert_eq!(bucket(1023), -1024);
        assert_eq!(bucket(1024), -1);
    }
}
