//! `akson export`: the current resources as NDJSON, one file per type.
//!
//! Each file is written beside its place and moved there when it is whole.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use akson_core::Caller;
use akson_fhir::definition::Definitions;

use super::{Failure, grouped};
use crate::config::Config;

/// Writes the files.
pub fn export(settings: &Config, folder: &Path, types: &[String]) -> Result<ExitCode, Failure> {
    let definitions = Definitions::r4();
    if let Some(wrong) = types.iter().find(|name| definitions.resource(name).is_none()) {
        return Err(format!("{wrong} is no resource type of FHIR R4").into());
    }
    let core = super::open_existing(settings)?;
    std::fs::create_dir_all(folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut total = 0;
    for found in definitions.resource_types() {
        if !types.is_empty() && !types.iter().any(|name| name == found.name) {
            continue;
        }
        let record = core.record(Caller::job("export", core.now()));
        let mut out: Option<BufWriter<File>> = None;
        let part = folder.join(format!("{}.ndjson.part", found.name));
        let mut count = 0;
        let mut from = None;
        loop {
            let page = runtime.block_on(record.export(found.name, from))?;
            for seen in &page.resources {
                let file = match &mut out {
                    Some(file) => file,
                    None => out.insert(BufWriter::new(File::create(&part)?)),
                };
                file.write_all(&seen.text)?;
                file.write_all(b"\n")?;
                count += 1;
            }
            match page.next {
                Some(next) => from = Some(next),
                None => break,
            }
        }
        if let Some(file) = out {
            file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
            std::fs::rename(&part, folder.join(format!("{}.ndjson", found.name)))?;
            println!("{:>12}  {}", grouped(count), found.name);
        }
        total += count;
    }
    println!("{:>12}  resources in {}", grouped(total), folder.display());
    Ok(ExitCode::SUCCESS)
}
