//! One operation of a FHIRPath Patch as its parameter says it.

use std::borrow::Cow;

use super::Refusal;
use super::document::Node;
use super::place::{self, Piece};
use crate::definition::{Definitions, Element, TypeId};
use crate::json::Value;

/// An operation, its parts not yet judged.
#[derive(Clone)]
pub(super) struct Operation<'a> {
    /// `add`, `insert`, `delete`, `replace` or `move`.
    pub(super) kind: Cow<'a, str>,
    /// The place, in FHIRPath.
    pub(super) path: Cow<'a, str>,
    /// The name of what is added.
    pub(super) name: Option<Cow<'a, str>>,
    /// Where it is inserted.
    pub(super) index: Option<i64>,
    /// From where it moves.
    pub(super) source: Option<i64>,
    /// Where it moves to.
    pub(super) destination: Option<i64>,
    /// The part that holds the content.
    pub(super) value: Option<Value<'a>>,
}

/// What is added, inserted or put in the place of another.
pub(super) enum Content<'a> {
    /// A value of a type with its companion.
    Typed(TypeId, Option<Value<'a>>, Option<Value<'a>>),
    /// An element without a type of its own, member by member.
    Parts(Value<'a>),
}

impl<'a> Operation<'a> {
    /// Takes a parameter for an operation.
    pub(super) fn read(parameter: Value<'a>) -> Result<Operation<'a>, Refusal> {
        if name(parameter).as_deref() != Some("operation") {
            return Err(Refusal::structure("each parameter is named `operation`"));
        }
        let text = |wanted: &str| {
            let found = part(parameter, wanted)?;
            ["valueString", "valueCode"].iter().find_map(|key| found.get(key)).and_then(Value::as_str)
        };
        let number = |wanted: &str| part(parameter, wanted)?.get("valueInteger")?.number()?.parse().ok();
        let needed =
            |wanted: &str| text(wanted).ok_or_else(|| Refusal::structure(format!("the operation needs a `{wanted}`")));
        Ok(Operation {
            kind: needed("type")?,
            path: needed("path")?,
            name: text("name"),
            index: number("index"),
            source: number("source"),
            destination: number("destination"),
            value: part(parameter, "value"),
        })
    }

    /// The content; it must be there.
    pub(super) fn content(&self) -> Result<Content<'a>, Refusal> {
        let value = self.value.ok_or_else(|| Refusal::structure("the operation needs a `value`"))?;
        Content::read(value)
    }

    /// A place in a list; it must be there.
    pub(super) fn index(number: Option<i64>, name: &str) -> Result<usize, Refusal> {
        let index = number.and_then(|number| usize::try_from(number).ok());
        index.ok_or_else(|| Refusal::structure(format!("the operation needs a `{name}` of 0 or more")))
    }
}

impl<'a> Content<'a> {
    fn read(part: Value<'a>) -> Result<Content<'a>, Refusal> {
        let definitions = Definitions::r4();
        let of = definitions.type_id("Parameters.parameter").ok_or_else(|| Refusal::value("unknown type"))?;
        for (key, _) in part.members() {
            let plain = key.trim_start_matches('_');
            let Some(child) = definitions.child(of, plain) else { continue };
            match child.element.name {
                "value" => return Ok(Content::Typed(child.type_id, part.get(plain), part.get(&format!("_{plain}")))),
                "resource" => return Ok(Content::Typed(child.type_id, part.get(plain), None)),
                "part" => return Ok(Content::Parts(part)),
                _ => {}
            }
        }
        Err(Refusal::structure("the part `value` is empty"))
    }

    /// The JSON key for this content as a member named so, and the member's definition.
    pub(super) fn key_in(&self, of: TypeId, name: &str) -> Result<(String, &'static Element), Refusal> {
        let definitions = Definitions::r4();
        let name = name.trim_end_matches("[x]");
        if let Some(child) = definitions.child(of, name) {
            return Ok((name.to_owned(), child.element));
        }
        let unknown = || Refusal::value("there is no element of this name, or not of this type");
        let Content::Typed(type_id, ..) = self else { return Err(unknown()) };
        let mut letters = definitions.get(*type_id).name.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let key: String = name.chars().chain(first).chain(letters).collect();
        let child = definitions.child(of, &key).filter(|child| child.element.choice && child.element.name == name);
        Ok((key, child.ok_or_else(unknown)?.element))
    }

    /// The content as it stands in a resource, in a place that holds the given type.
    pub(super) fn piece(&self, held: Option<TypeId>) -> Result<Piece<'a>, Refusal> {
        let part = match self {
            Content::Typed(_, value, extra) => {
                return Ok(Piece { value: value.map(Node::new), extra: extra.map(Node::new) });
            }
            Content::Parts(part) => *part,
        };
        let of = held.ok_or_else(|| Refusal::value("the type of the element is unknown"))?;
        let mut members = Vec::new();
        for inner in parts(part) {
            let name = name(inner).ok_or_else(|| Refusal::structure("a part has no name"))?;
            let content = Content::read(inner)?;
            let (key, element) = content.key_in(of, &name)?;
            let held = Definitions::r4().child(of, &key).map(|child| child.type_id);
            let mut pieces = place::take(&mut members, &key);
            pieces.push(content.piece(held)?);
            place::put(&mut members, &key, pieces, element.array);
        }
        Ok(Piece { value: Some(Node::Object(members)), extra: None })
    }
}

fn parts(parameter: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    parameter.get("part").into_iter().flat_map(Value::items)
}

fn part<'a>(parameter: Value<'a>, wanted: &str) -> Option<Value<'a>> {
    parts(parameter).find(|part| name(*part).as_deref() == Some(wanted))
}

fn name(parameter: Value<'_>) -> Option<Cow<'_, str>> {
    parameter.get("name").and_then(Value::as_str)
}
