//! Patterns in the log: seeded ones are found, others are not, and only by who watches.

use akson_core::{Caller, Duty, PatternKind};

use crate::stage::*;
use crate::wait::now;

const ALL: (i64, i64) = (0, i64::MAX);
const FNR: &str = "urn:oid:2.16.578.1.12.4.1.4.1";

fn person(kind: &str, id: &str, number: &str, family: &str, address: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"{kind}","id":"{id}","identifier":[{{"system":"{FNR}","value":"{number}"}}],"name":[{{"family":"{family}","given":["{id}"]}}],"address":[{{"line":["{address}"],"postalCode":"9999"}}]{more}}}"#
    )
}

/// Nina works at the ward and looks at all of them.
fn town() -> Stage {
    let stage = Stage::new();
    stage.put(&[
        r#"{"resourceType":"Organization","id":"ward","name":"Ward"}"#,
        r#"{"resourceType":"Organization","id":"other","name":"Other"}"#,
        &person("Practitioner", "nina", "01815010001", "Dal", "Jobben 1", ""),
        &person("Practitioner", "odd", "01815010002", "Odd", "Jobben 2", ""),
        &person("Practitioner", "far", "01815010003", "Far", "Jobben 3", ""),
        r#"{"resourceType":"PractitionerRole","id":"odd-role","practitioner":{"reference":"Practitioner/odd"},"organization":{"reference":"Organization/ward"}}"#,
        r#"{"resourceType":"PractitionerRole","id":"far-role","practitioner":{"reference":"Practitioner/far"},"organization":{"reference":"Organization/other"}}"#,
        &person("Patient", "own", "01815010001", "Dal", "Storgata 1", ""),
        &person("Patient", "colleague", "01815010002", "Odd", "Veien 2", ""),
        &person("Patient", "elsewhere", "01815010003", "Far", "Veien 3", ""),
        &person("Patient", "neighbour", "01815010004", "Lund", "  STORGATA  1", ""),
        &person("Patient", "cousin", "01815010005", "DAL", "Veien 5", ""),
        &person("Patient", "star", "01815010006", "Stjerne", "Veien 6", &labelled("CEL")),
        &person("Patient", "nobody", "01815010007", "Ukjent", "Veien 7", ""),
    ]);
    stage
}

fn nina(stage: &Stage) -> Caller {
    let unit = stage.number("Organization/ward");
    with_staff(stage.staff("nina", Duty::Nurse, &["Organization/ward"]), |staff| staff.unit_number = unit)
}

#[test]
fn seeded_patterns_are_found_with_their_entries_and_no_others() {
    let stage = town();
    let record = stage.record(&nina(&stage));
    for patient in ["own", "colleague", "elsewhere", "neighbour", "cousin", "star", "nobody"] {
        // She has no relation to any of them: that she tried is what is found.
        assert_eq!(reads(&record, &format!("Patient/{patient}")), 404);
    }
    assert_eq!(reads(&record, "Patient/cousin"), 404);
    let officer = stage.record(&stage.staff("far", Duty::PrivacyOfficer, &[]));
    let found = now(officer.patterns(ALL)).unwrap();
    let told: Vec<_> = found.iter().map(|one| (one.kind, one.patient.as_str(), one.count)).collect();
    let expected = [
        (PatternKind::OwnRecord, "own", 1),
        (PatternKind::Colleague, "colleague", 1),
        (PatternKind::SameAddress, "neighbour", 1),
        (PatternKind::SameSurname, "cousin", 2),
        (PatternKind::WellKnown, "star", 1),
    ];
    assert_eq!(told, expected);
    for one in &found {
        assert_eq!((one.actor.practitioner.as_str(), one.events.len() as u64), ("nina", one.count));
        for event in &one.events {
            assert_eq!(reads(&officer, &format!("AuditEvent/{event}")), 200);
        }
    }
    assert!(now(officer.patterns((0, 1))).unwrap().is_empty(), "not of another time");
    // Who looked at the patterns is in the log of whom they name, and of nobody else.
    let cousin = stage.record(&stage.citizen("cousin", "1980-01-01"));
    assert_eq!(finds(&cousin, "AuditEvent", &[("agent-name", "far")]).map(|found| !found.is_empty()), Some(true));
    let nobody = stage.record(&stage.citizen("nobody", "1980-01-01"));
    assert_eq!(finds(&nobody, "AuditEvent", &[("agent-name", "far")]), Some(Vec::new()));
}

#[test]
fn patterns_are_for_who_watches_and_of_whom_they_watch() {
    let stage = town();
    let _ = reads(&stage.record(&nina(&stage)), "Patient/own");
    let ward = stage.number("Organization/ward");
    let leads = |unit| with_staff(stage.staff("far", Duty::Leader, &[]), |staff| staff.unit_number = unit);
    assert_eq!(now(stage.record(&leads(ward)).patterns(ALL)).unwrap().len(), 1);
    assert!(now(stage.record(&leads(ward + 1000)).patterns(ALL)).unwrap().is_empty());
    let there =
        with_staff(stage.staff("far", Duty::PrivacyOfficer, &[]), |staff| staff.controllers = [NEIGHBOUR].into());
    assert!(now(stage.record(&there).patterns(ALL)).unwrap().is_empty(), "of another municipality");
    for who in [nina(&stage), stage.staff("far", Duty::Administrator, &[]), stage.citizen("own", "1980-01-01")] {
        assert_eq!(status(&now(stage.record(&who).patterns(ALL))), 403);
    }
}
