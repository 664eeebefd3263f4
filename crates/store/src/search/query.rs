//! A query: what a search asks for, read from the pairs of its address.
//!
//! Promises: an unknown or ill-formed parameter is refused with what is known; asked to be lenient, it is left out, said
//! so, and missing from `used`. It never widens a question in silence.
//! What it does not do: look at data, or know who asks. Spec: <https://hl7.org/fhir/R4/search.html>.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::outcome::Issue;

use super::expr::{Expr, ReferenceTest, Test};
use super::near;
use super::param::reference::targets;
use super::read::{CONDITIONS_MAX, Reading, parameter, too_many};
use super::registry::Parameter;

/// How many resources a page has if nothing is said.
pub const COUNT_DEFAULT: usize = 20;
/// How many it has at most.
pub const COUNT_MAX: usize = 1_000;
/// How many parameters a query may have.
pub const PARAMETERS_MAX: usize = 200;
/// How many sort keys.
pub const SORTS_MAX: usize = 8;
/// How many `_include` and `_revinclude`.
pub const INCLUDES_MAX: usize = 50;

/// What to do with parameters that cannot be understood. <https://hl7.org/fhir/R4/search.html#errors>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// Refuse the query.
    Strict,
    /// Leave them out and say so.
    Lenient,
}

/// Whether to count all matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Total {
    /// No.
    None,
    /// Yes. An estimate is exact here, since a statistic would count what the caller must not see.
    Accurate,
}

/// How much of each resource is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Summary {
    /// All.
    False,
    /// The elements marked for summaries.
    True,
    /// Narrative and what is mandatory.
    Text,
    /// All but the narrative.
    Data,
    /// Only the number of matches.
    Count,
}

/// By what the matches are sorted.
#[derive(Debug, Clone)]
pub enum SortKey {
    /// When they were last changed.
    Updated,
    /// Their id.
    Id,
    /// A search parameter: for each type of the query its own.
    By(Vec<Arc<Parameter>>),
}

/// One sort key.
#[derive(Debug, Clone)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// The greatest first.
    pub descending: bool,
}

/// An `_include` or `_revinclude`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Include {
    /// The type the reference stands in; none: any.
    pub source: Option<&'static str>,
    /// The reference parameter; none: all.
    pub code: Option<String>,
    /// Only targets of this type.
    pub target: Option<&'static str>,
    /// Also from what was included.
    pub iterate: bool,
}

/// A search, understood.
#[derive(Debug, Clone)]
pub struct Query {
    /// What is asked of each type, in the order of the types.
    pub parts: Vec<(&'static str, Expr)>,
    /// The order of the matches.
    pub sort: Vec<Sort>,
    /// How many matches a page has.
    pub count: usize,
    /// Whether to count.
    pub total: Total,
    /// How much to answer.
    pub summary: Summary,
    /// Which elements to answer; empty: all.
    pub elements: Vec<String>,
    /// What the matches refer to.
    pub include: Vec<Include>,
    /// What refers to the matches.
    pub revinclude: Vec<Include>,
    /// The page asked for.
    pub page: Option<String>,
    /// The parameters that were used, as they were written, for the link `self`.
    pub used: Vec<(String, String)>,
    /// What has to be said.
    pub issues: Vec<Issue>,
}

/// Whose compartment is searched: `Patient/1/Observation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compartment {
    /// The compartment: `Patient`, `Encounter`…
    pub name: &'static str,
    /// The id of the resource it belongs to.
    pub id: String,
}

impl Query {
    /// The same, where nothing tells what is hidden from the caller.
    #[must_use]
    pub fn told(&self) -> Query {
        let parts = self.parts.iter().map(|(name, expr)| (*name, expr.told())).collect();
        Query { parts, ..self.clone() }
    }

    /// Reads a query on a type, or on the whole system.
    pub fn parse(
        reading: &Reading<'_>,
        type_name: Option<&'static str>,
        pairs: &[(String, String)],
        handling: Handling,
    ) -> Result<Query, Vec<Issue>> {
        Query::parse_in(reading, None, type_name, pairs, handling)
    }

    /// The same inside a compartment.
    pub fn parse_in(
        reading: &Reading<'_>,
        compartment: Option<&Compartment>,
        type_name: Option<&'static str>,
        pairs: &[(String, String)],
        handling: Handling,
    ) -> Result<Query, Vec<Issue>> {
        if pairs.len() > PARAMETERS_MAX {
            return Err(vec![Issue::error("too-long", "", format!("a query has at most {PARAMETERS_MAX} parameters"))]);
        }
        let types = types(compartment, type_name, pairs).map_err(|issue| vec![issue])?;
        let mut maker = Maker { reading, query: Query::blank(), types: &types, clauses: vec![Vec::new(); types.len()] };
        let mut refused = Vec::new();
        for (name, value) in pairs {
            match maker.take(name, value) {
                Ok(true) => maker.query.used.push((name.clone(), value.clone())),
                Ok(false) => {}
                Err(text) => refused.push(Issue::error("invalid", format!("http.{}", shown(name)), text)),
            }
        }
        if handling == Handling::Strict && !refused.is_empty() {
            return Err(refused);
        }
        let Maker { mut query, clauses, .. } = maker;
        let left_out = |issue: Issue| Issue::warning(issue.code, issue.expression, format!("left out: {}", issue.text));
        query.issues.extend(refused.into_iter().map(left_out));
        for (type_name, mut clauses) in types.iter().copied().zip(clauses) {
            if let Some(compartment) = compartment {
                clauses.insert(0, in_compartment(reading, compartment, type_name));
            }
            let expr = Expr::All(clauses);
            if expr.size() > CONDITIONS_MAX {
                return Err(vec![Issue::error("too-costly", "", too_many())]);
            }
            query.parts.push((type_name, expr));
        }
        Ok(query)
    }

    fn blank() -> Query {
        Query {
            parts: Vec::new(),
            sort: Vec::new(),
            count: COUNT_DEFAULT,
            total: Total::None,
            summary: Summary::False,
            elements: Vec::new(),
            include: Vec::new(),
            revinclude: Vec::new(),
            page: None,
            used: Vec::new(),
            issues: Vec::new(),
        }
    }

    /// The same for queries that ask the same, whatever the page.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (type_name, _) in &self.parts {
            type_name.hash(&mut hasher);
        }
        self.used.hash(&mut hasher);
        hasher.finish()
    }
}

struct Maker<'a> {
    reading: &'a Reading<'a>,
    query: Query,
    types: &'a [&'static str],
    clauses: Vec<Vec<Expr>>,
}

impl Maker<'_> {
    /// Takes one pair. `false`: it has nothing to do with what is found.
    fn take(&mut self, name: &str, value: &str) -> Result<bool, String> {
        let (code, modifier) = name.split_once(':').map_or((name, ""), |(code, modifier)| (code, modifier));
        let query = &mut self.query;
        match code {
            "_format" | "_pretty" => return Ok(false),
            "_page" => {
                query.page = Some(value.to_string());
                return Ok(false);
            }
            "_type" => {}
            "_count" => query.count = count(value, &mut query.issues)?,
            "_total" => query.total = total(value)?,
            "_summary" => query.summary = summary(value)?,
            "_elements" => query.elements = elements(value)?,
            "_contained" if value == "false" => {}
            "_contained" | "_containedType" => {
                return Err(
                    "contained resources are not searched by themselves; only _contained=false is taken".to_string()
                );
            }
            "_sort" => query.sort = sorts(self.reading, self.types, value)?,
            "_include" | "_revinclude" => return self.include(code == "_revinclude", modifier, value),
            "_query" | "_score" => return Err("named queries are not known here".to_string()),
            _ => {
                if name.is_empty() {
                    return Err("a parameter without a name".to_string());
                }
                let read = |type_name: &&'static str| parameter(self.reading, type_name, name, value);
                let read: Vec<Expr> = self.types.iter().map(read).collect::<Result<_, _>>()?;
                for (clauses, found) in self.clauses.iter_mut().zip(read) {
                    clauses.push(found);
                }
            }
        }
        Ok(true)
    }

    fn include(&mut self, reverse: bool, modifier: &str, value: &str) -> Result<bool, String> {
        let iterate = match modifier {
            "" => false,
            "iterate" | "recurse" => true,
            _ => return Err("the only modifier is :iterate".to_string()),
        };
        let found = include(self.reading, value, iterate, reverse)?;
        let list = if reverse { &mut self.query.revinclude } else { &mut self.query.include };
        if list.len() >= INCLUDES_MAX {
            return Err(format!("at most {INCLUDES_MAX} of these"));
        }
        list.push(found);
        Ok(true)
    }
}

/// The types that are asked for.
fn types(
    compartment: Option<&Compartment>,
    type_name: Option<&'static str>,
    pairs: &[(String, String)],
) -> Result<Vec<&'static str>, Issue> {
    let named: Vec<&str> =
        pairs.iter().filter(|(name, _)| name == "_type").flat_map(|(_, value)| value.split(',')).collect();
    if let Some(type_name) = type_name {
        if named.iter().any(|name| *name != type_name) {
            return Err(Issue::error("invalid", "http._type", "the address already names another type"));
        }
        return Ok(vec![type_name]);
    }
    if named.is_empty() {
        let in_it = |name: &&'static str| {
            compartment.is_none_or(|c| {
                Definitions::r4().compartment(c.name, name).is_some_and(|p| !p.is_empty()) || c.name == *name
            })
        };
        return Ok(Definitions::r4().resource_types().map(|found| found.name).filter(in_it).collect());
    }
    let mut types = Vec::new();
    for name in named {
        let Some(found) = Definitions::r4().resource(name) else {
            let all = Definitions::r4().resource_types().map(|found| found.name);
            return Err(Issue::error(
                "invalid",
                "http._type",
                format!("no resource type of this name; {}", near::said(name, all)),
            ));
        };
        if !types.contains(&found.name) {
            types.push(found.name);
        }
    }
    Ok(types)
}

/// The condition to be in a compartment.
fn in_compartment(reading: &Reading<'_>, compartment: &Compartment, type_name: &'static str) -> Expr {
    if compartment.name == type_name {
        return Expr::Id(vec![compartment.id.clone()]);
    }
    if compartment.name == "Patient" {
        return Expr::OfPatient(compartment.id.clone());
    }
    let codes = Definitions::r4().compartment(compartment.name, type_name).unwrap_or(&[]);
    let tests = codes
        .iter()
        .filter_map(|code| reading.registry.find(type_name, code))
        .filter(|p| p.kind == SearchKind::Reference);
    let target = ReferenceTest::Local(compartment.name, compartment.id.clone());
    Expr::any(tests.map(|p| Expr::Test(p.clone(), Test::Reference(target.clone()))).collect())
}

fn count(value: &str, issues: &mut Vec<Issue>) -> Result<usize, String> {
    let count: usize = value.parse().map_err(|_| "a count is a whole number from 0 on".to_string())?;
    if count > COUNT_MAX {
        issues.push(Issue::information("informational", format!("a page has at most {COUNT_MAX} matches")));
    }
    Ok(count.min(COUNT_MAX))
}

fn total(value: &str) -> Result<Total, String> {
    match value {
        "none" => Ok(Total::None),
        "estimate" | "accurate" => Ok(Total::Accurate),
        _ => Err("the total is none, estimate or accurate".to_string()),
    }
}

fn summary(value: &str) -> Result<Summary, String> {
    Ok(match value {
        "false" => Summary::False,
        "true" => Summary::True,
        "text" => Summary::Text,
        "data" => Summary::Data,
        "count" => Summary::Count,
        _ => return Err("a summary is true, text, data, count or false".to_string()),
    })
}

fn elements(value: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = value.split(',').map(str::to_string).collect();
    let fine =
        |name: &String| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
    if names.iter().all(fine) { Ok(names) } else { Err("elements are names joined by commas".to_string()) }
}

fn sorts(reading: &Reading<'_>, types: &[&'static str], value: &str) -> Result<Vec<Sort>, String> {
    let mut sorts = Vec::new();
    for name in value.split(',') {
        let (code, descending) = name.strip_prefix('-').map_or((name, false), |code| (code, true));
        let key = match code {
            "_lastUpdated" => SortKey::Updated,
            "_id" => SortKey::Id,
            _ => {
                let known = |type_name: &&'static str| super::read::known(reading, type_name, code).cloned();
                let found: Vec<Arc<Parameter>> = types.iter().map(known).collect::<Result<_, _>>()?;
                if found.iter().any(|p| matches!(p.kind, SearchKind::Composite | SearchKind::Special)) {
                    return Err("one cannot sort by a composite or a position".to_string());
                }
                SortKey::By(found)
            }
        };
        sorts.push(Sort { key, descending });
    }
    if sorts.len() > SORTS_MAX {
        return Err(format!("at most {SORTS_MAX} sort keys"));
    }
    Ok(sorts)
}

/// Reads `Type:parameter[:target]`, `Type:*` or `*`.
fn include(reading: &Reading<'_>, value: &str, iterate: bool, reverse: bool) -> Result<Include, String> {
    if value == "*" {
        return Ok(Include { source: None, code: None, target: None, iterate });
    }
    let definitions = Definitions::r4();
    let mut pieces = value.splitn(3, ':');
    let (Some(source), Some(code)) = (pieces.next(), pieces.next()) else {
        return Err("write Type:parameter, Type:parameter:Target, Type:* or *".to_string());
    };
    let all = || definitions.resource_types().map(|found| found.name);
    let Some(source) = definitions.resource(source) else {
        return Err(format!("no resource type of this name; {}", near::said(source, all())));
    };
    let target = match pieces.next().filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => match definitions.resource(name) {
            Some(found) => Some(found.name),
            None => return Err(format!("no resource type of this name; {}", near::said(name, all()))),
        },
    };
    if code == "*" {
        return Ok(Include { source: Some(source.name), code: None, target, iterate });
    }
    let parameter = super::read::known(reading, source.name, code)?;
    if parameter.kind != SearchKind::Reference {
        return Err(format!("{} of {} is no reference", parameter.code, source.name));
    }
    if let Some(target) = target
        && !targets(parameter).contains(&target)
    {
        return Err(format!(
            "this reference of {} never leads to a {target}{}",
            source.name,
            if reverse { " (the third part is what is searched)" } else { "" }
        ));
    }
    Ok(Include { source: Some(source.name), code: Some(parameter.code.clone()), target, iterate })
}

/// A name from outside for a message.
fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.')).take(80).collect()
}
