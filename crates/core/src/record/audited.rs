//! Audit lines: who did what to whose record, with which outcome.
//!
//! A read's line is committed before the answer leaves; a write's line commits with the write; a refusal leaves one too.
//! Lines hold ids and queries, never content.

use std::sync::{Arc, OnceLock};

use akson_fhir::definition::Definitions;
use akson_store::search::sight::OpeningKind;
use akson_store::{Asked, Line, Place, Stored, View, types};

use super::Record;
use crate::access::{self, Action};
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
    /// The resource that was asked for by its id, or the patient whose record was searched.
    pub(super) of: Option<(&'static str, String)>,
    /// What its lines have in common; made with the first.
    common: OnceLock<Arc<Asked>>,
}

impl About {
    /// An action on resources of a type.
    pub(super) fn new(action: Action, type_name: &'static str, asked: impl Into<String>) -> About {
        About { action, type_name, asked: asked.into(), of: None, common: OnceLock::new() }
    }

    /// An action on one resource.
    pub(super) fn one(action: Action, type_name: &'static str, id: &str) -> About {
        About::new(action, type_name, id).of(type_name, id)
    }

    /// The same, about a record that is named.
    pub(super) fn of(self, type_name: &'static str, id: &str) -> About {
        About { of: Some((type_name, id.to_string())), ..self }
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
        let actor = self.caller.actor.clone().unwrap_or_else(|| Actor::of(&self.caller).text().into());
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
                    lines.push(self.line_of_asked(&about));
                }
                self.on_ground(&mut lines)?;
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
        let mut line = self.line_of_asked(&about);
        line.outcome = outcome(&error);
        match self.keep(vec![line]).await {
            Ok(()) | Err(Error::Full) => error,
            Err(failure) => failure,
        }
    }

    /// A line about whose record was asked for, if that can be told, though nothing of it is shown.
    fn line_of_asked(&self, about: &About) -> Line {
        let mut line = self.line(about, NOWHERE, 0);
        let Some((type_name, id)) = &about.of else { return line };
        let place =
            Definitions::r4().resource(type_name).and_then(|found| self.view().ok()?.place(found.id, id).ok()?);
        line.place.part = place.map_or(0, |place| place.part).max(0);
        line
    }

    /// Says on which ground a record was seen that the caller has opened.
    fn on_ground(&self, lines: &mut [Line]) -> Result<(), Error> {
        match access::opener(&self.caller) {
            Some(who) if self.core.store().may_be_open(self.caller.moment) => {
                on_ground(&*self.view()?, (who, self.caller.moment), lines)
            }
            _ => Ok(()),
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

/// Says in the lines about records that somebody has opened on which ground that was.
pub(super) fn on_ground(view: &View, (who, moment): (i64, i64), lines: &mut [Line]) -> Result<(), Error> {
    for opening in view.open_by(who, moment)? {
        let reason = ground(&opening.id, opening.wish.kind);
        for line in
            lines.iter_mut().filter(|line| line.place.part == opening.wish.patient && line.asked.reason != reason)
        {
            line.asked = Arc::new(Asked { reason: reason.clone(), ..Asked::clone(&line.asked) });
        }
    }
    Ok(())
}

/// Why, for what is done under an opening.
pub(super) fn ground(opening: &str, kind: OpeningKind) -> String {
    match kind {
        OpeningKind::Emergency => format!("BTG emergency {opening}"),
        OpeningKind::Declared => format!("TREAT declared {opening}"),
    }
}
