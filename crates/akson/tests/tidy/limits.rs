//! Every limit is named, documented and tested: `docs/limits.md` against the code.
//!
//! It can't see whether a test tries both sides; it sees whether there is one, and whether the page tells the truth.

use std::collections::HashSet;

use crate::source::{Source, Tree, Violation};

const PAGE: &str = "docs/limits.md";
/// Where each constant must be on the page. In search: those that others can see.
const ROOMS: &[&str] =
    &["crates/fhir/", "crates/akson/src/rest/", "crates/akson/src/http/", "crates/store/src/search/"];
const SETTINGS: &[&str] = &["crates/akson/src/config/limits.rs", "crates/core/src/limits.rs"];

/// A limit in the code: file, name, value as it is written.
struct Limit<'t> {
    file: &'t Source,
    line: usize,
    name: &'t str,
    value: &'t str,
}

/// A row of the page: its cells without quotes.
struct Row {
    line: usize,
    cells: Vec<String>,
}

pub fn limits(tree: &Tree) -> Vec<Violation> {
    let text = std::fs::read_to_string(tree.root.join(PAGE)).unwrap_or_default();
    let rows: Vec<Row> = text.lines().enumerate().filter_map(|(at, line)| row(at + 1, line)).collect();
    let limits: Vec<Limit<'_>> = tree.product().flat_map(of_file).collect();
    let tests: HashSet<&str> = tree.files.iter().flat_map(|file| names_of_functions(&file.text)).collect();
    let mut found = Vec::new();
    for row in &rows {
        let (name, path) = (row.cells[0].as_str(), row.cells[1].as_str());
        match limits.iter().find(|limit| limit.name == name && limit.file.path == path) {
            None => found.push(Violation::new(PAGE, row.line, format!("there is no {name} in {path}"))),
            Some(limit) if limit.value != row.cells[2] => {
                found.push(Violation::new(PAGE, row.line, format!("{name} is {}", limit.value)));
            }
            Some(_) => {}
        }
        if let Some(test) = row.cells.get(4).filter(|test| !tests.contains(test.as_str())) {
            found.push(Violation::new(PAGE, row.line, format!("there is no test {test}")));
        }
    }
    let told: HashSet<(&str, &str)> = rows.iter().map(|row| (row.cells[1].as_str(), row.cells[0].as_str())).collect();
    for limit in limits.iter().filter(|limit| must_be_told(limit)) {
        if !told.contains(&(limit.file.path.as_str(), limit.name)) {
            let advice = format!("{}: name it in {PAGE}, with a test of both sides", limit.name);
            found.push(Violation::new(&limit.file.path, limit.line, advice));
        }
    }
    found
}

fn must_be_told(limit: &Limit<'_>) -> bool {
    let path = limit.file.path.as_str();
    let public = limit.file.text.lines().nth(limit.line - 1).is_some_and(|line| line.starts_with("pub const"));
    SETTINGS.contains(&path)
        || ROOMS.iter().any(|room| path.starts_with(room)) && (public || !path.starts_with("crates/store/"))
}

fn of_file(file: &Source) -> Vec<Limit<'_>> {
    let settings = SETTINGS.contains(&file.path.as_str());
    let one = |(at, line): (usize, &'_ str)| {
        let line_number = at + 1;
        let text = file.text.lines().nth(at)?;
        if settings && let Some((name, _)) = text.strip_prefix("    pub ").and_then(|rest| rest.split_once(": ")) {
            // The limits of the record stand in their own file.
            return (name != "record").then_some(Limit { file, line: line_number, name, value: "" });
        }
        let (_, rest) = text.split_once("const ").filter(|_| line.contains("const "))?;
        let (name, rest) = rest.split_once(": ")?;
        let value = rest.split_once(" = ")?.1.strip_suffix(';')?;
        name.ends_with("_MAX").then_some(Limit { file, line: line_number, name, value })
    };
    file.code.lines().enumerate().filter_map(one).collect()
}

fn row(line: usize, text: &str) -> Option<Row> {
    let inner = text.strip_prefix("| `")?;
    let cells: Vec<String> = inner.trim_end_matches(" |").split(" | ").map(|cell| cell.replace('`', "")).collect();
    (cells.len() >= 4).then_some(Row { line, cells })
}

fn names_of_functions(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1).filter_map(|rest| rest.split_once(['(', '<'])).map(|(name, _)| name)
}
