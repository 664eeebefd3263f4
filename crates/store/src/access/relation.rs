//! Care relations: who has to do with whom, and when, as resources say.
//!
//! Promises: only what is planned or going on gives a relation, and none outlives what it rests on. What cannot be read
//! gives none. What it does not do: say what a relation is a ground for.

use akson_fhir::json::Value;

use super::facts::{Facts, is, list};
use super::kind::Kind;
use super::period::{self, Span};
use crate::search::rows::{Party, RelationRow};

/// The types that give relations.
pub(crate) const SOURCES: [&str; 9] = [
    "Patient",
    "Encounter",
    "Appointment",
    "EpisodeOfCare",
    "CareTeam",
    "ServiceRequest",
    "Task",
    "Communication",
    "Group",
];

/// Somebody, when.
type During = (Party, Span);

/// Reads the relations that a resource gives.
pub(crate) fn read(name: &str, root: Value<'_>, into: &mut Facts<'_>) {
    match name {
        "Patient" => patient(root, into),
        "Encounter" => encounter(root, into),
        "Appointment" => appointment(root, into),
        "EpisodeOfCare" => episode(root, into),
        "CareTeam" => team(root, into),
        "ServiceRequest" => decision(root, into),
        "Task" => task(root, into),
        "Communication" => message(root, into),
        "Group" => group(root, into),
        _ => {}
    }
}

/// The list of a general practitioner.
fn patient(root: Value<'_>, into: &mut Facts<'_>) {
    if root.get("active").and_then(Value::bool) == Some(false) {
        return;
    }
    let whom: Vec<During> = list(root, "generalPractitioner").filter_map(|one| always(into, Some(one))).collect();
    add(into, Kind::List, &[(Party::Own, Span::ALWAYS)], &whom);
}

/// A visit or stay: those who take part, the unit, the places. From the day it is planned for until it is over.
fn encounter(root: Value<'_>, into: &mut Facts<'_>) {
    const OPEN: [&str; 5] = ["planned", "arrived", "triaged", "in-progress", "onleave"];
    let (Some(patient), true) = (into.patient(root.get("subject")), is(root, "status", &OPEN)) else { return };
    let Some(span) = whole_first_day(root.get("period")) else { return };
    // What is planned for no day gives nothing yet.
    if is(root, "status", &["planned"]) && span.since == i64::MIN {
        return;
    }
    let mut whom: Vec<During> = always(into, root.get("serviceProvider")).into_iter().collect();
    for participant in list(root, "participant") {
        whom.extend(during(into, participant.get("individual"), participant.get("period")));
    }
    for place in list(root, "location").filter(|place| !is(*place, "status", &["completed"])) {
        whom.extend(during(into, place.get("location"), place.get("period")));
    }
    add(into, Kind::Stay, &[(patient, span)], &whom);
}

/// A Period from the midnight before it begins.
fn whole_first_day(of: Option<Value<'_>>) -> Option<Span> {
    let span = period::of(of)?;
    let first = of.and_then(|period| period::days(period.get("start"), None));
    Some(Span { since: first.map_or(span.since, |day| day.since), ..span })
}

/// An appointment: its days, from midnight to midnight.
fn appointment(root: Value<'_>, into: &mut Facts<'_>) {
    if !is(root, "status", &["booked", "arrived", "checked-in", "fulfilled"]) {
        return;
    }
    let Some(span) = period::days(root.get("start"), root.get("end")) else { return };
    let (mut patients, mut whom) = (Vec::new(), Vec::new());
    for participant in list(root, "participant").filter(|one| !is(*one, "status", &["declined"])) {
        match into.party(participant.get("actor")) {
            Some((party, "Patient")) => patients.push((party, span)),
            Some((party, _)) => whom.extend(period::of(participant.get("period")).map(|during| (party, during))),
            None => {}
        }
    }
    add(into, Kind::Visit, &patients, &whom);
}

fn episode(root: Value<'_>, into: &mut Facts<'_>) {
    let (Some(patient), true) =
        (into.patient(root.get("patient")), is(root, "status", &["planned", "active", "onhold"]))
    else {
        return;
    };
    let Some(span) = period::of(root.get("period")) else { return };
    let mut whom: Vec<During> = Vec::new();
    for key in ["managingOrganization", "careManager"] {
        whom.extend(always(into, root.get(key)));
    }
    whom.extend(list(root, "team").filter_map(|team| always(into, Some(team))));
    add(into, Kind::Episode, &[(patient, span)], &whom);
}

fn team(root: Value<'_>, into: &mut Facts<'_>) {
    let (Some(patient), true) = (into.patient(root.get("subject")), is(root, "status", &["active"])) else { return };
    let Some(span) = period::of(root.get("period")) else { return };
    // Who is in care by the team itself is asked for with the team's own number.
    let mut whom: Vec<During> = vec![(Party::Own, Span::ALWAYS)];
    whom.extend(list(root, "managingOrganization").filter_map(|one| always(into, Some(one))));
    for participant in list(root, "participant") {
        whom.extend(during(into, participant.get("member"), participant.get("period")));
    }
    add(into, Kind::Team, &[(patient, span)], &whom);
}

/// A decision on services, or a referral: from when it was made until what it orders is over.
fn decision(root: Value<'_>, into: &mut Facts<'_>) {
    let (Some(patient), true) = (into.patient(root.get("subject")), is(root, "status", &["active", "on-hold"])) else {
        return;
    };
    let timing = root.get("occurrenceTiming").and_then(|timing| timing.get("repeat"));
    let bounds = timing.and_then(|repeat| repeat.get("boundsPeriod"));
    let Some(mut span) = period::of(root.get("occurrencePeriod").or(bounds)) else { return };
    if let Some(made) = root.get("authoredOn").and_then(Value::as_str) {
        let Some(made) = period::beginning(&made) else { return };
        span.since = made;
    }
    let whom: Vec<During> = list(root, "performer").filter_map(|one| always(into, Some(one))).collect();
    add(into, Kind::Decision, &[(patient, span)], &whom);
}

fn task(root: Value<'_>, into: &mut Facts<'_>) {
    const OPEN: [&str; 6] = ["requested", "received", "accepted", "ready", "in-progress", "on-hold"];
    let (Some(patient), true) = (into.patient(root.get("for")), is(root, "status", &OPEN)) else { return };
    let Some(span) = period::of(root.get("restriction").and_then(|one| one.get("period"))) else { return };
    let whom: Vec<During> = always(into, root.get("owner")).into_iter().collect();
    add(into, Kind::Task, &[(patient, span)], &whom);
}

/// An open message thread: sender and recipients.
fn message(root: Value<'_>, into: &mut Facts<'_>) {
    const OPEN: [&str; 3] = ["preparation", "in-progress", "on-hold"];
    let (Some(patient), true) = (into.patient(root.get("subject")), is(root, "status", &OPEN)) else { return };
    let mut whom: Vec<During> = always(into, root.get("sender")).into_iter().collect();
    whom.extend(list(root, "recipient").filter_map(|one| always(into, Some(one))));
    add(into, Kind::Message, &[(patient, Span::ALWAYS)], &whom);
}

/// A group of patients: the group itself has the relation.
fn group(root: Value<'_>, into: &mut Facts<'_>) {
    let is_off = root.get("active").and_then(Value::bool) == Some(false);
    if is_off || !is(root, "type", &["person"]) || root.get("actual").and_then(Value::bool) != Some(true) {
        return;
    }
    let mut members = Vec::new();
    for member in list(root, "member").filter(|one| one.get("inactive").and_then(Value::bool) != Some(true)) {
        if let (Some(patient), Some(span)) = (into.patient(member.get("entity")), period::of(member.get("period"))) {
            members.push((patient, span));
        }
    }
    add(into, Kind::Member, &members, &[(Party::Own, Span::ALWAYS)]);
}

fn always(into: &mut Facts<'_>, who: Option<Value<'_>>) -> Option<During> {
    during(into, who, None)
}

fn during(into: &mut Facts<'_>, who: Option<Value<'_>>, when: Option<Value<'_>>) -> Option<During> {
    let span = period::of(when)?;
    // Patients are not in care by patients.
    into.party(who).filter(|(_, name)| *name != "Patient").map(|(party, _)| (party, span))
}

fn add(into: &mut Facts<'_>, kind: Kind, patients: &[During], whom: &[During]) {
    for (patient, of_patient) in patients {
        for (who, of_who) in whom {
            if let Some(Span { since, until }) = of_patient.and(*of_who) {
                into.relation(RelationRow { kind: kind as i32, who: *who, patient: *patient, since, until });
            }
        }
    }
}
