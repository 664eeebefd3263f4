//! The same request again gets the same answer: idempotency keys.
//!
//! What was done is remembered in the transaction that did it, as addresses of the versions it wrote, together with a
//! fingerprint of the request: the same key with another request is refused. Keys of different callers never meet.
//! In a batch each entry is such a request, under the key and its number, and so is the batch; what was refused is tried again.
//! What an entry only looks at is looked at anew.
//! An answer told again is a showing like any other: what the caller may no longer see is not shown, and there is a line.

use akson_fhir::definition::Definitions;
use akson_fhir::outcome::Issue;
use akson_store::{Line, Transaction, View, types};

use super::audited::{About, NOWHERE};
use super::shown::Shower;
use super::write::{aborted, visible};
use super::{Change, Record, Written};
use crate::access::redact::Hides;
use crate::error::Error;

/// A request's key and fingerprint; neither, if it has no key.
#[derive(Clone)]
pub(super) struct Once(Option<(Vec<u8>, String)>);

impl Once {
    /// Of a request that is described by these texts.
    pub(super) fn of(record: &Record, kind: &str, texts: &[&str]) -> Once {
        let Some(key) = &record.caller.once else {
            return Once(None);
        };
        let mut whole = String::from(kind);
        for text in texts {
            whole.push('\n');
            whole.push_str(text);
        }
        Once(Some((key_of(record, key), crate::fingerprint(whole.as_bytes()))))
    }

    /// What was answered before, by the entries that wrote something.
    pub(super) fn answer(&self, record: &Record) -> Result<Option<Vec<Option<Written>>>, Error> {
        let Some((key, fingerprint)) = &self.0 else {
            return Ok(None);
        };
        let view = record.view()?;
        let Some(remembered) = view.remembered(key)? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&remembered.answer);
        let mut lines = text.lines();
        if lines.next() != Some(fingerprint) {
            let issue =
                Issue::error("business-rule", "", "this Idempotency-Key was used for another request; take a new one");
            return Err(Error::Invalid(vec![issue]));
        }
        lines.map(|line| recall(record, &view, line)).collect::<Result<Vec<_>, Error>>().map(Some)
    }

    /// What was answered before to a request that writes one resource.
    pub(super) async fn answer_of_one(&self, record: &Record, about: &About) -> Result<Option<Written>, Error> {
        Ok(self.answer_of_any(record, about).await?.flatten())
    }

    /// What was answered before to a request that writes one resource or, if nothing matches, none.
    pub(super) async fn answer_of_any(&self, record: &Record, about: &About) -> Result<Option<Option<Written>>, Error> {
        let Some(done) = self.answer(record)?.and_then(|entries| entries.into_iter().next()) else {
            return Ok(None);
        };
        let line = match &done {
            Some(written) => {
                let view = record.view()?;
                record.line_again(&view, about, written)?
            }
            None => record.line(about, NOWHERE, 0),
        };
        record.keep(vec![line]).await?;
        Ok(Some(done))
    }

    /// Inside the transaction: nobody else has done it in the meantime.
    pub(super) fn check(&self, tx: &Transaction<'_>) -> Result<(), akson_store::Error> {
        match &self.0 {
            Some((key, _)) if tx.remembered(key)?.is_some() => Err(aborted(Error::Conflict(
                "the same request was being answered at the same time; ask again for its answer".to_string(),
            ))),
            _ => Ok(()),
        }
    }

    /// Remembers what is answered.
    pub(super) fn remember<'a>(
        &self,
        tx: &mut Transaction<'_>,
        entries: impl Iterator<Item = Option<&'a Written>>,
    ) -> Result<(), akson_store::Error> {
        let Some((key, fingerprint)) = &self.0 else {
            return Ok(());
        };
        let mut text = fingerprint.clone();
        for entry in entries {
            text.push('\n');
            match entry {
                None => text.push('-'),
                Some(Written { seen, change }) => {
                    let change = word(*change);
                    text.push_str(&format!("{change} {} {} {}", seen.type_name, seen.id, seen.version));
                }
            }
        }
        tx.remember_request(key, 200, text.as_bytes())
    }
}

impl Record {
    /// The line about a version that is shown again, if the caller may still see the resource. That it was deleted shows
    /// nothing of it, so whoever did that may hear it again.
    pub(super) fn line_again(&self, view: &View, about: &About, done: &Written) -> Result<Line, Error> {
        let found = Definitions::r4().resource(done.seen.type_name).ok_or(Error::NotFound)?;
        let sight = self.granted(about.action, found.name)?;
        let place = match done.change {
            Change::Deleted => view.place(found.id, &done.seen.id)?,
            _ => visible(view, &sight, found.id, &done.seen.id)?.map(|head| head.place),
        };
        let mut line = self.line(about, place.ok_or(Error::NotFound)?, done.seen.version as i64);
        line.type_number = types::number(found.id);
        Ok(line)
    }

    /// Whether this caller's request was done before.
    pub fn was_done(&self) -> Result<bool, Error> {
        let Some(key) = &self.caller.once else {
            return Ok(false);
        };
        let view = self.view()?;
        Ok(view.remembered(&key_of(self, key))?.is_some())
    }
}

fn key_of(record: &Record, key: &str) -> Vec<u8> {
    crate::fingerprint(format!("{}\n{key}", record.caller.name()).as_bytes()).into_bytes()
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Created => "created",
        Change::Updated => "updated",
        Change::Unchanged => "unchanged",
        Change::Existing => "existing",
        Change::Deleted => "deleted",
    }
}

fn recall(record: &Record, view: &View, line: &str) -> Result<Option<Written>, Error> {
    let mut parts = line.split(' ');
    let (Some(change), Some(name), Some(id), Some(version)) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Ok(None);
    };
    let change = match change {
        "created" => Change::Created,
        "updated" => Change::Updated,
        "existing" => Change::Existing,
        "deleted" => Change::Deleted,
        _ => Change::Unchanged,
    };
    let broken = || Error::Broken("a remembered answer names a version that is not there".to_string());
    let type_id = Definitions::r4().resource(name).ok_or_else(broken)?.id;
    let version = version.parse().map_err(|_| broken())?;
    let stored = view.version(type_id, id, version)?.ok_or_else(broken)?;
    let mut seen = Shower::hiding(view, Hides::from(&record.caller)).show(&stored)?;
    seen.id = id.to_string();
    Ok(Some(Written { seen, change }))
}
