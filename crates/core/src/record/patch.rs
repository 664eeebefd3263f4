//! Patch: a new version made of the current one by a list of changes.
//!
//! The result is validated like any other version. If somebody else writes in between, the changes are made again on what
//! is then current, unless the caller named a version.
//! Spec: <https://hl7.org/fhir/R4/http.html#patch>.

use akson_fhir::json::Tree;
use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;
use akson_store::{State, Stored};

use super::audited::About;
use super::once::Once;
use super::write::{changes, holds, visible};
use super::{Expected, Record, Written};
use crate::access::Action;
use crate::error::Error;
use crate::query::Pair;

/// A list of changes.
#[derive(Clone, Debug)]
pub enum Patch {
    /// JSON Patch (RFC 6902), as it came.
    Json(Vec<u8>),
    /// FHIRPath Patch: a Parameters resource.
    Path(Resource),
}

impl Patch {
    /// The resource after the changes.
    pub(super) fn apply(&self, resource: &Resource) -> Result<Resource, Error> {
        let text = match self {
            Patch::Json(patch) => {
                let patch = Tree::parse(patch).map_err(|error| Error::Malformed(vec![Issue::from(error)]))?;
                akson_fhir::patch::json_patch(&resource.tree, &patch)
            }
            Patch::Path(patch) => akson_fhir::patch::fhirpath_patch(&resource.tree, &patch.tree),
        };
        let text = text.map_err(|issue| Error::Invalid(vec![issue]))?;
        let after = Resource::parse_json(text.as_bytes()).map_err(Error::Invalid)?;
        if after.id() != resource.id() || after.type_id != resource.type_id {
            let text = "a patch changes neither the type nor the id of a resource";
            return Err(Error::Invalid(vec![Issue::error("value", format!("{}.id", resource.type_name()), text)]));
        }
        Ok(after)
    }
}

impl Record {
    /// Changes one resource.
    pub async fn patch(
        &self,
        type_name: &'static str,
        id: &str,
        patch: Patch,
        expected: Expected,
    ) -> Result<Written, Error> {
        let about = About::one(Action::Update, type_name, id);
        let result = self.patch_now(&about, id, &patch, expected).await;
        self.after_write(about, result).await
    }

    /// Changes the one that matches.
    pub async fn patch_matching(
        &self,
        type_name: &'static str,
        criteria: Vec<Pair>,
        patch: Patch,
        expected: Expected,
    ) -> Result<Written, Error> {
        let about = About::new(Action::Update, type_name, crate::query::print(&criteria));
        let result = self.patch_matching_now(&about, &criteria, &patch, expected).await;
        self.after_write(about, result).await
    }

    pub(super) async fn patch_now(
        &self,
        about: &About,
        id: &str,
        patch: &Patch,
        expected: Expected,
    ) -> Result<Written, Error> {
        let once = self.once_patched(about, id, patch, expected);
        if let Some(done) = once.answer_of_one(self, about).await? {
            return Ok(done);
        }
        let mut attempts = self.core.settings().limits.attempts;
        loop {
            let current = self.current(about, id)?;
            holds(expected, Some(&current))?;
            let before = resource_of(&current)?;
            let after = patch.apply(&before)?;
            let seen_version = Expected::Version(current.version as u64);
            match self.write_version(about, after, seen_version, once.clone()).await {
                Err(Error::Precondition(_)) if expected == Expected::Any && attempts > 1 => attempts -= 1,
                other => return other,
            }
        }
    }

    async fn patch_matching_now(
        &self,
        about: &About,
        criteria: &[Pair],
        patch: &Patch,
        expected: Expected,
    ) -> Result<Written, Error> {
        let once = self.once_patched(about, "?", patch, expected);
        if let Some(done) = once.answer_of_one(self, about).await? {
            return Ok(done);
        }
        let mut attempts = self.core.settings().limits.attempts;
        loop {
            let sight = self.granted(about.action, about.type_name)?;
            let matched = {
                let view = self.view()?;
                let matched = self.matching(&view, &sight.searches, about.type_name, criteria)?;
                let matched = matched.at_most_one()?.ok_or(Error::NotFound)?;
                changes(&view, &sight, &matched)?;
                matched
            };
            holds(expected, Some(&matched))?;
            let after = patch.apply(&resource_of(&matched)?)?;
            // The version that matched is the one that is changed: a later one may no longer match.
            let version = Expected::Version(matched.version as u64);
            match self.write_version(about, after, version, once.clone()).await {
                Err(Error::Precondition(_)) if expected == Expected::Any && attempts > 1 => attempts -= 1,
                other => return other,
            }
        }
    }

    fn once_patched(&self, about: &About, id: &str, patch: &Patch, expected: Expected) -> Once {
        let text = match patch {
            Patch::Json(text) => String::from_utf8_lossy(text),
            Patch::Path(resource) => resource.text().into(),
        };
        Once::of(self, "patch", &[about.type_name, &about.asked, id, &text, &format!("{expected:?}")])
    }

    /// The current version that the caller may change.
    pub(super) fn current(&self, about: &About, id: &str) -> Result<Stored, Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let found = akson_fhir::definition::Definitions::r4().resource(about.type_name).ok_or(Error::NotFound)?;
        let view = self.view()?;
        let current = visible(&view, &sight, found.id, id)?.ok_or(Error::NotFound)?;
        changes(&view, &sight, &current)?;
        match current.state {
            State::Live => Ok(current),
            State::Deleted => Err(Error::Gone),
        }
    }
}

/// A stored version as a resource.
pub(super) fn resource_of(stored: &Stored) -> Result<Resource, Error> {
    Resource::parse_json(stored.text().as_bytes())
        .map_err(|_| Error::Broken("a stored body is no resource".to_string()))
}
