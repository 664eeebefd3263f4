//! The banner of a record, from the Patient, its allergies, flags and episodes.

use akson_core::Standpoint;

use super::{Names, Part, ground};
use crate::web::ask::Ask;
use crate::web::read::{self, Resource};
use crate::web::shell::banner::{Banner, Flag, Known};
use crate::web::{sex, when};

/// Allergies that stand in red.
const CRITICAL_MAX: usize = 3;
const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
const SNOMED: &str = "http://snomed.info/sct";
/// Codes that say that there is no allergy.
const NO_ALLERGY: &[&str] = &["716186003", "409137002", "428607008"];
/// Systems of national identity numbers: birth number, D-number.
const NUMBERS: &[&str] = &["urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2"];

/// The banner.
pub fn of(
    ask: &Ask,
    patient: &Resource,
    parts: &[Part<Vec<Resource>>],
    names: &Names,
    grounds: &[Standpoint],
) -> Banner {
    let (name, spoken) = read::person(patient);
    let born = patient.text(&["birthDate"]);
    let age = when::age(&born, ask.moment, ask.language);
    let sex = sex(&patient.text(&["gender"]), ask.language);
    let (critical, milder, allergies) = allergies(parts.first());
    let mut flags: Vec<Flag> =
        milder.into_iter().map(|text| Flag { icon: "ExclamationmarkTriangle", text, warns: true }).collect();
    if let Some(Part::There(found)) = parts.get(1) {
        let active = found.iter().filter(|flag| flag.text(&["status"]) == "active");
        flags.extend(active.map(|flag| Flag {
            icon: "StarOfLife",
            text: read::words(flag.at(&["code"])),
            warns: true,
        }));
    }
    flags.extend(language(ask, patient));
    let episodes = match parts.get(2) {
        Some(Part::There(found)) => found.as_slice(),
        _ => &[],
    };
    let (ground, opened) = ground::words(grounds, episodes, ask.language);
    let unnamed = ask.say(["Uten navn", "Utan namn", "No name"]);
    Banner {
        id: patient.id.clone(),
        name: if name.is_empty() { unnamed.to_string() } else { name },
        spoken: if spoken.is_empty() { unnamed.to_string() } else { spoken },
        age: [age, sex].into_iter().flatten().collect::<Vec<_>>().join(", "),
        number: number(patient).map(|number| number.chars().take(6).collect()).unwrap_or_default(),
        critical,
        allergies,
        flags,
        facts: facts(ask, patient, names),
        ground,
        opened,
    }
}

/// The national identity number.
pub fn number(patient: &Resource) -> Option<String> {
    let mut all = read::items(patient.root(), &["identifier"]);
    let found = all.find(|one| NUMBERS.contains(&read::text(*one, &["system"]).as_str()))?;
    Some(read::text(found, &["value"])).filter(|value| !value.is_empty())
}

fn facts(ask: &Ask, patient: &Resource, names: &Names) -> Vec<(&'static str, String)> {
    let hidden = read::items(patient.root(), &["meta", "security"]).any(|one| read::text(one, &["code"]) == "REDACTED");
    let address = match hidden {
        true => ask.say(["fortrolig", "fortruleg", "confidential"]).to_string(),
        false => read::address(patient.at(&["address"])),
    };
    let phone = patient.at(&["telecom"]).into_iter().flat_map(|all| all.items());
    let phone =
        phone.filter(|one| read::text(*one, &["system"]) == "phone").map(|one| read::text(one, &["value"])).next();
    let doctor = patient.at(&["generalPractitioner"]).and_then(|all| all.items().next());
    let facts = [
        (ask.say(["Bosted", "Bustad", "Lives at"]), address),
        (ask.say(["Telefon", "Telefon", "Telephone"]), phone.unwrap_or_default()),
        (ask.say(["Fastlege", "Fastlege", "GP"]), names.of(doctor)),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The language somebody wants to be spoken to in, if it is not bokmål.
fn language(ask: &Ask, patient: &Resource) -> Option<Flag> {
    let mut all = read::items(patient.root(), &["communication"]);
    let wanted = all.find_map(|one| {
        let code = read::text(one, &["language", "coding", "code"]);
        (!code.is_empty() && !matches!(code.as_str(), "nb" | "no" | "nb-NO")).then(|| read::words(one.get("language")))
    })?;
    let text = format!("{} {wanted}", ask.say(["Språk:", "Språk:", "Language:"]));
    Some(Flag { icon: "Language", text, warns: false })
}

/// Allergies that can kill, others, and what is known of them.
fn allergies(part: Option<&Part<Vec<Resource>>>) -> (Vec<String>, Vec<String>, Known) {
    let found = match part {
        Some(Part::There(found)) => found,
        Some(Part::NoAccess) => return (Vec::new(), Vec::new(), Known::NoAccess),
        Some(Part::Failed) | None => return (Vec::new(), Vec::new(), Known::Failed),
    };
    let live: Vec<&Resource> = found
        .iter()
        .filter(|one| {
            let status = read::code(one.at(&["clinicalStatus"]), CLINICAL).unwrap_or_default();
            let wrong = read::code(one.at(&["verificationStatus"]), VERIFICATION).unwrap_or_default();
            !matches!(status.as_str(), "inactive" | "resolved")
                && !matches!(wrong.as_str(), "entered-in-error" | "refuted")
        })
        .collect();
    let none =
        |one: &&Resource| read::code(one.at(&["code"]), SNOMED).is_some_and(|code| NO_ALLERGY.contains(&code.as_str()));
    if !live.is_empty() && live.iter().all(none) {
        return (Vec::new(), Vec::new(), Known::None);
    }
    let (mut critical, mut milder) = (Vec::new(), Vec::new());
    for one in live.iter().filter(|one| !none(one)) {
        let what = read::words(one.at(&["code"]));
        let how = read::words(one.at(&["reaction", "manifestation"]));
        let text = if how.is_empty() { what } else { format!("{what} – {how}") };
        match one.text(&["criticality"]).as_str() {
            "high" if critical.len() < CRITICAL_MAX => critical.push(text),
            _ => milder.push(text),
        }
    }
    let known = if critical.is_empty() && milder.is_empty() { Known::Unsaid } else { Known::Some };
    (critical, milder, known)
}
