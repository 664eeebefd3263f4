//! From a resource to its index rows.
//!
//! Promises: the rows are a function of the resource's text, the registry and the database's key alone; they are
//! distinct and sorted. A value of a wrong form gives no row.
//! What it does not do: write them, or find what references lead to.

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::json::{Tree, Value};
use akson_fhir::path::{Context, Item, Items};
use akson_fhir::resource::Resource;

use super::collect::Collector;
use super::param;
use super::registry::{Parameter, Registry};
use super::rows::Rows;
use crate::Hashes;

/// What indexing needs to know besides the resource.
#[derive(Clone, Copy)]
pub struct Indexing<'a> {
    /// The parameters.
    pub registry: &'a Registry,
    /// The hashes of this database.
    pub hashes: &'a Hashes,
}

impl<'a> Indexing<'a> {
    fn collector(&self) -> Collector<'a> {
        Collector::new(self.hashes, self.registry.base(), self.registry.zone())
    }
}

/// All index rows of a resource.
pub fn rows(resource: &Resource, registry: &Registry, hashes: &Hashes) -> Rows {
    let mut into = Indexing { registry, hashes }.collector();
    let root = Item::node(resource.root(), resource.type_id);
    let context = Context::of(resource.root());
    for parameter in registry.parameters(resource.type_name()) {
        let items = values(parameter, &root, &context);
        if items.is_empty() {
            continue;
        }
        if let Some(bit) = parameter.bit {
            into.present(bit);
        }
        if parameter.own_rows {
            index(&mut into, parameter, &items, &context);
        }
    }
    into.finish()
}

/// The rows of one parameter, also if others share them.
pub fn rows_of(indexing: &Indexing<'_>, resource: &Resource, parameter: &Parameter) -> Rows {
    let mut into = indexing.collector();
    let context = Context::of(resource.root());
    let items = values(parameter, &Item::node(resource.root(), resource.type_id), &context);
    index(&mut into, parameter, &items, &context);
    into.finish()
}

/// The values of a parameter in a resource. An expression that cannot be evaluated has none.
pub fn values<'a>(parameter: &Parameter, root: &Item<'a>, context: &Context<'a>) -> Items<'a> {
    let Some(expression) = parameter.compiled() else { return Items::new() };
    let mut found = expression.evaluate(root.clone(), context).unwrap_or_default();
    if parameter.kind == SearchKind::Reference {
        found.retain(|item| is_target(parameter, item));
    }
    found
}

/// A resource that stands inside is meant only if it is of a type that the parameter leads to: the first entry of a Bundle
/// is its message in a message, and its composition in a document.
fn is_target(parameter: &Parameter, item: &Item<'_>) -> bool {
    let inside = item.value().and_then(|value| value.get("resourceType")).and_then(Value::str);
    inside.is_none_or(|name| parameter.targets.is_empty() || parameter.targets.contains(&name))
}

fn index<'a>(into: &mut Collector<'_>, parameter: &Parameter, items: &Items<'a>, context: &Context<'a>) {
    let number = parameter.number;
    for item in items {
        if parameter.kind == SearchKind::Composite {
            param::composite::index(into, parameter, item, context);
            continue;
        }
        let (value, type_name) = match item {
            Item::Node { value, type_id, .. } => (*value, Definitions::r4().get(*type_id).name),
            Item::Boolean(flag) => {
                into.token(number, if *flag { "true" } else { "false" }, None);
                continue;
            }
            Item::String(text) if parameter.kind == SearchKind::String => {
                into.string(number, text);
                continue;
            }
            Item::String(text) => {
                into.token(number, text, None);
                continue;
            }
            calculated => {
                if let Some(tree) = literal(calculated).and_then(|text| Tree::parse(text.as_bytes()).ok()) {
                    by_kind(into, parameter, tree.root(), "dateTime");
                }
                continue;
            }
        };
        by_kind(into, parameter, value, type_name);
    }
}

/// A calculated number or time, as it would stand in a resource.
fn literal(item: &Item<'_>) -> Option<String> {
    match item {
        Item::Integer(number) => Some(number.to_string()),
        Item::Decimal(number) => Some(number.to_string()),
        Item::Date(time) | Item::DateTime(time) => Some(format!("\"{time}\"")),
        _ => None,
    }
}

fn by_kind(into: &mut Collector<'_>, parameter: &Parameter, value: Value<'_>, type_name: &str) {
    let number = parameter.number;
    match parameter.kind {
        SearchKind::String => param::string::index(into, number, value, type_name),
        SearchKind::Token => param::token::index(into, number, value, type_name),
        SearchKind::Date => param::date::index(into, number, value, type_name),
        SearchKind::Number => param::number::index(into, number, value),
        SearchKind::Quantity => param::quantity::index(into, number, value, type_name),
        SearchKind::Reference => param::reference::index(into, parameter, value),
        SearchKind::Uri => param::uri::index(into, number, value),
        SearchKind::Special => param::special::index(into, number, value),
        SearchKind::Composite => {}
    }
}
