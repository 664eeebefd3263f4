//! A caller with a limit: what it does not see is, for it, not there.

use std::collections::HashMap;

use akson_core::expr::Expr;
use akson_core::sight::{Clause, Limits, Scope, Sight};
use akson_core::{Caller, Check, Core, Error, Expected, HistoryOf, Record, SearchOf};

use crate::wait::{core, now, operator, pair, resource};

fn patient(id: &str) -> String {
    format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"Lie"}}],"identifier":[{{"value":"{id}"}}]}}"#)
}

/// Two patients, of whom the caller may see one.
fn stage() -> (Core, Record) {
    let core = core();
    for id in ["mine", "hidden"] {
        now(operator(&core).update(resource(&patient(id)), Expected::Any)).unwrap();
    }
    let only =
        Limits { only: vec![vec![Clause::Where(Expr::Id(vec!["mine".into(), "later".into()]))]], except: Vec::new() };
    let scopes = HashMap::from([("Patient", Scope::Some(only))]);
    let caller = Caller::job("ward-7", core.now()).limited_to(Sight::new(scopes, Scope::Nothing));
    let record = core.record(caller);
    (core, record)
}

/// The refusal in a form that can be compared.
#[track_caller]
fn told<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

fn search(record: &Record, pairs: Vec<(String, String)>) -> Vec<String> {
    let of = SearchOf { type_name: Some("Patient"), compartment: None };
    let found = now(record.search(of, pairs, false)).unwrap();
    found.entries.into_iter().map(|(seen, _)| seen.id).collect()
}

#[test]
fn hidden_and_absent_are_told_alike() {
    let (_core, record) = stage();
    for id in ["hidden", "absent"] {
        assert_eq!(told(now(record.read("Patient", id))), "not found");
        assert_eq!(told(now(record.vread("Patient", id, 1))), "not found");
        assert_eq!(told(now(record.history(HistoryOf::Instance("Patient", id.into()), &[]))), "not found");
        assert_eq!(told(now(record.delete("Patient", id, None))), "not found");
        assert_eq!(told(now(record.delete("Patient", id, Some(7)))), "not found");
        assert_eq!(told(now(record.update(resource(&patient(id)), Expected::Any))), "not found");
        assert_eq!(told(now(record.update(resource(&patient(id)), Expected::Version(9)))), "not found");
        assert_eq!(told(now(record.everything(id, Vec::new()))), "not found");
        assert_eq!(told(now(record.validate("Patient", Some(id), None, Check::default()))), "not found");
        assert!(now(record.delete_matching("Patient", vec![pair("identifier", id)], None)).unwrap().is_none());
    }
}

#[test]
fn an_invalid_body_to_a_hidden_id_tells_nothing() {
    let (_core, record) = stage();
    for id in ["hidden", "absent"] {
        let wrong = format!(r#"{{"resourceType":"Patient","id":"{id}","gender":"x"}}"#);
        assert_eq!(told(now(record.update(resource(&wrong), Expected::Any))), "not found");
    }
}

#[test]
fn visible_by_read_is_found_by_search() {
    let (_core, record) = stage();
    assert_eq!(search(&record, vec![pair("family", "Lie")]), ["mine"]);
    assert_eq!(search(&record, Vec::new()), ["mine"]);
    assert!(now(record.read("Patient", "mine")).is_ok());
}

#[test]
fn deleted_and_hidden_is_not_there() {
    let (core, record) = stage();
    now(operator(&core).delete("Patient", "hidden", None)).unwrap();
    assert_eq!(told(now(record.read("Patient", "hidden"))), "not found");
    assert_eq!(told(now(operator(&core).read("Patient", "hidden"))), "deleted");
}

#[test]
fn a_type_outside_is_denied_whatever_is_there() {
    let (_core, record) = stage();
    let of = SearchOf { type_name: Some("Observation"), compartment: None };
    assert!(matches!(now(record.search(of, Vec::new(), false)), Err(Error::Denied(_))));
    assert!(matches!(now(record.read("Observation", "x")), Err(Error::Denied(_))));
    let of = SearchOf { type_name: Some("Patient"), compartment: None };
    let chain = vec![pair("_has:Observation:patient:code", "x")];
    assert!(matches!(now(record.search(of, chain, false)), Err(Error::Denied(_))));
    assert!(matches!(now(record.history(HistoryOf::System, &[])), Err(Error::Denied(_))));
    assert!(matches!(now(record.history(HistoryOf::Type("Patient"), &[])), Err(Error::Denied(_))));
}

#[test]
fn everything_is_all_that_may_be_seen() {
    let core = core();
    now(operator(&core).update(resource(&patient("mine")), Expected::Any)).unwrap();
    for (id, kind) in [("o", "Observation"), ("c", "Condition")] {
        let text =
            r#"{"resourceType":"KIND","id":"ID","code":{"text":"x"},"subject":{"reference":"Patient/mine"}EXTRA}"#;
        let extra = if kind == "Observation" { r#","status":"final""# } else { "" };
        let text = text.replace("KIND", kind).replace("ID", id).replace("EXTRA", extra);
        now(operator(&core).update(resource(&text), Expected::Any)).unwrap();
    }
    let scopes = HashMap::from([("Patient", Scope::Everything), ("Observation", Scope::Everything)]);
    let record = core.record(Caller::job("ward-7", core.now()).limited_to(Sight::new(scopes, Scope::Nothing)));
    let asked = |pairs| now(record.everything("mine", pairs));
    let found: Vec<String> = asked(Vec::new()).unwrap().entries.into_iter().map(|(seen, _)| seen.id).collect();
    assert_eq!(found, ["mine", "o"]);
    let told = asked(vec![pair("_type", "Condition")]).unwrap_err();
    assert!(matches!(told, Error::Denied(_)), "{told}");
}

#[test]
fn a_result_outside_is_undone() {
    let (core, record) = stage();
    // A new resource gets an id of its own, which this caller does not see.
    let created = now(record.create(resource(&patient("x")), None));
    assert!(matches!(created, Err(Error::Denied(_))), "{created:?}");
    assert_eq!(core.verify().unwrap().resources, 2);
    assert!(now(record.update(resource(&patient("mine")), Expected::Any)).is_ok());
}

#[test]
fn conditions_match_only_what_is_seen() {
    let (core, record) = stage();
    // Two match by name, but this caller sees one of them: that one is the answer.
    let existing = now(record.create(resource(&patient("x")), Some(vec![pair("family", "Lie")]))).unwrap();
    assert_eq!(existing.seen.id, "mine");
    let both = now(operator(&core).create(resource(&patient("x")), Some(vec![pair("family", "Lie")])));
    assert!(matches!(both, Err(Error::Precondition(_))));
}

#[test]
fn keys_of_different_callers_do_not_meet() {
    let (core, _) = stage();
    let with_key = |name: &str| core.record(Caller::job(name, core.now()).once("k"));
    let first = now(with_key("a").create(resource(&patient("x")), None)).unwrap();
    let again = now(with_key("a").create(resource(&patient("x")), None)).unwrap();
    let other = now(with_key("b").create(resource(&patient("x")), None)).unwrap();
    assert_eq!(first.seen.id, again.seen.id);
    assert_ne!(first.seen.id, other.seen.id);
    assert!(matches!(now(with_key("a").create(resource(&patient("y")), None)), Err(Error::Invalid(_))));
}

#[test]
fn a_search_parameter_of_the_record_is_used() {
    let core = core();
    let parameter = r#"{"resourceType":"SearchParameter","id":"nick","url":"http://x/nick","name":"nick","status":"active","description":"d","code":"nickname","base":["Patient"],"type":"string","expression":"Patient.name.where(use='nickname').given"}"#;
    let named = r#"{"resourceType":"Patient","id":"a","name":[{"use":"nickname","given":["Bo"]}]}"#;
    now(operator(&core).update(resource(named), Expected::Any)).unwrap();
    now(operator(&core).update(resource(parameter), Expected::Any)).unwrap();
    let of = || SearchOf { type_name: Some("Patient"), compartment: None };
    let mut found = Err(Error::NotFound);
    for _ in 0..500 {
        found = now(operator(&core).search(of(), vec![pair("nickname", "bo")], false));
        if found.is_ok() {
            break;
        }
        std::thread::yield_now();
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
    assert_eq!(found.unwrap().entries.len(), 1);
    now(operator(&core).delete("SearchParameter", "nick", None)).unwrap();
}

#[test]
fn a_profile_of_the_record_is_kept() {
    let core = core();
    let claim = r#"{"resourceType":"Patient","id":"a","meta":{"profile":["http://x/strict"]}}"#;
    let profile = r#"{"resourceType":"StructureDefinition","id":"strict","url":"http://x/strict","name":"Strict","status":"active","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient","path":"Patient"},{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}]}}"#;
    now(operator(&core).update(resource(claim), Expected::Any)).unwrap();
    now(operator(&core).update(resource(profile), Expected::Any)).unwrap();
    let refused = now(operator(&core).update(resource(claim), Expected::Any));
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    now(operator(&core).delete("StructureDefinition", "strict", None)).unwrap();
    now(operator(&core).update(resource(claim), Expected::Any)).unwrap();
}

#[test]
fn writes_by_condition_and_in_bundles_tell_hidden_and_absent_alike() {
    let (_core, record) = stage();
    for id in ["hidden", "absent"] {
        let criteria = vec![pair("identifier", "nobody")];
        assert_eq!(told(now(record.update_matching(resource(&patient(id)), criteria, Expected::Any))), "not found");
        let delete = format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"request":{{"method":"DELETE","url":"Patient/{id}"}}}}]}}"#
        );
        assert_eq!(told(now(record.transact(&resource(&delete), ""))), "not found");
        let check = Check { mode: Some("update".to_string()), profile: None };
        let issues = now(record.validate("Patient", Some(id), Some(resource(&patient(id))), check)).unwrap();
        assert!(issues.iter().any(|issue| issue.code == "not-found"), "{issues:?}");
    }
}
