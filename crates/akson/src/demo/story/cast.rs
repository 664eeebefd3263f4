//! Who is in the stories.

use crate::demo::Plan;
use crate::demo::day::Day;
use crate::demo::number::{self, Given, Number};
use crate::demo::people::SERIALS;
use crate::demo::person::{Care, Gender, Home, Person};

use Gender::{Female, Male};

/// Somebody as the table has them.
struct Member {
    id: &'static str,
    given: &'static str,
    family: &'static str,
    gender: Gender,
    /// Years and days before today.
    age: (i32, i32),
    street: &'static str,
    doctor: &'static str,
}

const CAST: &[Member] = &[
    member("borghild-testesen", ("Borghild", "Testesen"), Female, (86, 40), "Strandveien 14", "astrid-lege"),
    member("anne-testesen", ("Anne", "Testesen"), Female, (57, 200), "Parkveien 3", "bjorn-lege"),
    member("oddvar-testesen", ("Oddvar", "Testesen"), Male, (83, 110), "Skogprøve sykehjem 1", "astrid-lege"),
    member("sunniva-testesen", ("Sunniva", "Testesen"), Female, (31, 77), "Bjørkelia 9", "astrid-lege"),
    member("eirik-proveland", ("Eirik", "Prøveland"), Male, (33, 12), "Bjørkelia 9", "bjorn-lege"),
    member("nyfodt-testesen", ("Nyfødt", "Testesen"), Female, (0, 5), "Bjørkelia 9", "astrid-lege"),
    member("tone-proveson", ("Tone", "Prøvesøn"), Female, (38, 90), "Nesveien 21", "bjorn-lege"),
    member("paal-proveson", ("Pål", "Prøvesøn"), Male, (41, 301), "Furuveien 6", "bjorn-lege"),
    member("iver-proveson", ("Iver", "Prøvesøn"), Male, (9, 130), "Nesveien 21", "bjorn-lege"),
    member("ragnhild-testesen", ("Ragnhild", "Testesen"), Female, (68, 255), "Åsveien 40", "astrid-lege"),
    member("torgeir-testesen", ("Torgeir", "Testesen"), Male, (52, 18), "Havnegata 2", "bjorn-lege"),
    member("sander-testesen", ("Sander", "Testesen"), Male, (15, 66), "Kirkeveien 11", "bjorn-lege"),
    member("lina-testesen", ("Lina", "Testesen"), Female, (29, 144), "Hasselbakken 8", "astrid-lege"),
    member("ask-testesen", ("Ask", "Testesen"), Male, (3, 50), "Hasselbakken 8", "astrid-lege"),
    member("alf-testesen", ("Alf", "Testesen"), Male, (79, 170), "Myrveien 5", "astrid-lege"),
    member("ukjent-mann", ("Ukjent", "Mann"), Male, (40, 0), "", "bjorn-lege"),
];

const fn member(
    id: &'static str,
    (given, family): (&'static str, &'static str),
    gender: Gender,
    age: (i32, i32),
    street: &'static str,
    doctor: &'static str,
) -> Member {
    Member { id, given, family, gender, age, street, doctor }
}

/// Everybody, in the order of the table.
pub(super) fn all(plan: &Plan) -> Vec<Person> {
    CAST.iter().enumerate().map(|(at, member)| person(plan, at, member)).collect()
}

fn person(plan: &Plan, at: usize, member: &Member) -> Person {
    let (year, month, day) = plan.today.civil();
    // The last day of February has no birthday every year.
    let born = Day::of(year - member.age.0, month, day.min(28)).plus(-member.age.1);
    let number = match member.id {
        "nyfodt-testesen" => Number::None,
        "ukjent-mann" => number::help(0).map_or(Number::None, Number::Help),
        // The last serial of a day is the stories'.
        _ => number::identity(born, member.gender, SERIALS, Given::ForGood).map_or(Number::None, Number::Identity),
    };
    let care = match member.id {
        "borghild-testesen" => Care::Home { route: 0, stop: 11 },
        "oddvar-testesen" => Care::Ward { ward: 0, room: 11 },
        _ => Care::None,
    };
    let grown = member.age.0 >= 10;
    Person {
        id: member.id.to_owned(),
        town: 0,
        given: member.given.to_owned(),
        family: member.family.to_owned(),
        gender: member.gender,
        born,
        number,
        home: Home { street: member.street.to_owned(), code: "9993", place: "Skogprøve" },
        phone: if grown && !member.street.is_empty() { format!("55599{at:03}") } else { String::new() },
        hidden: matches!(member.id, "lina-testesen" | "ask-testesen"),
        language: None,
        care,
        doctor: member.doctor.to_owned(),
        // Beyond all households.
        seed: (1 << 40) + at as u64,
    }
}
