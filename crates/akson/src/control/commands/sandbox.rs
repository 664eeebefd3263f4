//! `akson sandbox`: what only a database of invented people has.

use akson_core::identity::Site;

use crate::control::command::{Command, Ending, Failure};
use crate::control::desk::Desk;

/// Tokens for scripts, in a sandbox only.
#[derive(clap::Args)]
pub struct Sandbox {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Print an access token for scripts, with the right of a person
    Token {
        /// `operator`, or the id of a Practitioner or Patient
        person: String,
        /// SMART scopes, with spaces between: no more than these
        #[arg(long)]
        scope: Option<String>,
    },
}

impl Command for Sandbox {
    const NAME: &'static str = "sandbox";
    const ABOUT: &'static str = "Tokens for scripts, in a sandbox only";

    fn run(&self, desk: &Desk) -> Result<Ending, Failure> {
        let Action::Token { person, scope } = &self.action;
        let core = desk.core()?;
        if !core.identity().is_sandbox()? {
            return Err("this database is no sandbox".into());
        }
        let site = match desk.settings.public_url.as_str() {
            "" => Site::seen_as(&format!("http://{}/fhir", desk.settings.listen)),
            fixed => Site::at(fixed),
        };
        let token = desk.wait(core.identity().script_token(&site, person, scope.as_deref()));
        desk.say(token.map_err(|refused| format!("{person}: {refused}"))?);
        Ok(Ending::Done)
    }
}
