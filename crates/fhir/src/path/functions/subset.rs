//! Parts of a collection: `first`, `tail`, `skip`, `intersect` and their like.
//!
//! <http://hl7.org/fhirpath/N1/#subsetting>

use super::Line;
use crate::path::collect::Distinct;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, single};
use crate::path::item::{Item, Items};
use crate::path::tree::Call;

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    Single,
    First,
    Last,
    Tail,
    Skip,
    Take,
    Intersect,
    Exclude,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("single", Function::Single, 0, 0),
    ("first", Function::First, 0, 0),
    ("last", Function::Last, 0, 0),
    ("tail", Function::Tail, 0, 0),
    ("skip", Function::Skip, 1, 1),
    ("take", Function::Take, 1, 1),
    ("intersect", Function::Intersect, 1, 1),
    ("exclude", Function::Exclude, 1, 1),
];

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let part = match function {
        Function::Single => single(input)?.map_or(&[][..], std::slice::from_ref),
        Function::First => &input[..input.len().min(1)],
        Function::Last => &input[input.len().saturating_sub(1)..],
        Function::Tail => input.get(1..).unwrap_or(&[]),
        Function::Skip => &input[count(run, call, input, frame)?..],
        Function::Take => &input[..count(run, call, input, frame)?],
        Function::Intersect => {
            let other = Distinct::of(run, &run.argument(&call.arguments, 0, frame)?)?;
            let mut both = Distinct::default();
            for item in input {
                if other.holds(run, item)? {
                    both.add(run, item)?;
                }
            }
            return Ok(both.items);
        }
        Function::Exclude => {
            let other = Distinct::of(run, &run.argument(&call.arguments, 0, frame)?)?;
            let mut left = Items::new();
            for item in input {
                if !other.holds(run, item)? {
                    left.push(item.clone());
                }
            }
            return Ok(left);
        }
    };
    Ok(part.iter().cloned().collect())
}

/// The argument of `skip` and `take`, kept inside the collection.
fn count<'a>(run: &Run<'a, '_>, call: &Call, input: &[Item<'a>], frame: Frame<'a, '_>) -> Result<usize, PathError> {
    let count = run.integer_argument(&call.arguments, 0, frame)?.unwrap_or(0);
    Ok(usize::try_from(count).unwrap_or(0).min(input.len()))
}
