//! The door: nobody reaches the record except through `Record`, and whoever passes has been decided upon and leaves an
//! audit line that is durable before the answer, also when refused.
//!
//! One caller, one moment, one snapshot or transaction per request. One file per interaction. What it does not do:
//! speak HTTP, or know how an answer is shown.

mod audited;
mod cases;
mod chart;
mod conditional;
mod create;
mod delete;
mod everything;
mod export;
mod hint;
mod history;
mod lastn;
mod log;
mod look;
mod meta;
mod names;
mod once;
mod open;
mod own_log;
mod parameters;
mod patch;
mod patterns;
mod profiles;
mod read;
mod review;
mod sealed;
mod search;
mod seen;
mod shown;
mod to_open;
mod transact;
mod update;
mod validate;
mod why;
mod write;

pub use chart::{Chart, Standpoint, Wanted};
pub use export::ExportPage;
pub use history::{HistoryOf, Past};
pub use log::LOG_PARAMETERS;
pub(crate) use look::{found, own_parameters};
pub use meta::MetaChange;
pub use open::{OPENING_SYSTEM, Reason, Standing};
pub use own_log::{Day, Visit};
pub(crate) use parameters::reconcile;
pub use patch::Patch;
pub use patterns::{Pattern, PatternKind};
pub use profiles::Profiles;
pub(crate) use profiles::each;
pub use review::{ToReview, Verdict};
pub use sealed::is_sealed;
pub use search::{Found, KnownParameter, Mode, SearchOf};
pub use seen::{Change, EntryAnswer, Expected, Seen, Written};
pub use to_open::ToOpen;
pub use validate::Check;
pub use why::{Because, InRole, Says};

use akson_store::Snapshot;
use akson_store::search::sight::{Scope, Sight};

use crate::Core;
use crate::access::{self, Action, Decision, Granted};
use crate::caller::Caller;
use crate::error::Error;

/// The record, for one caller in one request.
#[derive(Clone)]
pub struct Record {
    pub(crate) core: Core,
    pub(crate) caller: Caller,
}

impl Record {
    /// The record at this moment, for as long as the caller waits.
    fn view(&self) -> Result<Snapshot, Error> {
        Ok(self.core.store().read()?.until(self.caller.deadline))
    }

    /// What the caller may see and do, if it may do this at all.
    fn granted(&self, action: Action, type_name: &str) -> Result<Granted, Error> {
        let registry = self.core.store().registry();
        match access::permit(self.core.sights(), &registry, &self.caller, action, type_name) {
            Decision::Granted(granted) => Ok(granted),
            Decision::Denied(reason) => Err(Error::Denied(reason.to_string())),
        }
    }
}

/// Whether the sight shows all of a type.
fn sees_all(sight: &Sight, type_name: &str) -> bool {
    matches!(sight.of(type_name), Scope::Everything)
}
