//! A second opinion: what a sight shows, found out by reading every resource, without index rows and without SQL.
//!
//! Knows only what the made-up wards of these tests contain.

use std::collections::{HashMap, HashSet};

use akson_fhir::json::{Kind, Tree, Value};

/// Resources by their references, as texts.
pub type Record = HashMap<String, String>;

/// Who asks.
#[derive(Clone, Debug)]
pub struct Nurse {
    /// References of person, unit…
    pub keys: Vec<String>,
    /// `system|code` of the role.
    pub codes: Vec<String>,
    /// Microseconds since 1970.
    pub moment: i64,
}

/// The references of all resources that a nurse sees: those whose patients are all in care, and none of them blocks it.
pub fn seen(record: &Record, nurse: &Nurse) -> HashSet<String> {
    let trees: HashMap<&str, Tree> =
        record.iter().map(|(name, text)| (name.as_str(), Tree::parse(text.as_bytes()).unwrap())).collect();
    let mut care = HashSet::new();
    let mut blocks = Vec::new();
    for (name, tree) in &trees {
        relations(name, tree.root(), nurse, &mut care);
        if name.starts_with("Consent/") {
            blocks.push(tree.root());
        }
    }
    let shows = |name: &str, root: Value<'_>| {
        let patients = patients(name, root);
        !patients.is_empty()
            && patients.iter().all(|patient| care.contains(patient))
            && !patients.iter().any(|patient| blocks.iter().any(|block| is_blocked(*block, patient, name, root, nurse)))
    };
    trees.iter().filter(|(name, tree)| shows(name, tree.root())).map(|(name, _)| (*name).to_owned()).collect()
}

/// All patients that a resource of these tests names; of a patient, itself.
fn patients(name: &str, root: Value<'_>) -> HashSet<String> {
    if name.starts_with("Patient/") {
        return HashSet::from([name.to_owned()]);
    }
    let mut found = HashSet::new();
    gather(root, &mut found);
    found
}

fn gather(value: Value<'_>, found: &mut HashSet<String>) {
    match value.kind() {
        Kind::Object => {
            found.extend(text(value, "reference").filter(|text| text.starts_with("Patient/")));
            value.members().for_each(|(_, inner)| gather(inner, found));
        }
        Kind::Array => value.items().for_each(|inner| gather(inner, found)),
        _ => {}
    }
}

fn text(value: Value<'_>, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(|text| text.into_owned())
}

fn reference(value: Value<'_>, key: &str) -> Option<String> {
    text(value.get(key)?, "reference")
}

/// The patients in care by a nurse through one resource.
fn relations(name: &str, root: Value<'_>, nurse: &Nurse, care: &mut HashSet<String>) {
    let mine = |found: Option<String>| found.is_some_and(|found| nurse.keys.contains(&found));
    let each = |key: &str| root.get(key).into_iter().flat_map(Value::items);
    let status = text(root, "status").unwrap_or_default();
    match name.split_once('/').unwrap().0 {
        "Patient" if each("generalPractitioner").any(|one| mine(text(one, "reference"))) => {
            care.insert(name.to_owned());
        }
        "CareTeam" if status == "active" => {
            let during = |one: Value<'_>| lasts(one.get("period"), nurse.moment);
            let member = each("participant").any(|one| mine(reference(one, "member")) && during(one));
            care.extend(reference(root, "subject").filter(|_| member));
        }
        "Task" if status == "requested" && mine(reference(root, "owner")) => care.extend(reference(root, "for")),
        "Appointment" if status == "booked" => {
            // All of them are at noon of a winter's day.
            let day = |moment: i64| (moment + 3_600_000_000).div_euclid(86_400_000_000);
            let today = text(root, "start").is_some_and(|start| day(crate::ward::moment(&start)) == day(nurse.moment));
            if today && each("participant").any(|one| mine(reference(one, "actor"))) {
                let actors = each("participant").filter_map(|one| reference(one, "actor"));
                care.extend(actors.filter(|actor| actor.starts_with("Patient/")));
            }
        }
        _ => {}
    }
}

/// Whether a period of moments holds.
fn lasts(period: Option<Value<'_>>, moment: i64) -> bool {
    let Some(period) = period else { return true };
    let start = text(period, "start").map_or(i64::MIN, |start| crate::ward::moment(&start));
    let end = text(period, "end").map_or(i64::MAX, |end| crate::ward::moment(&end));
    start <= moment && moment < end
}

fn is_blocked(consent: Value<'_>, patient: &str, name: &str, root: Value<'_>, nurse: &Nurse) -> bool {
    let deny = consent.get("provision").unwrap();
    let each = |key: &str| deny.get(key).into_iter().flat_map(Value::items);
    let role = |actor: Value<'_>| {
        let coding = actor.get("role").and_then(|role| role.get("coding")).and_then(|list| list.items().next());
        coding.map(|one| format!("{}|{}", text(one, "system").unwrap(), text(one, "code").unwrap()))
    };
    let for_me = deny.get("actor").is_none()
        || each("actor").any(|actor| match reference(actor, "reference") {
            Some(whom) => nurse.keys.contains(&whom),
            None => role(actor).is_some_and(|role| nurse.codes.contains(&role)),
        });
    let of_type = deny.get("class").is_none()
        || each("class").any(|class| name.starts_with(&format!("{}/", text(class, "code").unwrap())));
    let labels: Vec<String> = ["category", "code", "meta"].into_iter().flat_map(|key| codes(root.get(key))).collect();
    let labelled = deny.get("securityLabel").is_none()
        || each("securityLabel").any(|label| labels.contains(&text(label, "code").unwrap()));
    let item = deny.get("data").is_none()
        || each("data").any(|data| reference(data, "reference").is_some_and(|item| item == name));
    text(consent, "status").unwrap() == "active"
        && reference(consent, "patient").unwrap() == patient
        && lasts(deny.get("period"), nurse.moment)
        && for_me
        && of_type
        && labelled
        && item
}

fn codes(value: Option<Value<'_>>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    match value.kind() {
        Kind::Object => {
            let own = text(value, "code");
            own.into_iter().chain(value.members().flat_map(|(_, inner)| codes(Some(inner)))).collect()
        }
        Kind::Array => value.items().flat_map(|inner| codes(Some(inner))).collect(),
        _ => Vec::new(),
    }
}
