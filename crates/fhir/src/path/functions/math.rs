//! Mathematics on single numbers.
//!
//! Rounding functions are exact; roots, powers and logarithms are calculated in binary and given as the shortest
//! decimal. What is not a number is empty. <http://hl7.org/fhirpath/N1/#math>

use super::Line;
use crate::path::compare::number;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, one, single};
use crate::path::item::{Item, Items};
use crate::path::tree::Call;
use crate::value::decimal::{Decimal, SCALE_MAX};
use crate::value::quantity::Quantity;

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    Abs,
    Ceiling,
    Exp,
    Floor,
    Ln,
    Log,
    Power,
    Round,
    Sqrt,
    Truncate,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("abs", Function::Abs, 0, 0),
    ("ceiling", Function::Ceiling, 0, 0),
    ("exp", Function::Exp, 0, 0),
    ("floor", Function::Floor, 0, 0),
    ("ln", Function::Ln, 0, 0),
    ("log", Function::Log, 1, 1),
    ("power", Function::Power, 1, 1),
    ("round", Function::Round, 0, 1),
    ("sqrt", Function::Sqrt, 0, 0),
    ("truncate", Function::Truncate, 0, 0),
];

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let Some(item) = single(input)? else { return Ok(Items::new()) };
    let system = item.system();
    if let (Function::Abs, Item::Quantity(quantity)) = (function, &*system) {
        let value = quantity.value.magnitude().map_err(|error| PathError::run(error.to_string()))?;
        return Ok(one(Item::Quantity(Box::new(Quantity { value, unit: quantity.unit.clone() }))));
    }
    let value = number(&system).ok_or_else(|| PathError::run("expected a number"))?;
    let whole = matches!(&*system, Item::Integer(_));
    let result = match function {
        Function::Abs if whole => integer(value.magnitude().ok()),
        Function::Abs => value.magnitude().ok().map(Item::Decimal),
        Function::Ceiling => integer(Some(value.ceiling())),
        Function::Floor => integer(Some(value.floor())),
        Function::Truncate => integer(Some(value.truncated())),
        Function::Round => {
            let scale = run.integer_argument(&call.arguments, 0, frame)?.unwrap_or(0);
            let scale = u32::try_from(scale).map_err(|_| PathError::run("precision must not be negative"))?;
            Some(Item::Decimal(value.rounded(scale.min(SCALE_MAX))))
        }
        Function::Exp => binary(value.to_f64().exp()),
        Function::Ln => binary(value.to_f64().ln()),
        Function::Sqrt => binary(value.to_f64().sqrt()),
        Function::Log | Function::Power => {
            let other = run.argument(&call.arguments, 0, frame)?;
            let Some(other) = single(&other)? else { return Ok(Items::new()) };
            let other = other.system();
            let argument = number(&other).ok_or_else(|| PathError::run("expected a number"))?;
            match (function, &*system, &*other) {
                (Function::Log, ..) => binary(value.to_f64().ln() / argument.to_f64().ln()),
                (_, Item::Integer(base), Item::Integer(exponent)) if *exponent >= 0 => {
                    base.checked_pow(exponent.unsigned_abs()).map(Item::Integer)
                }
                _ => binary(value.to_f64().powf(argument.to_f64())),
            }
        }
    };
    Ok(result.into_iter().collect())
}

fn integer<'a>(number: Option<Decimal>) -> Option<Item<'a>> {
    number?.to_i64().and_then(|n| i32::try_from(n).ok()).map(Item::Integer)
}

fn binary<'a>(number: f64) -> Option<Item<'a>> {
    Decimal::from_f64(number).ok().map(Item::Decimal)
}
