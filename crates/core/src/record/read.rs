//! Read and vread.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#read>.

use std::sync::Arc;

use akson_fhir::definition::Definitions;
use akson_store::{Line, State, View};

use super::audited::About;
use super::shown::Shower;
use super::{Record, Seen, log, look};
use crate::access::Action;
use crate::error::Error;

impl Record {
    /// The current version.
    pub async fn read(&self, type_name: &'static str, id: &str) -> Result<Seen, Error> {
        let about = About::one(Action::Read, type_name, id);
        let result = self.read_now(&about, id);
        self.after_audit(about, result).await
    }

    /// One version. An earlier one is shown only to those who see the current one, and only if it was the same person's.
    pub async fn vread(&self, type_name: &'static str, id: &str, version: u64) -> Result<Seen, Error> {
        let about = About::one(Action::Read, type_name, id);
        let result = self.vread_now(&about, id, version);
        self.after_audit(about, result).await
    }

    fn read_now(&self, about: &About, id: &str) -> Result<(Seen, Vec<Line>), Error> {
        let view = self.view()?;
        self.read_in(&view, about, id)
    }

    /// The current version at the moment of a view.
    pub(super) fn read_in(&self, view: &View, about: &About, id: &str) -> Result<(Seen, Vec<Line>), Error> {
        if about.type_name == log::TYPE && view.row_of(id).is_some() {
            return self.read_log(about, id);
        }
        let sight = self.granted(about.action, about.type_name)?;
        let type_id = Definitions::r4().resource(about.type_name).ok_or(Error::NotFound)?.id;
        let stored = view.get(type_id, id)?.ok_or(Error::NotFound)?;
        if !look::sees(view, &sight, &stored)? && !self.sees_through(view, about, id)? {
            return Err(Error::NotFound);
        }
        if stored.state == State::Deleted {
            return Err(Error::Gone);
        }
        let line = self.line_of(about, &stored);
        Ok((Shower::new(view, &sight).show(&stored)?, vec![line]))
    }

    /// Whether raw content is seen through a document that is seen and has it under its address.
    fn sees_through(&self, view: &View, about: &About, id: &str) -> Result<bool, Error> {
        if about.type_name != "Binary" {
            return Ok(false);
        }
        let Ok(sight) = self.granted(Action::Read, "DocumentReference") else {
            return Ok(false);
        };
        let mut addresses = format!("Binary/{id}");
        if !view.base().is_empty() {
            addresses.push_str(&format!(",{}/Binary/{id}", view.base()));
        }
        let asked = [("location".to_string(), addresses)];
        let query = look::parse(view, (Some("DocumentReference"), None, &asked), 0, false, &Arc::default)?;
        Ok(!look::matches(view, &sight, &query, 1)?.is_empty())
    }

    fn vread_now(&self, about: &About, id: &str, version: u64) -> Result<(Seen, Vec<Line>), Error> {
        let view = self.view()?;
        self.vread_in(&view, about, id, version)
    }

    /// A version at the moment of a view.
    pub(super) fn vread_in(
        &self,
        view: &View,
        about: &About,
        id: &str,
        version: u64,
    ) -> Result<(Seen, Vec<Line>), Error> {
        if about.type_name == log::TYPE && view.row_of(id).is_some() {
            return if version == 1 { self.read_log(about, id) } else { Err(Error::NotFound) };
        }
        let sight = self.granted(about.action, about.type_name)?;
        let type_id = Definitions::r4().resource(about.type_name).ok_or(Error::NotFound)?.id;
        let version = i64::try_from(version).map_err(|_| Error::NotFound)?;
        let head = view.get(type_id, id)?.ok_or(Error::NotFound)?;
        if !look::sees(view, &sight, &head)? && !self.sees_through(view, about, id)? {
            return Err(Error::NotFound);
        }
        let stored = view.version(type_id, id, version)?.ok_or(Error::NotFound)?;
        if about.type_name != "Binary" && !view.sees_version(&sight, &stored)? {
            return Err(Error::NotFound);
        }
        if stored.state == State::Deleted {
            return Err(Error::Gone);
        }
        let line = self.line_of(about, &stored);
        Ok((Shower::new(view, &sight).show(&stored)?, vec![line]))
    }
}
