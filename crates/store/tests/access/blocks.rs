//! What a Consent blocks, and for whom.

use akson_store::search::sight::{Blocks, Clause};

use crate::ask::{ids_of, load};
use crate::support;
use crate::ward::{blocked, moment, with};

const RESOURCES: &[&str] = &[
    r#"{"resourceType":"Patient","id":"p"}"#,
    r#"{"resourceType":"Practitioner","id":"n"}"#,
    r#"{"resourceType":"Organization","id":"u"}"#,
    r#"{"resourceType":"Observation","id":"a","status":"final","code":{"coding":[{"system":"s","code":"x"}]},"subject":{"reference":"Patient/p"}}"#,
    r#"{"resourceType":"Observation","id":"b","status":"final","category":[{"coding":[{"code":"psy"}]}],"code":{"text":"y"},"subject":{"reference":"Patient/p"}}"#,
    r#"{"resourceType":"Condition","id":"c","meta":{"security":[{"code":"PSY"}]},"subject":{"reference":"Patient/p"}}"#,
];

/// Checks what of `Observation/a`, `Observation/b` and `Condition/c` a denial hides from nurse `n`.
fn check(provision: &str, blocks: Blocks, hidden: &[&str]) {
    let store = support::store();
    for text in RESOURCES {
        load(&store, text);
    }
    load(&store, &consent("active", "patient-privacy", provision));
    let keys = blocked(&store, &["Practitioner/n", "Organization/u"], &["r|nurse"], blocks);
    let sight = with(vec![vec![]], vec![vec![Clause::Blocked(keys)]]).at(moment("2026-03-10T12:00:00Z"));
    let mut seen = ids_of(&store, "Observation", &sight).unwrap();
    seen.extend(ids_of(&store, "Condition?patient=p", &sight).unwrap());
    let missing: Vec<&str> = ["a", "b", "c"].into_iter().filter(|id| !seen.iter().any(|one| one == id)).collect();
    assert_eq!(missing, hidden, "{provision}");
    let by_patient = ids_of(&store, "Observation?patient=p", &sight).unwrap().len();
    assert_eq!(by_patient, ids_of(&store, "Observation", &sight).unwrap().len(), "{provision}");
    assert!(store.verify().unwrap().is_clean());
}

fn consent(status: &str, scope: &str, provision: &str) -> String {
    format!(
        r#"{{"resourceType":"Consent","id":"k","status":"{status}","scope":{{"coding":[{{"code":"{scope}"}}]}},"category":[{{"text":"x"}}],"patient":{{"reference":"Patient/p"}},"provision":{provision}}}"#
    )
}

const ALL: &[&str] = &["a", "b", "c"];

#[test]
fn a_denial_says_for_whom() {
    let to = |actor: &str| {
        format!(
            r#"{{"type":"deny","actor":[{{"role":{{"coding":[{{"system":"r","code":"nurse"}}]}},"reference":{actor}}}]}}"#
        )
    };
    check(r#"{"type":"deny"}"#, Blocks::All, ALL);
    check(r#"{"type":"permit"}"#, Blocks::All, &[]);
    check(&to(r#"{"reference":"Practitioner/n"}"#), Blocks::All, ALL);
    check(&to(r#"{"reference":"Practitioner/other"}"#), Blocks::All, &[]);
    check(&to(r#"{"reference":"Organization/u"}"#), Blocks::All, ALL);
    check(&to(r#"{"display":"nurses"}"#), Blocks::All, ALL);
    check(&to(r#"{"display":"doctors"}"#).replace("nurse", "doctor"), Blocks::All, &[]);
    check(r#"{"type":"deny","actor":[{"role":{"text":"?"},"reference":{"display":"?"}}]}"#, Blocks::All, ALL);
    check(r#"{"type":"permit","provision":[{"type":"deny"}]}"#, Blocks::All, ALL);
}

#[test]
fn in_an_emergency_only_some_denials_hold() {
    let to = |actor: &str| {
        format!(
            r#"{{"type":"deny","actor":[{{"role":{{"coding":[{{"system":"r","code":"nurse"}}]}},"reference":{actor}}}]}}"#
        )
    };
    check(r#"{"type":"deny"}"#, Blocks::InEmergency, &[]);
    check(&to(r#"{"reference":"Organization/u"}"#), Blocks::InEmergency, &[]);
    check(&to(r#"{"display":"nurses"}"#), Blocks::InEmergency, &[]);
    check(&to(r#"{"reference":"Practitioner/n"}"#), Blocks::InEmergency, ALL);
    check(r#"{"type":"deny","purpose":[{"code":"ETREAT"}]}"#, Blocks::InEmergency, ALL);
}

#[test]
fn a_denial_says_what() {
    let what = |what: &str| format!(r#"{{"type":"deny",{what}}}"#);
    let check = |text: &str, hidden: &[&str]| check(&what(text), Blocks::All, hidden);
    check(r#""class":[{"code":"Observation"}]"#, &["a", "b"]);
    check(r#""class":[{"code":"Observation"}],"securityLabel":[{"code":"psy"}]"#, &["b"]);
    check(r#""securityLabel":[{"code":"PSY"}]"#, &["c"]);
    check(r#""code":[{"coding":[{"system":"s","code":"x"}]}]"#, &["a"]);
    check(r#""data":[{"meaning":"instance","reference":{"reference":"Observation/b"}}]"#, &["b"]);
    check(r#""data":[{"meaning":"instance","reference":{"reference":"http://elsewhere/Observation/b"}}]"#, &[]);
    check(r#""data":[{"meaning":"instance","reference":{"reference":"Organization/u"}}]"#, &[]);
    check(r#""purpose":[{"code":"HRESCH"}]"#, &[]);
    check(r#""purpose":[{"code":"TREAT"}]"#, ALL);
    check(r#""action":[{"coding":[{"code":"correct"}]}]"#, &[]);
    check(r#""period":{"end":"2026-03-09"}"#, &[]);
    check(r#""period":{"end":"2026-03-10"}"#, ALL);
    check(r#""period":{"start":"2026-03-11"}"#, &[]);
}

#[test]
fn only_active_consents_on_privacy_block() {
    for (status, scope, rows) in [
        ("active", "patient-privacy", 1),
        ("draft", "patient-privacy", 0),
        ("inactive", "patient-privacy", 0),
        ("active", "research", 0),
    ] {
        let store = support::store();
        load(&store, RESOURCES[0]);
        load(&store, &consent(status, scope, r#"{"type":"deny"}"#));
        assert_eq!(support::count(&store, "block"), rows, "{status} {scope}");
    }
}

#[test]
fn a_unit_that_is_blocked_keeps_what_it_answers_for() {
    let store = support::store();
    for text in RESOURCES {
        load(&store, text);
    }
    let unit = crate::ward::number(&store, "Organization/u");
    let prepared = support::prepare(&store, RESOURCES[3], support::Put::Under("a")).unwrap().with_unit(unit);
    store.write(move |tx| tx.put(prepared, akson_store::Expect::Any)).wait().unwrap();
    load(
        &store,
        &consent(
            "active",
            "patient-privacy",
            r#"{"type":"deny","data":[{"meaning":"instance","reference":{"reference":"Organization/u"}}]}"#,
        ),
    );
    let keys = blocked(&store, &["Practitioner/n"], &[], Blocks::All);
    let sight = with(vec![vec![]], vec![vec![Clause::Blocked(keys)]]);
    assert_eq!(ids_of(&store, "Observation?patient=p", &sight).unwrap(), ["b"]);
    assert_eq!(ids_of(&store, "Observation?code=x", &sight).unwrap(), Vec::<String>::new());
    let units = with(vec![vec![Clause::Units(vec![unit].into())]], Vec::new());
    assert_eq!(ids_of(&store, "Observation", &units).unwrap(), ["a"]);
}

#[test]
fn what_several_patients_share_is_blocked_by_any_of_them() {
    let store = support::store();
    for text in RESOURCES {
        load(&store, text);
    }
    load(&store, r#"{"resourceType":"Patient","id":"q"}"#);
    load(
        &store,
        r#"{"resourceType":"Observation","id":"shared","status":"final","code":{"text":"z"},"subject":{"reference":"Patient/q"},"performer":[{"reference":"Patient/p"}]}"#,
    );
    load(
        &store,
        r#"{"resourceType":"Observation","id":"own","status":"final","code":{"text":"z"},"subject":{"reference":"Patient/q"}}"#,
    );
    load(&store, &consent("active", "patient-privacy", r#"{"type":"deny"}"#));
    let keys = blocked(&store, &["Practitioner/n"], &[], Blocks::All);
    let sight = with(vec![vec![]], vec![vec![Clause::Blocked(keys)]]);
    assert_eq!(ids_of(&store, "Observation", &sight).unwrap(), ["own"]);
    assert_eq!(ids_of(&store, "Observation?patient=q", &sight).unwrap(), ["own"]);
    assert_eq!(ids_of(&store, "Observation?performer=Patient/p", &sight).unwrap(), Vec::<String>::new());
}
