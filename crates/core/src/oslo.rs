//! Dates of rights in Norwegian time: from when, until when.
//!
//! A date without a zone begins at midnight in Norway, and a period that ends on a date ends at the midnight after it.
//! The rule for summer time is written here, so that no time zone database has to be installed. Pure: the moment is given.

use std::sync::OnceLock;

use akson_fhir::json::Value;
use akson_fhir::value::date::{DateTime, Zone};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Norwegian time since 1996.
const RULE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// Norwegian time.
pub fn zone() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| TimeZone::posix(RULE).unwrap_or(TimeZone::UTC))
}

/// The first moment of a date or time, in microseconds since 1970.
pub fn begin(text: &str) -> Option<i64> {
    let given = DateTime::parse(text)?;
    settled(given.zone, given.range(Zone(0)).low)
}

/// The first moment after a date; a time is itself the end.
pub fn end(text: &str) -> Option<i64> {
    let given = DateTime::parse(text)?;
    let range = given.range(Zone(0));
    settled(given.zone, if given.has_clock() { range.low } else { range.high })
}

/// Days of a time that is asked for without its beginning.
const DAYS: i64 = 30;
const DAY_US: i64 = 86_400_000_000;

/// From the first moment of a day to the last of another, in microseconds since 1970; without a last one until now, without a
/// first one for 30 days. None if it can't be read.
pub fn day_bounds((from, to): (Option<&str>, Option<&str>), now: i64) -> Option<(i64, i64)> {
    let given = |text: Option<&'_ str>| text.filter(|text| !text.is_empty()).map(str::to_string);
    let until = given(to).map_or(Some(now.saturating_add(1)), |text| end(&text))?;
    let since = given(from).map_or(Some(until.saturating_sub(DAYS * DAY_US)), |text| begin(&text))?;
    Some((since, until))
}

/// From when until when a FHIR Period runs. What can't be read never holds.
pub fn period(period: Option<Value<'_>>) -> (i64, i64) {
    let side = |key: &str, read: fn(&str) -> Option<i64>, open: i64| {
        let text = period.and_then(|period| period.get(key)).and_then(|value| value.as_str());
        text.map_or(Some(open), |text| read(&text))
    };
    let both = side("start", begin, i64::MIN).zip(side("end", end, i64::MAX));
    both.unwrap_or((i64::MAX, i64::MIN))
}

/// Milliseconds on a clock in Norway, or in UTC if a zone was given, as a moment.
fn settled(zoned: Option<i16>, milliseconds: i64) -> Option<i64> {
    if zoned.is_some() {
        return milliseconds.checked_mul(1000);
    }
    let clock = TimeZone::UTC.to_datetime(Timestamp::from_millisecond(milliseconds).ok()?);
    Some(zone().to_timestamp(clock).ok()?.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn a_date_ends_at_midnight_in_norway() {
        assert_eq!(end("2026-11-22"), Some(moment("2026-11-22T23:00:00Z")));
        assert_eq!(end("2026-07-01"), Some(moment("2026-07-01T22:00:00Z")));
        assert_eq!(begin("2026-07-01"), Some(moment("2026-06-30T22:00:00Z")));
        assert_eq!(end("2026"), Some(moment("2026-12-31T23:00:00Z")));
    }

    #[test]
    fn days_of_changing_clocks_have_23_and_25_hours() {
        let hours = |day: &str| (end(day).unwrap() - begin(day).unwrap()) / 3_600_000_000;
        assert_eq!(hours("2026-03-29"), 23);
        assert_eq!(hours("2026-10-25"), 25);
    }

    #[test]
    fn a_time_is_its_own_end() {
        assert_eq!(end("2026-11-22T15:00:00+01:00"), Some(moment("2026-11-22T14:00:00Z")));
    }

    #[test]
    fn a_period_that_cannot_be_read_never_holds() {
        let tree = akson_fhir::json::Tree::parse(br#"{"start":"soon"}"#).unwrap();
        let (from, until) = period(Some(tree.root()));
        assert!(from > until);
    }
}
