//! Who sees what of the log, and what an entry says.

use akson_core::sight::OpeningKind;
use akson_core::{Caller, Duty, Error, Reason, SearchOf};
use serde_json::Value;

use crate::stage::{NOON, Stage, with_staff};
use crate::wait::now;

fn stage() -> Stage {
    let stage = Stage::new();
    stage.put(&[
        r#"{"resourceType":"Practitioner","id":"anne","name":[{"family":"Berg"}]}"#,
        r#"{"resourceType":"Practitioner","id":"leader"}"#,
        r#"{"resourceType":"Practitioner","id":"privacy"}"#,
        r#"{"resourceType":"Patient","id":"kari","generalPractitioner":[{"reference":"Practitioner/anne"}]}"#,
        r#"{"resourceType":"Patient","id":"ola"}"#,
        r#"{"resourceType":"Observation","id":"pulse","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/kari"}}"#,
        r#"{"resourceType":"Appointment","id":"both","status":"booked","start":"2026-07-15T10:00:00Z","end":"2026-07-15T11:00:00Z","participant":[{"status":"accepted","actor":{"reference":"Patient/kari"}},{"status":"accepted","actor":{"reference":"Patient/ola"}}]}"#,
    ]);
    stage
}

fn anne(stage: &Stage) -> Caller {
    with_staff(stage.staff("anne", Duty::ListDoctor, &[]), |staff| {
        staff.name = "Anne Berg".to_string();
        staff.hpr = "9144900".to_string();
        staff.unit = "Sentrum".to_string();
        staff.unit_number = 77;
        staff.organisation = "Madserud".to_string();
    })
}

/// The entries that somebody finds.
fn events(stage: &Stage, who: &Caller, query: &str) -> Vec<Value> {
    let of = SearchOf { type_name: Some("AuditEvent"), compartment: None };
    let pairs = akson_core::query::parse(query).unwrap();
    let found = now(stage.record(who).search(of, pairs, false)).unwrap();
    found.entries.iter().map(|(seen, _)| serde_json::from_slice(&seen.text).unwrap()).collect()
}

fn count(stage: &Stage, who: &Caller, query: &str) -> usize {
    events(stage, who, query).len()
}

#[test]
fn an_entry_says_who_did_what_and_why() {
    let stage = stage();
    now(stage.record(&anne(&stage)).read("Observation", "pulse")).unwrap();
    let kari = stage.citizen("kari", "1980-01-01");
    let found = events(&stage, &kari, "entity-type=Observation&action=R");
    let event = &found[0];
    assert_eq!(event["type"]["code"], "110110");
    assert_eq!(event["agent"][0]["name"], "Anne Berg");
    assert_eq!(event["agent"][0]["who"]["identifier"]["value"], "9144900");
    assert_eq!(event["agent"][2]["who"]["display"], "Madserud");
    assert_eq!(event["purposeOfEvent"][0]["coding"][0]["code"], "TREAT");
    assert_eq!(event["entity"][0]["what"]["reference"], "Patient/kari");
    assert_eq!(event["entity"][1]["what"]["reference"], "Observation/pulse/_history/1");
    assert_eq!(event["extension"][0]["valueReference"]["reference"], "Patient/kari");
    // By its id it is the same, and it is valid.
    let seen = now(stage.record(&kari).read("AuditEvent", event["id"].as_str().unwrap())).unwrap();
    assert_eq!(&serde_json::from_slice::<Value>(&seen.text).unwrap(), event);
    for event in events(&stage, &Caller::operator(NOON, "o"), "_count=1000") {
        stage.put(&[&event.to_string()]);
    }
}

#[test]
fn everybody_sees_their_part_of_the_log() {
    let stage = stage();
    now(stage.record(&anne(&stage)).read("Patient", "kari")).unwrap();
    now(stage.record(&anne(&stage)).read("Patient", "ola")).unwrap_err();
    let operator = Caller::operator(NOON, "o");
    let of_kari = count(&stage, &operator, "patient=kari&_count=1000");
    let kari = stage.citizen("kari", "1980-01-01");
    assert_eq!(count(&stage, &kari, "_count=1000"), of_kari + 1, "and that the operator has looked");
    assert_eq!(count(&stage, &kari, "patient=ola"), 0);
    // Who tried and was refused is in the log of whose record it was, and in nobody else's.
    assert_eq!(count(&stage, &stage.citizen("ola", "1980-01-01"), "agent-name=anne&outcome=4"), 1);
    assert_eq!(count(&stage, &kari, "agent-name=anne&outcome=4"), 0);
    let privacy = stage.staff("privacy", Duty::PrivacyOfficer, &[]);
    assert!(count(&stage, &privacy, "_count=1000") > of_kari);
    assert_eq!(count(&stage, &privacy, "agent-name=anne&outcome=4"), 1);
    let leader = |unit| with_staff(stage.staff("leader", Duty::Leader, &[]), |staff| staff.unit_number = unit);
    assert_eq!(count(&stage, &leader(77), "_count=1000"), 2);
    assert_eq!(count(&stage, &leader(78), "_count=1000"), 0);
    assert_eq!(count(&stage, &anne(&stage), "_count=1000"), 0);
    let id = events(&stage, &operator, "patient=kari&action=R")[0]["id"].as_str().unwrap().to_string();
    for (who, sees) in [(&operator, true), (&kari, true), (&privacy, true), (&leader(77), true), (&leader(78), false)] {
        assert_eq!(now(stage.record(who).read("AuditEvent", &id)).is_ok(), sees);
    }
    let ola = stage.citizen("ola", "1980-01-01");
    assert!(matches!(now(stage.record(&ola).read("AuditEvent", &id)), Err(Error::NotFound)));
}

#[test]
fn what_is_shared_is_in_the_log_of_each() {
    let stage = stage();
    let operator = Caller::operator(NOON, "o");
    now(stage.record(&operator).read("Appointment", "both")).unwrap();
    for patient in ["kari", "ola"] {
        let found = events(&stage, &stage.citizen(patient, "1980-01-01"), "entity-type=Appointment&action=R");
        assert_eq!(found.len(), 1, "{patient}");
        assert_eq!(found[0]["entity"][0]["what"]["reference"], "Appointment/both/_history/1");
    }
}

#[test]
fn pages_and_totals_of_the_log() {
    let stage = stage();
    for _ in 0..25 {
        now(stage.record(&anne(&stage)).read("Patient", "kari")).unwrap();
    }
    let operator = Caller::operator(NOON, "o");
    let of = || SearchOf { type_name: Some("AuditEvent"), compartment: Some(("Patient", "kari".to_string())) };
    let (mut ids, mut page) = (Vec::new(), None);
    loop {
        let mut query = "action=R&_count=10&_total=accurate".to_string();
        query.extend(page.iter().map(|page| format!("&_page={page}")));
        let pairs = akson_core::query::parse(&query).unwrap();
        let found = now(stage.record(&operator).search(of(), pairs, false)).unwrap();
        assert_eq!(found.total, Some(25));
        ids.extend(found.entries.iter().map(|(seen, _)| seen.id.clone()));
        page = found.next;
        if page.is_none() {
            break;
        }
    }
    let all = ids.len();
    ids.dedup();
    assert_eq!((all, ids.len()), (25, 25));
    let pairs = akson_core::query::parse("name=x").unwrap();
    assert!(matches!(now(stage.record(&operator).search(of(), pairs, false)), Err(Error::Malformed(_))));
}

fn opens(stage: &Stage, who: &Caller, patient: &str) {
    let reason = Reason { code: "HPAKUTT".to_string(), text: "unconscious".to_string() };
    now(stage.record(who).open(patient, OpeningKind::Emergency, reason)).unwrap();
}

#[test]
fn an_emergency_is_marked() {
    let stage = stage();
    let caller = anne(&stage);
    opens(&stage, &caller, "kari");
    now(stage.record(&caller).read("Patient", "kari")).unwrap();
    for found in events(&stage, &Caller::operator(NOON, "o"), "agent-name=anne&patient=kari") {
        assert_eq!(found["purposeOfEvent"][0]["coding"][0]["code"], "BTG");
        assert!(found.to_string().contains("Emergency opening"));
    }
}

const ALL: (i64, i64) = (0, i64::MAX);

#[test]
fn an_inhabitant_reads_by_day_who_looked_at_what() {
    let stage = stage();
    for _ in 0..3 {
        now(stage.record(&anne(&stage)).read("Patient", "kari")).unwrap();
    }
    now(stage.record(&anne(&stage)).read("Observation", "pulse")).unwrap();
    opens(&stage, &anne(&stage), "kari");
    now(stage.record(&anne(&stage)).read("Patient", "kari")).unwrap();
    let kari = stage.citizen("kari", "1980-01-01");
    let days = now(stage.record(&kari).log("kari", ALL)).unwrap();
    assert_eq!(days.len(), 1);
    let visits: Vec<_> = days[0].visits.iter().filter(|visit| visit.name == "Anne Berg").collect();
    assert_eq!(visits.len(), 2);
    assert!(visits[0].opened.as_ref().is_some_and(|opened| opened.emergency));
    assert_eq!((visits[1].count, visits[1].what["Patient"], visits[1].what["Observation"]), (4, 3, 1));
    assert_eq!((visits[1].unit.as_str(), visits[1].organisation.as_str()), ("Sentrum", "Madserud"));
    for (who, sees) in
        [(stage.citizen("ola", "1980-01-01"), false), (anne(&stage), false), (Caller::operator(NOON, "o"), true)]
    {
        assert_eq!(now(stage.record(&who).log("kari", ALL)).is_ok(), sees);
    }
}

#[test]
fn what_is_not_recognised_becomes_a_case_with_a_deadline() {
    let stage = stage();
    now(stage.record(&anne(&stage)).read("Patient", "kari")).unwrap();
    let kari = stage.citizen("kari", "1980-01-01");
    let days = now(stage.record(&kari).log("kari", ALL)).unwrap();
    let visit = days[0].visits.iter().find(|visit| visit.name == "Anne Berg").unwrap();
    let written = now(stage.record(&kari).dispute(&visit.event, "Who is this?")).unwrap();
    let task: Value = serde_json::from_slice(&written.seen.text).unwrap();
    assert_eq!(task["for"]["reference"], "Patient/kari");
    assert_eq!(task["focus"]["reference"], format!("AuditEvent/{}", visit.event));
    assert!(task["restriction"]["period"]["end"].as_str().unwrap().starts_with("2026-08-14"));
    let ola = stage.citizen("ola", "1980-01-01");
    assert!(matches!(now(stage.record(&ola).dispute(&visit.event, "")), Err(Error::NotFound)));
    assert!(matches!(now(stage.record(&anne(&stage)).dispute(&visit.event, "")), Err(Error::Denied(_))));
}

#[test]
fn ids_of_the_log_tell_nothing_of_how_much_there_is() {
    let stage = stage();
    let kari = stage.citizen("kari", "1980-01-01");
    let found = events(&stage, &kari, "_count=1000");
    let ids: Vec<&str> = found.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert!(ids.len() > 2);
    for id in ids {
        assert!(id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{id}");
        assert_eq!(now(stage.record(&kari).read("AuditEvent", id)).unwrap().id, id);
    }
    for id in ["r0", "w0", "r1", "w1"] {
        assert!(matches!(now(stage.record(&kari).read("AuditEvent", id)), Err(Error::NotFound)), "{id}");
    }
    let of = SearchOf { type_name: Some("AuditEvent"), compartment: None };
    let pairs = akson_core::query::parse("_count=1").unwrap();
    let page = now(stage.record(&kari).search(of, pairs, false)).unwrap().next.unwrap();
    assert_eq!(page.len(), 26, "a page names no time and no number: {page}");
}
