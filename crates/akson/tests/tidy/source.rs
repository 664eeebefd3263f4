//! Reads the repository's Rust files and parts their text into code, comments and strings, so that the rules look only
//! at what they are about.
//!
//! It is a scanner, not a parser: it knows comments, strings, characters and braces, and nothing of the grammar.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// One place where a rule is broken.
pub struct Violation {
    pub place: String,
    pub line: usize,
    pub advice: String,
}

impl Violation {
    /// A violation in a file as a whole, or at a line (from 1) of it.
    pub fn new(place: impl Into<String>, line: usize, advice: impl Into<String>) -> Self {
        Self { place: place.into(), line, advice: advice.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "  {}: {}", self.place, self.advice),
            line => write!(f, "  {}:{line}: {}", self.place, self.advice),
        }
    }
}

/// The repository: its root and its Rust files.
pub struct Tree {
    pub root: PathBuf,
    pub files: Vec<Source>,
}

/// One Rust file.
pub struct Source {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
    /// The text with comments, strings and tests blanked out; the same lines.
    pub code: String,
    /// The strings outside tests, with the line each begins on.
    pub strings: Vec<(usize, String)>,
    /// A file of tests or a program for developers only.
    pub test: bool,
}

impl Tree {
    /// Reads all files below `crates` and `xtask`.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("root of the repository");
        let mut paths = Vec::new();
        for folder in ["crates", "xtask", "fuzz"] {
            walk(&root.join(folder), &mut paths);
        }
        paths.sort();
        let mut files: Vec<Source> = paths.iter().map(|path| Source::read(&root, path)).collect();
        let tests: HashSet<String> = files.iter().flat_map(Source::test_modules).collect();
        for file in &mut files {
            if tests.contains(&file.path) {
                file.become_test();
            }
        }
        Self { root, files }
    }

    /// The files that are not tests.
    pub fn product(&self) -> impl Iterator<Item = &Source> {
        self.files.iter().filter(|file| !file.test)
    }
}

impl Source {
    fn read(root: &Path, path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let test = path.contains("/tests/")
            || path.contains("/examples/")
            || path.ends_with("/tests.rs")
            || path.starts_with("fuzz/");
        let mut source = Self { code: String::new(), strings: Vec::new(), path, test, text };
        if test {
            source.become_test();
        } else {
            source.scan();
        }
        source
    }

    fn scan(&mut self) {
        let (code, strings) = part(&self.text);
        let (code, hidden) = without_tests(&code);
        self.strings = strings.into_iter().filter(|(line, _)| !hidden.contains(line)).collect();
        self.code = code;
    }

    fn become_test(&mut self) {
        self.test = true;
        self.code.clear();
        self.strings.clear();
    }

    /// The paths a `#[cfg(test)] mod name;` of this file may mean.
    fn test_modules(&self) -> Vec<String> {
        let folder = match self.path.rsplit_once('/') {
            Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
            _ => self.path.trim_end_matches(".rs").to_owned(),
        };
        let mut found = Vec::new();
        for (at, mark) in self.text.match_indices("#[cfg(test)]") {
            let rest = self.text[at + mark.len()..].trim_start();
            let name = rest.strip_prefix("mod ").and_then(|rest| rest.split_once(';')).map(|(name, _)| name.trim());
            if let Some(name) = name.filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_')) {
                found.push(format!("{folder}/{name}.rs"));
                found.push(format!("{folder}/{name}/mod.rs"));
            }
        }
        found
    }

    /// The lines of the code, numbered from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(at, line)| (at + 1, line))
    }
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                walk(&path, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// Parts a text into code (comments, strings and characters blanked) and its strings with their lines.
fn part(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut strings = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => find(bytes, at, b"\n").unwrap_or(bytes.len()),
            b'/' if bytes.get(at + 1) == Some(&b'*') => find(bytes, at + 2, b"*/").map_or(bytes.len(), |end| end + 2),
            b'"' => closing_quote(bytes, at + 1),
            b'r' if !in_word(bytes, at) => match raw_string(bytes, at) {
                Some(end) => end,
                None => at,
            },
            b'\'' => character(bytes, at),
            _ => at,
        };
        if end == at {
            line += usize::from(bytes[at] == b'\n');
            at += 1;
            continue;
        }
        if matches!(bytes[at], b'"' | b'r') {
            strings.push((line, text.get(at..end).unwrap_or_default().to_owned()));
        }
        for byte in &mut code[at..end] {
            match byte {
                b'\n' => line += 1,
                other => *other = b' ',
            }
        }
        at = end;
    }
    (String::from_utf8_lossy(&code).into_owned(), strings)
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    bytes[from..].windows(what.len()).position(|window| window == what).map(|found| found + from)
}

fn in_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') && bytes[at - 1] != b'b'
}

fn closing_quote(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn raw_string(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at + 1..].iter().take_while(|b| **b == b'#').count();
    if bytes.get(at + 1 + hashes) != Some(&b'"') {
        return None;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    find(bytes, at + hashes + 2, close.as_bytes()).map(|end| end + close.len())
}

/// The end of a character literal, or the same place for a lifetime.
fn character(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at + 1) == Some(&b'\\') {
        return find(bytes, at + 3, b"'").map_or(at, |end| end + 1);
    }
    let width = match bytes.get(at + 1) {
        Some(byte) if *byte < 0x80 => 1,
        Some(byte) if *byte < 0xE0 => 2,
        Some(byte) if *byte < 0xF0 => 3,
        Some(_) => 4,
        None => return at,
    };
    if bytes.get(at + 1 + width) == Some(&b'\'') { at + 2 + width } else { at }
}

/// Blanks every item under `#[cfg(test)]`; answers the lines that were blanked, too.
fn without_tests(code: &str) -> (String, HashSet<usize>) {
    let mut bytes = code.as_bytes().to_vec();
    let mut hidden = HashSet::new();
    let mut from = 0;
    while let Some(start) = find(&bytes, from, b"#[cfg(test)]") {
        let end = item_end(&bytes, start);
        let first = bytes[..start].iter().filter(|b| **b == b'\n').count() + 1;
        let last = first + bytes[start..end].iter().filter(|b| **b == b'\n').count();
        hidden.extend(first..=last);
        for byte in &mut bytes[start..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        from = end;
    }
    (String::from_utf8_lossy(&bytes).into_owned(), hidden)
}

/// Where the item that begins at `at` ends: after its closing brace or its semicolon.
pub fn item_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0usize;
    for (place, byte) in bytes.iter().enumerate().skip(at) {
        match byte {
            b';' if depth == 0 => return place + 1,
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return place + 1;
                }
            }
            _ => {}
        }
    }
    bytes.len()
}

#[test]
fn scanner_parts_code_from_strings_and_tests() {
    let text = "fn a<'x>() { b(\"SELECT\", 'c', r#\"raw \"q\"\"#) } // note\n#[cfg(test)]\nmod t { fn x() { y.unwrap() } }\nfn z() {}";
    let (code, strings) = part(text);
    assert_eq!(strings.len(), 2);
    assert!(!code.contains("note") && !code.contains("SELECT") && code.contains("fn a<'x>"));
    let (code, hidden) = without_tests(&code);
    assert!(!code.contains("unwrap") && code.contains("fn z() {}"));
    assert_eq!(hidden, HashSet::from([2, 3]));
}
