//! The households of a district: who lives together, how old they are, what they are called, and their numbers.
//!
//! A district's households are made together, so that no two people get the same number: within a district each year of
//! birth and gender is counted, and the count with the district's own number gives the day and the serial. Those who are
//! in touch with municipal services are more frequent than among all inhabitants: a record is about them.

use std::collections::HashMap;

use super::Plan;
use super::chance::{Chance, Purpose};
use super::day::Day;
use super::district::{District, HOUSEHOLDS, ROOMS, ROUTES, SMALL_EVERY, Unit, WARDS};
use super::lists::LISTS;
use super::names::{self, Origin};
use super::number::{self, Given, Number};
use super::person::{Care, Gender, Person};

/// The year in which ages are reckoned.
const YEAR: i32 = 2026;
/// Serials of a day and gender that are used; each day has more.
pub(super) const SERIALS: usize = 175;
/// Districts with numbers of their own: more than a million inhabitants.
const DISTRICTS: u64 = 1900;
const DAYS: u64 = 365;
/// Coprime to the days of a year, so that those who follow each other have no neighbouring birthdays.
const STRIDE: u64 = 151;

/// Who lives together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Family,
    OneParent,
    Couple,
    Alone,
    OldCouple,
    /// An old couple, one of them with home care.
    CareCouple,
    /// Somebody old alone, with home care.
    CareAlone,
    /// Somebody in a nursing home.
    Resident,
    /// Somebody younger with home care.
    Supported,
}

/// Kinds with their weights.
const KINDS: &[(Kind, u32)] = &[
    (Kind::Family, 230),
    (Kind::OneParent, 60),
    (Kind::Couple, 130),
    (Kind::Alone, 170),
    (Kind::OldCouple, 80),
    (Kind::CareCouple, 75),
    (Kind::CareAlone, 130),
    (Kind::Resident, 95),
    (Kind::Supported, 30),
];

/// Those who live together.
pub(super) struct Household {
    pub kind: Kind,
    pub people: Vec<Person>,
    /// How many of them, from the first, are grown up.
    pub grown: usize,
}

/// Someone before they have a name: gender and age.
type Bone = (Gender, i32);

/// How many of what a district has got already.
#[derive(Default)]
struct Counts {
    born: HashMap<(i32, bool), u64>,
    routes: [usize; 2],
    rooms: [usize; 2],
}

/// All households of a district.
pub(super) fn households(plan: &Plan, district: &District) -> Vec<Household> {
    let mut counts = Counts::default();
    (0..HOUSEHOLDS).map(|local| household(plan, district, local, &mut counts)).collect()
}

fn household(plan: &Plan, district: &District, local: u64, counts: &mut Counts) -> Household {
    let index = district.number * HOUSEHOLDS + local;
    let mut chance = Chance::new(plan.seed, Purpose::House, index);
    let town = usize::from(local % SMALL_EVERY == SMALL_EVERY - 1);
    let kind = KINDS[chance.weighted(KINDS.iter().map(|(_, weight)| *weight))].0;
    let bones = bones(&mut chance, kind, town);
    let grown = if matches!(kind, Kind::Family | Kind::OneParent) { grown(kind) } else { bones.len() };
    let origin = if old(kind) && chance.permille(850) { 0 } else { names::origin(&mut chance, town) };
    let family = names::family(&mut chance, origin);
    let home = names::home(&mut chance, town);
    let hidden = kind == Kind::OneParent && chance.permille(60);
    let doctor = district.somebody(town, Unit::Doctors, "list-doctor", index).id.clone();
    let care = care(kind, town, counts);
    let mut people = Vec::new();
    for (at, (gender, age)) in bones.into_iter().enumerate() {
        let (born, number) = birth(&mut chance, counts, district.number, (gender, age), origin);
        let own_name = at == 1 && chance.permille(250);
        let is_child = at >= grown;
        people.push(Person {
            id: format!("p{index}-{at}"),
            town,
            given: names::given(&mut chance, origin, gender, born),
            family: if own_name { names::family(&mut chance, origin) } else { family.clone() },
            gender,
            born,
            number,
            home: home.clone(),
            phone: if is_child && age < 10 { String::new() } else { names::phone(&mut chance) },
            hidden,
            language: names::language(origin).filter(|_| !is_child && chance.permille(500)),
            care: if at == 0 { care } else { Care::None },
            doctor: doctor.clone(),
            seed: index * 16 + at as u64,
        });
    }
    people.retain(|person| person.born < plan.today);
    let grown = grown.min(people.len());
    Household { kind, people, grown }
}

fn grown(kind: Kind) -> usize {
    if kind == Kind::Family { 2 } else { 1 }
}

fn old(kind: Kind) -> bool {
    matches!(kind, Kind::OldCouple | Kind::CareCouple | Kind::CareAlone | Kind::Resident)
}

/// An age between two, as frequent as in the municipality.
fn age(chance: &mut Chance, town: usize, from: i32, to: i32) -> i32 {
    let Some((_, bands)) = LISTS.ages.get(town) else { return from };
    let share = |age: i32| bands.get((age / 5) as usize).copied().unwrap_or(0).max(1);
    from + chance.weighted((from..=to).map(share)) as i32
}

fn either(chance: &mut Chance) -> Gender {
    if chance.permille(500) { Gender::Female } else { Gender::Male }
}

/// Genders and ages of a household.
fn bones(chance: &mut Chance, kind: Kind, town: usize) -> Vec<Bone> {
    let couple = |chance: &mut Chance, first: i32| {
        let other = (first + chance.between(-4, 3)).max(19);
        vec![(Gender::Female, first), (Gender::Male, other)]
    };
    match kind {
        Kind::Family | Kind::OneParent => {
            let youngest = age(chance, town, 0, 17);
            let first = youngest + chance.between(22, 38);
            let mut bones = couple(chance, first);
            bones.truncate(grown(kind));
            if kind == Kind::OneParent && chance.permille(250) {
                bones[0].0 = Gender::Male;
            }
            let mut child = youngest;
            for _ in 0..chance.weighted([380, 430, 190].into_iter()) + 1 {
                // Nobody is a parent before eighteen.
                if child > 17 || first - child < 18 {
                    break;
                }
                bones.push((either(chance), child));
                child += chance.between(2, 4);
            }
            bones
        }
        Kind::Couple => {
            let first = age(chance, town, 22, 66);
            couple(chance, first)
        }
        Kind::Alone => vec![(either(chance), age(chance, town, 19, 84))],
        Kind::OldCouple => {
            let first = age(chance, town, 67, 84);
            couple(chance, first)
        }
        Kind::CareCouple => {
            let first = age(chance, town, 74, 92);
            let mut both = couple(chance, first);
            both.rotate_left(chance.below(2));
            both
        }
        Kind::CareAlone => vec![(woman(chance, 660), age(chance, town, 72, 97))],
        Kind::Resident => vec![(woman(chance, 690), age(chance, town, 76, 99))],
        Kind::Supported => vec![(either(chance), age(chance, town, 20, 66))],
    }
}

fn woman(chance: &mut Chance, permille: u32) -> Gender {
    if chance.permille(permille) { Gender::Female } else { Gender::Male }
}

/// The care of the first of a household; who finds no room is cared for at home.
fn care(kind: Kind, town: usize, counts: &mut Counts) -> Care {
    let room = counts.rooms[town];
    match kind {
        Kind::Resident if room < WARDS[town] * ROOMS => {
            counts.rooms[town] += 1;
            Care::Ward { ward: room % WARDS[town], room: room / WARDS[town] }
        }
        Kind::CareCouple | Kind::CareAlone | Kind::Supported | Kind::Resident => {
            let nth = counts.routes[town];
            counts.routes[town] += 1;
            Care::Home { route: nth % ROUTES[town], stop: nth / ROUTES[town] }
        }
        _ => Care::None,
    }
}

/// A day of birth with a number that nobody else has.
fn birth(
    chance: &mut Chance,
    counts: &mut Counts,
    district: u64,
    (gender, age): Bone,
    origin: Origin,
) -> (Day, Number) {
    let year = YEAR - age;
    let count = counts.born.entry((year, gender == Gender::Female)).or_default();
    let slot = *count * DISTRICTS + district % DISTRICTS;
    *count += 1;
    let born = Day::of(year, 1, 1).plus((slot * STRIDE % DAYS) as i32);
    // The first serial of each day is the sample's.
    let serial = (slot / DAYS) as usize + 1;
    let for_a_while = names::moved(origin) && chance.permille(80);
    let given = if for_a_while { Given::ForAWhile } else { Given::ForGood };
    let number = (serial < SERIALS).then(|| number::identity(born, gender, serial, given)).flatten();
    let number = match (number, given) {
        (Some(number), Given::ForGood) => Number::Identity(number),
        (Some(number), Given::ForAWhile) => Number::Temporary(number),
        (None, _) => Number::None,
    };
    (born, number)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nobody_shares_a_number_and_all_are_synthetic() {
        let plan = Plan::first(Day::of(2026, 11, 22), 200);
        let (mut seen, mut without) = (HashSet::new(), 0);
        // Neighbours, and districts as far apart as numbers reach.
        for district in [0, 1, 2, 3, 949, 950, DISTRICTS - 2, DISTRICTS - 1] {
            for person in households(&plan, &District::new(&plan, district)).into_iter().flat_map(|house| house.people)
            {
                match person.number {
                    Number::Identity(number) | Number::Temporary(number) => {
                        let month: u32 = number[2..4].parse().unwrap();
                        assert!((81..=92).contains(&month), "{number}");
                        assert!(seen.insert(number));
                    }
                    _ => without += 1,
                }
            }
        }
        assert!(seen.len() > 3500 && without < 10, "{} {without}", seen.len());
    }

    #[test]
    fn ages_and_families_are_sound() {
        let plan = Plan::first(Day::of(2026, 11, 22), 200);
        let houses = households(&plan, &District::new(&plan, 0));
        for house in houses.iter().filter(|house| house.people.len() > house.grown) {
            let (parents, children) = house.people.split_at(house.grown);
            for (parent, child) in parents.iter().flat_map(|parent| children.iter().map(move |child| (parent, child))) {
                assert!(parent.born.age(child.born) >= 17, "{} {}", parent.id, child.id);
            }
        }
        let in_care =
            houses.iter().filter(|house| house.people.first().is_some_and(|one| one.care != Care::None)).count();
        assert!((50..130).contains(&in_care), "{in_care}");
        let small = houses.iter().filter(|house| house.people.iter().any(|person| person.town == 1)).count();
        assert!((40..60).contains(&small), "{small}");
    }
}
