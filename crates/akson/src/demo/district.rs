//! A district: about five hundred inhabitants, the units that serve them, and who works there.
//!
//! Each district of a municipality has its own home care, nursing home, health station, school and doctors, so that a
//! municipality of any size is made of districts. The persons of the sandbox work in the first one.

use super::Plan;
use super::chance::{Chance, Purpose};
use super::day::Day;
use super::names;
use super::number;
use super::person::Gender;

/// Households of a district.
pub(super) const HOUSEHOLDS: u64 = 250;
/// Of these, one in so many is in the small municipality.
pub(super) const SMALL_EVERY: u64 = 5;
/// Routes of each town: two zones with two routes each, and one.
pub(super) const ROUTES: [usize; 2] = [4, 1];
/// Wards of each town, with their rooms.
pub(super) const WARDS: [usize; 2] = [2, 1];
pub(super) const ROOMS: usize = 12;

/// A unit of a district.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    HomeCare,
    Zone(usize),
    NursingHome,
    Ward(usize),
    ChildHealth,
    School,
    Doctors,
    Emergency,
    Services,
}

/// The units of each town, in the order of who is part of whom.
pub(super) const UNITS: [&[Unit]; 2] = [
    &[
        Unit::HomeCare,
        Unit::Zone(0),
        Unit::Zone(1),
        Unit::NursingHome,
        Unit::Ward(0),
        Unit::Ward(1),
        Unit::ChildHealth,
        Unit::School,
        Unit::Doctors,
        Unit::Emergency,
        Unit::Services,
    ],
    &[Unit::HomeCare, Unit::NursingHome, Unit::Ward(0), Unit::ChildHealth, Unit::School, Unit::Doctors, Unit::Services],
];

/// A category of health personnel: its code and name in list 9060.
pub(super) type Category = Option<(&'static str, &'static str)>;

const DOCTOR: Category = Some(("LE", "Lege"));
const NURSE: Category = Some(("SP", "Sykepleier"));
const CARER: Category = Some(("HF", "Helsefagarbeider"));

/// Posts of each town: unit, duty, category, how many.
const POSTS: [&[(Unit, &str, Category, usize)]; 2] = [
    &[
        (Unit::Zone(0), "nurse", NURSE, 2),
        (Unit::Zone(0), "nurse", CARER, 3),
        (Unit::Zone(1), "nurse", NURSE, 2),
        (Unit::Zone(1), "nurse", CARER, 3),
        (Unit::Ward(0), "nurse", NURSE, 2),
        (Unit::Ward(0), "nurse", CARER, 3),
        (Unit::Ward(1), "nurse", NURSE, 2),
        (Unit::Ward(1), "nurse", CARER, 3),
        (Unit::NursingHome, "doctor", DOCTOR, 1),
        (Unit::ChildHealth, "nurse", NURSE, 1),
        (Unit::School, "nurse", NURSE, 1),
        (Unit::Doctors, "list-doctor", DOCTOR, 2),
        (Unit::Emergency, "emergency", DOCTOR, 1),
        (Unit::Emergency, "emergency", NURSE, 1),
        (Unit::HomeCare, "coordinator", None, 1),
        (Unit::Services, "case-worker", None, 1),
    ],
    &[
        (Unit::HomeCare, "nurse", NURSE, 2),
        (Unit::HomeCare, "nurse", CARER, 2),
        (Unit::Ward(0), "nurse", NURSE, 2),
        (Unit::Ward(0), "nurse", CARER, 2),
        (Unit::NursingHome, "doctor", DOCTOR, 1),
        (Unit::ChildHealth, "nurse", NURSE, 1),
        (Unit::Doctors, "list-doctor", DOCTOR, 1),
        (Unit::Services, "case-worker", None, 1),
        (Unit::HomeCare, "leader", None, 1),
    ],
];

/// The persons of the sandbox, whom the sample makes: id, name, town, unit they are asked for, duty.
const SANDBOX: &[(&str, &str, Unit, &str)] = &[
    ("astrid-lege", "Astrid Prøvelege", Unit::Doctors, "list-doctor"),
    ("bjorn-lege", "Bjørn Testlege", Unit::Doctors, "list-doctor"),
    ("camilla-sykepleier", "Camilla Prøvepleier", Unit::Zone(0), "nurse"),
    ("david-fagarbeider", "David Testhjelper", Unit::Zone(0), "nurse"),
    ("eva-lege", "Eva Sykehjemstest", Unit::NursingHome, "doctor"),
    ("frode-sykepleier", "Frode Vaktprøve", Unit::Ward(0), "nurse"),
    ("grete-helsesykepleier", "Grete Stasjonstest", Unit::ChildHealth, "nurse"),
    ("hedda-legevakt", "Hedda Vakttest", Unit::Emergency, "emergency"),
    ("ivar-saksbehandler", "Ivar Vedtaksprøve", Unit::Services, "case-worker"),
];

/// Somebody who works in a district.
#[derive(Clone)]
pub(super) struct Worker {
    pub id: String,
    pub given: String,
    pub family: String,
    pub gender: Gender,
    /// The number in the register of health personnel; empty for who is none.
    pub hpr: String,
    pub category: Category,
    pub duty: &'static str,
    pub town: usize,
    pub unit: Unit,
    /// Whether the sample makes the person.
    pub known: bool,
}

impl Worker {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// A district.
pub(super) struct District {
    pub number: u64,
    pub workers: Vec<Worker>,
}

impl District {
    /// The district of this number.
    pub(super) fn new(plan: &Plan, number: u64) -> District {
        let mut workers = Vec::new();
        if number == 0 {
            workers.extend(SANDBOX.iter().map(sandbox));
        }
        let mut chance = Chance::new(plan.seed, Purpose::Staff, number);
        for (town, posts) in POSTS.iter().enumerate() {
            for (unit, duty, category, count) in *posts {
                for _ in 0..*count {
                    let of = (town, *unit, *duty, *category);
                    workers.push(worker(&mut chance, number, workers.len() as u64, of));
                }
            }
        }
        District { number, workers }
    }

    /// The id of a unit's Organization.
    pub(super) fn unit(&self, town: usize, unit: Unit) -> String {
        let name = unit_key(unit);
        match (self.number, town, unit) {
            // One emergency clinic and one office for all.
            (_, _, Unit::Emergency) => "provevik-emergency".to_owned(),
            (_, 0, Unit::Services) => "provevik-services".to_owned(),
            (_, _, Unit::Services) => "testoy-services".to_owned(),
            (0, 0, Unit::Doctors) => "fjorden-gp".to_owned(),
            (0, 0, _) => format!("provevik-{name}"),
            (0, _, _) => format!("testoy-{name}"),
            (number, 0, _) => format!("provevik-{number}-{name}"),
            (number, _, _) => format!("testoy-{number}-{name}"),
        }
    }

    /// The unit that runs a route.
    pub(super) fn zone(&self, town: usize, route: usize) -> Unit {
        if town == 0 { Unit::Zone(route / 2) } else { Unit::HomeCare }
    }

    /// The id of a route's HealthcareService.
    pub(super) fn route(&self, town: usize, route: usize) -> String {
        format!("{}-route-{}", self.unit(town, self.zone(town, route)), route + 1)
    }

    /// The id of a room's Location.
    pub(super) fn room(&self, town: usize, ward: usize, room: usize) -> String {
        format!("{}-room-{}", self.unit(town, Unit::Ward(ward)), room + 1)
    }

    /// Those of a unit with a duty; the units of the large town help the small one out.
    fn pool(&self, town: usize, unit: Unit, duty: &str) -> Vec<&Worker> {
        let of = |town| self.workers.iter().filter(move |one| (one.town, one.unit, one.duty) == (town, unit, duty));
        let found: Vec<_> = of(town).collect();
        if found.is_empty() { of(0).collect() } else { found }
    }

    /// Somebody of a unit, by a number.
    pub(super) fn somebody(&self, town: usize, unit: Unit, duty: &str, nth: u64) -> &Worker {
        let pool = self.pool(town, unit, duty);
        match pool.get((nth % pool.len().max(1) as u64) as usize) {
            Some(found) => found,
            None => &self.workers[0],
        }
    }

    /// Who drives a route on a day. Camilla and David drive the first two every day, so that there is always work to look at.
    pub(super) fn driver(&self, town: usize, route: usize, day: Day, minute: i32) -> &Worker {
        let unit = self.zone(town, route);
        let evening = minute >= 15 * 60;
        if self.number == 0 && town == 0 && route < 2 && !evening {
            return self.somebody(0, unit, "nurse", route as u64);
        }
        let pool: Vec<_> = self.pool(town, unit, "nurse").into_iter().filter(|one| !one.known).collect();
        let turn = day.number() + route as u64 * 2 + u64::from(evening) * 3;
        pool.get((turn % pool.len().max(1) as u64) as usize).copied().unwrap_or(&self.workers[0])
    }

    /// Who is on duty in a ward.
    pub(super) fn on_ward(&self, town: usize, ward: usize, day: Day, minute: i32) -> &Worker {
        let turn = day.number() + (minute / 480) as u64 * 2 + u64::from(minute >= 480);
        self.somebody(town, Unit::Ward(ward), "nurse", turn)
    }
}

fn sandbox((id, name, unit, duty): &(&'static str, &'static str, Unit, &'static str)) -> Worker {
    let (given, family) = name.split_once(' ').unwrap_or((name, ""));
    Worker {
        id: (*id).to_owned(),
        given: given.to_owned(),
        family: family.to_owned(),
        gender: Gender::Female,
        hpr: String::new(),
        category: None,
        duty,
        town: 0,
        unit: *unit,
        known: true,
    }
}

fn worker(
    chance: &mut Chance,
    district: u64,
    at: u64,
    (town, unit, duty, category): (usize, Unit, &'static str, Category),
) -> Worker {
    let gender = if chance.permille(780) { Gender::Female } else { Gender::Male };
    let born = Day::of(1960 + chance.between(0, 40), 1, 1);
    let origin = names::origin(chance, town);
    let (given, family) = (names::given(chance, origin, gender, born), names::family(chance, origin));
    let hpr = if category.is_some() { number::nine_digits(99, 1000 + district * 100 + at) } else { String::new() };
    let id = format!("w{district}-{at}");
    Worker { id, given, family, gender, hpr, category, duty, town, unit, known: false }
}

/// What a unit is called in ids.
pub(super) fn unit_key(unit: Unit) -> &'static str {
    match unit {
        Unit::HomeCare => "home-care",
        Unit::Zone(0) => "zone-north",
        Unit::Zone(_) => "zone-south",
        Unit::NursingHome => "nursing-home",
        Unit::Ward(0) => "ward-1",
        Unit::Ward(_) => "ward-2",
        Unit::ChildHealth => "child-health",
        Unit::School => "school",
        Unit::Doctors => "doctors",
        Unit::Emergency => "emergency",
        Unit::Services => "services",
    }
}
