//! What kinds of resources are called by people: "målinger", "legemidler".
//!
//! What has no name of its own is "other parts of the record". What it does not do: say what one resource is.

use std::collections::BTreeMap;

use crate::http::language::Language;

/// Types and what they are called: bokmål, nynorsk, English.
const NAMES: &[(&[&str], [&str; 3])] = &[
    (&["Patient", "Person", "RelatedPerson"], ["personopplysninger", "personopplysningar", "personal details"]),
    (&["Observation"], ["målinger og prøvesvar", "målingar og prøvesvar", "measurements and results"]),
    (&["DiagnosticReport", "ImagingStudy", "Media", "Specimen"], ["undersøkelser", "undersøkingar", "examinations"]),
    (
        &["MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense", "Medication"],
        ["legemidler", "legemiddel", "medicines"],
    ),
    (&["AllergyIntolerance"], ["allergier", "allergiar", "allergies"]),
    (&["Condition"], ["diagnoser og problemer", "diagnosar og problem", "diagnoses and problems"]),
    (&["Encounter", "EpisodeOfCare"], ["besøk og opphold", "besøk og opphald", "visits and stays"]),
    (&["Appointment", "AppointmentResponse", "Schedule", "Slot"], ["timeavtaler", "timeavtalar", "appointments"]),
    (&["Communication", "CommunicationRequest"], ["meldinger", "meldingar", "messages"]),
    (
        &["Composition", "DocumentReference", "Binary", "ClinicalImpression"],
        ["notater og dokumenter", "notat og dokument", "notes and documents"],
    ),
    (
        &["CarePlan", "CareTeam", "Goal", "Flag", "Task"],
        ["planer og oppgaver", "planar og oppgåver", "plans and tasks"],
    ),
    (&["ServiceRequest", "Procedure"], ["vedtak og tiltak", "vedtak og tiltak", "decisions and procedures"]),
    (&["Immunization", "ImmunizationRecommendation"], ["vaksiner", "vaksinar", "vaccines"]),
    (&["QuestionnaireResponse"], ["skjemaer", "skjema", "forms"]),
    (&["Consent"], ["samtykker og sperrer", "samtykke og sperrer", "consents and blocks"]),
    (&["AuditEvent"], ["innsynsloggen", "innsynsloggen", "the access log"]),
];

/// What a type is called.
pub fn named(type_name: &str, language: Language) -> &'static str {
    let found = NAMES.iter().find(|(types, _)| types.contains(&type_name));
    language.pick(
        found.map_or(
            ["andre deler av journalen", "andre delar av journalen", "other parts of the record"],
            |(_, words)| *words,
        ),
    )
}

/// Types and how many, in words: what there is most of first.
pub fn listed(what: &BTreeMap<&'static str, u64>, language: Language) -> String {
    let mut sums: Vec<(&'static str, u64)> = Vec::new();
    for (type_name, count) in what {
        let name = named(type_name, language);
        match sums.iter_mut().find(|(other, _)| *other == name) {
            Some((_, sum)) => *sum += count,
            None => sums.push((name, *count)),
        }
    }
    sums.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sums.iter().map(|(name, count)| format!("{name} ({count})")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_one_name_are_counted_together() {
        let what = BTreeMap::from([("Observation", 3), ("Task", 4), ("CarePlan", 1), ("Basic", 1)]);
        let expected = "planer og oppgaver (5), målinger og prøvesvar (3), andre deler av journalen (1)";
        assert_eq!(listed(&what, Language::Nb), expected);
    }
}
