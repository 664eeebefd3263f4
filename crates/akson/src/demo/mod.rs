//! A synthetic municipality: a record community of two municipalities that do not exist, with the people who live and work
//! there, as FHIR resources.
//!
//! Pure: made of a seed and a day. Promises: the same seed and day give the same bytes; a household depends on nothing but
//! the seed, the day and its number, so that any number of inhabitants is made one district at a time; nobody in it could be
//! a living person (numbers have a synthetic month); every resource is valid, and every reference leads to a resource of
//! the same municipality. What it does not do: write anywhere (`control/commands/demo.rs`).

mod chance;
mod child;
mod clinic;
mod contact;
mod day;
mod district;
mod doctor;
mod family;
mod function;
mod home;
mod illness;
mod json;
mod lists;
mod names;
mod number;
mod people;
mod person;
mod privacy;
mod sample;
mod shape;
mod signs;
pub mod story;
mod units;
mod ward;

pub use day::Day;
pub use shape::Made;

use district::District;
use people::Household;
use person::Care;
use shape::Chart;

/// Inhabitants at most: so many have numbers of their own.
pub const PATIENTS_MAX: u64 = 1_000_000;
/// Weeks back for which visits and doses are written, if nothing else is said.
pub const WEEKS_BACK: u16 = 2;
/// Weeks ahead for which visits are planned, if nothing else is said.
pub const WEEKS_AHEAD: u16 = 2;
/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What chance is made of.
    pub seed: u64,
    /// The day that lives lead up to.
    pub today: Day,
    /// How many inhabitants; households stay whole, so there may be some more.
    pub patients: u64,
    /// For how many weeks back visits and doses are written one by one.
    pub weeks_back: u16,
    /// For how many weeks ahead visits are planned.
    pub weeks_ahead: u16,
}

impl Plan {
    /// What a new sandbox begins with.
    pub fn first(today: Day, patients: u64) -> Plan {
        Plan { seed: 1, today, patients, weeks_back: WEEKS_BACK, weeks_ahead: WEEKS_AHEAD }
    }
}

/// Resources that go in together.
pub struct Piece {
    /// Inhabitants among them.
    pub patients: u64,
    /// The resources, those that others refer to first.
    pub made: Vec<Made>,
}

/// A municipality, piece by piece.
pub struct Pieces {
    plan: Plan,
    patients: u64,
    next: u64,
    district: Option<(District, std::vec::IntoIter<Household>)>,
}

/// The municipality that a plan asks for.
pub fn pieces(plan: Plan) -> Pieces {
    Pieces { plan, patients: 0, next: 0, district: None }
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.patients >= self.plan.patients {
            return None;
        }
        if let Some((district, households)) = &mut self.district
            && let Some(household) = households.next()
        {
            let patients = household.people.len() as u64;
            self.patients += patients;
            return Some(Piece { patients, made: life(&self.plan, district, &household) });
        }
        let district = District::new(&self.plan, self.next);
        self.next += 1;
        let mut made = Vec::new();
        let mut patients = 0;
        if district.number == 0 {
            made = sample::resources();
        }
        made.extend(units::of(&self.plan, &district));
        if district.number == 0 {
            made.extend(story::told(&self.plan, &district));
            patients = made.iter().filter(|made| made.kind == "Patient").count() as u64;
            self.patients += patients;
        }
        let households = people::households(&self.plan, &district).into_iter();
        self.district = Some((district, households));
        Some(Piece { patients, made })
    }
}

/// The records of a household.
fn life(plan: &Plan, place: &District, household: &Household) -> Vec<Made> {
    let mut out = Vec::new();
    for (at, who) in household.people.iter().enumerate() {
        let mut chart = Chart { who, plan, place, out: &mut out };
        chart.patient();
        chart.relatives(household, at);
        chart.privacy();
        let health = chart.health();
        chart.at_doctors(&health);
        chart.at_clinic();
        if chart.age() < 16 {
            chart.childhood();
        }
        match who.care {
            Care::None => {}
            Care::Home { route, stop } => chart.at_home(&health, (route, stop)),
            Care::Ward { ward, room } => chart.on_ward(&health, (ward, room)),
        }
    }
    out
}
