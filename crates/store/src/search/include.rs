//! `_include` and `_revinclude`: what matches refer to, and what refers to them.
//!
//! Each resource is taken only if the caller sees it, before any limit counts; nothing is said of others. Nothing comes
//! twice, and no match is also included. A reference to a version brings the current one; a canonical address the resource
//! that has it.
//! Spec: <https://hl7.org/fhir/R4/search.html#include>.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::json::Value;
use akson_fhir::path::{Context, Item};
use akson_fhir::reference::Reference;
use akson_fhir::resource::Resource;

use super::compile::type_number;
use super::expr::{Expr, Test, UriTest};
use super::index::values;
use super::param::reference::targets;
use super::query::{Include, Query};
use super::registry::Parameter;
use super::sight::Scope;
use super::walk::{Walk, Walker, Within};
use crate::engine::Bind;
use crate::{Error, Place, Stored};

/// How many resources are included in one page.
pub const INCLUDED_MAX: usize = 1_000;
/// How many versions of what stands under one canonical address are looked at.
const VERSIONS_MAX: usize = 100;
/// How often `:iterate` goes on.
pub const ROUNDS_MAX: usize = 8;

/// What was included, and whether there was more.
#[derive(Debug, Default)]
pub struct Included {
    /// The resources.
    pub resources: Vec<Stored>,
    /// There were more than [`INCLUDED_MAX`].
    pub cut: bool,
}

struct Gather<'a> {
    walker: &'a Walker<'a>,
    seen: HashSet<Place>,
    found: Included,
    /// Types of which there are resources, and row numbers of parameters of which there are rows, as far as was asked: a
    /// wildcard asks of each match for all of them.
    inhabited: HashMap<Inhabited, bool>,
}

#[derive(PartialEq, Eq, Hash)]
enum Inhabited {
    Type(&'static str),
    Row(i32),
}

/// Everything that the query includes with these matches.
pub fn include(walker: &Walker<'_>, query: &Query, matches: &[Stored]) -> Result<Included, Error> {
    if query.include.is_empty() && query.revinclude.is_empty() {
        return Ok(Included::default());
    }
    let seen = matches.iter().map(|stored| stored.place).collect();
    let mut gather = Gather { walker, seen, found: Included::default(), inhabited: HashMap::new() };
    let mut from = 0;
    for round in 0..ROUNDS_MAX {
        let sources: Vec<Stored> = if round == 0 { matches.to_vec() } else { gather.found.resources[from..].to_vec() };
        from = gather.found.resources.len();
        if sources.is_empty() {
            break;
        }
        for source in &sources {
            for rule in query.include.iter().filter(|rule| round == 0 || rule.iterate) {
                gather.forward(source, rule)?;
            }
            for rule in query.revinclude.iter().filter(|rule| round == 0 || rule.iterate) {
                gather.backward(source, rule)?;
            }
        }
        if gather.found.cut {
            break;
        }
    }
    Ok(gather.found)
}

impl Gather<'_> {
    /// Takes a resource; breaks when there are too many.
    fn take(&mut self, stored: Stored) -> ControlFlow<()> {
        if !self.seen.insert(stored.place) {
            return ControlFlow::Continue(());
        }
        if self.found.resources.len() >= INCLUDED_MAX {
            self.found.cut = true;
            return ControlFlow::Break(());
        }
        self.found.resources.push(stored);
        ControlFlow::Continue(())
    }

    fn parameters(&self, type_name: &str, rule: &Include) -> Vec<Arc<Parameter>> {
        let all = self.walker.registry.parameters(type_name).iter();
        let fits = |p: &&Arc<Parameter>| {
            p.kind == SearchKind::Reference && rule.code.as_ref().is_none_or(|code| *code == p.code)
        };
        all.filter(fits).cloned().collect()
    }

    fn forward(&mut self, source: &Stored, rule: &Include) -> Result<(), Error> {
        let type_name = Definitions::r4().get(source.type_id).name;
        if rule.source.is_some_and(|wanted| wanted != type_name) {
            return Ok(());
        }
        let resource = Resource::parse_json(source.bare().as_bytes())
            .map_err(|_| Error::Damaged("a stored body is no resource".to_owned()))?;
        let context = Context::of(resource.root());
        let root = Item::node(resource.root(), resource.type_id);
        for parameter in self.parameters(type_name, rule) {
            if !self.walker.tells(type_name, source.place, &parameter)? {
                continue;
            }
            for item in values(&parameter, &root, &context) {
                if let Some(text) = item.value().and_then(Value::as_str) {
                    if self.cited(&parameter, &text, rule)?.is_break() {
                        return Ok(());
                    }
                    continue;
                }
                let Some(text) = item.value().and_then(|v| v.get("reference")).and_then(Value::as_str) else {
                    continue;
                };
                let Reference::Local(address) = Reference::parse(&text, self.walker.view.base()) else { continue };
                if rule.target.is_some_and(|wanted| wanted != address.type_name()) {
                    continue;
                }
                let Some(place) = self.walker.view.place(address.type_id, address.id)? else { continue };
                if self.seen.contains(&place) {
                    continue;
                }
                if let Some(found) = self.walker.seen_at(address.type_name(), place)?
                    && self.take(found).is_break()
                {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What a canonical address leads to: with a version that one, otherwise the one changed last.
    fn cited(&mut self, parameter: &Parameter, canonical: &str, rule: &Include) -> Result<ControlFlow<()>, Error> {
        let (address, version) = canonical.split_once('|').unwrap_or((canonical, ""));
        for type_name in targets(parameter) {
            if rule.target.is_some_and(|wanted| wanted != type_name) {
                continue;
            }
            let mut found = self.under(type_name, address)?;
            if let Reference::Local(local) = Reference::parse(address, self.walker.view.base())
                && local.type_name() == type_name
                && let Some(place) = self.walker.view.place(local.type_id, local.id)?
            {
                found.extend(self.walker.seen_at(type_name, place)?);
            }
            found.retain(|stored| version.is_empty() || member(stored, "version").as_deref() == Some(version));
            if let Some(newest) = found.into_iter().max_by_key(|stored| stored.updated)
                && self.take(newest).is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The resources of a type under a canonical address.
    fn under(&self, type_name: &'static str, url: &str) -> Result<Vec<Stored>, Error> {
        let Some(parameter) = self.walker.registry.url(type_name).cloned() else { return Ok(Vec::new()) };
        let test = Expr::Test(parameter, Test::Uri(UriTest::Is(url.to_string())));
        let walk = Walk { bodies: true, ..self.walker.plain(type_name, vec![&test]) };
        let mut found = Vec::new();
        let _ = self.walker.walk(&walk, &mut |one| {
            found.extend(one.stored);
            let full = found.len() >= VERSIONS_MAX;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }

    fn backward(&mut self, target: &Stored, rule: &Include) -> Result<(), Error> {
        let type_name = Definitions::r4().get(target.type_id).name;
        if rule.target.is_some_and(|wanted| wanted != type_name) {
            return Ok(());
        }
        let url = self.walker.registry.url(type_name).and_then(|_| member(target, "url"));
        let sources: Vec<&'static str> = match rule.source {
            Some(source) => vec![source],
            None => Definitions::r4().resource_types().map(|found| found.name).collect(),
        };
        for source in sources {
            if matches!(self.walker.sight.of(source), Scope::Nothing) || !self.is_any_of(source)? {
                continue;
            }
            for parameter in self.parameters(source, rule) {
                if !targets(&parameter).contains(&type_name) {
                    continue;
                }
                let told = Expr::Told(Arc::clone(&parameter));
                let by_rows = self.has_any_row(&parameter)?;
                if parameter.primary && type_name == "Patient" {
                    self.all(source, Within::Part(target.place.rid), &told)?;
                }
                if !by_rows {
                    continue;
                }
                self.all(source, Within::Referring(parameter.rows.clone(), target.place.rid), &told)?;
                if let Some(url) = url.as_ref().filter(|_| parameter.cites()) {
                    let number = self.walker.view.hashes().target(url);
                    self.all(source, Within::Referring(parameter.rows.clone(), number), &told)?;
                }
            }
        }
        Ok(())
    }

    fn is_any_of(&mut self, type_name: &'static str) -> Result<bool, Error> {
        if let Some(known) = self.inhabited.get(&Inhabited::Type(type_name)) {
            return Ok(*known);
        }
        let sql = "SELECT type FROM resource WHERE type = $1 ORDER BY type LIMIT 1";
        let number = Bind::Int(type_number(type_name));
        let found = self.walker.view.connection.one(sql, &[number], |_| Ok(()))?.is_some();
        self.inhabited.insert(Inhabited::Type(type_name), found);
        Ok(found)
    }

    fn has_any_row(&mut self, parameter: &Parameter) -> Result<bool, Error> {
        let mut any = false;
        for row in &parameter.rows {
            let found = match self.inhabited.get(&Inhabited::Row(*row)) {
                Some(known) => *known,
                None => {
                    let sql = "SELECT param FROM reference WHERE param = $1 ORDER BY param LIMIT 1";
                    self.walker.view.connection.one(sql, &[Bind::Int(i64::from(*row))], |_| Ok(()))?.is_some()
                }
            };
            self.inhabited.insert(Inhabited::Row(*row), found);
            any |= found;
        }
        Ok(any)
    }

    fn all(&mut self, type_name: &'static str, within: Within, told: &Expr) -> Result<(), Error> {
        let walker = self.walker;
        let conditions = if walker.sight.hides() { vec![told] } else { Vec::new() };
        let walk = Walk { within, bodies: true, ..walker.plain(type_name, conditions) };
        let _ = walker
            .walk(&walk, &mut |found| Ok(found.stored.map_or(ControlFlow::Continue(()), |stored| self.take(stored))))?;
        Ok(())
    }
}

fn member(stored: &Stored, key: &str) -> Option<String> {
    let resource = Resource::parse_json(stored.bare().as_bytes()).ok()?;
    resource.root().get(key).and_then(Value::as_str).map(|text| text.into_owned())
}
