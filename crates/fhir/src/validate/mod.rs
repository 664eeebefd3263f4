//! Whether a resource keeps the rules of FHIR and of the profiles it claims.
//!
//! Built from the definitions, not from generated structures: one walk over the tape checks members,
//! kinds, cardinality, primitive forms, codes, invariants, references, bundles and extensions, then
//! the profiles that `meta.profile` or the caller names. Promise: no panic, bounded work on hostile
//! input, no allocation while all is well, no values of a record in any text.
//! What it does not do: fetch anything. Profiles, terminology, other resources and the moment are
//! given by the caller. Spec: <https://hl7.org/fhir/R4/validation.html>.

mod binding;
mod bundle;
mod errata;
mod extension;
mod invariant;
mod native;
mod primitive;
pub mod profile;
mod quick;
mod reference;
mod report;
mod structure;
mod table;

use std::cell::{OnceCell, RefCell};

pub use binding::{CodeIn, MemberOf, Terminology};
pub use profile::Profiles;
pub use report::ISSUES_MAX;

use crate::outcome::{Issue, Severity};
use crate::path::Moment;
use crate::resource::Resource;
use report::{Place, Report};
use structure::{Scope, Standing, Walk};
use table::Table;

/// Finds another resource by the text of a reference.
pub type Resolve<'a> = dyn Fn(&str) -> Option<&'a Resource> + 'a;

/// What a validation may know and is asked for.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Profiles, extensions, value sets and code systems beyond those of FHIR.
    pub profiles: &'a Profiles,
    /// Addresses of profiles to keep besides those in `meta.profile`.
    pub asked: &'a [&'a str],
    /// Value sets and code systems that neither the definitions nor `profiles` have.
    pub terminology: Option<Terminology<'a>>,
    /// Finds other resources by the text of a reference.
    pub resolve: Option<&'a Resolve<'a>>,
    /// What `now()` and `today()` say in invariants.
    pub moment: Option<Moment>,
    /// Issues less severe than this are not told, and rules that could only make such are not tried.
    pub least: Severity,
}

impl<'a> Options<'a> {
    /// Everything is told, nothing is known beyond the profiles.
    pub fn new(profiles: &'a Profiles) -> Options<'a> {
        Options { profiles, asked: &[], terminology: None, resolve: None, moment: None, least: Severity::Information }
    }
}

/// Tells what is wrong with a resource; an empty list, or one without errors, means that it is valid.
pub fn validate(resource: &Resource, options: &Options<'_>) -> Vec<Issue> {
    let found = |text: &str| options.resolve.and_then(|resolve| resolve(text));
    let options = Options {
        profiles: options.profiles,
        asked: options.asked,
        terminology: options.terminology,
        resolve: options.resolve.is_some().then_some(&found),
        moment: options.moment,
        least: options.least,
    };
    run(resource, &options)
}

fn run<'a>(resource: &'a Resource, options: &'a Options<'a>) -> Vec<Issue> {
    let top = (resource.root(), resource.type_id);
    let mut walk = Walk {
        definitions: crate::definition::Definitions::r4(),
        table: Table::r4(),
        options,
        report: Report::new(options.least),
        top,
        scope: Scope { resource: top, root_resource: top, full_url: None },
        extension_url: None,
        contained: RefCell::new(None),
        entries: OnceCell::new(),
        profile_open: Vec::new(),
        profile_steps: 0,
    };
    walk.resource(top.0, Standing::Alone, &Place::root(resource.type_name()));
    walk.report.issues
}
