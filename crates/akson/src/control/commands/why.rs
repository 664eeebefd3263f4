//! `akson why`: what somebody may see of a patient now, and by which rule.
//!
//! It asks the rules that every request is decided by, for each role that the person may act in. That it was asked about
//! the patient leaves an audit line.

use akson_core::{Caller, Error};
use akson_fhir::definition::Definitions;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::Desk;

/// What somebody may see of a patient, and by which rule.
#[derive(clap::Args)]
pub struct Why {
    /// An account, or whom it is for, as `akson user list` names them
    person: String,
    /// The id of the Patient
    patient: String,
    /// A type of resource
    #[arg(default_value = "Patient")]
    type_name: String,
}

impl Command for Why {
    const NAME: &'static str = "why";
    const ABOUT: &'static str = "Say what somebody may see of a patient, and by which rule";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let core = desk.core()?;
        let known = Definitions::r4().resource(&self.type_name);
        let type_name = known.ok_or_else(|| format!("{} is no type of resource", self.type_name))?.name;
        let asker = core.record(Caller::job("why", core.now()));
        let roles = desk.wait(asker.why_of(&self.person, &self.patient, type_name)).map_err(|error| match error {
            Error::NotFound => {
                "there is no such patient or account; `akson user list` names accounts, `akson user add` makes one"
                    .to_string()
            }
            error => error.to_string(),
        })?;
        for one in roles {
            desk.say(format!("{} {}", if one.role.is_empty() { "-" } else { &one.role }, one.name));
            for because in one.because {
                desk.say(format!("  {}: {}", because.rule, because.says));
            }
        }
        Ok(Ending::Done)
    }
}
