//! An inhabitant, and how the register of persons is written: Patient and RelatedPerson.

use super::day::Day;
use super::json::{Json, bare, list, object, text, yes};
use super::number::Number;
use super::shape::{ACT, Chart, ROLE, basis_resource, coding, concept, human_name, identifier, phone, to};

const IDENTITY: &str = "urn:oid:2.16.578.1.12.4.1.4.1";
const TEMPORARY: &str = "urn:oid:2.16.578.1.12.4.1.4.2";
const HELP: &str = "urn:oid:2.16.578.1.12.4.1.4.3";
const FAMILY: &str = "http://hl7.no/fhir/CodeSystem/no-basis-family-relation";
const RESPONSIBILITY: &str = "http://hl7.no/fhir/CodeSystem/no-basis-parental-responsibility";

/// As the register knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gender {
    Female,
    Male,
}

/// Where somebody lives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Home {
    pub street: String,
    pub code: &'static str,
    pub place: &'static str,
}

/// What the municipality does for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    None,
    /// Home care: on which route of the town, and which stop on it.
    Home {
        route: usize,
        stop: usize,
    },
    /// A place in a nursing home.
    Ward {
        ward: usize,
        room: usize,
    },
}

/// An inhabitant.
#[derive(Clone)]
pub(super) struct Person {
    pub id: String,
    /// Which of the two municipalities: 0 the large one, 1 the small one.
    pub town: usize,
    pub given: String,
    pub family: String,
    pub gender: Gender,
    pub born: Day,
    pub number: Number,
    pub home: Home,
    pub phone: String,
    /// Whether the address is confidential.
    pub hidden: bool,
    /// The language spoken best, if that is not Norwegian.
    pub language: Option<(&'static str, &'static str)>,
    pub care: Care,
    /// The id of the general practitioner.
    pub doctor: String,
    /// What this person's chances are made of.
    pub seed: u64,
}

impl Person {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    pub(super) fn is_female(&self) -> bool {
        self.gender == Gender::Female
    }

    /// The identifier by which others know the person, if there is one.
    pub(super) fn identifier(&self) -> Option<Json> {
        let (system, value) = match &self.number {
            Number::Identity(value) => (IDENTITY, value),
            Number::Temporary(value) => (TEMPORARY, value),
            Number::Help(value) => (HELP, value),
            Number::None => return None,
        };
        Some(identifier(system, value.clone()))
    }
}

pub(super) fn gender_code(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "female",
        Gender::Male => "male",
    }
}

/// The municipality's own id.
pub(super) fn municipality(town: usize) -> &'static str {
    if town == 0 { "provevik" } else { "testoy" }
}

pub(super) fn address(home: &Home) -> Json {
    object([
        ("use", text("home")),
        ("line", list([text(home.street.clone())])),
        ("city", text(home.place)),
        ("postalCode", text(home.code)),
        ("country", text("NO")),
    ])
}

impl Chart<'_> {
    /// The Patient.
    pub(super) fn patient(&mut self) {
        let who = self.who;
        let mut patient = basis_resource("Patient", who.id.clone());
        if who.hidden
            && let Json::Object(members) = &mut patient
            && let Some((_, meta)) = members.iter_mut().find(|(key, _)| *key == "meta")
        {
            *meta = meta.clone().with("security", list([coding(ACT, "LOCIS", "confidential address")]));
        }
        let language = who.language.map(|(code, name)| {
            list([object([("language", concept("urn:ietf:bcp:47", code, name)), ("preferred", yes())])])
        });
        let phones = (!who.phone.is_empty()).then(|| list([phone(who.phone.clone())]));
        patient = patient
            .maybe("identifier", who.identifier().map(|number| list([number])))
            .with("active", yes())
            .with("name", list([human_name(&who.given, &who.family)]))
            .maybe("telecom", phones)
            .with("gender", text(gender_code(who.gender)))
            .with("birthDate", text(who.born.text()))
            .with("address", list([address(&who.home)]))
            .maybe("communication", language)
            .with("generalPractitioner", list([to("Practitioner", &who.doctor)]))
            .with("managingOrganization", to("Organization", municipality(who.town)));
        self.put(patient);
    }

    /// Somebody else, as a relative of this person; the code and words of v3 RoleCode.
    pub(super) fn relative(&mut self, name: &str, other: &Person, (code, display): (&'static str, &'static str)) {
        let norwegian = match code {
            "MTH" => Some(("mor", "Mor")),
            "FTH" => Some(("far", "Far")),
            "SPS" => Some(("ektefelleEllerPartner", "Ektefelle eller partner")),
            "SON" | "DAU" => Some(("barn", "Barn")),
            _ => None,
        };
        let mut relations = vec![concept(ROLE, code, display)];
        relations.extend(norwegian.map(|(code, display)| concept(FAMILY, code, display)));
        if matches!(code, "MTH" | "FTH") {
            relations.push(concept(RESPONSIBILITY, "felles", "Felles"));
        }
        let phones = (!other.phone.is_empty()).then(|| list([phone(other.phone.clone())]));
        let relative = basis_resource("RelatedPerson", self.id(name))
            .maybe("identifier", other.identifier().map(|number| list([number])))
            .with("active", bare(true))
            .with("patient", self.subject())
            .with("relationship", list(relations))
            .with("name", list([human_name(&other.given, &other.family)]))
            .maybe("telecom", phones)
            .with("gender", text(gender_code(other.gender)));
        self.put(relative);
    }
}
