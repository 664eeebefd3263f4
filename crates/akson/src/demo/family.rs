//! Relatives: parents of children, husbands and wives, sons and daughters who live elsewhere; powers of attorney.

use super::chance::{Chance, Purpose};
use super::day::Day;
use super::json::{Json, list, object, text};
use super::names;
use super::number::Number;
use super::people::{Household, Kind};
use super::person::{Gender, Person};
use super::shape::{Chart, ROLE, basis_resource, coding, concept, period, phone};

const SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
const LOINC: &str = "http://loinc.org";
/// Akson's own areas of a mandate.
const AREA: &str = "urn:akson:area";

impl Chart<'_> {
    /// The relatives of the one at this place of the household.
    pub(super) fn relatives(&mut self, household: &Household, at: usize) {
        let people = &household.people;
        if at >= household.grown {
            for (nth, parent) in people.iter().take(household.grown).enumerate() {
                let code = if parent.is_female() { ("MTH", "mother") } else { ("FTH", "father") };
                self.relative(&format!("parent-{}", nth + 1), parent, code);
            }
            return;
        }
        let other = people.iter().take(household.grown).enumerate().find(|(nth, _)| *nth != at);
        match (household.kind, other) {
            (Kind::CareCouple, Some((_, other))) if at == 0 => {
                self.attorney(other, ("SPS", "spouse"), self.plan.today.plus(-300));
            }
            (_, Some((_, other))) => self.relative("spouse", other, ("SPS", "spouse")),
            (Kind::CareAlone | Kind::Resident | Kind::Alone | Kind::Supported, None) => self.elsewhere(),
            _ => {}
        }
    }

    /// A son or daughter who lives elsewhere; of the younger, a mother.
    fn elsewhere(&mut self) {
        let mut chance = Chance::new(self.plan.seed, Purpose::Kin, self.who.seed);
        let gender = if chance.permille(550) { Gender::Female } else { Gender::Male };
        let older = self.age() < 50;
        let code = match (older, gender) {
            (true, _) => ("MTH", "mother"),
            (false, Gender::Female) => ("DAU", "natural daughter"),
            (false, Gender::Male) => ("SON", "natural son"),
        };
        let gender = if older { Gender::Female } else { gender };
        let years = chance.between(22, 34) * if older { -1 } else { 1 };
        let born = Day::of(self.who.born.year() + years, 6, 1);
        let mut other =
            Person { gender, born, number: Number::None, phone: names::phone(&mut chance), ..self.who.clone() };
        other.given = names::given(&mut chance, 0, gender, born);
        self.relative("kin", &other, code);
    }

    /// A relative with a power of attorney for everything, as the rules of access read it.
    pub(super) fn attorney(&mut self, other: &Person, (code, display): (&'static str, &'static str), since: Day) {
        let relations = [concept(ROLE, "POWATT", "power of attorney"), concept(ROLE, code, display)];
        let relative = basis_resource("RelatedPerson", self.id("attorney"))
            .maybe("identifier", other.identifier().map(|number| list([number])))
            .with("active", super::json::yes())
            .with("patient", self.subject())
            .with("relationship", list(relations))
            .with("name", list([super::shape::human_name(&other.given, &other.family)]))
            .with("telecom", list([phone(other.phone.clone())]))
            .with("gender", text(super::person::gender_code(other.gender)))
            .with("period", period(since.text(), None));
        self.put(relative);
        let actor = object([
            ("role", concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "POWATT", "power of attorney")),
            ("reference", self.own("RelatedPerson", "attorney")),
        ]);
        let areas =
            [("contact", "Avtaler og meldinger"), ("medicines", "Legemidler"), ("record", "Resten av journalen")];
        let codes = areas.map(|(code, display)| object([("coding", list([coding(AREA, code, display)]))]));
        let provision = object([
            ("type", text("permit")),
            ("period", period(since.text(), Some(since.plus(3 * 365).text()))),
            ("actor", list([actor])),
            ("code", list(codes)),
        ]);
        self.consent("mandate", since, "Fullmakt", provision);
    }

    /// A consent or a block, by the patient's own word.
    pub(super) fn consent(&mut self, name: &str, day: Day, what: &'static str, provision: Json) {
        let scope = object([("coding", list([coding(SCOPE, "patient-privacy", "Privacy Consent")]))]);
        let category = concept(LOINC, "59284-0", "Patient Consent");
        let consent = self
            .begin("Consent", name)
            .with("status", text("active"))
            .with("scope", scope)
            .with("category", list([category, super::shape::words(what)]))
            .with("patient", self.subject())
            .with("dateTime", text(day.at(12 * 60)))
            .with("performer", list([self.subject()]))
            .with(
                "policyRule",
                object([(
                    "coding",
                    list([coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "OPTIN", "opt-in")]),
                )]),
            )
            .with("provision", provision);
        self.put(consent);
    }
}
