//! What people have said about who may see what: blocks of a person, a unit or a kind of information; parents' words.

use super::chance::{Chance, Purpose};
use super::district::Unit;
use super::json::{Json, list, object, text};
use super::shape::{Chart, coding, concept, period, to};

const TYPES: &str = "http://hl7.org/fhir/resource-types";
const ACTOR: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

impl Chart<'_> {
    /// A denial to somebody; of some types of information, or of all.
    pub(super) fn block(&mut self, name: &str, days_ago: i32, whom: Option<Json>, types: &[&'static str]) {
        let actor = whom
            .map(|who| list([object([("role", concept(ACTOR, "IRCP", "information recipient")), ("reference", who)])]));
        let classes = (!types.is_empty()).then(|| list(types.iter().map(|name| coding(TYPES, *name, *name))));
        let since = self.plan.today.plus(-days_ago);
        let provision = object([("type", text("deny")), ("period", period(since.text(), None))])
            .maybe("actor", actor)
            .maybe("class", classes);
        self.consent(name, since, "Sperre", provision);
    }

    /// The word of parents that somebody of 13 to 15 signs in.
    fn own_login(&mut self) {
        let since = self.plan.today.plus(-120);
        let consent = self
            .begin("Consent", "own-login")
            .with("status", text("active"))
            .with(
                "scope",
                object([(
                    "coding",
                    list([coding(
                        "http://terminology.hl7.org/CodeSystem/consentscope",
                        "patient-privacy",
                        "Privacy Consent",
                    )]),
                )]),
            )
            .with("category", list([concept("urn:akson:consent", "own-login", "Egen innlogging")]))
            .with("patient", self.subject())
            .with("dateTime", text(since.at(20 * 60)))
            .with(
                "policyRule",
                object([(
                    "coding",
                    list([coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "OPTIN", "opt-in")]),
                )]),
            )
            .with("provision", object([("type", text("permit")), ("period", period(since.text(), None))]));
        self.put(consent);
    }

    /// What some people have blocked, and what some parents have allowed.
    pub(super) fn privacy(&mut self) {
        let mut chance = Chance::new(self.plan.seed, Purpose::Privacy, self.who.seed);
        let age = self.age();
        if (13..16).contains(&age) && chance.permille(600) {
            self.own_login();
        }
        if age < 16 || !chance.permille(35) {
            return;
        }
        match chance.below(3) {
            0 => {
                let nurse = self.somebody(Unit::Emergency, "emergency", self.who.seed);
                let whom = to("Practitioner", &nurse.id);
                self.block("block", 200, Some(whom), &[]);
            }
            1 => {
                let unit = to("Organization", &self.unit(Unit::ChildHealth));
                self.block("block", 90, Some(unit), &[]);
            }
            _ => {
                let unit = to("Organization", &self.unit(Unit::Emergency));
                self.block("block", 30, Some(unit), &["Composition", "Condition"]);
            }
        }
    }
}
