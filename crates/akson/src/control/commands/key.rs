//! `akson key`: the keys that sign tokens, and those with which providers of sign-in know this server.

use akson_core::instant;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::Desk;

/// The keys of this server.
#[derive(clap::Args)]
pub struct Key {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List the keys that count
    List,
    /// Replace those that sign; the old ones count for another day
    Rotate,
    /// End a key at once: what it signed is worth nothing from now on
    Revoke {
        /// Its name
        kid: String,
    },
    /// Print the public keys that providers of sign-in need
    Client,
    /// Make the next keys for providers: they are published, and sign from `switch` on
    Next,
    /// Sign with the next keys for providers from now on
    Switch,
}

impl Command for Key {
    const NAME: &'static str = "key";
    const ABOUT: &'static str = "List, rotate and revoke the keys that sign, and those that providers of sign-in know";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let identity = desk.core()?.identity();
        match &self.action {
            Action::List => list(desk)?,
            Action::Rotate => {
                desk.wait(identity.rotate_keys())?;
                list(desk)?;
            }
            Action::Revoke { kid } => {
                if !desk.wait(identity.revoke_key(kid))? {
                    desk.say("there is no key of this name; akson key list shows all");
                    return Ok(Ending::Wanting);
                }
                desk.say("ended; a new key is made when one is needed");
            }
            Action::Client => desk.say(desk.wait(identity.client_keys())?.to_string()),
            Action::Next => {
                desk.wait(identity.next_client_keys())?;
                desk.say("made; give them to the providers (akson key client), then akson key switch");
            }
            Action::Switch => {
                if !desk.wait(identity.switch_client_keys())? {
                    desk.say("there are no next keys; akson key next makes them");
                    return Ok(Ending::Wanting);
                }
                desk.say("the next keys sign from now on; the old ones are published for another day");
            }
        }
        Ok(Ending::Done)
    }
}

fn list(desk: &Desk) -> Result<(), Failure> {
    for key in desk.core()?.identity().keys() {
        let state = match key.gone {
            Some(gone) => format!("counts until {}", instant(gone)),
            None => "signs".to_string(),
        };
        desk.say(format!("{}  {}  made {}  {state}", key.kid, key.algorithm, instant(key.made)));
    }
    Ok(())
}
