//! Older versions and deleted resources: each has its own patients, controller, unit and labels.

use akson_store::search::sight::{Blocks, Clause, Sight};
use akson_store::{Expect, Store};

use crate::ask::load;
use crate::support;
use crate::ward::{blocked, number, with};

/// Which versions of `Observation/b` a sight shows.
fn seen(store: &Store, sight: &Sight) -> Vec<i64> {
    let view = store.read().unwrap();
    let type_id = support::type_id("Observation");
    let head = view.get(type_id, "b").unwrap().unwrap();
    let versions = (1..=head.version).filter(|version| {
        let stored = view.version(type_id, "b", *version).unwrap().unwrap();
        view.sees_version(sight, &stored).unwrap()
    });
    versions.collect()
}

fn observation(patient: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"b",{more}"status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{patient}"}}}}"#
    )
}

fn patients(store: &Store) {
    load(store, r#"{"resourceType":"Patient","id":"p"}"#);
    load(store, r#"{"resourceType":"Patient","id":"q"}"#);
}

#[test]
fn a_version_that_was_another_persons_is_not_shown() {
    let store = support::store();
    patients(&store);
    for patient in ["p", "q", "p", "p"] {
        load(&store, &observation(patient, ""));
    }
    let of = |patients: &[&str]| {
        let numbers = patients.iter().map(|id| number(&store, &format!("Patient/{id}"))).collect();
        with(vec![vec![Clause::Parts(numbers)]], Vec::new())
    };
    assert_eq!(seen(&store, &of(&["p"])), [1, 3, 4]);
    assert_eq!(seen(&store, &of(&["q"])), Vec::<i64>::new());
    assert_eq!(seen(&store, &of(&["p", "q"])), [1, 2, 3, 4]);
    assert_eq!(seen(&store, &Sight::everything()), [1, 2, 3, 4]);
}

#[test]
fn a_version_with_a_label_or_of_a_blocked_kind_is_not_shown() {
    let store = support::store();
    patients(&store);
    let secret = r#""meta":{"security":[{"system":"s","code":"PSY"}]},"#;
    for more in ["", secret, ""] {
        load(&store, &observation("p", more));
    }
    let label = |system: &str| Clause::Label([(system.to_owned(), "PSY".to_owned())].into());
    assert_eq!(seen(&store, &with(vec![vec![]], vec![vec![label("")]])), [1, 3]);
    assert_eq!(seen(&store, &with(vec![vec![]], vec![vec![label("s")]])), [1, 3]);
    assert_eq!(seen(&store, &with(vec![vec![]], vec![vec![label("other")]])), [1, 2, 3]);
    load(
        &store,
        r#"{"resourceType":"Consent","id":"k","status":"active","scope":{"coding":[{"code":"patient-privacy"}]},"category":[{"text":"x"}],"patient":{"reference":"Patient/p"},"provision":{"type":"deny","securityLabel":[{"code":"PSY"}]}}"#,
    );
    let block = Clause::Blocked(blocked(&store, &[], &[], Blocks::All));
    assert_eq!(seen(&store, &with(vec![vec![]], vec![vec![block]])), [1, 3]);
}

#[test]
fn a_version_that_another_controller_or_unit_answers_for_is_not_shown() {
    let store = support::store();
    patients(&store);
    for (controller, unit) in [(1, 10), (2, 10), (1, 20), (1, 10)] {
        let prepared = support::prepare(&store, &observation("p", ""), support::Put::Under("b")).unwrap();
        let prepared = prepared.with_controller(controller).with_unit(unit);
        store.write(move |tx| tx.put(prepared, Expect::Any)).wait().unwrap();
    }
    let only = |clause: Clause| with(vec![vec![clause]], Vec::new());
    assert_eq!(seen(&store, &only(Clause::Controllers(vec![1].into()))), [1, 3, 4]);
    assert_eq!(seen(&store, &only(Clause::Units(vec![10].into()))), [1, 2, 4]);
    assert_eq!(seen(&store, &only(Clause::Controllers(vec![2].into()))), Vec::<i64>::new());
}

#[test]
fn what_is_deleted_is_known_to_those_who_saw_it() {
    let store = support::store();
    patients(&store);
    load(&store, &observation("q", ""));
    load(&store, &observation("p", ""));
    store.write(|tx| tx.delete(support::type_id("Observation"), "b", Expect::Any)).wait().unwrap();
    let of =
        |id: &str| with(vec![vec![Clause::Parts(vec![number(&store, &format!("Patient/{id}"))].into())]], Vec::new());
    assert_eq!(seen(&store, &of("p")), [2, 3]);
    assert_eq!(seen(&store, &of("q")), Vec::<i64>::new());
    load(&store, &observation("p", ""));
    assert_eq!(seen(&store, &of("p")), [2, 3, 4]);
}
