//! Rules that the specification's own examples break.
//!
//! Where the published examples of R4 contradict its definitions, the rule is told as a warning, so
//! that what HL7 itself publishes can be stored. Nothing else is loosened.
//! Spec: <https://hl7.org/fhir/R4/downloads.html>.

/// Members that published resources leave out.
const OPTIONAL: &[&str] = &["SearchParameter.base"];

/// Types that published references lead to.
const TARGETS: &[(&str, &str)] = &[
    ("DeviceMetric.parent", "DeviceDefinition"),
    ("DeviceUseStatement.reasonReference", "Procedure"),
    ("MedicationRequest.dispenseRequest.performer", "Practitioner"),
    ("Observation.performer", "Encounter"),
];

/// Invariants that published resources break.
const RULES: &[&str] = &["sdf-4"];

/// Extensions that published resources use outside of their context.
const CONTEXTS: &[&str] = &["http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"];

/// Complex extensions that published resources give other parts.
const PARTS: &[&str] = &["http://hl7.org/fhir/StructureDefinition/hla-genotyping-results-glstring"];

/// Whether an extension may have parts that its definition does not name.
pub(super) fn has_other_parts(url: &str) -> bool {
    PARTS.contains(&url)
}

/// Whether a required member may be missing.
pub(super) fn may_be_missing(path: &str) -> bool {
    OPTIONAL.contains(&path)
}

/// Whether a reference may lead to a type that its definition does not name.
pub(super) fn may_point(path: &str, to: &str) -> bool {
    TARGETS.contains(&(path, to))
}

/// Whether an invariant only warns.
pub(super) fn only_warns(key: &str) -> bool {
    RULES.contains(&key)
}

/// Whether an extension may stand anywhere.
pub(super) fn stands_anywhere(url: &str) -> bool {
    CONTEXTS.contains(&url)
}
