//! Exchange partners: they see the messages that are theirs, and nothing by way of these; and what leads to patients by
//! membership (`Person`, `Group`) is a ground for nobody who makes it up.

use akson_core::{Caller, Duty, Expected, Partner};

use crate::care::{block, nina, ward};
use crate::stage::*;
use crate::wait::{now, resource};

/// A Communication about a patient, from one to another.
fn message(id: &str, of: &str, from: &str, to: &str) -> String {
    format!(
        r#"{{"resourceType":"Communication","id":"{id}","status":"completed","subject":{{"reference":"Patient/{of}"}},"sender":{{"reference":"Organization/{from}"}},"recipient":[{{"reference":"Organization/{to}"}}],"payload":[{{"contentString":"x"}}]}}"#
    )
}

fn hospital(stage: &Stage, group: Option<&str>) -> Caller {
    let partner = Partner {
        name: "hospital".to_string(),
        organisation: "hospital".to_string(),
        number: Some(stage.number("Organization/hospital")),
        group: group.map(|id| stage.number(&format!("Group/{id}"))),
    };
    Caller::link(partner, NOON)
}

fn town() -> Stage {
    let stage = ward();
    stage.put(&[
        r#"{"resourceType":"Organization","id":"hospital","name":"Hospital"}"#,
        r#"{"resourceType":"Organization","id":"clinic","name":"Clinic"}"#,
        &message("to", "kari", "ward", "hospital"),
        &message("from", "ola", "hospital", "ward"),
        &message("others", "kari", "ward", "clinic"),
        r#"{"resourceType":"Group","id":"pop","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/kari"}}]}"#,
    ]);
    stage
}

#[test]
fn a_partner_sees_the_messages_that_are_theirs_and_nothing_else() {
    let stage = town();
    let record = stage.record(&hospital(&stage, None));
    assert_eq!(finds(&record, "Communication", &[]), Some(vec!["from".to_string(), "to".to_string()]));
    for (address, status) in [
        ("Communication/to", 200),
        ("Communication/from", 200),
        ("Communication/others", 404),
        ("Communication/none", 404),
        ("Patient/kari", 404),
        ("Observation/of-kari", 404),
        ("Group/pop", 404),
        ("AuditEvent/none", 403),
        ("Subscription/none", 403),
        ("Organization/ward", 200),
    ] {
        assert_eq!(reads(&record, address), status, "{address}");
    }
    for (name, asked) in [
        ("Patient", ("_has:Communication:subject:status", "completed")),
        ("Observation", ("subject", "Patient/kari")),
        ("Communication", ("subject:Patient.given", "kari")),
    ] {
        assert_eq!(finds(&record, name, &[asked]), Some(Vec::new()), "{name}?{asked:?}");
    }
    let included = [("_id", "to"), ("_include", "*"), ("_revinclude", "*")];
    let found = finds(&record, "Communication", &included).unwrap();
    assert!(found.iter().all(|id| ["to", "ward", "hospital"].contains(&id.as_str())), "{found:?}");
    // A link that is no organisation yet sees no message.
    let nobody = stage.record(&Caller::link(Partner { name: "new".to_string(), ..Partner::default() }, NOON));
    assert_eq!(finds(&nobody, "Communication", &[]), Some(Vec::new()));
}

#[test]
fn a_partner_sends_in_its_own_name_and_changes_nothing() {
    let stage = town();
    let record = stage.record(&hospital(&stage, None));
    let send = |text: &str| {
        let text = text.replace(r#""id":"new","#, "");
        status(&now(record.create(resource(&text), None)))
    };
    assert_eq!(send(&message("new", "kari", "hospital", "ward")), 200);
    assert_eq!(send(&message("new", "kari", "ward", "hospital")), 403, "not in another's name");
    assert_eq!(send(&observation("new", "kari", "")), 403);
    assert_eq!(send(&patient("new", "")), 403);
    for id in ["from", "to", "others", "none"] {
        let changed = now(record.update(resource(&message(id, "kari", "hospital", "ward")), Expected::Any));
        assert_eq!(status(&changed), 403, "{id}");
        assert_eq!(status(&now(record.delete("Communication", id, None))), 403, "{id}");
    }
}

#[test]
fn registered_patients_and_blocks_narrow_what_a_partner_sees() {
    let stage = town();
    let record = stage.record(&hospital(&stage, Some("pop")));
    assert_eq!(finds(&record, "Communication", &[]), Some(vec!["to".to_string()]));
    let about = |of: &str| message("new", of, "hospital", "ward").replace(r#""id":"new","#, "");
    assert_eq!(status(&now(record.create(resource(&about("ola")), None))), 403);
    assert_eq!(status(&now(record.create(resource(&about("kari")), None))), 200);
    let deny = r#"{"type":"deny","actor":[{"role":{"coding":[{"code":"PRCP"}]},"reference":{"reference":"Organization/hospital"}}]}"#;
    stage.put(&[&block(deny)]);
    assert_eq!(finds(&record, "Communication", &[]), Some(Vec::new()));
    assert_eq!(reads(&record, "Communication/to"), 404);
}

/// Membership is a ground for systems and partners that are registered with a Group, and for nobody else.
#[test]
fn memberships_that_somebody_makes_up_open_nothing() {
    let stage = town();
    stage.put(&[
        r#"{"resourceType":"Person","id":"both","link":[{"target":{"reference":"Patient/kari"}},{"target":{"reference":"Patient/ola"}}]}"#,
        r#"{"resourceType":"Person","id":"nina","link":[{"target":{"reference":"Practitioner/nina"}},{"target":{"reference":"Patient/ola"}}]}"#,
        r#"{"resourceType":"Group","id":"mixed","type":"person","actual":true,"managingEntity":{"reference":"Organization/ward"},"member":[{"entity":{"reference":"Patient/ola"}},{"entity":{"reference":"Practitioner/nina"}}]}"#,
    ]);
    let kari = stage.citizen("kari", "1970-01-01");
    let callers =
        [nina(&stage), stage.staff("gro", Duty::Doctor, &["Group/mixed", "Person/nina"]), kari, hospital(&stage, None)];
    for caller in &callers {
        let record = stage.record(caller);
        for address in ["Patient/ola", "Observation/of-ola", "Person/both", "Person/nina", "Group/mixed"] {
            assert_eq!(reads(&record, address), 404, "{} {address}", caller.name());
        }
        for asked in [("link:Patient._id", "ola"), ("patient", "Patient/ola")] {
            assert_eq!(finds(&record, "Person", &[asked]), Some(Vec::new()), "{asked:?}");
        }
        assert_eq!(finds(&record, "Patient", &[("_has:Group:member:_id", "mixed")]), Some(Vec::new()));
        assert_eq!(finds(&record, "Patient", &[("_has:Person:patient:_id", "both")]), Some(Vec::new()));
        // Nor do they write one that would.
        for text in [
            r#"{"resourceType":"Group","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/ola"}}]}"#,
            r#"{"resourceType":"Person","link":[{"target":{"reference":"Patient/ola"}}]}"#,
        ] {
            assert_eq!(status(&now(record.create(resource(text), None))), 403, "{} {text}", caller.name());
        }
    }
    // A system neither widens its own population.
    let system = stage.record(&stage.system("pop", "system/*.cruds"));
    let wider = r#"{"resourceType":"Group","id":"pop","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/ola"}}]}"#;
    assert_eq!(status(&now(system.update(resource(wider), Expected::Any))), 403);
    assert_eq!(reads(&system, "Patient/ola"), 404);
    // An inactive or descriptive Group has no members.
    for change in [r#""active":false,"type":"person","actual":true"#, r#""type":"person","actual":false"#] {
        let before = stage.record(&stage.system("pop", "system/*.rs"));
        assert_eq!(reads(&before, "Patient/kari"), 200);
        let member =
            if change.contains("false,") { r#","member":[{"entity":{"reference":"Patient/kari"}}]"# } else { "" };
        stage.put(&[&format!(r#"{{"resourceType":"Group","id":"pop",{change}{member}}}"#)]);
        assert_eq!(reads(&stage.record(&stage.system("pop", "system/*.rs")), "Patient/kari"), 404, "{change}");
        stage.put(&[
            r#"{"resourceType":"Group","id":"pop","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/kari"}}]}"#,
        ]);
    }
}
