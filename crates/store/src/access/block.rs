//! What patients have blocked: denials in active consents on privacy.
//!
//! A denial names whom (people, units, roles; nobody: everybody) and what (types, labels, units, single items; nothing:
//! all of it). A resource is blocked if it is of one of the types, has one of the labels and is one of the items or of
//! the units. A named person's block holds in emergencies too, and so does one that says so by its purpose.
//! Promises: in doubt more is blocked and not less: exceptions within a denial are not read, nor is the time of the data;
//! somebody who cannot be told apart is everybody.
//! Spec: <https://hl7.org/fhir/R4/consent.html>.

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::json::Value;

use super::facts::{Facts, is, list};
use super::period::{self, Span};
use crate::engine::Bind::Int;
use crate::search::numbers::Numbers;
use crate::search::registry::Registry;
use crate::search::rows::{BlockRow, Party};
use crate::search::sight::Blocked;
use crate::{Error, Hashes, View, types};

/// Where a block's code is looked for in a resource.
const LABELS: [&str; 5] = ["_security", "category", "code", "type", "class"];
/// Everybody.
const EVERYBODY: i64 = 0;
/// How deep provisions stand within provisions.
const DEPTH_MAX: usize = 8;
/// Purposes that are care.
const CARE: [&str; 5] = ["TREAT", "ETREAT", "BTG", "COC", "CAREMGT"];
/// Purposes that are emergencies.
const EMERGENCY: [&str; 2] = ["ETREAT", "BTG"];
/// What is done by somebody who sees a record.
const SEEING: [&str; 3] = ["access", "use", "disclose"];

/// How the code of a role stands among those who are blocked: below zero, where no resource has its number.
pub(crate) fn role(hashes: &Hashes, code: &str) -> i64 {
    -((hashes.any(code) >> 1) as i64) - 1
}

/// Blocks for which of these concern a caller.
pub(crate) fn whom(hashes: &Hashes, blocked: &Blocked) -> Numbers {
    let codes = blocked.codes.iter().map(|code| role(hashes, code));
    blocked.keys.list().iter().copied().chain(codes).chain([EVERYBODY]).collect()
}

impl View {
    /// Whether a patient has blocked anything for a caller that an emergency would open.
    pub fn has_block(&self, patient: i64, blocked: &Blocked, moment: i64) -> Result<bool, Error> {
        let whom = whom(&self.shared.hashes, blocked);
        let sql = "SELECT whom FROM block WHERE patient = $1 AND emergency = 0 AND since <= $2 AND until > $2 \
                   ORDER BY whom LIMIT $3";
        let found = self.connection.query(sql, &[Int(patient), Int(moment), Int(i64::MAX)], |row| row.int(0))?;
        Ok(found.iter().any(|one| whom.list().contains(one)))
    }
}

/// The numbers of the parameters whose codes a block may name.
pub(crate) fn label_rows(registry: &Registry, type_name: &str) -> Vec<i32> {
    let found = LABELS.iter().filter_map(|code| registry.find(type_name, code));
    let tokens = found.filter(|parameter| parameter.kind == SearchKind::Token);
    let mut rows: Vec<i32> = tokens.flat_map(|parameter| parameter.rows.iter().copied()).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Reads the blocks of a Consent.
pub(crate) fn read(root: Value<'_>, into: &mut Facts<'_>) {
    let about_privacy =
        root.get("scope").is_some_and(|scope| codings(scope).any(|(_, code)| code == "patient-privacy"));
    if !is(root, "status", &["active"]) || !about_privacy {
        return;
    }
    let (Some(patient), Some(provision)) = (into.patient(root.get("patient")), root.get("provision")) else { return };
    provided(into, patient, provision, Span::ALWAYS, 0);
}

fn provided(into: &mut Facts<'_>, patient: Party, provision: Value<'_>, within: Span, depth: usize) {
    // A time that cannot be read is all of the time around it.
    let own = period::of(provision.get("period")).map_or(Some(within), |span| span.and(within));
    let Some(span) = own else { return };
    if is(provision, "type", &["deny"]) {
        denied(into, patient, provision, span);
    }
    for inner in list(provision, "provision").filter(|_| depth < DEPTH_MAX) {
        provided(into, patient, inner, span, depth + 1);
    }
}

fn denied(into: &mut Facts<'_>, patient: Party, provision: Value<'_>, span: Span) {
    let purposes: Vec<String> = list(provision, "purpose").filter_map(coding).map(|(_, code)| code).collect();
    let among = |list: &[&str]| purposes.iter().any(|code| list.contains(&code.as_str()));
    let actions: Vec<String> = list(provision, "action").flat_map(codings).map(|(_, code)| code).collect();
    let of_seeing = actions.is_empty() || actions.iter().any(|code| SEEING.contains(&code.as_str()));
    if !of_seeing || !purposes.is_empty() && !among(&CARE) {
        return;
    }
    let (types, labels) = kinds(into, provision);
    let data = data(into, provision);
    for (whom, person) in actors(into, provision) {
        for type_number in &types {
            for label in &labels {
                for (item, unit) in &data {
                    into.block(BlockRow {
                        type_number: *type_number,
                        patient,
                        whom,
                        emergency: person || among(&EMERGENCY),
                        label: *label,
                        item: *item,
                        unit: *unit,
                        since: span.since,
                        until: span.until,
                    });
                }
            }
        }
    }
}

/// For whom, and whether that is a named person.
fn actors(into: &mut Facts<'_>, provision: Value<'_>) -> Vec<(Party, bool)> {
    let mut found = Vec::new();
    for actor in list(provision, "actor") {
        if let Some((party, name)) = into.party(actor.get("reference")) {
            found.push((party, matches!(name, "Practitioner" | "PractitionerRole")));
            continue;
        }
        let roles: Vec<Party> = actor
            .get("role")
            .into_iter()
            .flat_map(codings)
            .map(|(system, code)| Party::Number(role(into.hashes, &format!("{system}|{code}"))))
            .collect();
        let roles = if roles.is_empty() { vec![Party::Number(EVERYBODY)] } else { roles };
        found.extend(roles.into_iter().map(|party| (party, false)));
    }
    if found.is_empty() {
        found.push((Party::Number(EVERYBODY), false));
    }
    found
}

/// The types and labels; 0 is any.
fn kinds(into: &Facts<'_>, provision: Value<'_>) -> (Vec<i64>, Vec<i64>) {
    let (mut numbers, mut labels) = (Vec::new(), Vec::new());
    for (_, code) in list(provision, "class").filter_map(coding) {
        match Definitions::r4().resource(&code) {
            Some(found) => numbers.push(types::number(found.id)),
            None => labels.push(into.hashes.code(&code)),
        }
    }
    let coded = list(provision, "securityLabel").filter_map(coding).chain(list(provision, "code").flat_map(codings));
    labels.extend(coded.map(|(_, code)| into.hashes.code(&code)));
    let or_any = |list: Vec<i64>| if list.is_empty() { vec![0] } else { list };
    (or_any(numbers), or_any(labels))
}

/// The items and units; what stands elsewhere blocks nothing here.
fn data(into: &mut Facts<'_>, provision: Value<'_>) -> Vec<(Party, Party)> {
    const ANY: Party = Party::Number(0);
    if provision.get("data").is_none() {
        return vec![(ANY, ANY)];
    }
    let named = list(provision, "data").filter_map(|data| into.party(data.get("reference")));
    named
        .map(|(party, name)| match name {
            "Organization" | "HealthcareService" | "Location" => (ANY, party),
            _ => (party, ANY),
        })
        .collect()
}

/// System and code of a Coding.
fn coding(value: Value<'_>) -> Option<(String, String)> {
    let part = |key: &str| value.get(key).and_then(Value::as_str).map(|text| text.into_owned());
    Some((part("system").unwrap_or_default(), part("code")?))
}

/// Systems and codes of a CodeableConcept.
fn codings(value: Value<'_>) -> impl Iterator<Item = (String, String)> {
    list(value, "coding").filter_map(coding)
}
