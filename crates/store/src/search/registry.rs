//! The search parameters of every resource type, with their numbers in this database.
//!
//! Promises: a parameter keeps its number for as long as the database lives; parameters with the same expression share
//! their rows, and one whose expression is the union of others' has none of its own. Expressions are compiled at their
//! first use.
//! What it does not do: read or write tables (the store hands it the pinned numbers and keeps the new ones).
//! Spec: <https://hl7.org/fhir/R4/searchparameter.html>.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::path::Expression;
use akson_fhir::value::date::Zone;

use super::custom::Custom;
use super::shape;

/// How many parameters of a type have a bit in `present`.
const BITS_MAX: usize = 63;

/// A number given to a parameter in this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The number.
    pub number: i32,
    /// The resource type.
    pub type_name: String,
    /// The parameter's name.
    pub code: String,
}

/// A part of a composite parameter.
#[derive(Debug)]
pub struct Component {
    /// The parameter that gives the part its kind, on the same type.
    pub parameter: Arc<Parameter>,
    /// Where its value is, from an item of the composite on.
    pub expression: String,
    compiled: OnceLock<Option<Expression>>,
}

/// A search parameter on one resource type.
pub struct Parameter {
    /// Its number in this database.
    pub number: i32,
    /// Its name in a query.
    pub code: String,
    /// Its canonical address.
    pub url: String,
    /// How it is searched.
    pub kind: SearchKind,
    /// The resource type it is on.
    pub type_name: &'static str,
    /// Where the values are: the branches of the definition that concern this type.
    pub expression: String,
    /// The types a reference may lead to.
    pub targets: Vec<&'static str>,
    /// The parts of a composite.
    pub components: Vec<Component>,
    /// The numbers under which its rows stand; empty if there are none.
    pub rows: Vec<i32>,
    /// Whether rows are written under its own number.
    pub own_rows: bool,
    /// Its bit in `present`.
    pub bit: Option<u8>,
    /// Whether a resource has at most one row.
    pub single: bool,
    /// Whether a date's rows are points or at most a year long, so that they can be found by their beginning.
    pub short: bool,
    /// Whether it says whose the resource is; the patient of the part then has no row.
    pub primary: bool,
    /// The types of its values; empty if they are not known.
    pub value_types: Vec<&'static str>,
    /// The composites whose union this one is.
    pub union: Vec<Arc<Parameter>>,
    /// Whether the composite's parts stand at the root, so that each part's own parameter finds them.
    pub at_root: bool,
    /// What it is for.
    pub description: String,
    /// Whether its rows are complete; false while they are being built.
    pub live: bool,
    /// How many per cent of them are there, while they are being built.
    pub progress: AtomicU8,
    /// Added to this database.
    pub custom: bool,
    compiled: OnceLock<Option<Expression>>,
    systems: OnceLock<Vec<&'static str>>,
}

impl std::fmt::Debug for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.type_name, self.code)
    }
}

impl Parameter {
    /// The code systems that a bare code of this parameter belongs to.
    pub fn systems(&self) -> &[&'static str] {
        self.systems.get_or_init(|| shape::systems(self.type_name, &self.expression))
    }

    /// Whether it may lead to a resource by a canonical address.
    pub fn cites(&self) -> bool {
        let canonical = |name: &&str| matches!(*name, "canonical" | "uri");
        self.kind == SearchKind::Reference && (self.value_types.is_empty() || self.value_types.iter().any(canonical))
    }

    /// The compiled expression; none if it has none or it cannot be read.
    pub fn compiled(&self) -> Option<&Expression> {
        self.compiled.get_or_init(|| compile(&self.expression)).as_ref()
    }
}

impl Component {
    /// The compiled expression.
    pub fn compiled(&self) -> Option<&Expression> {
        self.compiled.get_or_init(|| compile(&self.expression)).as_ref()
    }
}

fn compile(text: &str) -> Option<Expression> {
    if text.is_empty() {
        return None;
    }
    // The definitions of R4 write the type `DateTime` where `dateTime` is meant.
    Expression::parse(&text.replace("as(DateTime)", "as(dateTime)")).ok()
}

#[derive(Debug, Default)]
struct OfType {
    list: Vec<Arc<Parameter>>,
    by_code: HashMap<String, usize>,
}

/// The parameters of all types.
#[derive(Debug, Default)]
pub struct Registry {
    types: HashMap<&'static str, OfType>,
    base: String,
    zone: Zone,
}

/// What a definition says, before it has a number.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) code: String,
    pub(super) url: String,
    pub(super) kind: SearchKind,
    pub(super) expression: String,
    pub(super) targets: Vec<&'static str>,
    pub(super) components: Vec<(String, String)>,
    pub(super) description: String,
    pub(super) live: bool,
    /// Added to this database. Such a parameter has rows and values of its own, so that it can come and go without a change
    /// to any other.
    pub(super) custom: bool,
}

impl Registry {
    /// The parameters of R4 and those added in this database. A pair of type and code without a pin gets the next number.
    pub fn build(pins: &[Pin], customs: &[Custom]) -> Registry {
        let pinned: HashMap<(&str, &str), i32> =
            pins.iter().map(|pin| ((pin.type_name.as_str(), pin.code.as_str()), pin.number)).collect();
        let mut next = pins.iter().map(|pin| pin.number).max().unwrap_or(0) + 1;
        let mut registry = Registry::default();
        for kind in Definitions::r4().resource_types() {
            let mut numbered: Vec<(i32, Draft)> = drafts(kind.name, customs)
                .into_iter()
                .map(|draft| {
                    let number = pinned.get(&(kind.name, draft.code.as_str())).copied().unwrap_or_else(|| {
                        next += 1;
                        next - 1
                    });
                    (number, draft)
                })
                .collect();
            numbered.sort_by_key(|(number, _)| *number);
            registry.types.insert(kind.name, of_type(kind.name, &numbered));
        }
        registry
    }

    /// With this server's own address, and the zone of times without one.
    pub fn located(mut self, base: &str, zone: Zone) -> Registry {
        self.base = base.to_string();
        self.zone = zone;
        self
    }

    /// This server's own address, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The zone of times without one.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The parameters of R4 alone, numbered afresh.
    pub fn r4() -> Registry {
        Registry::build(&[], &[])
    }

    /// The numbers in use, to be kept.
    pub fn pins(&self) -> Vec<Pin> {
        let mut pins: Vec<Pin> = self
            .types
            .values()
            .flat_map(|of| &of.list)
            .map(|p| Pin { number: p.number, type_name: p.type_name.to_string(), code: p.code.clone() })
            .collect();
        pins.sort_by_key(|pin| pin.number);
        pins
    }

    /// Notes how far the rows of a parameter of this database are built.
    pub fn note_progress(&self, url: &str, percent: u8) {
        for parameter in self.types.values().flat_map(|of| &of.list).filter(|one| one.custom && one.url == url) {
            parameter.progress.store(percent, Ordering::Relaxed);
        }
    }

    /// The numbers of parameters whose rows are still being built.
    pub fn unfinished(&self) -> impl Iterator<Item = i32> {
        self.types.values().flat_map(|of| &of.list).filter(|one| !one.live).map(|one| one.number)
    }

    /// The parameters of a type, in the order of their numbers.
    pub fn parameters(&self, type_name: &str) -> &[Arc<Parameter>] {
        self.types.get(type_name).map_or(&[], |of| &of.list)
    }

    /// The parameter by which resources of a type are found by their canonical address.
    pub fn url(&self, type_name: &str) -> Option<&Arc<Parameter>> {
        self.find(type_name, "url").filter(|parameter| parameter.kind == SearchKind::Uri)
    }

    /// A parameter of a type by its name.
    pub fn find(&self, type_name: &str, code: &str) -> Option<&Arc<Parameter>> {
        let of = self.types.get(type_name)?;
        of.list.get(*of.by_code.get(code)?)
    }
}

/// The definitions that concern a type: the standard's, then this database's.
fn drafts(type_name: &'static str, customs: &[Custom]) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for found in Definitions::r4().search_parameters(type_name) {
        if found.code.is_empty() || shape::BY_RULE.contains(&found.code) || drafts.iter().any(|d| d.code == found.code)
        {
            continue;
        }
        drafts.push(Draft {
            code: found.code.to_string(),
            url: found.url.to_string(),
            kind: found.kind,
            expression: shape::of_type(found.expression, type_name),
            targets: found.targets.clone(),
            components: found.components.iter().map(|c| (c.definition.to_string(), c.expression.to_string())).collect(),
            description: found.description.to_string(),
            live: true,
            custom: false,
        });
    }
    if !drafts.iter().any(|d| d.code == "_source") {
        drafts.push(source());
    }
    drafts.sort_by(|a, b| a.code.cmp(&b.code));
    for custom in customs.iter().filter(|custom| custom.applies_to(type_name)) {
        if !drafts.iter().any(|d| d.code == custom.draft.code) {
            drafts.push(Draft {
                expression: shape::of_type(&custom.draft.expression, type_name),
                ..custom.draft.clone()
            });
        }
    }
    drafts
}

fn source() -> Draft {
    Draft {
        code: "_source".to_string(),
        url: "http://hl7.org/fhir/SearchParameter/Resource-source".to_string(),
        kind: SearchKind::Uri,
        expression: "Resource.meta.source".to_string(),
        targets: Vec::new(),
        components: Vec::new(),
        description: "Identifies where the resource comes from".to_string(),
        live: true,
        custom: false,
    }
}

fn of_type(type_name: &'static str, numbered: &[(i32, Draft)]) -> OfType {
    let mut of = OfType::default();
    let primary = primary_number(type_name, numbered);
    let (composites, plain): (Vec<usize>, Vec<usize>) =
        (0..numbered.len()).partition(|at| numbered[*at].1.kind == SearchKind::Composite);
    let mut made: Vec<Option<Arc<Parameter>>> = vec![None; numbered.len()];
    for at in plain {
        made[at] = Some(Arc::new(parameter(type_name, numbered, at, primary, Vec::new(), Vec::new())));
    }
    let (unions, single): (Vec<usize>, Vec<usize>) =
        composites.into_iter().partition(|at| shape::branches(&numbered[*at].1.expression).len() > 1);
    for at in single.into_iter().chain(unions) {
        let components = components(&numbered[at].1, &made);
        // A composite whose parts are not all known cannot be searched; it is left out rather than answered wrongly.
        if components.len() == numbered[at].1.components.len() && components.len() > 1 {
            let union = composite_union(&numbered[at].1, &made);
            made[at] = Some(Arc::new(parameter(type_name, numbered, at, primary, components, union)));
        }
    }
    for parameter in made.into_iter().flatten() {
        of.by_code.insert(parameter.code.clone(), of.list.len());
        of.list.push(parameter);
    }
    of
}

fn components(draft: &Draft, made: &[Option<Arc<Parameter>>]) -> Vec<Component> {
    draft
        .components
        .iter()
        .filter_map(|(definition, expression)| {
            let found = made.iter().flatten().find(|p| &p.url == definition)?;
            Some(Component { parameter: found.clone(), expression: expression.clone(), compiled: OnceLock::new() })
        })
        .collect()
}

/// The composites of the same parts, one for each branch of a union; none if a branch has none.
fn composite_union(draft: &Draft, made: &[Option<Arc<Parameter>>]) -> Vec<Arc<Parameter>> {
    let branches = shape::branches(&draft.expression);
    if branches.len() < 2 {
        return Vec::new();
    }
    let alike = |p: &&Arc<Parameter>| {
        let same_parts = p.components.iter().map(|c| &c.expression).eq(draft.components.iter().map(|c| &c.1));
        p.kind == SearchKind::Composite && same_parts
    };
    let found: Vec<Arc<Parameter>> = branches
        .iter()
        .filter_map(|branch| made.iter().flatten().filter(alike).find(|p| p.expression == *branch).cloned())
        .collect();
    if found.len() == branches.len() { found } else { Vec::new() }
}

fn parameter(
    type_name: &'static str,
    numbered: &[(i32, Draft)],
    at: usize,
    primary: Option<i32>,
    components: Vec<Component>,
    union: Vec<Arc<Parameter>>,
) -> Parameter {
    let (number, draft) = &numbered[at];
    let rows = rows(numbered, at);
    let walk = shape::walk(type_name, &draft.expression);
    Parameter {
        number: *number,
        code: draft.code.clone(),
        url: draft.url.clone(),
        kind: draft.kind,
        type_name,
        expression: draft.expression.clone(),
        targets: shape::filtered_type(&draft.expression).map_or_else(|| draft.targets.clone(), |only| vec![only]),
        components,
        own_rows: rows == [*number]
            && !draft.expression.is_empty()
            && union.is_empty()
            && draft.expression != type_name,
        union,
        primary: primary.is_some_and(|primary| rows.contains(&primary)),
        bit: (at < BITS_MAX && !draft.custom).then_some(at as u8),
        single: rows == [*number] && walk.single && shape::one_row(draft.kind, &walk.types),
        short: shape::short(&walk.types),
        value_types: walk.types,
        at_root: draft.expression == type_name,
        description: draft.description.clone(),
        live: draft.live,
        progress: AtomicU8::new(0),
        custom: draft.custom,
        rows,
        compiled: OnceLock::new(),
        systems: OnceLock::new(),
    }
}

/// The number under which the rows of the parameter stand that says whose a resource is.
fn primary_number(type_name: &str, numbered: &[(i32, Draft)]) -> Option<i32> {
    let code = crate::compartment::primary(type_name)?;
    let at = numbered.iter().position(|(_, draft)| draft.code == code)?;
    rows(numbered, at).first().copied()
}

/// Where a parameter's rows stand: under its own number, under an equal one's, or under those it is the union of.
fn rows(numbered: &[(i32, Draft)], at: usize) -> Vec<i32> {
    let (number, draft) = &numbered[at];
    let own = vec![*number];
    if draft.custom || matches!(draft.kind, SearchKind::Composite | SearchKind::Special) {
        return own;
    }
    let wanted = shape::branches(&draft.expression);
    let same = |other: &Draft| other.kind == draft.kind && !other.custom && !other.expression.is_empty();
    if draft.kind == SearchKind::Reference
        && let [only] = wanted.as_slice()
        && let Some(wider) = shape::without_type_filter(only)
        && let Some((wider, _)) = numbered.iter().find(|(_, other)| same(other) && other.expression == wider)
    {
        return vec![*wider];
    }
    if let Some((first, _)) = numbered.iter().find(|(_, other)| same(other) && other.expression == draft.expression)
        && first != number
    {
        return vec![*first];
    }
    if wanted.len() < 2 {
        return own;
    }
    let mut covered: Vec<&str> = Vec::new();
    let mut parts = Vec::new();
    for (other_number, other) in numbered.iter().filter(|(_, other)| same(other)) {
        let branches = shape::branches(&other.expression);
        let smaller = branches.len() < wanted.len() && branches.iter().all(|b| wanted.contains(b));
        if smaller && branches.iter().any(|b| !covered.contains(b)) {
            covered.extend(branches);
            parts.push(*other_number);
        }
    }
    if wanted.iter().all(|branch| covered.contains(branch)) { parts } else { own }
}
