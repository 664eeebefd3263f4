//! Versions: numbers without gaps, expectations, what is read back.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // Tests say what went wrong by stopping.

mod support;

use akson_store::{Error, Expect, HistoryScope, State};
use support::{Put, put, store, text, type_id};

#[test]
fn a_resource_is_read_back_as_it_came() {
    let store = store();
    let written = put(&store, r#"{ "resourceType": "Basic", "x": 1.00, "y": [0.10e1], "id":"a" }"#, Put::Under("a"));
    assert_eq!((written.version, written.created), (1, true));
    let stored = store.read().unwrap().get(type_id("Basic"), "a").unwrap().unwrap();
    assert_eq!(stored.bare(), r#"{"resourceType":"Basic","x":1.00,"y":[0.10e1],"id":"a"}"#);
    assert_eq!(stored.text(), written.text());
    assert!(stored.text().contains(r#","id":"a","meta":{"versionId":"1","lastUpdated":"#));
}

#[test]
fn versions_count_from_one_without_gaps() {
    let store = store();
    for n in 1..=5 {
        let written = put(&store, &format!(r#"{{"resourceType":"Basic","n":{n}}}"#), Put::Under("a"));
        assert_eq!(written.version, n);
    }
    let view = store.read().unwrap();
    let basic = type_id("Basic");
    for n in 1..=5 {
        let stored = view.version(basic, "a", n).unwrap().unwrap();
        assert!(stored.bare().contains(&format!("\"n\":{n}")));
        assert_eq!((stored.version, stored.id.as_str()), (n, "a"));
    }
    assert!(view.version(basic, "a", 6).unwrap().is_none());
    assert!(view.version(basic, "b", 1).unwrap().is_none());
}

#[test]
fn a_deleted_resource_can_come_back() {
    let store = store();
    let basic = type_id("Basic");
    put(&store, r#"{"resourceType":"Basic"}"#, Put::Under("a"));
    let deleted = store.write(move |tx| tx.delete(basic, "a", Expect::Any)).wait().unwrap().unwrap();
    assert_eq!(deleted.version, 2);
    let stored = store.read().unwrap().get(basic, "a").unwrap().unwrap();
    assert_eq!((stored.state, stored.text().as_str(), stored.id.as_str()), (State::Deleted, "", "a"));
    assert!(store.write(move |tx| tx.delete(basic, "a", Expect::Any)).wait().unwrap().is_none());
    let back = put(&store, r#"{"resourceType":"Basic","again":true}"#, Put::Under("a"));
    assert_eq!((back.version, back.created), (3, true));
    assert_eq!(store.read().unwrap().version(basic, "a", 2).unwrap().unwrap().state, State::Deleted);
}

#[test]
fn what_was_expected_must_hold() {
    let store = store();
    let refused = |text: &str, expect| support::try_put(&store, text, Put::Under("a"), expect).unwrap_err();
    let text = r#"{"resourceType":"Basic"}"#;
    assert!(matches!(refused(text, Expect::Version(1)), Error::Conflict(None)));
    put(&store, text, Put::Under("a"));
    assert!(matches!(refused(text, Expect::Absent), Error::Conflict(Some(1))));
    assert!(matches!(refused(text, Expect::Version(2)), Error::Conflict(Some(1))));
    assert_eq!(support::try_put(&store, text, Put::Under("a"), Expect::Version(1)).unwrap().version, 2);
}

#[test]
fn a_made_id_needs_no_directory_and_leads_to_its_type_only() {
    let store = store();
    let written = put(&store, r#"{"resourceType":"Patient"}"#, Put::New);
    assert_eq!(written.id.len(), 26);
    assert_eq!(written.place.part, written.place.rid);
    let view = store.read().unwrap();
    assert!(view.get(type_id("Patient"), &written.id).unwrap().is_some());
    assert!(view.get(type_id("Basic"), &written.id).unwrap().is_none());
    assert_eq!(support::count(&store, "directory"), 0);
}

#[test]
fn a_resource_stands_in_its_patients_part() {
    let store = store();
    let patient = put(&store, r#"{"resourceType":"Patient"}"#, Put::New);
    let subject = format!(r#""subject":{{"reference":"Patient/{}"}}"#, patient.id);
    let made = put(&store, &format!(r#"{{"resourceType":"Observation",{subject}}}"#), Put::New);
    let named = put(&store, &format!(r#"{{"resourceType":"Observation",{subject}}}"#), Put::Under("o1"));
    assert_eq!((made.place.part, named.place.part), (patient.place.rid, patient.place.rid));
    let nobody = put(&store, r#"{"resourceType":"Observation"}"#, Put::New);
    assert!(nobody.place.part < 0);
}

#[test]
fn what_is_mentioned_first_has_its_number_when_it_comes() {
    let store = store();
    let early = put(&store, r#"{"resourceType":"Observation","subject":{"reference":"Patient/late"}}"#, Put::New);
    let patient = put(&store, r#"{"resourceType":"Patient"}"#, Put::Under("late"));
    assert_eq!(early.place.part, patient.place.rid);
    assert_eq!(patient.place.part, patient.place.rid);
}

#[test]
fn a_resource_that_changes_patient_moves_and_keeps_its_history() {
    let store = store();
    let one = put(&store, r#"{"resourceType":"Patient"}"#, Put::New);
    let two = put(&store, r#"{"resourceType":"Patient"}"#, Put::New);
    let of =
        |patient: &str| format!(r#"{{"resourceType":"Observation","subject":{{"reference":"Patient/{patient}"}}}}"#);
    for how in [Put::New, Put::Under("named")] {
        let first = put(&store, &of(&one.id), how);
        let id = first.id.clone();
        let second = put(&store, &of(&two.id), Put::Under(&id));
        assert_eq!((second.version, second.place.part, second.place.rid), (2, two.place.rid, first.place.rid));
        let third = put(&store, &of(&one.id), Put::Under(&id));
        assert_eq!((third.version, third.place), (3, first.place));
        let fourth = put(&store, &of(&two.id), Put::Under(&id));
        let view = store.read().unwrap();
        let observation = type_id("Observation");
        assert_eq!(view.get(observation, &id).unwrap().unwrap().place, fourth.place);
        assert_eq!(view.version(observation, &id, 1).unwrap().unwrap().place, first.place);
        assert_eq!(view.version(observation, &id, 2).unwrap().unwrap().place, second.place);
        let page = view.history(HistoryScope::Instance(fourth.place), 0, None, 10).unwrap();
        assert_eq!(page.versions.iter().map(|v| v.version).collect::<Vec<_>>(), [4, 3, 2, 1]);
    }
}

#[test]
fn history_pages_meet_without_gap_or_overlap() {
    let store = store();
    for n in 0..7 {
        put(&store, r#"{"resourceType":"Basic"}"#, Put::Under(if n % 2 == 0 { "a" } else { "b" }));
        put(&store, r#"{"resourceType":"Patient"}"#, Put::New);
    }
    let view = store.read().unwrap();
    for (scope, expected) in [(HistoryScope::Type(type_id("Basic")), 7), (HistoryScope::System, 14)] {
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let page = view.history(scope, 0, before, 3).unwrap();
            seen.extend(page.versions.iter().map(|v| v.updated));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), expected);
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
        let since = seen[3];
        assert_eq!(view.history(scope, since, None, 100).unwrap().versions.len(), 4);
    }
}

#[test]
fn a_companion_is_referred_to_before_it_is_written() {
    let store = store();
    let mut among = akson_store::Companions::default();
    let view = store.read().unwrap();
    let patient = support::resource(r#"{"resourceType":"Patient"}"#);
    let home = store.new_home(&view, &patient, &among).unwrap();
    among.add("urn:uuid:1", &home);
    let draft = support::resource(r#"{"resourceType":"Observation","subject":{"reference":"urn:uuid:1"}}"#);
    let observation_home = store.new_home(&view, &draft, &among).unwrap();
    assert_eq!(observation_home.place.part, home.place.rid);
    let renamed = among.reference("urn:uuid:1").unwrap();
    let last = support::resource(&text(r#"{"resourceType":"Observation","subject":{"reference":"REF"}}"#, renamed));
    let observation = store.prepare(&view, &last, observation_home, &among).unwrap();
    let patient = store.prepare(&view, &patient, home, &among).unwrap();
    let both = store.write(move |tx| Ok((tx.put(observation, Expect::Absent)?, tx.put(patient, Expect::Absent)?)));
    let (observation, patient) = both.wait().unwrap();
    assert_eq!(observation.place.part, patient.place.part);
}
