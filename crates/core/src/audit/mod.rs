//! The audit as people need it: who is named in a line, signed checkpoints, proof, export, and who may look.
//!
//! Lines are written by the door (`record`) and kept by the store. Here they are signed, checked and shown; each way to look
//! at them leaves a line of its own, except proof, which shows nobody's record.

mod actor;
mod check;
mod checkpoint;
mod coming;
pub(crate) mod event;
mod export;
mod key;
mod sealer;
#[cfg(test)]
mod tests;

pub use actor::Actor;
pub(crate) use actor::reason;
pub use check::{Checked, check};
pub use coming::Coming;
pub use export::Exported;
pub(crate) use sealer::Sealer;

use akson_store::audit::Which;

use crate::Core;
use crate::error::Error;

/// Checkpoints whose roots are compared in a proof; if there are more, these many of them, evenly.
const CHECKPOINTS_MAX: usize = 1000;

/// How the audit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Readers that wait for their lines.
    pub waiting: i64,
    /// Readers whose lines were kept since the start.
    pub noted: u64,
    /// When the newest checkpoint was signed, in microseconds since 1970.
    pub signed: Option<i64>,
}

impl Core {
    /// How the audit is.
    pub fn audit_figures(&self) -> Figures {
        let (waiting, noted) = self.store().audit_figures();
        Figures { waiting, noted, signed: self.sealer().signed() }
    }

    /// The newest signed checkpoints, to be kept elsewhere; those of now, if something was added since.
    pub fn audit_checkpoint(&self) -> Result<String, Error> {
        self.sealer().seal(self.store())?;
        let logs = self.store().logs()?;
        let mut text = String::new();
        for which in Which::BOTH {
            text.push_str(&logs.last_checkpoint(which)?.map(|signed| signed.note).unwrap_or_default());
        }
        Ok(text)
    }

    /// The key that checkpoints are checked with, as one line.
    pub fn audit_key(&self) -> String {
        self.sealer().key().public().to_string()
    }

    /// How many lines there are, and what is wrong with the rows themselves.
    pub fn verify_audit(&self) -> Result<(u64, Vec<String>), Error> {
        Ok(self.store().verify_audit()?)
    }

    /// Proves that both files go on from every checkpoint that was signed, and from those kept elsewhere.
    pub fn audit_faults(&self, kept: &str) -> Result<Vec<String>, Error> {
        let (logs, public) = (self.store().logs()?, self.sealer().key().public());
        let mut faults = Vec::new();
        let kept = checkpoint::parse_all(kept);
        for which in Which::BOTH {
            let origin = public.origin(which);
            let mut signed = logs.checkpoints(which)?;
            let step = signed.len() / CHECKPOINTS_MAX + 1;
            signed = signed.into_iter().rev().step_by(step).collect();
            let own = signed.iter().filter_map(|signed| checkpoint::parse_all(&signed.note).pop());
            if own.clone().count() < signed.len() {
                faults.push(format!("audit: a checkpoint of {} cannot be read", which.name()));
            }
            let theirs = kept.iter().filter(|kept| kept.origin == origin).cloned();
            for found in own.chain(theirs) {
                if !found.is_signed_by(public) {
                    faults
                        .push(format!("audit: the checkpoint of {origin} at {} is not signed by our key", found.size));
                } else if found.size > logs.size(which)? {
                    faults.push(format!("audit: {origin} was cut off: {} rows were signed", found.size));
                } else if logs.root(which, found.size).ok() != Some(found.root) {
                    faults.push(format!(
                        "audit: the first {} rows of {origin} are not those that were signed",
                        found.size
                    ));
                }
            }
        }
        let ours = Which::BOTH.map(|which| public.origin(which));
        for stranger in kept.iter().filter(|kept| !ours.contains(&kept.origin)) {
            faults.push(format!("audit: the kept checkpoint of {} is of another log", stranger.origin));
        }
        Ok(faults)
    }
}
