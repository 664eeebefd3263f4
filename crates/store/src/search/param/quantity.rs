//! Quantities: compared in UCUM's base units where the unit is a UCUM one, as written otherwise.
//!
//! `5.4|http://unitsofmeasure.org|mg` meets `0.0054 g`; `5.4|system|code` only that code; `5.4||mg` a code or unit text in
//! any system; `5.4` the number in any unit. Comparators (`<5`) and ranges are spans.
//! Spec: <https://hl7.org/fhir/R4/search.html#quantity>.

use akson_fhir::json::Value;
use akson_fhir::value::decimal::Decimal;
use akson_fhir::value::ucum::Canonical;

use super::number::{about, floats, numbers};
use crate::search::collect::Collector;
use crate::search::expr::{Expr, Prefix, QuantityTest, Test, Unit};
use crate::search::read::{Asked, prefix};
use crate::search::rows::QuantityRow;
use crate::search::split::{plain, split};
use crate::search::sql::{At, Sql};

/// The system of UCUM.
pub const UCUM: &str = "http://unitsofmeasure.org";
const CURRENCY: &str = "urn:iso:std:iso:4217";

/// Reads a value.
pub fn parse(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    if asked.modifier.is_some() {
        return Err(asked.wrong_modifier("missing"));
    }
    Ok(asked.test(Test::Quantity(test(text)?)))
}

/// Reads a quantity with its prefix.
pub fn test(text: &str) -> Result<QuantityTest, String> {
    let pieces = split(text, '|');
    let number = plain(pieces[0])?;
    let (prefix, rest) = prefix(&number);
    let written = numbers(rest)?;
    let (unit, also, range) = match pieces.as_slice() {
        [_] => (Unit::Any, None, floats(written)),
        [_, system, code] => unit(&plain(system)?, &plain(code)?, written)?,
        _ => return Err("a quantity is written 5.4, 5.4|http://unitsofmeasure.org|mg or 5.4||mg".to_string()),
    };
    let [value, low, high] = range;
    Ok(about(QuantityTest { prefix, value, low, high, unit, also }))
}

type Measured = (Unit, Option<(String, [f64; 3])>, [f64; 3]);

fn unit(system: &str, code: &str, written: [Decimal; 3]) -> Result<Measured, String> {
    if code.is_empty() {
        return Err("the unit is missing after the bars".to_string());
    }
    let raw = floats(written);
    match system {
        UCUM => match canonical(code, written) {
            Some((unit, range)) => Ok((Unit::Canonical(unit), None, range)),
            None => Ok((Unit::Coded(system.to_string(), code.to_string()), None, raw)),
        },
        "" => Ok((Unit::Written(code.to_string()), canonical(code, written), raw)),
        _ => Ok((Unit::Coded(system.to_string(), code.to_string()), None, raw)),
    }
}

/// The base unit of a UCUM unit and numbers in it.
fn canonical(code: &str, written: [Decimal; 3]) -> Option<(String, [f64; 3])> {
    let unit = Canonical::parse(code)?;
    let [value, low, high] = written.map(|number| unit.value(number));
    Some((unit.unit, floats([value?, low?, high?])))
}

/// The code under which a unit of a system other than UCUM is kept.
fn coded(system: &str, code: &str) -> String {
    format!("{system}|{code}")
}

/// Indexes a Quantity, Money or Range.
pub fn index(into: &mut Collector<'_>, param: i32, value: Value<'_>, type_name: &str) {
    for row in rows(into, value, type_name) {
        into.quantity(QuantityRow { param, ..row });
    }
}

/// The rows of a Quantity, Money or Range, without the parameter.
pub fn rows(into: &Collector<'_>, value: Value<'_>, type_name: &str) -> Vec<QuantityRow> {
    let number = |value: Option<Value<'_>>| value?.get("value")?.number().and_then(|text| Decimal::parse(text).ok());
    let (low, high, about) = if type_name == "Range" {
        let (low, high) = (value.get("low"), value.get("high"));
        (number(low), number(high), low.or(high))
    } else {
        let number = number(Some(value));
        match value.get("comparator").and_then(Value::str) {
            Some("<" | "<=") => (None, number, Some(value)),
            Some(">" | ">=") => (number, None, Some(value)),
            _ => (number, number, Some(value)),
        }
    };
    let Some(about) = about.filter(|_| low.is_some() || high.is_some()) else { return Vec::new() };
    let text = |key: &str| about.get(key).and_then(Value::as_str).unwrap_or_default();
    let (system, code, unit) = match type_name {
        "Money" => (CURRENCY.into(), text("currency"), Default::default()),
        _ => (text("system"), text("code"), text("unit")),
    };
    let raw = (end(low, f64::NEG_INFINITY, None), end(high, f64::INFINITY, None));
    // A number too large or small for the base unit counts as written.
    let fits = |base: &Canonical| [low, high].into_iter().flatten().all(|number| base.value(number).is_some());
    let base = if system == UCUM { Canonical::parse(&code).filter(fits) } else { None };
    let (canonical, kind) = match &base {
        Some(base) => (
            (end(low, f64::NEG_INFINITY, Some(base)), end(high, f64::INFINITY, Some(base))),
            into.hashes.code(&base.unit),
        ),
        None if code.is_empty() => (raw, 0),
        None => (raw, into.hashes.code(&coded(&system, &code))),
    };
    let row = |written: &str| QuantityRow {
        param: 0,
        low: canonical.0,
        high: canonical.1,
        unit: kind,
        raw_low: raw.0,
        raw_high: raw.1,
        raw_unit: if written.is_empty() { 0 } else { into.hashes.code(written) },
    };
    let first = if code.is_empty() { &unit } else { &code };
    if unit.is_empty() || unit == *first { vec![row(first)] } else { vec![row(first), row(&unit)] }
}

fn end(number: Option<Decimal>, none: f64, unit: Option<&Canonical>) -> f64 {
    let number = match unit {
        Some(unit) => number.and_then(|number| unit.value(number)),
        None => number,
    };
    number.map_or(none, Decimal::to_f64)
}

/// How a span is compared with a number. Ends of spans are included: a plain number is a span of no length.
pub fn compare(sql: &mut Sql<'_>, low: &str, high: &str, prefix: Prefix, range: [f64; 3]) {
    let [value, from, to] = range;
    match prefix {
        Prefix::Eq => sql
            .push(low)
            .push(" >= ")
            .real(from)
            .push(" AND ")
            .push(low)
            .push(" < ")
            .real(to)
            .push(" AND ")
            .push(high)
            .push(" < ")
            .real(to),
        Prefix::Ne => {
            sql.push("(").push(low).push(" < ").real(from).push(" OR ").push(high).push(" >= ").real(to).push(")")
        }
        Prefix::Gt => sql.push(high).push(" > ").real(value),
        Prefix::Ge => sql.push(high).push(" >= ").real(value),
        Prefix::Lt => sql.push(low).push(" < ").real(value),
        Prefix::Le => sql.push(low).push(" <= ").real(value),
        Prefix::Sa => sql.push(low).push(" > ").real(value),
        Prefix::Eb => sql.push(high).push(" < ").real(value),
        Prefix::Ap | Prefix::Po => sql.push(low).push(" <= ").real(to).push(" AND ").push(high).push(" >= ").real(from),
    };
}

/// The condition on a row `alias` of the table of quantities.
pub fn condition(sql: &mut Sql<'_>, alias: &str, test: &QuantityTest) {
    let range = [test.value, test.low, test.high];
    let column = |name: &str| format!("{alias}.{name}");
    match &test.unit {
        Unit::Any => compare(sql, &column("raw_low"), &column("raw_high"), test.prefix, range),
        Unit::Canonical(unit) => {
            let unit = sql.hashes.code(unit);
            sql.push(&column("unit")).push(" = ").int(unit).push(" AND ");
            compare(sql, &column("low"), &column("high"), test.prefix, range);
        }
        Unit::Coded(system, code) => {
            let unit = sql.hashes.code(&coded(system, code));
            sql.push(&column("unit")).push(" = ").int(unit).push(" AND ");
            compare(sql, &column("low"), &column("high"), test.prefix, range);
        }
        Unit::Written(code) => {
            let written = sql.hashes.code(code);
            sql.push("(").push(&column("raw_unit")).push(" = ").int(written).push(" AND ");
            compare(sql, &column("raw_low"), &column("raw_high"), test.prefix, range);
            if let Some((unit, range)) = &test.also {
                let unit = sql.hashes.code(unit);
                sql.push(" OR ").push(&column("unit")).push(" = ").int(unit).push(" AND ");
                compare(sql, &column("low"), &column("high"), test.prefix, *range);
            }
            sql.push(")");
        }
    }
}

/// The whole condition at a place.
pub fn sql(sql: &mut Sql<'_>, at: &At, rows: &[i32], test: &QuantityTest) {
    super::date::within(sql, at, "quantity", rows);
    condition(sql, "v", test);
    sql.push(")");
}
