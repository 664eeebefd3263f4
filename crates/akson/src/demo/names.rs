//! Names, streets and telephone numbers: drawn from the lists, the frequent ones more often.

use super::chance::Chance;
use super::day::Day;
use super::lists::{LISTS, Names};
use super::person::{Gender, Home};

/// A language: its code and its name.
type Language = Option<(&'static str, &'static str)>;

/// Where names come from: origin, its weight in the large and in the small municipality, the language of who came late.
const ORIGINS: &[(&str, [u32; 2], Language)] = &[
    ("no", [840, 850], None),
    ("sami", [20, 70], Some(("se", "Nordsamisk"))),
    ("pl", [45, 40], Some(("pl", "Polsk"))),
    ("uk", [20, 15], Some(("uk", "Ukrainsk"))),
    ("so", [22, 5], Some(("so", "Somali"))),
    ("ar", [25, 10], Some(("ar", "Arabisk"))),
    ("ur", [18, 5], Some(("ur", "Urdu"))),
    ("ti", [10, 5], Some(("ti", "Tigrinja"))),
];

/// An origin of names, by its place in the list.
pub(super) type Origin = usize;

/// Where somebody's name comes from.
pub(super) fn origin(chance: &mut Chance, town: usize) -> Origin {
    chance.weighted(ORIGINS.iter().map(|(_, weights, _)| weights[town.min(1)]))
}

/// The language that goes with it, if that is not Norwegian.
pub(super) fn language(origin: Origin) -> Language {
    ORIGINS.get(origin).and_then(|(_, _, language)| *language)
}

/// Whether names of this origin belong to people who moved here.
pub(super) fn moved(origin: Origin) -> bool {
    origin > 1
}

fn group(origin: Origin, kind: &str, cohort: &str) -> Option<&'static Names> {
    let origin = ORIGINS.get(origin).map_or("no", |(name, _, _)| *name);
    LISTS.names.iter().find(|names| (names.origin, names.kind, names.cohort) == (origin, kind, cohort))
}

/// A name of a group; the first ones are the most frequent.
fn one(chance: &mut Chance, group: Option<&'static Names>) -> &'static str {
    let Some(group) = group else { return "" };
    let weights = (0..group.names.len()).map(|rank| 1000 / (rank as u32 + 6));
    group.names.get(chance.weighted(weights)).copied().unwrap_or("")
}

/// A first name as it was given in the year of birth.
pub(super) fn given(chance: &mut Chance, origin: Origin, gender: Gender, born: Day) -> String {
    let cohort = match born.year() {
        ..1958 => "old",
        1958..1995 => "mid",
        _ => "new",
    };
    let group = group(origin, if gender == Gender::Female { "F" } else { "M" }, cohort);
    let first = one(chance, group);
    let second = one(chance, group);
    // Two names were common among the old and are again among the young.
    if cohort != "mid" && origin == 0 && chance.permille(120) && first != second {
        return format!("{first} {second}");
    }
    first.to_owned()
}

/// A family name.
pub(super) fn family(chance: &mut Chance, origin: Origin) -> String {
    one(chance, group(origin, "X", "all")).to_owned()
}

/// A home in a municipality.
pub(super) fn home(chance: &mut Chance, town: usize) -> Home {
    let places: Vec<_> = LISTS.streets.iter().filter(|streets| streets.town == town).collect();
    let Some(place) = chance.one(&places) else {
        return Home { street: String::new(), code: "", place: "" };
    };
    let street = chance.one(&place.streets).unwrap_or("");
    let letter = if chance.permille(150) { ["A", "B", "C"][chance.below(3)] } else { "" };
    Home { street: format!("{street} {}{letter}", chance.between(1, 78)), code: place.code, place: place.place }
}

/// A number in a range that no operator has given out.
pub(super) fn phone(chance: &mut Chance) -> String {
    format!("555{:05}", chance.below(100_000))
}
