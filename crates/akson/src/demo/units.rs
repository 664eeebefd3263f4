//! The units of a district and who works there: Organization, HealthcareService, Location, Practitioner, PractitionerRole.
//!
//! The first district leans on the sample, which has the municipality of Prøvevik, its main units and the persons of the
//! sandbox.

use super::Plan;
use super::day::Day;
use super::district::{District, ROOMS, ROUTES, UNITS, Unit, WARDS, Worker};
use super::json::{Json, bare, list, object, text, yes};
use super::lists::LISTS;
use super::number;
use super::person::{gender_code, municipality};
use super::shape::{Made, basis_resource, concept, finish, human_name, identifier, period, phone, resource, to, words};

const ENTITY: &str = "urn:oid:2.16.578.1.12.4.1.4.101";
const MUNICIPALITY: &str = "urn:oid:2.16.578.1.12.4.1.1.3402";
const PROFESSIONAL: &str = "urn:oid:2.16.578.1.12.4.1.4.4";
const CATEGORY: &str = "urn:oid:2.16.578.1.12.4.1.1.9060";
const KIND: &str = "http://terminology.hl7.org/CodeSystem/organization-type";
const PLACE: &str = "http://terminology.hl7.org/CodeSystem/location-physical-type";
const DUTY: &str = "urn:akson:duty";

/// Those that the sample has.
const OF_SAMPLE: &[&str] = &[
    "provevik-home-care",
    "provevik-nursing-home",
    "provevik-child-health",
    "provevik-emergency",
    "provevik-services",
    "fjorden-gp",
];

/// The resources of a district's units.
pub(super) fn of(plan: &Plan, district: &District) -> Vec<Made> {
    let mut out = Vec::new();
    if district.number == 0 {
        second_municipality(&mut out);
        questionnaire(plan, &mut out);
    }
    for (town, units) in UNITS.iter().enumerate() {
        for (at, unit) in units.iter().enumerate() {
            organization(district, (town, *unit), at as u64, &mut out);
        }
        for route in 0..ROUTES[town] {
            finish(&route_of(district, town, route), &mut out);
        }
        for ward in 0..WARDS[town] {
            rooms(district, town, ward, &mut out);
        }
    }
    for worker in district.workers.iter().filter(|worker| !worker.known) {
        practitioner(worker, &mut out);
        role(district, worker, &mut out);
    }
    out
}

/// The small municipality; the sample has the large one.
fn second_municipality(out: &mut Vec<Made>) {
    let inhabitants = LISTS.ages.get(1).map_or(0, |(inhabitants, _)| *inhabitants);
    let identifiers = [
        identifier(ENTITY, number::nine_digits(31, 90_000)),
        // No municipality has this number.
        identifier(MUNICIPALITY, "9998"),
    ];
    let organization = basis_resource("Organization", "testoy")
        .with("identifier", list(identifiers))
        .with("active", yes())
        .with("type", list([concept(KIND, "govt", "Government")]))
        .with("name", text("Testøy kommune"))
        .with("alias", list([text(format!("Testøy, {inhabitants} innbyggere"))]))
        .with("telecom", list([phone("55500300")]));
    finish(&organization, out);
}

/// What a unit is called.
fn unit_name(district: &District, town: usize, unit: Unit) -> String {
    let town_name = if town == 0 { "Prøvevik" } else { "Testøy" };
    let what = match unit {
        Unit::HomeCare => "hjemmetjeneste",
        Unit::Zone(0) => "hjemmetjeneste, sone nord",
        Unit::Zone(_) => "hjemmetjeneste, sone sør",
        Unit::NursingHome => "sykehjem",
        Unit::Ward(0) => "sykehjem, avdeling Fjell",
        Unit::Ward(_) => "sykehjem, avdeling Fjord",
        Unit::ChildHealth => "helsestasjon",
        Unit::School => "skole, skolehelsetjenesten",
        Unit::Doctors => "legesenter",
        Unit::Emergency => "legevakt",
        Unit::Services => "tildelingskontor",
    };
    match district.number {
        0 => format!("{town_name} {what}"),
        number => format!("{town_name} {what}, distrikt {number}"),
    }
}

fn organization(district: &District, (town, unit): (usize, Unit), at: u64, out: &mut Vec<Made>) {
    let id = district.unit(town, unit);
    let shared = district.number > 0 && matches!(unit, Unit::Emergency | Unit::Services);
    if OF_SAMPLE.contains(&id.as_str()) || shared {
        return;
    }
    let parent = match unit {
        Unit::Zone(_) => Some(district.unit(town, Unit::HomeCare)),
        Unit::Ward(_) => Some(district.unit(town, Unit::NursingHome)),
        Unit::Doctors => None,
        _ => Some(municipality(town).to_owned()),
    };
    let nth = 10_000 + district.number * 32 + town as u64 * 16 + at;
    let organization = basis_resource("Organization", id)
        .with("identifier", list([identifier(ENTITY, number::nine_digits(32, nth))]))
        .with("active", yes())
        .with("type", list([concept(KIND, "prov", "Healthcare Provider")]))
        .with("name", text(unit_name(district, town, unit)))
        .with("telecom", list([phone(format!("5551{:04}", nth % 10_000))]))
        .maybe("partOf", parent.map(|parent| to("Organization", &parent)));
    finish(&organization, out);
}

/// A route of home care: a service of its zone.
fn route_of(district: &District, town: usize, route: usize) -> Json {
    let zone = district.zone(town, route);
    let hours = object([
        ("daysOfWeek", list(DAYS.map(text))),
        ("availableStartTime", text("07:30:00")),
        ("availableEndTime", text("22:30:00")),
    ]);
    basis_resource("HealthcareService", district.route(town, route))
        .with("active", yes())
        .with("providedBy", to("Organization", &district.unit(town, zone)))
        .with("type", list([words("Rute i hjemmetjenesten")]))
        .with("name", text(format!("Rute {} – {}", route + 1, unit_name(district, town, zone))))
        .with("availableTime", list([hours]))
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn rooms(district: &District, town: usize, ward: usize, out: &mut Vec<Made>) {
    let unit = Unit::Ward(ward);
    let id = district.unit(town, unit);
    let location = |id: String, name: String, (code, display): (&'static str, &'static str)| {
        basis_resource("Location", id)
            .with("status", text("active"))
            .with("name", text(name))
            .with("mode", text("instance"))
            .with("physicalType", concept(PLACE, code, display))
            .with("managingOrganization", to("Organization", &district.unit(town, unit)))
    };
    finish(&location(id.clone(), unit_name(district, town, unit), ("wa", "Ward")), out);
    for room in 0..ROOMS {
        let name = format!("Rom {}", 101 + ward * 100 + room);
        let of = location(district.room(town, ward, room), name, ("ro", "Room"));
        finish(&of.with("partOf", to("Location", &id)), out);
    }
}

fn practitioner(worker: &Worker, out: &mut Vec<Made>) {
    let number = (!worker.hpr.is_empty()).then(|| list([identifier(PROFESSIONAL, worker.hpr.clone())]));
    let category = worker.category.map(|(code, display)| {
        list([object([("code", concept(CATEGORY, code, display)), ("period", period("2015-01-01", None))])])
    });
    let practitioner = basis_resource("Practitioner", worker.id.clone())
        .maybe("identifier", number)
        .with("active", yes())
        .with("name", list([human_name(&worker.given, &worker.family)]))
        .with("gender", text(gender_code(worker.gender)))
        .maybe("qualification", category);
    finish(&practitioner, out);
}

/// What a duty is called.
fn duty_name(duty: &str) -> &'static str {
    match duty {
        "nurse" => "Nurse",
        "doctor" => "Doctor",
        "list-doctor" => "Doctor with a list",
        "emergency" => "On duty at the emergency clinic",
        "case-worker" => "Case worker",
        "coordinator" => "Coordinator",
        _ => "Leader",
    }
}

/// A role with its roster: when somebody is usually at work.
fn role(district: &District, worker: &Worker, out: &mut Vec<Made>) {
    let unit = district.unit(worker.town, worker.unit);
    let category = worker.category.map(|(code, display)| concept(CATEGORY, code, display));
    let codes = category.into_iter().chain([concept(DUTY, worker.duty, duty_name(worker.duty))]);
    let routes: Vec<Json> = (0..ROUTES[worker.town])
        .filter(|route| worker.duty == "nurse" && district.zone(worker.town, *route) == worker.unit)
        .map(|route| to("HealthcareService", &district.route(worker.town, route)))
        .collect();
    let places = match worker.unit {
        Unit::Ward(_) => vec![to("Location", &unit)],
        _ => Vec::new(),
    };
    let around_the_clock = matches!(worker.unit, Unit::Zone(_) | Unit::Ward(_) | Unit::Emergency);
    let (days, hours) =
        if around_the_clock { (&DAYS[..], ("07:30:00", "22:30:00")) } else { (&DAYS[..5], ("08:00:00", "15:30:00")) };
    let roster = object([
        ("daysOfWeek", list(days.iter().map(|day| text(*day)))),
        ("availableStartTime", text(hours.0)),
        ("availableEndTime", text(hours.1)),
    ]);
    let some = |of: Vec<Json>| (!of.is_empty()).then(|| list(of));
    let role = resource("PractitionerRole", format!("{}-role", worker.id))
        .with("active", yes())
        .with("practitioner", to("Practitioner", &worker.id))
        .with("organization", to("Organization", &unit))
        .with("code", list(codes))
        .maybe("location", some(places))
        .maybe("healthcareService", some(routes))
        .with("availableTime", list([roster]));
    finish(&role, out);
}

/// The form of the twenty functions (IPLOS), which home care and nursing homes fill in.
fn questionnaire(plan: &Plan, out: &mut Vec<Made>) {
    let answers = super::function::ANSWERS.iter().map(|(code, display)| {
        object([("valueCoding", super::shape::coding(super::function::SCALE, *code, *display))])
    });
    let answers = list(answers);
    let items = LISTS.functions.iter().enumerate().map(|(at, name)| {
        object([
            ("linkId", text((at + 1).to_string())),
            ("code", list([super::shape::coding(super::function::FUNCTIONS, (at + 1).to_string(), *name)])),
            ("text", text(*name)),
            ("type", text("choice")),
            ("required", yes()),
            ("answerOption", answers.clone()),
        ])
    });
    let form = resource("Questionnaire", super::function::FORM)
        .with("url", text("urn:akson:questionnaire:iplos-function"))
        .with("title", text("Funksjonsvurdering (IPLOS)"))
        .with("status", text("active"))
        .with("experimental", bare(false))
        .with("subjectType", list([text("Patient")]))
        .with("date", text(Day::of(plan.today.year(), 1, 1).text()))
        .with("item", list(items));
    finish(&form, out);
}
