//! Runs a query: pages of matches, what is included with them, totals.
//!
//! Promises: what the caller does not see takes no part in anything, neither in matches, chains, sorting, totals and
//! includes nor in limits. Pages of one query neither repeat nor miss what does not change in between; what was made
//! after the first page does not come.
//! What it does not do: sort (`ordered`), or decide what the caller sees.

use std::borrow::Cow;
use std::ops::ControlFlow;

use akson_fhir::definition::{Definitions, TypeId};
use akson_fhir::outcome::Issue;

use super::drive;
use super::expr::{Expr, ReferenceTest, Test};
use super::include::{INCLUDED_MAX, include};
use super::narrow::{Among, Known};
use super::page::{Bond, Cursor, open, seal};
use super::param::reference::targets_of;
use super::query::{Query, Sort, SortKey, Summary, Total};
use super::sight::{Scope, Sight};
use super::sql::Sql;
use super::walk::{Found, Key, Order, Walk, Walker, Within, place_of};
use super::words;
use crate::engine::Bind;
use crate::{Error, Place, Stored, View};

/// One page of an answer.
#[derive(Debug, Default)]
pub struct Page {
    /// The matches.
    pub matches: Vec<Stored>,
    /// What is included with them.
    pub included: Vec<Stored>,
    /// How many matches there are in all, if asked for.
    pub total: Option<i64>,
    /// The token of the next page.
    pub next: Option<String>,
    /// The parameters that were used.
    pub used: Vec<(String, String)>,
    /// What has to be said.
    pub issues: Vec<Issue>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Refusal {
    /// The query asks for a type that the caller can never see.
    Forbidden(&'static str),
    /// The query cannot be answered as it stands.
    Invalid(Issue),
    /// The store failed.
    Store(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::Store(error)
    }
}

/// A part of an answer that comes after those before it.
pub(super) struct Segment<'q> {
    pub(super) number: u16,
    pub(super) type_at: usize,
    pub(super) type_name: &'static str,
    pub(super) conditions: Vec<&'q Expr>,
    pub(super) within: Within,
}

/// A match on its page.
pub(super) struct Hit {
    pub(super) segment: u16,
    pub(super) key: Key,
    pub(super) stored: Stored,
}

impl View {
    /// One page of a query.
    pub fn search(&self, query: &Query, sight: &Sight) -> Result<Page, Refusal> {
        for (type_name, expr) in &query.parts {
            let alone = query.parts.len() == 1;
            if alone && matches!(sight.of(type_name), Scope::Nothing) {
                return Err(Refusal::Forbidden(type_name));
            }
            covered(sight, expr)?;
            veiled(sight, type_name, expr, &query.sort)?;
        }
        let includes = query.include.iter().chain(&query.revinclude);
        for name in includes.flat_map(|rule| [rule.source, rule.target]).flatten() {
            if matches!(sight.of(name), Scope::Nothing) {
                return Err(Refusal::Forbidden(name));
            }
        }
        let query = &*if sight.hides() { Cow::Owned(query.told()) } else { Cow::Borrowed(query) };
        let bond = Bond { query: query.fingerprint(), sight: sight.fingerprint() };
        let cursor = match &query.page {
            None => None,
            Some(token) => Some(open(self.token_key(), bond, token).ok_or_else(no_page)?),
        };
        let end = cursor.as_ref().map_or_else(|| self.numbers_end(), |cursor| cursor.end);
        let registry = self.registry();
        let walker = Walker { view: self, registry: &registry, sight, end, few: Known::default() };
        Run { walker: &walker, query, cursor, bond }.page()
    }

    /// The matches of a query, at most so many; without paging, sorting and includes.
    pub fn find(&self, query: &Query, sight: &Sight, limit: usize) -> Result<Vec<Stored>, Refusal> {
        let query = Query {
            sort: Vec::new(),
            count: limit,
            total: Total::None,
            include: Vec::new(),
            revinclude: Vec::new(),
            ..query.clone()
        };
        Ok(self.search(&query, sight)?.matches)
    }

    /// The statements of a query's first page, each with the engine's plan for it. A chain that drives shows its end.
    pub fn explain(&self, query: &Query, sight: &Sight) -> Result<Vec<(String, Vec<String>)>, Refusal> {
        let registry = self.registry();
        let walker = Walker { view: self, registry: &registry, sight, end: self.numbers_end(), few: Known::default() };
        let run = Run { walker: &walker, query, cursor: None, bond: Bond { query: 0, sight: 0 } };
        let mut plans = Vec::new();
        for segment in run.segments()? {
            let order = match query.sort.first().and_then(|sort| run.order(&segment, sort)) {
                Some(order) if run.order_drives(&segment)? => order,
                _ => Order::Natural,
            };
            let mut walk = run.walk(&segment, order);
            while let Some(at) = walker.driver(&walk) {
                let driver = match walk.conditions[at] {
                    Expr::Any(any) if drive::is_nested(walk.conditions[at]) => &any[0],
                    other => other,
                };
                let (Expr::Chain(_, type_name, inner) | Expr::Has(type_name, _, inner)) = driver else { break };
                walk = walker.plain(type_name, drive::flat(inner));
            }
            for among in walker.amongs(&walk, walker.driver(&walk))? {
                let (text, bound) = walker.statement(&Walk { among, ..walk.clone() });
                let plan = format!("EXPLAIN QUERY PLAN {text}");
                let binds = super::walk::binds(&bound);
                let lines = self.connection.query(&plan, &binds, |row| Ok(row.text(3)?.to_owned()))?;
                plans.push((text, lines));
            }
        }
        Ok(plans)
    }

    /// Whether the caller sees the live resource at a place.
    pub fn sees(&self, sight: &Sight, type_id: TypeId, place: Place) -> Result<bool, Error> {
        let registry = self.registry();
        let walker = Walker { view: self, registry: &registry, sight, end: i64::MAX, few: Known::default() };
        Ok(walker.seen_at(Definitions::r4().get(type_id).name, place)?.is_some())
    }
}

fn no_page() -> Refusal {
    Refusal::Invalid(Issue::error("invalid", "http._page", "this page does not belong to this search; begin it again"))
}

/// Whether a query would read words or an order out of what the sight hides.
fn veiled(sight: &Sight, type_name: &str, expr: &Expr, sorts: &[Sort]) -> Result<(), Refusal> {
    let refused = |what: &str, place: &str| {
        let text = format!("some of what is shown here keeps {what} to itself: ask without it");
        Err(Refusal::Invalid(Issue::error("suppressed", place, text)))
    };
    for redaction in sight.hidden(type_name) {
        if words::any(&drive::flat(expr)) {
            return refused("its words", "");
        }
        let by = sorts.iter().filter_map(|sort| if let SortKey::By(by) = &sort.key { Some(by) } else { None });
        if by.flatten().any(|parameter| redaction.covers(parameter)) {
            return refused("its order", "http._sort");
        }
    }
    Ok(())
}

/// Whether every type that a condition passes through can be seen at all.
fn covered(sight: &Sight, expr: &Expr) -> Result<(), Refusal> {
    match expr {
        Expr::All(all) => all.iter().try_for_each(|one| covered(sight, one)),
        Expr::Any(any) if any.iter().all(|one| matches!(one, Expr::Chain(..) | Expr::Cites(..))) && !any.is_empty() => {
            // A reference to several types: those count that can be seen.
            let mut refused = None;
            for one in any {
                match covered(sight, one) {
                    Ok(()) => return Ok(()),
                    Err(refusal) => refused = Some(refusal),
                }
            }
            refused.map_or(Ok(()), Err)
        }
        Expr::Any(any) => any.iter().try_for_each(|one| covered(sight, one)),
        Expr::Not(inner) => covered(sight, inner),
        Expr::Chain(_, name, inner)
        | Expr::Has(name, _, inner)
        | Expr::Cites(_, name, inner)
        | Expr::CitedBy(name, _, inner) => {
            if matches!(sight.of(name), Scope::Nothing) {
                return Err(Refusal::Forbidden(name));
            }
            covered(sight, inner)
        }
        _ => Ok(()),
    }
}

/// A query on its way.
pub(super) struct Run<'a> {
    pub(super) walker: &'a Walker<'a>,
    pub(super) query: &'a Query,
    pub(super) cursor: Option<Cursor>,
    pub(super) bond: Bond,
}

impl Run<'_> {
    fn page(&self) -> Result<Page, Refusal> {
        let query = self.query;
        let mut page = Page { used: query.used.clone(), issues: query.issues.clone(), ..Page::default() };
        let segments = self.segments()?;
        let only_count = query.summary == Summary::Count || query.count == 0;
        if only_count || query.total == Total::Accurate {
            page.total = Some(self.total(&segments)?);
        }
        if only_count {
            return Ok(page);
        }
        let mut hits = match query.sort.as_slice() {
            [] => self.natural(&segments)?,
            sorts => self.sorted(&segments, sorts)?,
        };
        if hits.len() > query.count {
            hits.truncate(query.count);
            let before = self.cursor.as_ref().map_or(0, |cursor| cursor.ordinal);
            page.next = hits.last().map(|last| {
                let cursor = Cursor {
                    segment: last.segment,
                    ordinal: before + hits.len() as u64,
                    end: self.walker.end,
                    key: last.key.clone(),
                    place: last.stored.place,
                };
                seal(self.walker.view.token_key(), self.bond, &cursor)
            });
        }
        page.matches = hits.into_iter().map(|hit| hit.stored).collect();
        let included = include(self.walker, query, &page.matches)?;
        if included.cut {
            let text =
                format!("more than {INCLUDED_MAX} resources would be included with this page; the rest is left out");
            page.issues.push(Issue::warning("incomplete", "", text));
        }
        page.included = included.resources;
        Ok(page)
    }

    /// The parts of the answer. A search in one patient's record has two: what is shared with others, and the patient's own.
    fn segments(&self) -> Result<Vec<Segment<'_>>, Error> {
        let mut segments = Vec::new();
        for (type_at, (type_name, expr)) in self.query.parts.iter().enumerate() {
            if matches!(self.walker.sight.of(type_name), Scope::Nothing) {
                continue;
            }
            let conditions = drive::flat(expr);
            let number = type_at as u16 * 4;
            let segment = Segment { number, type_at, type_name, conditions: Vec::new(), within: Within::Anywhere };
            let Some((at, patient, shared)) = self.whose(type_name, &conditions)? else {
                segments.push(Segment { conditions, ..segment });
                continue;
            };
            let rest: Vec<&Expr> =
                conditions.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, one)| *one).collect();
            if let Some(shared) = shared {
                segments.push(Segment { conditions: rest.clone(), within: shared, ..segment });
            }
            segments.push(Segment { number: number + 1, conditions: rest, within: Within::Part(patient), ..segment });
        }
        Ok(segments)
    }

    /// The condition that names one patient whose record is searched, and where that record's shared resources are.
    fn whose(
        &self,
        type_name: &'static str,
        conditions: &[&Expr],
    ) -> Result<Option<(usize, i64, Option<Within>)>, Error> {
        let view = self.walker.view;
        let find = |type_name: &str, id: &str| place_of(view, type_name, id);
        let sql = Sql::new(view.hashes(), self.walker.registry, self.walker.sight, &find);
        for (at, one) in conditions.iter().enumerate() {
            match one {
                Expr::Test(
                    parameter,
                    Test::Reference(test @ (ReferenceTest::Local("Patient", _) | ReferenceTest::Id(..))),
                ) if parameter.primary => {
                    let targets = targets_of(&sql, test);
                    let ([number], [patient]) = (targets.numbers.as_slice(), targets.patients.as_slice()) else {
                        continue;
                    };
                    let mut shared = None;
                    for row in &parameter.rows {
                        let probe =
                            "SELECT part FROM reference WHERE param = $1 AND target = $2 ORDER BY param LIMIT 1";
                        let binds = [Bind::Int(i64::from(*row)), Bind::Int(*number)];
                        if view.connection.one(probe, &binds, |_| Ok(()))?.is_some() {
                            shared = Some(Within::Referring(parameter.rows.clone(), *number));
                        }
                    }
                    return Ok(Some((at, *patient, shared)));
                }
                Expr::OfPatient(id) => {
                    let Some((_, patient)) = sql.place_of("Patient", id) else { continue };
                    let probe =
                        "SELECT part FROM compartment WHERE patient = $1 AND type = $2 ORDER BY patient LIMIT 1";
                    let binds = [Bind::Int(patient), Bind::Int(super::compile::type_number(type_name))];
                    let shared = view.connection.one(probe, &binds, |_| Ok(()))?.map(|()| Within::Shared(patient));
                    return Ok(Some((at, patient, shared)));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    pub(super) fn walk<'q>(&self, segment: &Segment<'q>, order: Order<'q>) -> Walk<'q> {
        Walk {
            type_name: segment.type_name,
            conditions: segment.conditions.clone(),
            within: segment.within.clone(),
            order,
            after: None,
            bodies: true,
            among: Among::All,
        }
    }

    fn total(&self, segments: &[Segment<'_>]) -> Result<i64, Refusal> {
        let mut total = 0;
        for segment in segments {
            if words::any(&segment.conditions) {
                let mut looked = 0;
                self.each(segment, &self.walk(segment, Order::Natural), &mut looked, &mut |_| {
                    total += 1;
                    Ok(ControlFlow::Continue(()))
                })?;
            } else {
                total += self.walker.count(&Walk { bodies: false, ..self.walk(segment, Order::Natural) })?;
            }
        }
        Ok(total)
    }

    /// Walks a segment and looks for words in the bodies where the query asks for some.
    pub(super) fn each(
        &self,
        segment: &Segment<'_>,
        walk: &Walk<'_>,
        looked: &mut usize,
        then: &mut dyn FnMut(Found) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Refusal> {
        if !words::any(&segment.conditions) {
            let _ = self.walker.walk(walk, then)?;
            return Ok(());
        }
        let mut too_many = false;
        let _ = self.walker.walk(walk, &mut |found| {
            *looked += 1;
            if *looked > words::LOOKED_MAX {
                too_many = true;
                return Ok(ControlFlow::Break(()));
            }
            let fits = found.stored.as_ref().is_some_and(|stored| words::fit(&segment.conditions, stored));
            if fits { then(found) } else { Ok(ControlFlow::Continue(())) }
        })?;
        if too_many {
            let text = format!(
                "more than {} resources would have to be read for these words; narrow the search",
                words::LOOKED_MAX
            );
            return Err(Refusal::Invalid(Issue::error("too-costly", "", text)));
        }
        Ok(())
    }

    /// Matches in the order of what drives, one more than the page has.
    fn natural(&self, segments: &[Segment<'_>]) -> Result<Vec<Hit>, Refusal> {
        let mut hits = Vec::new();
        let mut looked = 0;
        for segment in segments {
            if self.cursor.as_ref().is_some_and(|cursor| segment.number < cursor.segment) {
                continue;
            }
            if self.fill(segment, Order::Natural, segment.number, &mut looked, &mut hits)? {
                break;
            }
        }
        Ok(hits)
    }

    /// Adds a segment's matches; true when the page is full.
    pub(super) fn fill<'q>(
        &self,
        segment: &Segment<'q>,
        order: Order<'q>,
        number: u16,
        looked: &mut usize,
        hits: &mut Vec<Hit>,
    ) -> Result<bool, Refusal> {
        let mut walk = self.walk(segment, order);
        let resumed = self.cursor.as_ref().filter(|cursor| cursor.segment == number);
        let driver = self.walker.driver(&walk);
        let nested = driver.is_some_and(|at| drive::is_nested(walk.conditions[at])) && walk.within == Within::Anywhere;
        if nested {
            return self.replay(segment, &walk, number, resumed, looked, hits);
        }
        walk.after = match resumed {
            Some(cursor) => Some((self.walker.whole_key(&walk, cursor)?, cursor.place)),
            None => None,
        };
        self.each(segment, &walk, looked, &mut |found| Ok(self.push(number, found, hits)))?;
        Ok(hits.len() > self.query.count)
    }

    fn push(&self, segment: u16, found: Found, hits: &mut Vec<Hit>) -> ControlFlow<()> {
        if let Some(stored) = found.stored {
            hits.push(Hit { segment, key: found.key, stored });
        }
        if hits.len() > self.query.count { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// A walk within a walk has no key to go on from: it is walked again up to the last match.
    fn replay(
        &self,
        segment: &Segment<'_>,
        walk: &Walk<'_>,
        number: u16,
        resumed: Option<&Cursor>,
        looked: &mut usize,
        hits: &mut Vec<Hit>,
    ) -> Result<bool, Refusal> {
        let mut skipping = resumed.map(|cursor| cursor.place);
        if skipping.is_some() {
            let mut still_there = false;
            let places = Walk {
                bodies: false,
                conditions: walk.conditions.clone(),
                within: walk.within.clone(),
                ..self.walker.plain(walk.type_name, Vec::new())
            };
            let _ = self.walker.walk(&places, &mut |found| {
                still_there = Some(found.place) == skipping;
                Ok(if still_there { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
            if !still_there {
                skipping = None;
            }
        }
        let mut to_skip =
            if resumed.is_some() && skipping.is_none() { resumed.map_or(0, |cursor| cursor.ordinal) } else { 0 };
        self.each(segment, walk, looked, &mut |found| {
            if let Some(last) = skipping {
                if found.place == last {
                    skipping = None;
                }
                return Ok(ControlFlow::Continue(()));
            }
            if to_skip > 0 {
                to_skip -= 1;
                return Ok(ControlFlow::Continue(()));
            }
            Ok(self.push(number, found, hits))
        })?;
        Ok(hits.len() > self.query.count)
    }
}
