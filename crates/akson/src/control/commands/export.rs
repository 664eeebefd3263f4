//! `akson export`: the current resources as NDJSON, one file per type.
//!
//! Each file is written beside its place and moved there when it is whole. Stopped, it keeps the files that are whole; begun again,
//! it writes all anew, since a file begun earlier would be of another moment.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use akson_core::{Caller, Core};
use akson_fhir::definition::Definitions;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::{Desk, grouped};
use crate::control::messages::Progress;

/// Write the current resources as NDJSON, one file per type.
#[derive(clap::Args)]
pub struct Export {
    /// Folder for the files
    folder: PathBuf,
    /// Only these types, with commas between
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    types: Vec<String>,
}

impl Command for Export {
    const NAME: &'static str = "export";
    const ABOUT: &'static str = "Write the current resources as NDJSON, one file per type";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let definitions = Definitions::r4();
        if let Some(wrong) = self.types.iter().find(|name| definitions.resource(name).is_none()) {
            return Err(format!("{wrong} is no resource type of FHIR R4").into());
        }
        let core = desk.core()?;
        let folder = desk.path(&self.folder);
        std::fs::create_dir_all(&folder)?;
        let wanted = |name: &str| self.types.is_empty() || self.types.iter().any(|wanted| wanted == name);
        let types = || definitions.resource_types().map(|found| found.name).filter(|name| wanted(name));
        let all = core.resources_of(types())?;
        let mut total = 0;
        for name in types() {
            let Some(count) = export_type(desk, core, &folder, name, (total, all))? else {
                desk.say("what is whole is in the folder; the same command writes all of it anew");
                return Ok(Ending::Stopped);
            };
            if count > 0 {
                desk.say(format!("{:>12}  {}", grouped(count), name));
            }
            total += count;
        }
        desk.say(format!("{:>12}  resources in {}", grouped(total), folder.display()));
        Ok(Ending::Done)
    }
}

/// Writes the file of a type, if there are any; how many, or nothing if the work was stopped.
fn export_type(
    desk: &Desk,
    core: &Core,
    folder: &Path,
    type_name: &'static str,
    (before, all): (u64, u64),
) -> Result<Option<u64>, Failure> {
    let record = core.record(Caller::job("export", core.now()));
    let mut out: Option<BufWriter<File>> = None;
    let part = folder.join(format!("{type_name}.ndjson.part"));
    let mut count = 0;
    let mut from = None;
    loop {
        let page = desk.wait(record.export(type_name, from))?;
        for seen in &page.resources {
            let file = match &mut out {
                Some(file) => file,
                None => out.insert(BufWriter::new(File::create(&part)?)),
            };
            file.write_all(&seen.text)?;
            file.write_all(b"\n")?;
            count += 1;
        }
        let (stage, unit) = (format!("writing {type_name}"), "resources".to_owned());
        if !desk.progress(Progress { stage, done: before + count, total: all, unit }) {
            let _ = std::fs::remove_file(&part);
            return Ok(None);
        }
        match page.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    if let Some(file) = out {
        file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
        std::fs::rename(&part, folder.join(format!("{type_name}.ndjson")))?;
    }
    Ok(Some(count))
}
