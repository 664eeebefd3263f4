//! The store and the second opinion agree; taking a right away never shows more; what is not seen changes nothing.

use std::collections::HashSet;

use akson_store::search::sight::Sight;
use akson_store::{Expect, Store};

use crate::ask::{ids_of, load, page};
use crate::judge::{Nurse, Record, seen};
use crate::made::{Chance, PATIENTS, WHOM, a_nurse, a_record, block, stored};
use crate::support;
use crate::ward::of_care;

const SEARCHED: &[&str] = &["Patient", "Observation", "CareTeam", "Appointment", "Consent", "List", "Task"];

fn sight(store: &Store, nurse: &Nurse) -> Sight {
    let keys: Vec<&str> = nurse.keys.iter().map(String::as_str).collect();
    let codes: Vec<&str> = nurse.codes.iter().map(String::as_str).collect();
    of_care(store, &keys, &codes).at(nurse.moment)
}

/// What a search over every type shows.
fn shown(store: &Store, sight: &Sight) -> HashSet<String> {
    let each = |name: &&str| -> Vec<String> {
        let ids = ids_of(store, &format!("{name}?_count=100"), sight).unwrap();
        ids.into_iter().map(|id| format!("{name}/{id}")).collect()
    };
    SEARCHED.iter().flat_map(each).collect()
}

#[test]
fn the_store_shows_what_a_second_opinion_shows() {
    let mut chance = Chance(11);
    let (mut hidden, mut seen_in_all) = (0, 0);
    for round in 0..6 {
        let record = a_record(&mut chance);
        let store = stored(&record);
        for _ in 0..10 {
            let nurse = a_nurse(&mut chance);
            let sight = sight(&store, &nurse);
            let expected = seen(&record, &nurse);
            assert_eq!(shown(&store, &sight), expected, "round {round}, {nurse:?}");
            by_patient(&store, &sight, &expected);
            reads(&store, &sight, &expected, &record);
            (hidden, seen_in_all) = (hidden + record.len() - expected.len(), seen_in_all + expected.len());
        }
        assert!(store.verify().unwrap().is_clean());
    }
    assert!(hidden > 500 && seen_in_all > 500, "{hidden} {seen_in_all}");
}

/// Searches in one patient's record show the same resources.
fn by_patient(store: &Store, sight: &Sight, expected: &HashSet<String>) {
    let mut found = HashSet::new();
    for n in 0..PATIENTS {
        for query in [format!("Observation?subject=Patient/p{n}"), format!("Observation?subject._id=p{n}&_sort=date")] {
            found.extend(ids_of(store, &query, sight).unwrap().into_iter().map(|id| format!("Observation/{id}")));
        }
    }
    let subject: HashSet<String> = expected.iter().filter(|name| name.starts_with("Observation/")).cloned().collect();
    assert_eq!(found, subject);
}

/// What is shown by a search is shown by a read, and nothing else.
fn reads(store: &Store, sight: &Sight, expected: &HashSet<String>, record: &Record) {
    let view = store.read().unwrap();
    for name in record.keys() {
        let (type_name, id) = name.split_once('/').unwrap();
        let stored = view.get(support::type_id(type_name), id).unwrap().unwrap();
        let sees = view.sees(sight, stored.type_id, stored.place).unwrap();
        assert_eq!(sees, expected.contains(name), "{name}");
        assert_eq!(view.sees_version(sight, &stored).unwrap(), sees, "{name}");
    }
}

#[test]
fn taking_a_relation_away_or_adding_a_block_never_shows_more() {
    let mut chance = Chance(5);
    let mut lost = 0;
    for _ in 0..6 {
        let record = a_record(&mut chance);
        let store = stored(&record);
        let nurses: Vec<Nurse> = (0..6).map(|_| a_nurse(&mut chance)).collect();
        let look = |store: &Store| -> Vec<HashSet<String>> {
            nurses.iter().map(|nurse| shown(store, &sight(store, nurse))).collect()
        };
        let mut before = look(&store);
        let mut names: Vec<&String> = record.keys().collect();
        names.sort();
        for round in 0..12 {
            if chance.below(2) == 0 {
                let patient = chance.below(PATIENTS);
                load(&store, &block(&mut chance, 100 + round, patient));
            } else {
                let name = chance.of(&names);
                let Some((kind @ ("CareTeam" | "Task" | "Appointment"), id)) = name.split_once('/') else { continue };
                let (type_id, id) = (support::type_id(kind), id.to_owned());
                store.write(move |tx| tx.delete(type_id, &id, Expect::Any)).wait().unwrap();
            }
            let after = look(&store);
            for (now, then) in after.iter().zip(&before) {
                // The block itself is new.
                let more: Vec<&String> = now.difference(then).filter(|name| !name.starts_with("Consent/b1")).collect();
                assert!(more.is_empty(), "{more:?}");
                lost += then.difference(now).count();
            }
            before = after;
        }
    }
    assert!(lost > 20, "{lost}");
}

const ASKED: &[&str] = &[
    "Patient?_total=accurate&_count=3",
    "Patient?family=F0&_sort=-family",
    "Patient?_has:Observation:patient:code=c0",
    "Patient?_revinclude=Observation:subject&_revinclude=Observation:performer",
    "Patient?_revinclude=*",
    "Patient?general-practitioner=Practitioner/n0",
    "Observation?code=c0&_total=accurate",
    "Observation?code:not=c0&_sort=-date",
    "Observation?category=psy&_sort=date&_count=2",
    "Observation?performer:missing=true&_summary=count",
    "Observation?performer:Patient.family=F1",
    "Observation?subject:Patient.family=F1&_include=Observation:subject&_include=Observation:performer",
    "Observation?_security=PSY",
    "Observation?_list=l3",
    "Observation?_filter=not (code eq c0) or category eq psy",
    "Observation?_content=final",
    "Observation?_has:List:item:status=current",
    "List?item:Observation.code=c1",
    "List?_include=List:item",
    "Appointment?_include=Appointment:patient",
    "Appointment?actor=Practitioner/n0&_total=accurate",
    "Task?owner=Practitioner/n1",
    "CareTeam?participant=Practitioner/n0&_sort=_id",
    "Consent?patient.family=F0",
    "?_type=Observation,Task,CareTeam,Consent,List&_count=5",
];

/// All pages of an answer, in all that a caller gets of them but times and tokens.
fn told(store: &Store, address: &str, sight: &Sight) -> String {
    let mut out = String::new();
    let mut next: Option<String> = None;
    loop {
        let join = if address.contains('?') { "&" } else { "?" };
        let this = next.map_or_else(|| address.to_string(), |token| format!("{address}{join}_page={token}"));
        let page = match page(store, &this, sight) {
            Ok(page) => page,
            Err(error) => return out + &error,
        };
        for one in page.matches.iter().chain(&page.included) {
            out.push_str(&format!("{} {} {}\n", one.id, one.version, one.bare()));
        }
        let length = page.next.as_ref().map(String::len);
        out.push_str(&format!("{:?} {:?} {} {length:?}\n", page.total, page.issues, page.included.len()));
        next = page.next;
        if next.is_none() {
            return out;
        }
    }
}

/// Both stores have the same resources first, so that they stand at the same places; then one has more that is not seen:
/// out of care, blocked, or nobody's.
#[test]
fn stores_that_differ_in_what_is_not_seen_answer_alike() {
    let mut chance = Chance(23);
    let (mut compared, mut different) = (0, 0);
    for _ in 0..4 {
        let record = a_record(&mut chance);
        let nurse = a_nurse(&mut chance);
        let visible = seen(&record, &nurse);
        // What relations and blocks rest on stays, also where it is itself not seen.
        let kept =
            |name: &str| visible.contains(name) || !name.starts_with("Observation/") && !name.starts_with("List/");
        let same: Record = record.iter().filter(|(name, _)| kept(name)).map(|(a, b)| (a.clone(), b.clone())).collect();
        let (one, other) = (stored(&same), stored(&same));
        let mut more: Vec<&String> = record.keys().filter(|name| !kept(name)).collect();
        more.sort();
        more.iter().for_each(|name| load(&other, &record[*name]));
        let unseen = (0..PATIENTS).filter(|n| !visible.contains(&format!("Patient/p{n}")));
        for (n, k) in unseen.flat_map(|n| (0..30).map(move |k| (n, k))) {
            load(
                &other,
                &format!(
                    r#"{{"resourceType":"Observation","id":"y{n}-{k}","meta":{{"security":[{{"code":"PSY"}}]}},"status":"final","category":[{{"coding":[{{"code":"psy"}}]}}],"code":{{"coding":[{{"code":"c0"}}]}},"subject":{{"reference":"Patient/p{n}"}},"effectiveDateTime":"2025-02-01"}}"#
                ),
            );
        }
        let (mine, yours, all) = (sight(&one, &nurse), sight(&other, &nurse), Sight::everything());
        for address in ASKED {
            assert_eq!(told(&one, address, &mine), told(&other, address, &yours), "{address} {nurse:?}");
            compared += 1;
            different += usize::from(told(&one, address, &all) != told(&other, address, &all));
        }
    }
    assert!(different > compared / 3, "{different} of {compared}");
}

/// Blocks, relations and the resources they rest on that concern others, or are over, change nothing for a nurse.
#[test]
fn relations_and_blocks_of_others_change_nothing() {
    let mut chance = Chance(31);
    for _ in 0..3 {
        let record = a_record(&mut chance);
        let (one, other) = (stored(&record), stored(&record));
        let nurse = Nurse { keys: vec![WHOM[0].to_owned()], codes: vec!["r|nurse".to_owned()], ..a_nurse(&mut chance) };
        let unseen = (0..PATIENTS).filter(|n| !seen(&record, &nurse).contains(&format!("Patient/p{n}")));
        for n in unseen {
            for text in [
                format!(
                    r#"{{"resourceType":"CareTeam","id":"o{n}","status":"active","subject":{{"reference":"Patient/p{n}"}},"participant":[{{"member":{{"reference":"Practitioner/other"}}}},{{"member":{{"reference":"{}"}},"period":{{"end":"2026-01-01"}}}}]}}"#,
                    WHOM[0]
                ),
                format!(
                    r#"{{"resourceType":"Task","id":"o{n}","status":"completed","intent":"order","for":{{"reference":"Patient/p{n}"}},"owner":{{"reference":"{}"}}}}"#,
                    WHOM[0]
                ),
                format!(
                    r#"{{"resourceType":"Consent","id":"o{n}","status":"active","scope":{{"coding":[{{"code":"patient-privacy"}}]}},"category":[{{"text":"x"}}],"patient":{{"reference":"Patient/p{n}"}},"provision":{{"type":"deny"}}}}"#
                ),
            ] {
                load(&other, &text);
            }
        }
        let (mine, yours) = (sight(&one, &nurse), sight(&other, &nurse));
        for address in ASKED {
            assert_eq!(told(&one, address, &mine), told(&other, address, &yours), "{address} {nurse:?}");
        }
    }
}
