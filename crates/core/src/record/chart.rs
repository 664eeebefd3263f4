//! A patient's record opened on a page: the Patient, what the page wants of it, the names in it, and on which ground.
//!
//! All of it is of one moment and passes the door once: the same decision for each type as in a search, a line of audit for
//! each resource that is shown, kept before anything leaves. A part that the caller may not see, or that failed, says so; the
//! others are there. What it does not do: know how a page looks.

use std::collections::{BTreeMap, BTreeSet};

use akson_fhir::definition::Definitions;
use akson_fhir::json::{Tree, Value};
use akson_store::access::kind::Kind;
use akson_store::search::numbers::Numbers;
use akson_store::search::sight::OpeningKind;
use akson_store::{Line, State, Stored, View};

use super::audited::{About, outcome};
use super::search::SearchOf;
use super::shown::Shower;
use super::{Found, Record, Seen, look};
use crate::access::Action;
use crate::caller::Who;
use crate::error::Error;
use crate::query::Pair;

/// Names that are looked up for one page.
const NAMES_MAX: usize = 100;
/// Openings that are looked through.
const OPENINGS_MAX: usize = 100;
/// What has a name of its own.
const NAMED: &[&str] = &["Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService"];

/// What a page wants: resources of a type that match.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The type.
    pub type_name: &'static str,
    /// The query.
    pub pairs: Vec<Pair>,
}

impl Wanted {
    /// Resources of a type that match.
    pub fn new(type_name: &'static str, pairs: &[(&str, &str)]) -> Wanted {
        let pairs = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Wanted { type_name, pairs }
    }
}

/// A ground on which the caller sees the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standpoint {
    /// A care relation, by a resource of this type and id.
    Relation {
        /// Of which kind.
        kind: Kind,
        /// The type of the resource it rests on.
        type_name: &'static str,
        /// Its id.
        id: String,
        /// Until when, in microseconds since 1970.
        until: i64,
    },
    /// A record that was opened with a reason.
    Opening {
        /// Its id.
        id: String,
        /// In an emergency, or on a declared ground.
        emergency: bool,
        /// Until when.
        until: i64,
    },
}

/// A record as a page gets it.
#[derive(Debug)]
pub struct Chart {
    /// The Patient.
    pub patient: Seen,
    /// What was wanted, in the same order.
    pub parts: Vec<Result<Found, Error>>,
    /// The names of those at work and of units, by their references.
    pub names: BTreeMap<String, String>,
    /// On which grounds the caller sees the patient, if it is somebody at work.
    pub grounds: Vec<Standpoint>,
}

impl Record {
    /// Opens a patient's record on a page.
    pub async fn chart(&self, patient: &str, wanted: Vec<Wanted>) -> Result<Chart, Error> {
        let about = About::new(Action::Read, "Patient", patient);
        let result = self.chart_now(&about, patient, &wanted);
        self.after_audit(about, result).await
    }

    fn chart_now(&self, about: &About, patient: &str, wanted: &[Wanted]) -> Result<(Chart, Vec<Line>), Error> {
        let view = self.view()?;
        let (seen, mut lines) = self.read_in(&view, about, patient)?;
        let mut parts = Vec::with_capacity(wanted.len());
        for one in wanted {
            let of = SearchOf { type_name: Some(one.type_name), compartment: Some(("Patient", patient.to_string())) };
            let about = About::new(Action::Search, one.type_name, of.path());
            parts.push(match self.search_in(&view, &about, &of, &one.pairs, false) {
                Ok((found, shown)) => {
                    lines.extend(shown);
                    Ok(found)
                }
                // Nobody waits any more: then nothing else is of use either.
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                Err(error) => {
                    let mut line = self.line(&about, lines[0].place, 0);
                    line.outcome = outcome(&error);
                    lines.push(line);
                    Err(error)
                }
            });
        }
        let texts = parts.iter().flatten().flat_map(|found| &found.entries).map(|(seen, _)| seen.text.as_slice());
        let names = self.names_in(&view, texts.chain([seen.text.as_slice()]), &mut lines)?;
        let grounds = self.standpoints(&view, patient)?;
        Ok((Chart { patient: seen, parts, names, grounds }, lines))
    }

    /// The names of whom these resources refer to, as far as the caller sees them.
    pub(super) fn names_in<'t>(
        &self,
        view: &View,
        texts: impl Iterator<Item = &'t [u8]>,
        lines: &mut Vec<Line>,
    ) -> Result<BTreeMap<String, String>, Error> {
        let mut wanted = BTreeSet::new();
        for text in texts {
            references(&String::from_utf8_lossy(text), &mut wanted);
        }
        let mut names = BTreeMap::new();
        for (type_name, id) in wanted.into_iter().take(NAMES_MAX) {
            if let Some(name) = self.name_of(view, (type_name, &id), lines)? {
                names.insert(format!("{type_name}/{id}"), name);
            }
        }
        Ok(names)
    }

    fn name_of(
        &self,
        view: &View,
        (type_name, id): (&'static str, &str),
        lines: &mut Vec<Line>,
    ) -> Result<Option<String>, Error> {
        let about = About::new(Action::Read, type_name, id);
        let Ok(sight) = self.granted(Action::Read, type_name) else { return Ok(None) };
        let Some(found) = Definitions::r4().resource(type_name) else { return Ok(None) };
        let stored = view.get(found.id, id)?.filter(|stored| stored.state == State::Live);
        let Some(stored) = stored else { return Ok(None) };
        if !look::sees(view, &sight, &stored)? {
            return Ok(None);
        }
        lines.push(self.line_of(&about, &stored));
        let seen = Shower::new(view, &sight).show(&stored)?;
        let Ok(tree) = Tree::parse(&seen.text) else { return Ok(None) };
        if type_name == "PractitionerRole" {
            let whom =
                tree.root().get("practitioner").and_then(|whom| whom.get("reference")).and_then(|at| at.as_str());
            let whom = whom.and_then(|at| at.strip_prefix("Practitioner/").map(str::to_string));
            return whom.map_or(Ok(None), |id| self.name_of(view, ("Practitioner", &id), lines));
        }
        Ok(name(tree.root()))
    }

    /// On which grounds somebody at work sees a patient.
    fn standpoints(&self, view: &View, patient: &str) -> Result<Vec<Standpoint>, Error> {
        let Who::Staff(staff) = &self.caller.who else { return Ok(Vec::new()) };
        let found = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?;
        let Some(head) = view.get(found.id, patient)? else { return Ok(Vec::new()) };
        let (part, moment) = (head.place.rid, self.caller.moment);
        let mut grounds = Vec::new();
        for opening in view.openings_of(part, OPENINGS_MAX)? {
            if opening.wish.who == staff.number && opening.is_open(moment) {
                let emergency = opening.wish.kind == OpeningKind::Emergency;
                grounds.push(Standpoint::Opening { id: opening.id, emergency, until: opening.wish.until });
            }
        }
        for relation in view.relations(part, &Numbers::new(staff.keys.to_vec()), moment)? {
            let Some(basis): Option<Stored> = view.at(relation.place)? else { continue };
            grounds.push(Standpoint::Relation {
                kind: relation.kind,
                type_name: Definitions::r4().get(basis.type_id).name,
                id: basis.id,
                until: relation.until,
            });
        }
        Ok(grounds)
    }
}

/// The addresses in a text that lead to something with a name.
fn references(text: &str, into: &mut BTreeSet<(&'static str, String)>) {
    const MARK: &str = "\"reference\":\"";
    for (at, _) in text.match_indices(MARK) {
        let rest = &text[at + MARK.len()..];
        let address = rest.split('"').next().unwrap_or_default();
        let Some((type_name, id)) = address.split_once('/') else { continue };
        if let Some(named) = NAMED.iter().find(|named| **named == type_name) {
            into.insert((named, id.split('/').next().unwrap_or_default().to_string()));
        }
    }
}

/// The name that a resource has: a text, or the parts of a person's.
fn name(root: Value<'_>) -> Option<String> {
    let name = root.get("name")?;
    if let Some(text) = name.as_str() {
        return Some(text.into_owned());
    }
    let first = name.items().next()?;
    if let Some(text) = first.get("text").and_then(|text| text.as_str()) {
        return Some(text.into_owned());
    }
    let given = first.get("given").into_iter().flat_map(|given| given.items()).filter_map(|one| one.as_str());
    let family = first.get("family").and_then(|family| family.as_str());
    let parts: Vec<String> = given.chain(family).map(|part| part.into_owned()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
