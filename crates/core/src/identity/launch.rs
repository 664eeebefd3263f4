//! Starting an app from within Akson: for a patient, a stay, a task.
//!
//! A launch is used once, within five minutes, and only in the session that made it. What it is for, the user must be
//! able to see. Spec: <https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch>.

use serde::{Deserialize, Serialize};

use super::grants::Context;
use super::refused::{Code, Refused};
use super::sessions::SessionSeen;
use super::site::Site;
use super::tickets::{self, LAUNCH};
use super::{Identity, people::NoCaller};
use crate::error::Error;
use crate::query;

/// How long a launch may wait.
const LAUNCH_LIFE_US: i64 = 300 * 1_000_000;

/// A launch that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Launch {
    pub(super) client: String,
    pub(super) session: String,
    pub(super) context: Context,
}

impl Identity<'_> {
    /// The address at which an app is started for this, by somebody in a session.
    pub async fn launch(
        &self,
        site: &Site,
        session: &SessionSeen,
        client: &str,
        context: Context,
    ) -> Result<String, Refused> {
        let client = self.client(client)?.ok_or_else(|| Refused::client("there is no such app"))?;
        let start = client.launch.ok_or_else(|| Refused::client("this app can't be started from here"))?;
        self.may_see(session, &context).await?;
        let launch = Launch { client: client.id, session: session.id.clone(), context };
        let told = self.give_out(LAUNCH, LAUNCH_LIFE_US, &launch).await?;
        let pairs = [("iss".to_string(), site.fhir.clone()), ("launch".to_string(), told)];
        let mark = if start.contains('?') { '&' } else { '?' };
        Ok(format!("{start}{mark}{}", query::print(&pairs)))
    }

    /// Refuses unless the user of a session may see what an app is started for.
    pub(super) async fn may_see(&self, session: &SessionSeen, context: &Context) -> Result<(), Refused> {
        let now = self.core.now();
        let caller = self.caller_of_session(session, now, &crate::random_name()).map_err(no_user)?;
        let record = self.core.record(caller);
        let wanted = [("Patient", &context.patient), ("Encounter", &context.encounter)];
        for (name, id) in wanted {
            let Some(id) = id else { continue };
            match record.read(name, id).await {
                Ok(_) => {}
                Err(Error::NotFound | Error::Gone | Error::Denied(_)) => {
                    return Err(Refused::new(
                        Code::AccessDenied,
                        "the user can't see what the app is to be started for",
                    ));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Takes a launch for a client; once.
    pub(super) async fn take_launch(&self, told: &str, client: &str) -> Result<Option<Launch>, Error> {
        let Some(ticket) = self.fresh_ticket(LAUNCH, told)? else { return Ok(None) };
        let launch: Launch = tickets::read(&ticket)?;
        if launch.client != client || !self.use_up(&ticket).await? {
            return Ok(None);
        }
        Ok(Some(launch))
    }
}

/// Somebody who is no caller has nothing to give away.
pub(super) fn no_user(refused: NoCaller) -> Refused {
    match refused {
        NoCaller::Failed(error) => error.into(),
        _ => Refused::new(Code::AccessDenied, "the user is not signed in in a role that counts"),
    }
}
