//! Inhabitants: their own record, their children's, and whom they stand for.

use akson_core::{Caller, Expected, Representation, Responsibility};

use crate::stage::*;
use crate::wait::{now, resource};

fn town() -> Stage {
    let stage = Stage::new();
    stage.put(&[
        &patient("kari", ""),
        &patient("ola", ""),
        &patient("per", ""),
        &observation("of-kari", "kari", ""),
        &observation("withheld", "kari", &labelled("NOPAT")),
        &observation("of-ola", "ola", ""),
        &observation("of-per", "per", ""),
        &observation("secret", "per", &labelled("ADOL")),
        r#"{"resourceType":"Immunization","id":"shot","status":"completed","vaccineCode":{"text":"x"},"occurrenceString":"x","patient":{"reference":"Patient/per"}}"#,
        r#"{"resourceType":"Group","id":"both","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/kari"}},{"entity":{"reference":"Patient/ola"}}]}"#,
        r#"{"resourceType":"Practitioner","id":"berit","name":[{"family":"Dal"}],"identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"13116900216"}],"birthDate":"1969-11-13"}"#,
    ]);
    stage
}

#[test]
fn an_inhabitant_sees_their_own_record_and_no_other() {
    let stage = town();
    let kari = stage.record(&stage.citizen("kari", "1975-05-05"));
    assert_eq!(reads(&kari, "Patient/kari"), 200);
    assert_eq!(reads(&kari, "Observation/of-kari"), 200);
    for hidden in ["Patient/ola", "Observation/of-ola", "Observation/none", "Observation/withheld", "Group/both"] {
        assert_eq!(reads(&kari, hidden), 404, "{hidden}");
    }
    assert_eq!(finds(&kari, "Observation", &[]), Some(vec!["of-kari".to_string()]));
    assert_eq!(finds(&kari, "Patient", &[("_has:Observation:subject:status", "final")]), Some(vec!["kari".into()]));
}

#[test]
fn an_inhabitant_writes_messages_and_blocks_and_nothing_clinical() {
    let stage = town();
    let kari = stage.record(&stage.citizen("kari", "1975-05-05"));
    let message = |of: &str| {
        resource(&format!(
            r#"{{"resourceType":"Communication","status":"in-progress","subject":{{"reference":"Patient/{of}"}}}}"#
        ))
    };
    assert_eq!(status(&now(kari.create(message("kari"), None))), 200);
    assert_eq!(status(&now(kari.create(message("ola"), None))), 403);
    assert_eq!(status(&now(kari.update(resource(&observation("of-kari", "kari", "")), Expected::Any))), 403);
    assert_eq!(status(&now(kari.delete("Observation", "of-kari", None))), 403);
}

#[test]
fn a_sign_in_of_a_low_level_opens_no_record() {
    let stage = town();
    let low = with_citizen(stage.citizen("kari", "1975-05-05"), |citizen| citizen.level = 3);
    assert_eq!(reads(&stage.record(&low), "Patient/kari"), 403);
    assert_eq!(reads(&stage.record(&low), "Practitioner/berit"), 200);
}

#[test]
fn numbers_of_staff_are_not_shown_and_not_found() {
    let stage = town();
    let kari = stage.record(&stage.citizen("kari", "1975-05-05"));
    let seen = now(kari.read("Practitioner", "berit")).unwrap();
    let text = String::from_utf8(seen.text).unwrap();
    assert!(text.contains("Dal") && !text.contains("13116900216") && !text.contains("1969"), "{text}");
    assert_eq!(finds(&kari, "Practitioner", &[("identifier", "13116900216")]), Some(Vec::new()));
    assert_eq!(finds(&kari, "Practitioner", &[("family", "Dal")]), Some(vec!["berit".to_string()]));
    assert_eq!(
        finds(&kari, "Practitioner", &[("identifier:missing", "true")]),
        Some(vec!["berit".to_string()]),
        "as if it were not there"
    );
}

#[track_caller]
fn check(stage: &Stage, who: &Caller, expected: [u16; 4]) {
    let record = stage.record(who);
    let found = ["Patient/per", "Observation/of-per", "Immunization/shot", "Observation/secret"]
        .map(|address| reads(&record, address));
    assert_eq!(found, expected);
}

/// The moment at which per, born on this day, becomes so old.
fn birthday(years: i64) -> i64 {
    // Born on 15 July: midnight in Oslo is 22:00 in Greenwich the day before.
    let at = format!("{}-07-14T22:00:00Z", 2010 + years);
    at.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

#[test]
fn parents_rights_end_at_midnight_of_a_birthday() {
    let stage = town();
    let parent = stage.parent("kari", "per", "2010-07-15");
    for (moment, expected) in [
        (birthday(12) - 1, [200, 200, 200, 404]),
        (birthday(12), [200, 404, 200, 404]),
        (birthday(16) - 1, [200, 404, 200, 404]),
        (birthday(16), [404, 404, 404, 404]),
        (birthday(18), [404, 404, 404, 404]),
    ] {
        let other = at(&parent, moment);
        let other = with_citizen(other, |citizen| {
            if let Some(child) = &mut citizen.on_behalf {
                (child.from, child.until) = (0, i64::MAX);
            }
        });
        check(&stage, &other, expected);
    }
}

#[test]
fn parents_see_nothing_where_none_lives_with_the_child_unless_a_judgement_says_so() {
    let stage = town();
    let by = |responsibility| stage.behalf("kari", "per", "2020-01-01", Representation::Parent(responsibility));
    check(&stage, &by(Responsibility::AtHome), [200, 200, 200, 404]);
    check(&stage, &by(Responsibility::Apart), [404; 4]);
    check(&stage, &by(Responsibility::Documented), [200, 200, 200, 404]);
    let hidden = with_citizen(by(Responsibility::AtHome), |citizen| citizen.hidden = true);
    check(&stage, &hidden, [404; 4]);
    let hidden = with_citizen(by(Responsibility::AtHome), |citizen| {
        citizen.on_behalf.as_mut().unwrap().hidden = true;
    });
    check(&stage, &hidden, [404; 4]);
    let unknown = stage.parent("kari", "per", "");
    check(&stage, &unknown, [404; 4]);
}

#[test]
fn who_represents_somebody_does_not_see_their_own_record_in_the_same_breath() {
    let stage = town();
    let parent = stage.record(&stage.parent("kari", "per", "2020-01-01"));
    assert_eq!(reads(&parent, "Observation/of-kari"), 404);
}

#[test]
fn the_young_see_some_of_their_own() {
    let stage = town();
    let of = |born: &str, agreed: bool| with_citizen(stage.citizen("per", born), |citizen| citizen.agreed = agreed);
    check(&stage, &of("2015-07-16", true), [404; 4]);
    check(&stage, &of("2014-07-15", true), [200, 404, 404, 404]);
    check(&stage, &of("2013-07-15", false), [200, 404, 404, 404]);
    check(&stage, &of("2013-07-15", true), [200, 404, 200, 404]);
    check(&stage, &of("2010-07-16", true), [200, 404, 200, 404]);
    check(&stage, &of("2010-07-15", false), [200, 200, 200, 200]);
}

#[test]
fn a_mandate_covers_its_areas_between_its_dates() {
    let stage = town();
    let areas = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let guardian = |list: &[&str]| stage.behalf("kari", "per", "1950-01-01", Representation::Guardian(areas(list)));
    check(&stage, &guardian(&["record"]), [200, 200, 404, 200]);
    check(&stage, &guardian(&["medicines"]), [200, 404, 200, 404]);
    check(&stage, &guardian(&["contact"]), [200, 404, 404, 404]);
    check(&stage, &guardian(&[]), [404; 4]);
    check(&stage, &at(&guardian(&["record"]), NOON + 1000 * HOUR - 1), [200, 200, 404, 200]);
    check(&stage, &at(&guardian(&["record"]), NOON + 1000 * HOUR), [404; 4]);
    let proxy = |born: &str| stage.behalf("kari", "per", born, Representation::Proxy(areas(&["record"])));
    check(&stage, &proxy("2010-07-15"), [200, 200, 404, 200]);
    check(&stage, &proxy("2010-07-16"), [404; 4]);
    let young = with_citizen(proxy("1950-01-01"), |citizen| citizen.born = "2008-07-16".to_string());
    check(&stage, &young, [404; 4]);
}

#[test]
fn an_apps_scopes_are_met_with_what_its_user_may() {
    let stage = town();
    let kari = stage.citizen("kari", "1975-05-05");
    let part = stage.number("Patient/kari");
    let through = |scopes: &str, patient| stage.record(&kari.clone().through(app(scopes, patient)));
    let one = through("patient/Observation.rs", Some(part));
    assert_eq!(reads(&one, "Observation/of-kari"), 200);
    assert_eq!(reads(&one, "Observation/of-ola"), 404);
    assert_eq!(reads(&one, "Patient/kari"), 403);
    assert_eq!(
        finds(&one, "Observation", &[("subject:Patient.name", "Lie")]),
        None,
        "a chain through what is not covered"
    );
    assert_eq!(
        reads(&through("patient/Observation.rs", Some(stage.number("Patient/ola"))), "Observation/of-kari"),
        404
    );
    assert_eq!(reads(&through("patient/Observation.rs", None), "Observation/of-kari"), 403);
    assert_eq!(reads(&through("system/Observation.rs", Some(part)), "Observation/of-kari"), 403);
    let read_only = through("user/Observation.r", None);
    assert_eq!(reads(&read_only, "Observation/of-kari"), 200);
    assert_eq!(finds(&read_only, "Observation", &[]), None);
    let found = through("user/Observation.s?status=final", None);
    assert_eq!(finds(&found, "Observation", &[]), Some(vec!["of-kari".to_string()]));
    assert_eq!(finds(&through("user/Observation.s?status=amended", None), "Observation", &[]), Some(Vec::new()));
}
