//! Audit lines: who did what to whose record, with which outcome.
//!
//! A read's line is committed before the answer leaves; a write's line commits with the write; a refusal leaves one too.
//! Lines hold ids and queries, never content.

use std::sync::{Arc, OnceLock};

use akson_fhir::definition::Definitions;
use akson_store::{Asked, Line, Place, Stored, types};

use super::Record;
use crate::access::Action;
use crate::audit::{self, Actor};
use crate::error::Error;

/// No resource in particular.
pub(super) const NOWHERE: Place = Place { part: 0, rid: 0 };

const DONE: i64 = 0;

/// The outcome's number in a line: 0 done, otherwise why not.
pub(super) fn outcome(error: &Error) -> i64 {
    match error {
        Error::Denied(_) => 1,
        Error::NotFound => 2,
        Error::Gone => 3,
        Error::Conflict(_) => 4,
        Error::Precondition(_) => 5,
        Error::Malformed(_) => 6,
        Error::Invalid(_) => 7,
        Error::TooMuch(_) => 8,
        Error::Unavailable(_) | Error::Held | Error::Interrupted => 9,
        Error::Full => 10,
        Error::Broken(_) => 11,
    }
}

/// What an interaction is about, for its lines.
#[derive(Clone, Debug)]
pub(super) struct About {
    /// What is done.
    pub(super) action: Action,
    /// To which type; empty: to the whole record.
    pub(super) type_name: &'static str,
    /// The id or the query that was asked with.
    pub(super) asked: String,
    /// What its lines have in common; made with the first.
    common: OnceLock<Arc<Asked>>,
}

impl About {
    /// An action on resources of a type.
    pub(super) fn new(action: Action, type_name: &'static str, asked: impl Into<String>) -> About {
        About { action, type_name, asked: asked.into(), common: OnceLock::new() }
    }
}

impl Record {
    /// A line about something done.
    pub(super) fn line(&self, about: &About, place: Place, version: i64) -> Line {
        let type_id = Definitions::r4().resource(about.type_name).map(|found| found.id);
        Line {
            asked: self.common(about),
            place,
            type_number: type_id.map_or(0, types::number),
            version,
            action: about.action.number(),
            outcome: DONE,
        }
    }

    /// What all lines about this have in common.
    fn common(&self, about: &About) -> Arc<Asked> {
        about.common.get_or_init(|| Arc::new(self.asked(about.asked.clone()))).clone()
    }

    fn asked(&self, query: String) -> Asked {
        let actor = Actor::of(&self.caller).text().into();
        Asked { actor, reason: audit::reason(&self.caller), request: self.caller.request.clone(), query }
    }

    /// A line about a version that is shown.
    pub(super) fn line_of(&self, about: &About, stored: &Stored) -> Line {
        // The line of a read names the resource; its id need not be said again.
        let alone = about.action == Action::Read;
        Line {
            asked: if alone { Arc::new(self.asked(String::new())) } else { self.common(about) },
            place: stored.place,
            type_number: types::number(stored.type_id),
            version: stored.version,
            action: about.action.number(),
            outcome: DONE,
        }
    }

    /// Gives the result of a read when its lines are durable.
    pub(super) async fn after_audit<T>(&self, about: About, result: Result<(T, Vec<Line>), Error>) -> Result<T, Error> {
        match result {
            Ok((value, mut lines)) => {
                if lines.is_empty() {
                    lines.push(self.line(&about, NOWHERE, 0));
                }
                self.keep(lines).await?;
                Ok(value)
            }
            Err(error) => Err(self.refused(about, error).await),
        }
    }

    /// Gives the result of a write, whose line is durable with it, or leaves one about the refusal.
    pub(super) async fn after_write<T>(&self, about: About, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            Ok(value) => Ok(value),
            Err(error) => Err(self.refused(about, error).await),
        }
    }

    /// Leaves a line about a refusal. Where even that fails, the failure is the answer, except on a full disk, where
    /// the refusal itself changed nothing and showed nothing.
    async fn refused(&self, about: About, error: Error) -> Error {
        let mut line = self.line(&about, NOWHERE, 0);
        line.outcome = outcome(&error);
        match self.keep(vec![line]).await {
            Ok(()) | Err(Error::Full) => error,
            Err(failure) => failure,
        }
    }

    /// Makes the lines durable. A full disk may only be a full log.
    pub(super) async fn keep(&self, lines: Vec<Line>) -> Result<(), Error> {
        let lines = Arc::new(lines);
        match self.keep_once(&lines).await {
            Err(Error::Full) => {}
            other => return other,
        }
        // The writer has emptied the log by now, as far as it could.
        self.keep_once(&lines).await
    }

    async fn keep_once(&self, lines: &Arc<Vec<Line>>) -> Result<(), Error> {
        let kept = self.core.store().note(Arc::clone(lines));
        kept.await.map_err(Error::from)
    }
}
