//! Days and ages in Norway: a birthday begins at midnight in Oslo.
//!
//! A date that says only a year or a month leaves a birthday open. What gives a right as somebody grows up counts from the
//! last day it can be, what takes one away from the first.

use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::oslo::zone;

/// How old somebody is, as far as their birth date says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// At least so many years.
    pub least: i16,
    /// At most so many years.
    pub most: i16,
}

/// The day in Oslo at a moment in microseconds since 1970.
pub fn day(moment: i64) -> Option<Date> {
    Some(Timestamp::from_microsecond(moment).ok()?.to_zoned(zone().clone()).date())
}

/// The moments between which a day in Oslo lasts: 23, 24 or 25 hours.
pub fn bounds(day: Date) -> Option<(i64, i64)> {
    let start = |day: Date| Some(day.to_zoned(zone().clone()).ok()?.timestamp().as_microsecond());
    Some((start(day)?, start(day.tomorrow().ok()?)?))
}

/// How old somebody is on a day; none if the birth date can't be read or lies ahead.
pub fn age(born: &str, today: Date) -> Option<Age> {
    let (first, last) = span(born)?;
    let age = Age { least: years(last, today)?, most: years(first, today)? };
    (age.least >= 0).then_some(age)
}

/// The first and the last day that a birth date can mean.
fn span(born: &str) -> Option<(Date, Date)> {
    let mut parts = born.split('-');
    let year: i16 = parts.next()?.parse().ok()?;
    let month: Option<i8> = parts.next().map(str::parse).transpose().ok()?;
    let of_month: Option<i8> = parts.next().map(str::parse).transpose().ok()?;
    match (month, of_month) {
        (None, _) => Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?)),
        (Some(month), None) => {
            let first = Date::new(year, month, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        (Some(month), Some(of_month)) => {
            let only = Date::new(year, month, of_month).ok()?;
            Some((only, only))
        }
    }
}

/// Whole years. Who is born on 29 February is a year older on 1 March where there is no such day.
fn years(born: Date, today: Date) -> Option<i16> {
    let birthday = match (born.month(), born.day()) {
        (2, 29) if !date(today.year(), 1, 1).in_leap_year() => (3, 1),
        other => other,
    };
    let had = (today.month(), today.day()) >= birthday;
    (today.year() - born.year()).checked_sub(if had { 0 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    #[track_caller]
    fn check(born: &str, moment: &str, expected: (i16, i16)) {
        let found = age(born, day(at(moment)).unwrap()).unwrap();
        assert_eq!((found.least, found.most), expected, "{born} at {moment}");
    }

    #[test]
    fn a_birthday_begins_at_midnight_in_oslo() {
        check("2010-07-05", "2026-07-04T21:59:59.999999Z", (15, 15));
        check("2010-07-05", "2026-07-04T22:00:00Z", (16, 16));
        check("2010-01-05", "2026-01-04T22:59:59.999999Z", (15, 15));
        check("2010-01-05", "2026-01-04T23:00:00Z", (16, 16));
    }

    #[test]
    fn the_29th_of_february_comes_on_1_march_in_other_years() {
        check("2012-02-29", "2024-02-28T23:00:00Z", (12, 12));
        check("2012-02-29", "2025-02-28T22:59:59Z", (12, 12));
        check("2012-02-29", "2025-02-28T23:00:00Z", (13, 13));
    }

    #[test]
    fn a_date_without_its_day_leaves_both() {
        check("2010-07", "2026-07-15T12:00:00Z", (15, 16));
        check("2010", "2026-07-15T12:00:00Z", (15, 16));
        check("2010-06", "2026-07-15T12:00:00Z", (16, 16));
        assert!(age("", day(0).unwrap()).is_none());
        assert!(age("2010-02-30", day(0).unwrap()).is_none());
        assert!(age("2030-01-01", day(at("2026-07-15T12:00:00Z")).unwrap()).is_none());
    }

    #[test]
    fn days_of_changed_clocks_are_shorter_and_longer() {
        for (text, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)] {
            let (from, until) = bounds(text.parse().unwrap()).unwrap();
            assert_eq!((until - from) / 3_600_000_000, hours, "{text}");
            assert_eq!(day(from), day(until - 1));
            assert_ne!(day(from), day(until));
        }
    }
}
