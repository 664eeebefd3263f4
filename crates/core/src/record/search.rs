//! Search: of a type, in a compartment, of everything.
//!
//! The sight goes into every row that the store looks at. One line of audit per resource that is shown.
//! Spec: <https://hl7.org/fhir/R4/search.html>.

use akson_fhir::definition::SearchKind;
use akson_fhir::outcome::Issue;
use akson_store::{Line, View};

use super::audited::About;
use super::sealed::is_sealed;
use super::shown::Shower;
use super::{Record, Seen, log, look};
use crate::access::Action;
use crate::error::Error;
use crate::query::{self, Pair};

/// The parameter that names a page.
pub(super) const PAGE: &str = "_page";

/// Among what is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchOf {
    /// The type; none: all.
    pub type_name: Option<&'static str>,
    /// Whose compartment: type and id.
    pub compartment: Option<(&'static str, String)>,
}

impl SearchOf {
    /// The address below the base.
    pub fn path(&self) -> String {
        match (&self.compartment, self.type_name) {
            (None, name) => name.unwrap_or("").to_string(),
            (Some((owner, id)), name) => format!("{owner}/{id}/{}", name.unwrap_or("*")),
        }
    }
}

/// Why a resource is in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It matches.
    Match,
    /// It was to be included.
    Include,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Below the base, where it was looked for.
    pub path: String,
    /// The page's resources.
    pub entries: Vec<(Seen, Mode)>,
    /// How many match in all, if it was asked for.
    pub total: Option<u64>,
    /// The token of this page, if it is not the first.
    pub page: Option<String>,
    /// The token of the next page.
    pub next: Option<String>,
    /// The parameters that were used.
    pub used: Vec<Pair>,
    /// What has to be said about it.
    pub issues: Vec<Issue>,
}

impl Found {
    /// The address below the base that asks the same.
    pub fn address(&self) -> String {
        match self.used.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, query::print(&self.used)),
        }
    }
}

/// A search parameter of this record's own.
#[derive(Clone, Debug)]
pub struct KnownParameter {
    /// The type it belongs to.
    pub type_name: String,
    /// Its name in a query.
    pub code: String,
    /// Its canonical address.
    pub url: String,
    /// How it is searched.
    pub kind: SearchKind,
    /// The types that a reference may lead to.
    pub targets: Vec<&'static str>,
    /// Whether it can be searched already.
    pub live: bool,
}

impl Record {
    /// A page of what matches.
    pub async fn search(&self, of: SearchOf, pairs: Vec<Pair>, lenient: bool) -> Result<Found, Error> {
        let mut about = About::new(Action::Search, of.type_name.unwrap_or(""), asked(&of, &pairs));
        about.of = patient_of(&of, &pairs);
        let result = self.search_now(&mut about, &of, &pairs, lenient);
        self.after_audit(about, result).await
    }

    fn search_now(
        &self,
        about: &mut About,
        of: &SearchOf,
        pairs: &[Pair],
        lenient: bool,
    ) -> Result<(Found, Vec<Line>), Error> {
        let view = self.view()?;
        if !is_sealed(pairs) {
            return self.search_in(&view, about, of, pairs, lenient);
        }
        let sight = self.granted(about.action, about.type_name)?;
        let pairs = self.unsealed(&view, of, &sight, pairs)?;
        about.asked = asked(of, &pairs);
        about.of = patient_of(of, &pairs);
        self.search_in(&view, about, of, &pairs, lenient)
    }

    /// A page at the moment of a view.
    pub(super) fn search_in(
        &self,
        view: &View,
        about: &About,
        of: &SearchOf,
        pairs: &[Pair],
        lenient: bool,
    ) -> Result<(Found, Vec<Line>), Error> {
        if of.type_name == Some(log::TYPE) {
            return self.search_log(about, of, pairs, lenient);
        }
        let sight = self.granted(about.action, about.type_name)?;
        let compartment = of.compartment.as_ref().map(|(name, id)| (*name, id.as_str()));
        let query = self.query(view, (of.type_name, compartment, pairs), lenient)?;
        let page = look::run(view, &query, &sight)?;
        let lines = page.entries.iter().map(|(stored, _)| self.line_of(about, stored)).collect();
        let mut shower = Shower::new(view, &sight);
        let shown = page.entries.iter().map(|(stored, mode)| Ok((shower.show(stored)?, *mode)));
        let entries = shown.collect::<Result<Vec<_>, Error>>()?;
        let mut issues = page.issues;
        issues.extend(self.hint(view, (of, pairs), !entries.is_empty())?);
        let found = Found {
            path: of.path(),
            entries,
            total: page.total,
            page: query.page,
            next: page.next,
            used: query.used,
            issues,
        };
        Ok((found, lines))
    }

    /// The search parameters of this record's own that can be searched by now.
    pub async fn search_parameters(&self) -> Result<Vec<KnownParameter>, Error> {
        let own = look::own_parameters(&self.core.store().registry());
        Ok(own.into_iter().filter(|known| known.live).collect())
    }
}

fn asked(of: &SearchOf, pairs: &[Pair]) -> String {
    match &of.compartment {
        None => query::print(pairs),
        Some((owner, id)) => format!("{owner}/{id}: {}", query::print(pairs)),
    }
}

/// The one patient whose record is searched, if it is one.
pub(super) fn patient_of(of: &SearchOf, pairs: &[Pair]) -> Option<(&'static str, String)> {
    if let Some((owner, id)) = &of.compartment {
        return (*owner == "Patient").then(|| ("Patient", id.clone()));
    }
    let by_id = of.type_name == Some("Patient");
    let named = pairs.iter().find_map(|(name, value)| {
        let id = match name.as_str() {
            "patient" | "patient:Patient" | "subject:Patient" => value.rsplit('/').next(),
            "subject" => value.rsplit_once("Patient/").map(|(_, id)| id),
            "_id" if by_id => Some(value.as_str()),
            _ => None,
        };
        id.filter(|id| akson_fhir::resource::is_id(id))
    });
    named.map(|id| ("Patient", id.to_string()))
}
