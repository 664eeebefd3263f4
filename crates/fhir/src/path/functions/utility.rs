//! Tree navigation, the present moment, types and `trace`.
//!
//! The moment is the context's; without one these functions are errors. <http://hl7.org/fhirpath/N1/#utility-functions>

use super::Line;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, one};
use crate::path::item::{Item, Items};
use crate::path::limits::COLLECTION_MAX;
use crate::path::steps;
use crate::path::tree::Call;
use crate::path::types::type_of;
use crate::value::date::{DateTime, Precision, Time, Zone};

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    Children,
    Descendants,
    Trace,
    Now,
    Today,
    TimeOfDay,
    Type,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("children", Function::Children, 0, 0),
    ("descendants", Function::Descendants, 0, 0),
    ("trace", Function::Trace, 1, 2),
    ("now", Function::Now, 0, 0),
    ("today", Function::Today, 0, 0),
    ("timeOfDay", Function::TimeOfDay, 0, 0),
    ("type", Function::Type, 0, 0),
];

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    match function {
        Function::Children => {
            let mut out = Items::new();
            for item in input {
                steps::children(item, &mut out);
                run.spend(1 + out.len())?;
            }
            Ok(out)
        }
        Function::Descendants => descendants(run, input),
        Function::Trace => trace(run, call, input, frame),
        Function::Now => Ok(one(Item::DateTime(moment(run)?))),
        Function::Today => Ok(one(Item::Date(moment(run)?.date()))),
        Function::TimeOfDay => Ok(one(Item::Time(Time { clock: moment(run)?.clock, precision: Precision::Second }))),
        Function::Type => Ok(input.iter().filter_map(type_of).collect()),
    }
}

fn moment(run: &Run<'_, '_>) -> Result<DateTime, PathError> {
    let moment = run.context.moment.ok_or_else(|| PathError::run("the present moment is not known here"))?;
    DateTime::from_milliseconds(moment.milliseconds, Zone(moment.zone))
        .ok_or_else(|| PathError::run("the present moment is off the calendar"))
}

fn descendants<'a>(run: &Run<'a, '_>, input: &[Item<'a>]) -> Result<Items<'a>, PathError> {
    let mut out = Items::new();
    for item in input {
        steps::children(item, &mut out);
    }
    let mut at = 0;
    while let Some(item) = out.get(at).cloned() {
        steps::children(&item, &mut out);
        at += 1;
        if out.len() > COLLECTION_MAX {
            return Err(PathError::run("collection is too large"));
        }
    }
    run.spend(out.len())?;
    Ok(out)
}

fn trace<'a>(run: &Run<'a, '_>, call: &Call, input: &[Item<'a>], frame: Frame<'a, '_>) -> Result<Items<'a>, PathError> {
    let name = run.text_argument(&call.arguments, 0, frame)?.unwrap_or_default();
    if let Some(show) = run.context.trace {
        match call.arguments.get(1) {
            None => show(&name, input),
            Some(projection) => {
                for (at, item) in input.iter().enumerate() {
                    show(&name, &run.eval(projection, frame.of(item, at))?);
                }
            }
        }
    }
    Ok(input.iter().cloned().collect())
}
