//! Children: growth along a percentile, the vaccination programme, the health station's and the school's contacts.
//!
//! Promise: nothing is measured or given before birth, and a child stays near its own percentile.

use super::chance::{Chance, Purpose};
use super::contact::Contact;
use super::day::Day;
use super::district::{Unit, Worker};
use super::json::{bare, list, object, text};
use super::lists::{Growth, LISTS, Spread, Vaccine};
use super::shape::{ATC, Chart, concept, named};
use super::signs::Seen;

/// The programme: days after birth, what it is called.
const PROGRAMME: &[(i32, &str)] = &[
    (9, "Hjemmebesøk 7–10 dager"),
    (42, "Kontroll 6 uker"),
    (91, "Kontroll 3 måneder"),
    (152, "Kontroll 5 måneder"),
    (183, "Kontroll 6 måneder"),
    (304, "Kontroll 10 måneder"),
    (365, "Kontroll 12 måneder"),
    (457, "Kontroll 15 måneder"),
    (548, "Kontroll 17–18 måneder"),
    (731, "Kontroll 2 år"),
    (1461, "Kontroll 4 år"),
    (2250, "Skolestartundersøkelse"),
    (3150, "Måling 3. trinn"),
    (4980, "Måling og helsesamtale 8. trinn"),
];
/// From this day on the school's nurse sees the child.
const SCHOOL: i32 = 2200;
/// Per thousand who take a vaccine of the programme.
const TAKEN: u32 = 960;

/// Median and spread of weight, height and head at an age in days.
pub(super) fn spread(female: bool, days: i32) -> [Spread; 3] {
    let months = f64::from(days) / 30.44;
    let sex = usize::from(!female);
    let after =
        LISTS.growth.iter().position(|row| row.months >= months).unwrap_or(LISTS.growth.len().saturating_sub(1));
    let between = |low: &Growth, high: &Growth| -> [Spread; 3] {
        let share = ((months - low.months) / (high.months - low.months).max(0.1)).clamp(0.0, 1.0);
        let mix = |a: f64, b: f64| a + (b - a) * share;
        std::array::from_fn(|at| {
            (mix(low.of[sex][at].0, high.of[sex][at].0), mix(low.of[sex][at].1, high.of[sex][at].1))
        })
    };
    match (LISTS.growth.get(after.saturating_sub(1)), LISTS.growth.get(after)) {
        (Some(low), Some(high)) => between(low, high),
        _ => [(0.0, 0.0); 3],
    }
}

/// Where a child stands on each curve, in standard deviations.
#[derive(Clone, Copy)]
pub(super) struct Track(pub [f64; 3]);

impl<'p> Chart<'p> {
    /// The programme that every child is in: the health station's, later the school's.
    pub(super) fn programme(&mut self) {
        let (_, unit) = self.nurse(self.plan.today.since(self.who.born));
        let episode = self
            .begin("EpisodeOfCare", "programme")
            .with("status", text("active"))
            .with("type", list([super::shape::words("Barne- og ungdomsprogrammet")]))
            .with("patient", self.subject())
            .with("managingOrganization", super::shape::to("Organization", &unit))
            .with("period", object([("start", text(self.who.born.text()))]));
        self.put(episode);
    }

    /// Everything of a child.
    pub(super) fn childhood(&mut self) {
        self.programme();
        let mut chance = Chance::new(self.plan.seed, Purpose::Child, self.who.seed);
        let height = chance.normal() * 0.9;
        let track = Track([height * 0.6 + chance.normal() * 0.6, height, chance.normal() * 0.8]);
        for (after, what) in PROGRAMME {
            let day = self.who.born.plus(*after).at_work();
            let seen = day < self.plan.today;
            if seen && !(*after > 400 && chance.permille(60)) {
                self.check(&mut chance, (day, *after, what), track);
            } else if !seen && self.plan.today.since(day) > -60 {
                self.due(*after, day);
            }
        }
        let skips = chance.permille(30);
        for vaccine in &LISTS.vaccines {
            let day = self.who.born.plus(vaccine.days + chance.between(0, 9)).at_work();
            if day < self.plan.today && !skips && chance.permille(TAKEN) {
                self.vaccine(vaccine, day);
            }
        }
    }

    /// Who sees children of this age, and in which unit.
    fn nurse(&self, after: i32) -> (&'p Worker, String) {
        let unit = if after < SCHOOL { Unit::ChildHealth } else { Unit::School };
        (self.somebody(unit, "nurse", 0), self.unit(unit))
    }

    /// A control with its measurements and note.
    fn check(&mut self, chance: &mut Chance, (day, after, what): (Day, i32, &'static str), track: Track) {
        let (by, unit) = self.nurse(after);
        let contact = Contact {
            name: format!("station-{after}"),
            class: if after == 9 { "HH" } else { "AMB" },
            day,
            minute: 9 * 60 + 30 * chance.between(0, 9),
            lasts: Some(30),
            by,
            unit,
            reason: what.into(),
        };
        let seen = Seen { day, minute: contact.minute + 5, by };
        let [weight, height, head] = self.grown(chance, day, track);
        self.measured("weight", ("29463-7", "Body weight"), (format!("{weight:.2}"), "kg", "kg"), seen);
        self.measured("height", ("8302-2", "Body height"), (format!("{height:.1}"), "cm", "cm"), seen);
        if after < 600 {
            let code = ("9843-4", "Head Occipital-frontal circumference");
            self.measured("head", code, (format!("{head:.1}"), "cm", "cm"), seen);
        }
        self.seen(
            &contact,
            what,
            vec![("Samtale", talk(after).to_owned()), ("Vurdering", "Følger sine kurver.".to_owned())],
        );
    }

    /// Weight, height and head on a day, near the child's own curves.
    pub(super) fn grown(&self, chance: &mut Chance, day: Day, track: Track) -> [f64; 3] {
        let of = spread(self.who.is_female(), day.since(self.who.born));
        std::array::from_fn(|at| {
            let (median, share) = of[at];
            median * (1.0 + share * (track.0[at] + chance.normal() * 0.06))
        })
    }

    /// An appointment for the next control.
    fn due(&mut self, after: i32, day: Day) {
        let (by, _) = self.nurse(after);
        let nurse = named("Practitioner", &by.id, by.name());
        let what = if after < SCHOOL { "Time på helsestasjonen" } else { "Time hos helsesykepleier på skolen" };
        self.appointment(&format!("station-{after}-booking"), "booked", (day, 10 * 60, 30), what, &[nurse]);
    }

    /// A dose that was given.
    pub(super) fn vaccine(&mut self, vaccine: &'static Vaccine, day: Day) {
        let (by, unit) = self.nurse(vaccine.days);
        let by = named("Practitioner", &by.id, by.name());
        let given = self
            .begin("Immunization", &format!("vaccine-{}-{}-{}", vaccine.atc.to_lowercase(), vaccine.dose, vaccine.days))
            .with("status", text("completed"))
            .with("vaccineCode", concept(ATC, vaccine.atc, vaccine.name))
            .with("patient", self.subject())
            .with("occurrenceDateTime", text(day.text()))
            .with("primarySource", bare(true))
            .with("lotNumber", text(format!("TEST-{}-{}", &vaccine.atc[4..], day.year())))
            .with(
                "performer",
                list([object([("actor", by)]), object([("actor", super::shape::to("Organization", &unit))])]),
            )
            .with(
                "protocolApplied",
                list([object([
                    ("series", text("Barnevaksinasjonsprogrammet")),
                    ("targetDisease", list([super::shape::words(vaccine.against)])),
                    ("doseNumberPositiveInt", bare(vaccine.dose)),
                ])]),
            );
        self.put(given);
    }
}

/// What is talked about at an age.
fn talk(after: i32) -> &'static str {
    match after {
        ..60 => "Ammer godt, våkner hver tredje time. Foreldrene har sovet lite, men har det fint.",
        60..400 => "Blid og nysgjerrig. Smaker på grøt. Snakket om søvn, tenner og trygghet hjemme.",
        400..1000 => "Går selv og har flere ord. Begynt i barnehage. Snakket om kosthold og grensesetting.",
        1000..2200 => "Leker med andre, snakker i setninger. Syn og språk er fint.",
        2200..4000 => "Trives på skolen, sover godt. Syn testet.",
        _ => "Snakket om søvn, venner, kropp og nettvett. Vet hvor helsesykepleier er.",
    }
}
