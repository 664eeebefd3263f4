//! Numbers: a written number means the range of its last digit when compared for equality, and itself otherwise.
//!
//! Spec: <https://hl7.org/fhir/R4/search.html#number>.

use akson_fhir::json::Value;
use akson_fhir::value::decimal::{Decimal, DecimalRange};

use crate::search::collect::Collector;
use crate::search::expr::{Expr, Prefix, QuantityTest, Test, Unit};
use crate::search::read::{Asked, prefix};

/// Reads a value.
pub fn parse(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    if asked.modifier.is_some() {
        return Err(asked.wrong_modifier("missing"));
    }
    let plain = asked.plain(text)?;
    let (prefix, rest) = prefix(&plain);
    let [value, low, high] = floats(numbers(rest)?);
    Ok(asked.test(Test::Quantity(about(QuantityTest { prefix, value, low, high, unit: Unit::Any, also: None }))))
}

/// The same in floating point, where the last digit may be finer than that can tell: the range is never empty.
pub fn floats(numbers: [Decimal; 3]) -> [f64; 3] {
    let [value, low, high] = numbers.map(Decimal::to_f64);
    [value, low, if high > value { high } else { value.next_up() }]
}

/// A number and the ends of the range that its digits mean.
pub fn numbers(text: &str) -> Result<[Decimal; 3], String> {
    let wrong = |_| "a number is written 5.40 or 5.4e-3, after eq ne gt lt ge le sa eb ap or nothing".to_string();
    let range = DecimalRange::parse(text).map_err(wrong)?;
    Ok([Decimal::parse(text).map_err(wrong)?, range.low, range.high])
}

/// For `ap`: a tenth to both sides.
pub fn about(test: QuantityTest) -> QuantityTest {
    if test.prefix != Prefix::Ap {
        return test;
    }
    let slack = (test.value.abs() / 10.0).max((test.high - test.low) / 2.0);
    QuantityTest { low: test.value - slack, high: test.value + slack, ..test }
}

/// Indexes a decimal, an integer or a Range.
pub fn index(into: &mut Collector<'_>, param: i32, value: Value<'_>) {
    if let Some(number) = value.number().and_then(|text| Decimal::parse(text).ok()) {
        into.number(param, number.to_f64());
    } else if value.get("low").is_some() || value.get("high").is_some() || value.get("value").is_some() {
        super::quantity::index(into, param, value, "Range");
    }
}
