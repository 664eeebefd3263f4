//! Delete by id and by criteria. Earlier versions stay.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#delete>.

use akson_fhir::definition::Definitions;
use akson_store::{Expect, Line, State, Transaction};

use super::audited::{About, NOWHERE};
use super::once::Once;
use super::parameters;
use super::seen::Expected;
use super::write::{aborted, changes, holds, visible};
use super::{Change, Record, Seen, Written};
use crate::access::{Action, Granted};
use crate::error::Error;
use crate::query::Pair;

impl Record {
    /// Deletes one; to delete again what is deleted changes nothing and is no error.
    pub async fn delete(&self, type_name: &'static str, id: &str, version: Option<u64>) -> Result<Written, Error> {
        let about = About::one(Action::Delete, type_name, id);
        let result = self.delete_now(&about, id, version).await;
        self.after_write(about, result).await
    }

    /// Deletes the one that matches; nothing, if none does.
    pub async fn delete_matching(
        &self,
        type_name: &'static str,
        criteria: Vec<Pair>,
        version: Option<u64>,
    ) -> Result<Option<Written>, Error> {
        let about = About::new(Action::Delete, type_name, crate::query::print(&criteria));
        let result = self.delete_matching_now(&about, criteria, version).await;
        self.after_write(about, result).await
    }

    async fn delete_now(&self, about: &About, id: &str, version: Option<u64>) -> Result<Written, Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let once = Once::of(self, "delete", &[about.type_name, id, &format!("{version:?}")]);
        if let Some(done) = once.answer_of_one(self, about).await? {
            return Ok(done);
        }
        let line = self.line(about, NOWHERE, 0);
        let (type_name, id) = (about.type_name, id.to_string());
        let expected = version.map_or(Expected::Any, Expected::Version);
        let pending = self.begin(move |tx| {
            once.check(tx)?;
            let written = remove(tx, &sight, type_name, &id, expected, line)?;
            once.remember(tx, std::iter::once(Some(&written)))?;
            Ok(written)
        });
        self.settled(pending.await)
    }

    async fn delete_matching_now(
        &self,
        about: &About,
        criteria: Vec<Pair>,
        version: Option<u64>,
    ) -> Result<Option<Written>, Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let once = Once::of(self, "delete-matching", &[about.type_name, &about.asked, &format!("{version:?}")]);
        if let Some(done) = once.answer_of_any(self, about).await? {
            return Ok(done);
        }
        self.affordable(&sight, about.type_name, &criteria)?;
        let expected = version.map_or(Expected::Any, Expected::Version);
        let line = self.line(about, NOWHERE, 0);
        let (record, type_name) = (self.clone(), about.type_name);
        let pending = self.begin(move |tx| {
            once.check(tx)?;
            let found = record.matching(tx, &sight.searches, type_name, &criteria);
            let written = match found.and_then(super::conditional::Match::at_most_one).map_err(aborted)? {
                Some(stored) => Some(remove(tx, &sight, type_name, &stored.id, expected, line)?),
                None => {
                    tx.audit(&line)?;
                    None
                }
            };
            once.remember(tx, std::iter::once(written.as_ref()))?;
            Ok(written)
        });
        self.settled(pending.await)
    }
}

/// Deletes inside a transaction.
pub(super) fn remove(
    tx: &mut Transaction<'_>,
    sight: &Granted,
    type_name: &'static str,
    id: &str,
    expected: Expected,
    mut line: Line,
) -> Result<Written, akson_store::Error> {
    let found = Definitions::r4().resource(type_name).ok_or_else(|| aborted(Error::NotFound))?;
    let before = visible(tx, sight, found.id, id).map_err(aborted)?;
    let before = before.ok_or_else(|| aborted(Error::NotFound))?;
    changes(tx, sight, &before).map_err(aborted)?;
    holds(expected, Some(&before)).map_err(aborted)?;
    line.place = before.place;
    let seen = match before.state {
        State::Deleted => Seen { id: id.to_string(), ..Seen::of(&before) },
        State::Live => {
            let written = tx.delete(found.id, id, Expect::Any)?.ok_or_else(|| aborted(Error::NotFound))?;
            if type_name == "SearchParameter" {
                parameters::follow(tx, Some(&before), None)?;
            }
            Seen::written(&written, true)
        }
    };
    line.version = seen.version as i64;
    tx.audit(&line)?;
    Ok(Written { seen, change: Change::Deleted })
}
