//! When a relation or a block holds: half-open spans of microseconds.
//!
//! Promises: what ends at a moment ends at that moment; what ends on a day ends at the midnight after it, in Oslo. What
//! cannot be read is no span at all, so that nothing rests on it.

use akson_fhir::json::Value;
use akson_fhir::value::date::{DateTime, Zone, days_from_civil, days_in_month};

use super::oslo;

/// From a moment on, until another; both may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) since: i64,
    pub(crate) until: i64,
}

impl Span {
    /// Always.
    pub(crate) const ALWAYS: Span = Span { since: i64::MIN, until: i64::MAX };

    /// What is in both, if anything is.
    pub(crate) fn and(self, other: Span) -> Option<Span> {
        let both = Span { since: self.since.max(other.since), until: self.until.min(other.until) };
        (both.since < both.until).then_some(both)
    }
}

/// When a Period is. Without one: always.
pub(crate) fn of(period: Option<Value<'_>>) -> Option<Span> {
    let Some(period) = period else { return Some(Span::ALWAYS) };
    let since = match period.get("start") {
        Some(start) => beginning(&start.as_str()?)?,
        None => i64::MIN,
    };
    let until = match period.get("end") {
        Some(end) => ending(&end.as_str()?)?,
        None => i64::MAX,
    };
    (since < until).then_some(Span { since, until })
}

/// The days that a Period touches, whole. None if it has no beginning.
pub(crate) fn days(start: Option<Value<'_>>, end: Option<Value<'_>>) -> Option<Span> {
    let first = beginning(&start?.as_str()?)?;
    let last = match end {
        // What ends at midnight does not touch the day that begins there.
        Some(end) => (ending(&end.as_str()?)? - 1).max(first),
        None => first,
    };
    Some(Span { since: oslo::midnight(oslo::day(first)), until: oslo::midnight(oslo::day(last) + 1) })
}

/// When what is written begins.
pub(crate) fn beginning(text: &str) -> Option<i64> {
    let date = DateTime::parse(text)?;
    if !date.has_clock() {
        return Some(oslo::midnight(days_from_civil(date.year, date.month, date.day)));
    }
    moment(date)
}

/// When what ends at what is written is over.
fn ending(text: &str) -> Option<i64> {
    let date = DateTime::parse(text)?;
    if date.has_clock() {
        return moment(date);
    }
    let (month, day) = match text.len() {
        4 => (12, 31),
        7 => (date.month, days_in_month(date.year, date.month)),
        _ => (date.month, date.day),
    };
    Some(oslo::midnight(days_from_civil(date.year, month, day) + 1))
}

fn moment(date: DateTime) -> Option<i64> {
    // A clock without a zone is no FHIR time.
    date.zone?;
    date.range(Zone(0)).low.checked_mul(1000)
}
