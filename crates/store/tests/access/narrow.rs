//! Who has few patients gets what everybody's rows would give, in the same order, page by page.

use akson_store::Store;
use akson_store::access::kind::KindSet;
use akson_store::search::query::Handling;
use akson_store::search::sight::{Blocks, Clause, OpeningKind, Sight};

use crate::ask::{ids_of, load, page, query};
use crate::judge::Nurse;
use crate::made::{Chance, a_nurse, a_record, stored};
use crate::ward::{blocked, number, numbers, with};

const ASKED: &[&str] = &[
    "Observation?_count=2",
    "Observation?code=c0&_count=1",
    "Observation?code=c0,c1&_count=3",
    "Observation?status=final&_count=2",
    "Observation?_sort=date&_count=2",
    "Observation?_sort=-date&_count=3",
    "Observation?code=c0&_sort=-date&_count=1",
    "Observation?subject:Patient.family=F0&_count=2",
    "Patient?_has:Observation:patient:code=c0&_count=1",
    "Patient?_has:Observation:patient:status=final&_count=1",
    "Patient?_count=1",
    "CareTeam?status=active&_count=2",
    "List?_count=1",
];

/// A nurse's sight; `open` hides from the store that it is bound to patients.
fn sight(store: &Store, nurse: &Nurse, open: bool) -> Sight {
    let keys: Vec<&str> = nurse.keys.iter().map(String::as_str).collect();
    let codes: Vec<&str> = nurse.codes.iter().map(String::as_str).collect();
    let related = Clause::Related { keys: numbers(store, &keys), kinds: KindSet::CARE };
    let opened = Clause::Opened { who: number(store, "Practitioner/n0"), kind: OpeningKind::Declared };
    let turned = |clause: Clause| match open {
        true => Clause::Not(Box::new(Clause::Not(Box::new(clause)))),
        false => clause,
    };
    let except = vec![vec![Clause::Blocked(blocked(store, &keys, &codes, Blocks::All))]];
    with(vec![vec![turned(related)], vec![turned(opened)]], except).at(nurse.moment)
}

fn is_narrow(store: &Store, address: &str, sight: &Sight) -> bool {
    let query = query(store, address, Handling::Strict).unwrap();
    let plans = store.read().unwrap().explain(&query, sight).unwrap();
    plans.iter().any(|(text, _)| text.contains(" AND d.part <= 0"))
}

#[test]
fn few_patients_lead_to_the_same_answers() {
    let mut chance = Chance(23);
    let mut found = 0;
    for _ in 0..5 {
        let store = stored(&a_record(&mut chance));
        for _ in 0..6 {
            let nurse = a_nurse(&mut chance);
            let (narrow, wide) = (sight(&store, &nurse, false), sight(&store, &nurse, true));
            for address in ASKED {
                let expected = ids_of(&store, address, &wide).unwrap();
                assert_eq!(ids_of(&store, address, &narrow).unwrap(), expected, "{address} {nurse:?}");
                let total = |sight: &Sight| page(&store, &format!("{address}&_total=accurate"), sight).unwrap().total;
                assert_eq!(total(&narrow), total(&wide), "{address} {nurse:?}");
                assert_eq!(total(&narrow), Some(expected.len() as i64), "{address}");
                found += expected.len();
            }
            assert!(is_narrow(&store, "Observation?code=c0", &narrow));
            assert!(!is_narrow(&store, "Observation?code=c0", &wide));
            assert!(!is_narrow(&store, "Observation?identifier=x", &narrow));
        }
    }
    assert!(found > 500, "{found}");
}

#[test]
fn so_many_patients_are_few() {
    // FEW_MAX, on both sides: the answer is the same.
    let store = crate::support::store();
    load(&store, r#"{"resourceType":"Practitioner","id":"n0"}"#);
    let add = |n: usize| {
        load(
            &store,
            &format!(
                r#"{{"resourceType":"Patient","id":"p{n}","generalPractitioner":[{{"reference":"Practitioner/n0"}}]}}"#
            ),
        );
        load(
            &store,
            &format!(
                r#"{{"resourceType":"Observation","id":"o{n}","status":"final","code":{{"coding":[{{"code":"c"}}]}},"subject":{{"reference":"Patient/p{n}"}}}}"#
            ),
        );
    };
    (0..64).for_each(add);
    let nurse = Nurse { keys: vec!["Practitioner/n0".to_owned()], codes: Vec::new(), moment: 1_773_100_800_000_000 };
    let check = |count: usize, few: bool| {
        let sight = sight(&store, &nurse, false);
        assert_eq!(ids_of(&store, "Observation?code=c&_count=50", &sight).unwrap().len(), count);
        assert_eq!(is_narrow(&store, "Observation?code=c", &sight), few);
    };
    check(64, true);
    add(64);
    check(65, false);
}
