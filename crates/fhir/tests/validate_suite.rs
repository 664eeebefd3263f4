//! The published validation suite (tier A), scored by verdict. Runs where the shared data lie, else
//! says that it was skipped. Known misses stand in `validate/suite-misses.txt`, each with its reason.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use akson_fhir::json::{Tree, Value};
use akson_fhir::outcome::{Issue, Severity};
use akson_fhir::resource::Resource;
use akson_fhir::validate::{Options, Profiles, validate};
use akson_fhir::xml;

fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var("AKSON_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let found = PathBuf::from(root).join(path);
    if !found.exists() {
        eprintln!("skipped: no shared data ({path})");
    }
    found.exists().then_some(found)
}

fn read(folder: &Path, file: &str) -> Result<Resource, Vec<Issue>> {
    let bytes = std::fs::read(folder.join(file)).map_err(|_| vec![Issue::error("not-found", file, "no such file")])?;
    let trimmed = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    if trimmed.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<') {
        let json = xml::to_json(&bytes).map_err(|issue| vec![issue])?;
        return Resource::parse_json(json.as_bytes());
    }
    Resource::parse_json(&bytes)
}

fn text<'a>(value: Value<'a>, key: &str) -> &'a str {
    value.get(key).and_then(Value::str).unwrap_or_default()
}

fn errors(folder: &Path, file: &str, profiles: &Profiles, asked: &[&str]) -> Vec<Issue> {
    let resource = match read(folder, file) {
        Ok(resource) => resource,
        Err(issues) => return issues,
    };
    let options = Options { asked, least: Severity::Error, ..Options::new(profiles) };
    validate(&resource, &options)
}

/// Each case's misses: verdict wanted, and what was said instead.
fn run(
    folder: &Path,
    case: Value<'_>,
    misses: &mut BTreeMap<String, String>,
    score: &mut BTreeMap<&'static str, (usize, usize)>,
) {
    let name = text(case, "name");
    let mut profiles = Profiles::new();
    let listed = ["profiles", "supporting"]
        .into_iter()
        .filter_map(|key| case.get(key))
        .flat_map(Value::items)
        .filter_map(Value::str);
    for file in listed {
        match read(folder, file) {
            Ok(resource) => _ = profiles.add(&resource),
            Err(issues) => println!("  {name}: {file} not read: {}", issues[0]),
        }
    }
    let agreed = case.get("verdict_firely").and_then(Value::str) == case.get("verdict").and_then(Value::str);
    let group = if agreed { "both agree" } else { "one says" };
    let found = errors(folder, text(case, "file"), &profiles, &[]);
    judge(name, group, text(case, "verdict"), &found, misses, score);
    let Some(profile) = case.get("profile").filter(|profile| profile.get("source").is_some()) else { return };
    let Ok(source) = read(folder, text(profile, "source")) else { return println!("  {name}: profile not read") };
    profiles.add(&source);
    for file in ["profiles", "supporting"]
        .into_iter()
        .filter_map(|key| profile.get(key))
        .flat_map(Value::items)
        .filter_map(Value::str)
    {
        if let Ok(resource) = read(folder, file) {
            profiles.add(&resource);
        }
    }
    let url = text(source.root(), "url").to_owned();
    let wanted = profile.get("expected_java").into_iter().flat_map(Value::items);
    let refused = wanted.into_iter().any(|issue| matches!(text(issue, "severity"), "error" | "fatal"));
    let found = errors(folder, text(case, "file"), &profiles, &[&url]);
    judge(&format!("{name} (profile)"), "by profile", if refused { "invalid" } else { "valid" }, &found, misses, score);
}

fn judge(
    name: &str,
    group: &'static str,
    wanted: &str,
    found: &[Issue],
    misses: &mut BTreeMap<String, String>,
    score: &mut BTreeMap<&'static str, (usize, usize)>,
) {
    let entry = score.entry(group).or_default();
    entry.1 += 1;
    let said = if found.is_empty() { "valid" } else { "invalid" };
    if said == wanted {
        entry.0 += 1;
        return;
    }
    println!("[{group}] {name}: {wanted}, not {said}");
    found.iter().take(4).for_each(|issue| println!("      {issue}"));
    misses.insert(name.to_owned(), format!("{wanted} [{group}]"));
}

#[test]
fn the_suite_is_judged_as_others_judge_it() {
    let Some(cases) = shared("data/tests/validator-r4-tierA.json") else { return };
    let folder = cases.with_file_name("validator");
    let tree = Tree::parse(&std::fs::read(&cases).unwrap()).unwrap();
    let (mut misses, mut score) = (BTreeMap::new(), BTreeMap::new());
    for case in tree.root().items() {
        if text(case, "file").ends_with(".json") || text(case, "file").ends_with(".xml") {
            run(&folder, case, &mut misses, &mut score);
        }
    }
    for (group, (right, all)) in &score {
        println!("{group}: {right} of {all} ({:.1} %)", *right as f64 * 100.0 / *all as f64);
    }
    let known = include_str!("validate/suite-misses.txt").lines().filter(|line| !line.starts_with('#'));
    let known: Vec<&str> = known.filter_map(|line| line.split('\t').next()).filter(|name| !name.is_empty()).collect();
    let found: Vec<&str> = misses.keys().map(String::as_str).collect();
    let (right, all) = score["both agree"];
    assert!(right * 10 >= all * 9, "fewer than nine in ten of the agreed cases");
    assert_eq!(found, known, "misses changed; correct validate/suite-misses.txt");
}
