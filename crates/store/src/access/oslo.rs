//! Days in Norway: when a day begins, and which day a moment is in.
//!
//! The rule is that of the European Union since 1996: summer time from the last Sunday of March to the last Sunday of
//! October, changed at 01:00 UTC. Midnight is never in doubt, since the clock is changed two or three hours later.
//! What it does not do: other zones, or days before 1996, on which no right rests.

use akson_fhir::value::date::{DAY_MS, DateTime, Zone, days_from_civil};

const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = DAY_MS * 1000;

/// When a day begins, in microseconds since 1970. Days are counted from 1970-01-01.
pub(crate) fn midnight(day: i64) -> i64 {
    let (first, last) = summer(day);
    // On the days of change the clock is changed after midnight.
    let hours = if first < day && day <= last { 2 } else { 1 };
    day * DAY_US - hours * HOUR_US
}

/// The day that a moment is in.
pub(crate) fn day(moment: i64) -> i64 {
    let (first, last) = summer(moment.div_euclid(DAY_US));
    let is_summer = moment >= first * DAY_US + HOUR_US && moment < last * DAY_US + HOUR_US;
    let hours = if is_summer { 2 } else { 1 };
    (moment + hours * HOUR_US).div_euclid(DAY_US)
}

/// The days on which summer time begins and ends, in the year of a day.
fn summer(day: i64) -> (i64, i64) {
    let year = DateTime::from_milliseconds(day.saturating_mul(DAY_MS), Zone(0)).map_or(1970, |date| date.year);
    (last_sunday(year, 3), last_sunday(year, 10))
}

/// The last Sunday of a month with 31 days.
fn last_sunday(year: u16, month: u8) -> i64 {
    let last = days_from_civil(year, month, 31);
    // 1970-01-01 was a Thursday.
    last - (last + 4).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> i64 {
        DateTime::parse(text).unwrap().range(Zone(0)).low * 1000
    }

    fn check(date: &str, midnight_is: &str) {
        let day = days_of(date);
        assert_eq!(midnight(day), moment(midnight_is), "{date}");
        assert_eq!(super::day(midnight(day)), day, "{date}");
        assert_eq!(super::day(midnight(day) - 1), day - 1, "{date}");
    }

    fn days_of(date: &str) -> i64 {
        let date = DateTime::parse(date).unwrap();
        days_from_civil(date.year, date.month, date.day)
    }

    #[test]
    fn a_day_begins_at_midnight_in_oslo() {
        check("2026-01-15", "2026-01-15T00:00:00+01:00");
        check("2026-07-15", "2026-07-15T00:00:00+02:00");
        // The clock goes forward on 29 March 2026 and back on 25 October.
        check("2026-03-29", "2026-03-29T00:00:00+01:00");
        check("2026-03-30", "2026-03-30T00:00:00+02:00");
        check("2026-10-25", "2026-10-25T00:00:00+02:00");
        check("2026-10-26", "2026-10-26T00:00:00+01:00");
        check("2027-01-01", "2027-01-01T00:00:00+01:00");
    }

    #[test]
    fn every_day_follows_the_one_before() {
        for day in days_of("2000-01-01")..days_of("2040-01-01") {
            let hours = (midnight(day + 1) - midnight(day)) / HOUR_US;
            assert!((23..=25).contains(&hours), "{day}");
            for hour in 0..hours {
                assert_eq!(super::day(midnight(day) + hour * HOUR_US), day);
            }
        }
    }
}
