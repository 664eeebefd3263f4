//! JSON Patch: operations on places named by JSON Pointers.
//!
//! It works on any JSON and knows nothing of FHIR.
//! Spec: <https://www.rfc-editor.org/rfc/rfc6902>, <https://www.rfc-editor.org/rfc/rfc6901>.

use std::borrow::Cow;

use super::document::Node;
use super::{GROWTH_BYTES_MAX, Refusal, too_many};
use crate::json::{Kind, Tree, Value};
use crate::outcome::Issue;

/// The text after all operations of a patch.
pub fn json_patch(text: &Tree, patch: &Tree) -> Result<String, Issue> {
    if patch.root().kind() != Kind::Array {
        return Err(Issue::error("structure", "", "a JSON Patch is an array of operations"));
    }
    if let Some(issue) = too_many(patch.root().len()) {
        return Err(issue);
    }
    let mut document = Document { root: Node::new(text.root()), room: GROWTH_BYTES_MAX };
    for (number, operation) in patch.root().items().enumerate() {
        let member = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
        document.apply(operation).map_err(|refusal| refusal.at(number, &member("op"), &member("path")))?;
    }
    Ok(document.root.text())
}

struct Document<'a> {
    root: Node<'a>,
    /// How many bytes may still be added.
    room: usize,
}

/// A place: the steps from the root.
type Pointer = Vec<String>;

impl<'a> Document<'a> {
    fn apply(&mut self, operation: Value<'a>) -> Result<(), Refusal> {
        let name = text(operation, "op")?;
        let path = pointer(&text(operation, "path")?)?;
        match &*name {
            "add" => self.add(&path, value(operation)?),
            "remove" => self.remove(&path).map(drop),
            "replace" => self.replace(&path, value(operation)?),
            "move" => {
                let from = pointer(&text(operation, "from")?)?;
                if path.len() > from.len() && path.starts_with(&from) {
                    return Err(Refusal::value("a value cannot move into itself"));
                }
                let moved = self.remove(&from)?;
                self.room = self.room.saturating_add(moved.bytes());
                self.add(&path, moved)
            }
            "copy" => {
                let from = pointer(&text(operation, "from")?)?;
                let room = self.room;
                let copied = self.find(&from)?;
                // Measured before it is copied, so that doubling a text again and again ends early.
                if copied.bytes() > room {
                    return Err(too_large());
                }
                let copied = copied.clone();
                self.add(&path, copied)
            }
            "test" => match self.find(&path)?.equals(&value(operation)?) {
                true => Ok(()),
                false => Err(Refusal { code: "conflict", text: "the value is another".to_owned() }),
            },
            _ => Err(Refusal::structure("the operations are add, remove, replace, move, copy and test")),
        }
    }

    fn find(&mut self, path: &[String]) -> Result<&mut Node<'a>, Refusal> {
        let mut node = &mut self.root;
        for step in path {
            let next = match node {
                Node::Array(items) => index(step).and_then(|index| items.get_mut(index)),
                Node::Object(_) => node.member(step),
                Node::Leaf(_) => None,
            };
            node = next.ok_or_else(missing)?;
        }
        Ok(node)
    }

    fn add(&mut self, path: &[String], value: Node<'a>) -> Result<(), Refusal> {
        let bytes = value.bytes() + path.last().map_or(0, String::len);
        self.room = self.room.checked_sub(bytes).ok_or_else(too_large)?;
        if !value.fits(path.len()) {
            return Err(Refusal::costly("the result is nested too deeply"));
        }
        let Some((last, parent)) = path.split_last() else {
            self.root = value;
            return Ok(());
        };
        match self.find(parent)? {
            Node::Object(members) => match members.iter_mut().find(|(key, _)| key == last) {
                Some((_, known)) => *known = value,
                None => members.push((Cow::Owned(last.clone()), value)),
            },
            Node::Array(items) => {
                let place = if last == "-" { Some(items.len()) } else { index(last) };
                let place = place.filter(|place| *place <= items.len());
                items.insert(place.ok_or_else(|| Refusal::value("there is no such place in the array"))?, value);
            }
            Node::Leaf(_) => return Err(missing()),
        }
        Ok(())
    }

    fn remove(&mut self, path: &[String]) -> Result<Node<'a>, Refusal> {
        let Some((last, parent)) = path.split_last() else {
            return Err(Refusal::value("the whole text cannot be removed"));
        };
        match self.find(parent)? {
            Node::Object(members) => {
                let place = members.iter().position(|(key, _)| key == last).ok_or_else(missing)?;
                Ok(members.remove(place).1)
            }
            Node::Array(items) => {
                let place = index(last).filter(|place| *place < items.len()).ok_or_else(missing)?;
                Ok(items.remove(place))
            }
            Node::Leaf(_) => Err(missing()),
        }
    }

    fn replace(&mut self, path: &[String], value: Node<'a>) -> Result<(), Refusal> {
        self.room = self.room.checked_sub(value.bytes()).ok_or_else(too_large)?;
        if !value.fits(path.len()) {
            return Err(Refusal::costly("the result is nested too deeply"));
        }
        *self.find(path)? = value;
        Ok(())
    }
}

fn missing() -> Refusal {
    Refusal::value("there is nothing at this path")
}

fn too_large() -> Refusal {
    Refusal::costly(format!("a patch may add {GROWTH_BYTES_MAX} bytes"))
}

fn text<'a>(operation: Value<'a>, key: &str) -> Result<Cow<'a, str>, Refusal> {
    let found = operation.get(key).and_then(Value::as_str);
    found.ok_or_else(|| Refusal::structure(format!("the operation needs the text `{key}`")))
}

fn value(operation: Value<'_>) -> Result<Node<'_>, Refusal> {
    let found = operation.get("value").map(Node::new);
    found.ok_or_else(|| Refusal::structure("the operation needs a `value`"))
}

fn pointer(text: &str) -> Result<Pointer, Refusal> {
    let Some(steps) = text.strip_prefix('/') else {
        return match text {
            "" => Ok(Vec::new()),
            _ => Err(Refusal::structure("a path begins with /")),
        };
    };
    steps.split('/').map(unescape).collect()
}

fn unescape(step: &str) -> Result<String, Refusal> {
    let mut parts = step.split('~');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (letter, rest) = match part.as_bytes().first() {
            Some(b'0') => ('~', 1),
            Some(b'1') => ('/', 1),
            _ => return Err(Refusal::structure("~ is followed by 0 or 1 in a path")),
        };
        out.push(letter);
        out.push_str(part.get(rest..).unwrap_or_default());
    }
    Ok(out)
}

fn index(step: &str) -> Option<usize> {
    let plain = step == "0" || (!step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { step.parse().ok() } else { None }
}
