//! Days, and moments of a day in Norway with their offset, as FHIR writes them.
//!
//! What it does not do: know what day it is.

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i32);

/// Minutes of a day.
pub(super) const DAY: i32 = 24 * 60;

impl Day {
    /// The day of a year, month and day of the month.
    pub(super) fn of(year: i32, month: i32, day: i32) -> Day {
        // Years begin in March here, so that the leap day comes last.
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let of_era = year - era * 400;
        let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
        Day(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    /// The day written as `YYYY-MM-DD`.
    pub fn read(text: &str) -> Option<Day> {
        let mut parts = text.splitn(3, '-').map(str::parse::<i32>);
        let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        let read = Day::of(year, month, day);
        ((1900..2200).contains(&year) && read.civil() == (year, month, day)).then_some(read)
    }

    /// The day in Norway at a moment in microseconds since 1970.
    pub fn at_moment(moment: i64) -> Day {
        let minutes = moment.div_euclid(60_000_000);
        let day = Day(minutes.div_euclid(i64::from(DAY)) as i32);
        let later = minutes + if day.is_summer(0) { 120 } else { 60 };
        Day(later.div_euclid(i64::from(DAY)) as i32)
    }

    /// Year, month and day of the month.
    pub(super) fn civil(self) -> (i32, i32, i32) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days - era * 146_097;
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year + era * 400 + i32::from(month <= 2), month, day)
    }

    pub(super) fn year(self) -> i32 {
        self.civil().0
    }

    /// So many days later; earlier if below zero.
    pub(super) fn plus(self, days: i32) -> Day {
        Day(self.0 + days)
    }

    /// Days from another day to this one.
    pub(super) fn since(self, other: Day) -> i32 {
        self.0 - other.0
    }

    /// The same as a number that only grows.
    pub(super) fn number(self) -> u64 {
        self.0.max(0) as u64
    }

    /// Monday is zero.
    pub(super) fn weekday(self) -> i32 {
        (self.0 + 3).rem_euclid(7)
    }

    /// The first day from this one on that is no Saturday or Sunday.
    pub(super) fn at_work(self) -> Day {
        self.plus((7 - self.weekday()) % 7 * i32::from(self.weekday() >= 5))
    }

    /// Whole years from this day of birth to another day.
    pub(super) fn age(self, on: Day) -> i32 {
        let (born, now) = (self.civil(), on.civil());
        now.0 - born.0 - i32::from((now.1, now.2) < (born.1, born.2))
    }

    /// `YYYY-MM-DD`.
    pub(super) fn text(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// `YYYYMMDD`, for ids.
    pub(super) fn short(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}{month:02}{day:02}")
    }

    /// A minute of this day, or of one after it, in Norwegian time.
    pub(super) fn at(self, minute: i32) -> String {
        let (day, minute) = (self.plus(minute.div_euclid(DAY)), minute.rem_euclid(DAY));
        let offset = if day.is_summer(minute) { "+02:00" } else { "+01:00" };
        format!("{}T{:02}:{:02}:00{offset}", day.text(), minute / 60, minute % 60)
    }

    /// Whether clocks are an hour ahead: from the last Sunday of March to the last one of October.
    fn is_summer(self, minute: i32) -> bool {
        let year = self.year();
        let last_sunday = |month| {
            let last = Day::of(year, month, 31);
            last.plus(-((last.weekday() + 1) % 7))
        };
        let (begins, ends) = (last_sunday(3), last_sunday(10));
        (self, minute) >= (begins, 180) && (self, minute) < (ends, 120)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_and_write_alike() {
        for text in ["1970-01-01", "1944-02-29", "2000-12-31", "2026-11-22", "1999-03-01"] {
            assert_eq!(Day::read(text).unwrap().text(), text);
        }
        assert_eq!(Day::read("2025-02-29"), None);
        assert_eq!(Day::read("2026-11-22").unwrap().weekday(), 6, "a Sunday");
        assert_eq!(Day::read("2026-11-22").unwrap().at_work().text(), "2026-11-23");
    }

    #[test]
    fn clocks_change_in_march_and_october() {
        let check = |day: &str, minute, expected: &str| assert_eq!(Day::read(day).unwrap().at(minute), expected);
        check("2026-03-29", 60, "2026-03-29T01:00:00+01:00");
        check("2026-03-29", 200, "2026-03-29T03:20:00+02:00");
        check("2026-10-25", 30, "2026-10-25T00:30:00+02:00");
        check("2026-10-25", 600, "2026-10-25T10:00:00+01:00");
        check("2026-07-01", DAY + 30, "2026-07-02T00:30:00+02:00");
    }

    #[test]
    fn the_day_turns_at_midnight_in_norway() {
        // 2026-11-22T23:30Z is half past midnight.
        assert_eq!(Day::at_moment(1_795_390_200_000_000).text(), "2026-11-23");
    }

    #[test]
    fn age_grows_on_the_birthday() {
        let age = |born: &str, on: &str| Day::read(born).unwrap().age(Day::read(on).unwrap());
        assert_eq!(age("2010-11-23", "2026-11-22"), 15);
        assert_eq!(age("2010-11-22", "2026-11-22"), 16);
    }
}
