//! Rules about the rooms: which crate may know which, and what files are called.

use std::collections::BTreeMap;

use super::source::{Tree, Violation};

/// Our crates, each with those of ours it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("crates/fhir", &[]),
    ("crates/store", &["akson-fhir"]),
    ("crates/core", &["akson-fhir", "akson-store"]),
    ("crates/links", &["akson-fhir", "akson-core"]),
    ("crates/akson", &["akson-fhir", "akson-core", "akson-links"]),
    ("xtask", &[]),
];
/// Foreign crates that only some of ours may name.
const GUARDED: &[(&str, &[&str])] = &[
    ("rusqlite", &["crates/store"]),
    ("tokio-postgres", &["crates/store"]),
    ("axum", &["crates/akson"]),
    ("hyper", &["crates/akson", "crates/links"]),
    ("clap", &["crates/akson"]),
];
const FACES: &[&str] = &["rest", "oauth", "web", "cli"];
const EMPTY_NAMES: &[&str] = &["util", "helper", "common", "misc", "manager", "service", "stuff", "prelude"];
const ROOT_FILES: &[&str] =
    &["LICENSE", "NOTICE", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "Cargo.lock", "deny.toml"];

type Manifest = toml::Table;

fn manifest(tree: &Tree, folder: &str) -> Option<Manifest> {
    std::fs::read_to_string(tree.root.join(folder).join("Cargo.toml")).ok()?.parse().ok()
}

/// The names under `[dependencies]` and `[build-dependencies]`; tests may use what they like.
fn dependencies(manifest: &Manifest) -> BTreeMap<String, String> {
    let tables = ["dependencies", "build-dependencies"].iter().filter_map(|key| manifest.get(*key)?.as_table());
    tables
        .flat_map(|table| {
            table.iter().map(|(name, value)| {
                let package = value.get("package").and_then(|name| name.as_str()).unwrap_or(name);
                (name.clone(), package.to_owned())
            })
        })
        .collect()
}

pub fn arrows(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (folder, allowed) in ARROWS {
        let place = format!("{folder}/Cargo.toml");
        let Some(manifest) = manifest(tree, folder) else {
            found.push(Violation::new(place, 0, "missing or not to be read"));
            continue;
        };
        for package in dependencies(&manifest).values().filter(|name| name.starts_with("akson")) {
            if !allowed.contains(&package.as_str()) {
                let advice = format!("must not depend on `{package}`: arrows point down (ARCHITECTURE.md)");
                found.push(Violation::new(&place, 0, advice));
            }
        }
        if !strict(&manifest) {
            found.push(Violation::new(&place, 0, "take the lints of the workspace: `[lints] workspace = true`"));
        }
    }
    found
}

fn strict(manifest: &Manifest) -> bool {
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
    lints.and_then(toml::Value::as_bool) == Some(true)
}

pub fn guarded_crates(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (folder, _) in ARROWS {
        let Some(manifest) = manifest(tree, folder) else { continue };
        for package in dependencies(&manifest).values() {
            let guard = GUARDED.iter().find(|(name, _)| name == package);
            if let Some((name, rooms)) = guard.filter(|(_, rooms)| !rooms.contains(folder)) {
                let advice = format!("`{name}` belongs to {}", rooms.join(" and "));
                found.push(Violation::new(format!("{folder}/Cargo.toml"), 0, advice));
            }
        }
    }
    found
}

pub fn faces(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.product() {
        let Some(path) = file.path.strip_prefix("crates/akson/src/") else { continue };
        let Some(own) = FACES.iter().find(|face| path.starts_with(&format!("{face}/"))) else { continue };
        for (line, text) in file.lines() {
            let other = FACES.iter().find(|face| *face != own && text.contains(&format!("crate::{face}::")));
            // A command starts the faces: that arrow is drawn in cli/serve.rs and nowhere else.
            if let Some(other) = other.filter(|_| path != "cli/serve.rs") {
                let advice = format!("`{own}` must not import `{other}`: share through `http` or the door");
                found.push(Violation::new(&file.path, line, advice));
            }
        }
    }
    found
}

pub fn file_names(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in &tree.files {
        let parts = file.path.trim_end_matches(".rs").split('/');
        let empty = parts.filter(|part| EMPTY_NAMES.iter().any(|name| *part == *name || *part == format!("{name}s")));
        found.extend(
            empty.map(|part| Violation::new(&file.path, 0, format!("`{part}` says nothing: name the subject"))),
        );
    }
    found
}

pub fn root_files(tree: &Tree) -> Vec<Violation> {
    let missing = ROOT_FILES.iter().filter(|name| !tree.root.join(name).is_file());
    let mut found: Vec<Violation> = missing.map(|name| Violation::new(*name, 0, "missing")).collect();
    let ignored = std::fs::read_to_string(tree.root.join(".gitignore")).unwrap_or_default();
    if ignored.lines().any(|line| line.contains("Cargo.lock")) {
        found.push(Violation::new(".gitignore", 0, "Cargo.lock is part of the repository"));
    }
    found
}
