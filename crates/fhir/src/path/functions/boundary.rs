//! The least and greatest value a number, date or time with limited precision may stand for.
//!
//! These go beyond FHIRPath 2.0; FHIR's newer invariants use them. <https://build.fhir.org/ig/HL7/FHIRPath/#lowboundaryprecision-integer-decimal--date--datetime--time>

use super::Line;
use crate::path::compare::{as_quantity, number};
use crate::path::error::PathError;
use crate::path::eval::{Frame, Run, one, single};
use crate::path::item::{Item, Items};
use crate::path::tree::Call;
use crate::value::date::{Clock, DateTime, Precision, Time, days_in_month};
use crate::value::decimal::Decimal;
use crate::value::quantity::Quantity;
use crate::value::ucum::Canonical;

#[derive(Clone, Copy, Debug)]
pub(in crate::path) enum Function {
    LowBoundary,
    HighBoundary,
    Precision,
    Comparable,
}

pub(super) const LIST: &[Line<Function>] = &[
    ("lowBoundary", Function::LowBoundary, 0, 1),
    ("highBoundary", Function::HighBoundary, 0, 1),
    ("precision", Function::Precision, 0, 0),
    ("comparable", Function::Comparable, 1, 1),
];

/// The digits after the point that a boundary has unless asked otherwise, and the most it may have.
const DECIMAL_DIGITS: i32 = 8;
const DECIMAL_DIGITS_MAX: i32 = 28;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Low,
    High,
}

pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    function: Function,
    call: &Call,
    input: &[Item<'a>],
    frame: Frame<'a, '_>,
) -> Result<Items<'a>, PathError> {
    let Some(item) = single(input)? else { return Ok(Items::new()) };
    let system = item.system();
    match function {
        Function::LowBoundary | Function::HighBoundary => {
            let side = if matches!(function, Function::LowBoundary) { Side::Low } else { Side::High };
            let digits = run.integer_argument(&call.arguments, 0, frame)?;
            Ok(boundary(&system, side, digits)?.into_iter().collect())
        }
        Function::Precision => Ok(precision(&system)?.map(Item::Integer).into_iter().collect()),
        Function::Comparable => {
            let other = run.argument(&call.arguments, 0, frame)?;
            let Some(other) = single(&other)? else { return Ok(Items::new()) };
            let other = other.system();
            let (Some(a), Some(b)) = (as_quantity(&system), as_quantity(&other)) else {
                return Err(PathError::run("expected quantities"));
            };
            let unit = |quantity: &Quantity<'_>| Canonical::parse(quantity.unit.code()).map(|canonical| canonical.unit);
            Ok(one(Item::Boolean(a.unit == b.unit || unit(&a).is_some_and(|found| Some(found) == unit(&b)))))
        }
    }
}

fn boundary<'a>(item: &Item<'a>, side: Side, digits: Option<i32>) -> Result<Option<Item<'a>>, PathError> {
    Ok(match item {
        Item::Date(date) => date_boundary(*date, side, digits.unwrap_or(8)).map(Item::Date),
        Item::DateTime(date) => date_boundary(*date, side, digits.unwrap_or(17)).map(Item::DateTime),
        Item::Time(time) => time_boundary(*time, side, digits.unwrap_or(9)).map(Item::Time),
        Item::Quantity(quantity) => {
            let value = decimal_boundary(quantity.value, side, digits);
            value.map(|value| Item::Quantity(Box::new(Quantity { value, unit: quantity.unit.clone() })))
        }
        other => match number(other) {
            Some(value) => decimal_boundary(value, side, digits).map(Item::Decimal),
            None => return Err(PathError::run("this type has no boundaries")),
        },
    })
}

fn decimal_boundary(value: Decimal, side: Side, digits: Option<i32>) -> Option<Decimal> {
    let digits = digits.unwrap_or(DECIMAL_DIGITS);
    if !(0..=DECIMAL_DIGITS_MAX).contains(&digits) {
        return None;
    }
    let half = Decimal::new(5, value.scale() + 1).ok()?;
    let edge = if side == Side::Low { value.minus(half) } else { value.plus(half) }.ok()?;
    let shift = Decimal::new(10i128.checked_pow(digits.unsigned_abs())?, 0).ok()?;
    let moved = edge.times(shift).ok()?;
    let whole = if side == Side::Low { moved.floor() } else { moved.ceiling() };
    Decimal::new(whole.digits(), digits.unsigned_abs()).ok()
}

fn date_boundary(date: DateTime, side: Side, digits: i32) -> Option<DateTime> {
    let precision = match digits {
        4 => Precision::Year,
        6 => Precision::Month,
        8 => Precision::Day,
        10 => Precision::Hour,
        12 => Precision::Minute,
        14 | 17 => Precision::Second,
        _ => return None,
    };
    let mut edge = date;
    if side == Side::High {
        if date.precision < Precision::Month {
            edge.month = 12;
        }
        if date.precision < Precision::Day {
            edge.day = days_in_month(edge.year, edge.month);
        }
    }
    edge.clock = clock_boundary(date.clock, date.precision, side, digits == 17);
    edge.precision = precision;
    if precision <= Precision::Day {
        return Some(edge.date());
    }
    // Without a zone the earliest moment lies farthest east, the latest farthest west.
    edge.zone = date.zone.or(Some(if side == Side::Low { 14 * 60 } else { -12 * 60 }));
    Some(edge)
}

fn time_boundary(time: Time, side: Side, digits: i32) -> Option<Time> {
    let precision = match digits {
        2 => Precision::Hour,
        4 => Precision::Minute,
        6 | 9 => Precision::Second,
        _ => return None,
    };
    Some(Time { clock: clock_boundary(time.clock, time.precision, side, digits == 9), precision })
}

fn clock_boundary(clock: Clock, precision: Precision, side: Side, with_fraction: bool) -> Clock {
    let unit = match precision {
        Precision::Hour => 3_600_000,
        Precision::Minute => 60_000,
        Precision::Second => 10u32.pow(3 - u32::from(clock.digits.min(3))),
        _ => 86_400_000,
    };
    let milliseconds = if side == Side::Low { clock.milliseconds } else { clock.milliseconds + unit - 1 };
    Clock { milliseconds, digits: if with_fraction { 3 } else { 0 } }
}

fn precision(item: &Item<'_>) -> Result<Option<i32>, PathError> {
    let clock_digits = |precision: Precision, clock: Clock| match precision {
        Precision::Hour => 2,
        Precision::Minute => 4,
        Precision::Second if clock.digits == 0 => 6,
        Precision::Second => 9,
        _ => 0,
    };
    Ok(match item {
        Item::Date(date) | Item::DateTime(date) => Some(match date.precision {
            Precision::Year => 4,
            Precision::Month => 6,
            _ => 8 + clock_digits(date.precision, date.clock),
        }),
        Item::Time(time) => Some(clock_digits(time.precision, time.clock)),
        Item::Quantity(quantity) => i32::try_from(quantity.value.scale()).ok(),
        other => match number(other) {
            Some(value) => i32::try_from(value.scale()).ok(),
            None => return Err(PathError::run("this type has no precision")),
        },
    })
}
