//! A transaction prepared: where everything will be stored, what references will say, and each version ready to write.

use std::collections::{HashMap, HashSet};

use akson_fhir::definition::{Definitions, TypeId};
use akson_fhir::json::Tree;
use akson_fhir::outcome::Issue;
use akson_fhir::resource::Resource;
use akson_store::{Companions, Home, Line, Prepared, State, View};

use super::entry::{Entry, Get, Which, Wish, criteria_of};
use super::in_entry;
use super::rewrite::{Links, conditions, rewrite};
use crate::access::{Action, Granted};
use crate::error::Error;
use crate::query::Pair;
use crate::record::audited::{About, NOWHERE};
use crate::record::shown::is_whole;
use crate::record::write::{Valid, holds, visible};
use crate::record::{Expected, Patch, Record, look};

/// Entries from which on several threads prepare them.
const ENTRIES_SHARED_FROM: usize = 48;
const THREADS_MAX: usize = 4;

/// A transaction, ready for the writer.
pub struct Plan {
    /// What must still be so.
    pub assumptions: Vec<Assumption>,
    /// Which resources were found for references by condition.
    pub found: Vec<Line>,
    /// What is written, in order.
    pub steps: Vec<Step>,
    /// What is to be seen, by entry.
    pub gets: Vec<(usize, Get)>,
}

/// What was found while planning and must still be so when writing.
pub enum Assumption {
    /// The match of a condition, in what the caller sees.
    Matches(Granted, &'static str, Vec<Pair>, Option<String>),
    /// The version that was changed.
    Version(TypeId, String, i64),
}

/// Something to be written, for an entry.
pub struct Step {
    /// The entry.
    pub number: usize,
    /// What the caller may see of the type.
    pub sight: Granted,
    /// What is done.
    pub deed: Deed,
    /// What the audit will say.
    pub line: Line,
}

/// What is done.
pub enum Deed {
    /// A version is written.
    Put(Box<Prepared>, Expected),
    /// A resource is deleted.
    Delete(&'static str, String, Expected),
    /// One that matches is there already.
    Existing(TypeId, String),
    /// Nothing, since nothing matches.
    Nothing,
}

/// What an entry comes to, before its version is prepared.
enum Draft<'a> {
    Write { home: Home, change: Content<'a>, expected: Expected },
    Done(Deed),
}

enum Content<'a> {
    /// The entry's own resource.
    Entry(&'a Entry<'a>),
    /// The current version with a patch.
    Patched(Resource),
}

/// What is gathered while planning.
struct Planning<'r> {
    record: &'r Record,
    links: Links,
    among: Companions,
    assumptions: Vec<Assumption>,
    found: Vec<Line>,
    taken: HashSet<(TypeId, String)>,
    /// Conditions under which something new is made.
    unmatched: HashSet<(&'static str, String)>,
}

impl Record {
    /// Prepares a transaction.
    pub(super) fn plan(&self, entries: &[Entry<'_>]) -> Result<Plan, Error> {
        let view = self.view()?;
        let mut planning = Planning {
            record: self,
            links: Links::new(),
            among: Companions::default(),
            assumptions: Vec::new(),
            found: Vec::new(),
            taken: HashSet::new(),
            unmatched: HashSet::new(),
        };
        planning.conditional_references(&view, entries)?;
        let mut drafts: HashMap<usize, (Granted, Draft<'_>)> = HashMap::with_capacity(entries.len());
        let mut gets = Vec::new();
        // Patients first: the others' places are theirs.
        let patients_first = entries.iter().filter(|entry| is_patient(entry));
        for entry in patients_first.chain(entries.iter().filter(|entry| !is_patient(entry))) {
            if let Wish::Get(get) = &entry.wish {
                gets.push((entry.number, get.clone()));
                continue;
            }
            let draft = planning.draft(&view, entry).map_err(|error| in_entry(entry.number, error))?;
            drafts.insert(entry.number, draft);
        }
        gets.sort_by_key(|(number, _)| *number);
        drop(view);
        let Planning { links, among, assumptions, found, .. } = planning;
        let mut work: Vec<(usize, Granted, Draft<'_>, &Entry<'_>)> = Vec::with_capacity(drafts.len());
        for entry in entries {
            if let Some((sight, draft)) = drafts.remove(&entry.number) {
                work.push((entry.number, sight, draft, entry));
            }
        }
        let mut steps = self.prepare_all(work, &links, &among)?;
        steps.sort_by_key(|(rank, step)| (*rank, step.number));
        Ok(Plan { assumptions, found, steps: steps.into_iter().map(|(_, step)| step).collect(), gets })
    }

    fn prepare_all(
        &self,
        work: Vec<(usize, Granted, Draft<'_>, &Entry<'_>)>,
        links: &Links,
        among: &Companions,
    ) -> Result<Vec<(u8, Step)>, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let threads = if work.len() < ENTRIES_SHARED_FROM { 1 } else { cores };
        let share = work.len().div_ceil(threads).max(1);
        let mut shares = Vec::new();
        let mut rest = work;
        while !rest.is_empty() {
            let next = rest.split_off(share.min(rest.len()));
            shares.push(std::mem::replace(&mut rest, next));
        }
        let prepare = |share: Vec<(usize, Granted, Draft<'_>, &Entry<'_>)>| {
            let view = self.view()?;
            let one = |(number, sight, draft, entry): (usize, Granted, Draft<'_>, &Entry<'_>)| {
                let step = self.step(&view, number, sight, draft, entry, links, among);
                step.map_err(|error| in_entry(number, error))
            };
            share.into_iter().map(one).collect::<Result<Vec<_>, Error>>()
        };
        if shares.len() <= 1 {
            return shares.pop().map_or(Ok(Vec::new()), prepare);
        }
        let mut steps = Vec::new();
        let parts = std::thread::scope(|scope| {
            let threads: Vec<_> = shares.into_iter().map(|share| scope.spawn(|| prepare(share))).collect();
            threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
        });
        for part in parts {
            let part = part.map_err(|_| Error::Broken("preparing a transaction panicked".to_string()))?;
            steps.extend(part?);
        }
        Ok(steps)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one entry, taken apart for the threads")]
    fn step(
        &self,
        view: &View,
        number: usize,
        sight: Granted,
        draft: Draft<'_>,
        entry: &Entry<'_>,
        links: &Links,
        among: &Companions,
    ) -> Result<(u8, Step), Error> {
        let (action, rank) = match entry.wish {
            Wish::Delete(..) => (Action::Delete, 0),
            Wish::Create(..) => (Action::Create, 1),
            _ => (Action::Update, 2),
        };
        let type_name = type_of(entry).unwrap_or("");
        let deed = match draft {
            Draft::Done(deed) => deed,
            Draft::Write { home, change, expected } => {
                let resource = match change {
                    // What a patch puts in may refer to other entries.
                    Content::Patched(resource) => {
                        let text = rewrite(resource.root(), &home.id, None, links);
                        Resource::parse_json(text.as_bytes()).map_err(Error::Invalid)?
                    }
                    Content::Entry(entry) => {
                        let Some(value) = entry.resource else {
                            return Err(Error::Broken("an entry lost its resource".to_string()));
                        };
                        let text = rewrite(value, &home.id, entry.full_url.as_deref(), links);
                        let tree =
                            Tree::parse(text.as_bytes()).map_err(|error| Error::Malformed(vec![Issue::from(error)]))?;
                        Resource::from_tree(tree).map_err(Error::Malformed)?
                    }
                };
                let Valid(resource) = self.valid(resource)?;
                Deed::Put(Box::new(self.core.store().prepare(view, &resource, home, among)?), expected)
            }
        };
        let line = self.line(&About::new(action, type_name, "transaction"), NOWHERE, 0);
        Ok((rank, Step { number, sight, deed, line }))
    }
}

impl Planning<'_> {
    /// Looks up what conditions in references mean.
    fn conditional_references(&mut self, view: &View, entries: &[Entry<'_>]) -> Result<(), Error> {
        let mut found = Vec::new();
        for entry in entries {
            if let Some(resource) = entry.resource {
                conditions(resource, &mut found);
            }
        }
        found.sort_unstable();
        found.dedup();
        for text in found {
            let name = text.split('?').next().and_then(|name| Definitions::r4().resource(name));
            let Some(target) = name else {
                continue;
            };
            let wrong = |text: String| Error::Malformed(vec![Issue::error("value", "Bundle.entry", text)]);
            let criteria = criteria_of(&text).map_err(wrong)?;
            let sight = self.record.granted(Action::Search, target.name)?;
            let matched = self.record.matching(view, &sight.searches, target.name, &criteria)?.at_most_one()?;
            let Some(stored) = matched else {
                let text = format!("a reference by condition to a {} matches nothing", target.name);
                return Err(Error::Precondition(text));
            };
            let about = About::new(Action::Search, target.name, crate::query::print(&criteria));
            self.found.push(self.record.line_of(&about, &stored));
            let home = self.record.core.store().home(view, target.id, &stored.id)?;
            self.links.insert(text.clone(), format!("{}/{}", target.name, stored.id));
            self.among.add(&text, &home);
            self.assumptions.push(Assumption::Matches(sight, target.name, criteria, Some(stored.id)));
        }
        Ok(())
    }

    fn draft<'e>(&mut self, view: &View, entry: &'e Entry<'e>) -> Result<(Granted, Draft<'e>), Error> {
        match &entry.wish {
            Wish::Create(name, unless) => self.create(view, entry, name, unless.as_deref()),
            Wish::Update(which, expected) => self.update(view, entry, which, *expected),
            Wish::Patch(which, expected) => self.patch(view, entry, which, *expected),
            Wish::Delete(which, version) => self.delete(view, which, *version),
            Wish::Get(_) => Err(Error::Broken("nothing to write for a GET".to_string())),
        }
    }

    fn create<'e>(
        &mut self,
        view: &View,
        entry: &'e Entry<'e>,
        name: &'static str,
        unless: Option<&[Pair]>,
    ) -> Result<(Granted, Draft<'e>), Error> {
        let sight = self.record.granted(Action::Create, name)?;
        let resource = own_resource(entry, name)?;
        if let Some(criteria) = unless {
            let matched = self.record.matching(view, &sight.searches, name, criteria)?.at_most_one()?;
            let id = matched.as_ref().map(|stored| stored.id.clone());
            self.assumptions.push(Assumption::Matches(sight.clone(), name, criteria.to_vec(), id));
            if let Some(stored) = matched {
                let home = self.record.core.store().home(view, stored.type_id, &stored.id)?;
                self.note(entry, name, &home);
                return Ok((sight, Draft::Done(Deed::Existing(stored.type_id, stored.id))));
            }
            self.make_new(name, criteria)?;
        }
        let home = self.record.core.store().new_home(view, &resource, &self.among)?;
        self.take(&home)?;
        self.note(entry, name, &home);
        Ok((sight, Draft::Write { home, change: Content::Entry(entry), expected: Expected::Absent }))
    }

    fn update<'e>(
        &mut self,
        view: &View,
        entry: &'e Entry<'e>,
        which: &Which,
        expected: Expected,
    ) -> Result<(Granted, Draft<'e>), Error> {
        let name = which.type_name();
        let sight = self.record.granted(Action::Update, name)?;
        let resource = own_resource(entry, name)?;
        is_whole(&resource)?;
        let id = match which {
            Which::Id(_, id) => {
                if resource.id() != Some(id) {
                    let text = "the resource of an update has the same id as its url";
                    return Err(Error::Malformed(vec![Issue::error("value", format!("{name}.id"), text)]));
                }
                Some(id.clone())
            }
            Which::Matching(_, criteria) => {
                let matched = self.record.matching(view, &sight.searches, name, criteria)?.at_most_one()?;
                let id = matched.map(|stored| stored.id);
                self.assumptions.push(Assumption::Matches(sight.clone(), name, criteria.clone(), id.clone()));
                if id.is_none() {
                    self.make_new(name, criteria)?;
                }
                if let (None, Some(id)) = (&id, resource.id()) {
                    self.record.is_free(view, &sight, &resource, id)?;
                }
                id.or_else(|| resource.id().map(str::to_string))
            }
        };
        let home = match id {
            Some(id) => {
                let limited = !look::is_everything(&sight, resource.type_id);
                if visible(view, &sight, resource.type_id, &id)?.is_none() && limited {
                    return Err(Error::NotFound);
                }
                self.record.core.store().home(view, resource.type_id, &id)?
            }
            None => self.record.core.store().new_home(view, &resource, &self.among)?,
        };
        self.take(&home)?;
        self.note(entry, name, &home);
        Ok((sight, Draft::Write { home, change: Content::Entry(entry), expected }))
    }

    fn patch<'e>(
        &mut self,
        view: &View,
        entry: &'e Entry<'e>,
        which: &Which,
        expected: Expected,
    ) -> Result<(Granted, Draft<'e>), Error> {
        let name = which.type_name();
        let sight = self.record.granted(Action::Update, name)?;
        let id = self.named(view, &sight, which)?.ok_or(Error::NotFound)?;
        let about = About::new(Action::Update, name, id.clone());
        let current = self.record.current(&about, &id)?;
        holds(expected, Some(&current))?;
        let patch = patch_of(entry)?;
        let after = patch.apply(&crate::record::patch::resource_of(&current)?)?;
        self.assumptions.push(Assumption::Version(current.type_id, id.clone(), current.version));
        let home = self.record.core.store().home(view, current.type_id, &id)?;
        self.take(&home)?;
        Ok((sight, Draft::Write { home, change: Content::Patched(after), expected: Expected::Any }))
    }

    fn delete<'e>(&mut self, view: &View, which: &Which, version: Option<u64>) -> Result<(Granted, Draft<'e>), Error> {
        let name = which.type_name();
        let sight = self.record.granted(Action::Delete, name)?;
        let Some(id) = self.named(view, &sight, which)? else {
            return Ok((sight, Draft::Done(Deed::Nothing)));
        };
        let type_id = Definitions::r4().resource(name).ok_or(Error::NotFound)?.id;
        if !self.taken.insert((type_id, id.clone())) {
            return Err(twice());
        }
        // To delete what is not there is fine in a transaction.
        let before = visible(view, &sight, type_id, &id)?;
        // What is hidden and what is not there are told alike.
        if before.is_none() && !look::is_everything(&sight, type_id) {
            return Err(Error::NotFound);
        }
        let there = before.is_some_and(|stored| stored.state == State::Live);
        if !there && version.is_none() {
            return Ok((sight, Draft::Done(Deed::Nothing)));
        }
        let expected = version.map_or(Expected::Any, Expected::Version);
        Ok((sight, Draft::Done(Deed::Delete(name, id, expected))))
    }

    /// The id of what is named by id or by a condition.
    fn named(&mut self, view: &View, sight: &Granted, which: &Which) -> Result<Option<String>, Error> {
        match which {
            Which::Id(_, id) => Ok(Some(id.clone())),
            Which::Matching(name, criteria) => {
                let matched = self.record.matching(view, &sight.searches, name, criteria)?.at_most_one()?;
                let id = matched.map(|stored| stored.id);
                let assumption = Assumption::Matches(sight.clone(), name, criteria.clone(), id.clone());
                self.assumptions.push(assumption);
                Ok(id)
            }
        }
    }

    /// No two entries write the same resource.
    fn take(&mut self, home: &Home) -> Result<(), Error> {
        if self.taken.insert((home.type_id, home.id.clone())) { Ok(()) } else { Err(twice()) }
    }

    /// No two entries make something new under the same condition: the second would find the first.
    fn make_new(&mut self, name: &'static str, criteria: &[Pair]) -> Result<(), Error> {
        if self.unmatched.insert((name, crate::query::print(criteria))) { Ok(()) } else { Err(twice()) }
    }

    /// How others in the bundle refer to this entry's resource.
    fn note(&mut self, entry: &Entry<'_>, name: &str, home: &Home) {
        if let Some(full_url) = &entry.full_url {
            self.links.insert(full_url.clone(), format!("{name}/{}", home.id));
            self.among.add(full_url, home);
        }
    }
}

fn twice() -> Error {
    let text = "two entries of the transaction write the same resource";
    Error::Malformed(vec![Issue::error("invalid", "", text)])
}

fn type_of(entry: &Entry<'_>) -> Option<&'static str> {
    match &entry.wish {
        Wish::Create(name, _) => Some(name),
        Wish::Update(which, _) | Wish::Patch(which, _) | Wish::Delete(which, _) => Some(which.type_name()),
        Wish::Get(_) => None,
    }
}

fn is_patient(entry: &Entry<'_>) -> bool {
    type_of(entry) == Some("Patient")
}

/// The entry's resource, which must be of the type in its url.
pub fn own_resource(entry: &Entry<'_>, name: &str) -> Result<Resource, Error> {
    let Some(value) = entry.resource else {
        return Err(Error::Broken("an entry lost its resource".to_string()));
    };
    let tree = Tree::parse(value.raw().as_bytes()).map_err(|error| Error::Malformed(vec![Issue::from(error)]))?;
    let resource = Resource::from_tree(tree).map_err(Error::Malformed)?;
    if resource.type_name() != name {
        let text = format!("the resource is a {}, but the url names {name}", resource.type_name());
        return Err(Error::Malformed(vec![Issue::error("value", "", text)]));
    }
    Ok(resource)
}

/// The patch of an entry: Parameters, or a Binary with JSON Patch.
pub fn patch_of(entry: &Entry<'_>) -> Result<Patch, Error> {
    let Some(value) = entry.resource else {
        return Err(Error::Broken("an entry lost its resource".to_string()));
    };
    let name = value.get("resourceType").and_then(|name| name.str()).unwrap_or("");
    match name {
        "Parameters" => own_resource(entry, "Parameters").map(Patch::Path),
        "Binary" => {
            let data = value.get("data").and_then(|data| data.as_str()).and_then(|data| crate::base64::decode(&data));
            let wrong = || Error::Malformed(vec![Issue::error("value", "Binary.data", "the patch is not base64")]);
            data.map(Patch::Json).ok_or_else(wrong)
        }
        _ => {
            let text = "a patch in a bundle is a Parameters resource, or a Binary with JSON Patch";
            Err(Error::Malformed(vec![Issue::error("structure", "", text)]))
        }
    }
}
