//! Care relations, blocks, openings, sensitive categories, municipalities, confidential addresses.

use akson_core::sight::OpeningKind;
use akson_core::{Caller, Duty, Error, Expected, HistoryOf, Reason, Standing, Verdict};

use crate::stage::*;
use crate::wait::{now, resource};

/// Kari is at the ward where Nina works; Ola is not.
pub fn ward() -> Stage {
    let stage = Stage::new();
    stage.put(&[
        r#"{"resourceType":"Organization","id":"ward","name":"Ward"}"#,
        r#"{"resourceType":"Practitioner","id":"nina","name":[{"family":"Dal"}]}"#,
        r#"{"resourceType":"Practitioner","id":"gro","name":[{"family":"Berg"}]}"#,
        r#"{"resourceType":"Location","id":"home","name":"Home"}"#,
        &patient("kari", ""),
        &patient("ola", ""),
        r#"{"resourceType":"Encounter","id":"stay","status":"in-progress","class":{"code":"IMP"},"subject":{"reference":"Patient/kari"},"serviceProvider":{"reference":"Organization/ward"},"location":[{"location":{"reference":"Location/home"}}],"period":{"start":"2026-07-01T08:00:00+02:00"}}"#,
        &observation("of-kari", "kari", ""),
        &observation("of-ola", "ola", ""),
        &observation("private", "kari", &labelled("PSY")),
    ]);
    stage
}

/// A nurse at the ward.
pub fn nina(stage: &Stage) -> Caller {
    stage.staff("nina", Duty::Nurse, &["Organization/ward"])
}

/// What Kari has blocked.
pub fn block(provision: &str) -> String {
    format!(
        r#"{{"resourceType":"Consent","id":"block","status":"active","scope":{{"coding":[{{"code":"patient-privacy"}}]}},"category":[{{"coding":[{{"code":"x"}}]}}],"patient":{{"reference":"Patient/kari"}},"policyRule":{{"coding":[{{"code":"OPTOUT"}}]}},"provision":{provision}}}"#
    )
}

/// Against whoever works in this role, or this person.
fn actor(reference: &str) -> String {
    format!(
        r#"{{"type":"deny","actor":[{{"role":{{"coding":[{{"code":"PRCP"}}]}},"reference":{{"reference":"{reference}"}}}}]}}"#
    )
}

fn opens(stage: &Stage, who: &Caller, patient: &str, kind: OpeningKind) -> String {
    let reason = Reason { code: "HPAKUTT".to_string(), text: "unconscious".to_string() };
    now(stage.record(who).open(patient, kind, reason)).unwrap().id
}

#[test]
fn a_stay_opens_the_record_and_its_end_closes_it() {
    let stage = ward();
    let nurse = stage.record(&nina(&stage));
    assert_eq!(reads(&nurse, "Patient/kari"), 200);
    assert_eq!(finds(&nurse, "Observation", &[]), Some(vec!["of-kari".to_string()]));
    assert_eq!(reads(&nurse, "Patient/ola"), 404);
    let text = observation("of-kari", "kari", r#","valueString":"y""#);
    assert_eq!(status(&now(nurse.update(resource(&text), Expected::Any))), 200);
    assert_eq!(status(&now(nurse.update(resource(&observation("of-ola", "ola", "")), Expected::Any))), 404);
    let moved = observation("of-kari", "ola", "");
    assert_eq!(status(&now(nurse.update(resource(&moved), Expected::Any))), 403, "into another's record");
    let ended = r#"{"resourceType":"Encounter","id":"stay","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/kari"},"serviceProvider":{"reference":"Organization/ward"}}"#;
    stage.put(&[ended]);
    assert_eq!(reads(&nurse, "Patient/kari"), 404);
    assert_eq!(finds(&nurse, "Observation", &[]), Some(Vec::new()));
}

#[test]
fn a_role_that_has_ended_opens_nothing_from_that_moment_on() {
    let stage = ward();
    let until = |until| with_staff(nina(&stage), |staff| staff.until = until);
    assert_eq!(reads(&stage.record(&until(NOON + 1)), "Patient/kari"), 200);
    assert_eq!(reads(&stage.record(&until(NOON)), "Patient/kari"), 404);
    let reason = Reason { code: "x".to_string(), text: "y".to_string() };
    let opened = now(stage.record(&until(NOON)).open("kari", OpeningKind::Emergency, reason));
    assert_eq!(status(&opened), 403);
}

#[test]
fn an_appointment_counts_from_midnight_to_midnight_in_oslo() {
    let stage = ward();
    stage.put(&[
        r#"{"resourceType":"Appointment","id":"visit","status":"booked","start":"2026-07-20T09:00:00+02:00","end":"2026-07-20T09:30:00+02:00","participant":[{"actor":{"reference":"Patient/ola"},"status":"accepted"},{"actor":{"reference":"Practitioner/gro"},"status":"accepted"}]}"#,
    ]);
    let gro = with_staff(stage.staff("gro", Duty::Nurse, &[]), |staff| staff.until = i64::MAX);
    let first: i64 = "2026-07-19T22:00:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond();
    for (moment, expected) in [(first - 1, 404), (first, 200), (first + 24 * HOUR - 1, 200), (first + 24 * HOUR, 404)] {
        assert_eq!(reads(&stage.record(&at(&gro, moment)), "Patient/ola"), expected, "{moment}");
    }
}

#[test]
fn nobody_gives_themselves_a_care_relation() {
    let stage = ward();
    let nurse = stage.record(&nina(&stage));
    for text in [
        r#"{"resourceType":"Encounter","status":"in-progress","class":{"code":"IMP"},"subject":{"reference":"Patient/ola"},"serviceProvider":{"reference":"Organization/ward"}}"#,
        r#"{"resourceType":"Task","status":"requested","intent":"order","for":{"reference":"Patient/ola"},"owner":{"reference":"Practitioner/nina"}}"#,
        r#"{"resourceType":"CareTeam","status":"active","subject":{"reference":"Patient/ola"},"participant":[{"member":{"reference":"Practitioner/nina"}}]}"#,
        r#"{"resourceType":"Communication","status":"in-progress","subject":{"reference":"Patient/ola"},"sender":{"reference":"Practitioner/nina"}}"#,
    ] {
        assert_eq!(status(&now(nurse.create(resource(text), None))), 403, "{text}");
        let own = text.replace("ola", "kari");
        assert_eq!(status(&now(nurse.create(resource(&own), None))), 200, "{text}");
    }
    assert_eq!(reads(&nurse, "Patient/ola"), 404);
}

#[test]
fn it_can_be_told_why() {
    let stage = ward();
    let why = |who: &Caller, patient: &str| {
        let all = stage.record(who).why(patient, "Observation").unwrap();
        all.into_iter().map(|one| format!("{}: {}", one.rule, one.says)).collect::<Vec<_>>()
    };
    let told = why(&nina(&stage), "kari");
    assert!(told.contains(&"care relation: allows this patient".to_string()), "{told:?}");
    assert!(told.iter().any(|one| one.starts_with("care relation: Stay by")), "{told:?}");
    let told = why(&nina(&stage), "ola");
    assert!(told.contains(&"care relation: allows others, not this patient".to_string()), "{told:?}");
    stage.put(&[&block(&actor("Organization/ward"))]);
    assert!(why(&nina(&stage), "kari").contains(&"block: takes this patient away".to_string()));
    let leader = why(&stage.staff("gro", Duty::Leader, &[]), "kari");
    assert!(leader.contains(&"role: denies: a leader sees no record".to_string()), "{leader:?}");
}

#[test]
fn a_message_thread_opens_its_messages_only() {
    let stage = ward();
    stage.put(&[
        r#"{"resourceType":"Communication","id":"thread","status":"in-progress","subject":{"reference":"Patient/ola"},"recipient":[{"reference":"Practitioner/gro"}]}"#,
    ]);
    let gro = stage.record(&stage.staff("gro", Duty::ListDoctor, &[]));
    assert_eq!(reads(&gro, "Communication/thread"), 200);
    assert_eq!(reads(&gro, "Patient/ola"), 404);
    assert_eq!(reads(&gro, "Observation/of-ola"), 404);
}

#[test]
fn a_block_hides_and_an_emergency_lifts_it_but_not_a_named_persons() {
    let stage = ward();
    let who = nina(&stage);
    let nurse = stage.record(&who);
    for (provision, emergency) in [(actor("Organization/ward"), 200), (actor("Practitioner/nina"), 404)] {
        stage.put(&[&block(&provision)]);
        assert_eq!(reads(&nurse, "Observation/of-kari"), 404, "{provision}");
        assert_eq!(finds(&nurse, "Patient", &[]), Some(Vec::new()), "{provision}");
        assert_eq!(now(nurse.standing("kari")).unwrap(), Standing::NeedsReason);
        let id = opens(&stage, &who, "kari", OpeningKind::Declared);
        assert_eq!(reads(&nurse, "Observation/of-kari"), 404, "a declared ground lifts no block");
        now(nurse.end_opening(&id)).unwrap();
        let id = opens(&stage, &who, "kari", OpeningKind::Emergency);
        assert_eq!(reads(&nurse, "Observation/of-kari"), emergency, "{provision}");
        assert_eq!(reads(&nurse, "Observation/private"), emergency, "{provision}");
        now(nurse.end_opening(&id)).unwrap();
        assert_eq!(reads(&nurse, "Observation/of-kari"), 404, "{provision}");
    }
}

#[test]
fn an_opening_lasts_four_hours_shows_and_is_told() {
    let stage = ward();
    let who = nina(&stage);
    opens(&stage, &who, "ola", OpeningKind::Emergency);
    for (moment, expected) in [(NOON, 200), (NOON + 4 * HOUR - 1, 200), (NOON + 4 * HOUR, 404)] {
        assert_eq!(reads(&stage.record(&at(&who, moment)), "Observation/of-ola"), expected);
    }
    let nurse = stage.record(&who);
    let changed = now(nurse.update(resource(&observation("of-ola", "ola", r#","valueString":"y""#)), Expected::Any));
    assert_eq!(status(&changed), 403, "an opening changes nothing that is there");
    let new = resource(&observation("x", "ola", ""));
    assert_eq!(status(&now(nurse.create(new, None))), 200, "what is done is written down");
    let ola = stage.record(&stage.citizen("ola", "1960-01-01"));
    let told = finds(&ola, "Communication", &[("identifier:missing", "false")]).unwrap();
    assert_eq!(told.len(), 1);
    let text = String::from_utf8(now(ola.read("Communication", &told[0])).unwrap().text).unwrap();
    assert!(text.contains("nødsituasjon") && text.contains("unconscious"), "{text}");
    assert_eq!(finds(&ola, "Task", &[("status", "requested")]).map(|found| found.len()), Some(1));
}

#[test]
fn openings_are_reviewed_by_others() {
    let stage = ward();
    let who = with_staff(nina(&stage), |staff| staff.unit_number = 7);
    let id = opens(&stage, &who, "ola", OpeningKind::Emergency);
    assert_eq!(reads(&stage.record(&who), "Observation/of-ola"), 200);
    let leads = |unit: i64| with_staff(stage.staff("gro", Duty::Leader, &[]), |staff| staff.unit_number = unit);
    let (leader, other) = (leads(7), stage.record(&leads(8)));
    let leader = stage.record(&leader);
    let waiting = now(leader.to_review()).unwrap();
    assert_eq!((waiting.len(), waiting[0].entries), (1, 1));
    assert_eq!((waiting[0].patient.as_str(), waiting[0].what["Observation"]), ("ola", 1));
    assert_eq!(waiting[0].actor.as_ref().map(|actor| actor.practitioner.as_str()), Some("nina"));
    assert_eq!(status(&now(stage.record(&who).to_review())), 403);
    let own = stage.record(&with_staff(stage.staff("nina", Duty::Leader, &[]), |staff| staff.unit_number = 7));
    assert!(now(own.to_review()).unwrap().is_empty());
    assert_eq!(status(&now(own.review(&id, Verdict::Justified, ""))), 403);
    assert!(now(other.to_review()).unwrap().is_empty(), "of another unit");
    assert_eq!(status(&now(other.review(&id, Verdict::Justified, ""))), 404);
    let privacy = |controller: i64| {
        with_staff(stage.staff("gro", Duty::PrivacyOfficer, &[]), |staff| staff.controllers = [controller].into())
    };
    assert!(now(stage.record(&privacy(NEIGHBOUR)).to_review()).unwrap().is_empty(), "of another municipality");
    assert_eq!(status(&now(stage.record(&privacy(NEIGHBOUR)).review(&id, Verdict::Justified, ""))), 404);
    assert_eq!(now(stage.record(&privacy(HOME)).to_review()).unwrap().len(), 1);
    assert_eq!(status(&now(leader.review(&id, Verdict::Justified, &"x".repeat(2001)))), 413);
    now(leader.review(&id, Verdict::NotJustified, &"x".repeat(2000))).unwrap();
    assert_eq!(status(&now(leader.review(&id, Verdict::Justified, ""))), 409);
    assert!(now(leader.to_review()).unwrap().is_empty());
    let ola = stage.record(&stage.citizen("ola", "1960-01-01"));
    assert_eq!(finds(&ola, "Task", &[("status", "completed")]).map(|found| found.len()), Some(1));
}

#[test]
fn tasks_about_who_looked_are_the_patients_and_the_privacy_officers() {
    let stage = ward();
    let who = nina(&stage);
    opens(&stage, &who, "kari", OpeningKind::Emergency);
    let kari = stage.record(&stage.citizen("kari", "1975-05-05"));
    let tasks = finds(&kari, "Task", &[]).unwrap();
    assert_eq!(tasks.len(), 1);
    let task = format!("Task/{}", tasks[0]);
    let privacy = stage.record(&stage.staff("gro", Duty::PrivacyOfficer, &["Organization/ward"]));
    stage.put(&[&block(r#"{"type":"deny"}"#)]);
    assert_eq!((reads(&kari, &task), reads(&privacy, &task)), (200, 200));
    assert_eq!(finds(&privacy, "Task", &[]), Some(tasks), "and no other task");
    assert_eq!(reads(&privacy, "Observation/of-kari"), 403);
    for duty in [Duty::Nurse, Duty::Doctor, Duty::Psychologist, Duty::CaseWorker, Duty::Coordinator, Duty::Student] {
        let record = stage.record(&stage.staff("nina", duty, &["Organization/ward"]));
        assert_eq!(reads(&record, &task), 404, "{duty:?}");
        assert_eq!(finds(&record, "Task", &[]), Some(Vec::new()), "{duty:?}");
    }
}

#[test]
fn only_who_treats_opens_records_and_with_a_reason() {
    let stage = ward();
    let reason = || Reason { code: "HPAKUTT".to_string(), text: "unconscious".to_string() };
    for duty in
        [Duty::CaseWorker, Duty::Coordinator, Duty::Student, Duty::Leader, Duty::PrivacyOfficer, Duty::Administrator]
    {
        let record = stage.record(&stage.staff("gro", duty, &[]));
        for kind in [OpeningKind::Emergency, OpeningKind::Declared] {
            assert_eq!(status(&now(record.open("ola", kind, reason()))), 403, "{duty:?}");
        }
        assert!(now(record.standing("ola")).is_err(), "{duty:?}");
    }
    let nurse = stage.record(&nina(&stage));
    for wrong in [Reason { code: String::new(), ..reason() }, Reason { text: " ".to_string(), ..reason() }] {
        assert_eq!(status(&now(nurse.open("ola", OpeningKind::Emergency, wrong))), 422);
    }
    for absent in ["none", "stay"] {
        assert_eq!(status(&now(nurse.open(absent, OpeningKind::Emergency, reason()))), 404);
    }
}

#[test]
fn a_sensitive_category_is_for_those_whose_work_it_is() {
    let stage = ward();
    for (duty, expected) in [(Duty::Nurse, 404), (Duty::Doctor, 404), (Duty::Psychologist, 200)] {
        let record = stage.record(&stage.staff("nina", duty, &["Organization/ward"]));
        assert_eq!(reads(&record, "Observation/private"), expected, "{duty:?}");
        assert_eq!(reads(&record, "Observation/of-kari"), 200, "{duty:?}");
    }
    let named = with_staff(nina(&stage), |staff| {
        staff.codes.push("http://terminology.hl7.org/CodeSystem/v3-ActCode|PSY".to_string());
    });
    assert_eq!(reads(&stage.record(&named), "Observation/private"), 200);
}

#[test]
fn rows_of_another_municipality_are_hidden_without_an_agreement() {
    let stage = ward();
    stage.put_of(NEIGHBOUR, &observation("there", "kari", ""));
    let nurse = nina(&stage);
    assert_eq!(reads(&stage.record(&nurse), "Observation/there"), 404);
    let agreed = with_staff(nurse, |staff| staff.controllers = [HOME, NEIGHBOUR].into());
    assert_eq!(reads(&stage.record(&agreed), "Observation/there"), 200);
    let kari = stage.citizen("kari", "1975-05-05");
    assert_eq!(reads(&stage.record(&kari), "Observation/there"), 200, "one's own record is wherever it is");
}

#[test]
fn an_administrator_changes_their_own_municipalitys_units_only() {
    let stage = ward();
    let unit = |id: &str| format!(r#"{{"resourceType":"Organization","id":"{id}","name":"Changed"}}"#);
    stage.put_of(NEIGHBOUR, &unit("theirs"));
    stage.put_of(HOME, &unit("ours"));
    let administrator = with_staff(stage.staff("nina", Duty::Administrator, &[]), |staff| {
        staff.controllers = [HOME, NEIGHBOUR].into();
    });
    let record = stage.record(&administrator);
    let change = |id: &str| {
        let changed = unit(id).replace("Changed", "Again");
        now(record.update(resource(&changed), Expected::Any)).map(|_| ()).map_err(|error| error.to_string())
    };
    change("ours").unwrap();
    change("new").unwrap();
    change("theirs").unwrap_err();
    assert_eq!(reads(&record, "Organization/theirs"), 200, "who works where is seen by all");
}

#[test]
fn what_staff_write_is_their_municipalitys() {
    let stage = ward();
    let there = with_staff(nina(&stage), |staff| staff.controllers = [NEIGHBOUR, HOME].into());
    let written = now(stage.record(&there).create(resource(&observation("x", "kari", "")), None)).unwrap();
    let address = format!("Observation/{}", written.seen.id);
    assert_eq!(reads(&stage.record(&nina(&stage)), &address), 404);
    assert_eq!(reads(&stage.record(&there), &address), 200);
    let kept = observation("of-kari", "kari", r#","valueString":"z""#);
    now(stage.record(&there).update(resource(&kept), Expected::Any)).unwrap();
    assert_eq!(reads(&stage.record(&nina(&stage)), "Observation/of-kari"), 200, "a change moves nothing");
}

#[test]
fn a_confidential_address_is_not_shown_found_or_sorted_by() {
    let stage = ward();
    let hidden = r#","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"LOCIS"}]},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Storgata</div>"},"address":[{"line":["Storgata 1"],"city":"Lia"}],"telecom":[{"system":"phone","value":"99887766"}]"#;
    stage.put(&[&patient("kari", hidden)]);
    let record = stage.record(&nina(&stage));
    let text = |address: &str, record: &akson_core::Record| {
        let (name, id) = address.split_once('/').unwrap();
        String::from_utf8(now(record.read(of(name), id)).unwrap().text).unwrap()
    };
    for (address, secrets) in [
        ("Patient/kari", vec!["Storgata", "Lia", "99887766"]),
        ("Encounter/stay", vec!["Location/home", "Organization/ward"]),
    ] {
        let shown = text(address, &record);
        assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
        assert!(shown.contains("SUBSETTED") && shown.contains("REDACTED"), "{shown}");
    }
    for pairs in [("address", "Storgata"), ("address-city", "Lia"), ("phone", "99887766"), ("telecom", "99887766")] {
        assert_eq!(finds(&record, "Patient", &[pairs]), Some(Vec::new()), "{pairs:?}");
    }
    assert_eq!(finds(&record, "Patient", &[("address:missing", "true")]), Some(vec!["kari".to_string()]));
    assert_eq!(finds(&record, "Encounter", &[("location", "Location/home")]), Some(Vec::new()));
    assert_eq!(finds(&record, "Location", &[("_has:Encounter:location:status", "in-progress")]), Some(Vec::new()));
    assert_eq!(finds(&record, "Encounter", &[("location.name", "Home")]), Some(Vec::new()));
    let included =
        finds(&record, "Encounter", &[("_include", "Encounter:location"), ("_include", "Encounter:service-provider")]);
    assert_eq!(included, Some(vec!["stay".to_string()]));
    assert_eq!(finds(&record, "Location", &[("_revinclude", "Encounter:location")]), Some(vec!["home".to_string()]));
    assert_eq!(finds(&record, "Patient", &[("_content", "Storgata")]), None);
    assert_eq!(finds(&record, "Patient", &[("_filter", "address eq \"Storgata\"")]), Some(Vec::new()));
    assert_eq!(finds(&record, "Observation", &[("subject:Patient.address", "Storgata")]), Some(Vec::new()));
    assert_eq!(finds(&record, "Patient", &[("_sort", "address-city")]), None);
    let back = now(record.update(resource(&text("Patient/kari", &record)), Expected::Any));
    assert_eq!(status(&back), 422, "a part replaces nothing");
    let test = akson_core::Patch::Json(br#"[{"op":"test","path":"/address/0/city","value":"Lia"}]"#.to_vec());
    assert_eq!(status(&now(record.patch("Patient", "kari", test, Expected::Any))), 403, "a patch tells nothing");
    let finds_way = with_staff(nina(&stage), |staff| staff.codes.push("urn:akson:role|visits-homes".to_string()));
    assert!(text("Patient/kari", &stage.record(&finds_way)).contains("Storgata"));
    let kari = stage.record(&stage.citizen("kari", "1975-05-05"));
    assert!(text("Patient/kari", &kari).contains("Storgata"));
    let past = now(record.history(HistoryOf::Instance("Patient", "kari".into()), &[])).unwrap();
    assert!(past.versions.iter().all(|seen| !String::from_utf8_lossy(&seen.text).contains("Storgata")));
}

#[test]
fn versions_that_were_anothers_are_not_shown() {
    let stage = ward();
    stage.put(&[&observation("moved", "ola", r#","valueString":"of ola""#), &observation("moved", "kari", "")]);
    let nurse = stage.record(&nina(&stage));
    assert_eq!(reads(&nurse, "Observation/moved"), 200);
    assert_eq!(status(&now(nurse.vread("Observation", "moved", 1))), 404);
    let past = now(nurse.history(HistoryOf::Instance("Observation", "moved".into()), &[])).unwrap();
    assert_eq!(past.versions.len(), 1);
}

#[test]
fn what_was_seen_is_gone_when_deleted_and_what_was_not_is_not_there() {
    let stage = ward();
    let operator = stage.core.record(Caller::operator(NOON, "test"));
    for id in ["of-kari", "of-ola"] {
        now(operator.delete("Observation", id, None)).unwrap();
    }
    let nurse = stage.record(&nina(&stage));
    assert_eq!(reads(&nurse, "Observation/of-kari"), 410);
    assert_eq!(reads(&nurse, "Observation/of-ola"), 404);
    assert!(matches!(now(nurse.delete("Observation", "of-ola", None)), Err(Error::NotFound)));
}

#[test]
fn a_system_sees_its_population_less_what_is_blocked_or_confidential() {
    let stage = ward();
    stage.put(&[
        r#"{"resourceType":"Group","id":"pop","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/kari"}}]}"#,
    ]);
    let system = |scopes: &str| stage.record(&stage.system("pop", scopes));
    let all = system("system/*.cruds");
    assert_eq!(reads(&all, "Observation/of-kari"), 200);
    assert_eq!(reads(&all, "Observation/of-ola"), 404);
    assert_eq!(reads(&all, "AuditEvent/x"), 403);
    assert_eq!(reads(&system("system/Patient.rs"), "Observation/of-kari"), 403);
    assert_eq!(reads(&system("user/*.cruds"), "Observation/of-kari"), 403);
    let grow = r#"{"resourceType":"Group","id":"pop","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/kari"}},{"entity":{"reference":"Patient/ola"}}]}"#;
    assert_eq!(status(&now(all.update(resource(grow), Expected::Any))), 403);
    stage.put(&[&block(r#"{"type":"deny"}"#)]);
    assert_eq!(reads(&all, "Observation/of-kari"), 404);
    stage.put(&[&block(r#"{"type":"permit"}"#), &patient("kari", &labelled("LOCIS"))]);
    assert_eq!(reads(&all, "Observation/of-kari"), 404);
}
