//! What all writes have in common: validation before, "write, then ask" within.
//!
//! Inside the transaction the version is stored with its index rows; then the store is asked whether the result, and for
//! a change the version before, lies in the caller's sight. If not, all of it is undone.

use akson_fhir::definition::{Definitions, TypeId};
use akson_fhir::outcome::{Issue, Severity};
use akson_fhir::reference::references;
use akson_fhir::resource::Resource;
use akson_fhir::validate::ISSUES_MAX;
use akson_store::search::sight::Sight;
use akson_store::{Expect, Line, Prepared, State, Stored, Transaction, View};

use super::audited::on_ground;
use super::look;
use super::parameters;
use super::seen::Expected;
use super::shown::Shower;
use super::transact::rewrite;
use super::{Change, Record, Written};
use crate::access::Granted;
use crate::error::Error;

/// A resource that may be written.
pub(super) struct Valid(pub(super) Resource);

impl Record {
    /// Validates, unless the settings say otherwise. References that lead nowhere by their form are refused in any case.
    pub(super) fn valid(&self, resource: Resource) -> Result<Valid, Error> {
        let open = unresolved(&resource);
        if !open.is_empty() {
            return Err(Error::Invalid(open));
        }
        if !self.core.settings().validate {
            return Ok(Valid(resource));
        }
        let issues = self.issues(&resource, &[], Severity::Error)?;
        if issues.iter().any(Issue::refuses) {
            return Err(Error::Invalid(issues));
        }
        Ok(Valid(resource))
    }
}

/// References that only mean something within a transaction and that none has resolved: stored, they would lead nowhere
/// for ever. A Bundle that is kept as a document has its own addresses inside.
fn unresolved(resource: &Resource) -> Vec<Issue> {
    let name = resource.type_name();
    if name == "Bundle" {
        return Vec::new();
    }
    let issue = |text: &str| {
        if rewrite::is_condition(text) {
            let said = "a reference by condition is looked up in a transaction only; send a transaction, or Type/id";
            return Some(Issue::error("value", format!("{name}.descendants().reference"), said));
        }
        text.starts_with("urn:uuid:").then(|| {
            let said = "nothing in this request has this urn:uuid as its fullUrl; refer to it as Type/id";
            Issue::error("not-found", format!("{name}.descendants().reference"), said)
        })
    };
    let mut issues: Vec<Issue> =
        references(&resource.tree).filter_map(|value| issue(&value.as_str()?)).take(ISSUES_MAX).collect();
    issues.dedup_by(|one, other| one.code == other.code);
    issues
}

impl Record {
    /// Begins a write, unless the disk is full but for the audit.
    pub(super) async fn begin<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Transaction<'_>) -> Result<T, akson_store::Error> + Send + 'static,
    ) -> Result<T, akson_store::Error> {
        let left = self.core.space().is_left();
        self.core.store().space_is_short(!left);
        if !left {
            return Err(akson_store::Error::Full);
        }
        self.core.store().write(job).await
    }

    /// The outcome of a write of one resource.
    pub(super) fn settled<T: Outcome>(&self, result: Result<T, akson_store::Error>) -> Result<T, Error> {
        let value = result.map_err(Error::from)?;
        if let Some(written) = value.written() {
            self.core.wrote(written);
        }
        Ok(value)
    }
}

/// What may hold a written version.
pub(super) trait Outcome {
    /// The version.
    fn written(&self) -> Option<&Written>;
}

impl Outcome for Written {
    fn written(&self) -> Option<&Written> {
        Some(self)
    }
}

impl Outcome for Option<Written> {
    fn written(&self) -> Option<&Written> {
        self.as_ref()
    }
}

/// The newest version if the caller may see it; hidden ones are as if they were not there.
pub(super) fn visible(view: &View, sight: &Sight, type_id: TypeId, id: &str) -> Result<Option<Stored>, Error> {
    let Some(stored) = view.get(type_id, id)? else {
        return Ok(None);
    };
    let shown = look::sees(view, sight, &stored)?;
    if !shown && stored.state == State::Live {
        return Err(Error::NotFound);
    }
    Ok(Some(stored).filter(|_| shown))
}

/// Stores a version and asks whether the caller may have done that. What is there already, word for word, is left as it is.
pub(super) fn put(
    tx: &mut Transaction<'_>,
    sight: &Granted,
    prepared: Prepared,
    expected: Expected,
    mut line: Line,
) -> Result<Written, akson_store::Error> {
    let (type_id, id) = (prepared.home().type_id, prepared.home().id.clone());
    line.type_number = akson_store::types::number(type_id);
    let before = match prepared.is_new() {
        true => None,
        false => visible(tx, sight, type_id, &id).map_err(aborted)?,
    };
    if let Some(before) = &before {
        changes(tx, sight, before).map_err(aborted)?;
    }
    holds(expected, before.as_ref()).map_err(aborted)?;
    if let Some(stored) = before.as_ref().filter(|stored| prepared.changes_nothing(stored)) {
        line.place = stored.place;
        line.version = stored.version;
        tx.audit(&line)?;
        return Ok(Written { seen: Shower::new(tx, sight).show(stored).map_err(aborted)?, change: Change::Unchanged });
    }
    if sight.patients.is_some() {
        known_before(tx, sight, &prepared).map_err(aborted)?;
    }
    let prepared = match &before {
        Some(before) => prepared.with_controller(before.controller).with_unit(tx.unit_of(before)?),
        None => match sight.answers {
            Some((controller, unit)) => prepared.with_controller(controller).with_unit(unit),
            None => prepared,
        },
    };
    let written = tx.put(prepared, Expect::Any)?;
    if Definitions::r4().get(type_id).name == "SearchParameter" {
        parameters::follow(tx, before.as_ref(), Some(&written.text()))?;
    }
    if !look::is_everything(&sight.writes, type_id)
        && let Some(stored) = tx.at(written.place)?
        && !look::sees(tx, &sight.writes, &stored).map_err(aborted)?
    {
        let reason = "the result would lie outside what this caller may write";
        return Err(aborted(Error::Denied(reason.to_string())));
    }
    line.place = written.place;
    line.version = written.version;
    if let Some(who) = sight.opener {
        on_ground(tx, (who, sight.moment()), std::slice::from_mut(&mut line)).map_err(aborted)?;
    }
    tx.audit(&line)?;
    let change = if written.created { Change::Created } else { Change::Updated };
    let seen = Shower::new(tx, sight).show_written(&written).map_err(aborted)?;
    Ok(Written { seen, change })
}

/// Whether the caller may change what they see of this version: it lies in what they may write, and all of it is shown.
pub(super) fn changes(view: &View, sight: &Granted, before: &Stored) -> Result<(), Error> {
    if before.state == State::Live && !look::sees(view, &sight.writes, before)? {
        return Err(Error::Denied("this caller may see the resource but not change it".to_string()));
    }
    if !Shower::new(view, sight).hidden_in(before)?.is_empty() {
        let text = "parts of the resource are hidden from this caller; somebody who sees all of it must change it";
        return Err(Error::Denied(text.to_string()));
    }
    Ok(())
}

/// Nobody writes about patients they do not see, nor gives themselves a care relation by writing what makes one.
fn known_before(view: &View, sight: &Granted, prepared: &Prepared) -> Result<(), Error> {
    let Some(patients) = &sight.patients else {
        return Ok(());
    };
    let patient_type = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?.id;
    for patient in prepared.patients() {
        if !view.sees(patients, patient_type, patient)? {
            let reason = "the result would lie outside what this caller may write";
            return Err(Error::Denied(reason.to_string()));
        }
    }
    Ok(())
}

/// Whether what was expected is so.
pub(super) fn holds(expected: Expected, before: Option<&Stored>) -> Result<(), Error> {
    let live = before.filter(|stored| stored.state == State::Live).map(|stored| stored.version as u64);
    match (expected, live) {
        (Expected::Any, _) | (Expected::Absent, None) => Ok(()),
        (Expected::Version(wanted), Some(version)) if wanted == version => Ok(()),
        (Expected::Absent, Some(_)) => Err(Error::Precondition("the resource exists already".to_string())),
        (Expected::Version(_), None) => Err(Error::Precondition("there is no current version to match".to_string())),
        (Expected::Version(wanted), Some(version)) => Err(Error::Precondition(format!(
            "version {wanted} is no longer current; read version {version} and change that"
        ))),
    }
}

/// An error that undoes the transaction and arrives as it is.
pub(super) fn aborted(error: Error) -> akson_store::Error {
    akson_store::Error::abort(error)
}
