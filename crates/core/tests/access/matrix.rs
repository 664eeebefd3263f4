//! The golden matrix: persona by state by interaction, on the real store, against a small table that knows no rule.
//!
//! `golden/access.txt` is for people to read: what changes there changes who sees what. Renewed with `UPDATE_GOLDEN=1`.

use akson_core::identity::Kind;
use akson_core::sight::OpeningKind;
use akson_core::{
    Caller, Duty, Expected, HistoryOf, Partner, Patch, Reason, Record, Representation, Responsibility, SearchOf,
    Verdict,
};

use crate::care::block;
use crate::stage::*;
use crate::wait::{now, resource};

/// What the table says about somebody and a kind of resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Right {
    /// Reads and writes.
    Writes,
    /// Reads, and adds new things.
    Adds,
    /// Reads.
    Reads,
    /// It is as if it were not there.
    Nothing,
    /// This is never theirs, whatever is there.
    Never,
}
use Right::{Adds, Never, Nothing, Reads, Writes};

const PERSONAS: &[&str] = &[
    "nurse at the ward",
    "list doctor",
    "emergency clinic, declared",
    "case worker",
    "psychologist elsewhere",
    "coordinator",
    "student, shift over",
    "leader",
    "privacy officer",
    "administrator",
    "citizen",
    "parent",
    "guardian",
    "proxy",
    "citizen's app",
    "nurse's app",
    "system",
    "exchange partner",
];
const STATES: &[&str] =
    &["related", "unrelated", "blocked", "opened", "child", "young", "sixteen", "hidden", "neighbour", "audit"];
const INTERACTIONS: &[&str] = &[
    "read",
    "vread",
    "history",
    "search",
    "count",
    "chain",
    "has",
    "include",
    "everything",
    "lastn",
    "meta",
    "validate",
    "create",
    "cond-create",
    "update",
    "cond-update",
    "patch",
    "batch",
    "transaction",
    "cond-delete",
    "delete",
    "log",
    "why",
    "dispute",
    "openings",
    "review",
    "open",
    "end-opening",
];

/// The table: the right to the Patient and to an Observation.
fn table(persona: &str, state: &str) -> (Right, Right) {
    let both = |right| (right, right);
    if state == "audit" {
        return match persona {
            "privacy officer" => both(Reads),
            "administrator" | "citizen's app" | "nurse's app" | "system" | "exchange partner" => both(Never),
            "citizen" | "guardian" => both(Reads),
            _ => both(Nothing),
        };
    }
    let cared_for = !matches!(state, "unrelated" | "blocked" | "opened" | "neighbour");
    match persona {
        "nurse at the ward" | "list doctor" => match state {
            "opened" => both(Adds),
            "hidden" => (Reads, Writes),
            _ => both(if cared_for { Writes } else { Nothing }),
        },
        "emergency clinic, declared" => both(if state == "unrelated" { Adds } else { Nothing }),
        "case worker" | "coordinator" => (if cared_for { Reads } else { Nothing }, Never),
        "psychologist elsewhere" | "student, shift over" => both(Nothing),
        "leader" | "privacy officer" | "administrator" => both(Never),
        "citizen" | "citizen's app" => match state {
            "child" | "unrelated" => both(Nothing),
            "young" => (Reads, Nothing),
            _ => both(Reads),
        },
        "parent" => match state {
            "child" => both(Reads),
            "young" => (Reads, Nothing),
            _ => both(Nothing),
        },
        "guardian" => both(if matches!(state, "unrelated" | "hidden") { Nothing } else { Reads }),
        "proxy" => both(if matches!(state, "unrelated" | "hidden" | "child" | "young") { Nothing } else { Reads }),
        "nurse's app" => both(if cared_for { Reads } else { Nothing }),
        "system" => both(if matches!(state, "unrelated" | "blocked" | "opened" | "hidden") { Nothing } else { Writes }),
        // It has messages only, and none of them are here.
        "exchange partner" => both(Nothing),
        other => panic!("{other}"),
    }
}

/// What an interaction comes to by the table.
fn expected(persona: &str, state: &str, interaction: &str) -> String {
    let (patient, other) = table(persona, state);
    let citizen = matches!(persona, "citizen" | "parent" | "guardian" | "proxy");
    let app = matches!(persona, "citizen's app" | "nurse's app");
    let writes_none = citizen || app || state == "audit" || persona == "exchange partner";
    let seen = |right: Right| match right {
        Never => "403",
        Nothing => "404",
        _ => "200",
    };
    let found = |right: Right| match right {
        Never => "403",
        Nothing => "-",
        _ => "seen",
    };
    let change = match other {
        _ if writes_none || other == Never => "403",
        Writes => "200",
        Nothing => "404",
        _ => "403",
    };
    // A student may not delete at all.
    let delete = if persona.starts_with("student") { "403" } else { change };
    match interaction {
        "read" | "vread" | "history" | "meta" | "validate" => seen(other),
        // A stored AuditEvent is read; what is searched is the log, in which it does not stand.
        "search" | "count" | "chain" | "has" | "include" | "lastn" if state == "audit" => match other {
            Never => "403",
            _ => "-",
        },
        "search" | "count" | "chain" => found(other),
        "has" => match (patient, other) {
            (Never, _) | (_, Never) => "403",
            (Nothing, _) | (_, Nothing) => "-",
            _ => "seen",
        },
        "include" => match (patient, other) {
            (_, Never) | (Never, _) => "403",
            (_, Nothing) => "-",
            (Nothing, _) => "seen",
            _ => "seen+patient",
        },
        "everything" => seen(patient),
        "lastn" => found(other),
        "create" => match other {
            _ if writes_none => "403",
            Writes | Adds => "200",
            _ => "403",
        },
        // What is asked for by a condition is there for who sees it; for others something new would be made.
        "cond-create" => match other {
            _ if writes_none => "403",
            Never => "403",
            Nothing => "403",
            _ => "200",
        },
        "update" | "patch" | "batch" | "transaction" => change,
        "cond-update" => change,
        "cond-delete" => match delete {
            "404" => "-",
            other => other,
        },
        "delete" => delete,
        "log" | "why" | "dispute" | "openings" | "review" | "open" | "end-opening" => {
            about_the_log(persona, state, interaction)
        }
        other => panic!("{other}"),
    }
    .to_string()
}

/// What looking at the log, opening a record and watching over that come to by the table.
fn about_the_log(persona: &str, state: &str, interaction: &str) -> &'static str {
    let machine = persona.ends_with("app") || matches!(persona, "system" | "exchange partner");
    let watches = matches!(persona, "leader" | "privacy officer");
    let opens = matches!(
        persona,
        "nurse at the ward" | "list doctor" | "emergency clinic, declared" | "psychologist elsewhere"
    );
    let represents = match persona {
        "citizen" => !matches!(state, "child" | "young" | "unrelated"),
        "parent" => state == "child",
        "guardian" => !matches!(state, "unrelated" | "hidden"),
        _ => false,
    };
    let of_neighbour = if state == "neighbour" { "404" } else { "200" };
    match interaction {
        "log" if machine || persona == "administrator" => "403",
        "log" if persona == "privacy officer" => of_neighbour,
        "log" if represents => "200",
        "log" => "404",
        "why" if matches!(persona, "privacy officer" | "administrator") => of_neighbour,
        "dispute" if represents => "200",
        // Who sees a log, but not this one.
        "dispute" if matches!(persona, "citizen" | "guardian") && state == "unrelated" => "404",
        "openings" if watches => "200",
        "review" if watches => "404",
        "open" if opens => of_neighbour,
        "end-opening" if opens && state != "neighbour" => "200",
        "end-opening" => "-",
        _ => "403",
    }
}

fn town() -> Stage {
    let stage = Stage::new();
    stage.put(&[
        r#"{"resourceType":"Organization","id":"ward","name":"Ward"}"#,
        r#"{"resourceType":"Practitioner","id":"nina","name":[{"family":"Dal"}]}"#,
        r#"{"resourceType":"Practitioner","id":"gro","name":[{"family":"Berg"}]}"#,
        &patient("somebody", ""),
    ]);
    now(stage.core.identity().add_account(Kind::Staff, "nina")).unwrap();
    let mut members = String::new();
    for state in &STATES[..9] {
        let controller = if *state == "neighbour" { NEIGHBOUR } else { HOME };
        let label = if *state == "hidden" { labelled("LOCIS") } else { String::new() };
        let doctor = if *state == "unrelated" || *state == "neighbour" {
            ""
        } else {
            r#","generalPractitioner":[{"reference":"Practitioner/gro"}]"#
        };
        stage.put_of(controller, &patient(state, &format!("{label}{doctor}")));
        let value = format!(r#","identifier":[{{"value":"{state}"}}]"#);
        stage.put_of(controller, &observation(state, state, &value));
        if *state != "unrelated" {
            stage.put_of(controller, &format!(
                r#"{{"resourceType":"Encounter","id":"{state}","status":"in-progress","class":{{"code":"IMP"}},"subject":{{"reference":"Patient/{state}"}},"serviceProvider":{{"reference":"Organization/ward"}}}}"#
            ));
            let comma = if members.is_empty() { "" } else { "," };
            members.push_str(&format!(r#"{comma}{{"entity":{{"reference":"Patient/{state}"}}}}"#));
        }
        if matches!(*state, "blocked" | "opened") {
            let deny = ["Organization/ward", "Group/pop", "Practitioner/gro"].map(|whom| {
                format!(r#"{{"role":{{"coding":[{{"code":"PRCP"}}]}},"reference":{{"reference":"{whom}"}}}}"#)
            });
            let purpose = if *state == "opened" { &deny[..2] } else { &deny[..] };
            let text = block(&format!(r#"{{"type":"deny","actor":[{}]}}"#, purpose.join(",")));
            let text = text
                .replace(r#""id":"block""#, &format!(r#""id":"{state}""#))
                .replace("Patient/kari", &format!("Patient/{state}"));
            stage.put(&[&text]);
        }
    }
    stage.put(&[
        &format!(r#"{{"resourceType":"Group","id":"pop","type":"person","actual":true,"member":[{members}]}}"#),
        r#"{"resourceType":"AuditEvent","id":"audit","type":{"code":"rest"},"recorded":"2026-01-01T00:00:00Z","agent":[{"requestor":true,"who":{"reference":"Patient/related"}}],"source":{"observer":{"display":"x"}}}"#,
    ]);
    stage
}

/// The persona as they stand to the patient of a state.
fn caller(stage: &Stage, persona: &str, state: &str) -> Caller {
    let own = if matches!(state, "audit") { "related" } else { state };
    let born = match state {
        "child" => "2020-01-01",
        "young" => "2012-07-15",
        "sixteen" => "2010-07-15",
        _ => "1970-01-01",
    };
    let ward = &["Organization/ward"][..];
    let record = || vec!["record".to_string()];
    // Who stands for somebody stands for the patient of the state, but for that of nobody they know.
    let other = if state == "unrelated" { "somebody" } else { own };
    let nurse = || stage.staff("nina", Duty::Nurse, ward);
    let citizen = || with_citizen(stage.citizen(other, born), |citizen| citizen.agreed = true);
    let behalf = |by| {
        with_citizen(stage.behalf("somebody", other, born, by), |citizen| {
            citizen.on_behalf.as_mut().unwrap().hidden = state == "hidden";
        })
    };
    match persona {
        "nurse at the ward" => nurse(),
        "list doctor" => stage.staff("gro", Duty::ListDoctor, if state == "opened" { ward } else { &[] }),
        "emergency clinic, declared" => stage.staff("nina", Duty::Emergency, &[]),
        "case worker" => stage.staff("nina", Duty::CaseWorker, ward),
        "psychologist elsewhere" => stage.staff("nina", Duty::Psychologist, &[]),
        "coordinator" => stage.staff("nina", Duty::Coordinator, ward),
        "student, shift over" => with_staff(stage.staff("nina", Duty::Student, ward), |staff| staff.until = NOON),
        "leader" => with_staff(stage.staff("nina", Duty::Leader, ward), |staff| staff.unit_number = 7),
        "privacy officer" => stage.staff("nina", Duty::PrivacyOfficer, ward),
        "administrator" => stage.staff("nina", Duty::Administrator, ward),
        "citizen" => citizen(),
        "parent" => behalf(Representation::Parent(Responsibility::AtHome)),
        "guardian" => behalf(Representation::Guardian(record())),
        "proxy" => behalf(Representation::Proxy(record())),
        "citizen's app" => citizen().through(app("patient/*.rs", Some(stage.number(&format!("Patient/{other}"))))),
        "nurse's app" => nurse().through(app("user/*.rs", None)),
        "system" => stage.system("pop", "system/*.cruds"),
        "exchange partner" => Caller::link(
            Partner {
                name: "hospital".to_string(),
                organisation: "ward".to_string(),
                number: Some(stage.number("Organization/ward")),
                group: Some(stage.number("Group/pop")),
            },
            NOON,
        ),
        other => panic!("{other}"),
    }
}

fn reason() -> Reason {
    Reason { code: "HPAKUTT".to_string(), text: "unconscious".to_string() }
}

/// An entry in the log of a patient.
fn an_event(stage: &Stage, patient: &str) -> String {
    let of = SearchOf { type_name: Some("AuditEvent"), compartment: Some(("Patient", patient.to_string())) };
    let found = now(stage.record(&Caller::operator(NOON, "o")).search(of, Vec::new(), false)).unwrap();
    found.entries[0].0.id.clone()
}

fn does(record: &Record, (state, event): (&str, &str), interaction: &str) -> String {
    let whose = if state == "audit" { "related" } else { state };
    let name = if state == "audit" { "AuditEvent" } else { "Observation" };
    let own = format!(r#","identifier":[{{"value":"{state}"}}]"#);
    let body = |id: &str, value: &str| match name {
        "Observation" => resource(&observation(id, state, &format!(r#"{own},"valueString":"{value}""#))),
        _ => resource(&format!(
            r#"{{"resourceType":"AuditEvent","id":"{id}","type":{{"code":"rest"}},"recorded":"2026-01-01T00:00:00Z","agent":[{{"requestor":true,"who":{{"reference":"Patient/related"}}}}],"source":{{"observer":{{"display":"{value}"}}}}}}"#
        )),
    };
    let code = |status: u16| status.to_string();
    let criteria = || {
        vec![if name == "Observation" {
            ("identifier".into(), state.to_string())
        } else {
            ("type".into(), "rest".into())
        }]
    };
    let search = |name: &'static str, pairs: Vec<(String, String)>, wanted: &str| {
        let of = SearchOf { type_name: Some(name), compartment: None };
        match now(record.search(of, pairs, false)) {
            Err(error) => code(status::<()>(&Err(error))),
            Ok(found) => {
                let ids: Vec<_> = found.entries.iter().map(|(seen, _)| (seen.type_name, seen.id.as_str())).collect();
                let total = found.total.unwrap_or(ids.len() as u64);
                match (ids.contains(&(name, wanted)), ids.len() > 1, total) {
                    (true, true, _) => "seen+patient".to_string(),
                    (true, false, _) => "seen".to_string(),
                    (false, _, 0) => "-".to_string(),
                    (false, ..) => "seen".to_string(),
                }
            }
        }
    };
    let address = format!("{name}/{state}");
    let patch = || Patch::Json(br#"[{"op":"add","path":"/language","value":"nb"}]"#.to_vec());
    let bundle = |kind: &str| {
        let text = body(state, kind).text().to_string();
        resource(&format!(
            r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{{"resource":{text},"request":{{"method":"PUT","url":"{address}"}}}}]}}"#
        ))
    };
    match interaction {
        "read" => code(reads(record, &address)),
        "vread" => code(status(&now(record.vread(of(name), state, 1)))),
        "history" => code(status(&now(record.history(HistoryOf::Instance(of(name), state.into()), &[])))),
        "search" => search(of(name), criteria(), state),
        "count" => search(of(name), [criteria(), vec![("_summary".into(), "count".into())]].concat(), ""),
        "chain" => match name {
            "Observation" => search("Observation", vec![("subject".into(), format!("Patient/{state}"))], state),
            _ => search("AuditEvent", [criteria(), vec![("agent".into(), "Patient/related".into())]].concat(), state),
        },
        "has" => match name {
            "Observation" => {
                search("Patient", vec![("_has:Observation:subject:identifier".into(), state.into())], state)
            }
            _ => search("AuditEvent", criteria(), state),
        },
        "include" => match name {
            "Observation" => {
                search(of(name), [criteria(), vec![("_include".into(), "Observation:subject".into())]].concat(), state)
            }
            _ => search("AuditEvent", criteria(), state),
        },
        "everything" => match name {
            "Observation" => code(status(&now(record.everything(state, Vec::new())))),
            _ => code(reads(record, &address)),
        },
        "lastn" => match name {
            "Observation" => match now(record.lastn(vec![("patient".into(), state.into())], false)) {
                Ok(found) if found.entries.is_empty() => "-".to_string(),
                Ok(_) => "seen".to_string(),
                Err(error) => code(status::<()>(&Err(error))),
            },
            _ => search("AuditEvent", criteria(), state),
        },
        "meta" => code(status(&now(record.meta(of(name), state)))),
        "validate" => code(status(&now(record.validate(of(name), Some(state), None, Default::default())))),
        "create" => code(status(&now(record.create(body("x", "new"), None)))),
        "cond-create" => code(status(&now(record.create(body("x", "new"), Some(vec![("_id".into(), state.into())]))))),
        "update" => code(status(&now(record.update(body(state, "y"), Expected::Any)))),
        "cond-update" => {
            let by_id = vec![("_id".into(), state.to_string())];
            code(status(&now(record.update_matching(body(state, "z"), by_id, Expected::Any))))
        }
        "patch" => code(status(&now(record.patch(of(name), state, patch(), Expected::Any)))),
        "batch" => match now(record.transact(&bundle("batch"), "")).map(|mut answers| answers.pop()) {
            Ok(Some(akson_core::EntryAnswer::Refused(error))) => code(status::<()>(&Err(error))),
            other => code(status(&other)),
        },
        "transaction" => code(status(&now(record.transact(&bundle("transaction"), "")))),
        "cond-delete" => match now(record.delete_matching(of(name), vec![("_id".into(), state.into())], Some(99))) {
            Ok(None) => "-".to_string(),
            // It was found and would have been deleted, had it had that version.
            Err(akson_core::Error::Precondition(_)) => "200".to_string(),
            other => code(status(&other)),
        },
        "delete" => code(status(&now(record.delete(of(name), state, None)))),
        "log" => code(status(&now(record.log(whose, (0, i64::MAX))))),
        "why" => code(status(&now(record.why_of("nina", whose, "Patient")))),
        "dispute" => code(status(&now(record.dispute(event, "")))),
        "openings" => code(status(&now(record.to_review()))),
        "review" => code(status(&now(record.review("nothing", Verdict::Justified, "")))),
        "open" => code(status(&now(record.open(whose, OpeningKind::Emergency, reason())))),
        "end-opening" => {
            let open = now(record.opened(whose)).unwrap();
            let all: Vec<_> = open.iter().map(|opening| status(&now(record.end_opening(&opening.id)))).collect();
            if all.is_empty() { "-".to_string() } else { code(all.into_iter().max().unwrap_or_default()) }
        }
        other => panic!("{other}"),
    }
}

#[test]
fn everybody_sees_and_changes_what_the_table_says() {
    let mut golden = format!(
        "{:<28}{:<11}{}\n",
        "persona",
        "state",
        INTERACTIONS.iter().map(|name| format!("{name:<13}")).collect::<String>().trim_end()
    );
    let mut wrong = Vec::new();
    for persona in PERSONAS {
        let stage = town();
        if matches!(*persona, "nurse at the ward" | "list doctor") {
            let who = caller(&stage, persona, "opened");
            now(stage.record(&who).open("opened", OpeningKind::Emergency, reason())).unwrap();
        }
        if *persona == "emergency clinic, declared" {
            let who = caller(&stage, persona, "unrelated");
            now(stage.record(&who).open("unrelated", OpeningKind::Declared, reason())).unwrap();
        }
        for state in STATES {
            let record = stage.record(&caller(&stage, persona, state));
            let event = an_event(&stage, if *state == "audit" { "related" } else { state });
            let mut line = format!("{persona:<28}{state:<11}");
            for interaction in INTERACTIONS {
                let found = does(&record, (state, &event), interaction);
                let wanted = expected(persona, state, interaction);
                if found != wanted {
                    wrong.push(format!("{persona} | {state} | {interaction}: {found}, not {wanted}"));
                }
                line.push_str(&format!("{found:<13}"));
            }
            golden.push_str(line.trim_end());
            golden.push('\n');
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/access/golden/access.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &golden).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap_or_default(),
        golden,
        "UPDATE_GOLDEN=1 renews it; read what changed"
    );
}
