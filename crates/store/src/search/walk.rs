//! Walks over the resources that satisfy conditions, one statement at a time.
//!
//! A walk is driven by one condition and comes in an order that depends on the question alone. A chain that drives is a
//! walk over its targets with a walk over the sources of each inside.
//! What it does not do: pages (`run`), or sort (`sort`).

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::ControlFlow;

use super::drive::{self, Drive};
use super::expr::{Expr, StringTest};
use super::index::{Indexing, rows_of};
use super::narrow::{Among, Known};
use super::registry::{Parameter, Registry};
use super::sight::Sight;
use super::sql::{Bound, Sql};
use super::statement::{KeyKind, body, write};
use crate::engine::Bind;
use crate::{Error, Place, Stored, View};

/// The value by which a row stands where it stands, before its part and number.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Key {
    /// None: part and number are the order.
    #[default]
    None,
    /// A time.
    Int(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
}

/// A resource on the way.
#[derive(Debug)]
pub struct Found {
    /// Where it is.
    pub place: Place,
    /// Where it stands in the order.
    pub key: Key,
    /// The resource, if it was wanted.
    pub stored: Option<Stored>,
}

/// Where the resources are looked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Within {
    /// Anywhere.
    Anywhere,
    /// In a patient's part.
    Part(i64),
    /// Among those that refer to a resource through rows with these numbers.
    Referring(Vec<i32>, i64),
    /// Among those of several patients that are in a patient's compartment.
    Shared(i64),
}

/// In which order.
#[derive(Debug, Clone)]
pub enum Order<'a> {
    /// That of the driver.
    Natural,
    /// By a parameter; what has no value does not come.
    By(&'a Parameter, bool),
    /// By the time of the last change.
    Updated(bool),
}

/// What is walked.
#[derive(Clone)]
pub struct Walk<'a> {
    /// The type.
    pub type_name: &'static str,
    /// What must hold.
    pub conditions: Vec<&'a Expr>,
    /// Where.
    pub within: Within,
    /// How.
    pub order: Order<'a>,
    /// The last one of the page before.
    pub after: Option<(Key, Place)>,
    /// Whether the resources themselves are wanted.
    pub bodies: bool,
    /// Among whose.
    pub among: Among,
}

/// Who walks: a view, a sight, and the end of the numbers that count.
pub struct Walker<'a> {
    /// The data.
    pub view: &'a View,
    /// The parameters.
    pub registry: &'a Registry,
    /// What the caller may see.
    pub sight: &'a Sight,
    /// Resources with a number from here on came later than the first page.
    pub end: i64,
    /// The few patients of the caller, by type, as far as they were asked for.
    pub(super) few: Known,
}

/// Whether to go on.
pub type Flow = Result<ControlFlow<()>, Error>;

/// No more rows than this leave one statement.
pub(super) const ROWS_MAX: i64 = i64::MAX;

impl<'a> Walker<'a> {
    /// Hands each resource to `each`, once, until it breaks.
    pub fn walk(&self, walk: &Walk<'_>, each: &mut dyn FnMut(Found) -> Flow) -> Flow {
        let driver = self.driver(walk);
        if let Some(at) = driver
            && matches!(walk.within, Within::Anywhere)
        {
            match walk.conditions[at] {
                Expr::Chain(parameter, target, inner) => {
                    return self.through_chain(walk, at, (parameter, target, inner), each);
                }
                Expr::Has(source, parameter, inner) => {
                    return self.through_has(walk, at, (source, parameter, inner), each);
                }
                Expr::Any(any) if drive::is_nested(walk.conditions[at]) => {
                    return self.through_chains(walk, at, any, each);
                }
                _ => {}
            }
        }
        self.direct(walk, driver, each)
    }

    /// Which condition drives.
    pub fn driver(&self, walk: &Walk<'_>) -> Option<usize> {
        match (&walk.order, &walk.within) {
            (Order::Natural, Within::Anywhere) => drive::choose(&walk.conditions, Some(walk.type_name)),
            (Order::Natural, Within::Part(_)) => drive::choose_within_part(&walk.conditions),
            _ => None,
        }
    }

    /// Whether any reference of a parameter has a row. The one that says whose a resource is usually has none.
    fn any_rows(&self, parameter: &Parameter) -> bool {
        let sql = "SELECT param FROM reference WHERE param = $1 AND target > 0 ORDER BY param LIMIT 1";
        let found = |number: &i32| self.view.connection.one(sql, &[Bind::Int(i64::from(*number))], |_| Ok(()));
        parameter.rows.iter().any(|number| !matches!(found(number), Ok(None)))
    }

    /// From each resource that the chain's end finds, to those that refer to it.
    fn through_chain(
        &self,
        walk: &Walk<'_>,
        at: usize,
        (parameter, target, inner): (&Parameter, &'static str, &Expr),
        each: &mut dyn FnMut(Found) -> Flow,
    ) -> Flow {
        let rest = without(&walk.conditions, at);
        let by_part = parameter.primary && target == "Patient";
        let by_rows = !by_part || self.any_rows(parameter);
        let mut seen = HashSet::new();
        let mut targets = HashSet::new();
        let ends = self.plain(target, drive::flat(inner));
        self.walk(&ends, &mut |end| {
            if !targets.insert(end.place.rid) {
                return Ok(ControlFlow::Continue(()));
            }
            let mut hand_on = |found: Found| match seen.insert(found.place) {
                true => each(found),
                false => Ok(ControlFlow::Continue(())),
            };
            let mut go = |within: Within| {
                self.walk(
                    &Walk {
                        within,
                        conditions: rest.clone(),
                        bodies: walk.bodies,
                        ..self.plain(walk.type_name, Vec::new())
                    },
                    &mut hand_on,
                )
            };
            if by_part && go(Within::Part(end.place.rid))?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if by_rows {
                return go(Within::Referring(parameter.rows.clone(), end.place.rid));
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// A reference to one of several types: one type after the other.
    fn through_chains(&self, walk: &Walk<'_>, at: usize, any: &[Expr], each: &mut dyn FnMut(Found) -> Flow) -> Flow {
        let mut seen = HashSet::new();
        let mut hand_on = |found: Found| match seen.insert(found.place) {
            true => each(found),
            false => Ok(ControlFlow::Continue(())),
        };
        for one in any {
            if let Expr::Chain(parameter, target, inner) = one
                && self.through_chain(walk, at, (parameter, target, inner), &mut hand_on)?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// From each resource that refers to patients, to these: the one who is its part, or those that it names.
    fn through_has(
        &self,
        walk: &Walk<'_>,
        at: usize,
        (source, parameter, inner): (&'static str, &Parameter, &Expr),
        each: &mut dyn FnMut(Found) -> Flow,
    ) -> Flow {
        let rest = without(&walk.conditions, at);
        let mut patients = HashSet::new();
        let sources = self.plain(source, drive::flat(inner));
        self.walk(&sources, &mut |source| {
            let named = match source.place.part {
                part if part > 0 => vec![part],
                _ => self.patients_named(source.place, parameter)?,
            };
            for part in named {
                let patient = Walk {
                    within: Within::Part(part),
                    conditions: rest.clone(),
                    bodies: walk.bodies,
                    ..self.plain("Patient", Vec::new())
                };
                if patients.insert(part) && self.walk(&patient, each)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// The patients to which a parameter of a shared resource leads.
    fn patients_named(&self, place: Place, parameter: &Parameter) -> Result<Vec<i64>, Error> {
        let Some(stored) = self.view.at(place)? else { return Ok(Vec::new()) };
        let resource = akson_fhir::resource::Resource::parse_json(stored.bare().as_bytes())
            .map_err(|_| Error::Damaged("a stored body is no resource".to_owned()))?;
        let targets = rows_of(&self.indexing(), &resource, parameter).targets;
        let patients = targets.iter().filter(|(type_id, _)| *type_id == crate::compartment::patient_type());
        patients.filter_map(|(type_id, id)| self.view.place(*type_id, id).transpose()).map(|p| Ok(p?.rid)).collect()
    }

    /// A walk without order over places.
    pub fn plain<'w>(&self, type_name: &'static str, conditions: Vec<&'w Expr>) -> Walk<'w> {
        Walk {
            type_name,
            conditions,
            within: Within::Anywhere,
            order: Order::Natural,
            after: None,
            bodies: false,
            among: Among::All,
        }
    }

    fn direct(&self, walk: &Walk<'_>, driver: Option<usize>, each: &mut dyn FnMut(Found) -> Flow) -> Flow {
        for among in self.amongs(walk, driver)? {
            let part = match among {
                Among::All => Cow::Borrowed(walk),
                among => Cow::Owned(Walk { among, ..walk.clone() }),
            };
            if self.at_once(&part, driver, each)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// A walk in one statement.
    fn at_once(&self, walk: &Walk<'_>, driver: Option<usize>, each: &mut dyn FnMut(Found) -> Flow) -> Flow {
        let find = |type_name: &str, id: &str| place_of(self.view, type_name, id);
        let mut sql = Sql::new(self.view.hashes(), self.registry, self.sight, &find);
        let shape = write(&mut sql, walk, driver, self.end);
        let mut seen = HashSet::new();
        let mut flow = ControlFlow::Continue(());
        let string =
            driver.and_then(|at| Drive::of(walk.conditions[at])).and_then(|d| Some((d.parameter(), d.string()?)));
        let columns = if walk.bodies { 11 } else { 2 };
        self.view.connection.walk(&sql.text, &binds(&sql.binds), |row| {
            let place = Place { part: row.int(0)?, rid: row.int(1)? };
            if shape.scattered && !seen.insert(place) {
                return Ok(true);
            }
            let key = match shape.key {
                KeyKind::None => Key::None,
                KeyKind::Int => Key::Int(row.int(columns)?),
                KeyKind::Real => Key::Real(row.real(columns)?),
                KeyKind::Text => Key::Text(row.text(columns)?.to_string()),
            };
            let stored = if walk.bodies { Some(self.view.stored(row)?) } else { None };
            if shape.scattered && walk.after.is_some() && !self.is_first(walk, string, &key, place, stored.as_ref())? {
                return Ok(true);
            }
            flow = each(Found { place, key, stored })?;
            Ok(flow.is_continue())
        })?;
        Ok(flow)
    }

    /// Whether a text is the first of a resource in the order; if not, an earlier page has shown the resource.
    fn is_first(
        &self,
        walk: &Walk<'_>,
        string: Option<(&Parameter, &StringTest)>,
        key: &Key,
        place: Place,
        stored: Option<&Stored>,
    ) -> Result<bool, Error> {
        let Some(ordering) = ordering(walk, string) else { return Ok(true) };
        let Key::Text(text) = key else { return Ok(true) };
        let fetched;
        let stored = match stored {
            Some(stored) => stored,
            None => {
                fetched = self.view.at(place)?;
                let Some(stored) = &fetched else { return Ok(false) };
                stored
            }
        };
        Ok(self.first_text(stored, ordering)?.as_ref() == Some(text))
    }

    /// The text by which a resource stands in the order.
    fn first_text(&self, stored: &Stored, ordering: Ordering<'_>) -> Result<Option<String>, Error> {
        let Ordering { parameter, test, descending } = ordering;
        let texts = self.texts(stored, parameter)?.into_iter();
        let fits =
            texts.filter(|(text, exact)| test.is_none_or(|test| self.fits(test, text, *exact))).map(|(text, _)| text);
        Ok(if descending { fits.max() } else { fits.min() })
    }

    /// The text by which the resource at a place stands in a walk's order, if it still begins so.
    pub fn text_at(&self, walk: &Walk<'_>, place: Place, start: &str) -> Result<Option<String>, Error> {
        let drive = self.driver(walk).and_then(|at| Drive::of(walk.conditions[at]));
        let string = drive.as_ref().and_then(|drive| Some((drive.parameter(), drive.string()?)));
        let (Some(ordering), Some(stored)) = (ordering(walk, string), self.view.at(place)?) else { return Ok(None) };
        Ok(self.first_text(&stored, ordering)?.filter(|text| text.starts_with(start)))
    }

    fn texts(&self, stored: &Stored, parameter: &Parameter) -> Result<Vec<(String, i64)>, Error> {
        let resource = akson_fhir::resource::Resource::parse_json(stored.bare().as_bytes())
            .map_err(|_| Error::Damaged("a stored body is no resource".to_owned()))?;
        let rows = rows_of(&self.indexing(), &resource, parameter);
        Ok(rows.strings.into_iter().map(|row| (row.text, row.exact)).collect())
    }

    /// What indexing needs.
    pub fn indexing(&self) -> Indexing<'_> {
        Indexing { registry: self.registry, hashes: self.view.hashes() }
    }

    fn fits(&self, test: &StringTest, text: &str, exact: i64) -> bool {
        match test {
            StringTest::Starts(start) => text.starts_with(start.as_str()),
            StringTest::Equals(whole) => text == whole,
            StringTest::Exact(written) => exact == self.view.hashes().code(written),
            StringTest::Contains(part) => text.contains(part.as_str()),
            StringTest::Ends(end) => text.ends_with(end.as_str()),
        }
    }

    /// How many resources there are, without looking at them.
    pub fn count(&self, walk: &Walk<'_>) -> Result<i64, Error> {
        let driver = self.driver(walk);
        let nested = driver.is_some_and(|at| drive::is_nested(walk.conditions[at]));
        if nested && matches!(walk.within, Within::Anywhere) {
            let mut count = 0;
            let _ = self.walk(walk, &mut |_| {
                count += 1;
                Ok(ControlFlow::Continue(()))
            })?;
            return Ok(count);
        }
        let find = |type_name: &str, id: &str| place_of(self.view, type_name, id);
        let mut count = 0;
        for among in self.amongs(walk, driver)? {
            let mut sql = Sql::new(self.view.hashes(), self.registry, self.sight, &find);
            sql.push("SELECT count(*) FROM (SELECT DISTINCT d.part, d.rid FROM ");
            body(&mut sql, &Walk { among, ..walk.clone() }, driver, self.end);
            sql.push(") q ORDER BY 1 LIMIT 1");
            count += self.view.connection.one(&sql.text, &binds(&sql.binds), |row| row.int(0))?.unwrap_or(0);
        }
        Ok(count)
    }

    /// The statement of a walk, for looking at its plan.
    pub fn statement(&self, walk: &Walk<'_>) -> (String, Vec<Bound>) {
        let find = |type_name: &str, id: &str| place_of(self.view, type_name, id);
        let mut sql = Sql::new(self.view.hashes(), self.registry, self.sight, &find);
        let driver = self.driver(walk);
        write(&mut sql, walk, driver, self.end);
        (sql.text, sql.binds)
    }
}

/// By which texts a walk goes.
#[derive(Clone, Copy)]
struct Ordering<'a> {
    parameter: &'a Parameter,
    test: Option<&'a StringTest>,
    descending: bool,
}

fn ordering<'a>(walk: &Walk<'a>, string: Option<(&'a Parameter, &'a StringTest)>) -> Option<Ordering<'a>> {
    match (&walk.order, string) {
        (Order::By(parameter, descending), _) => Some(Ordering { parameter, test: None, descending: *descending }),
        (_, Some((parameter, test))) => Some(Ordering { parameter, test: Some(test), descending: false }),
        _ => None,
    }
}

/// Where a resource is or would be.
pub fn place_of(view: &View, type_name: &str, id: &str) -> Option<(i64, i64)> {
    let type_id = akson_fhir::definition::Definitions::r4().type_id(type_name)?;
    let place = view.place(type_id, id).ok()??;
    Some((place.part, place.rid))
}

/// What is bound, as the engine takes it.
pub fn binds(bound: &[Bound]) -> Vec<Bind<'_>> {
    let bind = |value| match value {
        &Bound::Int(number) => Bind::Int(number),
        &Bound::Real(number) => Bind::Real(number),
        Bound::Text(text) => Bind::Text(text.as_str()),
        Bound::Bytes(bytes) => Bind::Bytes(bytes),
    };
    bound.iter().map(bind).collect()
}

pub(super) fn without<'w>(conditions: &[&'w Expr], at: usize) -> Vec<&'w Expr> {
    conditions.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, one)| *one).collect()
}
