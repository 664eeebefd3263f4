//! The types of resources as the rules tell them apart.
//!
//! Promise: a type that no list names is about patients, so that nothing is open by being forgotten.

use akson_fhir::definition::Definitions;

/// What a type is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// What is the same for everybody: profiles, code systems, medicines.
    Shared,
    /// Who and where: units, services, people at work.
    Directory,
    /// Raw content, which belongs to what refers to it.
    Binary,
    /// Who did what.
    Audit,
    /// What is for the operator only.
    Machinery,
    /// Patients, and everything about them.
    Personal,
}

const SHARED: &[&str] = &[
    "ActivityDefinition",
    "CapabilityStatement",
    "CatalogEntry",
    "ChargeItemDefinition",
    "CodeSystem",
    "CompartmentDefinition",
    "ConceptMap",
    "DeviceDefinition",
    "EffectEvidenceSynthesis",
    "EventDefinition",
    "Evidence",
    "EvidenceVariable",
    "ExampleScenario",
    "GraphDefinition",
    "ImplementationGuide",
    "Library",
    "Measure",
    "Medication",
    "MedicationKnowledge",
    "MedicinalProduct",
    "MedicinalProductAuthorization",
    "MedicinalProductContraindication",
    "MedicinalProductIndication",
    "MedicinalProductIngredient",
    "MedicinalProductInteraction",
    "MedicinalProductManufactured",
    "MedicinalProductPackaged",
    "MedicinalProductPharmaceutical",
    "MedicinalProductUndesirableEffect",
    "MessageDefinition",
    "NamingSystem",
    "ObservationDefinition",
    "OperationDefinition",
    "PlanDefinition",
    "Questionnaire",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "RiskEvidenceSynthesis",
    "SearchParameter",
    "SpecimenDefinition",
    "StructureDefinition",
    "StructureMap",
    "Substance",
    "SubstanceNucleicAcid",
    "SubstancePolymer",
    "SubstanceProtein",
    "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
    "SubstanceSpecification",
    "TerminologyCapabilities",
    "TestScript",
    "ValueSet",
];

const DIRECTORY: &[&str] = &[
    "Endpoint",
    "HealthcareService",
    "InsurancePlan",
    "Location",
    "Organization",
    "OrganizationAffiliation",
    "Practitioner",
    "PractitionerRole",
];

const MACHINERY: &[&str] = &["MessageHeader", "OperationOutcome", "Parameters", "Subscription", "TestReport"];

/// What a type is about.
pub fn class(type_name: &str) -> Class {
    match type_name {
        "AuditEvent" => Class::Audit,
        "Binary" => Class::Binary,
        name if SHARED.binary_search(&name).is_ok() => Class::Shared,
        name if DIRECTORY.contains(&name) => Class::Directory,
        name if MACHINERY.contains(&name) => Class::Machinery,
        _ => Class::Personal,
    }
}

/// Whether a type is in the patient compartment, or a patient.
pub fn names_patients(type_name: &str) -> bool {
    Definitions::r4().compartment("Patient", type_name).is_some_and(|codes| !codes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_patients_compartment_is_never_open_to_all() {
        for found in Definitions::r4().resource_types().filter(|found| names_patients(found.name)) {
            assert!(matches!(class(found.name), Class::Personal | Class::Audit), "{}", found.name);
        }
    }

    #[test]
    fn the_lists_name_types_in_order() {
        assert!(SHARED.is_sorted());
        for name in SHARED.iter().chain(DIRECTORY).chain(MACHINERY) {
            assert!(Definitions::r4().resource(name).is_some(), "{name}");
        }
    }
}
