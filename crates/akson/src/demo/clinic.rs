//! The emergency clinic: contacts of the last year, with triage, signs and a summary for the general practitioner.

use super::chance::{Chance, Purpose};
use super::contact::Contact;
use super::district::Unit;
use super::json::list;
use super::shape::{Chart, coding};
use super::signs::{Ill, Seen, Signs};

/// Why people come, with what was found and done.
const REASONS: &[(&str, &str, &str)] = &[
    (
        "Falt og slo hoften",
        "Vondt å belaste, ingen feilstilling. Røntgen uten brudd.",
        "Smertelindring, hjem med avtale om tilsyn.",
    ),
    ("Tung pust", "Forlenget ekspirium, bedring etter forstøver.", "Kortisonkur, kontroll hos fastlege om to dager."),
    ("Brystsmerter", "EKG uten akutte forandringer, smertefri ved undersøkelse.", "Observert i fire timer, hjem."),
    ("Høy feber", "Våken, ingen nakkestivhet. Rød i halsen.", "Febernedsettende og væske, ny kontakt ved forverring."),
    ("Kutt i hånden", "Rent kutt uten seneskade.", "Fire sting, stivkrampevaksine er gyldig."),
];

impl Chart<'_> {
    /// A contact in the last year, for some.
    pub(super) fn at_clinic(&mut self) {
        let mut chance = Chance::new(self.plan.seed, Purpose::Measure, self.who.seed);
        let often = if self.age() > 75 || self.age() < 5 { 160 } else { 70 };
        if !chance.permille(often) {
            return;
        }
        let Some((reason, found, done)) = chance.one(REASONS) else { return };
        let day = self.plan.today.plus(-chance.between(2, 330)).max(self.who.born.plus(20));
        if day >= self.plan.today {
            return;
        }
        let by = self.somebody(Unit::Emergency, "emergency", self.who.seed);
        let contact = Contact {
            name: format!("emergency-{}", day.short()),
            class: "EMER",
            day,
            minute: 17 * 60 + chance.between(0, 240),
            lasts: Some(chance.between(40, 150)),
            by,
            unit: self.unit(Unit::Emergency),
            reason: reason.into(),
        };
        let urgency = ["Grønn", "Gul", "Oransje"][chance.below(3)];
        let priority = coding("urn:akson:urgency", urgency.to_lowercase(), urgency);
        let encounter = self.encounter(&contact).with("priority", super::json::object([("coding", list([priority]))]));
        self.put(encounter);
        let signs = Signs::drawn(&mut chance, if urgency == "Grønn" { Ill::Not } else { Ill::Somewhat }, false);
        self.scored(&signs, Seen { day, minute: contact.minute + 4, by });
        let parts = vec![("Årsak", reason.to_owned()), ("Funn", found.to_owned()), ("Tiltak", done.to_owned())];
        self.note_of(&contact, "Legevaktsnotat", parts);
        let sender = super::shape::to("Organization", &contact.unit);
        let whom = self.doctor();
        let told = format!("{reason}. {found} {done}");
        self.message(
            "emergency-summary",
            "completed",
            (sender, whom),
            (day, contact.minute + 180),
            ("Epikrise fra legevakt", told),
        );
    }
}
