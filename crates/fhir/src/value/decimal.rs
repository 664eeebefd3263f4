//! Exact decimal numbers of up to 38 digits, and the range a number stands for in a search.
//!
//! The scale is kept as written, so `1.50` prints as `1.50`; comparison ignores it. Arithmetic is exact for at least
//! 28 digits and answers `DecimalError::Overflow` beyond. Division rounds half up at 28 significant digits.
//! It does not keep exponents: `1e2` prints as `100`. <https://hl7.org/fhir/R4/datatypes.html#decimal>

use std::cmp::Ordering;
use std::fmt;

/// The most digits after the point.
pub const SCALE_MAX: u32 = 38;
/// The significant digits a division is carried to.
const DIVISION_DIGITS: u32 = 28;

/// A signed decimal number: `digits / 10^scale`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    high: i64,
    low: u64,
    scale: u8,
}

/// Why a decimal could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// The text is not a number.
    Malformed,
    /// The number needs more digits than are kept.
    Overflow,
}

impl fmt::Display for DecimalError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            DecimalError::Malformed => "not a decimal number",
            DecimalError::Overflow => "decimal number needs more than 38 digits",
        })
    }
}

impl std::error::Error for DecimalError {}

/// The half-open range `[low, high)` of numbers a written number stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecimalRange {
    /// The lowest number inside.
    pub low: Decimal,
    /// The first number above.
    pub high: Decimal,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal { high: 0, low: 0, scale: 0 };
    /// One.
    pub const ONE: Decimal = Decimal { high: 0, low: 1, scale: 0 };

    /// The number `digits / 10^scale`.
    pub fn new(digits: i128, scale: u32) -> Result<Decimal, DecimalError> {
        // The least whole number has no negative, so it is left out.
        if scale > SCALE_MAX || digits == i128::MIN {
            return Err(DecimalError::Overflow);
        }
        Ok(Decimal { high: (digits >> 64) as i64, low: digits as u64, scale: scale as u8 })
    }

    /// All digits as one whole number.
    pub fn digits(self) -> i128 {
        (i128::from(self.high) << 64) | i128::from(self.low)
    }

    /// How many of the digits stand after the point.
    pub fn scale(self) -> u32 {
        u32::from(self.scale)
    }

    /// Reads a number as JSON and FHIR write it: sign, digits, fraction, exponent.
    pub fn parse(text: &str) -> Result<Decimal, DecimalError> {
        let written = Written::read(text)?;
        if written.exponent >= 0 {
            let shift = u32::try_from(written.exponent).map_err(|_| DecimalError::Overflow)?;
            if written.digits == 0 {
                return Ok(Decimal::ZERO);
            }
            let digits =
                power_of_ten(shift).and_then(|p| written.digits.checked_mul(p)).ok_or(DecimalError::Overflow)?;
            return Decimal::new(digits, 0);
        }
        Decimal::new(written.digits, written.exponent.unsigned_abs())
    }

    /// The nearest decimal of a binary number, by its shortest text.
    pub fn from_f64(number: f64) -> Result<Decimal, DecimalError> {
        if !number.is_finite() {
            return Err(DecimalError::Overflow);
        }
        Decimal::parse(&format!("{number}"))
    }

    /// The nearest binary number.
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The whole number, if there is nothing after the point and it fits.
    pub fn to_i64(self) -> Option<i64> {
        let plain = self.normal();
        if plain.scale > 0 { None } else { i64::try_from(plain.digits()).ok() }
    }

    /// Whether the number is zero.
    pub fn is_zero(self) -> bool {
        self.high == 0 && self.low == 0
    }

    /// Whether the number is below zero.
    pub fn is_negative(self) -> bool {
        self.high < 0
    }

    /// The same number without zeros at the end of its fraction.
    pub fn normal(self) -> Decimal {
        let (mut digits, mut scale) = (self.digits(), self.scale);
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Decimal { high: (digits >> 64) as i64, low: digits as u64, scale }
    }

    /// The number with exactly this scale, if no digit is lost.
    pub fn with_scale(self, scale: u32) -> Result<Decimal, DecimalError> {
        let from = self.scale();
        if scale >= from {
            let factor = power_of_ten(scale - from).ok_or(DecimalError::Overflow)?;
            return Decimal::new(self.digits().checked_mul(factor).ok_or(DecimalError::Overflow)?, scale);
        }
        let factor = power_of_ten(from - scale).ok_or(DecimalError::Overflow)?;
        if self.digits() % factor != 0 {
            return Err(DecimalError::Overflow);
        }
        Decimal::new(self.digits() / factor, scale)
    }

    /// The sum.
    pub fn plus(self, other: Decimal) -> Result<Decimal, DecimalError> {
        let (a, b, scale) = align(self, other)?;
        Decimal::new(a.checked_add(b).ok_or(DecimalError::Overflow)?, scale)
    }

    /// The difference.
    pub fn minus(self, other: Decimal) -> Result<Decimal, DecimalError> {
        self.plus(other.negated()?)
    }

    /// The product.
    pub fn times(self, other: Decimal) -> Result<Decimal, DecimalError> {
        if let Some(digits) = self.digits().checked_mul(other.digits())
            && let Ok(product) = Decimal::new(digits, self.scale() + other.scale())
        {
            return Ok(product);
        }
        let (a, b) = (self.normal(), other.normal());
        let digits = a.digits().checked_mul(b.digits()).ok_or(DecimalError::Overflow)?;
        Decimal::new(digits, a.scale() + b.scale())
    }

    /// The quotient rounded half up to 28 significant digits; `None` for a division by zero.
    pub fn divided_by(self, other: Decimal) -> Result<Option<Decimal>, DecimalError> {
        if other.is_zero() {
            return Ok(None);
        }
        let (a, b) = (self.normal(), other.normal());
        let negative = a.is_negative() != b.is_negative();
        let (top, bottom) = (a.digits().unsigned_abs(), b.digits().unsigned_abs());
        let (mut quotient, mut rest) = (top / bottom, top % bottom);
        let mut scale = i64::from(a.scale()) - i64::from(b.scale());
        let enough = 10u128.pow(DIVISION_DIGITS - 1);
        while rest != 0 && quotient < enough && scale < i64::from(SCALE_MAX) {
            let Some(next) = rest.checked_mul(10) else { break };
            quotient = quotient * 10 + next / bottom;
            rest = next % bottom;
            scale += 1;
        }
        if rest >= bottom - rest {
            quotient += 1;
        }
        while scale < 0 {
            quotient = quotient.checked_mul(10).ok_or(DecimalError::Overflow)?;
            scale += 1;
        }
        let digits = i128::try_from(quotient).map_err(|_| DecimalError::Overflow)?;
        let scale = u32::try_from(scale).map_err(|_| DecimalError::Overflow)?;
        Decimal::new(if negative { -digits } else { digits }, scale).map(|d| Some(d.normal()))
    }

    /// The whole part of the quotient; `None` for a division by zero.
    pub fn whole_quotient(self, other: Decimal) -> Result<Option<Decimal>, DecimalError> {
        if other.is_zero() {
            return Ok(None);
        }
        let (a, b, _) = align(self, other)?;
        Decimal::new(a / b, 0).map(Some)
    }

    /// What is left of a whole division; `None` for a division by zero.
    pub fn remainder(self, other: Decimal) -> Result<Option<Decimal>, DecimalError> {
        if other.is_zero() {
            return Ok(None);
        }
        let (a, b, scale) = align(self, other)?;
        Decimal::new(a % b, scale).map(Some)
    }

    /// The number with its sign turned.
    pub fn negated(self) -> Result<Decimal, DecimalError> {
        Decimal::new(self.digits().checked_neg().ok_or(DecimalError::Overflow)?, self.scale())
    }

    /// The number without its sign.
    pub fn magnitude(self) -> Result<Decimal, DecimalError> {
        if self.is_negative() { self.negated() } else { Ok(self) }
    }

    /// The whole part, towards zero.
    pub fn truncated(self) -> Decimal {
        let digits = self.digits() / self.unit();
        Decimal { high: (digits >> 64) as i64, low: digits as u64, scale: 0 }
    }

    /// The greatest whole number not above.
    pub fn floor(self) -> Decimal {
        let digits = self.digits().div_euclid(self.unit());
        Decimal { high: (digits >> 64) as i64, low: digits as u64, scale: 0 }
    }

    /// The least whole number not below.
    pub fn ceiling(self) -> Decimal {
        let unit = self.unit();
        let digits = self.digits().div_euclid(unit) + i128::from(self.digits().rem_euclid(unit) != 0);
        Decimal { high: (digits >> 64) as i64, low: digits as u64, scale: 0 }
    }

    /// Rounded half away from zero to this many digits after the point; a shorter number stays as it is.
    pub fn rounded(self, scale: u32) -> Decimal {
        if scale >= self.scale() {
            return self;
        }
        let Some(factor) = power_of_ten(self.scale() - scale) else { return self };
        let (whole, rest) = (self.digits() / factor, self.digits() % factor);
        let digits = if rest.abs() >= factor - rest.abs() { whole + rest.signum() } else { whole };
        Decimal { high: (digits >> 64) as i64, low: digits as u64, scale: scale as u8 }
    }

    fn unit(self) -> i128 {
        power_of_ten(self.scale()).unwrap_or(i128::MAX)
    }
}

impl DecimalRange {
    /// The range a number in a search stands for: half a step of its last written digit to each side. An exponent
    /// counts one digit further, since the specification lets `1e2` mean `[95, 105)`.
    /// <https://hl7.org/fhir/R4/search.html#number>
    pub fn parse(text: &str) -> Result<DecimalRange, DecimalError> {
        let number = Decimal::parse(text)?;
        let written = Written::read(text)?;
        let step = if written.has_exponent { written.exponent - 1 } else { written.exponent };
        let half = if step > 0 {
            let power = power_of_ten(step.unsigned_abs() - 1).ok_or(DecimalError::Overflow)?;
            Decimal::new(power.checked_mul(5).ok_or(DecimalError::Overflow)?, 0)?
        } else {
            Decimal::new(5, step.unsigned_abs() + 1)?
        };
        Ok(DecimalRange { low: number.minus(half)?, high: number.plus(half)? })
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Decimal {
        let digits = i128::from(number);
        Decimal { high: (digits >> 64) as i64, low: digits as u64, scale: 0 }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        if self.scale == other.scale {
            return self.digits().cmp(&other.digits());
        }
        let (a, b) = (self.unit(), other.unit());
        let whole = (self.digits() / a).cmp(&(other.digits() / b));
        // The rests are below 10^38 whatever the scale they are raised to, so this cannot overflow.
        let scale = self.scale.max(other.scale);
        let raise = |rest: i128, from: u8| rest * power_of_ten(u32::from(scale - from)).unwrap_or(1);
        whole.then_with(|| raise(self.digits() % a, self.scale).cmp(&raise(other.digits() % b, other.scale)))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        if digits < 0 {
            out.write_str("-")?;
        }
        let text = digits.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return out.write_str(&text);
        }
        let text = format!("{text:0>width$}", width = scale + 1);
        let (whole, fraction) = text.split_at(text.len() - scale);
        write!(out, "{whole}.{fraction}")
    }
}

/// A number as it was written: `digits * 10^exponent`.
struct Written {
    digits: i128,
    exponent: i32,
    has_exponent: bool,
}

impl Written {
    fn read(text: &str) -> Result<Written, DecimalError> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        let (negative, unsigned) = match mantissa.as_bytes().first() {
            Some(b'-') => (true, &mantissa[1..]),
            Some(b'+') => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
        if whole.is_empty() || fraction.is_some_and(str::is_empty) {
            return Err(DecimalError::Malformed);
        }
        let mut digits: i128 = 0;
        for byte in whole.bytes().chain(fraction.unwrap_or("").bytes()) {
            if !byte.is_ascii_digit() {
                return Err(DecimalError::Malformed);
            }
            digits = digits
                .checked_mul(10)
                .and_then(|d| d.checked_add(i128::from(byte - b'0')))
                .ok_or(DecimalError::Overflow)?;
        }
        let shift = match exponent {
            Some(text) => read_exponent(text)?,
            None => 0,
        };
        let places = i32::try_from(fraction.map_or(0, str::len)).map_err(|_| DecimalError::Overflow)?;
        let exponent_total = shift.checked_sub(places).ok_or(DecimalError::Overflow)?;
        let digits = if negative { -digits } else { digits };
        Ok(Written { digits, exponent: exponent_total, has_exponent: exponent.is_some() })
    }
}

fn read_exponent(text: &str) -> Result<i32, DecimalError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DecimalError::Malformed);
    }
    text.parse().map_err(|_| DecimalError::Overflow)
}

fn align(a: Decimal, b: Decimal) -> Result<(i128, i128, u32), DecimalError> {
    let scale = a.scale().max(b.scale());
    match (a.with_scale(scale), b.with_scale(scale)) {
        (Ok(a), Ok(b)) => Ok((a.digits(), b.digits(), scale)),
        _ => {
            let (a, b) = (a.normal(), b.normal());
            let scale = a.scale().max(b.scale());
            Ok((a.with_scale(scale)?.digits(), b.with_scale(scale)?.digits(), scale))
        }
    }
}

/// Ten to this power, as long as it fits.
pub(super) fn power_of_ten(exponent: u32) -> Option<i128> {
    10i128.checked_pow(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn malformed_and_too_long_numbers_are_refused() {
        for text in
            ["", "-", "+", ".", "1.", ".5", "1e", "1e+", "1x", "1.2.3", "--1", "1e1e1", "١", "0x1", "1e99999999999"]
        {
            assert!(Decimal::parse(text).is_err(), "{text}");
        }
        assert_eq!(Decimal::parse(&"9".repeat(39)), Err(DecimalError::Overflow));
        assert_eq!(Decimal::parse("1e39"), Err(DecimalError::Overflow));
        assert!(Decimal::parse(&"9".repeat(38)).is_ok());
    }

    #[test]
    fn written_scale_is_kept_and_ignored_in_comparison() {
        for (text, printed) in
            [("1.50", "1.50"), ("-0.010", "-0.010"), ("1e2", "100"), ("1.5e-3", "0.0015"), ("0", "0"), ("-5", "-5")]
        {
            assert_eq!(decimal(text).to_string(), printed);
        }
        assert_eq!(decimal("1.50"), decimal("1.5"));
        assert!(decimal("-1.5") < decimal("-1.49999"));
        assert!(
            decimal("99999999999999999999999999999999999999") > decimal("0.00000000000000000000000000000000000001")
        );
    }

    #[test]
    fn arithmetic_is_exact_or_refused() {
        assert_eq!(decimal("0.1").plus(decimal("0.2")).unwrap(), decimal("0.3"));
        assert_eq!(decimal("1.2").times(decimal("1.8")).unwrap().to_string(), "2.16");
        let quotient = |a: &str, b: &str| decimal(a).divided_by(decimal(b)).unwrap().map(|d| d.to_string());
        assert_eq!(quotient("1", "3").unwrap(), "0.3333333333333333333333333333");
        assert_eq!(quotient("2", "3").unwrap(), "0.6666666666666666666666666667");
        assert_eq!(quotient("-4", "2").unwrap(), "-2");
        assert_eq!(quotient("1", "0.001").unwrap(), "1000");
        assert_eq!(quotient("1", "0"), None);
        assert_eq!(decimal(&"9".repeat(38)).times(decimal("10")), Err(DecimalError::Overflow));
        assert_eq!(decimal("5.5").remainder(decimal("0.7")).unwrap().unwrap(), decimal("0.6"));
    }

    #[test]
    fn rounding_goes_half_away_from_zero() {
        for (text, scale, expected) in
            [("2.345", 2, "2.35"), ("-2.345", 2, "-2.35"), ("2.344", 2, "2.34"), ("1", 3, "1"), ("0.5", 0, "1")]
        {
            assert_eq!(decimal(text).rounded(scale).to_string(), expected);
        }
        assert_eq!(decimal("-1.1").ceiling(), decimal("-1"));
        assert_eq!(decimal("-1.1").floor(), decimal("-2"));
        assert_eq!(decimal("-1.9").truncated(), decimal("-1"));
    }

    #[test]
    fn a_searched_number_spans_half_its_last_digit() {
        for (text, low, high) in [
            ("100", "99.5", "100.5"),
            ("100.00", "99.995", "100.005"),
            ("1e2", "95", "105"),
            ("-5", "-5.5", "-4.5"),
            ("0", "-0.5", "0.5"),
            ("5.40e-3", "0.0053995", "0.0054005"),
        ] {
            let range = DecimalRange::parse(text).unwrap();
            assert_eq!((range.low, range.high), (decimal(low), decimal(high)), "{text}");
        }
    }
}
