//! Compares what was made with HL7's own files and with what is checked in.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::Outcome;
use super::package::{self, FILES, Package};

/// Fails at the first difference between the corrected package and HL7's files.
pub(crate) fn with_official(package: &Package, folder: &Path) -> Outcome<()> {
    if !folder.is_dir() {
        println!("skipped: no shared data");
        return Ok(());
    }
    let mut count = 0;
    for file in FILES {
        let official = package::resources(&std::fs::read(folder.join(file))?)?;
        let (official, ours) = (by_name(&official), by_name(package.file(file)));
        if let Some(extra) = ours.keys().find(|name| !official.contains_key(*name)) {
            return Err(format!("{file}: {extra} is not in HL7's file").into());
        }
        for (name, resource) in &official {
            let Some(own) = ours.get(name) else {
                return Err(format!("{file}: {name} is missing").into());
            };
            if let Some(path) = difference(resource, own) {
                return Err(format!("{file}: {name} differs at {path}").into());
            }
        }
        count += official.len();
    }
    println!("{count} resources equal HL7's files");
    Ok(())
}

/// Fails if a checked-in file is not what was made.
pub(crate) fn with_file(file: &Path, made: &[u8]) -> Outcome<()> {
    if std::fs::read(file)? == made {
        return Ok(());
    }
    Err(format!("{} is not what `cargo xtask definitions` makes", file.display()).into())
}

fn by_name(resources: &[Value]) -> BTreeMap<String, Value> {
    let name = |resource: &Value| format!("{}/{}", resource["resourceType"], resource["id"]);
    let bare = |resource: &Value| {
        let mut resource = resource.clone();
        if let Some(members) = resource.as_object_mut() {
            members.remove("meta");
            members.remove("text");
        }
        resource
    };
    resources.iter().map(|resource| (name(resource), bare(resource))).collect()
}

fn difference(left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let mut keys = left.keys().chain(right.keys());
            keys.find_map(|key| match (left.get(key), right.get(key)) {
                (Some(left), Some(right)) => difference(left, right).map(|rest| format!("/{key}{rest}")),
                _ => Some(format!("/{key}")),
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let mut pairs = left.iter().zip(right).enumerate();
            pairs.find_map(|(place, (left, right))| Some(format!("/{place}{}", difference(left, right)?)))
        }
        (left, right) => (left != right).then(String::new),
    }
}
