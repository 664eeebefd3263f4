//! Conversions between types, and `iif`.
//!
//! Promises: what cannot be converted is empty (`toX`) or false (`convertsToX`), never an error; several items are one.
//! <http://hl7.org/fhirpath/N1/#conversion>

use super::Line;
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, one, single};
use crate::path::item::{Item, Items};
use crate::path::tree::Call;
use crate::value::date::{DateTime, Precision, Time};
use crate::value::decimal::Decimal;
use crate::value::quantity::Quantity;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    Iif,
    To(Target),
    ConvertsTo(Target),
}

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Target {
    Boolean,
    Integer,
    Decimal,
    String,
    Date,
    DateTime,
    Time,
    Quantity,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("iif", Function::Iif, 2, 3),
    ("toBoolean", Function::To(Target::Boolean), 0, 0),
    ("toInteger", Function::To(Target::Integer), 0, 0),
    ("toDecimal", Function::To(Target::Decimal), 0, 0),
    ("toString", Function::To(Target::String), 0, 0),
    ("toDate", Function::To(Target::Date), 0, 0),
    ("toDateTime", Function::To(Target::DateTime), 0, 0),
    ("toTime", Function::To(Target::Time), 0, 0),
    ("toQuantity", Function::To(Target::Quantity), 0, 1),
    ("convertsToBoolean", Function::ConvertsTo(Target::Boolean), 0, 0),
    ("convertsToInteger", Function::ConvertsTo(Target::Integer), 0, 0),
    ("convertsToDecimal", Function::ConvertsTo(Target::Decimal), 0, 0),
    ("convertsToString", Function::ConvertsTo(Target::String), 0, 0),
    ("convertsToDate", Function::ConvertsTo(Target::Date), 0, 0),
    ("convertsToDateTime", Function::ConvertsTo(Target::DateTime), 0, 0),
    ("convertsToTime", Function::ConvertsTo(Target::Time), 0, 0),
    ("convertsToQuantity", Function::ConvertsTo(Target::Quantity), 0, 1),
];

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let (target, only_ask) = match function {
        Function::Iif => return iif(run, call, input, frame),
        Function::To(target) => (target, false),
        Function::ConvertsTo(target) => (target, true),
    };
    let Some(item) = single(input)? else { return Ok(Items::new()) };
    let unit = run.text_argument(&call.arguments, 0, frame)?;
    let converted = convert(item, target).filter(|found| unit.is_none() || in_unit(found, unit.as_deref()));
    if only_ask {
        return Ok(one(Item::Boolean(converted.is_some())));
    }
    Ok(converted.into_iter().collect())
}

fn iif<'a>(run: &Run<'a, '_>, call: &Call, input: &[Item<'a>], frame: Frame<'a, '_>) -> Result<Items<'a>, PathError> {
    single(input)?;
    let inner = Frame { this: input, ..frame };
    let [condition, then, otherwise @ ..] = &call.arguments[..] else { return Ok(Items::new()) };
    if run.condition(condition, inner)? == Some(true) {
        return run.eval(then, inner);
    }
    run.argument(otherwise, 0, inner)
}

fn in_unit(item: &Item<'_>, unit: Option<&str>) -> bool {
    matches!((item, unit), (Item::Quantity(quantity), Some(unit)) if quantity.unit.code() == unit)
}

fn convert<'a>(item: &Item<'a>, target: Target) -> Option<Item<'a>> {
    let system = item.system();
    let item = &*system;
    match target {
        Target::Boolean => boolean(item).map(Item::Boolean),
        Target::Integer => match item {
            Item::Integer(number) => Some(Item::Integer(*number)),
            Item::Boolean(truth) => Some(Item::Integer(i32::from(*truth))),
            Item::String(text) => text.parse().ok().map(Item::Integer),
            _ => None,
        },
        Target::Decimal => match item {
            Item::Decimal(number) => Some(Item::Decimal(*number)),
            Item::Integer(number) => Some(Item::Decimal(Decimal::from(i64::from(*number)))),
            Item::Boolean(truth) => Some(Item::Decimal(Decimal::from(i64::from(*truth)))),
            Item::String(text) if !text.contains(['e', 'E']) => Decimal::parse(text).ok().map(Item::Decimal),
            _ => None,
        },
        Target::String => text_of(item).map(|text| Item::String(Cow::Owned(text))),
        Target::Date => match item {
            Item::Date(date) => Some(Item::Date(*date)),
            Item::DateTime(date) => Some(Item::Date(date.date())),
            Item::String(text) => {
                DateTime::parse(text).filter(|d| !text.contains('T') && d.precision <= Precision::Day).map(Item::Date)
            }
            _ => None,
        },
        Target::DateTime => match item {
            Item::Date(date) | Item::DateTime(date) => Some(Item::DateTime(*date)),
            Item::String(text) => DateTime::parse(text).map(Item::DateTime),
            _ => None,
        },
        Target::Time => match item {
            Item::Time(time) => Some(Item::Time(*time)),
            Item::String(text) => Time::parse(text.strip_prefix('T').unwrap_or(text)).map(Item::Time),
            _ => None,
        },
        Target::Quantity => quantity(item).map(|quantity| Item::Quantity(Box::new(quantity))),
    }
}

fn boolean(item: &Item<'_>) -> Option<bool> {
    match item {
        Item::Boolean(truth) => Some(*truth),
        Item::Integer(0) => Some(false),
        Item::Integer(1) => Some(true),
        Item::Decimal(number) if *number == Decimal::ONE => Some(true),
        Item::Decimal(number) if number.is_zero() => Some(false),
        Item::String(text) => match text.to_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn quantity<'a>(item: &Item<'a>) -> Option<Quantity<'a>> {
    match item {
        Item::Quantity(quantity) => Some((**quantity).clone()),
        Item::Integer(number) => Some(Quantity::number(Decimal::from(i64::from(*number)))),
        Item::Decimal(number) => Some(Quantity::number(*number)),
        Item::Boolean(truth) => Some(Quantity::number(Decimal::from(i64::from(*truth)))),
        Item::String(text) => Quantity::parse(text),
        _ => None,
    }
}

/// The text an item converts to; `None` for what has members.
pub(in crate::path) fn text_of(item: &Item<'_>) -> Option<String> {
    match &*item.system() {
        Item::String(text) => Some(text.to_string()),
        Item::Boolean(truth) => Some(truth.to_string()),
        Item::Integer(number) => Some(number.to_string()),
        Item::Decimal(number) => Some(number.to_string()),
        Item::Date(date) | Item::DateTime(date) => Some(date.to_string()),
        Item::Time(time) => Some(time.to_string()),
        Item::Quantity(quantity) => Some(quantity.to_string()),
        Item::Node { .. } | Item::Type { .. } | Item::Target { .. } => None,
    }
}
