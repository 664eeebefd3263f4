//! Quantities: a decimal with a UCUM unit or a calendar duration, compared and calculated across units.
//!
//! Promises: comparison is exact across units; what cannot be compared is `None`. A calendar year or month is not the
//! definite `a` or `mo`. It does not know FHIR's Quantity structure. <http://hl7.org/fhirpath/N1/#quantity>

use super::date::Step;
use super::decimal::{Decimal, DecimalError};
use super::ucum::Canonical;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// A value with its unit.
#[derive(Clone, Debug)]
pub struct Quantity<'a> {
    /// The number.
    pub value: Decimal,
    /// The unit.
    pub unit: Unit<'a>,
}

/// What a quantity counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Unit<'a> {
    /// A duration on the calendar, such as `1 year`.
    Calendar(Calendar),
    /// A UCUM code; `1` for a bare number.
    Ucum(Cow<'a, str>),
}

/// The durations of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Years.
    Year,
    /// Months.
    Month,
    /// Weeks.
    Week,
    /// Days.
    Day,
    /// Hours.
    Hour,
    /// Minutes.
    Minute,
    /// Seconds.
    Second,
    /// Milliseconds.
    Millisecond,
}

const CALENDAR: [(Calendar, &str, &str, &str); 8] = [
    (Calendar::Year, "year", "years", "a"),
    (Calendar::Month, "month", "months", "mo"),
    (Calendar::Week, "week", "weeks", "wk"),
    (Calendar::Day, "day", "days", "d"),
    (Calendar::Hour, "hour", "hours", "h"),
    (Calendar::Minute, "minute", "minutes", "min"),
    (Calendar::Second, "second", "seconds", "s"),
    (Calendar::Millisecond, "millisecond", "milliseconds", "ms"),
];

impl Calendar {
    /// The duration a word such as `day` or `days` names.
    pub fn from_word(word: &str) -> Option<Calendar> {
        CALENDAR.iter().find(|(_, one, many, _)| word == *one || word == *many).map(|line| line.0)
    }

    /// The singular word.
    pub fn word(self) -> &'static str {
        CALENDAR[self as usize].1
    }

    /// The definite UCUM unit nearest to it.
    pub fn ucum(self) -> &'static str {
        CALENDAR[self as usize].3
    }

    /// Whether it is longer or shorter depending on where on the calendar it lies.
    fn is_elastic(self) -> bool {
        matches!(self, Calendar::Year | Calendar::Month)
    }
}

impl<'a> Unit<'a> {
    /// The UCUM code to calculate with.
    pub fn code(&self) -> &str {
        match self {
            Unit::Calendar(calendar) => calendar.ucum(),
            Unit::Ucum(code) => code,
        }
    }

    fn calendar_elastic(&self) -> Option<Calendar> {
        match self {
            Unit::Calendar(calendar) if calendar.is_elastic() => Some(*calendar),
            _ => None,
        }
    }
}

impl<'a> Quantity<'a> {
    /// A bare number.
    pub fn number(value: Decimal) -> Quantity<'a> {
        Quantity { value, unit: Unit::Ucum(Cow::Borrowed("1")) }
    }

    /// Reads FHIRPath's text form: a number, then a quoted UCUM code or a calendar word, or nothing.
    pub fn parse(text: &str) -> Option<Quantity<'static>> {
        let text = text.trim();
        let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))).unwrap_or(text.len());
        let value = Decimal::parse(&text[..end]).ok()?;
        let rest = text[end..].trim_start();
        if rest.is_empty() {
            return Some(Quantity::number(value));
        }
        if let Some(code) = rest.strip_prefix('\'').and_then(|r| r.strip_suffix('\'')) {
            return Some(Quantity { value, unit: Unit::Ucum(Cow::Owned(code.to_string())) });
        }
        Some(Quantity { value, unit: Unit::Calendar(Calendar::from_word(rest)?) })
    }

    /// Which of two is less; `None` if their units do not meet or a calendar duration leaves it open.
    pub fn compare(&self, other: &Quantity<'_>) -> Option<Ordering> {
        match (self.unit.calendar_elastic(), other.unit.calendar_elastic()) {
            (None, None) => self.compare_definite(other),
            (Some(a), Some(b)) => {
                let months = |calendar: Calendar| Decimal::from(if calendar == Calendar::Year { 12 } else { 1 });
                let (a, b) = (self.value.times(months(a)).ok()?, other.value.times(months(b)).ok()?);
                Some(a.cmp(&b))
            }
            _ => None,
        }
    }

    /// Compares as if calendar durations were the definite ones.
    pub fn compare_definite(&self, other: &Quantity<'_>) -> Option<Ordering> {
        if self.unit == other.unit {
            return Some(self.value.cmp(&other.value));
        }
        let (a, b) = (Canonical::parse(self.unit.code())?, Canonical::parse(other.unit.code())?);
        if a.unit != b.unit {
            return None;
        }
        let (left, right) = (a.ratio(self.value)?, b.ratio(other.value)?);
        if left == right { Some(Ordering::Equal) } else { Some(left.decimal()?.cmp(&right.decimal()?)) }
    }

    /// The sum, in the unit of the first; `None` if the units do not meet.
    pub fn plus(&self, other: &Quantity<'_>) -> Option<Quantity<'a>> {
        let added = self.in_unit_of(other)?;
        Some(Quantity { value: self.value.plus(added).ok()?, unit: self.unit.clone() })
    }

    /// The difference, in the unit of the first; `None` if the units do not meet.
    pub fn minus(&self, other: &Quantity<'_>) -> Option<Quantity<'a>> {
        let taken = self.in_unit_of(other)?;
        Some(Quantity { value: self.value.minus(taken).ok()?, unit: self.unit.clone() })
    }

    /// The product, in canonical units.
    pub fn times(&self, other: &Quantity<'_>) -> Option<Quantity<'a>> {
        self.joined(other, '.', |a, b| a.times(b).ok())
    }

    /// The quotient, in canonical units; `None` for a division by zero.
    pub fn divided_by(&self, other: &Quantity<'_>) -> Option<Quantity<'a>> {
        self.joined(other, '/', |a, b| a.divided_by(b).ok().flatten())
    }

    /// The step on the calendar or clock this duration stands for; `Err` for what may not be added to a date.
    pub fn step(&self) -> Option<Step> {
        let calendar = match &self.unit {
            Unit::Calendar(calendar) => *calendar,
            Unit::Ucum(code) => CALENDAR.iter().find(|line| line.3 == code && !line.0.is_elastic())?.0,
        };
        let whole = self.value.truncated().to_i64()?;
        let milliseconds = |unit: i64| whole.checked_mul(unit).map(Step::Milliseconds);
        match calendar {
            Calendar::Year => Some(Step::Years(whole)),
            Calendar::Month => Some(Step::Months(whole)),
            Calendar::Week => milliseconds(7 * 86_400_000),
            Calendar::Day => milliseconds(86_400_000),
            Calendar::Hour => milliseconds(3_600_000),
            Calendar::Minute => milliseconds(60_000),
            Calendar::Second => {
                let value = self.value.times(Decimal::from(1000)).ok()?.truncated().to_i64()?;
                Some(Step::Milliseconds(value))
            }
            Calendar::Millisecond => milliseconds(1),
        }
    }

    /// The quantity with its sign turned.
    pub fn negated(&self) -> Result<Quantity<'a>, DecimalError> {
        Ok(Quantity { value: self.value.negated()?, unit: self.unit.clone() })
    }

    fn in_unit_of(&self, other: &Quantity<'_>) -> Option<Decimal> {
        if self.unit == other.unit {
            return Some(other.value);
        }
        if self.unit.calendar_elastic().is_some() || other.unit.calendar_elastic().is_some() {
            return None;
        }
        let (own, theirs) = (Canonical::parse(self.unit.code())?, Canonical::parse(other.unit.code())?);
        if own.unit != theirs.unit {
            return None;
        }
        let one = own.ratio(Decimal::ONE)?;
        theirs.ratio(other.value)?.times(one.power(-1)?)?.decimal()
    }

    fn joined(
        &self,
        other: &Quantity<'_>,
        join: char,
        value: impl Fn(Decimal, Decimal) -> Option<Decimal>,
    ) -> Option<Quantity<'a>> {
        let (a, b) = (Canonical::parse(self.unit.code())?, Canonical::parse(other.unit.code())?);
        let unit = Canonical::parse(&format!("{}{join}({})", a.unit, b.unit))?.unit;
        Some(Quantity {
            value: value(a.value(self.value)?, b.value(other.value)?)?,
            unit: Unit::Ucum(Cow::Owned(unit)),
        })
    }
}

impl fmt::Display for Quantity<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            Unit::Ucum(code) => write!(out, "{} '{code}'", self.value),
            Unit::Calendar(calendar) => {
                let plural = if self.value == Decimal::ONE { "" } else { "s" };
                write!(out, "{} {}{plural}", self.value, calendar.word())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity<'static> {
        Quantity::parse(text).unwrap()
    }

    #[test]
    fn texts_without_a_quoted_unit_or_word_are_refused() {
        for text in ["", "wk", "1 wk", "1.a", "1 '", "1 'mg", "1e3"] {
            assert!(Quantity::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn comparison_crosses_units_and_stays_open_for_years() {
        let check = |a: &str, b: &str, expected: Option<Ordering>| {
            assert_eq!(quantity(a).compare(&quantity(b)), expected, "{a} {b}");
        };
        check("4.0000 'g'", "4000.0 'mg'", Some(Ordering::Equal));
        check("7 days", "1 'wk'", Some(Ordering::Equal));
        check("6 days", "1 week", Some(Ordering::Less));
        check("1 year", "1 'a'", None);
        check("1 year", "12 months", Some(Ordering::Equal));
        check("1 'mg'", "1 'mL'", None);
        check("1 'foo'", "2 'foo'", Some(Ordering::Less));
    }

    #[test]
    fn calculation_keeps_or_joins_units() {
        assert_eq!(quantity("1 'g'").plus(&quantity("500 'mg'")).unwrap().to_string(), "1.5 'g'");
        assert_eq!(
            quantity("2.0 'cm'").times(&quantity("2.0 'm'")).unwrap().compare(&quantity("0.040 'm2'")),
            Some(Ordering::Equal)
        );
        assert_eq!(
            quantity("4 'g'").divided_by(&quantity("2 'm'")).unwrap().compare(&quantity("2 'g/m'")),
            Some(Ordering::Equal)
        );
        assert!(quantity("1 'g'").plus(&quantity("1 'm'")).is_none());
        assert_eq!(quantity("1 'mo'").step(), None);
        assert_eq!(quantity("7.7 days").step(), Some(Step::Milliseconds(7 * 86_400_000)));
    }
}
