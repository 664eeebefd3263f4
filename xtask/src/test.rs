//! `cargo xtask test`: the one test command. Format, lints, then every test of the workspace; its last line stands alone
//! and says `N passed, N failed, N skipped`.
//!
//! It uses plain `cargo test`, which is on every machine that has Rust. A test that prints `skipped: …` (because data
//! beside the repository is missing) counts as skipped, not as passed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ExitCode, Stdio};
use std::time::Instant;

use crate::cargo;

/// What has been counted so far.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
    reasons: BTreeMap<String, usize>,
}

/// Runs everything, whatever fails on the way; further arguments go to `cargo test` as they are.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let start = Instant::now();
    let mut tally = Tally::default();
    if arguments.is_empty() {
        step(&mut tally, "format", &["fmt", "--all", "--", "--check", "-l"], "run `cargo fmt --all`");
        let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
        step(&mut tally, "lints", &clippy, "see the lints above");
    }
    tests(&mut tally, arguments);
    for (reason, times) in &tally.reasons {
        println!("{reason} ({times} tests)");
    }
    println!("took {} s", start.elapsed().as_secs());
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One check that cargo does by itself; it counts like a test. Without the component it is skipped.
fn step(tally: &mut Tally, name: &str, arguments: &[&str], advice: &str) {
    let start = Instant::now();
    let there = cargo(&[arguments[0], "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        tally.skip(&format!("skipped: `cargo {}` is not installed", arguments[0]));
        return;
    }
    let good = cargo(arguments).status().is_ok_and(|status| status.success());
    let seconds = start.elapsed().as_secs();
    if good {
        tally.passed += 1;
        println!("{name}: good ({seconds} s)");
    } else {
        tally.failed += 1;
        println!("{name}: FAILED ({seconds} s): {advice}");
    }
}

fn tests(tally: &mut Tally, arguments: &[String]) {
    let mut command = cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"]);
    let own = arguments.iter().filter(|argument| *argument != "--show-output");
    command.args(own);
    if !arguments.iter().any(|argument| argument == "--") {
        command.arg("--");
    }
    let child = command.arg("--show-output").stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        tally.failed += 1;
        println!("tests: FAILED: cargo could not be started");
        return;
    };
    let before = tally.failed;
    if let Some(output) = child.stdout.take() {
        read(tally, output, &mut std::io::stdout());
    }
    let good = child.wait().is_ok_and(|status| status.success());
    if !good && tally.failed == before {
        // It did not compile, or a test ended the whole process.
        tally.failed += 1;
        println!("tests: FAILED: a test program did not compile or did not end by itself");
    }
}

/// Which part of a test program's output a line stands in.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Tests,
    Successes,
    Failures,
}

/// Reads what the test programs print: keeps quiet about what passed, repeats what failed.
fn read(tally: &mut Tally, output: impl Read, out: &mut impl Write) {
    let mut say = |line: &str| drop(writeln!(out, "{line}"));
    let mut part = Part::Tests;
    let (mut noticed, mut notices) = (false, 0);
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if let Some(result) = line.strip_prefix("test result: ") {
            tally.count(result);
            // The program counted them as passed.
            tally.passed = tally.passed.saturating_sub(std::mem::take(&mut notices));
            say(&line);
            part = Part::Tests;
        } else if line == "successes:" {
            part = Part::Successes;
        } else if line == "failures:" {
            part = Part::Failures;
        } else if line.starts_with("---- ") {
            noticed = false;
        }
        match part {
            Part::Tests if line.ends_with("FAILED") && line.starts_with("test ") => say(&line),
            Part::Failures => say(&line),
            Part::Successes if !noticed && line.starts_with("skipped:") => {
                noticed = true;
                notices += 1;
                tally.skip(&line);
            }
            _ => {}
        }
    }
}

impl Tally {
    fn skip(&mut self, reason: &str) {
        self.skipped += 1;
        *self.reasons.entry(reason.to_owned()).or_default() += 1;
    }

    /// Adds a line like `ok. 12 passed; 0 failed; 1 ignored; 0 measured; …`.
    fn count(&mut self, result: &str) {
        for piece in result.split(['.', ';']) {
            let mut words = piece.split_whitespace();
            let (Some(number), Some(what)) = (words.next().and_then(|n| n.parse::<usize>().ok()), words.next()) else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_test_programs_is_counted() {
        let output = "running 3 tests\ntest a ... ok\ntest b ... FAILED\ntest c ... ok\n\nsuccesses:\n\n---- a stdout ----\n\
            skipped: no shared data\nskipped: no shared data\n\n\nsuccesses:\n    a\n    c\n\nfailures:\n\n---- b stdout ----\nboom\n\n\
            test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        let mut tally = Tally::default();
        read(&mut tally, output.as_bytes(), &mut std::io::sink());
        assert_eq!((tally.passed, tally.failed, tally.skipped), (1, 1, 2));
        assert_eq!(tally.reasons["skipped: no shared data"], 1);
    }
}
