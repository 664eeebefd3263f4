//! The functions of FHIRPath, one file per group.
//!
//! A group is a list of names with what they are called as, and one `call`. A new function is a line in its group's
//! list and an arm in its `call`. <http://hl7.org/fhirpath/N1/#functions>

pub(super) mod boundary;
pub(super) mod combine;
pub(super) mod convert;
pub(super) mod encoding;
pub(super) mod existence;
pub(super) mod fhir;
pub(super) mod filter;
pub(super) mod math;
pub(super) mod string;
pub(super) mod subset;
pub(super) mod utility;

use super::error::PathError;
use super::eval::{Frame, Run};
use super::item::{Item, Items};
use super::tree::Call;

/// A function, by group.
#[derive(Clone, Copy, Debug)]
pub(super) enum Function {
    Existence(existence::Function),
    Filter(filter::Function),
    Subset(subset::Function),
    Combine(combine::Function),
    Convert(convert::Function),
    String(string::Function),
    Encoding(encoding::Function),
    Math(math::Function),
    Utility(utility::Function),
    Fhir(fhir::Function),
    Boundary(boundary::Function),
}

/// A function with the number of arguments it takes.
#[derive(Clone, Copy)]
pub(super) struct Signature {
    pub function: Function,
    pub least: usize,
    pub most: usize,
}

/// A line of a group's list: name, function, least and most arguments.
type Line<F> = (&'static str, F, usize, usize);

/// The function of a name. `is`, `as` and `ofType` take a type and belong to the parser.
pub(super) fn find(name: &str) -> Option<Signature> {
    among(name, existence::LIST, Function::Existence)
        .or_else(|| among(name, filter::LIST, Function::Filter))
        .or_else(|| among(name, subset::LIST, Function::Subset))
        .or_else(|| among(name, combine::LIST, Function::Combine))
        .or_else(|| among(name, convert::LIST, Function::Convert))
        .or_else(|| among(name, string::LIST, Function::String))
        .or_else(|| among(name, encoding::LIST, Function::Encoding))
        .or_else(|| among(name, math::LIST, Function::Math))
        .or_else(|| among(name, utility::LIST, Function::Utility))
        .or_else(|| among(name, fhir::LIST, Function::Fhir))
        .or_else(|| among(name, boundary::LIST, Function::Boundary))
}

fn among<F: Copy>(name: &str, list: &[Line<F>], group: fn(F) -> Function) -> Option<Signature> {
    let &(_, function, least, most) = list.iter().find(|line| line.0 == name)?;
    Some(Signature { function: group(function), least, most })
}

/// Calls a function on a collection.
pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    match call.function {
        Function::Existence(function) => existence::call(run, function, call, input, frame),
        Function::Filter(function) => filter::call(run, function, call, input, frame),
        Function::Subset(function) => subset::call(run, function, call, input, frame),
        Function::Combine(function) => combine::call(run, function, call, input, frame),
        Function::Convert(function) => convert::call(run, function, call, input, frame),
        Function::String(function) => string::call(run, function, call, input, frame),
        Function::Encoding(function) => encoding::call(run, function, call, input, frame),
        Function::Math(function) => math::call(run, function, call, input, frame),
        Function::Utility(function) => utility::call(run, function, call, input, frame),
        Function::Fhir(function) => fhir::call(run, function, call, input, frame),
        Function::Boundary(function) => boundary::call(run, function, call, input, frame),
    }
}
