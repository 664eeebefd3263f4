//! `Patient/[id]/$everything`: the patient, all in the compartment, and what that refers to.
//!
//! It is made of ordinary searches in the caller's sight, so it shows nothing that a search would not.
//! Spec: <https://hl7.org/fhir/R4/patient-operation-everything.html>.

use std::collections::HashSet;

use akson_fhir::definition::Definitions;
use akson_fhir::json::Tree;
use akson_fhir::outcome::Issue;
use akson_fhir::reference::{Reference, references};
use akson_fhir::value::date::{DateRange, Zone};
use akson_store::search::sight::{Scope, Sight};
use akson_store::{Line, Place, State, Stored, View};

use super::audited::About;
use super::search::{Found, Mode};
use super::shown::Shower;
use super::write::visible;
use super::{Record, Seen, look};
use crate::access::Action;
use crate::error::Error;
use crate::query::{self, Pair};

/// What is asked for.
#[derive(Default)]
struct Wanted {
    types: Vec<String>,
    since: Option<i64>,
    start: Option<String>,
    end: Option<String>,
}

impl Record {
    /// Everything about a patient.
    pub async fn everything(&self, id: &str, pairs: Vec<Pair>) -> Result<Found, Error> {
        let about = About::new(Action::Search, "Patient", format!("{id}/$everything {}", query::print(&pairs)))
            .of("Patient", id);
        let result = self.everything_now(&about, id, pairs);
        self.after_audit(about, result).await
    }

    fn everything_now(&self, about: &About, id: &str, pairs: Vec<Pair>) -> Result<(Found, Vec<Line>), Error> {
        let sight = self.granted(about.action, about.type_name)?;
        let wanted = wanted(&pairs)?;
        let patient_type = Definitions::r4().resource("Patient").ok_or(Error::NotFound)?.id;
        let view = self.view()?;
        let patient = visible(&view, &sight, patient_type, id)?.ok_or(Error::NotFound)?;
        if patient.state == State::Deleted {
            return Err(Error::Gone);
        }
        let mut gathered = Gathered { limit: self.core.settings().limits.everything, ..Gathered::default() };
        gathered.add(patient)?;
        for compartment_type in types_of(&wanted) {
            // Who asks for everything gets what it may see; who names a type that it may not is told so, as by a search.
            if wanted.types.is_empty() && matches!(sight.of(compartment_type), Scope::Nothing) {
                continue;
            }
            self.members(&view, &sight, id, compartment_type, &wanted, &mut gathered)?;
        }
        let members = gathered.list.len();
        gathered.follow(&view, &sight)?;
        let keep = |stored: &Stored| {
            let name = Definitions::r4().get(stored.type_id).name;
            let typed = wanted.types.is_empty() || wanted.types.iter().any(|wanted| wanted == name);
            typed && wanted.since.is_none_or(|since| stored.updated >= since)
        };
        let shown = gathered.list.iter().enumerate().filter(|(_, stored)| keep(stored));
        let mode = |place: usize| if place < members { Mode::Match } else { Mode::Include };
        let mut shower = Shower::new(&view, &sight);
        let as_seen = shown.clone().map(|(place, stored)| Ok((shower.show(stored)?, mode(place))));
        let entries: Vec<(Seen, Mode)> = as_seen.collect::<Result<_, Error>>()?;
        let lines = shown.map(|(_, stored)| self.line_of(about, stored)).collect();
        let total = Some(entries.iter().filter(|(_, mode)| *mode == Mode::Match).count() as u64);
        let path = format!("Patient/{id}/$everything");
        Ok((
            Found { path, entries, total, page: None, next: None, used: pairs, issues: look::told(&view, Vec::new()) },
            lines,
        ))
    }

    /// The resources of one type in the patient's compartment.
    fn members(
        &self,
        view: &View,
        sight: &Sight,
        id: &str,
        type_name: &'static str,
        wanted: &Wanted,
        gathered: &mut Gathered,
    ) -> Result<(), Error> {
        let registry = view.registry();
        let dated = registry.find(type_name, "date").is_some();
        let mut asked = vec![("_count".to_string(), "1000".to_string())];
        for (prefix, bound) in [("ge", &wanted.start), ("le", &wanted.end)] {
            if let Some(bound) = bound.as_ref().filter(|_| dated) {
                asked.push(("date".to_string(), format!("{prefix}{bound}")));
            }
        }
        let fixed = asked.len();
        loop {
            let query = self.query(view, (Some(type_name), Some(("Patient", id)), &asked), false)?;
            let page = look::run(view, &query, sight)?;
            for (stored, _) in page.entries {
                gathered.add(stored)?;
            }
            let Some(next) = page.next else {
                return Ok(());
            };
            asked.truncate(fixed);
            asked.push(("_page".to_string(), next));
        }
    }
}

/// The types of the compartment that are wanted.
fn types_of(wanted: &Wanted) -> Vec<&'static str> {
    let definitions = Definitions::r4();
    let inside = definitions.resource_types().map(|found| found.name).filter(|name| {
        *name != "Patient" && definitions.compartment("Patient", name).is_some_and(|codes| !codes.is_empty())
    });
    inside.filter(|name| wanted.types.is_empty() || wanted.types.iter().any(|wanted| wanted == name)).collect()
}

fn wanted(pairs: &[Pair]) -> Result<Wanted, Error> {
    let wrong = |name: &str, text: &'static str| {
        Err(Error::Malformed(vec![Issue::error("value", format!("http.{name}"), text)]))
    };
    let mut wanted = Wanted::default();
    for (name, value) in pairs {
        let value = value.replace(' ', "+");
        let range = DateRange::parse(&value, Zone(0));
        match (name.as_str(), range) {
            ("_type", _) => wanted.types.extend(value.split(',').map(str::to_string)),
            ("_since", Some(range)) => wanted.since = range.low.checked_mul(1000),
            ("start", Some(_)) => wanted.start = Some(value),
            ("end", Some(_)) => wanted.end = Some(value),
            ("_count", _) => {}
            ("_since" | "start" | "end", None) => return wrong(name, "this is a date or time"),
            _ => return wrong(name, "$everything takes _since, _type, start and end"),
        }
    }
    if let Some(name) = wanted.types.iter().find(|name| Definitions::r4().resource(name).is_none()) {
        let text =
            format!("{} is no resource type", name.chars().filter(char::is_ascii_alphanumeric).collect::<String>());
        return Err(Error::Malformed(vec![Issue::error("value", "http._type", text)]));
    }
    Ok(wanted)
}

/// Resources without doubles, in order.
#[derive(Default)]
struct Gathered {
    list: Vec<Stored>,
    places: HashSet<Place>,
    limit: usize,
}

impl Gathered {
    fn add(&mut self, stored: Stored) -> Result<(), Error> {
        if self.list.len() >= self.limit {
            let text = format!("more than {} resources; ask by _type or with start and end", self.limit);
            return Err(Error::TooMuch(text));
        }
        if self.places.insert(stored.place) {
            self.list.push(stored);
        }
        Ok(())
    }

    /// Adds what these refer to and the caller may see: practitioners, organisations, medications… but nobody else.
    fn follow(&mut self, view: &View, sight: &Sight) -> Result<(), Error> {
        let mut asked: HashSet<String> = HashSet::new();
        let mut at = 0;
        while at < self.list.len() {
            let text = self.list[at].bare().to_string();
            at += 1;
            let Ok(tree) = Tree::parse(text.as_bytes()) else {
                continue;
            };
            for value in references(&tree) {
                let Some(text) = value.as_str() else {
                    continue;
                };
                let Reference::Local(address) = Reference::parse(&text, view.base()) else {
                    continue;
                };
                let name = address.type_name();
                let personal = Definitions::r4().compartment("Patient", name).is_some_and(|codes| !codes.is_empty());
                if name == "Patient" || personal || !asked.insert(format!("{name}/{}", address.id)) {
                    continue;
                }
                let found = view.get(address.type_id, address.id)?.filter(|stored| stored.state == State::Live);
                if let Some(stored) = found
                    && look::sees(view, sight, &stored)?
                {
                    self.add(stored)?;
                }
            }
        }
        Ok(())
    }
}
