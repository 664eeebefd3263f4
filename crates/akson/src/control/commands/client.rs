//! `akson client`: which apps and systems may ask for tokens.
//!
//! There is no other way to become a client. Public keys are given in a file; a shared secret is made here and told once.

use std::path::PathBuf;

use akson_core::identity::{Client as Registered, Profile};
use serde_json::Value;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::Desk;

/// Apps and systems that may ask for tokens.
#[derive(clap::Args)]
pub struct Client {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Register an app or a system
    Add(Box<Add>),
    /// List them
    List,
    /// Say all about one
    Show {
        /// Its id
        id: String,
    },
    /// Remove one: whatever it was granted ends at once
    Remove {
        /// Its id
        id: String,
    },
}

#[derive(clap::Args)]
struct Add {
    /// What people know it by
    #[arg(long)]
    name: String,
    /// fapi2, smart-confidential, smart-backend, smart-public or legacy-smart-secret
    #[arg(long, default_value = "fapi2")]
    profile: String,
    /// The most it may be granted, with spaces between
    #[arg(long)]
    scope: String,
    /// Where answers may go; may stand several times
    #[arg(long, value_name = "URL")]
    redirect: Vec<String>,
    /// Where it is started from within Akson
    #[arg(long, value_name = "URL")]
    launch: Option<String>,
    /// A file with its public keys: a JWK set
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Where its public keys stand, instead of a file: https
    #[arg(long, value_name = "URL")]
    keys_url: Option<String>,
    /// Its id; made if it is not given
    #[arg(long)]
    id: Option<String>,
    /// The id of the Group of patients that a system is registered for
    #[arg(long, value_name = "GROUP")]
    population: Option<String>,
    /// A law lets it see what patients have blocked
    #[arg(long)]
    by_law: bool,
    /// Users see through it what they have opened in an emergency
    #[arg(long)]
    emergency: bool,
    /// It may ask about tokens of others
    #[arg(long)]
    introspects: bool,
}

impl Command for Client {
    const NAME: &'static str = "client";
    const ABOUT: &'static str = "Register, list and remove apps and systems";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        match &self.action {
            Action::Add(add) => register(desk, add),
            Action::List => {
                for client in desk.core()?.identity().clients()? {
                    desk.say(format!("{}  {}  {}", client.id, client.profile.name(), client.name));
                }
                Ok(Ending::Done)
            }
            Action::Show { id } => match desk.core()?.identity().client(id)? {
                Some(client) => {
                    show(desk, &client);
                    Ok(Ending::Done)
                }
                None => missing(desk),
            },
            Action::Remove { id } => match desk.wait(desk.core()?.identity().remove_client(id))? {
                true => {
                    desk.say("removed; its tokens are worth nothing from now on");
                    Ok(Ending::Done)
                }
                false => missing(desk),
            },
        }
    }
}

fn missing(desk: &Desk) -> Result<Ending, Failure> {
    desk.say("there is no client with this id; akson client list shows all");
    Ok(Ending::Wanting)
}

fn register(desk: &Desk, add: &Add) -> Result<Ending, Failure> {
    let names: Vec<&str> = Profile::ALL.into_iter().map(Profile::name).collect();
    let profile = Profile::of(&add.profile).ok_or_else(|| format!("a profile is one of {}", names.join(", ")))?;
    let keys = match &add.keys {
        Some(file) => {
            let text =
                std::fs::read_to_string(desk.path(file)).map_err(|error| format!("{}: {error}", file.display()))?;
            let keys: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
            Some(keys)
        }
        None => None,
    };
    let client = Registered {
        id: add.id.clone().unwrap_or_default(),
        profile,
        name: add.name.clone(),
        redirects: add.redirect.clone(),
        launch: add.launch.clone(),
        scopes: add.scope.clone(),
        keys,
        keys_url: add.keys_url.clone(),
        secret: None,
        population: add.population.clone(),
        by_law: add.by_law,
        emergency: add.emergency,
        introspects: add.introspects,
        made: 0,
    };
    let (client, secret) = desk.wait(desk.core()?.identity().register(client))?;
    desk.say(client.id.as_str());
    if let Some(secret) = secret {
        desk.say(format!("secret, told only now: {secret}"));
    }
    Ok(Ending::Done)
}

fn show(desk: &Desk, client: &Registered) {
    desk.say(format!("id          {}", client.id));
    desk.say(format!("name        {}", client.name));
    desk.say(format!("profile     {} (/oauth/{})", client.profile.name(), client.profile.issuer().name()));
    desk.say(format!("scope       {}", client.scopes));
    for redirect in &client.redirects {
        desk.say(format!("redirect    {redirect}"));
    }
    let texts = [("launch", &client.launch), ("population", &client.population), ("keys at", &client.keys_url)];
    for (name, text) in texts {
        if let Some(text) = text {
            desk.say(format!("{name:<11} {text}"));
        }
    }
    let rights = [("by law", client.by_law), ("emergency", client.emergency), ("introspects", client.introspects)];
    for (name, _) in rights.iter().filter(|(_, held)| *held) {
        desk.say(format!("{name:<11} yes"));
    }
    let keys = client.keys.as_ref().and_then(|set| set.get("keys")).and_then(Value::as_array);
    for key in keys.into_iter().flatten() {
        desk.say(format!("key         {}", key.get("kid").and_then(Value::as_str).unwrap_or_default()));
    }
}
