//! People at work: what their work has to do with, and what not.

use akson_core::{Duty, HistoryOf, SearchOf};

use crate::stage::*;
use crate::wait::now;

fn town() -> Stage {
    let stage = Stage::new();
    stage.put(&[
        &patient("kari", ""),
        &observation("of-kari", "kari", ""),
        r#"{"resourceType":"Organization","id":"ward","name":"Ward"}"#,
        r#"{"resourceType":"Practitioner","id":"nina","name":[{"family":"Dal"}]}"#,
    ]);
    stage
}

#[test]
fn without_a_care_relation_nobody_is_there() {
    let stage = town();
    for duty in [Duty::Nurse, Duty::Doctor, Duty::ListDoctor, Duty::Emergency, Duty::Psychologist, Duty::Student] {
        let record = stage.record(&stage.staff("nina", duty, &["Organization/ward"]));
        assert_eq!(reads(&record, "Patient/kari"), 404, "{duty:?}");
        assert_eq!(reads(&record, "Observation/of-kari"), 404, "{duty:?}");
        assert_eq!(finds(&record, "Patient", &[]), Some(Vec::new()), "{duty:?}");
        assert_eq!(reads(&record, "Organization/ward"), 200, "{duty:?}");
    }
}

#[test]
fn who_has_nothing_to_do_with_records_is_told_so_whatever_is_there() {
    let stage = town();
    for duty in [Duty::Leader, Duty::PrivacyOfficer, Duty::Administrator] {
        let record = stage.record(&stage.staff("nina", duty, &["Organization/ward"]));
        for address in ["Patient/kari", "Patient/none", "Observation/of-kari"] {
            assert_eq!(reads(&record, address), 403, "{duty:?} {address}");
        }
        assert_eq!(finds(&record, "Patient", &[]), None, "{duty:?}");
        assert_eq!(finds(&record, "Organization", &[]), Some(vec!["ward".to_string()]), "{duty:?}");
    }
}

#[test]
fn histories_of_all_are_for_who_sees_all() {
    let stage = town();
    let record = stage.record(&stage.staff("nina", Duty::Doctor, &[]));
    assert_eq!(status(&now(record.history(HistoryOf::System, &[]))), 403);
    assert_eq!(status(&now(record.history(HistoryOf::Type("Patient"), &[]))), 403);
    assert_eq!(status(&now(record.history(HistoryOf::Instance("Patient", "kari".into()), &[]))), 404);
    let of = SearchOf { type_name: None, compartment: None };
    assert!(
        now(record.search(of, vec![("_type".into(), "Patient".into())], false)).is_ok_and(|f| f.entries.is_empty())
    );
}
