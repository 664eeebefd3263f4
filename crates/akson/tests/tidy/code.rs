//! Rules about the text of the code: length, unwraps, where SQL and the clock live.

use super::source::{Source, Tree, Violation, item_end};

/// Lines a file may have outside its tests.
const FILE_LINES_MAX: usize = 600;
/// Lines a function may have, its signature included.
const FUNCTION_LINES_MAX: usize = 70;
/// The files that may ask the machine what time it is; everything else is given its moment by the caller.
const CLOCK_FILES: &[&str] = &["crates/store/src/options.rs"];
/// Folders whose program text is not part of the product.
const TOOLS: &[&str] = &["xtask/", "fuzz/"];

pub fn module_text(tree: &Tree) -> Vec<Violation> {
    let missing = tree.files.iter().filter(|file| !file.text.trim_start().starts_with("//!"));
    missing
        .map(|file| Violation::new(&file.path, 1, "begin with `//!`: what the file is for and what it refuses"))
        .collect()
}

pub fn file_length(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.product() {
        let lines = file.text.lines().count() - test_lines(file);
        if lines > FILE_LINES_MAX {
            let advice = format!("{lines} lines, at most {FILE_LINES_MAX}: part it by subject");
            found.push(Violation::new(&file.path, 0, advice));
        }
    }
    found
}

/// The lines that tests inside the file take.
fn test_lines(file: &Source) -> usize {
    let Some(start) = file.text.find("#[cfg(test)]\nmod ") else { return 0 };
    let end = item_end(file.text.as_bytes(), start);
    file.text[start..end].lines().count()
}

pub fn function_length(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.product() {
        let code = file.code.as_bytes();
        for (at, _) in file.code.match_indices("fn ") {
            let begins = at == 0 || !(code[at - 1].is_ascii_alphanumeric() || code[at - 1] == b'_');
            let name: String = file.code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !begins || name.is_empty() {
                continue;
            }
            let body = &file.code[at..item_end(code, at)];
            let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
            if lines > FUNCTION_LINES_MAX {
                let line = file.code[..at].lines().count().max(1);
                let advice = format!("`{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}: part it by step");
                found.push(Violation::new(&file.path, line, advice));
            }
        }
    }
    found
}

/// Clippy denies these too, but an `allow` is quickly written; `expect` is left to it, since a parser may have one.
pub fn unwraps(tree: &Tree) -> Vec<Violation> {
    const WORDS: &[&str] = &[".unwrap()", ".unwrap_err()", "panic!(", "todo!(", "unimplemented!("];
    forbidden_words(tree, WORDS, "return an error: a broken invariant is `Broken`, never a panic", |_| true)
}

pub fn clock(tree: &Tree) -> Vec<Violation> {
    const WORDS: &[&str] =
        &["SystemTime::now", "Timestamp::now", "Zoned::now", "Utc::now", "Local::now", "UNIX_EPOCH.elapsed"];
    let product = |path: &str| !TOOLS.iter().any(|tool| path.starts_with(tool)) && !CLOCK_FILES.contains(&path);
    forbidden_words(tree, WORDS, "take the moment from the caller; only the clock's own file reads it", product)
}

pub fn open_ends(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in &tree.files {
        for (at, line) in file.text.lines().enumerate() {
            let open = ["TODO", "FIXME", "XXX"].iter().any(|word| line.contains(&format!("// {word}")));
            if open && !line.contains('#') {
                found.push(Violation::new(&file.path, at + 1, "name the issue (`TODO #12: …`) or do it now"));
            }
        }
    }
    found
}

fn forbidden_words(tree: &Tree, words: &[&str], advice: &str, applies: impl Fn(&str) -> bool) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.product().filter(|file| applies(&file.path)) {
        for (line, text) in file.lines() {
            if let Some(word) = words.iter().find(|word| text.contains(**word)) {
                found.push(Violation::new(&file.path, line, format!("`{word}`: {advice}")));
            }
        }
    }
    found
}

pub fn sql(tree: &Tree) -> Vec<Violation> {
    const BEGINNINGS: &[&str] =
        &["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "CREATE INDEX ", "PRAGMA ", "WITH "];
    let mut found = Vec::new();
    for file in tree.product().filter(|file| !file.path.starts_with("crates/store/")) {
        for (line, text) in &file.strings {
            let inside = text.trim_start_matches(['r', '#', '"', '\\', '\n', ' ']);
            if BEGINNINGS.iter().any(|word| inside.starts_with(word)) {
                found.push(Violation::new(&file.path, *line, "SQL: say it as a function of `akson-store`"));
            }
        }
    }
    found
}
