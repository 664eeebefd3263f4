//! Joining two collections: `union` and `combine`.
//!
//! <http://hl7.org/fhirpath/N1/#combining>

use super::Line;
use crate::path::collect::Distinct;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run};
use crate::path::item::{Item, Items};
use crate::path::tree::Call;

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    Union,
    Combine,
}

pub(super) const LIST: &[Line<Function>] = &[("union", Function::Union, 1, 1), ("combine", Function::Combine, 1, 1)];

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let other = run.argument(&call.arguments, 0, frame)?;
    match function {
        Function::Combine => Ok(input.iter().cloned().chain(other).collect()),
        Function::Union => {
            let mut union = Distinct::of(run, input)?;
            for item in &other {
                union.add(run, item)?;
            }
            Ok(union.items)
        }
    }
}
