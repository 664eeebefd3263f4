//! Copies of a record with a manifest that proves them, and a record made of such a copy.
//!
//! A copy is a folder: the database's files and `manifest.json` with their sizes, hashes and counts. It is whole when it has its
//! name. A restored record is proved before it is put in place, all sessions are ended, and it begins a new epoch.
//! What it does not do: encrypt, or bring back what was changed after the copy was made.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use akson_store::{FILES, Next, Step, Watch};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::{Core, Report, Settings, hex};

const MANIFEST: &str = "manifest.json";
const FORMAT: u32 = 1;
const CHUNK_BYTES: usize = 1 << 20;
/// What stands beside the databases and belongs to them: the key that has signed the audit's checkpoints.
const KEYS: [&str; 1] = ["audit.key"];
/// Where a record is put together before it is in place.
const UNPROVED: &str = "restoring";

/// What a copy is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this file.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// When it was begun.
    pub at: String,
    /// Resources, live and deleted.
    pub resources: u64,
    /// Older versions.
    pub versions: u64,
    /// The files.
    pub files: Vec<CopiedFile>,
}

/// A file of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// The end of the log in it, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<LogEnd>,
}

/// The end of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEnd {
    /// How many rows of audit it has.
    pub rows: u64,
    /// The root of their tree in hexadecimal digits.
    pub root: String,
}

impl Core {
    /// Copies the record into a new folder, beside traffic.
    pub fn backup(&self, folder: &Path, watch: Watch<'_>) -> Result<Manifest, Error> {
        if folder.exists() {
            return Err(Error::Conflict(format!("{} is there already", folder.display())));
        }
        let unfinished = beside(folder, "part");
        fresh(&unfinished)?;
        let done = self.copy_into(&unfinished, watch);
        match done {
            Ok(manifest) => {
                rename(&unfinished, folder)?;
                Ok(manifest)
            }
            Err(error) => {
                // What is left of it is taken away by the next one too.
                let _ = std::fs::remove_dir_all(&unfinished);
                Err(error)
            }
        }
    }

    fn copy_into(&self, folder: &Path, watch: Watch<'_>) -> Result<Manifest, Error> {
        let at = akson_store::instant(self.now());
        let copied = self.store().copy_into(folder, &mut *watch)?;
        let mut files = Vec::new();
        for (name, log) in FILES.iter().zip(copied.logs) {
            let (bytes, sha256) = hashed(&folder.join(name), None, &mut *watch)?;
            files.push(CopiedFile { name: (*name).to_string(), bytes, sha256, audit: Some(end(log)) });
        }
        for name in KEYS {
            let own = self.store().path().with_file_name(name);
            let (bytes, sha256) = hashed(&own, Some(&folder.join(name)), &mut *watch)?;
            files.push(CopiedFile { name: name.to_string(), bytes, sha256, audit: None });
        }
        let program = env!("CARGO_PKG_VERSION").to_string();
        let (resources, versions) = (copied.resources, copied.versions);
        let manifest = Manifest { format: FORMAT, program, at, resources, versions, files };
        let text = serde_json::to_vec_pretty(&manifest).map_err(|error| Error::Broken(error.to_string()))?;
        let mut file = File::create(folder.join(MANIFEST)).map_err(disk)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(disk)?;
        Ok(manifest)
    }

    /// Makes a record in `folder` of the copy in `from`. The answer says what was found by its proof; with faults nothing is
    /// put in place.
    pub fn restore(
        from: &Path,
        folder: &Path,
        settings: Settings,
        watch: Watch<'_>,
    ) -> Result<(Manifest, Report), Error> {
        let text = std::fs::read(from.join(MANIFEST)).map_err(disk)?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|error| Error::Conflict(format!("{MANIFEST} of the copy can't be read: {error}")))?;
        if manifest.format != FORMAT || !manifest.files.iter().map(|file| file.name.as_str()).eq(names()) {
            return Err(Error::Conflict("the copy was made by another kind of program".to_string()));
        }
        if names().any(|name| folder.join(name).exists()) {
            let folder = folder.display();
            return Err(Error::Conflict(format!("there is a record in {folder}: name an empty folder with --data")));
        }
        std::fs::create_dir_all(folder).map_err(disk)?;
        let unproved = folder.join(UNPROVED);
        fresh(&unproved)?;
        for file in &manifest.files {
            let (bytes, sha256) = hashed(&from.join(&file.name), Some(&unproved.join(&file.name)), &mut *watch)?;
            if (bytes, &sha256) != (file.bytes, &file.sha256) {
                return Err(Error::Conflict(format!("{} is not the file that was copied", file.name)));
            }
        }
        let report = prove(&unproved, settings, &manifest, watch)?;
        if report.faults.is_empty() {
            // The record last: where it is, all is there.
            for name in names().collect::<Vec<_>>().into_iter().rev() {
                rename(&unproved.join(name), &folder.join(name))?;
            }
            std::fs::remove_dir_all(&unproved).map_err(disk)?;
        }
        Ok((manifest, report))
    }
}

/// Proves the copied record, and takes away what must not come back. Its files are whole and closed after that.
fn prove(folder: &Path, settings: Settings, manifest: &Manifest, watch: Watch<'_>) -> Result<Report, Error> {
    let core = Core::open(folder, settings)?;
    let held = core.store().held()?;
    let mut report = core.verify_watched(watch)?;
    if (held.resources, held.versions) != (manifest.resources, manifest.versions) {
        report.faults.push("there are not as many resources and versions as the manifest says".to_string());
    }
    for (file, log) in manifest.files.iter().zip(held.logs) {
        if file.audit != Some(end(log)) {
            report.faults.push(format!("the audit in {} is not the one that was copied", file.name));
        }
    }
    core.store().write(|tx| tx.begin_epoch()).wait()?;
    Ok(report)
}

/// All files of a copy, the databases first.
fn names() -> impl Iterator<Item = &'static str> {
    FILES.into_iter().chain(KEYS)
}

fn end((rows, root): (u64, [u8; 32])) -> LogEnd {
    LogEnd { rows, root: hex(&root) }
}

/// An empty folder that only its owner can read.
fn fresh(folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(disk)?;
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(disk)
}

fn beside(folder: &Path, suffix: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Renames, and sees that the new name is on the disk.
fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    std::fs::rename(from, to).map_err(disk)?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(disk)
}

/// The size and hash of a file, copied to another on the way if one is named.
fn hashed(path: &Path, copy: Option<&Path>, watch: Watch<'_>) -> Result<(u64, String), Error> {
    let mut file = File::open(path).map_err(disk)?;
    let total = file.metadata().map_err(disk)?.len();
    let private = |path| OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut copy = copy.map(private).transpose().map_err(disk)?;
    let (mut hash, mut done, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK_BYTES]);
    loop {
        let count = file.read(&mut chunk).map_err(disk)?;
        if count == 0 {
            break;
        }
        hash.update(&chunk[..count]);
        if let Some(copy) = &mut copy {
            copy.write_all(&chunk[..count]).map_err(disk)?;
        }
        done += count as u64;
        if watch(Step { stage: "hashing", done, total }) == Next::Stop {
            return Err(Error::Interrupted);
        }
    }
    // The copy that a backup has made was not synced by us.
    copy.as_ref().unwrap_or(&file).sync_all().map_err(disk)?;
    Ok((done, hex(&hash.finalize())))
}

fn disk(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Error::Full,
        _ => Error::Unavailable(error.to_string()),
    }
}
