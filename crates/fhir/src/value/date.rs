//! Dates, dateTimes, instants and times with partial precision, and the span of time each stands for.
//!
//! Promises: a text that is not a calendar date is refused; comparison answers `None` where precision leaves it open;
//! a span is half-open in UTC milliseconds. It reads no clock and knows no time zone names: what lacks a zone is taken
//! in the offset the caller gives. <https://hl7.org/fhir/R4/datatypes.html#dateTime>

use std::cmp::Ordering;
use std::fmt;

/// The milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;
/// The farthest time zone east and west, in minutes (14:00).
const ZONE_MAX: i16 = 14 * 60;

/// How far a date or time is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// A whole day.
    Day,
    /// Up to the hour.
    Hour,
    /// Up to the minute.
    Minute,
    /// Up to the second, with any fraction.
    Second,
}

/// The zone offset in minutes east of UTC taken for what is written without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zone(pub i16);

/// A date, dateTime or instant as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// Year 1 to 9999.
    pub year: u16,
    /// Month 1 to 12; 1 when not given.
    pub month: u8,
    /// Day of the month; 1 when not given.
    pub day: u8,
    /// Time of the day; 0 when not given.
    pub clock: Clock,
    /// How far it is given.
    pub precision: Precision,
    /// Offset in minutes east of UTC, if given.
    pub zone: Option<i16>,
}

/// A time of the day in milliseconds, and how many digits of a second's fraction were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Milliseconds since midnight.
    pub milliseconds: u32,
    /// Written digits of the fraction, 0 to 3 (more are cut).
    pub digits: u8,
}

/// A time of day as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Time of the day.
    pub clock: Clock,
    /// Hour, Minute or Second.
    pub precision: Precision,
}

/// A half-open span `[low, high)` of milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    /// The first millisecond inside.
    pub low: i64,
    /// The first millisecond after.
    pub high: i64,
}

/// A step of the calendar or the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Calendar years.
    Years(i64),
    /// Calendar months.
    Months(i64),
    /// Milliseconds (weeks, days, hours, minutes and seconds are a fixed number of them).
    Milliseconds(i64),
}

impl DateRange {
    /// The span of a FHIR date, dateTime or instant; without a zone it is taken in `zone`.
    pub fn parse(text: &str, zone: Zone) -> Option<DateRange> {
        Some(DateTime::parse(text)?.range(zone))
    }
}

impl DateTime {
    /// Reads a FHIR date, dateTime or instant (`2019`, `2019-05`, `2019-05-03`, `2019-05-03T10:20:30.5+02:00`). An hour
    /// alone and a missing zone are accepted, as FHIRPath and searches write them.
    pub fn parse(text: &str) -> Option<DateTime> {
        let mut reader = Reader { bytes: text.as_bytes(), at: 0 };
        let mut date = DateTime {
            year: reader.digits(4)? as u16,
            month: 1,
            day: 1,
            clock: Clock::default(),
            precision: Precision::Year,
            zone: None,
        };
        if date.year == 0 {
            return None;
        }
        if reader.take(b'-') {
            date.month = reader.digits(2)? as u8;
            date.precision = Precision::Month;
            if reader.take(b'-') {
                date.day = reader.digits(2)? as u8;
                date.precision = Precision::Day;
            }
        }
        if !(1..=12).contains(&date.month) || date.day == 0 || date.day > days_in_month(date.year, date.month) {
            return None;
        }
        if reader.take(b'T') {
            if date.precision != Precision::Day {
                return None;
            }
            (date.clock, date.precision) = reader.clock()?;
            date.zone = reader.zone()?;
        }
        (reader.at == text.len()).then_some(date)
    }

    /// The moment `milliseconds` after 1970-01-01T00:00Z as seen in a zone, to the millisecond.
    pub fn from_milliseconds(milliseconds: i64, zone: Zone) -> Option<DateTime> {
        let local = milliseconds.checked_add(i64::from(zone.0) * 60_000)?;
        let (year, month, day) = civil_from_days(local.div_euclid(DAY_MS));
        let year = u16::try_from(year).ok().filter(|y| (1..=9999).contains(y))?;
        let clock = Clock { milliseconds: local.rem_euclid(DAY_MS) as u32, digits: 3 };
        Some(DateTime { year, month, day, clock, precision: Precision::Second, zone: Some(zone.0) })
    }

    /// The same moment cut to its date.
    pub fn date(self) -> DateTime {
        DateTime { clock: Clock::default(), precision: self.precision.min(Precision::Day), zone: None, ..self }
    }

    /// The span of time it stands for.
    pub fn range(self, zone: Zone) -> DateRange {
        let offset = i64::from(self.zone.unwrap_or(zone.0)) * 60_000;
        let low = self.local() - offset;
        let width = match self.precision {
            Precision::Year => DAY_MS * if is_leap(self.year) { 366 } else { 365 },
            Precision::Month => DAY_MS * i64::from(days_in_month(self.year, self.month)),
            Precision::Day => DAY_MS,
            Precision::Hour => 3_600_000,
            Precision::Minute => 60_000,
            Precision::Second => self.clock.width(),
        };
        DateRange { low, high: low + width }
    }

    /// Which of two comes first; `None` where precision or a missing zone leaves it open.
    pub fn compare(self, other: DateTime) -> Option<Ordering> {
        if self.has_clock() && other.has_clock() && self.zone.is_some() != other.zone.is_some() {
            return self.compare_somewhere(other);
        }
        let (a, b) = (self.in_utc()?, other.in_utc()?);
        let ordering = a.year.cmp(&b.year);
        if ordering != Ordering::Equal {
            return Some(ordering);
        }
        compare_parts(&a.parts(), &b.parts(), a.precision, b.precision)
    }

    /// Whether both are the same to the same precision.
    pub fn equivalent(self, other: DateTime) -> bool {
        self.precision == other.precision && self.compare(other) == Some(Ordering::Equal)
    }

    /// The date or time a step later; `None` outside the years 1 to 9999. What lies below the precision is cut away first,
    /// counting 12 months a year, 365 days a year and 30 days a month, as FHIRPath says.
    pub fn plus(self, step: Step) -> Option<DateTime> {
        match (self.precision, step) {
            (_, Step::Years(years)) => self.plus_months(years.checked_mul(12)?),
            (Precision::Year, Step::Months(months)) => self.plus_months(months / 12 * 12),
            (_, Step::Months(months)) => self.plus_months(months),
            (Precision::Year, Step::Milliseconds(ms)) => self.plus_months((ms / DAY_MS / 365).checked_mul(12)?),
            (Precision::Month, Step::Milliseconds(ms)) => self.plus_months(ms / DAY_MS / 30),
            (Precision::Day, Step::Milliseconds(ms)) => self.plus_milliseconds(ms / DAY_MS * DAY_MS),
            (Precision::Hour, Step::Milliseconds(ms)) => self.plus_milliseconds(ms / 3_600_000 * 3_600_000),
            (Precision::Minute, Step::Milliseconds(ms)) => self.plus_milliseconds(ms / 60_000 * 60_000),
            (Precision::Second, Step::Milliseconds(ms)) => self.plus_milliseconds(ms),
        }
    }

    fn plus_months(self, months: i64) -> Option<DateTime> {
        let total = (i64::from(self.year) * 12 + i64::from(self.month) - 1).checked_add(months)?;
        let year = u16::try_from(total.div_euclid(12)).ok().filter(|y| (1..=9999).contains(y))?;
        let month = (total.rem_euclid(12) + 1) as u8;
        Some(DateTime { year, month, day: self.day.min(days_in_month(year, month)), ..self })
    }

    fn plus_milliseconds(self, milliseconds: i64) -> Option<DateTime> {
        let local = self.local().checked_add(milliseconds)?;
        let (year, month, day) = civil_from_days(local.div_euclid(DAY_MS));
        let year = u16::try_from(year).ok().filter(|y| (1..=9999).contains(y))?;
        let left = local.rem_euclid(DAY_MS) as u32;
        let digits = if left.is_multiple_of(1000) { self.clock.digits } else { 3 };
        Some(DateTime { year, month, day, clock: Clock { milliseconds: left, digits }, ..self })
    }

    /// Whether a time of the day is given.
    pub fn has_clock(self) -> bool {
        self.precision > Precision::Day
    }

    fn local(self) -> i64 {
        days_from_civil(self.year, self.month, self.day) * DAY_MS + i64::from(self.clock.milliseconds)
    }

    /// Turns to UTC if a time and a zone are given; a date has no zone to turn.
    fn in_utc(self) -> Option<DateTime> {
        match self.zone {
            Some(zone) if zone != 0 && self.has_clock() => {
                let turned = self.plus_milliseconds(-i64::from(zone) * 60_000)?;
                Some(DateTime { zone: Some(0), ..turned })
            }
            _ => Some(self),
        }
    }

    fn parts(self) -> [u32; 5] {
        let [hour, minute, rest] = self.clock.parts();
        [u32::from(self.month), u32::from(self.day), hour, minute, rest]
    }

    /// Compares with one side's zone unknown: only what holds in every zone is answered.
    fn compare_somewhere(self, other: DateTime) -> Option<Ordering> {
        let span = |date: DateTime| match date.zone {
            Some(_) => date.range(Zone(0)),
            None => DateRange { low: date.range(Zone(ZONE_MAX)).low, high: date.range(Zone(-ZONE_MAX)).high },
        };
        let (a, b) = (span(self), span(other));
        match () {
            () if a.high <= b.low => Some(Ordering::Less),
            () if b.high <= a.low => Some(Ordering::Greater),
            () => None,
        }
    }
}

impl Time {
    /// Reads a time of day (`14`, `14:30`, `14:30:05.123`).
    pub fn parse(text: &str) -> Option<Time> {
        let mut reader = Reader { bytes: text.as_bytes(), at: 0 };
        let (clock, precision) = reader.clock()?;
        (reader.at == text.len()).then_some(Time { clock, precision })
    }

    /// Which of two comes first; `None` where precision leaves it open.
    pub fn compare(self, other: Time) -> Option<Ordering> {
        let (a, b) = (self.clock.parts(), other.clock.parts());
        compare_parts(&[0, 0, a[0], a[1], a[2]], &[0, 0, b[0], b[1], b[2]], self.precision, other.precision)
    }

    /// The time a step later, round the clock.
    pub fn plus(self, milliseconds: i64) -> Time {
        let unit = match self.precision {
            Precision::Hour => 3_600_000,
            Precision::Minute => 60_000,
            _ => 1,
        };
        let total =
            (i64::from(self.clock.milliseconds) + milliseconds % DAY_MS / unit * unit).rem_euclid(DAY_MS) as u32;
        let digits = if total.is_multiple_of(1000) { self.clock.digits } else { 3 };
        Time { clock: Clock { milliseconds: total, digits }, ..self }
    }
}

impl Clock {
    fn parts(self) -> [u32; 3] {
        let ms = self.milliseconds;
        [ms / 3_600_000, ms / 60_000 % 60, ms % 60_000]
    }

    fn width(self) -> i64 {
        10i64.pow(3 - u32::from(self.digits.min(3)))
    }

    fn write(self, precision: Precision, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [hour, minute, rest] = self.parts();
        write!(out, "{hour:02}")?;
        if precision >= Precision::Minute {
            write!(out, ":{minute:02}")?;
        }
        if precision >= Precision::Second {
            write!(out, ":{:02}", rest / 1000)?;
            let fraction = format!("{:03}", rest % 1000);
            if self.digits > 0 {
                write!(out, ".{}", &fraction[..usize::from(self.digits.min(3))])?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}", self.year)?;
        if self.precision >= Precision::Month {
            write!(out, "-{:02}", self.month)?;
        }
        if self.precision >= Precision::Day {
            write!(out, "-{:02}", self.day)?;
        }
        if self.has_clock() {
            out.write_str("T")?;
            self.clock.write(self.precision, out)?;
            match self.zone {
                None => {}
                Some(0) => out.write_str("Z")?,
                Some(zone) => {
                    let sign = if zone < 0 { '-' } else { '+' };
                    write!(out, "{sign}{:02}:{:02}", zone.abs() / 60, zone.abs() % 60)?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clock.write(self.precision, out)
    }
}

/// Compares month, day, hour, minute and second as far as both are given.
fn compare_parts(a: &[u32; 5], b: &[u32; 5], a_precision: Precision, b_precision: Precision) -> Option<Ordering> {
    let depth = a_precision.min(b_precision) as usize;
    let ordering = a[..depth].cmp(&b[..depth]);
    if ordering == Ordering::Equal && a_precision != b_precision { None } else { Some(ordering) }
}

/// The days of a month.
pub fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days since 1970-01-01 of a date in the Gregorian calendar.
pub fn days_from_civil(year: u16, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u8;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, byte: u8) -> bool {
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + count)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.at += count;
        Some(digits.iter().fold(0, |number, d| number * 10 + u32::from(d - b'0')))
    }

    fn clock(&mut self) -> Option<(Clock, Precision)> {
        let hour = self.digits(2).filter(|h| *h < 24)?;
        let (mut milliseconds, mut precision, mut digits) = (hour * 3_600_000, Precision::Hour, 0u8);
        if self.take(b':') {
            milliseconds += self.digits(2).filter(|m| *m < 60)? * 60_000;
            precision = Precision::Minute;
            if self.take(b':') {
                // FHIR allows a leap second; it is counted as the last second of its minute.
                milliseconds += self.digits(2).filter(|s| *s <= 60)?.min(59) * 1000;
                precision = Precision::Second;
                if self.take(b'.') {
                    let start = self.at;
                    while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
                        let worth = [100, 10, 1].get(self.at - start).copied().unwrap_or(0);
                        milliseconds += u32::from(self.bytes[self.at] - b'0') * worth;
                        self.at += 1;
                    }
                    digits = (self.at - start).min(3) as u8;
                    if digits == 0 {
                        return None;
                    }
                }
            }
        }
        Some((Clock { milliseconds, digits }, precision))
    }

    /// The zone, `Some(None)` if there is none, `None` if it is malformed.
    fn zone(&mut self) -> Option<Option<i16>> {
        if self.take(b'Z') {
            return Some(Some(0));
        }
        let sign = match self.bytes.get(self.at) {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Some(None),
        };
        self.at += 1;
        let hours = self.digits(2)?;
        if !self.take(b':') {
            return None;
        }
        let minutes = self.digits(2).filter(|m| *m < 60)?;
        let zone = i16::try_from(hours * 60 + minutes).ok().filter(|z| *z <= ZONE_MAX)?;
        Some(Some(sign * zone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_off_the_calendar_are_refused() {
        for text in [
            "",
            "19",
            "0000",
            "2019-",
            "2019-13",
            "2019-00",
            "2019-02-29",
            "2019-04-31",
            "2019-4-1",
            "2019-04-01T",
            "2019T10:00",
            "2019-04-01T24:00",
            "2019-04-01T10:60",
            "2019-04-01T10:00:61",
            "2019-04-01T10:00:00.",
            "2019-04-01T10:00+2",
            "2019-04-01T10:00+15:00",
            "2019-04-01 10:00",
            "2019-04-01T10:00Zx",
            "2019-04-01Z",
            "æ019",
        ] {
            assert!(DateTime::parse(text).is_none(), "{text}");
        }
        assert!(Time::parse("25:00").is_none());
        assert!(Time::parse("14:30:00Z").is_none());
    }

    #[test]
    fn spans_are_as_wide_as_the_precision() {
        let check = |text: &str, zone: i16, low: i64, width: i64| {
            let range = DateRange::parse(text, Zone(zone)).unwrap();
            assert_eq!((range.low, range.high - range.low), (low, width), "{text}");
        };
        check("1970", 0, 0, 365 * DAY_MS);
        check("2000-02", 0, 949_363_200_000, 29 * DAY_MS);
        check("1970-01-02", 60, DAY_MS - 3_600_000, DAY_MS);
        check("1970-01-01T10", 0, 36_000_000, 3_600_000);
        check("1970-01-01T10:00+01:00", 0, 32_400_000, 60_000);
        check("1970-01-01T00:00:01Z", 60, 1000, 1000);
        check("1970-01-01T00:00:01.5Z", 0, 1500, 100);
        check("1970-01-01T00:00:01.1234Z", 0, 1123, 1);
        check("1969-12-31T23:59:60Z", 0, -1000, 1000);
    }

    #[test]
    fn printing_gives_back_what_was_written() {
        for text in [
            "2019",
            "2019-05",
            "2019-05-03",
            "2019-05-03T10:20",
            "2019-05-03T10:20:30.050-03:30",
            "2019-05-03T10:20:30Z",
        ] {
            assert_eq!(DateTime::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Time::parse("14:30:05.12").unwrap().to_string(), "14:30:05.12");
    }

    #[test]
    fn comparison_is_open_where_precision_ends() {
        let check = |a: &str, b: &str, expected: Option<Ordering>| {
            assert_eq!(DateTime::parse(a).unwrap().compare(DateTime::parse(b).unwrap()), expected, "{a} {b}");
        };
        check("2018-03", "2018-03-01", None);
        check("2018-03", "2018-04-01", Some(Ordering::Less));
        check("2012-04-15T15:30:31", "2012-04-15T15:30:31.0", Some(Ordering::Equal));
        check("2012-04-15T15:00:00+02:00", "2012-04-15T16:00:00+03:00", Some(Ordering::Equal));
        check("2012-04-15T15:00:00Z", "2012-04-15T10:00:00", None);
        check("2012-04-15T15:00:00Z", "2012-04-17T10:00:00", Some(Ordering::Less));
        check("2012-04-15", "2012-04-15T10:00:00+02:00", None);
    }

    #[test]
    fn steps_follow_the_calendar() {
        let check = |text: &str, step: Step, expected: Option<&str>| {
            assert_eq!(DateTime::parse(text).unwrap().plus(step).map(|d| d.to_string()).as_deref(), expected, "{text}");
        };
        check("2020-02-29", Step::Years(1), Some("2021-02-28"));
        check("2020-01-31", Step::Months(1), Some("2020-02-29"));
        check("2020", Step::Months(25), Some("2022"));
        check("1973-12-25", Step::Milliseconds(7 * DAY_MS + 5), Some("1974-01-01"));
        check("1973-12-31T23:59:59+10:00", Step::Milliseconds(1010), Some("1974-01-01T00:00:00.010+10:00"));
        check("9999-12-31", Step::Milliseconds(DAY_MS), None);
        check("0001", Step::Years(-1), None);
        check("2020", Step::Years(i64::MAX), None);
        assert_eq!(Time::parse("23:30").unwrap().plus(3_600_000).to_string(), "00:30");
    }
}
