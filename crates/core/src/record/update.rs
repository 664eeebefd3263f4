//! Update by id and by criteria.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#update>.

use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;
use akson_store::{Companions, State, View};

use super::audited::{About, NOWHERE};
use super::create::renamed;
use super::once::Once;
use super::seen::Expected;
use super::shown::is_whole;
use super::write::{Valid, put, visible};
use super::{Record, Written, look};
use crate::access::{Action, Granted};
use crate::error::Error;
use crate::query::Pair;

impl Record {
    /// A new version, or the first one with this id.
    pub async fn update(&self, resource: Resource, expected: Expected) -> Result<Written, Error> {
        let id = resource.id().unwrap_or("").to_string();
        let about = About::one(Action::Update, resource.type_name(), &id);
        let result = self.update_now(&about, resource, expected).await;
        self.after_write(about, result).await
    }

    /// A new version of the one that matches, or a new resource.
    pub async fn update_matching(
        &self,
        resource: Resource,
        criteria: Vec<Pair>,
        expected: Expected,
    ) -> Result<Written, Error> {
        let about = About::new(Action::Update, resource.type_name(), crate::query::print(&criteria));
        let result = self.update_matching_now(&about, resource, criteria, expected).await;
        self.after_write(about, result).await
    }

    async fn update_now(&self, about: &About, resource: Resource, expected: Expected) -> Result<Written, Error> {
        self.granted(about.action, about.type_name)?;
        is_whole(&resource)?;
        let once = Once::of(self, "update", &[resource.text(), &format!("{expected:?}")]);
        if let Some(done) = once.answer_of_one(self, about).await? {
            return Ok(done);
        }
        self.write_version(about, resource, expected, once).await
    }

    /// A new version of a resource that was changed from the one that is expected.
    pub(super) async fn write_version(
        &self,
        about: &About,
        resource: Resource,
        expected: Expected,
        once: Once,
    ) -> Result<Written, Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let Some(id) = resource.id().map(str::to_string) else {
            return Err(Error::Malformed(vec![Issue::error("required", "", "the resource of an update has an id")]));
        };
        let limited = !look::is_everything(&sight, resource.type_id);
        let prepared = {
            let view = self.view()?;
            // Who sees only some must not learn from an answer that an id is free.
            if visible(&view, &sight, resource.type_id, &id)?.is_none() && limited {
                return Err(Error::NotFound);
            }
            let Valid(resource) = self.valid(resource)?;
            let home = self.core.store().home(&view, resource.type_id, &id)?;
            self.core.store().prepare(&view, &resource, home, &Companions::default())?
        };
        let line = self.line(about, NOWHERE, 0);
        let pending = self.begin(move |tx| {
            once.check(tx)?;
            let written = put(tx, &sight, prepared, expected, line)?;
            once.remember(tx, std::iter::once(Some(&written)))?;
            Ok(written)
        });
        self.settled(pending.await)
    }

    /// Whether a new resource may have this id: it is nobody's, and the caller may learn that.
    pub(super) fn is_free(&self, view: &View, sight: &Granted, resource: &Resource, id: &str) -> Result<(), Error> {
        match visible(view, sight, resource.type_id, id)?.map(|stored| stored.state) {
            Some(State::Live) => Err(Error::Conflict(
                "the resource with the id in the body does not match the condition; update it by its id".to_string(),
            )),
            None if !look::is_everything(sight, resource.type_id) => Err(Error::NotFound),
            _ => Ok(()),
        }
    }

    async fn update_matching_now(
        &self,
        about: &About,
        resource: Resource,
        criteria: Vec<Pair>,
        expected: Expected,
    ) -> Result<Written, Error> {
        self.granted(about.action, about.type_name)?;
        let texts = [resource.text(), &about.asked, &format!("{expected:?}")];
        let once = Once::of(self, "update-matching", &texts);
        if let Some(done) = once.answer_of_one(self, about).await? {
            return Ok(done);
        }
        // The match is looked up before the write and must still be the same in it: else all is done again.
        for _ in 0..self.core.settings().limits.attempts {
            let sight = self.granted(about.action, about.type_name)?;
            let view = self.view()?;
            let found = self.matching(&view, &sight.searches, about.type_name, &criteria)?.at_most_one()?;
            let found = found.filter(|stored| stored.state == State::Live);
            let id = match (&found, resource.id()) {
                (Some(stored), Some(id)) if stored.id != id => {
                    let text = "the resource has another id than the one that matches";
                    return Err(Error::Malformed(vec![Issue::error("value", format!("{}.id", about.type_name), text)]));
                }
                (Some(stored), _) => stored.id.clone(),
                (None, Some(id)) => {
                    self.is_free(&view, &sight, &resource, id)?;
                    id.to_string()
                }
                (None, None) => String::new(),
            };
            let Valid(resource) = self.valid(resource.clone())?;
            let among = Companions::default();
            let home = if id.is_empty() {
                self.core.store().new_home(&view, &resource, &among)?
            } else {
                self.core.store().home(&view, resource.type_id, &id)?
            };
            let resource = renamed(&resource, &home.id)?;
            let prepared = self.core.store().prepare(&view, &resource, home, &among)?;
            drop(view);
            let expected_id = found.map(|stored| stored.id);
            // A new resource replaces nobody, also if somebody takes its id in between.
            let if_new = if expected_id.is_none() && expected == Expected::Any { Expected::Absent } else { expected };
            let (record, type_name, criteria) = (self.clone(), about.type_name, criteria.clone());
            let (line, once) = (self.line(about, NOWHERE, 0), once.clone());
            let pending = self.begin(move |tx| {
                once.check(tx)?;
                let now = record.matching(tx, &sight.searches, type_name, &criteria);
                let now = now.and_then(super::conditional::Match::at_most_one).map_err(super::write::aborted)?;
                if now.map(|stored| stored.id) != expected_id {
                    return Ok(None);
                }
                let written = put(tx, &sight, prepared, if_new, line)?;
                once.remember(tx, std::iter::once(Some(&written)))?;
                Ok(Some(written))
            });
            if let Some(written) = self.settled(pending.await)? {
                return Ok(written);
            }
        }
        Err(Error::Unavailable("others keep changing what the condition matches; try again".to_string()))
    }
}
