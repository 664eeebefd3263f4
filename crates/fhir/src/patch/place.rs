//! Places in a resource, and the elements that stand there.
//!
//! A primitive is one element in two members: its value under `name` and its companion under
//! `_name`. Here both are taken out and put back together.

use std::borrow::Cow;

use super::Refusal;
use super::document::{Members, Node};
use crate::definition::{Definitions, TypeId, TypeKind};
use crate::json::{Kind, Tree, Value};

/// A step from a value to one in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To a member.
    Key(String),
    /// To an item.
    Index(usize),
}

/// Where an element stands.
#[derive(Debug)]
pub(super) struct Place {
    /// The way from the root; for a primitive, to its value, even if it only has a companion.
    pub(super) steps: Vec<Step>,
    /// The type of the element.
    pub(super) type_id: TypeId,
    /// The type in which it stands; none at the root.
    pub(super) parent_type: Option<TypeId>,
    /// Whether it stands in an array.
    pub(super) repeats: bool,
}

/// An element: a value, a companion or both.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    /// The value.
    pub(super) value: Option<Node<'a>>,
    /// The companion with id and extensions.
    pub(super) extra: Option<Node<'a>>,
}

impl Place {
    /// The place of a value; none if it is not of this tree or of no known type.
    pub(super) fn of(tree: &Tree, value: Value<'_>) -> Option<Place> {
        if value.tree().text().as_ptr() != tree.text().as_ptr() {
            return None;
        }
        let definitions = Definitions::r4();
        let mut at = tree.root();
        let mut place = Place { steps: Vec::new(), type_id: resource_type(at)?, parent_type: None, repeats: false };
        while at.node() != value.node() {
            place.repeats = at.kind() == Kind::Array;
            if place.repeats {
                let (index, next) =
                    at.items().enumerate().take_while(|(_, item)| item.node() <= value.node()).last()?;
                place.steps.push(Step::Index(index));
                at = next;
            } else {
                let (key, next) = at.members().take_while(|(_, member)| member.node() <= value.node()).last()?;
                place.parent_type = Some(place.type_id);
                place.type_id = definitions.child(place.type_id, key.trim_start_matches('_'))?.type_id;
                place.steps.push(Step::Key(key.to_owned()));
                at = next;
            }
            if definitions.get(place.type_id).name == "Resource" && at.kind() == Kind::Object {
                place.type_id = resource_type(at)?;
            }
        }
        let last = place.steps.iter_mut().rev().find_map(|step| match step {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        });
        if let Some(key) = last {
            *key = key.trim_start_matches('_').to_owned();
        }
        Some(place)
    }

    /// The key under which it stands; none at the root.
    pub(super) fn key(&self) -> Option<&str> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        })
    }

    /// Its place among the elements of its key.
    pub(super) fn index(&self) -> usize {
        match self.steps.last() {
            Some(Step::Index(index)) => *index,
            _ => 0,
        }
    }

    /// Whether both stand in the same array.
    pub(super) fn same_list(&self, other: &Place) -> bool {
        let list = |place: &Place| place.steps.len().checked_sub(1).filter(|_| place.repeats);
        list(self).is_some()
            && list(self) == list(other)
            && self.steps.iter().zip(&other.steps).rev().skip(1).all(|(left, right)| left == right)
    }

    /// The members among which it stands.
    pub(super) fn parent<'n, 'd>(&self, document: &'n mut Node<'d>) -> Result<&'n mut Members<'d>, Refusal> {
        find(document, before(&self.steps)).ok_or_else(lost)
    }

    /// Its own members; those of a primitive stand in its companion, which is made if there is none.
    pub(super) fn members<'n, 'd>(&self, document: &'n mut Node<'d>) -> Result<&'n mut Members<'d>, Refusal> {
        if Definitions::r4().get(self.type_id).kind != TypeKind::Primitive {
            return find(document, &self.steps).ok_or_else(lost);
        }
        let key = self.key().ok_or_else(lost)?.to_owned();
        let members = self.parent(document)?;
        let mut pieces = take(members, &key);
        let piece = pieces.get_mut(self.index()).ok_or_else(lost)?;
        piece.extra.get_or_insert_with(|| Node::Object(Vec::new()));
        put(members, &key, pieces, self.repeats);
        let mut steps = self.steps.clone();
        let place = steps.len() - 1 - usize::from(self.repeats);
        if let Some(step) = steps.get_mut(place) {
            *step = Step::Key(format!("_{key}"));
        }
        find(document, &steps).ok_or_else(lost)
    }
}

/// The elements of a key, taken out; [`put`] puts them back.
pub(super) fn take<'d>(members: &mut Members<'d>, key: &str) -> Vec<Piece<'d>> {
    let companion = format!("_{key}");
    let mut all = [Vec::new(), Vec::new()];
    for (list, key) in all.iter_mut().zip([key, &companion]) {
        let Some((_, node)) = members.iter_mut().find(|(known, _)| known == key) else { continue };
        *list = match std::mem::replace(node, Node::Array(Vec::new())) {
            Node::Array(items) => items,
            single => vec![single],
        };
    }
    let [values, extras] = all;
    let count = values.len().max(extras.len());
    let real = |node: Option<Node<'d>>| node.filter(|node| !matches!(node, Node::Leaf(text) if text == "null"));
    let (mut values, mut extras) = (values.into_iter(), extras.into_iter());
    (0..count).map(|_| Piece { value: real(values.next()), extra: real(extras.next()) }).collect()
}

/// Puts the elements of a key back; without any, the key goes.
pub(super) fn put<'d>(members: &mut Members<'d>, key: &str, pieces: Vec<Piece<'d>>, array: bool) {
    let (values, extras): (Vec<_>, Vec<_>) = pieces.into_iter().map(|piece| (piece.value, piece.extra)).unzip();
    set(members, key.to_owned(), values, array);
    set(members, format!("_{key}"), extras, array);
}

fn set<'d>(members: &mut Members<'d>, key: String, nodes: Vec<Option<Node<'d>>>, array: bool) {
    let place = members.iter().position(|(known, _)| *known == key);
    let null = || Node::Leaf(Cow::Borrowed("null"));
    let node = match nodes.iter().any(Option::is_some) {
        false => None,
        true if array => Some(Node::Array(nodes.into_iter().map(|node| node.unwrap_or_else(null)).collect())),
        true => nodes.into_iter().flatten().next(),
    };
    match (place, node) {
        (Some(place), None) => drop(members.remove(place)),
        (Some(place), Some(node)) => {
            if let Some((_, known)) = members.get_mut(place) {
                *known = node;
            }
        }
        (None, Some(node)) => members.push((Cow::Owned(key), node)),
        (None, None) => {}
    }
}

/// Gives the members of a key another key.
pub(super) fn rename(members: &mut Members<'_>, key: &str, new: &str) {
    for (known, _) in members.iter_mut() {
        match known.strip_prefix('_') {
            Some(plain) if plain == key => *known = Cow::Owned(format!("_{new}")),
            None if known == key => *known = Cow::Owned(new.to_owned()),
            _ => {}
        }
    }
}

/// Takes out what has become empty above a deleted element.
pub(super) fn prune(document: &mut Node<'_>, steps: &[Step]) {
    let mut steps = before(steps);
    while !steps.is_empty() && find(document, steps).is_some_and(|members| members.is_empty()) {
        let (index, repeats) = match steps.last() {
            Some(Step::Index(index)) => (*index, true),
            _ => (0, false),
        };
        let Some(Step::Key(key)) = steps.get(before(steps).len()).cloned() else { return };
        let Some(members) = find(document, before(steps)) else { return };
        let plain = key.trim_start_matches('_');
        let mut pieces = take(members, plain);
        if let Some(piece) = pieces.get_mut(index) {
            if key != plain {
                piece.extra = None;
            }
            if key == plain || piece.value.is_none() {
                pieces.remove(index);
            }
        }
        put(members, plain, pieces, repeats);
        steps = before(steps);
    }
}

/// The steps to the object in which the last step's element stands.
fn before(steps: &[Step]) -> &[Step] {
    let keys = steps.iter().rposition(|step| matches!(step, Step::Key(_)));
    steps.get(..keys.unwrap_or_default()).unwrap_or_default()
}

fn find<'n, 'd>(document: &'n mut Node<'d>, steps: &[Step]) -> Option<&'n mut Members<'d>> {
    let mut node = document;
    for step in steps {
        node = match (step, node) {
            (Step::Key(key), Node::Object(members)) => {
                members.iter_mut().find(|(known, _)| known == key).map(|(_, node)| node)?
            }
            (Step::Index(index), Node::Array(items)) => items.get_mut(*index)?,
            _ => return None,
        };
    }
    match node {
        Node::Object(members) => Some(members),
        _ => None,
    }
}

fn resource_type(value: Value<'_>) -> Option<TypeId> {
    let name = value.get("resourceType").and_then(Value::str)?;
    Definitions::r4().resource(name).map(|found| found.id)
}

fn lost() -> Refusal {
    Refusal::value("the path does not lead to an element that can hold this")
}
