//! Times of versions: never equal, never going back, whatever the machine's clock does.
//!
//! Microseconds since 1970 in UTC. Each is the clock's time or one more than the last, whichever is later.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::options::Clock;

/// The clock of all who write.
pub(crate) struct Moments {
    clock: Clock,
    last: AtomicI64,
}

impl Moments {
    /// Goes on after `last`.
    pub(crate) fn new(clock: Clock, last: i64) -> Moments {
        Moments { clock, last: AtomicI64::new(last) }
    }

    /// The next moment.
    pub(crate) fn next(&self) -> i64 {
        let now = (self.clock)();
        let after = |last: i64| now.max(last + 1);
        after(self.last.fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(after(last))).unwrap_or(now))
    }

    /// The last one given.
    pub(crate) fn last(&self) -> i64 {
        self.last.load(Ordering::Acquire)
    }
}

/// A moment as FHIR writes an instant, always with six digits: `2026-11-22T15:17:35.123456Z`.
pub fn instant(micros: i64) -> String {
    let mut out = String::with_capacity(INSTANT_LENGTH);
    write_instant(&mut out, micros);
    out
}

/// The length of an instant.
pub const INSTANT_LENGTH: usize = 27;

/// Writes a moment as an instant.
pub fn write_instant(out: &mut String, micros: i64) {
    let (seconds, micros) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (days, seconds) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    digits(out, year, 4);
    for (mark, value) in
        [('-', month), ('-', day), ('T', seconds / 3600), (':', seconds / 60 % 60), (':', seconds % 60)]
    {
        out.push(mark);
        digits(out, value, 2);
    }
    out.push('.');
    digits(out, micros, 6);
    out.push('Z');
}

fn digits(out: &mut String, value: i64, count: u32) {
    for n in (0..count).rev() {
        out.push(char::from(b'0' + (value / 10_i64.pow(n) % 10) as u8));
    }
}

/// Year, month and day of a day counted from 1970 (Hinnant's algorithm).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_clock_that_goes_back_is_not_followed() {
        let times = Arc::new(std::sync::Mutex::new(vec![5, 100, 50, 50]));
        let clock = times.clone();
        let moments = Moments::new(Arc::new(move || clock.lock().unwrap().pop().unwrap()), 60);
        assert_eq!([moments.next(), moments.next(), moments.next(), moments.next()], [61, 62, 100, 101]);
    }

    #[test]
    fn instants_are_written_out() {
        assert_eq!(instant(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(instant(951_782_399_999_999), "2000-02-28T23:59:59.999999Z");
        assert_eq!(instant(951_782_400_000_000), "2000-02-29T00:00:00.000000Z");
        assert_eq!(instant(1_795_360_655_123_456), "2026-11-22T15:17:35.123456Z");
        assert_eq!(instant(-1), "1969-12-31T23:59:59.999999Z");
    }
}
