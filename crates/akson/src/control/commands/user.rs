//! `akson user`: who may sign in.

use akson_core::identity::{Kind, NoCaller};

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::Desk;

/// The accounts of people.
#[derive(clap::Args)]
pub struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make an account for a person of the record, to be signed in with by who proves to be them
    Add {
        /// `Practitioner/ID` for staff, `Patient/ID` for an inhabitant
        person: String,
    },
    /// List the accounts
    List,
    /// Close an account and end its sessions
    Remove {
        /// The account
        account: String,
    },
    /// Open a closed account again
    Open {
        /// The account
        account: String,
    },
    /// List what somebody may act as now
    Role {
        /// The account
        account: String,
    },
}

impl Command for User {
    const NAME: &'static str = "user";
    const ABOUT: &'static str = "Make, list and close the accounts of people";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        match &self.action {
            Action::Add { person } => add(desk, person),
            Action::List => list(desk),
            Action::Remove { account } => set(desk, account, false),
            Action::Open { account } => set(desk, account, true),
            Action::Role { account } => roles(desk, account),
        }
    }
}

fn add(desk: &Desk, person: &str) -> Result<Ending, Failure> {
    let (kind, id) = match person.split_once('/') {
        Some(("Practitioner", id)) => (Kind::Staff, id),
        Some(("Patient", id)) => (Kind::Citizen, id),
        _ => return Err("a person is Practitioner/ID or Patient/ID".into()),
    };
    match desk.wait(desk.core()?.identity().add_account(kind, id)) {
        Ok(account) => {
            desk.say(account.id);
            Ok(Ending::Done)
        }
        Err(NoCaller::Closed) => Err("there is no such person in use, or their account is closed".into()),
        Err(error) => Err(error.to_string().into()),
    }
}

fn list(desk: &Desk) -> Result<Ending, Failure> {
    for account in desk.core()?.identity().accounts()? {
        let kind = match account.kind {
            Kind::Staff => "staff",
            Kind::Citizen => "citizen",
            Kind::Operator => "operator",
        };
        let state = if account.open { "open" } else { "closed" };
        desk.say(format!("{}  {kind}  {state}  {}  {}", account.id, account.provider, account.person));
    }
    Ok(Ending::Done)
}

fn set(desk: &Desk, account: &str, open: bool) -> Result<Ending, Failure> {
    if !desk.wait(desk.core()?.identity().set_account(account, open))? {
        return Err("there is no such account; `akson user list` names them".into());
    }
    desk.say(if open { "opened" } else { "closed; its sessions have ended" });
    Ok(Ending::Done)
}

fn roles(desk: &Desk, account: &str) -> Result<Ending, Failure> {
    let core = desk.core()?;
    let choices = core.identity().choices(account, core.now()).map_err(|error| error.to_string())?;
    for choice in choices {
        let duty = choice.duty.map_or("citizen", akson_core::Duty::code);
        let role = if choice.role.is_empty() { "-" } else { &choice.role };
        desk.say(format!("{role}  {duty}  {}  {}", choice.name, choice.organisation));
    }
    Ok(Ending::Done)
}
