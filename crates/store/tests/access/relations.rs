//! Which resources give a relation, to whom, and when.

use akson_store::access::kind::Kind;

use crate::ask::{ids_of, load};
use crate::support;
use crate::ward::{moment, number, numbers, of_care};

/// Checks the relations that one resource gives patient `p` at a moment: kind and whom.
fn check(text: &str, at: &str, expected: &[(Kind, &str)]) {
    let store = support::store();
    load(&store, r#"{"resourceType":"Patient","id":"p"}"#);
    load(&store, text);
    let whom = ["Practitioner/n", "Organization/o", "HealthcareService/h", "CareTeam/t", "Location/l", "Group/g"];
    let view = store.read().unwrap();
    let keys = numbers(&store, &whom);
    let found = view.relations(number(&store, "Patient/p"), &keys, moment(at)).unwrap();
    let name = |number_of: i64| whom.iter().find(|name| number(&store, name) == number_of).copied().unwrap();
    let mut found: Vec<(Kind, &str)> = found.iter().map(|relation| (relation.kind, name(relation.who))).collect();
    found.sort_unstable();
    assert_eq!(found, expected, "{text} at {at}");
    assert!(store.verify().unwrap().is_clean());
}

/// A resource, its statuses of which the first is open, and the relations while it is.
type Case = (&'static str, &'static [&'static str], &'static [(Kind, &'static str)]);

const NOON: &str = "2026-03-10T12:00:00Z";

#[test]
fn a_patient_on_a_list_is_related_to_its_doctor() {
    let text = |more: &str| {
        format!(
            r#"{{"resourceType":"Patient","id":"p",{more}"generalPractitioner":[{{"reference":"Practitioner/n"}}]}}"#
        )
    };
    check(&text(""), NOON, &[(Kind::List, "Practitioner/n")]);
    check(&text(r#""active":false,"#), NOON, &[]);
}

#[test]
fn a_visit_is_from_midnight_to_midnight_in_oslo() {
    let text = |status: &str| {
        format!(
            r#"{{"resourceType":"Appointment","id":"a","status":"{status}","start":"2026-03-10T23:30:00+01:00","end":"2026-03-10T23:50:00+01:00",
            "participant":[{{"actor":{{"reference":"Patient/p"}},"status":"accepted"}},{{"actor":{{"reference":"Practitioner/n"}},"status":"accepted"}},
            {{"actor":{{"reference":"Location/l"}},"status":"declined"}}]}}"#
        )
    };
    let related: &[(Kind, &str)] = &[(Kind::Visit, "Practitioner/n")];
    check(&text("booked"), "2026-03-09T22:59:59.999Z", &[]);
    check(&text("booked"), "2026-03-09T23:00:00Z", related);
    check(&text("booked"), "2026-03-10T22:59:59.999Z", related);
    check(&text("booked"), "2026-03-10T23:00:00Z", &[]);
    check(&text("fulfilled"), NOON, related);
    for status in ["proposed", "pending", "cancelled", "noshow", "entered-in-error", "waitlist"] {
        check(&text(status), NOON, &[]);
    }
}

#[test]
fn a_stay_is_related_while_it_lasts() {
    let text = |status: &str, period: &str| {
        format!(
            r#"{{"resourceType":"Encounter","id":"e","status":"{status}","class":{{"code":"HH"}},"subject":{{"reference":"Patient/p"}}{period},
            "participant":[{{"individual":{{"reference":"Practitioner/n"}},"period":{{"end":"2026-03-10T11:00:00Z"}}}}],
            "serviceProvider":{{"reference":"Organization/o"}},"location":[{{"location":{{"reference":"Location/l"}}}}]}}"#
        )
    };
    let unit: &[(Kind, &str)] = &[(Kind::Stay, "Organization/o"), (Kind::Stay, "Location/l")];
    let mut sorted = unit.to_vec();
    sorted.sort_unstable();
    let period = r#","period":{"start":"2026-03-10T11:30:00Z","end":"2026-03-10T13:00:00Z"}"#;
    let all = [&[(Kind::Stay, "Practitioner/n")], unit].concat();
    let mut all_sorted = all;
    all_sorted.sort_unstable();
    check(&text("in-progress", period), NOON, &sorted);
    check(&text("in-progress", period), "2026-03-10T10:59:59Z", &all_sorted);
    check(&text("planned", period), NOON, &sorted);
    check(&text("planned", ""), NOON, &[]);
    check(&text("in-progress", ""), NOON, &sorted);
    check(&text("in-progress", period), "2026-03-10T13:00:00Z", &[]);
    check(&text("in-progress", period), "2026-03-10T12:59:59.999Z", &sorted);
    check(&text("in-progress", r#","period":{"start":"soon"}"#), NOON, &[]);
    for status in ["finished", "cancelled", "entered-in-error", "unknown"] {
        check(&text(status, period), NOON, &[]);
    }
}

#[test]
fn teams_episodes_decisions_tasks_and_messages_relate_while_they_are_open() {
    let cases: &[Case] = &[
        (
            r#"{"resourceType":"CareTeam","id":"t","status":"STATUS","subject":{"reference":"Patient/p"},"participant":[{"member":{"reference":"Practitioner/n"}},{"member":{"reference":"Patient/p"}}],"managingOrganization":[{"reference":"Organization/o"}]}"#,
            &["active", "inactive", "proposed", "suspended"],
            &[(Kind::Team, "CareTeam/t"), (Kind::Team, "Organization/o"), (Kind::Team, "Practitioner/n")],
        ),
        (
            r#"{"resourceType":"EpisodeOfCare","id":"e","status":"STATUS","patient":{"reference":"Patient/p"},"managingOrganization":{"reference":"Organization/o"},"careManager":{"reference":"Practitioner/n"},"team":[{"reference":"CareTeam/t"}]}"#,
            &["active", "finished", "waitlist", "cancelled"],
            &[(Kind::Episode, "CareTeam/t"), (Kind::Episode, "Organization/o"), (Kind::Episode, "Practitioner/n")],
        ),
        (
            r#"{"resourceType":"ServiceRequest","id":"s","status":"STATUS","intent":"order","authoredOn":"2026-03-01","occurrencePeriod":{"start":"2026-04-01","end":"2026-05-01"},"subject":{"reference":"Patient/p"},"performer":[{"reference":"HealthcareService/h"}]}"#,
            &["active", "draft", "revoked", "completed"],
            &[(Kind::Decision, "HealthcareService/h")],
        ),
        (
            r#"{"resourceType":"Task","id":"k","status":"STATUS","intent":"order","for":{"reference":"Patient/p"},"owner":{"reference":"Practitioner/n"}}"#,
            &["requested", "draft", "completed", "cancelled", "rejected"],
            &[(Kind::Task, "Practitioner/n")],
        ),
        (
            r#"{"resourceType":"Communication","id":"c","status":"STATUS","subject":{"reference":"Patient/p"},"sender":{"reference":"Patient/p"},"recipient":[{"reference":"Organization/o"}]}"#,
            &["in-progress", "completed", "stopped"],
            &[(Kind::Message, "Organization/o")],
        ),
        (
            r#"{"resourceType":"Group","id":"g","type":"person","actual":true,"active":true,"name":"STATUS","member":[{"entity":{"reference":"Patient/p"}}]}"#,
            &["any"],
            &[(Kind::Member, "Group/g")],
        ),
        (
            r#"{"resourceType":"Group","id":"g","type":"person","actual":true,"name":"STATUS","member":[{"entity":{"reference":"Patient/p"},"inactive":true}]}"#,
            &["any"],
            &[],
        ),
    ];
    for (text, statuses, expected) in cases {
        for (n, status) in statuses.iter().enumerate() {
            check(&text.replace("STATUS", status), NOON, if n == 0 { expected } else { &[] });
        }
    }
}

#[test]
fn a_decision_ends_at_the_midnight_after_its_last_day() {
    let text = r#"{"resourceType":"ServiceRequest","id":"s","status":"active","intent":"order","occurrencePeriod":{"start":"2026-03-01","end":"2026-03-28"},"subject":{"reference":"Patient/p"},"performer":[{"reference":"HealthcareService/h"}]}"#;
    let related: &[(Kind, &str)] = &[(Kind::Decision, "HealthcareService/h")];
    check(text, "2026-02-28T22:59:59.999Z", &[]);
    check(text, "2026-02-28T23:00:00Z", related);
    check(text, "2026-03-28T22:59:59.999Z", related);
    check(text, "2026-03-28T23:00:00Z", &[]);
}

#[test]
fn a_right_ends_to_the_microsecond() {
    let store = support::store();
    load(&store, r#"{"resourceType":"Practitioner","id":"n"}"#);
    load(&store, r#"{"resourceType":"Patient","id":"p"}"#);
    load(
        &store,
        r#"{"resourceType":"Observation","id":"b","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}}"#,
    );
    load(
        &store,
        r#"{"resourceType":"CareTeam","id":"t","status":"active","subject":{"reference":"Patient/p"},"period":{"start":"2026-03-10T10:00:00Z","end":"2026-03-10T12:00:00Z"},"participant":[{"member":{"reference":"Practitioner/n"}}]}"#,
    );
    let sight = of_care(&store, &["Practitioner/n"], &[]);
    let (from, end) = (moment("2026-03-10T10:00:00Z"), moment("2026-03-10T12:00:00Z"));
    for (at, seen) in [(from - 1, false), (from, true), (end - 1, true), (end, false)] {
        let sight = sight.at(at);
        for query in
            ["Observation", "Observation?patient=p", "Patient?_id=p", "CareTeam?patient=p", "Observation?patient._id=p"]
        {
            assert_eq!(!ids_of(&store, query, &sight).unwrap().is_empty(), seen, "{query} at {at}");
        }
    }
    assert_eq!(sight.at(from).fingerprint(), sight.at(end).fingerprint());
}

#[test]
fn relations_follow_their_resource() {
    let store = support::store();
    load(&store, r#"{"resourceType":"Patient","id":"p","generalPractitioner":[{"reference":"Practitioner/n"}]}"#);
    assert_eq!(support::count(&store, "relation"), 1);
    load(
        &store,
        r#"{"resourceType":"Patient","id":"p","generalPractitioner":[{"reference":"Practitioner/m"},{"reference":"Practitioner/n"}]}"#,
    );
    assert_eq!(support::count(&store, "relation"), 2);
    load(&store, r#"{"resourceType":"Patient","id":"p"}"#);
    assert_eq!(support::count(&store, "relation"), 0);
    load(
        &store,
        r#"{"resourceType":"Task","id":"k","status":"requested","intent":"order","for":{"reference":"Patient/p"},"owner":{"reference":"Practitioner/n"}}"#,
    );
    let deleted = store.write(|tx| tx.delete(support::type_id("Task"), "k", akson_store::Expect::Any));
    deleted.wait().unwrap();
    assert_eq!(support::count(&store, "relation"), 0);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn lost_and_stray_relations_are_told_and_mended() {
    let store = support::store();
    load(&store, r#"{"resourceType":"Patient","id":"p","generalPractitioner":[{"reference":"Practitioner/n"}]}"#);
    load(
        &store,
        r#"{"resourceType":"Consent","id":"c","status":"active","scope":{"coding":[{"code":"patient-privacy"}]},"category":[{"text":"x"}],"patient":{"reference":"Patient/p"},"provision":{"type":"deny"}}"#,
    );
    for sql in [
        "DELETE FROM relation",
        "DELETE FROM block",
        "INSERT INTO relation (patient, who, kind, since, until, part, rid) VALUES (7, 8, 1, 0, 1, 7, 7)",
        "UPDATE block SET emergency = 1",
    ] {
        store.write(move |tx| tx.connection().execute(sql, &[]).map(drop)).wait().unwrap();
        assert!(!store.verify().unwrap().is_clean(), "{sql}");
        let work = store.reindex().unwrap();
        assert!(store.work(&work, |_| akson_store::Next::On).unwrap());
        assert!(store.verify().unwrap().is_clean(), "{sql}");
    }
}
