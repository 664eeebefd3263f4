//! Security labels that rules rest on, as FHIR codes them.
//!
//! Spec: <https://hl7.org/fhir/R4/security-labels.html>.

use std::sync::{Arc, OnceLock};

/// The code system of sensitivities and of what may not be told to whom.
pub const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
/// The code system of how confidential something is.
pub const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
/// The code system of what was done to a copy.
pub const OBSERVATION_VALUE: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

/// On a Patient: the address is confidential (grade 6 or 7).
pub const HIDDEN_ADDRESS: &str = "LOCIS";
/// Not to be told to the parents of a young patient.
pub const NOT_FOR_PARENTS: &str = "ADOL";
/// Not to be told to the patient, nor to who represents the patient.
pub const NOT_FOR_PATIENT: &str = "NOPAT";

/// On a Patient: somebody well known, whose record the curious might look at.
pub const WELL_KNOWN: &str = "CEL";
/// The code system of labels of our own.
pub const OVERSIGHT_SYSTEM: &str = "urn:akson:label";
/// On a Task about who has looked at a record: for the patient and for who watches over the log, not for those it is about.
pub const OVERSIGHT: &str = "oversight";

/// Labels of a clause: system and code each.
pub type Labels = Arc<[(String, String)]>;

/// One label of the sensitivities.
pub fn act(code: &str) -> Labels {
    Arc::new([(ACT_CODE.to_string(), code.to_string())])
}

/// Categories that are not open to everybody who has a care relation.
pub const SENSITIVE: &[(&str, &str)] = &[
    (ACT_CODE, "BH"),
    (ACT_CODE, "ETH"),
    (ACT_CODE, "GDIS"),
    (ACT_CODE, "HIV"),
    (ACT_CODE, "MH"),
    (ACT_CODE, "PSY"),
    (ACT_CODE, "PSYTHPN"),
    (ACT_CODE, "SDV"),
    (ACT_CODE, "SEX"),
    (ACT_CODE, "STD"),
    (ACT_CODE, "SUD"),
    (CONFIDENTIALITY, "V"),
];

/// The sensitive categories but these.
pub fn sensitive_but(open: impl Fn(&str, &str) -> bool) -> Labels {
    let closed = SENSITIVE.iter().filter(|(system, code)| !open(system, code));
    closed.map(|(system, code)| ((*system).to_string(), (*code).to_string())).collect()
}

/// All of them.
pub fn sensitive() -> Labels {
    static ALL: OnceLock<Labels> = OnceLock::new();
    Arc::clone(ALL.get_or_init(|| sensitive_but(|_, _| false)))
}
