//! Elements that are not shown although their resource is: a confidential address and what tells it.
//!
//! A Patient whose address is confidential carries a label. For those who do not need the address for their work, it is
//! taken out of the Patient, and the places out of what else is about this patient, with the narrative, before anything is
//! projected; searching finds and sorts as if the elements were empty.
//! What it does not do: look into texts that somebody wrote. Taking out is `record::shown`.

use akson_store::search::expr::{Expr, System, Test, TokenTest};
use akson_store::search::registry::Registry;
use akson_store::search::sight::{Clause, Redaction};

use super::labels;
use crate::caller::{Caller, Duty, Who};

/// The code of roles whose work is at the patient's home.
pub const FINDS_THE_WAY: &str = "urn:akson:role|visits-homes";

/// What is hidden from a caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hides {
    /// Confidential addresses.
    pub addresses: bool,
    /// What practitioners keep for themselves.
    pub practitioners: bool,
}

impl Hides {
    /// From this caller.
    pub fn from(caller: &Caller) -> Hides {
        Hides { addresses: hides_addresses(caller), practitioners: hides_practitioners(caller) }
    }

    /// Whether anything is.
    pub fn any(self) -> bool {
        self.addresses || self.practitioners
    }
}

/// Elements of a type.
pub type Hidden = (&'static str, &'static [&'static str]);

/// What tells where somebody lives or can be met.
pub const ADDRESS: &[Hidden] = &[
    ("Patient", &["address", "telecom", "contact", "generalPractitioner", "managingOrganization", "photo"]),
    ("RelatedPerson", &["address", "telecom", "photo"]),
    ("Person", &["address", "telecom", "managingOrganization", "photo"]),
    ("Account", &["owner", "guarantor"]),
    ("AdverseEvent", &["location"]),
    ("CareTeam", &["managingOrganization", "telecom"]),
    ("ChargeItem", &["performingOrganization", "requestingOrganization", "costCenter"]),
    ("Claim", &["facility"]),
    ("Encounter", &["location", "serviceProvider", "hospitalization"]),
    ("EpisodeOfCare", &["managingOrganization"]),
    ("ExplanationOfBenefit", &["facility"]),
    ("Immunization", &["location"]),
    ("MedicationDispense", &["location", "destination"]),
    ("Procedure", &["location"]),
    ("ServiceRequest", &["locationCode", "locationReference"]),
    ("SupplyDelivery", &["destination"]),
    ("SupplyRequest", &["deliverFrom", "deliverTo"]),
    ("Task", &["location"]),
    ("ImagingStudy", &["location"]),
];

/// What a Practitioner keeps for themselves.
pub const PRIVATE: &[&str] = &["identifier", "telecom", "address", "birthDate", "photo"];

/// Whether a caller does not see confidential addresses.
fn hides_addresses(caller: &Caller) -> bool {
    match &caller.who {
        Who::Staff(staff) => {
            let finds = staff.codes.iter().any(|code| code == FINDS_THE_WAY);
            !(finds && matches!(staff.duty, Duty::Nurse | Duty::Doctor | Duty::Emergency | Duty::Student))
        }
        Who::System(_) | Who::Link(_) => true,
        // A citizen reads their own; who has a confidential address is represented by nobody.
        Who::Citizen(_) | Who::Operator | Who::Job(_) => false,
    }
}

/// Whether a caller does not see what practitioners keep for themselves.
fn hides_practitioners(caller: &Caller) -> bool {
    matches!(caller.who, Who::Citizen(_))
}

/// What searches of the caller find as if it were empty.
pub fn hidden(registry: &Registry, caller: &Caller) -> Vec<Redaction> {
    let mut hidden = Vec::new();
    if hides_practitioners(caller) {
        hidden.push(Redaction { type_name: "Practitioner", elements: PRIVATE, of: vec![Vec::new()] });
    }
    if hides_addresses(caller) {
        for (type_name, elements) in ADDRESS {
            hidden.push(Redaction { type_name, elements, of: of_hidden(registry, type_name) });
        }
    }
    hidden
}

/// What holds for resources about a patient whose address is confidential. Where no parameter leads to the patient, all
/// are taken for such.
pub fn of_hidden(registry: &Registry, type_name: &str) -> Vec<Vec<Clause>> {
    let label = || Clause::Label(labels::act(labels::HIDDEN_ADDRESS));
    if type_name == "Patient" {
        return vec![vec![label()]];
    }
    let found = ["patient", "subject"].into_iter().find_map(|code| registry.find(type_name, code));
    let (Some(parameter), Some(security)) = (found, registry.find("Patient", "_security")) else {
        return vec![Vec::new()];
    };
    let code = TokenTest::Code(System::Is(labels::ACT_CODE.to_string()), labels::HIDDEN_ADDRESS.to_string());
    let inner = Expr::Test(security.clone(), Test::Token(code));
    vec![vec![Clause::Where(Expr::Chain(parameter.clone(), "Patient", Box::new(inner)))], vec![label()]]
}
