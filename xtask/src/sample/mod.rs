//! `cargo xtask sample`: makes `crates/akson/sample`, the thirteen invented inhabitants that a fresh Akson starts with.
//!
//! One transaction bundle of organisations and staff, then one per inhabitant, every resource with an id of its own, so
//! that loading them twice changes nothing. The same text comes out each time: no clock, no chance.
//! Names, numbers and lives are invented; identity numbers carry the synthetic month (+80), which no living person has.

mod json;
mod life;
mod number;
mod people;
mod record;
mod staff;

use std::path::PathBuf;

use crate::{Outcome, root};

fn folder() -> PathBuf {
    root().join("crates/akson/sample")
}

/// Writes the bundles, or with `--check` compares them with what is there.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    let check = match arguments {
        [] => false,
        [only] if only == "--check" => true,
        _ => return Err("sample: the only argument known is --check".into()),
    };
    let mut resources = 0;
    for (name, entries) in bundles() {
        resources += entries.len();
        let path = folder().join(&name);
        let text = record::transaction(entries).pretty();
        if !check {
            std::fs::create_dir_all(folder())?;
            std::fs::write(&path, text)?;
        } else if std::fs::read_to_string(&path)? != text {
            return Err(format!("{name} differs from what the generator makes: run `cargo xtask sample`").into());
        }
    }
    println!("{resources} resources in crates/akson/sample");
    Ok(())
}

/// The files by name, each with its resources.
fn bundles() -> Vec<(String, Vec<json::Json>)> {
    let staff = ("00-municipality.json".to_owned(), staff::resources());
    let people = people::PEOPLE.iter().enumerate();
    let people = people.map(|(at, person)| (format!("{:02}-{}.json", at + 1, person.id), record::resources(person)));
    std::iter::once(staff).chain(people).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checked_in_sample_is_what_the_generator_makes() {
        run(&["--check".to_owned()]).unwrap();
    }

    #[test]
    fn ids_are_unique() {
        let mut seen = std::collections::HashSet::new();
        for (_, entries) in bundles() {
            for entry in entries {
                assert!(seen.insert(record::address(&entry)), "{}", record::address(&entry));
            }
        }
    }
}
