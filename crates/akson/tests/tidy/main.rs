//! The rules of the house, kept by a test: which crate may know which, how long files and functions may be, where SQL
//! and the clock live, and what may come in as a dependency.
//!
//! Every rule answers with a list of violations, each with its place and what to do about it.
//! It does not judge style beyond what can be counted; that is the reviewer's work (CONTRIBUTING.md).
#![allow(clippy::expect_used, reason = "a test")]

mod code;
mod dependencies;
mod house;
mod limits;
mod source;

use std::sync::LazyLock;

use source::{Tree, Violation};

static TREE: LazyLock<Tree> = LazyLock::new(Tree::read);

/// Fails with everything the rule found, one line each.
fn check(rule: fn(&Tree) -> Vec<Violation>) {
    let violations = rule(&TREE);
    let lines: Vec<String> = violations.iter().map(Violation::to_string).collect();
    assert!(lines.is_empty(), "{} against the rules of the house:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn crates_depend_only_downwards() {
    check(house::arrows);
}

#[test]
fn only_the_store_knows_the_database() {
    check(house::guarded_crates);
}

#[test]
fn faces_do_not_import_each_other() {
    check(house::faces);
}

#[test]
fn files_have_names_that_say_something() {
    check(house::file_names);
}

#[test]
fn repository_has_the_files_a_stranger_looks_for() {
    check(house::root_files);
}

#[test]
fn files_begin_with_their_purpose() {
    check(code::module_text);
}

#[test]
fn files_are_short() {
    check(code::file_length);
}

#[test]
fn functions_are_short() {
    check(code::function_length);
}

#[test]
fn code_does_not_unwrap() {
    check(code::unwraps);
}

#[test]
fn sql_lives_in_the_store() {
    check(code::sql);
}

#[test]
fn clock_is_read_in_one_place() {
    check(code::clock);
}

#[test]
fn open_ends_have_an_issue() {
    check(code::open_ends);
}

#[test]
fn dependencies_have_allowed_licences() {
    check(dependencies::licences);
}

#[test]
fn dependencies_have_no_known_holes() {
    check(dependencies::known_holes);
}

#[test]
fn dependencies_come_from_one_registry() {
    check(dependencies::sources);
}

#[test]
fn limits_are_named_documented_and_tested() {
    check(limits::limits);
}
