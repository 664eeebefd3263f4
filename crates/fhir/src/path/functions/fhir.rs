//! FHIR's additions to FHIRPath: extensions, references, value sets and profiles.
//!
//! What lies outside the resource is asked of the context. A reference that is not fetched becomes a stand-in which
//! knows its type, so that `where(resolve() is Patient)` works on the text alone. <https://hl7.org/fhir/R4/fhirpath.html#functions>

use super::Line;
use crate::definition::{Definitions, TypeId, TypeKind};
use crate::json::{Kind, Value};
use crate::narrative;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, one, single};
use crate::path::item::{Item, Items};
use crate::path::tree::{Call, Node};
use crate::path::types::Types;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    Extension,
    HasValue,
    GetValue,
    Resolve,
    MemberOf,
    ConformsTo,
    HtmlChecks,
    CheckModifiers,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("extension", Function::Extension, 1, 1),
    ("hasValue", Function::HasValue, 0, 0),
    ("getValue", Function::GetValue, 0, 0),
    ("resolve", Function::Resolve, 0, 0),
    ("memberOf", Function::MemberOf, 1, 1),
    ("conformsTo", Function::ConformsTo, 1, 1),
    ("htmlChecks", Function::HtmlChecks, 0, 0),
    ("checkModifiers", Function::CheckModifiers, 0, 32),
];

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    match function {
        Function::Extension => extension(run, call, input, frame),
        Function::HasValue => Ok(one(Item::Boolean(matches!(input, [item] if plain_value(item).is_some())))),
        Function::GetValue => match input {
            [item] => Ok(plain_value(item).into_iter().collect()),
            _ => Ok(Items::new()),
        },
        Function::Resolve => Ok(input.iter().filter_map(|item| resolve(run, item)).collect()),
        Function::MemberOf => {
            let (Some(item), Some(url)) = (single(input)?, run.text_argument(&call.arguments, 0, frame)?) else {
                return Ok(Items::new());
            };
            let ask = run.context.member_of.ok_or_else(|| PathError::run("value sets are not known here"))?;
            Ok(ask(item, &url).map(Item::Boolean).into_iter().collect())
        }
        Function::ConformsTo => conforms_to(run, call, input, frame),
        Function::HtmlChecks => match single(input)?.map(Item::as_str) {
            Some(Some(text)) => Ok(one(Item::Boolean(narrative::check(&text).is_ok()))),
            Some(None) => Err(PathError::run("expected a narrative")),
            None => Ok(Items::new()),
        },
        Function::CheckModifiers => check_modifiers(run, call, input, frame),
    }
}

fn extension<'a>(
    run: &Run<'a, '_>,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let given;
    let url: &str = match call.arguments.first() {
        Some(Node::Literal(Item::String(url))) => url,
        _ => {
            given = run.text_argument(&call.arguments, 0, frame)?;
            match &given {
                Some(url) => url,
                None => return Ok(Items::new()),
            }
        }
    };
    let Some(type_id) = Types::r4().extension else { return Ok(Items::new()) };
    let mut out = Items::new();
    for item in input {
        let Item::Node { value, extra, .. } = item else { continue };
        for extension in extra.unwrap_or(*value).get("extension").into_iter().flat_map(Value::items) {
            if extension.get("url").and_then(Value::as_str).is_some_and(|found| *found == *url) {
                out.push(Item::node(extension, type_id));
            }
        }
        run.spend(1 + out.len())?;
    }
    Ok(out)
}

/// The value of a primitive, without id and extensions.
fn plain_value<'a>(item: &Item<'a>) -> Option<Item<'a>> {
    match item {
        Item::Node { type_id, value, .. } => {
            let scalar = !matches!(value.kind(), Kind::Object | Kind::Array | Kind::Null);
            (scalar && Types::r4().primitive(*type_id).is_some()).then(|| item.system().into_owned())
        }
        Item::Type { .. } | Item::Target { .. } => None,
        _ => Some(item.clone()),
    }
}

fn resolve<'a>(run: &Run<'a, '_>, item: &Item<'a>) -> Option<Item<'a>> {
    let reference = match item {
        Item::Node { value, .. } if value.kind() == Kind::Object => match value.get("reference") {
            Some(reference) => reference.as_str()?,
            None => {
                // Known by identifier only; its type may still be told.
                let type_id = Definitions::r4().type_id(value.get("type")?.str()?)?;
                return Some(Item::Target { reference: Cow::Borrowed(""), type_id: Some(type_id) });
            }
        },
        _ => item.as_str()?,
    };
    if let Some(id) = reference.strip_prefix('#') {
        return contained(run, id);
    }
    if let Some(find) = run.context.resolve
        && let Some(found) = find(&reference)
    {
        return Some(found);
    }
    let told = || item.value()?.get("type")?.str().and_then(|name| Definitions::r4().type_id(name));
    let type_id = type_in(&reference).or_else(told);
    Some(Item::Target { reference, type_id })
}

fn contained<'a>(run: &Run<'a, '_>, id: &str) -> Option<Item<'a>> {
    let context = run.context;
    let root = context.root_resource.as_ref().or(context.resource.as_ref())?;
    if id.is_empty() {
        return Some(root.clone());
    }
    let found =
        root.value()?.get("contained")?.items().find(|inner| inner.get("id").and_then(Value::str) == Some(id))?;
    Item::resource(found)
}

/// The type a reference's text tells: `Patient` in `Patient/1`, `http://a/fhir/Patient/1/_history/2`.
fn type_in(reference: &str) -> Option<TypeId> {
    let bare = reference.split_once("/_history/").map_or(reference, |(bare, _)| bare);
    let mut parts = bare.rsplit('/');
    let (id, name) = (parts.next()?, parts.next()?);
    let definitions = Definitions::r4();
    let found = definitions.type_id(name)?;
    (!id.is_empty() && definitions.get(found).kind == TypeKind::Resource).then_some(found)
}

fn conforms_to<'a>(
    run: &Run<'a, '_>,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let (Some(item), Some(url)) = (single(input)?, run.text_argument(&call.arguments, 0, frame)?) else {
        return Ok(Items::new());
    };
    if let Some(answer) = run.context.conforms_to.and_then(|ask| ask(item, &url)) {
        return Ok(one(Item::Boolean(answer)));
    }
    let definitions = Definitions::r4();
    let wanted =
        url.strip_prefix("http://hl7.org/fhir/StructureDefinition/").and_then(|name| definitions.type_id(name));
    match wanted {
        Some(wanted) => Ok(one(Item::Boolean(item.type_id().is_some_and(|id| definitions.is_a(id, wanted))))),
        None => Err(PathError::run("unknown profile")),
    }
}

/// Passes the input on unless it carries a modifier extension that is not named.
fn check_modifiers<'a>(
    run: &Run<'a, '_>,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let mut known = Vec::new();
    for at in 0..call.arguments.len() {
        known.extend(run.text_argument(&call.arguments, at, frame)?);
    }
    for item in input {
        let extensions = item.value().and_then(|value| value.get("modifierExtension"));
        for extension in extensions.into_iter().flat_map(Value::items) {
            let url = extension.get("url").and_then(Value::as_str).unwrap_or_default();
            if !known.contains(&url) {
                return Err(PathError::run("unknown modifier extension"));
            }
        }
    }
    Ok(input.iter().cloned().collect())
}
