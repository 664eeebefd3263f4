//! `akson why`: what somebody may see of a patient now, and by which rule.
//!
//! It asks the rules that every request is decided by, for each role that the person may act in. That it was asked about
//! the patient leaves an audit line.

use akson_core::identity::{AccountSeen, SignedIn};
use akson_core::{Caller, Core};
use akson_fhir::definition::Definitions;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::Desk;

/// The level of assurance that is taken for granted.
const LEVEL: u8 = 4;

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
        let account = account(core, &self.person)?;
        let asker = core.record(Caller::job("why", core.now()));
        desk.wait(asker.read("Patient", &self.patient)).map_err(|error| format!("the patient: {error}"))?;
        let choices = core.identity().choices(&account, core.now()).map_err(|error| error.to_string())?;
        let mut roles: Vec<_> = choices.into_iter().map(|choice| (choice.role, choice.name)).collect();
        if roles.is_empty() {
            roles.push(Default::default());
        }
        for (role, name) in roles {
            desk.say(format!("{} {name}", if role.is_empty() { "-" } else { &role }));
            let signed = SignedIn { account: account.clone(), role, level: LEVEL };
            let caller = core.identity().caller_for(&signed, core.now(), "").map_err(|error| error.to_string())?;
            for because in core.record(caller).why(&self.patient, type_name)? {
                desk.say(format!("  {}: {}", because.rule, because.says));
            }
        }
        Ok(Ending::Done)
    }
}

/// The account of this name, or the only one for this person.
fn account(core: &Core, person: &str) -> Result<String, Failure> {
    let accounts = core.identity().accounts()?;
    let named = |account: &&AccountSeen| account.id == person || account.person == person;
    match accounts.iter().filter(named).collect::<Vec<_>>()[..] {
        [one] => Ok(one.id.clone()),
        [] => Err("there is no such account; `akson user list` names them, `akson user add` makes one".into()),
        _ => Err("several accounts are for this person; name one as `akson user list` does".into()),
    }
}
