//! Create, with or without a condition.
//!
//! Spec: <https://hl7.org/fhir/R4/http.html#create>.

use akson_fhir::json::Tree;
use akson_fhir::resource::Resource;
use akson_store::Companions;

use super::audited::About;
use super::conditional::Match;
use super::once::Once;
use super::seen::Expected;
use super::shown::Shower;
use super::transact::rewrite;
use super::write::{Valid, aborted, put};
use super::{Change, Record, Written};
use crate::access::Action;
use crate::error::Error;
use crate::query::{self, Pair};

impl Record {
    /// A new resource under an id made here; unless one matches, which is then the answer.
    pub async fn create(&self, resource: Resource, unless: Option<Vec<Pair>>) -> Result<Written, Error> {
        let about = About::new(Action::Create, resource.type_name(), "");
        let result = self.create_now(&about, resource, unless).await;
        self.after_write(about, result).await
    }

    async fn create_now(&self, about: &About, resource: Resource, unless: Option<Vec<Pair>>) -> Result<Written, Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let condition = unless.as_deref().map(query::print).unwrap_or_default();
        let once = Once::of(self, "create", &[resource.text(), &condition]);
        if let Some(done) = once.answer_of_one(self, about).await? {
            return Ok(done);
        }
        if let Some(criteria) = &unless {
            self.affordable(&sight, about.type_name, criteria)?;
        }
        let Valid(resource) = self.valid(resource)?;
        let prepared = {
            let view = self.view()?;
            let among = Companions::default();
            let home = self.core.store().new_home(&view, &resource, &among)?;
            let resource = renamed(&resource, &home.id)?;
            self.core.store().prepare(&view, &resource, home, &among)?
        };
        let line = self.line(about, super::audited::NOWHERE, 0);
        let (record, type_name) = (self.clone(), about.type_name);
        let pending = self.begin(move |tx| {
            once.check(tx)?;
            let found = match &unless {
                Some(criteria) => record.matching(tx, &sight.searches, type_name, criteria).map_err(aborted)?,
                None => Match::None,
            };
            let written = match found.at_most_one().map_err(aborted)? {
                Some(existing) => {
                    let mut line = line;
                    line.place = existing.place;
                    line.version = existing.version;
                    tx.audit(&line)?;
                    Written {
                        seen: Shower::new(tx, &sight).show(&existing).map_err(aborted)?,
                        change: Change::Existing,
                    }
                }
                None => put(tx, &sight, prepared, Expected::Absent, line)?,
            };
            once.remember(tx, std::iter::once(Some(&written)))?;
            Ok(written)
        });
        self.settled(pending.await)
    }
}

/// The resource with another id.
pub(super) fn renamed(resource: &Resource, id: &str) -> Result<Resource, Error> {
    if resource.id() == Some(id) {
        return Ok(resource.clone());
    }
    let text = rewrite::with_id(resource, id);
    let tree = Tree::parse(text.as_bytes()).map_err(|error| Error::Broken(error.message))?;
    Resource::from_tree(tree).map_err(Error::Invalid)
}
