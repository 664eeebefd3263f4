//! What is known of an invented person, and short forms to write it down with.

use super::record::Signs;

/// As the register knows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    Female,
    Male,
}

/// One inhabitant.
pub(super) struct Person {
    pub id: &'static str,
    pub given: &'static str,
    pub family: &'static str,
    pub gender: Gender,
    pub birth: &'static str,
    pub died: Option<&'static str>,
    pub street: &'static str,
    pub phone: &'static str,
    pub doctor: &'static str,
    /// Id, given name, family name, relation and its display.
    pub relative: Option<(&'static str, &'static str, &'static str, &'static str, &'static str)>,
    pub events: &'static [Event],
}

/// What happens in a life, as far as the municipality writes it down.
pub(super) enum Event {
    Visit {
        class: &'static str,
        start: &'static str,
        end: &'static str,
        by: &'static str,
        unit: &'static str,
        reason: &'static str,
    },
    Problem {
        code: &'static str,
        display: &'static str,
        icd: Option<(&'static str, &'static str)>,
        since: &'static str,
        by: &'static str,
    },
    Measure {
        name: &'static str,
        code: &'static str,
        display: &'static str,
        value: &'static str,
        unit: &'static str,
        code_of_unit: &'static str,
        at: &'static str,
        by: &'static str,
    },
    Pressure {
        upper: u32,
        lower: u32,
        at: &'static str,
        by: &'static str,
    },
    Warning(Signs),
    Medicine {
        atc: &'static str,
        name: &'static str,
        dose: &'static str,
        since: &'static str,
        by: &'static str,
    },
    Allergy {
        atc: &'static str,
        substance: &'static str,
        reaction: &'static str,
        severe: bool,
    },
    Vaccine {
        atc: &'static str,
        name: &'static str,
        on: &'static str,
        lot: &'static str,
    },
    Plan {
        title: &'static str,
        goal: &'static str,
        activities: &'static [&'static str],
        since: &'static str,
        unit: &'static str,
    },
    /// A decision on services, or another responsibility of a unit for somebody.
    Care {
        what: &'static str,
        since: &'static str,
        unit: &'static str,
    },
    /// A case that a unit works on.
    Case {
        what: &'static str,
        since: &'static str,
        unit: &'static str,
    },
    /// Those who work together for somebody.
    Team {
        name: &'static str,
        members: &'static [&'static str],
    },
    Booking {
        start: &'static str,
        end: &'static str,
        what: &'static str,
        with: &'static str,
    },
}

use Event::{Measure, Medicine, Problem, Vaccine, Visit};

pub(super) const ASTRID: &str = "astrid-lege";
pub(super) const BJORN: &str = "bjorn-lege";
pub(super) const CAMILLA: &str = "camilla-sykepleier";
pub(super) const DAVID: &str = "david-fagarbeider";
pub(super) const EVA: &str = "eva-lege";
pub(super) const FRODE: &str = "frode-sykepleier";
pub(super) const GRETE: &str = "grete-helsesykepleier";
pub(super) const HEDDA: &str = "hedda-legevakt";
pub(super) const MARIT: &str = "marit-psykolog";
pub(super) const EMERGENCY: &str = "provevik-emergency";
pub(super) const SERVICES: &str = "provevik-services";
pub(super) const HOME_CARE: &str = "provevik-home-care";
pub(super) const NURSING_HOME: &str = "provevik-nursing-home";
pub(super) const CHILD_HEALTH: &str = "provevik-child-health";
pub(super) const SURGERY: &str = "fjorden-gp";

pub(super) const fn weight(value: &'static str, at: &'static str, by: &'static str) -> Event {
    Measure { name: "weight", code: "29463-7", display: "Body weight", value, unit: "kg", code_of_unit: "kg", at, by }
}

pub(super) const fn height(value: &'static str, at: &'static str, by: &'static str) -> Event {
    Measure { name: "height", code: "8302-2", display: "Body height", value, unit: "cm", code_of_unit: "cm", at, by }
}

pub(super) const fn temperature(value: &'static str, at: &'static str, by: &'static str) -> Event {
    Measure {
        name: "temperature",
        code: "8310-5",
        display: "Body temperature",
        value,
        unit: "°C",
        code_of_unit: "Cel",
        at,
        by,
    }
}

pub(super) const fn long_sugar(value: &'static str, at: &'static str, by: &'static str) -> Event {
    let display = "Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol";
    Measure { name: "lab-hba1c", code: "59261-8", display, value, unit: "mmol/mol", code_of_unit: "mmol/mol", at, by }
}

pub(super) const fn sugar(value: &'static str, at: &'static str, by: &'static str) -> Event {
    let display = "Glucose [Moles/volume] in Blood";
    Measure { name: "lab-glucose", code: "15074-8", display, value, unit: "mmol/L", code_of_unit: "mmol/L", at, by }
}

pub(super) const fn creatinine(value: &'static str, at: &'static str, by: &'static str) -> Event {
    let display = "Creatinine [Moles/volume] in Serum or Plasma";
    Measure { name: "lab-creatinine", code: "14682-9", display, value, unit: "µmol/L", code_of_unit: "umol/L", at, by }
}

pub(super) const fn inflammation(value: &'static str, at: &'static str, by: &'static str) -> Event {
    let display = "C reactive protein [Mass/volume] in Serum or Plasma";
    Measure { name: "lab-crp", code: "1988-5", display, value, unit: "mg/L", code_of_unit: "mg/L", at, by }
}

pub(super) const fn haemoglobin(value: &'static str, at: &'static str, by: &'static str) -> Event {
    let display = "Hemoglobin [Mass/volume] in Blood";
    Measure { name: "lab-haemoglobin", code: "718-7", display, value, unit: "g/dL", code_of_unit: "g/dL", at, by }
}

pub(super) const fn home_visit(
    start: &'static str,
    end: &'static str,
    by: &'static str,
    reason: &'static str,
) -> Event {
    Visit { class: "HH", start, end, by, unit: HOME_CARE, reason }
}

pub(super) const fn consultation(
    start: &'static str,
    end: &'static str,
    by: &'static str,
    reason: &'static str,
) -> Event {
    Visit { class: "AMB", start, end, by, unit: SURGERY, reason }
}

pub(super) const fn influenza(on: &'static str, lot: &'static str) -> Event {
    Vaccine { atc: "J07BB02", name: "influensa, inaktivert, splitvirus eller overflateantigen", on, lot }
}

pub(super) const fn medicine(
    atc: &'static str,
    name: &'static str,
    dose: &'static str,
    since: &'static str,
    by: &'static str,
) -> Event {
    Medicine { atc, name, dose, since, by }
}

pub(super) const fn problem(
    code: &'static str,
    display: &'static str,
    icd: Option<(&'static str, &'static str)>,
    since: &'static str,
    by: &'static str,
) -> Event {
    Problem { code, display, icd, since, by }
}
