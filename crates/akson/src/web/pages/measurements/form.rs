//! The form of a set: its fields, what was written in them, what is wrong with it, and the resources that it becomes.
//!
//! What is beyond what a body can be is refused with the field's name; what is only worrying is what the form is for. A field
//! that is left out is not measured. What it does not do: write anything.

use akson_core::scores::news2::{Consciousness, Scale, Vitals};

use super::words as w;
use crate::web::ask::Ask;
use crate::web::chart::vitals as v;
use crate::web::when;

/// A field: its name, its label, and what a body can be, in steps.
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its label.
    pub label: [&'static str; 3],
    /// The lowest and highest value that can be true.
    pub range: (i64, i64),
    /// Steps in one unit: 10 for a field with one decimal.
    pub times: i64,
}

/// The fields with numbers, in the order in which one measures.
pub const FIELDS: [Field; 6] = [
    Field { name: "respiration", label: w::RESPIRATION, range: (0, 80), times: 1 },
    Field { name: "saturation", label: w::SATURATION, range: (40, 100), times: 1 },
    Field { name: "systolic", label: w::SYSTOLIC, range: (30, 300), times: 1 },
    Field { name: "diastolic", label: w::DIASTOLIC, range: (10, 200), times: 1 },
    Field { name: "pulse", label: w::PULSE, range: (10, 250), times: 1 },
    Field { name: "temperature", label: w::TEMPERATURE, range: (250, 450), times: 10 },
];

/// What was written.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The numbers, in the order of the fields.
    pub numbers: [String; 6],
    /// The scale of saturation: 1 or 2.
    pub scale: String,
    /// Whether oxygen is given: `no`, `yes`, or nothing.
    pub oxygen: String,
    /// The letter of the state.
    pub consciousness: String,
    /// The key under which it is saved once.
    pub once: String,
}

/// What is wrong: with which field, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field's name.
    pub field: &'static str,
    /// In words.
    pub text: String,
}

/// A set as it was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    /// What is scored.
    pub vitals: Vitals,
    /// The lower blood pressure.
    pub diastolic: Option<i64>,
}

impl Form {
    /// What a request's form says.
    pub fn of(ask: &Ask) -> Form {
        let short = |name: &str| ask.get(name).trim().chars().take(12).collect::<String>();
        Form {
            numbers: FIELDS.map(|field| short(field.name)),
            scale: short("scale"),
            oxygen: short("oxygen"),
            consciousness: short("consciousness"),
            once: ask.get("once").chars().take(64).filter(char::is_ascii_alphanumeric).collect(),
        }
    }

    /// What was measured; what is wrong is left out of it.
    pub fn read(&self, say: impl Fn([&'static str; 3]) -> &'static str) -> (Measured, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut numbers = [None; 6];
        for ((field, text), number) in FIELDS.iter().zip(&self.numbers).zip(&mut numbers) {
            match field.read(text) {
                Ok(read) => *number = read,
                Err(wrong) => faults.push(field.fault(text, wrong, &say)),
            }
        }
        let [respiration, saturation, systolic, diastolic, pulse, temperature] = numbers;
        match (systolic, diastolic) {
            (None, Some(_)) if faults.is_empty() => {
                faults.push(Fault { field: "systolic", text: say(w::HALF).to_string() });
            }
            (Some(upper), Some(lower)) if upper <= lower => {
                faults.push(Fault { field: "systolic", text: say(w::TURNED).to_string() });
            }
            _ => {}
        }
        let oxygen = match self.oxygen.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        let scale = if self.scale == "2" { Scale::Two } else { Scale::One };
        let consciousness = Consciousness::of_letter(&self.consciousness);
        let vitals = Vitals { respiration, saturation, scale, oxygen, systolic, pulse, consciousness, temperature };
        if faults.is_empty() && numbers.iter().all(Option::is_none) && consciousness.is_none() {
            faults.push(Fault { field: "respiration", text: say(w::NOTHING).to_string() });
        }
        (Measured { vitals, diastolic }, faults)
    }
}

/// Why a text is no value.
#[derive(Clone, Copy)]
enum Wrong {
    NoNumber,
    Unlikely,
}

impl Field {
    fn read(&self, text: &str) -> Result<Option<i64>, Wrong> {
        if text.is_empty() {
            return Ok(None);
        }
        let number: f64 = text.replace(',', ".").parse().map_err(|_| Wrong::NoNumber)?;
        let steps = (number * self.times as f64).round();
        match steps >= self.range.0 as f64 && steps <= self.range.1 as f64 {
            true => Ok(Some(steps as i64)),
            false => Err(Wrong::Unlikely),
        }
    }

    fn fault(&self, text: &str, wrong: Wrong, say: impl Fn([&'static str; 3]) -> &'static str) -> Fault {
        let label = say(self.label);
        let text = match wrong {
            Wrong::NoNumber => format!("{label}: «{text}» {}", say(w::NO_NUMBER)),
            Wrong::Unlikely => {
                let (low, high) = (self.range.0 / self.times, self.range.1 / self.times);
                format!("{label}: {text} {} {low}–{high}.", say(w::UNLIKELY))
            }
        };
        Fault { field: self.name, text }
    }
}

/// Whose measurements, when, and by whom, as references.
pub struct Origin {
    /// The Patient's id.
    pub patient: String,
    /// When.
    pub moment: i64,
    /// The reference to who measured; none if it is nobody at work.
    pub by: Option<String>,
}

/// The set as a transaction of Observations, the sum among them if nothing is missing.
pub fn bundle(measured: &Measured, origin: &Origin) -> String {
    let vitals = &measured.vitals;
    let mut entries: Vec<(String, String)> = Vec::new();
    let mut add = |code: &str, display: &str, value: String| {
        let address = format!("urn:uuid:{}", uuid());
        let code = format!(
            r#"{{"coding":[{{"system":"{}","code":"{code}","display":"{display}"}}],"text":"{display}"}}"#,
            v::LOINC
        );
        entries.push((address, observation(origin, &code, &value)));
    };
    let quantity = |number: String, unit: &str, code: &str| {
        format!(
            r#""valueQuantity":{{"value":{number},"unit":"{unit}","system":"http://unitsofmeasure.org","code":"{code}"}}"#
        )
    };
    if let Some(number) = vitals.respiration {
        add(v::RESPIRATION, "Respiratory rate", quantity(number.to_string(), "/min", "/min"));
    }
    if let Some(number) = vitals.saturation {
        add(v::SATURATION, "Oxygen saturation in Arterial blood", quantity(number.to_string(), "%", "%"));
    }
    if let Some(upper) = vitals.systolic {
        let part = |code: &str, display: &str, number: i64| {
            let value = quantity(number.to_string(), "mmHg", "mm[Hg]");
            format!(
                r#"{{"code":{{"coding":[{{"system":"{}","code":"{code}","display":"{display}"}}]}},{value}}}"#,
                v::LOINC
            )
        };
        let lower = measured.diastolic.map(|lower| part(v::DIASTOLIC, "Diastolic blood pressure", lower));
        let parts: Vec<String> =
            [part(v::SYSTOLIC, "Systolic blood pressure", upper)].into_iter().chain(lower).collect();
        let name = "Blood pressure panel with all children optional";
        add(v::PRESSURE, name, format!(r#""component":[{}]"#, parts.join(",")));
    }
    if let Some(number) = vitals.pulse {
        add(v::PULSE, "Heart rate", quantity(number.to_string(), "/min", "/min"));
    }
    if let Some(tenths) = vitals.temperature {
        add(v::TEMPERATURE, "Body temperature", quantity(format!("{}.{}", tenths / 10, tenths % 10), "°C", "Cel"));
    }
    if let Some(state) = vitals.consciousness {
        let letter = state.letter();
        let value = format!(
            r#""valueCodeableConcept":{{"coding":[{{"system":"{}","code":"{letter}"}}],"text":"{letter}"}}"#,
            v::OWN
        );
        add(v::CONSCIOUSNESS, "Level of consciousness", value);
    }
    let sum = sum(measured, &entries, origin);
    entries.extend(sum.map(|sum| (format!("urn:uuid:{}", uuid()), sum)));
    let entries = entries.iter().map(|(address, resource)| {
        format!(r#"{{"fullUrl":"{address}","resource":{resource},"request":{{"method":"POST","url":"Observation"}}}}"#)
    });
    let entries = entries.collect::<Vec<_>>().join(",");
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#)
}

/// The sum with what it was made of.
fn sum(measured: &Measured, members: &[(String, String)], origin: &Origin) -> Option<String> {
    let score = akson_core::scores::news2::score(&measured.vitals);
    score.risk()?;
    let part = |system: &str, code: &str, points: u8| {
        format!(r#"{{"code":{{"coding":[{{"system":"{system}","code":"{code}"}}]}},"valueInteger":{points}}}"#)
    };
    let codes = [v::RESPIRATION, v::SATURATION, v::OXYGEN, v::SYSTOLIC, v::PULSE, v::CONSCIOUSNESS, v::TEMPERATURE];
    let mut parts: Vec<String> =
        codes.iter().zip(score.parts()).filter_map(|(code, points)| Some(part(v::LOINC, code, points?))).collect();
    let scale = if measured.vitals.scale == Scale::Two { 2 } else { 1 };
    parts.push(part(v::OWN, v::SCALE, scale));
    let members: Vec<String> = members.iter().map(|(address, _)| format!(r#"{{"reference":"{address}"}}"#)).collect();
    let code = format!(
        r#"{{"coding":[{{"system":"{}","code":"{}","display":"NEWS2 total score"}}],"text":"NEWS2 total score"}}"#,
        v::SNOMED,
        v::NEWS2
    );
    let value = format!(
        r#""valueInteger":{},"hasMember":[{}],"component":[{}]"#,
        score.sum(),
        members.join(","),
        parts.join(",")
    );
    Some(observation(origin, &code, &value))
}

fn observation(origin: &Origin, code: &str, value: &str) -> String {
    let by = origin.by.as_ref().map(|by| format!(r#""performer":[{{"reference":"{by}"}}],"#)).unwrap_or_default();
    format!(
        r#"{{"resourceType":"Observation","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}}]}}],"code":{code},"subject":{{"reference":"Patient/{}"}},"effectiveDateTime":"{}",{by}{value}}}"#,
        origin.patient,
        when::instant(origin.moment),
    )
}

fn uuid() -> String {
    let name = akson_core::random_name();
    let part = |from: usize, to: usize| name.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nb(words: [&'static str; 3]) -> &'static str {
        words[0]
    }

    fn form(numbers: [&str; 6]) -> Form {
        let numbers = numbers.map(str::to_string);
        Form { numbers, oxygen: "no".into(), consciousness: "A".into(), scale: "1".into(), once: "x".into() }
    }

    #[test]
    fn a_value_that_no_body_has_is_refused_and_one_at_the_border_is_not() {
        let check = |numbers: [&str; 6], wrong: &[&str]| {
            let (_, faults) = form(numbers).read(nb);
            assert_eq!(faults.iter().map(|fault| fault.field).collect::<Vec<_>>(), wrong, "{numbers:?}");
        };
        check(["22", "94", "118", "64", "96", "38,3"], &[]);
        check(["0", "40", "30", "10", "10", "25"], &[]);
        check(["80", "100", "300", "200", "250", "45,0"], &[]);
        check(
            ["81", "101", "301", "201", "251", "45,1"],
            &["respiration", "saturation", "systolic", "diastolic", "pulse", "temperature"],
        );
        check(["x", "39", "29", "", "9", "24.9"], &["respiration", "saturation", "systolic", "pulse", "temperature"]);
        check(["", "", "64", "118", "", ""], &["systolic"]);
        check(["", "", "", "64", "", ""], &["systolic"]);
        check(["NaN", "inf", "1e9", "", "", ""], &["respiration", "saturation", "systolic"]);
    }

    #[test]
    fn a_form_with_nothing_in_it_is_not_saved() {
        let empty = Form::default();
        assert_eq!(empty.read(nb).1[0].field, "respiration");
        let state = Form { consciousness: "V".into(), ..Form::default() };
        assert!(state.read(nb).1.is_empty());
    }

    #[test]
    fn a_whole_set_becomes_its_observations_and_their_sum() {
        let origin = Origin { patient: "kari".into(), moment: 1_795_348_800_000_000, by: None };
        let (measured, _) = form(["22", "94", "118", "64", "96", "38,3"]).read(nb);
        let text = bundle(&measured, &origin);
        assert_eq!(text.matches("\"fullUrl\"").count(), 7);
        assert!(text.contains("\"valueInteger\":5,\"hasMember\""), "{text}");
        assert!(text.contains("\"value\":38.3"));
        let (part, _) = form(["22", "", "", "", "", ""]).read(nb);
        let text = bundle(&part, &origin);
        assert!(!text.contains(v::NEWS2) && text.matches("\"fullUrl\"").count() == 2);
    }
}
