//! The side channels of `docs/side-channels.md`, by their numbers: what is hidden is told by none of them.
//!
//! Those of faces that are not there yet (exports as jobs, subscriptions, pages) are listed there with the reason.

use akson_core::{Caller, Duty, Expected, HistoryOf, Record};

use crate::care::{nina, ward};
use crate::stage::*;
use crate::wait::{now, resource};

fn nurse(stage: &Stage) -> Record {
    stage.record(&nina(stage))
}

fn none() -> Option<Vec<String>> {
    Some(Vec::new())
}

#[test]
fn c3_01_include_of_another_patient() {
    let stage = ward();
    stage.put(&[&observation("linked", "kari", r#","derivedFrom":[{"reference":"Observation/of-ola"}]"#)]);
    let asked = [("_id", "linked"), ("_include", "Observation:derived-from")];
    assert_eq!(finds(&nurse(&stage), "Observation", &asked), Some(vec!["linked".to_string()]));
}

#[test]
fn c3_02_revinclude_through_a_list_of_several() {
    let stage = ward();
    stage.put(&[
        r#"{"resourceType":"Group","id":"both","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/kari"}},{"entity":{"reference":"Patient/ola"}}]}"#,
    ]);
    let asked = [("_id", "kari"), ("_revinclude", "Group:member")];
    assert_eq!(finds(&nurse(&stage), "Patient", &asked), Some(vec!["kari".to_string()]));
}

#[test]
fn c3_03_wildcard_and_iterated_includes() {
    let stage = ward();
    stage.put(&[&observation("linked", "kari", r#","derivedFrom":[{"reference":"Observation/of-ola"}]"#)]);
    let asked = [("_id", "linked"), ("_include", "*"), ("_include:iterate", "Observation:subject")];
    assert_eq!(finds(&nurse(&stage), "Observation", &asked), Some(vec!["kari".to_string(), "linked".to_string()]));
}

#[test]
fn c3_04_reverse_chain_over_hidden_rows() {
    let stage = ward();
    let record = nurse(&stage);
    assert_eq!(finds(&record, "Patient", &[("_has:Observation:subject:status", "final")]), Some(vec!["kari".into()]));
    let leader = stage.record(&stage.staff("gro", Duty::Leader, &[]));
    assert_eq!(finds(&leader, "Organization", &[("_has:Encounter:service-provider:status", "in-progress")]), None);
}

#[test]
fn c3_05_chain_through_a_hidden_patient() {
    let stage = ward();
    assert_eq!(finds(&nurse(&stage), "Observation", &[("subject:Patient.given", "ola")]), none());
}

#[test]
fn c3_06_a_focus_is_no_compartment() {
    let stage = ward();
    stage.put(&[&observation("about", "ola", r#","focus":[{"reference":"Patient/kari"}]"#)]);
    assert_eq!(reads(&nurse(&stage), "Observation/about"), 404);
    assert_eq!(finds(&nurse(&stage), "Observation", &[("focus", "Patient/kari")]), none());
}

#[test]
fn c3_07_totals_count_what_is_seen() {
    let stage = ward();
    let of = akson_core::SearchOf { type_name: Some("Observation"), compartment: None };
    for total in [("_total", "accurate"), ("_total", "estimate"), ("_summary", "count")] {
        let asked = vec![(total.0.to_string(), total.1.to_string())];
        let found = now(nurse(&stage).search(of.clone(), asked, false)).unwrap();
        assert_eq!(found.total, Some(1), "{total:?}");
    }
}

#[test]
fn c3_08_negation_is_over_what_is_seen() {
    let stage = ward();
    let record = nurse(&stage);
    for asked in [("status:not", "amended"), ("value-string:missing", "true"), ("category:missing", "true")] {
        assert_eq!(finds(&record, "Observation", &[asked]), Some(vec!["of-kari".to_string()]), "{asked:?}");
    }
}

#[test]
fn c3_09_order_tells_nothing_of_what_is_hidden() {
    let stage = ward();
    for sort in ["_lastUpdated", "-_lastUpdated", "date", "_id"] {
        let found = finds(&nurse(&stage), "Observation", &[("_sort", sort)]);
        assert_eq!(found, Some(vec!["of-kari".to_string()]), "{sort}");
    }
}

#[test]
fn c3_10_words_and_filters() {
    let stage = ward();
    let record = nurse(&stage);
    assert_eq!(finds(&record, "Observation", &[("_filter", "status eq final")]), Some(vec!["of-kari".to_string()]));
    assert_eq!(finds(&record, "Observation", &[("_content", "x")]), Some(vec!["of-kari".to_string()]));
}

#[test]
fn c3_11_times_of_changes() {
    let stage = ward();
    let past = [("_lastUpdated", "ge2000-01-01")];
    assert_eq!(finds(&nurse(&stage), "Observation", &past), Some(vec!["of-kari".to_string()]));
}

#[test]
fn c3_12_a_page_is_its_callers_own() {
    let stage = ward();
    stage.put(&[&observation("second", "kari", "")]);
    let of = || akson_core::SearchOf { type_name: Some("Observation"), compartment: None };
    let one = vec![("_count".to_string(), "1".to_string())];
    let next = now(nurse(&stage).search(of(), one.clone(), false)).unwrap().next.unwrap();
    let asked = [one, vec![("_page".to_string(), next)]].concat();
    assert!(now(nurse(&stage).search(of(), asked.clone(), false)).is_ok());
    let other = stage.record(&stage.staff("gro", Duty::Nurse, &["Organization/ward"]));
    assert_eq!(status(&now(other.search(of(), asked, false))), 400);
}

#[test]
fn c3_15_histories_of_all() {
    let stage = ward();
    assert_eq!(status(&now(nurse(&stage).history(HistoryOf::Type("Observation"), &[]))), 403);
    assert_eq!(status(&now(nurse(&stage).history(HistoryOf::System, &[]))), 403);
}

#[test]
fn c3_16_deleted_and_hidden_is_not_there() {
    let stage = ward();
    now(stage.core.record(Caller::operator(NOON, "x")).delete("Observation", "of-ola", None)).unwrap();
    assert_eq!(reads(&nurse(&stage), "Observation/of-ola"), 404);
}

#[test]
fn c3_17_conditions_count_what_is_seen() {
    let stage = ward();
    let body = || resource(&observation("x", "kari", ""));
    let criteria = vec![("status".to_string(), "final".to_string())];
    let found = now(nurse(&stage).create(body(), Some(criteria.clone()))).unwrap();
    assert_eq!(found.seen.id, "of-kari", "one matches for her, three for the operator");
    let operator = stage.core.record(Caller::operator(NOON, "x"));
    assert_eq!(status(&now(operator.create(body(), Some(criteria)))), 412);
}

#[test]
fn c3_18_an_id_that_is_taken_unseen() {
    let stage = ward();
    for id in ["of-ola", "free"] {
        let put = now(nurse(&stage).update(resource(&observation(id, "kari", "")), Expected::Any));
        assert_eq!(status(&put), 404, "{id}");
    }
}

#[test]
fn c3_19_everything_is_what_a_search_shows() {
    let stage = ward();
    let found = now(nurse(&stage).everything("kari", Vec::new())).unwrap();
    assert!(found.entries.iter().all(|(seen, _)| !seen.id.contains("ola") && seen.id != "private"));
    assert_eq!(status(&now(nurse(&stage).everything("ola", Vec::new()))), 404);
}

#[test]
fn c3_28_a_part_of_a_resource_shows_no_more_than_the_whole() {
    let stage = ward();
    let record = nurse(&stage);
    for asked in [("_elements", "value"), ("_summary", "true"), ("_security", "PSY"), ("_tag", "x")] {
        let found = finds(&record, "Observation", &[asked]).unwrap();
        assert!(!found.contains(&"private".to_string()), "{asked:?}");
    }
}

#[test]
fn c3_29_raw_content_by_its_address() {
    let stage = ward();
    stage.put(&[r#"{"resourceType":"Binary","id":"raw","contentType":"text/plain","data":"eA=="}"#]);
    assert_eq!(reads(&nurse(&stage), "Binary/raw"), 404);
    let kari = stage.record(&stage.citizen("kari", "1970-01-01"));
    assert_eq!(reads(&kari, "Binary/raw"), 404);
    let document = |of: &str| {
        format!(
            r#"{{"resourceType":"DocumentReference","id":"d-{of}","status":"current","subject":{{"reference":"Patient/{of}"}},"content":[{{"attachment":{{"url":"Binary/raw"}}}}]}}"#
        )
    };
    stage.put(&[&document("ola")]);
    assert_eq!(reads(&kari, "Binary/raw"), 404);
    stage.put(&[&document("kari")]);
    assert_eq!(reads(&kari, "Binary/raw"), 200);
    assert_eq!(reads(&nurse(&stage), "Binary/raw"), 200);
    assert_eq!(finds(&kari, "Binary", &[]), none());
}

#[test]
fn c3_30_what_several_patients_share() {
    let stage = ward();
    stage.put(&[
        r#"{"resourceType":"Group","id":"both","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/kari"}},{"entity":{"reference":"Patient/ola"}}]}"#,
        r#"{"resourceType":"Task","id":"of-ola","status":"requested","intent":"order","for":{"reference":"Patient/ola"}}"#,
    ]);
    assert_eq!(reads(&nurse(&stage), "Group/both"), 404);
    assert_eq!(reads(&nurse(&stage), "Task/of-ola"), 404);
}

#[test]
fn c3_34_and_38_a_wrong_body_to_a_hidden_id() {
    let stage = ward();
    for id in ["of-ola", "none"] {
        let wrong = resource(&format!(r#"{{"resourceType":"Observation","id":"{id}","status":"never"}}"#));
        let told = now(nurse(&stage).update(wrong, Expected::Version(7))).unwrap_err().to_string();
        assert_eq!(told, "not found", "{id}");
    }
}

#[test]
fn c3_36_a_link_between_patients_opens_neither() {
    let stage = ward();
    stage.put(&[&patient("kari", r#","link":[{"other":{"reference":"Patient/ola"},"type":"seealso"}]"#)]);
    assert_eq!(reads(&nurse(&stage), "Patient/ola"), 404);
    let asked = [("_id", "kari"), ("_include", "Patient:link")];
    assert_eq!(finds(&nurse(&stage), "Patient", &asked), Some(vec!["kari".to_string()]));
}

#[test]
fn rights_taken_away_and_blocks_added_never_add_a_row() {
    let stage = ward();
    let all = |who: &Caller| -> Vec<String> {
        let record = stage.record(who);
        ["Patient", "Observation", "Encounter"]
            .iter()
            .flat_map(|name| finds(&record, name, &[]).unwrap_or_default())
            .collect()
    };
    let who = nina(&stage);
    let before = all(&who);
    let fewer = [
        with_staff(who.clone(), |staff| staff.keys = [].into()),
        with_staff(who.clone(), |staff| staff.controllers = [].into()),
        with_staff(who.clone(), |staff| staff.until = NOON),
        who.clone().through(app("user/Observation.rs", None)),
        who.clone().through(app("", None)),
    ];
    for less in &fewer {
        assert!(all(less).iter().all(|id| before.contains(id)));
        assert!(all(less).len() < before.len());
    }
    stage.put(&[&crate::care::block(
        r#"{"type":"deny","class":[{"system":"http://hl7.org/fhir/resource-types","code":"Observation"}]}"#,
    )]);
    assert!(all(&who).iter().all(|id| before.contains(id)));
    assert!(!all(&who).contains(&"of-kari".to_string()));
}

#[test]
fn two_records_that_differ_in_what_is_hidden_answer_alike() {
    let (one, other) = (ward(), ward());
    other.put(&[
        &patient("per", ""),
        &observation("of-per", "per", ""),
        &observation("of-ola", "ola", r#","valueString":"changed""#),
    ]);
    now(other.core.record(Caller::operator(NOON, "x")).delete("Observation", "private", None)).unwrap();
    let answers = |stage: &Stage| {
        let record = nurse(stage);
        let mut told = Vec::new();
        for id in ["kari", "ola", "per", "of-kari", "of-ola", "of-per", "private", "none"] {
            for name in ["Patient", "Observation"] {
                told.push(reads(&record, &format!("{name}/{id}")).to_string());
                told.push(status(&now(record.history(HistoryOf::Instance(of(name), id.into()), &[]))).to_string());
                told.push(status(&now(record.delete(of(name), id, Some(77)))).to_string());
            }
        }
        for (name, pairs) in [
            ("Patient", vec![("_total", "accurate")]),
            ("Patient", vec![("name", "Lie"), ("_sort", "given")]),
            ("Patient", vec![("_has:Observation:subject:status", "final")]),
            ("Observation", vec![("status:not", "amended"), ("_include", "*")]),
            ("Observation", vec![("subject:Patient.name", "Lie"), ("_revinclude", "*:*")]),
            ("Encounter", vec![("_include", "Encounter:subject"), ("_revinclude:iterate", "Observation:subject")]),
        ] {
            told.push(format!("{:?}", finds(&record, name, &pairs)));
        }
        told
    };
    assert_eq!(answers(&one), answers(&other));
}
