//! Every way through the door leaves a line, also when nobody gets through.

use std::collections::HashMap;

use akson_core::sight::{Scope, Sight};
use akson_core::{Caller, Check, Core, Expected, HistoryOf, MetaChange, Patch, Record, SearchOf};

use crate::wait::{core, now, operator, pair, resource};

const PATIENT: &str = r#"{"resourceType":"Patient","id":"a","name":[{"family":"Lie"}]}"#;

type Way = (&'static str, fn(&Record));

fn of_type() -> SearchOf {
    SearchOf { type_name: Some("Patient"), compartment: None }
}

fn patch() -> Patch {
    Patch::Json(br#"[{"op":"add","path":"/active","value":true}]"#.to_vec())
}

fn bundle(kind: &str) -> String {
    format!(
        r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{{"resource":{PATIENT},"request":{{"method":"PUT","url":"Patient/a"}}}}]}}"#
    )
}

/// Every method of the door that shows or changes something.
const WAYS: &[Way] = &[
    ("create", |record| drop(now(record.create(resource(PATIENT), None)))),
    ("read", |record| drop(now(record.read("Patient", "a")))),
    ("vread", |record| drop(now(record.vread("Patient", "a", 1)))),
    ("update", |record| drop(now(record.update(resource(PATIENT), Expected::Any)))),
    ("update_matching", |record| {
        drop(now(record.update_matching(resource(PATIENT), vec![pair("family", "Lie")], Expected::Any)));
    }),
    ("patch", |record| drop(now(record.patch("Patient", "a", patch(), Expected::Any)))),
    ("patch_matching", |record| {
        drop(now(record.patch_matching("Patient", vec![pair("family", "Lie")], patch(), Expected::Any)));
    }),
    ("delete", |record| drop(now(record.delete("Patient", "a", None)))),
    ("delete_matching", |record| drop(now(record.delete_matching("Patient", vec![pair("family", "Lie")], None)))),
    ("history", |record| drop(now(record.history(HistoryOf::Instance("Patient", "a".into()), &[])))),
    ("search", |record| drop(now(record.search(of_type(), Vec::new(), false)))),
    ("everything", |record| drop(now(record.everything("a", Vec::new())))),
    ("lastn", |record| drop(now(record.lastn(vec![pair("patient", "a")], false)))),
    ("export", |record| drop(now(record.export("Patient", None)))),
    ("meta", |record| drop(now(record.meta("Patient", "a")))),
    ("meta_of", |record| drop(now(record.meta_of(Some("Patient"))))),
    ("change_meta", |record| {
        drop(now(record.change_meta("Patient", "a", r#"{"tag":[{"code":"x"}]}"#, MetaChange::Add)));
    }),
    ("validate", |record| drop(now(record.validate("Patient", Some("a"), None, Check::default())))),
    ("batch", |record| drop(now(record.transact(&resource(&bundle("batch")), "")))),
    ("transaction", |record| drop(now(record.transact(&resource(&bundle("transaction")), "")))),
];

fn lines(core: &Core) -> u64 {
    let report = core.verify().unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    report.audit_lines
}

#[test]
fn every_way_leaves_a_line() {
    for (name, way) in WAYS {
        let core = core();
        way(&operator(&core));
        assert!(lines(&core) > 0, "{name} with nothing there");
        now(operator(&core).update(resource(PATIENT), Expected::Any)).unwrap();
        let before = lines(&core);
        way(&operator(&core));
        assert!(lines(&core) > before, "{name}");
    }
}

#[test]
fn every_refusal_leaves_a_line_and_changes_nothing() {
    for (name, way) in WAYS {
        let core = core();
        now(operator(&core).update(resource(PATIENT), Expected::Any)).unwrap();
        let nothing = Sight::new(HashMap::new(), Scope::Nothing);
        let before = (lines(&core), core.verify().unwrap());
        way(&core.record(Caller::job("ward-7", core.now()).limited_to(nothing)));
        let after = core.verify().unwrap();
        assert!(after.audit_lines > before.0, "{name}");
        assert_eq!((after.resources, after.versions), (before.1.resources, before.1.versions), "{name}");
    }
}

#[test]
fn who_has_stopped_waiting_is_refused_with_a_line_and_changes_nothing() {
    // What takes no time to look up is done in any case.
    for (name, way) in WAYS.iter().filter(|(name, _)| !matches!(*name, "create" | "delete" | "batch")) {
        let core = core();
        now(operator(&core).update(resource(PATIENT), Expected::Any)).unwrap();
        let before = core.verify().unwrap();
        way(&core.record(Caller::operator(core.now(), "test").until(core.now() - 1)));
        let after = core.verify().unwrap();
        assert!(after.audit_lines > before.audit_lines, "{name}");
        assert_eq!((after.resources, after.versions), (before.resources, before.versions), "{name}");
    }
    let core = core();
    let late = core.record(Caller::operator(core.now(), "test").until(core.now() - 1));
    let told = now(late.search(of_type(), Vec::new(), false)).unwrap_err().to_string();
    assert_eq!(told, "unavailable: the request took too long; ask for less at a time");
    let told = now(late.create(resource(PATIENT), Some(vec![pair("family", "Lie")]))).unwrap_err().to_string();
    assert!(told.contains("too long"), "{told}");
    let told = now(late.delete_matching("Patient", vec![pair("family", "Lie")], None)).unwrap_err().to_string();
    assert!(told.contains("too long"), "{told}");
    let early = core.record(Caller::operator(core.now(), "test").until(core.now() + 600_000_000));
    now(early.search(of_type(), Vec::new(), false)).unwrap();
}

#[test]
fn what_refers_to_itself_is_indexed_as_it_stands() {
    let core = core();
    let text = r#"{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"partOf":{"reference":"Encounter/e"}}"#;
    now(operator(&core).update(resource(text), Expected::Any)).unwrap();
    now(operator(&core).update(resource(PATIENT), Expected::Any)).unwrap();
    now(operator(&core).update(resource(&text.replace("Patient/a", "Patient/b")), Expected::Any)).unwrap();
    assert!(lines(&core) > 0);
}

fn text_of_create() -> &'static str {
    r#"{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"1"}]}"#
}

#[test]
fn an_answer_told_again_leaves_a_line() {
    let core = core();
    let again: &[Way] = &[
        ("create", |record| drop(now(record.create(resource(text_of_create()), None)).unwrap())),
        ("update", |record| drop(now(record.update(resource(PATIENT), Expected::Any)).unwrap())),
        ("patch", |record| drop(now(record.patch("Patient", "a", patch(), Expected::Any)).unwrap())),
        ("transaction", |record| drop(now(record.transact(&resource(&bundle("transaction")), "")).unwrap())),
        ("update_matching", |record| {
            let criteria = vec![pair("identifier", "urn:x|1")];
            drop(now(record.update_matching(resource(text_of_create()), criteria, Expected::Any)).unwrap());
        }),
    ];
    for (name, way) in again {
        let keyed = || core.record(Caller::operator(core.now(), "r").once(name));
        way(&keyed());
        let before = (lines(&core), core.verify().unwrap().versions);
        way(&keyed());
        assert_eq!(core.verify().unwrap().versions, before.1, "{name}");
        assert!(lines(&core) > before.0, "{name}");
    }
}

#[test]
fn an_answer_is_told_again_only_to_who_may_still_see_it() {
    let core = core();
    let link = || Caller::job("ward-7", core.now()).once("k");
    now(core.record(link()).update(resource(PATIENT), Expected::Any)).unwrap();
    let nothing = Sight::new(HashMap::new(), Scope::Nothing);
    assert!(now(core.record(link().limited_to(nothing)).update(resource(PATIENT), Expected::Any)).is_err());
}

#[test]
fn a_patch_with_a_key_is_done_once() {
    let core = core();
    now(operator(&core).update(resource(PATIENT), Expected::Any)).unwrap();
    let add = || Patch::Json(br#"[{"op":"add","path":"/name/-","value":{"family":"Dal"}}]"#.to_vec());
    for _ in 0..2 {
        let record = core.record(Caller::operator(core.now(), "r").once("k"));
        assert_eq!(now(record.patch("Patient", "a", add(), Expected::Any)).unwrap().seen.version, 2);
    }
}

#[test]
fn a_reference_by_condition_leaves_a_line_about_its_target() {
    let core = core();
    now(operator(&core).update(resource(PATIENT), Expected::Any)).unwrap();
    let bundle = |subject: &str| {
        resource(&format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},"subject":{{"reference":"{subject}"}}}},"request":{{"method":"POST","url":"Observation"}}}}]}}"#
        ))
    };
    let mut added = Vec::new();
    for subject in ["Patient/a", "Patient?family=Lie"] {
        let before = lines(&core);
        now(operator(&core).transact(&bundle(subject), "")).unwrap();
        added.push(lines(&core) - before);
    }
    assert_eq!(added[1], added[0] + 1);
}
