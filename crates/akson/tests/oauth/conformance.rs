//! docs/conformance/smart.md is complete: every demand of the list stands in it, and every test it names is there; so is every
//! test that docs/conformance/fapi.md names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What is demanded and what stands beside it.
fn rows(page: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("docs/conformance").join(page)).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    rows.skip(1).map(|(what, word)| (what.to_string(), word.to_string())).collect()
}

/// Number and what stands beside it.
fn table() -> Vec<(u32, String)> {
    rows("smart.md").into_iter().filter_map(|(number, word)| Some((number.parse().ok()?, word))).collect()
}

#[test]
fn every_test_that_the_table_names_is_there() {
    let mut tests = String::new();
    for folder in ["crates/akson/tests/oauth", "crates/akson/tests/commands", "crates/core/src/identity"] {
        for file in std::fs::read_dir(root().join(folder)).unwrap() {
            tests.push_str(&std::fs::read_to_string(file.unwrap().path()).unwrap_or_default());
        }
    }
    assert!(table().len() > 150 && rows("fapi.md").len() > 30);
    for (number, word) in [rows("smart.md"), rows("fapi.md")].concat() {
        match word.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
            Some(name) => assert!(tests.contains(&format!("fn {name}()")), "{number}: there is no test {name}"),
            None => assert!(word.starts_with("not: ") && word.len() > 20, "{number}: {word}"),
        }
    }
}

#[test]
fn every_demand_of_the_list_stands_in_the_table() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let shared = std::env::var("AKSON_SHARED").unwrap_or_else(|_| beside.to_string());
    let list = Path::new(&shared).join("data/tests/inferno-requirements/smart_app_launch_test_kit_requirements.csv");
    let Ok(text) = std::fs::read_to_string(list) else {
        println!("skipped: 1 (the list of requirements is not here)");
        return;
    };
    let demanded: BTreeSet<u32> = records(&text)
        .into_iter()
        .filter(|row| row.len() > 5 && row[0].ends_with("_2.2.0") && row[5] == "Server" && row[4].starts_with("SHALL"))
        .map(|row| row[1].parse().unwrap())
        .collect();
    let known: BTreeSet<u32> = table().into_iter().map(|(number, _)| number).collect();
    assert!(demanded.len() > 150, "{}", demanded.len());
    assert_eq!(demanded, known);
}

/// The records of a CSV, whose quoted fields may hold anything.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => field.extend(letters.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut field)),
            ('\n', false) => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            ('\r', false) => {}
            (letter, _) => field.push(letter),
        }
    }
    rows
}
