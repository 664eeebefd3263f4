//! FHIRPath Patch: operations on places named by FHIRPath, given as a Parameters resource.
//!
//! A place is found in the text as it stands after the operations before. Primitives move together
//! with their companions (`_name`), and what becomes empty by a deletion goes with it, since FHIR
//! has no empty elements. Spec: <https://hl7.org/fhir/R4/fhirpatch.html>.

use std::borrow::Cow;

use super::document::Node;
use super::operation::Operation;
use super::place::{self, Piece, Place};
use super::{GROWTH_BYTES_MAX, Refusal, WORK_BYTES_MAX, too_many};
use crate::definition::Definitions;
use crate::json::{Tree, Value};
use crate::outcome::Issue;
use crate::path::{Context, Expression, Item};

/// The text of a resource after all operations of a patch.
pub fn fhirpath_patch(resource: &Tree, parameters: &Tree) -> Result<String, Issue> {
    let root = parameters.root();
    if root.get("resourceType").and_then(Value::str) != Some("Parameters") {
        return Err(Issue::error("structure", "", "a FHIRPath Patch is a Parameters resource"));
    }
    let parameters = root.get("parameter");
    if let Some(issue) = too_many(parameters.map_or(0, Value::len)) {
        return Err(issue);
    }
    let mut tree = resource.clone();
    let mut work = 0;
    for (number, parameter) in parameters.into_iter().flat_map(Value::items).enumerate() {
        let operation = Operation::read(parameter);
        let operation = operation.map_err(|refusal| refusal.at(number, "", ""))?;
        work += tree.text().len();
        if work > WORK_BYTES_MAX {
            let refusal = Refusal::costly("so many operations on so large a resource are too much for one patch");
            return Err(refusal.at(number, &operation.kind, &operation.path));
        }
        let text =
            apply(&tree, &operation).and_then(|text| match text.len() <= resource.text().len() + GROWTH_BYTES_MAX {
                true => Ok(text),
                false => Err(Refusal::costly(format!("a patch may add {GROWTH_BYTES_MAX} bytes"))),
            });
        let text = text.map_err(|refusal| refusal.at(number, &operation.kind, &operation.path))?;
        let parsed = Tree::parse(text.as_bytes()).map_err(|error| Refusal::value(error.message));
        tree = parsed.map_err(|refusal| refusal.at(number, &operation.kind, &operation.path))?;
    }
    Ok(tree.text().to_owned())
}

fn apply(tree: &Tree, operation: &Operation<'_>) -> Result<String, Refusal> {
    let mut places = find(tree, &operation.path)?;
    let mut document = Node::new(tree.root());
    match operation.kind.as_ref() {
        "add" => add(&mut document, &one(places)?, operation)?,
        "insert" => insert(tree, &mut document, &places, operation)?,
        "delete" => match places.len() {
            // Deleting what is not there is no error.
            0 => {}
            1 => delete(&mut document, &places.remove(0))?,
            _ => return Err(Refusal::value("the path names more than one element")),
        },
        "replace" => replace(&mut document, &one(places)?, operation)?,
        "move" => shift(&mut document, &places, operation)?,
        _ => return Err(Refusal::structure("the operations are add, insert, delete, replace and move")),
    }
    Ok(document.text())
}

/// The places in the resource that a path names.
fn find(tree: &Tree, path: &str) -> Result<Vec<Place>, Refusal> {
    let refuse = |error: crate::path::PathError| Refusal::value(error.message);
    let focus = Item::resource(tree.root()).ok_or_else(|| Refusal::value("the patched text is no resource"))?;
    let items = Expression::parse(path).map_err(refuse)?.evaluate(focus, &Context::of(tree.root())).map_err(refuse)?;
    let place = |item: &Item<'_>| item.value().and_then(|value| Place::of(tree, value));
    let places: Option<Vec<Place>> = items.iter().map(place).collect();
    places.ok_or_else(|| Refusal::value("the path leads to a value that is not in the resource"))
}

fn one(mut places: Vec<Place>) -> Result<Place, Refusal> {
    match (places.pop(), places.is_empty()) {
        (Some(place), true) => Ok(place),
        (Some(_), false) => Err(Refusal::value("the path names more than one element")),
        (None, _) => Err(Refusal::value("the path names nothing")),
    }
}

fn add<'d>(document: &mut Node<'d>, place: &Place, operation: &Operation<'d>) -> Result<(), Refusal> {
    let name = operation.name.as_deref().ok_or_else(|| Refusal::structure("the operation needs a `name`"))?;
    let definitions = Definitions::r4();
    let content = operation.content()?;
    let (key, element) = content.key_in(place.type_id, name)?;
    let piece = content.piece(definitions.child(place.type_id, &key).map(|child| child.type_id))?;
    let members = place.members(document)?;
    let mut pieces = place::take(members, &key);
    let same = |(known, _): &(Cow<'_, str>, Node<'_>)| {
        let child = definitions.child(place.type_id, known.trim_start_matches('_'));
        child.is_some_and(|child| child.element.path == element.path)
    };
    let exists = !pieces.is_empty() || members.iter().any(same);
    if exists && !element.array {
        return Err(Refusal::value("the element is there already and does not repeat"));
    }
    pieces.push(piece);
    place::put(members, &key, pieces, element.array);
    Ok(())
}

fn insert<'d>(
    tree: &Tree,
    document: &mut Node<'d>,
    places: &[Place],
    operation: &Operation<'d>,
) -> Result<(), Refusal> {
    let index = Operation::index(operation.index, "index")?;
    let Some((list, held)) = list(places)? else {
        // An empty list has no place of its own: the first insert adds to what would hold it.
        let (parent, name) = operation.path.rsplit_once('.').filter(|_| index == 0).ok_or_else(no_list)?;
        let name = Some(Cow::Owned(name.trim().to_owned()));
        return add(document, &one(find(tree, parent)?)?, &Operation { name, ..operation.clone() });
    };
    let piece = operation.content()?.piece(Some(held))?;
    let key = list.key().ok_or_else(no_list)?.to_owned();
    let members = list.parent(document)?;
    let mut pieces = place::take(members, &key);
    let fits = index <= pieces.len();
    if fits {
        pieces.insert(index, piece);
    }
    place::put(members, &key, pieces, true);
    if fits { Ok(()) } else { Err(no_index()) }
}

fn shift<'d>(document: &mut Node<'d>, places: &[Place], operation: &Operation<'d>) -> Result<(), Refusal> {
    let source = Operation::index(operation.source, "source")?;
    let destination = Operation::index(operation.destination, "destination")?;
    let (list, _) = list(places)?.ok_or_else(no_list)?;
    let key = list.key().ok_or_else(no_list)?.to_owned();
    let members = list.parent(document)?;
    let mut pieces = place::take(members, &key);
    let fits = source < pieces.len() && destination < pieces.len();
    if fits {
        let piece = pieces.remove(source);
        pieces.insert(destination, piece);
    }
    place::put(members, &key, pieces, true);
    if fits { Ok(()) } else { Err(no_index()) }
}

/// The one list in which all places stand, and the type of its items; none if there are no places.
fn list(places: &[Place]) -> Result<Option<(&Place, crate::definition::TypeId)>, Refusal> {
    let Some(first) = places.first() else { return Ok(None) };
    let together = places.iter().all(|place| place.same_list(first));
    if !together || !first.repeats {
        return Err(no_list());
    }
    Ok(Some((first, first.type_id)))
}

fn replace<'d>(document: &mut Node<'d>, place: &Place, operation: &Operation<'d>) -> Result<(), Refusal> {
    let content = operation.content()?;
    let Some(key) = place.key() else { return Err(Refusal::value("the whole resource cannot be replaced")) };
    let definitions = Definitions::r4();
    let child = place.parent_type.and_then(|of| definitions.child(of, key));
    // Another type of a choice has another key.
    let new_key = match (child, place.parent_type) {
        (Some(child), Some(of)) if child.element.choice => content.key_in(of, child.element.name)?.0,
        _ => key.to_owned(),
    };
    let held = place.parent_type.and_then(|of| definitions.child(of, &new_key)).map(|child| child.type_id);
    let piece = content.piece(held)?;
    let members = place.parent(document)?;
    let mut pieces = place::take(members, key);
    if let Some(known) = pieces.get_mut(place.index()) {
        *known = piece;
    }
    place::rename(members, key, &new_key);
    place::put(members, &new_key, pieces, place.repeats);
    Ok(())
}

fn delete(document: &mut Node<'_>, place: &Place) -> Result<(), Refusal> {
    let Some(key) = place.key() else { return Err(Refusal::value("the whole resource cannot be deleted")) };
    let members = place.parent(document)?;
    let mut pieces: Vec<Piece<'_>> = place::take(members, key);
    if place.index() < pieces.len() {
        pieces.remove(place.index());
    }
    place::put(members, key, pieces, place.repeats);
    place::prune(document, &place.steps);
    Ok(())
}

fn no_list() -> Refusal {
    Refusal::value("the path does not name one list")
}

fn no_index() -> Refusal {
    Refusal::value("there is no such place in the list")
}
