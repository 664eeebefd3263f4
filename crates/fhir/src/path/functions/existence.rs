//! Questions about a collection as a whole: `exists`, `all`, `count`, `distinct` and their like.
//!
//! <http://hl7.org/fhirpath/N1/#existence>

use super::Line;
use crate::path::collect::Distinct;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, one, truth, truth_items};
use crate::path::item::{Item, Items};
use crate::path::tree::{Call, Node};

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    Empty,
    Exists,
    All,
    AllTrue,
    AnyTrue,
    AllFalse,
    AnyFalse,
    SubsetOf,
    SupersetOf,
    Count,
    Distinct,
    IsDistinct,
    Not,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("empty", Function::Empty, 0, 0),
    ("exists", Function::Exists, 0, 1),
    ("all", Function::All, 1, 1),
    ("allTrue", Function::AllTrue, 0, 0),
    ("anyTrue", Function::AnyTrue, 0, 0),
    ("allFalse", Function::AllFalse, 0, 0),
    ("anyFalse", Function::AnyFalse, 0, 0),
    ("subsetOf", Function::SubsetOf, 1, 1),
    ("supersetOf", Function::SupersetOf, 1, 1),
    ("count", Function::Count, 0, 0),
    ("distinct", Function::Distinct, 0, 0),
    ("isDistinct", Function::IsDistinct, 0, 0),
    ("not", Function::Not, 0, 0),
];

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let truth = match function {
        Function::Empty => Some(input.is_empty()),
        Function::Exists => Some(match call.arguments.first() {
            Some(criterion) => any(run, criterion, input, frame, true)?,
            None => !input.is_empty(),
        }),
        Function::All => Some(match call.arguments.first() {
            Some(criterion) => !any(run, criterion, input, frame, false)?,
            None => true,
        }),
        Function::AllTrue => Some(!holds(input, false)?),
        Function::AnyTrue => Some(holds(input, true)?),
        Function::AllFalse => Some(!holds(input, true)?),
        Function::AnyFalse => Some(holds(input, false)?),
        Function::SubsetOf => Some(within(run, input, &run.argument(&call.arguments, 0, frame)?)?),
        Function::SupersetOf => Some(within(run, &run.argument(&call.arguments, 0, frame)?, input)?),
        Function::Count => return Ok(i32::try_from(input.len()).ok().map(Item::Integer).into_iter().collect()),
        Function::Distinct => return Ok(Distinct::of(run, input)?.items),
        Function::IsDistinct => Some(Distinct::of(run, input)?.items.len() == input.len()),
        Function::Not => truth(input)?.map(|truth| !truth),
    };
    match truth {
        Some(truth) => Ok(one(Item::Boolean(truth))),
        None => Ok(truth_items(None)),
    }
}

/// Whether the criterion is `wanted` (not wanted: anything but true) for some item.
fn any<'a>(
    run: &Run<'a, '_>,
    criterion: &Node,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
    wanted: bool,
) -> Result<bool, PathError> {
    for (at, item) in input.iter().enumerate() {
        if (run.condition(criterion, frame.of(item, at))? == Some(true)) == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether some item is this truth; anything but truths is an error.
fn holds(input: &[Item<'_>], wanted: bool) -> Result<bool, PathError> {
    for item in input {
        match &*item.system() {
            Item::Boolean(truth) if *truth == wanted => return Ok(true),
            Item::Boolean(_) => {}
            _ => return Err(PathError::run("expected booleans only")),
        }
    }
    Ok(false)
}

/// Whether every item of one collection is in the other.
fn within<'a>(run: &Run<'a, '_>, inner: &[Item<'a>], outer: &[Item<'a>]) -> Result<bool, PathError> {
    let outer = Distinct::of(run, outer)?;
    for item in inner {
        if !outer.holds(run, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}
