//! The way to the store's search: reading a query, running it in a sight, and asking about one resource.

use std::cell::RefCell;
use std::sync::Arc;

use akson_fhir::codes::Codes;
use akson_fhir::definition::{Definitions, TypeId};
use akson_fhir::outcome::Issue;
use akson_fhir::value::date::Zone;
use akson_store::search::expr::Expr;
use akson_store::search::query::{Compartment, Handling, Query};
use akson_store::search::read::{Codebook, Reading};
use akson_store::search::registry::Registry;
use akson_store::search::run::Refusal;
use akson_store::search::sight::{Scope, Sight};
use akson_store::{State, Stored, View};

use super::search::{KnownParameter, Mode};
use super::{Record, sees_all};
use crate::access::Action;
use crate::error::Error;
use crate::query::Pair;

/// A page of what matches.
pub(super) struct Page {
    /// The resources.
    pub(super) entries: Vec<(Stored, Mode)>,
    /// How many match in all, if it was asked for.
    pub(super) total: Option<u64>,
    /// The token of the next page.
    pub(super) next: Option<String>,
    /// What has to be said.
    pub(super) issues: Vec<akson_fhir::outcome::Issue>,
}

/// What a query is read from: type, compartment, pairs.
pub(super) type Asked<'a> = (Option<&'static str>, Option<(&'static str, &'a str)>, &'a [Pair]);

/// Reads a query.
pub(super) fn parse(
    view: &View,
    (type_name, compartment, pairs): Asked<'_>,
    moment: i64,
    lenient: bool,
    codes: &Codebook<'_>,
) -> Result<Query, Error> {
    let registry = view.registry();
    let now_ms = moment.div_euclid(1000);
    let reading = Reading { registry: &registry, base: view.base(), zone: Zone(0), now_ms, codes };
    let compartment = compartment.map(|(name, id)| Compartment { name, id: id.to_string() });
    let handling = if lenient { Handling::Lenient } else { Handling::Strict };
    Query::parse_in(&reading, compartment.as_ref(), type_name, pairs, handling).map_err(Error::Malformed)
}

/// Runs a query.
pub(super) fn run(view: &View, query: &Query, sight: &Sight) -> Result<Page, Error> {
    let page = view.search(query, sight).map_err(refused)?;
    let matches = page.matches.into_iter().map(|stored| (stored, Mode::Match));
    let included = page.included.into_iter().map(|stored| (stored, Mode::Include));
    Ok(Page {
        entries: matches.chain(included).collect(),
        total: page.total.map(|total| total as u64),
        next: page.next,
        issues: told(view, page.issues),
    })
}

/// What has to be said of an answer: also that it may lack something while the index is made anew.
pub(super) fn told(view: &View, mut issues: Vec<Issue>) -> Vec<Issue> {
    if view.answers_are_old() {
        let text = "the search index is being made anew: this answer may lack resources; /health says when it is done";
        issues.push(Issue::warning("incomplete", "", text));
    }
    issues
}

/// The first matches of a query.
pub(super) fn matches(view: &View, sight: &Sight, query: &Query, limit: usize) -> Result<Vec<Stored>, Error> {
    view.find(query, sight, limit).map_err(refused)
}

/// The first live resources of a type that match, for the server's own use.
pub(crate) fn found(view: &View, type_name: &'static str, pairs: &[Pair], limit: usize) -> Result<Vec<Stored>, Error> {
    let query = parse(view, (Some(type_name), None, pairs), 0, false, &Arc::default)?;
    let stored = matches(view, &Sight::everything(), &query, limit)?;
    Ok(stored.into_iter().filter(|stored| stored.state == State::Live).collect())
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Forbidden(name) => Error::Denied(format!("this caller sees nothing of type {name}")),
        Refusal::Invalid(issue) => Error::Malformed(vec![issue]),
        Refusal::Store(error) => error.into(),
    }
}

/// Whether a stored resource lies in the sight; what is deleted, if its last content did.
pub(super) fn sees(view: &View, sight: &Sight, stored: &Stored) -> Result<bool, Error> {
    match sight.of(Definitions::r4().get(stored.type_id).name) {
        Scope::Nothing => Ok(false),
        Scope::Everything => Ok(true),
        Scope::Some(_) if stored.state == State::Deleted => Ok(view.sees_version(sight, stored)?),
        Scope::Some(_) => Ok(view.sees(sight, stored.type_id, stored.place)?),
    }
}

/// Whether the sight shows all resources of a type.
pub(super) fn is_everything(sight: &Sight, type_id: TypeId) -> bool {
    matches!(sight.of(Definitions::r4().get(type_id).name), Scope::Everything)
}

/// The search parameters that are not of the standard.
pub(crate) fn own_parameters(registry: &Registry) -> Vec<KnownParameter> {
    let definitions = Definitions::r4();
    let mut own = Vec::new();
    for found in definitions.resource_types() {
        let standard = definitions.search_parameters(found.name);
        for parameter in registry.parameters(found.name) {
            if !standard.iter().any(|known| known.url == parameter.url) {
                own.push(KnownParameter {
                    live: parameter.live,
                    type_name: found.name.to_string(),
                    code: parameter.code.clone(),
                    url: parameter.url.clone(),
                    kind: parameter.kind,
                    targets: parameter.targets.clone(),
                });
            }
        }
    }
    own
}

impl Record {
    /// Reads a query of this caller.
    pub(super) fn query(&self, view: &View, asked: Asked<'_>, lenient: bool) -> Result<Query, Error> {
        let failed = RefCell::new(None);
        let codes = || match self.codes() {
            Ok(codes) => codes,
            Err(error) => {
                failed.replace(Some(error));
                Arc::default()
            }
        };
        let query = parse(view, asked, self.caller.moment, lenient, &codes);
        failed.take().map_or(query, Err)
    }

    /// The value sets and code systems of the record, for who sees them all; for others FHIR's own must do.
    fn codes(&self) -> Result<Arc<Codes>, Error> {
        for name in ["ValueSet", "CodeSystem"] {
            if !self.granted(Action::Search, name).is_ok_and(|sight| sees_all(&sight, name)) {
                return Ok(Arc::default());
            }
        }
        Ok(self.core.profiles().get(self.core.store())?.codes().clone())
    }

    /// Reads a condition.
    pub(super) fn condition(&self, view: &View, type_name: &'static str, criteria: &[Pair]) -> Result<Query, Error> {
        self.granted(Action::Search, type_name)?;
        let query = self.query(view, (Some(type_name), None, criteria), false)?;
        // What only says how to answer would match anybody.
        if query.parts.iter().any(|(_, asked)| matches!(asked, Expr::All(clauses) if clauses.is_empty())) {
            let text = "a condition needs a search parameter that says which resource is meant";
            return Err(Error::Malformed(vec![Issue::error("required", "", text)]));
        }
        Ok(query)
    }
}
