//! `akson demo`: a synthetic municipality, into a record or into files.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::control::command::{Command, Ending, Failure, Needs};
use crate::control::desk::{Desk, grouped};
use crate::control::messages::Progress;
use crate::control::settle::{self, Groups, Settled, transaction};
use crate::demo::{self, Day, Plan};

/// Make a synthetic municipality, in the database or as files.
#[derive(clap::Args)]
pub struct Demo {
    /// Inhabitants to make; households stay whole, so there may be a few more
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=demo::PATIENTS_MAX))]
    patients: u64,
    /// What chance is made of: the same number makes the same people
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day that lives lead up to, as YYYY-MM-DD [default: today in Norway]
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Day>,
    /// Weeks back for which visits and doses are written one by one
    #[arg(long, default_value_t = demo::WEEKS_BACK, value_parser = clap::value_parser!(u16).range(0..=520))]
    weeks_back: u16,
    /// Weeks ahead for which visits are planned
    #[arg(long, default_value_t = demo::WEEKS_AHEAD, value_parser = clap::value_parser!(u16).range(0..=52))]
    weeks_ahead: u16,
    /// Folder for files, instead of the database
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// What files are made
    #[arg(long = "as", value_name = "FORM", value_enum, default_value_t = Form::Ndjson, requires = "out")]
    form: Form,
}

/// The form of files.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// One file per type, a resource on each line
    Ndjson,
    /// Transaction bundles
    Bundles,
}

fn day(text: &str) -> Result<Day, String> {
    Day::read(text).ok_or_else(|| "a day is written as 2026-11-22".to_owned())
}

impl Command for Demo {
    const NAME: &'static str = "demo";
    const ABOUT: &'static str = "Make a synthetic municipality, in the database or as files";

    fn needs(&self) -> Needs {
        if self.out.is_some() { Needs::Nothing } else { Needs::RecordOrNew }
    }

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let started = std::time::Instant::now();
        let now = desk.core().map_or_else(|_| (desk.settings.core().store.clock)(), |core| core.now());
        let plan = Plan {
            seed: self.seed,
            today: self.today.unwrap_or_else(|| Day::at_moment(now)),
            patients: self.patients,
            weeks_back: self.weeks_back,
            weeks_ahead: self.weeks_ahead,
        };
        let settled = match &self.out {
            Some(folder) => self.write(desk, plan, &desk.path(folder))?,
            None => {
                let core = desk.core()?;
                desk.wait(settle::claim(core))?;
                desk.wait(settle::settle(core, plan, |so_far| progress(desk, plan, so_far)))?
            }
        };
        tell(desk, &settled, started.elapsed());
        Ok(if desk.is_stopped() { Ending::Stopped } else { Ending::Done })
    }
}

/// Tells how far the work is; whether to go on.
fn progress(desk: &Desk, plan: Plan, settled: &Settled) -> bool {
    let stage = format!("{} resources", grouped(settled.resources()));
    let done = settled.patients.min(plan.patients);
    desk.progress(Progress { stage, done, total: plan.patients, unit: "inhabitants".to_owned() })
}

impl Demo {
    /// Writes files.
    fn write(&self, desk: &Desk, plan: Plan, folder: &Path) -> Result<Settled, Failure> {
        std::fs::create_dir_all(folder)?;
        if std::fs::read_dir(folder)?.next().is_some() {
            return Err(format!("{} is not empty: name a new folder with --out", folder.display()).into());
        }
        let mut settled = Settled::default();
        let mut files: HashMap<&'static str, BufWriter<File>> = HashMap::new();
        let mut groups = Groups(demo::pieces(plan));
        let mut number = 0;
        while let Some(group) = groups.next_group() {
            settled.patients += group.patients;
            number += 1;
            if self.form == Form::Bundles {
                std::fs::write(folder.join(format!("{number:06}.json")), transaction(&group.made))?;
            }
            for made in &group.made {
                *settled.counts.entry(made.kind).or_default() += 1;
                if self.form == Form::Bundles {
                    continue;
                }
                let file = match files.entry(made.kind) {
                    std::collections::hash_map::Entry::Occupied(found) => found.into_mut(),
                    std::collections::hash_map::Entry::Vacant(none) => {
                        none.insert(BufWriter::new(File::create(folder.join(format!("{}.ndjson", made.kind)))?))
                    }
                };
                file.write_all(made.text.as_bytes())?;
                file.write_all(b"\n")?;
            }
            if !progress(desk, plan, &settled) {
                break;
            }
        }
        for file in files.values_mut() {
            file.flush()?;
        }
        Ok(settled)
    }
}

fn tell(desk: &Desk, settled: &Settled, time: std::time::Duration) {
    for (name, count) in &settled.counts {
        desk.say(format!("{:>12}  {name}", grouped(*count)));
    }
    let total = settled.resources();
    let rate = total as f64 / time.as_secs_f64().max(0.001);
    desk.say(format!(
        "{:>12}  resources of {} inhabitants in {:.1} s ({} a second), {} of them were there already",
        grouped(total),
        grouped(settled.patients),
        time.as_secs_f64(),
        grouped(rate as u64),
        grouped(settled.already)
    ));
}
