//! A planned transaction written: one job of the writer, all of it or nothing.

use akson_store::{Line, State, Transaction, View};

use super::entry::Get;
use super::in_entry;
use super::plan::{Assumption, Deed, Plan, Step};
use crate::access::Action;
use crate::error::Error;
use crate::record::audited::About;
use crate::record::conditional::Match;
use crate::record::delete::remove;
use crate::record::once::Once;
use crate::record::shown::Shower;
use crate::record::write::{aborted, put};
use crate::record::{Change, EntryAnswer, Record, Written};

impl Record {
    /// Writes the plan; nothing, if what it was made on has changed.
    pub(super) async fn commit(&self, plan: Plan, count: usize, once: Once) -> Result<Option<Vec<EntryAnswer>>, Error> {
        let record = self.clone();
        let pending = self.begin(move |tx| {
            once.check(tx)?;
            for assumption in &plan.assumptions {
                if !record.still(tx, assumption).map_err(aborted)? {
                    return Ok(None);
                }
            }
            for line in &plan.found {
                tx.audit(line)?;
            }
            let mut answers: Vec<Option<EntryAnswer>> = (0..count).map(|_| None).collect();
            for step in plan.steps {
                let number = step.number;
                let answer = record.take_step(tx, step).map_err(|error| told(number, error))?;
                if let Some(place) = answers.get_mut(number) {
                    *place = Some(answer);
                }
            }
            for (number, get) in &plan.gets {
                let (answer, lines) = record.get_in(tx, get).map_err(|error| aborted(in_entry(*number, error)))?;
                for line in &lines {
                    tx.audit(line)?;
                }
                if let Some(place) = answers.get_mut(*number) {
                    *place = Some(answer);
                }
            }
            let answers: Vec<EntryAnswer> =
                answers.into_iter().map(|answer| answer.unwrap_or(EntryAnswer::Nothing)).collect();
            once.remember(
                tx,
                answers.iter().map(|answer| match answer {
                    EntryAnswer::Written(written) => Some(written),
                    _ => None,
                }),
            )?;
            Ok(Some(answers))
        });
        let answers = pending.await.map_err(Error::from)?;
        for answer in answers.iter().flatten() {
            if let EntryAnswer::Written(written) = answer {
                self.core.wrote(written);
            }
        }
        Ok(answers)
    }

    fn still(&self, tx: &Transaction<'_>, assumption: &Assumption) -> Result<bool, Error> {
        match assumption {
            Assumption::Matches(sight, name, criteria, id) => {
                Ok(match self.matching(tx, &sight.searches, name, criteria)? {
                    Match::None => id.is_none(),
                    Match::One(stored) => Some(&stored.id) == id.as_ref(),
                    Match::Several => false,
                })
            }
            Assumption::Version(type_id, id, version) => {
                let now = tx.get(*type_id, id)?.filter(|stored| stored.state == State::Live);
                Ok(now.is_some_and(|stored| stored.version == *version))
            }
        }
    }

    fn take_step(&self, tx: &mut Transaction<'_>, step: Step) -> Result<EntryAnswer, akson_store::Error> {
        let Step { sight, deed, mut line, .. } = step;
        match deed {
            Deed::Put(prepared, expected) => put(tx, &sight, *prepared, expected, line).map(EntryAnswer::Written),
            Deed::Delete(name, id, expected) => remove(tx, &sight, name, &id, expected, line).map(EntryAnswer::Written),
            Deed::Existing(type_id, id) => {
                let stored = tx.get(type_id, &id)?.ok_or_else(|| aborted(Error::NotFound))?;
                line.place = stored.place;
                line.version = stored.version;
                tx.audit(&line)?;
                Ok(EntryAnswer::Written(Written {
                    seen: Shower::new(tx, &sight).show(&stored).map_err(aborted)?,
                    change: Change::Existing,
                }))
            }
            Deed::Nothing => {
                tx.audit(&line)?;
                Ok(EntryAnswer::Nothing)
            }
        }
    }

    /// Something to be seen, at the moment of a view.
    pub(super) fn get_in(&self, view: &View, get: &Get) -> Result<(EntryAnswer, Vec<Line>), Error> {
        match get {
            Get::Read(name, id, unless) => {
                let about = About::new(Action::Read, name, id.clone());
                let (seen, lines) = self.read_in(view, &about, id)?;
                let known = *unless == Some(seen.version);
                Ok((if known { EntryAnswer::NotChanged(seen) } else { EntryAnswer::Seen(seen) }, lines))
            }
            Get::Vread(name, id, version) => {
                let about = About::new(Action::Read, name, id.clone());
                let (seen, lines) = self.vread_in(view, &about, id, *version)?;
                Ok((EntryAnswer::Seen(seen), lines))
            }
            Get::Search(of, pairs) => {
                let about = About::new(Action::Search, of.type_name.unwrap_or(""), crate::query::print(pairs));
                let (found, lines) = self.search_in(view, &about, of, pairs, false)?;
                Ok((EntryAnswer::Found(found), lines))
            }
            Get::History(of, pairs) => {
                let name = match of {
                    crate::record::HistoryOf::Instance(name, _) | crate::record::HistoryOf::Type(name) => name,
                    crate::record::HistoryOf::System => "",
                };
                let about = About::new(Action::History, name, crate::query::print(pairs));
                let (past, lines) = self.history_in(view, &about, of, pairs)?;
                Ok((EntryAnswer::Past(past), lines))
            }
        }
    }
}

/// A refusal inside the transaction, told with its entry.
fn told(number: usize, error: akson_store::Error) -> akson_store::Error {
    match error {
        akson_store::Error::Aborted(reason) => match reason.downcast::<Error>() {
            Ok(error) => aborted(in_entry(number, *error)),
            Err(other) => akson_store::Error::Aborted(other),
        },
        other => other,
    }
}
