//! What pages of a record share: opening it through the door, its banner, and resources made into rows and figures.
//!
//! Everything here takes what came through the door and makes values for views. What it does not do: decide who sees what.

pub mod board;
pub mod events;
pub mod ground;
pub mod medicines;
pub mod plot;
pub mod vitals;

mod banner;

pub use banner::number;

use akson_core::{Chart, Error, Found, Mode, Wanted};

use super::ask::Ask;
use super::error::Trouble;
use super::read::Resource;
use super::shell::banner::Banner;

/// A part of a record on a page: there, or why not.
#[derive(Clone, Debug)]
pub enum Part<T> {
    /// It is there; it may be empty.
    There(T),
    /// This caller may not see such.
    NoAccess,
    /// It could not be fetched.
    Failed,
}

impl<T> Part<T> {
    /// The same made into something else.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Part<U> {
        match self {
            Part::There(it) => Part::There(make(it)),
            Part::NoAccess => Part::NoAccess,
            Part::Failed => Part::Failed,
        }
    }
}

/// A record that was opened for a page.
pub struct Opened {
    /// The banner.
    pub banner: Banner,
    /// The Patient.
    pub patient: Resource,
    /// What the page wanted, in order.
    pub parts: std::vec::IntoIter<Part<Vec<Resource>>>,
    /// Whether there is a next page of each.
    pub next: Vec<Option<String>>,
    /// The names in it.
    pub names: Names,
}

impl Opened {
    /// The next part.
    pub fn take(&mut self) -> Part<Vec<Resource>> {
        self.parts.next().unwrap_or(Part::Failed)
    }
}

/// Names of people at work and of units, by reference.
#[derive(Clone, Debug, Default)]
pub struct Names(std::collections::BTreeMap<String, String>);

impl Names {
    /// The name of what a reference leads to; else what the reference itself calls it.
    pub fn of(&self, reference: Option<akson_fhir::json::Value<'_>>) -> String {
        let Some(reference) = reference else { return String::new() };
        let known = self.0.get(&super::read::text(reference, &["reference"]));
        known.cloned().unwrap_or_else(|| super::read::text(reference, &["display"]))
    }
}

/// What a banner is made of.
fn for_banner() -> Vec<Wanted> {
    vec![
        Wanted::new("AllergyIntolerance", &[("_count", "30")]),
        Wanted::new("Flag", &[("_count", "30")]),
        Wanted::new("EpisodeOfCare", &[("_count", "20")]),
    ]
}

/// Opens the record that the path names.
pub async fn open(ask: &Ask, wanted: Vec<Wanted>) -> Result<Opened, Trouble> {
    let record = ask.record()?;
    let mut all = for_banner();
    let own = all.len();
    all.extend(wanted);
    let chart = record.chart(ask.part(2), all).await?;
    let patient = Resource::of(&chart.patient).ok_or(Trouble::NotFound)?;
    let Chart { parts, names, grounds, .. } = chart;
    let names = Names(names);
    let mut next: Vec<Option<String>> =
        parts.iter().map(|part| part.as_ref().ok().and_then(|found| found.next.clone())).collect();
    let mut parts: Vec<Part<Vec<Resource>>> = parts.into_iter().map(resources).collect();
    let rest = parts.split_off(own);
    let next = next.split_off(own);
    let banner = banner::of(ask, &patient, &parts, &names, &grounds);
    Ok(Opened { banner, patient, parts: rest.into_iter(), next, names })
}

fn resources(part: Result<Found, Error>) -> Part<Vec<Resource>> {
    match part {
        Ok(found) => {
            let matches = found.entries.iter().filter(|(_, mode)| *mode == Mode::Match);
            Part::There(matches.filter_map(|(seen, _)| Resource::of(seen)).collect())
        }
        Err(Error::Denied(_) | Error::NotFound) => Part::NoAccess,
        Err(error) => {
            tracing::error!(%error, "a part of a page failed");
            Part::Failed
        }
    }
}
