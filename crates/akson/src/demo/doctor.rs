//! The general practitioner: contacts over the years, yearly controls with laboratory tests, answers that wait in the inbox.

use super::chance::{Chance, Purpose};
use super::contact::{Contact, Owner, Work};
use super::day::Day;
use super::district::Unit;
use super::illness::{Health, InUse, condition_name};
use super::json::{Json, list, object, text};
use super::lists::{Episode, LISTS};
use super::shape::{Chart, ICD10, ICPC2, LOINC, coding, concept, hl7, named};
use super::signs::Seen;

/// Controls are written for so many years back.
const YEARS: i32 = 3;

impl Chart<'_> {
    /// Everything at the doctor's.
    pub(super) fn at_doctors(&mut self, health: &Health) {
        let mut chance = Chance::new(self.plan.seed, Purpose::Contact, self.who.seed);
        let mut days = Vec::new();
        for _ in 0..self.contacts(&mut chance) {
            let day = self.plan.today.plus(-chance.between(3, 1000)).at_work();
            if day > self.who.born.plus(40) && day < self.plan.today && !days.contains(&day) {
                days.push(day);
                self.episode(&mut chance, day);
            }
        }
        let chronic = health.illnesses.iter().any(|illness| !illness.condition.tests.is_empty());
        if chronic {
            for year in 0..YEARS {
                let day = self.plan.today.plus(-chance.between(10, 350) - 365 * year).at_work();
                let known = health.illnesses.iter().any(|illness| illness.since <= day);
                if known && day < self.plan.today {
                    self.control(&mut chance, day, health);
                }
            }
            if chance.permille(160) {
                self.waiting_answer(&mut chance, health);
            }
        }
        if chance.permille(120) {
            self.booking(&mut chance);
        }
    }

    /// How often somebody comes.
    fn contacts(&self, chance: &mut Chance) -> i32 {
        match self.age() {
            ..3 => chance.between(1, 4),
            3..18 => chance.between(0, 3),
            18..60 => chance.between(0, 5),
            _ => chance.between(2, 7),
        }
    }

    /// A contact for something that passes.
    fn episode(&mut self, chance: &mut Chance, day: Day) {
        let age = self.who.born.age(day);
        let gender = if self.who.is_female() { "F" } else { "M" };
        let fits = |episode: &&Episode| {
            (episode.ages.0..=episode.ages.1).contains(&age) && (episode.gender == "*" || episode.gender == gender)
        };
        let fitting: Vec<&Episode> = LISTS.episodes.iter().filter(fits).collect();
        if fitting.is_empty() {
            return;
        }
        let episode = fitting[chance.weighted(fitting.iter().map(|episode| episode.weight))];
        let by = self.doctor_worker();
        let contact = Contact {
            name: format!("visit-{}", day.short()),
            class: "AMB",
            day,
            minute: 8 * 60 + 20 * chance.between(0, 20),
            lasts: Some(20),
            by,
            unit: self.unit(Unit::Doctors),
            reason: episode.icpc.1.into(),
        };
        let [told, found, done] = episode.told;
        let parts =
            vec![("Anamnese", told.to_owned()), ("Funn", found.to_owned()), ("Vurdering og tiltak", done.to_owned())];
        let name = format!("{}-{}", condition_name(episode.icpc.0), day.short());
        let diagnosis = object([("condition", self.own("Condition", &name))]);
        self.passed(&name, episode, day);
        self.put(self.encounter(&contact).with("diagnosis", list([diagnosis])));
        self.note_of(&contact, episode.icpc.1, parts);
        if let Some((medicine, days)) = episode.course {
            let used = InUse { medicine, cause: 0, since: day };
            let until = day.plus(days);
            let state = if until < self.plan.today { "completed" } else { "active" };
            self.order(&used, &name, (state, Some(until)));
        }
        if episode.icpc.0 == "R81" || episode.icpc.0 == "R74" {
            let seen = Seen { day, minute: contact.minute + 10, by };
            self.tested("crp", chance, seen);
        }
    }

    /// A condition that has passed.
    fn passed(&mut self, name: &str, episode: &Episode, day: Day) {
        let codings = [coding(ICPC2, episode.icpc.0, episode.icpc.1), coding(ICD10, episode.icd.0, episode.icd.1)];
        let over = day.plus(14);
        let is_over = over < self.plan.today;
        let condition = self
            .begin("Condition", name)
            .with("clinicalStatus", hl7("condition-clinical", if is_over { "resolved" } else { "active" }))
            .with("verificationStatus", hl7("condition-ver-status", "confirmed"))
            .with("category", list([hl7("condition-category", "encounter-diagnosis")]))
            .with("code", object([("coding", list(codings)), ("text", text(episode.icpc.1))]))
            .with("subject", self.subject())
            .with("onsetDateTime", text(day.text()))
            .maybe("abatementDateTime", is_over.then(|| text(over.text())))
            .with("recordedDate", text(day.text()))
            .with("recorder", self.doctor());
        self.put(condition);
    }

    /// The control of the year, with its tests and their report.
    fn control(&mut self, chance: &mut Chance, day: Day, health: &Health) {
        let by = self.doctor_worker();
        let contact = Contact {
            name: format!("control-{}", day.short()),
            class: "AMB",
            day,
            minute: 9 * 60 + 20 * chance.between(0, 12),
            lasts: Some(20),
            by,
            unit: self.unit(Unit::Doctors),
            reason: "Årskontroll".into(),
        };
        let seen = Seen { day, minute: contact.minute + 5, by };
        let upper = chance.between(124, 158);
        self.pressure((upper, upper - chance.between(52, 70)), seen);
        let (results, outside) = self.tests(chance, health, seen);
        self.report(&format!("report-{}", day.short()), "final", results, seen);
        let names: Vec<&str> = health.illnesses.iter().map(|illness| illness.condition.icpc.1).collect();
        let plan = match outside {
            0 => "Alt stabilt. Fortsetter uendret, ny kontroll om ett år.",
            _ => "Noen prøver utenfor området, se svar. Ny prøve om tre måneder.",
        };
        let parts = vec![
            ("Problemer", names.join(", ")),
            ("Status", format!("Blodtrykk {upper} systolisk. Gjennomgått legemiddellisten sammen.")),
            ("Vurdering og tiltak", plan.to_owned()),
        ];
        self.seen(&contact, "Årskontroll", parts);
    }

    /// The tests that the conditions ask for, each once; and how many are outside the range.
    fn tests(&mut self, chance: &mut Chance, health: &Health, seen: Seen<'_>) -> (Vec<Json>, usize) {
        let mut keys: Vec<&str> = Vec::new();
        for key in health.illnesses.iter().flat_map(|illness| illness.condition.tests.iter()) {
            if !keys.contains(key) {
                keys.push(key);
            }
        }
        let found: Vec<(Json, bool)> = keys.iter().filter_map(|key| self.tested(key, chance, seen)).collect();
        let outside = found.iter().filter(|(_, outside)| *outside).count();
        (found.into_iter().map(|(result, _)| result).collect(), outside)
    }

    fn report(&mut self, name: &str, state: &'static str, results: Vec<Json>, seen: Seen<'_>) {
        let report = self
            .begin("DiagnosticReport", name)
            .with("status", text(state))
            .with("category", list([hl7("v2-0074", "LAB")]))
            .with("code", concept(LOINC, "11502-2", "Laboratory report"))
            .with("subject", self.subject())
            .with("effectiveDateTime", text(seen.day.at(seen.minute)))
            .with("issued", text(seen.day.at(seen.minute + 180)))
            .with("resultsInterpreter", list([named("Practitioner", &seen.by.id, seen.by.name())]))
            .with("result", list(results));
        self.put(report);
    }

    /// An answer from the laboratory that the doctor has not looked at yet.
    pub(super) fn waiting_answer(&mut self, chance: &mut Chance, health: &Health) {
        let by = self.doctor_worker();
        let day = self.plan.today.plus(-chance.between(1, 3));
        let seen = Seen { day, minute: 7 * 60 + 50, by };
        let (results, outside) = self.tests(chance, health, seen);
        self.report("report-new", "final", results, seen);
        let what =
            if outside == 0 { "Prøvesvar: alle innenfor området" } else { "Prøvesvar: noe er utenfor området" };
        let focus = self.own("DiagnosticReport", "report-new");
        self.work(&Work {
            name: "inbox-report".to_owned(),
            state: "requested",
            kind: ("result", "Prøvesvar til vurdering".into()),
            what: what.into(),
            owner: Owner::Worker(by),
            due: (self.plan.today.plus(2), 8 * 60, 16 * 60),
            asked: day,
            focus: Some(focus),
            based_on: None,
            reason: None,
        });
    }

    /// An appointment to come.
    fn booking(&mut self, chance: &mut Chance) {
        let day = self.plan.today.plus(chance.between(1, 40)).at_work();
        let minute = 8 * 60 + 20 * chance.between(0, 18);
        let by = self.doctor_worker();
        self.appointment(
            "booking",
            "booked",
            (day, minute, 20),
            "Legetime",
            &[named("Practitioner", &by.id, by.name())],
        );
    }

    /// An appointment with the person and others.
    pub(super) fn appointment(
        &mut self,
        name: &str,
        state: &'static str,
        (day, minute, lasts): (Day, i32, i32),
        what: &'static str,
        others: &[Json],
    ) {
        let part = |actor: Json| object([("actor", actor), ("status", text("accepted"))]);
        let participants = std::iter::once(self.subject()).chain(others.iter().cloned()).map(part);
        let participants = list(participants);
        let appointment = self
            .begin("Appointment", name)
            .with("status", text(state))
            .with("description", text(what))
            .with("start", text(day.at(minute)))
            .with("end", text(day.at(minute + lasts)))
            .with("participant", participants);
        self.put(appointment);
    }
}
