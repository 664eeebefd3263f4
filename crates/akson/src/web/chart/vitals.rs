//! Sets of vital signs from Observations: what was measured at the same time, with its points.
//!
//! Codes: LOINC for the signs, SNOMED CT for the sum. Points are counted by `core::scores`; a sum that was recorded is shown as
//! it was recorded. What it does not do: draw, or score what is missing.

use std::collections::BTreeMap;

use akson_core::Wanted;
use akson_core::scores::news2::{self, Consciousness, Risk, Scale, Score, Vitals};
use akson_fhir::json::Value;

use super::Names;
use crate::web::read::{self, Resource};
use crate::web::when;

/// The system of LOINC.
pub const LOINC: &str = "http://loinc.org";
/// The system of SNOMED CT.
pub const SNOMED: &str = "http://snomed.info/sct";
/// The sum of NEWS2.
pub const NEWS2: &str = "1104051000000101";
/// Breaths.
pub const RESPIRATION: &str = "9279-1";
/// Oxygen saturation.
pub const SATURATION: &str = "2708-6";
/// The same by pulse oximetry.
pub const SATURATION_TOO: &str = "59408-5";
/// Flow of oxygen given.
pub const OXYGEN: &str = "3151-8";
/// Temperature.
pub const TEMPERATURE: &str = "8310-5";
/// Blood pressure.
pub const PRESSURE: &str = "85354-9";
/// Its upper value.
pub const SYSTOLIC: &str = "8480-6";
/// Its lower value.
pub const DIASTOLIC: &str = "8462-4";
/// Pulse.
pub const PULSE: &str = "8867-4";
/// Level of consciousness.
pub const CONSCIOUSNESS: &str = "80288-4";
/// Weight.
pub const WEIGHT: &str = "29463-7";
/// Our own codes about a scoring.
pub const OWN: &str = "urn:akson:news2";
/// Which scale of saturation was used.
pub const SCALE: &str = "saturation-scale";

/// A set.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What is scored.
    pub vitals: Vitals,
    /// The lower blood pressure.
    pub diastolic: Option<i64>,
    /// The sum as it was recorded.
    pub recorded: Option<u8>,
    /// Who measured.
    pub by: String,
}

impl Set {
    /// Its points.
    pub fn score(&self) -> Score {
        news2::score(&self.vitals)
    }

    /// The sum: as recorded, or counted if nothing is missing.
    pub fn sum(&self) -> Option<u8> {
        let score = self.score();
        self.recorded.or((score.missing() == 0).then(|| score.sum()))
    }

    /// The risk at that sum.
    pub fn risk(&self) -> Option<Risk> {
        Some(news2::risk(self.sum()?, self.score().parts().contains(&Some(3))))
    }
}

/// All of these as the value of a search for codes.
fn codes() -> String {
    let loinc = [RESPIRATION, SATURATION, SATURATION_TOO, OXYGEN, TEMPERATURE, PRESSURE, PULSE, CONSCIOUSNESS];
    let all = loinc.iter().map(|code| format!("{LOINC}|{code}")).chain([format!("{SNOMED}|{NEWS2}")]);
    all.collect::<Vec<_>>().join(",")
}

/// What to ask the record for: the newest signs from a moment on.
pub fn wanted(from: Option<i64>, most: usize) -> Wanted {
    let mut pairs = vec![
        ("code".to_string(), codes()),
        ("_sort".to_string(), "-date".to_string()),
        ("_count".to_string(), most.to_string()),
    ];
    pairs.extend(from.map(|from| ("date".to_string(), format!("ge{}", when::instant(from)))));
    Wanted { type_name: "Observation", pairs }
}

/// The sets among Observations, the oldest first.
pub fn sets(observations: &[Resource], names: &Names) -> Vec<Set> {
    let mut all: BTreeMap<i64, Set> = BTreeMap::new();
    for one in observations {
        if matches!(one.text(&["status"]).as_str(), "entered-in-error" | "cancelled") {
            continue;
        }
        let Some(at) = when::moment(&one.text(&["effectiveDateTime"])) else { continue };
        // To the minute: a set is measured in one go.
        let set = all.entry(at - at.rem_euclid(60_000_000)).or_default();
        set.at = at;
        if set.by.is_empty() {
            set.by = names.of(one.at(&["performer"]).and_then(|all| all.items().next()));
        }
        take(set, one);
    }
    all.into_values().filter(|set| set.recorded.is_some() || set.score().missing() < 7).collect()
}

fn take(set: &mut Set, one: &Resource) {
    let number = || number(one.at(&["valueQuantity"]));
    if read::is(one.at(&["code"]), SNOMED, NEWS2) {
        set.recorded = one.text(&["valueInteger"]).parse().ok();
        // A scoring without oxygen among its members was of somebody breathing air.
        set.vitals.oxygen = set.vitals.oxygen.or(Some(false));
        for part in read::items(one.root(), &["component"]) {
            scored(set, part);
        }
        return;
    }
    let Some(code) = read::code(one.at(&["code"]), LOINC) else { return };
    match code.as_str() {
        RESPIRATION => set.vitals.respiration = number().map(whole),
        SATURATION | SATURATION_TOO => set.vitals.saturation = number().map(whole),
        OXYGEN => set.vitals.oxygen = number().map(|flow| flow > 0.0),
        TEMPERATURE => set.vitals.temperature = number().map(|degrees| whole(degrees * 10.0)),
        PULSE => set.vitals.pulse = number().map(whole),
        CONSCIOUSNESS => {
            let letter = read::code(one.at(&["valueCodeableConcept"]), OWN).unwrap_or_default();
            set.vitals.consciousness = Consciousness::of_letter(&letter).or(set.vitals.consciousness);
        }
        PRESSURE => {
            for part in read::items(one.root(), &["component"]) {
                let value = || self::number(part.get("valueQuantity")).map(whole);
                match read::code(part.get("code"), LOINC).as_deref() {
                    Some(SYSTOLIC) => set.vitals.systolic = value(),
                    Some(DIASTOLIC) => set.diastolic = value(),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// What a scoring says of itself beside its sum.
fn scored(set: &mut Set, part: Value<'_>) {
    let points = read::text(part, &["valueInteger"]);
    if read::is(part.get("code"), OWN, SCALE) && points == "2" {
        set.vitals.scale = Scale::Two;
    }
    if read::is(part.get("code"), LOINC, CONSCIOUSNESS) && set.vitals.consciousness.is_none() {
        let state = if points == "0" { Consciousness::Alert } else { Consciousness::Confused };
        set.vitals.consciousness = Some(state);
    }
    if read::is(part.get("code"), LOINC, OXYGEN) && points == "2" {
        set.vitals.oxygen = Some(true);
    }
}

fn number(value: Option<Value<'_>>) -> Option<f64> {
    read::quantity(value).map(|(number, _)| number)
}

fn whole(number: f64) -> i64 {
    number.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use akson_core::Seen;

    fn observation(text: &str) -> Resource {
        let text = text.as_bytes().to_vec();
        let seen = Seen { type_name: "Observation", id: "o".into(), version: 1, updated: 0, deleted: false, text };
        Resource::of(&seen).unwrap()
    }

    fn simple(code: &str, value: &str, at: &str) -> Resource {
        observation(&format!(
            r#"{{"status":"final","code":{{"coding":[{{"system":"{LOINC}","code":"{code}"}}]}},"effectiveDateTime":"{at}","valueQuantity":{{"value":{value}}}}}"#
        ))
    }

    #[test]
    fn what_was_measured_in_one_go_is_one_set() {
        let (first, second) = ("2026-11-22T08:10:00+01:00", "2026-11-22T12:20:00+01:00");
        let pressure = observation(&format!(
            r#"{{"status":"final","code":{{"coding":[{{"system":"{LOINC}","code":"{PRESSURE}"}}]}},"effectiveDateTime":"{second}","component":[{{"code":{{"coding":[{{"system":"{LOINC}","code":"{SYSTOLIC}"}}]}},"valueQuantity":{{"value":118}}}},{{"code":{{"coding":[{{"system":"{LOINC}","code":"{DIASTOLIC}"}}]}},"valueQuantity":{{"value":64}}}}]}}"#
        ));
        let news = observation(&format!(
            r#"{{"status":"final","code":{{"coding":[{{"system":"{SNOMED}","code":"{NEWS2}"}}]}},"effectiveDateTime":"{second}","valueInteger":5,"component":[{{"code":{{"coding":[{{"system":"{LOINC}","code":"{CONSCIOUSNESS}"}}]}},"valueInteger":0}}]}}"#
        ));
        let all = [
            simple(PULSE, "96", second),
            simple(TEMPERATURE, "38.3", second),
            pressure,
            news,
            simple(RESPIRATION, "22", second),
            simple(SATURATION, "94", second),
            simple(PULSE, "72", first),
        ];
        let sets = sets(&all, &Names::default());
        assert_eq!(sets.len(), 2);
        assert_eq!((sets[0].vitals.pulse, sets[0].sum()), (Some(72), None));
        let last = &sets[1];
        assert_eq!((last.vitals.systolic, last.diastolic, last.vitals.temperature), (Some(118), Some(64), Some(383)));
        assert_eq!((last.sum(), last.score().sum(), last.risk()), (Some(5), 5, Some(Risk::Medium)));
    }

    #[test]
    fn what_was_entered_in_error_is_no_measurement() {
        let wrong = observation(&format!(
            r#"{{"status":"entered-in-error","code":{{"coding":[{{"system":"{LOINC}","code":"{PULSE}"}}]}},"effectiveDateTime":"2026-11-22T08:10:00+01:00","valueQuantity":{{"value":300}}}}"#
        ));
        assert!(sets(&[wrong], &Names::default()).is_empty());
    }
}
