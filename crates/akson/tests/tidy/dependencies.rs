//! Rules about what comes in from outside: licences, banned and holed versions, the source. The lists stand in
//! `deny.toml`; everything works without a network.

use std::process::Command;

use super::source::{Tree, Violation};

/// One `[[package]]` of Cargo.lock.
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
}

fn locked(tree: &Tree) -> Vec<Locked> {
    let text = std::fs::read_to_string(tree.root.join("Cargo.lock")).expect("Cargo.lock");
    let lock: toml::Table = text.parse().expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("packages").iter();
    packages
        .map(|package| Locked {
            name: package["name"].as_str().unwrap_or_default().to_owned(),
            version: package["version"].as_str().unwrap_or_default().to_owned(),
            source: package.get("source").and_then(|source| source.as_str()).map(str::to_owned),
        })
        .collect()
}

fn deny(tree: &Tree) -> toml::Table {
    let text = std::fs::read_to_string(tree.root.join("deny.toml")).expect("deny.toml");
    text.parse().expect("deny.toml is TOML")
}

pub fn known_holes(tree: &Tree) -> Vec<Violation> {
    let deny = deny(tree);
    let bans = deny["bans"]["deny"].as_array().expect("bans.deny");
    let packages = locked(tree);
    let mut found = Vec::new();
    for ban in bans {
        let (name, below) = ban["crate"].as_str().map_or(("", None), |spec| match spec.split_once(":<") {
            Some((name, below)) => (name, Some(below)),
            None => (spec, None),
        });
        let reason = ban["reason"].as_str().unwrap_or("banned");
        for package in packages.iter().filter(|package| package.name == name) {
            if below.is_none_or(|below| older(&package.version, below)) {
                let place = format!("Cargo.lock ({name} {})", package.version);
                let advice = match below {
                    Some(below) => format!("at least {below} is needed: {reason}"),
                    None => format!("not allowed: {reason}"),
                };
                found.push(Violation::new(place, 0, advice));
            }
        }
    }
    found
}

fn older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        let release = text.split(['-', '+']).next().unwrap_or_default();
        release.split('.').map(|part| part.parse().unwrap_or(0)).collect()
    };
    numbers(version) < numbers(than)
}

pub fn sources(tree: &Tree) -> Vec<Violation> {
    let packages = locked(tree);
    let registry = packages.iter().find_map(|package| package.source.clone()).unwrap_or_default();
    let foreign = packages.iter().filter(|package| {
        package.source.as_ref().is_some_and(|source| *source != registry || !source.starts_with("registry+"))
    });
    foreign
        .map(|package| Violation::new(format!("Cargo.lock ({})", package.name), 0, "not from the registry"))
        .collect()
}

pub fn licences(tree: &Tree) -> Vec<Violation> {
    let deny = deny(tree);
    let allowed: Vec<&str> =
        deny["licenses"]["allow"].as_array().expect("licenses.allow").iter().filter_map(|name| name.as_str()).collect();
    let mut found = Vec::new();
    for package in metadata(tree)["packages"].as_array().expect("packages") {
        let licence = package["license"].as_str().unwrap_or("none");
        if !permitted(licence, &allowed) {
            let advice = format!("licence `{licence}` is not allowed in deny.toml");
            found.push(Violation::new(package["name"].as_str().unwrap_or_default(), 0, advice));
        }
    }
    found
}

/// What cargo knows of the packages built on this machine.
fn metadata(tree: &Tree) -> serde_json::Value {
    let version = Command::new("rustc").arg("-vV").output().expect("rustc -vV").stdout;
    let version = String::from_utf8_lossy(&version).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--offline", "--format-version", "1", "--filter-platform", &host]).current_dir(&tree.root);
    let output = cargo.output().expect("cargo metadata");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("metadata is JSON")
}

/// Reads an SPDX expression: any branch of OR, every branch of AND. An older form writes OR as a slash.
fn permitted(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace(['(', ')'], "");
    let expression = expression.replace(" / ", " OR ").replace('/', " OR ");
    // Without nesting, AND of ORs and OR of ANDs differ; taking AND first is the stricter reading of both.
    expression.split(" AND ").all(|part| part.split(" OR ").any(|name| allowed.contains(&name.trim())))
}

#[test]
fn expression_of_licences_is_read() {
    let allowed = ["MIT", "Zlib"];
    for (expression, expected) in
        [("MIT", true), ("GPL-3.0", false), ("GPL-3.0 OR MIT", true), ("MIT/Apache-2.0", true)]
    {
        assert_eq!(permitted(expression, &allowed), expected, "{expression}");
    }
    assert!(permitted("(MIT OR Apache-2.0) AND Zlib", &allowed));
    assert!(!permitted("MIT AND GPL-3.0", &allowed));
}

#[test]
fn versions_compare_by_number() {
    assert!(older("0.4.9", "0.4.16") && !older("0.42.0", "0.41.0") && !older("8.3.0+zstd.1.5.7", "8.3.0"));
}
