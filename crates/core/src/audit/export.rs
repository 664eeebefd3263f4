//! The whole log as a file that can be read and checked without a database.
//!
//! A line of JSON for each row, with its salt, so that its leaf can be made again from what can be read; texts about who
//! stand once, before the first row that names them. Each log begins with a line that names it, and its rows end where its
//! signed checkpoint does.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use akson_store::audit::{Kept, Which};
use serde_json::{Value, json};

use super::checkpoint;
use crate::error::Error;
use crate::{Core, instant};

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Rows.
    pub rows: u64,
}

impl Core {
    /// Writes the whole log, after signing it as it is now.
    pub fn export_audit(&self, out: &mut dyn Write) -> Result<Exported, Error> {
        self.sealer().seal(self.store())?;
        let logs = self.store().logs()?;
        let failed = |error: std::io::Error| Error::Unavailable(format!("writing the audit: {error}"));
        let mut exported = Exported::default();
        let mut say = |value: &Value| writeln!(out, "{value}").map_err(failed);
        for which in Which::BOTH {
            let signed = logs.last_checkpoint(which)?;
            let note = signed.map(|signed| signed.note).unwrap_or_default();
            let size = checkpoint::parse_all(&note).first().map_or(0, |found| found.size);
            say(&json!({"log": self.sealer().key().public().origin(which), "rows": size, "checkpoint": note}))?;
            let mut actors: HashMap<Arc<str>, usize> = HashMap::new();
            let mut failure = None;
            let mut n = 0_u64;
            logs.each(which, (0, size), |kept| {
                let done = (|| {
                    if let Kept::Row(row, _) = &kept
                        && !actors.contains_key(&row.actor)
                    {
                        actors.insert(row.actor.clone(), actors.len());
                        say(&json!({"actor": actors.len() - 1, "text": &*row.actor}))?;
                    }
                    say(&line(n, &kept, &actors))
                })();
                n += 1;
                failure = done.err();
                Ok(failure.is_none())
            })?;
            if let Some(failure) = failure {
                return Err(failure);
            }
            exported.rows += n;
        }
        Ok(exported)
    }
}

fn line(n: u64, kept: &Kept, actors: &HashMap<Arc<str>, usize>) -> Value {
    match kept {
        Kept::Erased(at, leaf) => json!({"n": n, "at": at, "erased": crate::hex(leaf)}),
        Kept::Row(row, _) => {
            let named = row.named();
            let what: Vec<_> = named.iter().map(|named| [named.rid, named.type_number, named.version]).collect();
            json!({
                "n": n, "at": row.at, "time": instant(row.at), "who": actors.get(&row.actor), "part": row.part,
                "action": row.action, "outcome": row.outcome, "reason": row.reason, "request": row.request_name(),
                "query": row.query, "what": what, "salt": crate::hex(&row.salt),
            })
        }
    }
}
