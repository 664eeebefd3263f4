//! Measurements: vital signs with NEWS2, weight, glucose, laboratory tests with their reference ranges.
//!
//! NEWS2 with saturation on scale 1. Promise: the total is the sum of its components.

use akson_core::scores::news2::{self, Band};

use super::chance::Chance;
use super::day::Day;
use super::district::Worker;
use super::json::{Json, bare, list, object, text};
use super::shape::{Chart, LOINC, SNOMED, coding, concept, hl7, named, quantity};

/// The signs of one scoring.
#[derive(Clone, Copy)]
pub(super) struct Signs {
    pub breaths: i32,
    pub saturation: i32,
    pub oxygen: bool,
    /// In tenths of a degree.
    pub temperature: i32,
    pub upper: i32,
    pub lower: i32,
    pub pulse: i32,
    pub awake: bool,
}

/// How ill somebody is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ill {
    Not,
    Somewhat,
    Very,
}

/// When and by whom something was measured.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub day: Day,
    pub minute: i32,
    pub by: &'a Worker,
}

impl Signs {
    /// Signs of somebody, who has poor lungs or not.
    pub(super) fn drawn(chance: &mut Chance, ill: Ill, poor_lungs: bool) -> Signs {
        let worse = match ill {
            Ill::Not => 0,
            Ill::Somewhat => 1,
            Ill::Very => 2,
        };
        let lungs = if poor_lungs { 3 } else { 0 };
        let upper = chance.between(118, 148) - worse * chance.between(5, 14);
        Signs {
            breaths: chance.between(13, 18) + worse * chance.between(4, 6),
            saturation: chance.between(96, 99) - lungs - worse * chance.between(1, 3),
            oxygen: ill == Ill::Very && chance.permille(500),
            temperature: chance.between(362, 373) + worse * chance.between(4, 11),
            upper,
            lower: upper - chance.between(48, 62),
            pulse: chance.between(62, 84) + worse * chance.between(8, 18),
            awake: ill != Ill::Very || chance.permille(750),
        }
    }

    /// The points of each: breathing, saturation, oxygen, temperature, pressure, pulse, consciousness.
    pub(super) fn points(&self) -> [u32; 7] {
        let given = |points: u8, is: bool| if is { u32::from(points) } else { 0 };
        let of = |bands: &[Band], value: i32| u32::from(news2::points(bands, i64::from(value)));
        [
            of(news2::RESPIRATION, self.breaths),
            of(news2::SATURATION_1, self.saturation),
            given(news2::OXYGEN, self.oxygen),
            of(news2::TEMPERATURE, self.temperature),
            of(news2::SYSTOLIC, self.upper),
            of(news2::PULSE, self.pulse),
            given(news2::NOT_ALERT, !self.awake),
        ]
    }

    pub(super) fn total(&self) -> u32 {
        self.points().iter().sum()
    }
}

const RESPIRATION: (&str, &str) = ("9279-1", "Respiratory rate");
const SATURATION: (&str, &str) = ("2708-6", "Oxygen saturation in Arterial blood");
const OXYGEN: (&str, &str) = ("3151-8", "Inhaled oxygen flow rate");
const TEMPERATURE: (&str, &str) = ("8310-5", "Body temperature");
const PRESSURE: (&str, &str) = ("85354-9", "Blood pressure panel with all children optional");
const UPPER: (&str, &str) = ("8480-6", "Systolic blood pressure");
const LOWER: (&str, &str) = ("8462-4", "Diastolic blood pressure");
const PULSE: (&str, &str) = ("8867-4", "Heart rate");
const MIND: (&str, &str) = ("80288-4", "Level of consciousness");

/// A laboratory test: key, code, name, unit, code of the unit, decimals, usual value and spread, reference range.
struct Test {
    key: &'static str,
    code: &'static str,
    name: &'static str,
    unit: (&'static str, &'static str),
    tenths: bool,
    usual: (f64, f64),
    range: (f64, f64),
}

const TESTS: &[Test] = &[
    test("hba1c", "59261-8", "HbA1c (IFCC)", ("mmol/mol", "mmol/mol"), false, (54.0, 9.0), (20.0, 42.0)),
    test("creatinine", "14682-9", "Kreatinin", ("µmol/L", "umol/L"), false, (82.0, 18.0), (45.0, 105.0)),
    test("potassium", "2823-3", "Kalium", ("mmol/L", "mmol/L"), true, (4.3, 0.4), (3.6, 4.8)),
    test("haemoglobin", "718-7", "Hemoglobin", ("g/dL", "g/dL"), true, (13.2, 1.2), (11.7, 17.0)),
    test("crp", "1988-5", "CRP", ("mg/L", "mg/L"), false, (9.0, 9.0), (0.0, 5.0)),
    test("tsh", "3016-3", "TSH", ("mIU/L", "m[IU]/L"), true, (2.2, 1.0), (0.3, 4.2)),
    test("lipids", "22748-8", "LDL-kolesterol", ("mmol/L", "mmol/L"), true, (2.6, 0.7), (1.2, 4.1)),
];

const fn test(
    key: &'static str,
    code: &'static str,
    name: &'static str,
    unit: (&'static str, &'static str),
    tenths: bool,
    usual: (f64, f64),
    range: (f64, f64),
) -> Test {
    Test { key, code, name, unit, tenths, usual, range }
}

fn decimal(value: f64) -> String {
    format!("{value:.1}")
}

impl Chart<'_> {
    fn observation(&self, name: &str, kind: &'static str, code: Json, seen: Seen<'_>) -> Json {
        self.begin("Observation", name)
            .with("status", text("final"))
            .with("category", list([hl7("observation-category", kind)]))
            .with("code", code)
            .with("subject", self.subject())
            .with("effectiveDateTime", text(seen.day.at(seen.minute)))
            .with("performer", list([named("Practitioner", &seen.by.id, seen.by.name())]))
    }

    /// One value of a vital sign or a measurement.
    pub(super) fn measured(
        &mut self,
        name: &str,
        code: (&'static str, &'static str),
        value: (String, &'static str, &'static str),
        seen: Seen<'_>,
    ) -> Json {
        let full = format!("{name}-{}-{}", seen.day.short(), seen.minute);
        let found = self.observation(&full, "vital-signs", concept(LOINC, code.0, code.1), seen);
        self.put(found.with("valueQuantity", quantity(value.0, value.1, value.2)));
        self.own("Observation", &full)
    }

    /// A weight in tenths of a kilogram.
    pub(super) fn weight(&mut self, tenths: i32, seen: Seen<'_>) {
        let value = decimal(f64::from(tenths) / 10.0);
        self.measured("weight", ("29463-7", "Body weight"), (value, "kg", "kg"), seen);
    }

    /// A blood pressure.
    pub(super) fn pressure(&mut self, (upper, lower): (i32, i32), seen: Seen<'_>) -> Json {
        let part = |code: (&'static str, &'static str), value: i32| {
            let value = quantity(value, "mmHg", "mm[Hg]");
            object([("code", concept(LOINC, code.0, code.1)), ("valueQuantity", value)])
        };
        let full = format!("pressure-{}-{}", seen.day.short(), seen.minute);
        let found = self.observation(&full, "vital-signs", concept(LOINC, PRESSURE.0, PRESSURE.1), seen);
        self.put(found.with("component", list([part(UPPER, upper), part(LOWER, lower)])));
        self.own("Observation", &full)
    }

    /// All signs of one scoring, and the total made of them.
    pub(super) fn scored(&mut self, signs: &Signs, seen: Seen<'_>) {
        let whole = |value: i32, unit, code| (value.to_string(), unit, code);
        let mut members = vec![
            self.measured("respiration", RESPIRATION, whole(signs.breaths, "/min", "/min"), seen),
            self.measured("saturation", SATURATION, whole(signs.saturation, "%", "%"), seen),
        ];
        if signs.oxygen {
            members.push(self.measured("oxygen", OXYGEN, whole(2, "L/min", "L/min"), seen));
        }
        let temperature = decimal(f64::from(signs.temperature) / 10.0);
        members.push(self.measured("temperature", TEMPERATURE, (temperature, "°C", "Cel"), seen));
        members.push(self.pressure((signs.upper, signs.lower), seen));
        members.push(self.measured("pulse", PULSE, whole(signs.pulse, "/min", "/min"), seen));
        let codes = [RESPIRATION, SATURATION, OXYGEN, TEMPERATURE, UPPER, PULSE, MIND];
        let components = codes.iter().zip(signs.points()).map(|(code, points)| {
            let mind = if signs.awake { "Våken" } else { "Nyoppstått forvirring" };
            let code = if *code == MIND {
                object([("coding", list([coding(LOINC, MIND.0, MIND.1)])), ("text", text(mind))])
            } else {
                concept(LOINC, code.0, code.1)
            };
            object([("code", code), ("valueInteger", bare(points))])
        });
        let full = format!("news2-{}-{}", seen.day.short(), seen.minute);
        let total = concept(SNOMED, "1104051000000101", "NEWS2 total score");
        let score = self
            .observation(&full, "vital-signs", total, seen)
            .with("valueInteger", bare(signs.total()))
            .with("hasMember", list(members))
            .with("component", list(components));
        self.put(score);
    }

    /// A laboratory test by its key; the reference to it, and whether it is outside the range.
    pub(super) fn tested(&mut self, key: &str, chance: &mut Chance, seen: Seen<'_>) -> Option<(Json, bool)> {
        let test = TESTS.iter().find(|test| test.key == key)?;
        let value = (test.usual.0 + chance.normal() * test.usual.1).max(test.usual.0 / 5.0);
        let value = if test.tenths { (value * 10.0).round() / 10.0 } else { value.round() };
        let number = |value: f64| if test.tenths { decimal(value) } else { format!("{value:.0}") };
        let outside = value < test.range.0 || value > test.range.1;
        let flag = match () {
            () if value < test.range.0 => ("L", "Low"),
            () if outside => ("H", "High"),
            () => ("N", "Normal"),
        };
        let range = object([
            ("low", quantity(number(test.range.0), test.unit.0, test.unit.1)),
            ("high", quantity(number(test.range.1), test.unit.0, test.unit.1)),
        ]);
        let full = format!("lab-{key}-{}", seen.day.short());
        let meaning = concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", flag.0, flag.1);
        let found = self
            .observation(&full, "laboratory", concept(LOINC, test.code, test.name), seen)
            .with("valueQuantity", quantity(number(value), test.unit.0, test.unit.1))
            .with("interpretation", list([meaning]))
            .with("referenceRange", list([range]));
        self.put(found);
        Some((self.own("Observation", &full), outside))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::chance::Purpose;

    #[test]
    fn points_are_those_of_the_published_chart() {
        let signs = Signs {
            breaths: 26,
            saturation: 90,
            oxygen: true,
            temperature: 384,
            upper: 98,
            lower: 60,
            pulse: 118,
            awake: true,
        };
        assert_eq!(signs.points(), [3, 3, 2, 1, 2, 2, 0]);
        assert_eq!(signs.total(), 13);
    }

    #[test]
    fn who_is_not_ill_scores_low() {
        let mut chance = Chance::new(1, Purpose::Measure, 1);
        assert!((0..500).all(|_| Signs::drawn(&mut chance, Ill::Not, false).total() <= 1));
        assert!((0..500).all(|_| Signs::drawn(&mut chance, Ill::Very, false).total() >= 2));
    }
}
