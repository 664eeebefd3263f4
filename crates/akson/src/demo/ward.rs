//! The nursing home: the stay in a room, its decision and plan, rounds with medicines, measurements, notes, tasks of the shift.

use super::chance::{Chance, Purpose};
use super::contact::{Contact, Note, Owner, Work};
use super::day::Day;
use super::district::Unit;
use super::function::Need;
use super::home::measures;
use super::illness::Health;
use super::json::{list, object, text};
use super::lists::Measure;
use super::shape::{Chart, SNOMED, concept, hl7, period, to};
use super::signs::{Ill, Seen, Signs};

/// Rounds: hour and minute, and the hours whose doses belong to it.
const ROUNDS: [(i32, (i32, i32)); 3] = [(8 * 60, (6, 11)), (13 * 60, (11, 17)), (20 * 60, (17, 23))];

/// Risks that are shown on the board: code, name, per thousand.
const RISKS: &[(&str, &str, u32)] = &[
    ("129839007", "Fallrisiko", 420),
    ("285304001", "Risiko for trykksår", 180),
    ("129845004", "Risiko for underernæring", 240),
];

impl Chart<'_> {
    /// Everything of a stay.
    pub(super) fn on_ward(&mut self, health: &Health, (ward, room): (usize, usize)) {
        let mut chance = Chance::new(self.plan.seed, Purpose::Care, self.who.seed);
        let unit = self.unit(Unit::Ward(ward));
        let since = self.plan.today.plus(-chance.between(40, 1100));
        let measures = measures(health);
        self.decided(("21", "Langtidsopphold i institusjon"), since, &unit, 168);
        self.stay(&unit, (ward, room), since);
        self.planned(since, &unit, &measures, health);
        self.assessed(&mut chance, Need { body: 34, mind: if health.has("P70") { 40 } else { 24 } });
        for (code, name, often) in RISKS {
            if chance.permille(*often) {
                self.risk(code, name, since);
            }
        }
        for back in 0..i32::from(self.plan.weeks_back) * 7 {
            let day = self.plan.today.plus(-1 - back);
            for (minute, hours) in ROUNDS {
                let by = self.place.on_ward(self.who.town, ward, day, minute);
                self.doses(health, (day, minute), hours, (by, "stay"));
            }
        }
        self.watched(&mut chance, &unit, ward, health);
        self.shift(&unit, ward, &measures);
    }

    /// The stay itself, in a room.
    pub(super) fn stay(&mut self, unit: &str, (ward, room): (usize, usize), since: Day) {
        let by = self.somebody(Unit::NursingHome, "doctor", 0);
        let contact = Contact {
            name: "stay".to_owned(),
            class: "IMP",
            day: since,
            minute: 13 * 60,
            lasts: None,
            by,
            unit: unit.to_owned(),
            reason: "Langtidsopphold".into(),
        };
        let place = object([
            ("location", to("Location", &self.place.room(self.who.town, ward, room))),
            ("status", text("active")),
            ("period", object([("start", text(since.at(13 * 60)))])),
        ]);
        self.put(self.encounter(&contact).with("location", list([place])));
    }

    /// A risk that everybody should see.
    pub(super) fn risk(&mut self, code: &'static str, name: &'static str, since: Day) {
        let flag = self
            .begin("Flag", &format!("flag-{code}"))
            .with("status", text("active"))
            .with("category", list([hl7("flag-category", "safety")]))
            .with("code", concept(SNOMED, code, name))
            .with("subject", self.subject())
            .with("period", period(since.text(), None));
        self.put(flag);
    }

    /// Measurements every week, notes, and the doctor's round.
    fn watched(&mut self, chance: &mut Chance, unit: &str, ward: usize, health: &Health) {
        let lungs = health.has("R95");
        let weight = chance.between(480, 780);
        for week in 0..8 {
            let day = self.plan.today.plus(-7 * week - chance.between(0, 2));
            let minute = 6 * 60 + 20;
            let by = self.place.on_ward(self.who.town, ward, day, minute);
            let seen = Seen { day, minute, by };
            let ill = match (week, chance.below(12)) {
                (0, 0) => Ill::Very,
                (0, 1) | (2, 0) => Ill::Somewhat,
                _ => Ill::Not,
            };
            let signs = Signs::drawn(chance, ill, lungs);
            self.scored(&signs, seen);
            if week % 4 == 0 {
                self.weight(weight + chance.between(-10, 10), seen);
            }
            self.ward_note(chance, unit, ward, (day, ill, signs.total()));
        }
        let round = self.plan.today.plus(-1 - chance.between(0, 5));
        let by = self.somebody(Unit::NursingHome, "doctor", 0);
        let names: Vec<&str> = health.illnesses.iter().map(|illness| illness.condition.icpc.1).collect();
        let note = Note {
            name: format!("round-{}", round.short()),
            title: "Legevisitt".into(),
            day: round,
            minute: 11 * 60,
            by,
            unit: self.unit(Unit::NursingHome),
            about: Some("stay".to_owned()),
            parts: vec![
                ("Problemer", names.join(", ")),
                ("Vurdering", "Stabil siden sist. Legemiddelgjennomgang gjort sammen med sykepleier.".to_owned()),
                ("Tiltak", "Fortsetter uendret. Blodprøver om fire uker.".to_owned()),
            ],
        };
        self.put(self.note(&note));
    }

    fn ward_note(&mut self, chance: &mut Chance, unit: &str, ward: usize, (day, ill, total): (Day, Ill, u32)) {
        const CALM: [&str; 5] = [
            "Rolig kveld. Spiste middag i fellesstuen, deltok i sangstund.",
            "Sov til kl. 7. Trengte noe hjelp til stell, smilte og var med på praten.",
            "Urolig på ettermiddagen, roet seg etter en tur i hagen.",
            "Besøk av datter. Spist godt og drukket 1,5 liter.",
            "Gikk med rullator til frokost. Ingen tegn til smerte.",
        ];
        let words = match ill {
            Ill::Not => chance.one(&CALM).unwrap_or(CALM[0]).to_owned(),
            _ => format!("Varm og slapp, vil ligge. NEWS2 {total}. Tilsynslege er varslet, ny måling om en time."),
        };
        let by = self.place.on_ward(self.who.town, ward, day, 14 * 60);
        let note = Note {
            name: format!("note-{}", day.short()),
            title: "Sykepleienotat".into(),
            day,
            minute: if day == self.plan.today { 6 * 60 + 45 } else { 14 * 60 + 30 },
            by,
            unit: unit.to_owned(),
            about: Some("stay".to_owned()),
            parts: vec![("Sykepleie", words)],
        };
        self.put(self.note(&note));
    }

    /// What is to be done yesterday, today and tomorrow.
    fn shift(&mut self, unit: &str, ward: usize, measures: &[&'static Measure]) {
        for at in -1..=1 {
            let day = self.plan.today.plus(at);
            for measure in measures {
                for hour in &measure.hours {
                    let by = self.place.on_ward(self.who.town, ward, day, hour * 60);
                    let past = at < 0;
                    let plan = self.own("CarePlan", "plan");
                    self.work(&Work {
                        name: format!("task-{}-{}-{hour}", day.short(), measure.key),
                        state: if past { "completed" } else { "accepted" },
                        kind: (measure.key, measure.name.into()),
                        what: measure.how.into(),
                        // What comes later belongs to the ward until somebody is on duty.
                        owner: if at > 0 { Owner::Unit(unit) } else { Owner::Worker(by) },
                        due: (day, hour * 60, hour * 60 + 60),
                        asked: day.plus(-7),
                        focus: None,
                        based_on: Some(plan),
                        reason: None,
                    });
                }
            }
        }
    }
}
