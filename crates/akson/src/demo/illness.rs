//! What somebody lives with, and what they take for it: Condition, MedicationStatement, MedicationRequest, AllergyIntolerance.
//!
//! Promise: every medicine has a condition as its reason.

use super::chance::{Chance, Purpose};
use super::day::Day;
use super::json::{Json, bare, list, object, text};
use super::lists::{Condition, LISTS, Medicine};
use super::person::Care;
use super::shape::{ATC, Chart, ICD10, ICPC2, coding, concept, hl7, named, words};

/// A condition that somebody has.
#[derive(Clone, Copy)]
pub(super) struct Illness {
    pub condition: &'static Condition,
    pub since: Day,
}

/// A medicine in use.
#[derive(Clone, Copy)]
pub(super) struct InUse {
    pub medicine: &'static Medicine,
    /// Which of the illnesses it is for.
    pub cause: usize,
    pub since: Day,
}

/// What is known of somebody's health.
pub(super) struct Health {
    pub illnesses: Vec<Illness>,
    pub medicines: Vec<InUse>,
}

impl Health {
    pub(super) fn has(&self, icpc: &str) -> bool {
        self.illnesses.iter().any(|illness| illness.condition.icpc.0 == icpc)
    }
}

/// Substances that people react to: ATC (none: food), substance, what happens, whether it is dangerous.
const ALLERGIES: &[(&str, &str, &str, bool)] = &[
    ("J01CE02", "fenoksymetylpenicillin", "Elveblest", true),
    ("J01EE01", "sulfametoksazol og trimetoprim", "Utslett", false),
    ("M01AE01", "ibuprofen", "Tung pust", true),
    ("N02AA01", "morfin", "Kvalme og kløe", false),
    ("", "Peanøtt", "Hevelse i munn og svelg", true),
    ("", "Bjørkepollen", "Rennende nese og øyne", false),
    ("", "Nikkel", "Eksem", false),
];

/// A condition's id within the record.
pub(super) fn condition_name(icpc: &str) -> String {
    format!("problem-{}", icpc.to_lowercase())
}

/// A medicine's id within the record.
pub(super) fn request_name(medicine: &Medicine) -> String {
    format!("order-{}", medicine.atc.to_lowercase())
}

/// What somebody lives with, as their age and care make it likely.
fn drawn(chart: &Chart<'_>, chance: &mut Chance) -> Vec<Illness> {
    let (age, today) = (chart.age(), chart.plan.today);
    let gender = if chart.who.is_female() { "F" } else { "M" };
    let fits = |condition: &&Condition| {
        (condition.ages.0..=condition.ages.1).contains(&age) && (condition.gender == "*" || condition.gender == gender)
    };
    let mut found = Vec::new();
    for condition in LISTS.conditions.iter().filter(fits) {
        let often = match chart.who.care {
            Care::None => condition.often.0,
            Care::Ward { .. } if condition.icpc.0 == "P70" => 820,
            _ => condition.often.1,
        };
        if chance.permille(often) {
            let most = ((age - condition.ages.0) * 365).clamp(30, 4000);
            found.push(Illness { condition, since: today.plus(-chance.between(20, most)) });
        }
    }
    if found.is_empty() && chart.who.care != Care::None {
        // Whoever is cared for has a reason: high blood pressure, if nothing else, or low spirits in the young.
        let icpc = if age >= 40 { "K86" } else { "P76" };
        let condition = LISTS.conditions.iter().find(|condition| condition.icpc.0 == icpc);
        found.extend(condition.map(|condition| Illness { condition, since: today.plus(-700) }));
    }
    found
}

/// The medicines for them: the first of each, and some of the others; none twice.
fn prescribed(chance: &mut Chance, illnesses: &[Illness], today: Day) -> Vec<InUse> {
    let mut found: Vec<InUse> = Vec::new();
    for (cause, illness) in illnesses.iter().enumerate() {
        for (at, medicine) in illness.condition.medicines.iter().copied().enumerate() {
            let taken = at == 0 || chance.permille(450);
            if taken && !found.iter().any(|other| other.medicine.atc == medicine.atc) {
                let later = chance.between(0, today.since(illness.since).max(1) / 2);
                found.push(InUse { medicine, cause, since: illness.since.plus(later) });
            }
        }
    }
    found
}

impl Chart<'_> {
    /// Draws a health and writes it down.
    pub(super) fn health(&mut self) -> Health {
        let mut chance = Chance::new(self.plan.seed, Purpose::Illness, self.who.seed);
        let illnesses = drawn(self, &mut chance);
        let medicines = prescribed(&mut chance, &illnesses, self.plan.today);
        let health = Health { illnesses, medicines };
        self.write(&health);
        self.stopped(&mut chance, &health);
        self.allergies(&mut chance);
        self.influenza(&mut chance);
        health
    }

    /// Writes a health down.
    pub(super) fn write(&mut self, health: &Health) {
        for illness in &health.illnesses {
            self.condition(illness);
        }
        for used in &health.medicines {
            let cause = health.illnesses.get(used.cause).map_or("", |illness| illness.condition.icpc.0);
            self.order(used, &condition_name(cause), ("active", None));
            self.use_of(used, &condition_name(cause));
        }
    }

    fn condition(&mut self, illness: &Illness) {
        let (icpc, icd) = (illness.condition.icpc, illness.condition.icd);
        let codings = [coding(ICPC2, icpc.0, icpc.1), coding(ICD10, icd.0, icd.1)];
        let condition = self
            .begin("Condition", &condition_name(icpc.0))
            .with("clinicalStatus", hl7("condition-clinical", "active"))
            .with("verificationStatus", hl7("condition-ver-status", "confirmed"))
            .with("category", list([hl7("condition-category", "problem-list-item")]))
            .with("code", object([("coding", list(codings)), ("text", text(icpc.1))]))
            .with("subject", self.subject())
            .with("onsetDateTime", text(illness.since.text()))
            .with("recordedDate", text(illness.since.text()))
            .with("recorder", self.doctor());
        self.put(condition);
    }

    /// The general practitioner.
    pub(super) fn doctor(&self) -> Json {
        let name = self.place.workers.iter().find(|worker| worker.id == self.who.doctor);
        named("Practitioner", &self.who.doctor, name.map_or_else(String::new, |worker| worker.name()))
    }

    /// A prescription, with its state and its last day.
    pub(super) fn order(&mut self, used: &InUse, cause: &str, (state, until): (&'static str, Option<Day>)) {
        let name = match until {
            None => request_name(used.medicine),
            Some(_) => format!("{}-{}", request_name(used.medicine), used.since.short()),
        };
        let validity = object([("start", text(used.since.text()))]).maybe("end", until.map(|day| text(day.text())));
        let order = self
            .begin("MedicationRequest", &name)
            .with("status", text(state))
            .with("intent", text("order"))
            .with("medicationCodeableConcept", product(used.medicine))
            .with("subject", self.subject())
            .with("authoredOn", text(used.since.text()))
            .with("requester", self.doctor())
            .with("reasonReference", list([self.own("Condition", cause)]))
            .with("dosageInstruction", list([dosage(used.medicine)]))
            .with("dispenseRequest", object([("validityPeriod", validity)]));
        self.put(order);
    }

    fn use_of(&mut self, used: &InUse, cause: &str) {
        let name = format!("use-{}", used.medicine.atc.to_lowercase());
        let kind = match (self.who.care, used.medicine.hours.is_empty()) {
            (_, true) => "Ved behov",
            (Care::None, false) => "Fast",
            (_, false) => "Fast, i multidose",
        };
        let statement = self
            .begin("MedicationStatement", &name)
            .with("basedOn", list([self.own("MedicationRequest", &request_name(used.medicine))]))
            .with("status", text("active"))
            .with("category", words(kind))
            .with("medicationCodeableConcept", product(used.medicine))
            .with("subject", self.subject())
            .with("effectivePeriod", object([("start", text(used.since.text()))]))
            .with("dateAsserted", text(used.since.text()))
            .with("informationSource", self.doctor())
            .with("reasonReference", list([self.own("Condition", cause)]))
            .with("dosage", list([dosage(used.medicine)]));
        self.put(statement);
    }

    /// A medicine that was stopped in the last months, for some.
    fn stopped(&mut self, chance: &mut Chance, health: &Health) {
        let in_use = |medicine: &Medicine| health.medicines.iter().any(|used| used.medicine.atc == medicine.atc);
        let found = health.illnesses.iter().enumerate().find_map(|(cause, illness)| {
            let medicine = illness.condition.medicines.iter().copied().find(|medicine| !in_use(medicine))?;
            Some((InUse { medicine, cause, since: illness.since }, illness))
        });
        let Some((used, illness)) = found.filter(|_| chance.permille(450)) else { return };
        let until = self.plan.today.plus(-chance.between(5, 80)).max(used.since.plus(1));
        if until >= self.plan.today {
            return;
        }
        let cause = condition_name(illness.condition.icpc.0);
        self.order(&used, &cause, ("stopped", Some(until)));
        let why = ["Virket ikke som ønsket", "Bivirkning: svimmelhet", "Ikke lenger nødvendig"];
        let statement = self
            .begin("MedicationStatement", &format!("stopped-{}", used.medicine.atc.to_lowercase()))
            .with("status", text("stopped"))
            .with("statusReason", list([words(chance.one(&why).unwrap_or(why[0]))]))
            .with("medicationCodeableConcept", product(used.medicine))
            .with("subject", self.subject())
            .with("effectivePeriod", object([("start", text(used.since.text())), ("end", text(until.text()))]))
            .with("dateAsserted", text(until.text()))
            .with("informationSource", self.doctor())
            .with("reasonReference", list([self.own("Condition", &cause)]))
            .with("dosage", list([dosage(used.medicine)]));
        self.put(statement);
    }

    /// The vaccine of last autumn, for most of the old and of those in care.
    fn influenza(&mut self, chance: &mut Chance) {
        let wanted = self.age() >= 65 || self.who.care != Care::None;
        let day = Day::of(self.plan.today.year(), 10, chance.between(6, 28)).at_work();
        if !wanted || !chance.permille(680) || day >= self.plan.today {
            return;
        }
        let name = "influensa, inaktivert, splitvirus eller overflateantigen";
        let given = self
            .begin("Immunization", "vaccine-influenza")
            .with("status", text("completed"))
            .with("vaccineCode", concept(ATC, "J07BB02", name))
            .with("patient", self.subject())
            .with("occurrenceDateTime", text(day.text()))
            .with("primarySource", bare(true))
            .with("lotNumber", text(format!("TEST-FLU-{}", day.year())))
            .with("performer", list([object([("actor", self.doctor())])]));
        self.put(given);
    }

    fn allergies(&mut self, chance: &mut Chance) {
        if !chance.permille(130) {
            return;
        }
        let Some(found) = chance.one(ALLERGIES) else { return };
        let years = chance.between(1, self.age().clamp(1, 30));
        self.allergy(found, self.plan.today.plus(-years * 300));
    }

    /// A reaction: ATC (none: food and the like), substance, what happens, whether it is dangerous.
    pub(super) fn allergy(
        &mut self,
        (atc, substance, reaction, grave): (&'static str, &'static str, &'static str, bool),
        since: Day,
    ) {
        let category = match (atc, substance) {
            ("", "Peanøtt") => "food",
            ("", _) => "environment",
            _ => "medication",
        };
        let code = if atc.is_empty() { words(substance) } else { concept(ATC, atc, substance) };
        let reaction = object([
            ("manifestation", list([words(reaction)])),
            ("severity", text(if grave { "severe" } else { "mild" })),
        ]);
        let allergy = self
            .begin("AllergyIntolerance", "allergy")
            .with("clinicalStatus", hl7("allergyintolerance-clinical", "active"))
            .with("verificationStatus", hl7("allergyintolerance-verification", "confirmed"))
            .with("category", list([text(category)]))
            .with("criticality", text(if grave { "high" } else { "low" }))
            .with("code", code)
            .with("patient", self.subject())
            .with("recordedDate", text(since.max(self.who.born).text()))
            .with("recorder", self.doctor())
            .with("reaction", list([reaction]));
        self.put(allergy);
    }
}

/// The medicine as a code with its product's name as text.
pub(super) fn product(medicine: &'static Medicine) -> Json {
    let code = coding(ATC, medicine.atc, medicine.substance);
    object([("coding", list([code])), ("text", text(medicine.product))])
}

fn dosage(medicine: &'static Medicine) -> Json {
    let hours = medicine.hours.iter().map(|hour| text(format!("{hour:02}:00:00")));
    let timing = (!medicine.hours.is_empty()).then(|| object([("repeat", object([("timeOfDay", list(hours))]))]));
    let as_needed = medicine.hours.is_empty() && medicine.dose.contains(" ved ");
    object([("text", text(medicine.dose))])
        .maybe("timing", timing)
        .maybe("asNeededBoolean", as_needed.then(|| bare(true)))
        .with("doseAndRate", list([object([("doseQuantity", amount(medicine))])]))
}

/// How much is taken at once.
pub(super) fn amount(medicine: &'static Medicine) -> Json {
    object([("value", bare(medicine.amount)), ("unit", text(medicine.unit))])
}
