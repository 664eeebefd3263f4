//! Records that were opened.

use akson_store::opening::{LONGEST_US, Wish};
use akson_store::search::sight::{Clause, OpeningKind};

use crate::ask::{ids_of, load};
use crate::support;
use crate::ward::{number, with};

#[test]
fn an_opening_shows_a_patient_until_it_ends() {
    let store = support::store();
    load(&store, r#"{"resourceType":"Patient","id":"p"}"#);
    load(&store, r#"{"resourceType":"Patient","id":"q"}"#);
    let (patient, who) = (number(&store, "Patient/p"), 4711);
    let wish = Wish {
        patient,
        who,
        unit: 7,
        kind: OpeningKind::Emergency,
        code: "BLAALYS".into(),
        reason: "found unconscious".into(),
        since: 1_000,
        until: i64::MAX,
    };
    let opened = store.write(move |tx| tx.open(wish)).wait().unwrap();
    assert_eq!(opened.wish.until, 1_000 + LONGEST_US);
    let clause = |who, kind| Clause::Opened { who, kind };
    let sight = with(vec![vec![clause(who, OpeningKind::Emergency)]], Vec::new());
    let seen = |at: i64| ids_of(&store, "Patient", &sight.at(at)).unwrap();
    for (at, expected) in
        [(999, vec![]), (1_000, vec!["p"]), (999 + LONGEST_US, vec!["p"]), (1_000 + LONGEST_US, vec![])]
    {
        assert_eq!(seen(at), expected, "{at}");
        assert_eq!(opened.is_open(at), !expected.is_empty(), "{at}");
    }
    for (who, kind) in [(who, OpeningKind::Declared), (who + 1, OpeningKind::Emergency)] {
        let other = with(vec![vec![clause(who, kind)]], Vec::new());
        assert!(ids_of(&store, "Patient", &other.at(2_000)).unwrap().is_empty());
    }

    let (id, again) = (opened.id.clone(), opened.id.clone());
    assert!(store.write(move |tx| tx.end_opening(&id, 5_000)).wait().unwrap());
    assert!(!store.write(move |tx| tx.end_opening(&again, 6_000)).wait().unwrap());
    assert_eq!((seen(4_999), seen(5_000)), (vec!["p".to_owned()], vec![]));
    let view = store.read().unwrap();
    assert_eq!(view.opening(&opened.id).unwrap().unwrap().ended, Some(5_000));
    assert_eq!(view.openings_to_review(0, 10).unwrap().len(), 1);
    assert_eq!(view.openings_of(patient, 10).unwrap()[0].wish, opened.wish);
    assert!(view.opening("nothing").unwrap().is_none());
    drop(view);

    let id = opened.id.clone();
    assert!(store.write(move |tx| tx.review_opening(&id, 9_000, "leader")).wait().unwrap());
    let view = store.read().unwrap();
    assert!(view.openings_to_review(0, 10).unwrap().is_empty());
    assert_eq!(view.openings_of(patient, 10).unwrap()[0].reviewed, Some(9_000));
}
