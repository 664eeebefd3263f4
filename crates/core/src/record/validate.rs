//! `$validate`, and the validation that every write goes through.
//!
//! Spec: <https://hl7.org/fhir/R4/resource-operation-validate.html>.

use akson_fhir::outcome::{Issue, Severity};
use akson_fhir::path::Moment;
use akson_fhir::resource::Resource;
use akson_fhir::validate::{Options, validate};
use akson_store::{Line, State};

use super::Record;
use super::audited::About;
use super::patch::resource_of;
use super::write::visible;
use crate::access::Action;
use crate::error::Error;

/// What to hold a resource against.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// A profile besides those that the resource claims.
    pub profile: Option<String>,
    /// What one would do with it: `create`, `update`, `delete` or `profile`.
    pub mode: Option<String>,
}

impl Record {
    /// What would be said about a resource; without one, about the one that is kept.
    pub async fn validate(
        &self,
        type_name: &'static str,
        id: Option<&str>,
        resource: Option<Resource>,
        check: Check,
    ) -> Result<Vec<Issue>, Error> {
        let about = match id {
            Some(id) => About::one(Action::Validate, type_name, id),
            None => About::new(Action::Validate, type_name, ""),
        };
        let result = self.validate_now(&about, id, resource, &check);
        self.after_audit(about, result).await
    }

    fn validate_now(
        &self,
        about: &About,
        id: Option<&str>,
        resource: Option<Resource>,
        check: &Check,
    ) -> Result<(Vec<Issue>, Vec<Line>), Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let mut lines = Vec::new();
        let mut kept = None;
        if let Some(id) = id {
            let found = akson_fhir::definition::Definitions::r4().resource(about.type_name).ok_or(Error::NotFound)?;
            let view = self.view()?;
            kept = match visible(&view, &sight, found.id, id) {
                // What is hidden is, for this caller, as if it were not there.
                Err(Error::NotFound) => None,
                other => other?,
            };
            lines.extend(kept.as_ref().map(|stored| self.line_of(about, stored)));
        }
        let mut said = Vec::new();
        let mut need_kept = |text: &'static str| {
            if kept.as_ref().is_none_or(|stored| stored.state == State::Deleted) {
                said.push(Issue::error("not-found", "", text));
            }
        };
        match check.mode.as_deref() {
            None | Some("create" | "profile") => {}
            Some("update") => need_kept("there is no such resource to update; an update would create it"),
            Some("delete") => {
                need_kept("there is no such resource to delete");
                return Ok((said, lines));
            }
            Some(_) => {
                let text = "the mode is create, update, delete or profile";
                return Err(Error::Malformed(vec![Issue::error("value", "http.mode", text)]));
            }
        }
        let resource = match (resource, &kept) {
            (Some(resource), _) => resource,
            (None, Some(stored)) if stored.state == State::Deleted => return Err(Error::Gone),
            (None, Some(stored)) => resource_of(stored)?,
            (None, None) => return Err(Error::NotFound),
        };
        let asked: Vec<&str> = check.profile.as_deref().into_iter().collect();
        said.extend(self.issues(&resource, &asked, Severity::Information)?);
        Ok((said, lines))
    }

    /// What is wrong with a resource, from this severity on.
    pub(super) fn issues(&self, resource: &Resource, asked: &[&str], least: Severity) -> Result<Vec<Issue>, Error> {
        let profiles = self.core.profiles().get(self.core.store())?;
        let options = Options { asked, least, moment: moment(self.caller.moment), ..Options::new(&profiles) };
        Ok(validate(resource, &options))
    }
}

fn moment(micros: i64) -> Option<Moment> {
    Some(Moment { milliseconds: micros.div_euclid(1000), zone: 0 })
}
