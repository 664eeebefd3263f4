//! Days and times as people here write them: `22.11.2026`, `13:05`, `i dag 13:05`; ages in words.
//!
//! All in Norwegian time. What it does not do: read the clock.

use akson_fhir::value::date::{DateTime, Zone};
use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

use crate::http::language::Language;

/// A moment in Norwegian time.
pub fn zoned(moment: i64) -> Option<Zoned> {
    Some(Timestamp::from_microsecond(moment).ok()?.to_zoned(akson_core::norway().clone()))
}

/// A FHIR date or time as a moment; a date is its midnight in Norway.
pub fn moment(text: &str) -> Option<i64> {
    let given = DateTime::parse(text)?;
    match given.zone {
        Some(_) => Some(given.range(Zone(0)).low.saturating_mul(1000)),
        None => {
            let date: Date = text.get(..10)?.parse().ok()?;
            Some(date.to_zoned(akson_core::norway().clone()).ok()?.timestamp().as_microsecond())
        }
    }
}

/// `22.11.2026`
pub fn date(moment: i64) -> String {
    zoned(moment).map(|at| at.strftime("%d.%m.%Y").to_string()).unwrap_or_default()
}

/// `13:05`
pub fn clock(moment: i64) -> String {
    zoned(moment).map(|at| at.strftime("%H:%M").to_string()).unwrap_or_default()
}

/// `i dag 13:05`, `i går 13:05`, or with the date.
pub fn near(moment: i64, now: i64, language: Language) -> String {
    let (Some(at), Some(today)) = (zoned(moment), zoned(now)) else { return String::new() };
    let days = days_between(at.date(), today.date());
    let time = at.strftime("%H:%M");
    match days {
        0 => format!("{} {time}", language.pick(["i dag", "i dag", "today"])),
        1 => format!("{} {time}", language.pick(["i går", "i går", "yesterday"])),
        -1 => format!("{} {time}", language.pick(["i morgen", "i morgon", "tomorrow"])),
        _ => format!("{} {time}", at.strftime("%d.%m.%Y")),
    }
}

/// A FHIR date as it is read here: `2026-02-14` as `14.02.2026`, `2026-02` as `02.2026`.
pub fn day(text: &str) -> String {
    let mut parts: Vec<&str> = text.split('T').next().unwrap_or_default().split('-').collect();
    parts.reverse();
    parts.join(".")
}

/// Whole days from one date to another.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// The midnight that begins the day of a moment, some days later.
pub fn midnight(moment: i64, days: i64) -> i64 {
    let begun = || {
        let date = zoned(moment)?.date().checked_add(jiff::Span::new().days(days)).ok()?;
        Some(date.to_zoned(akson_core::norway().clone()).ok()?.timestamp().as_microsecond())
    };
    begun().unwrap_or(moment)
}

/// A moment as FHIR writes it.
pub fn instant(moment: i64) -> String {
    akson_core::instant(moment)
}

/// An age in words, by the date of birth: days, then weeks, then months, then years.
pub fn age(born: &str, now: i64, language: Language) -> Option<String> {
    let born: Date = born.get(..10)?.parse().ok()?;
    let today = zoned(now)?.date();
    let days = days_between(born, today);
    let span = born.until((jiff::Unit::Year, today)).ok()?;
    let (years, months) = (i64::from(span.get_years()), i64::from(span.get_months()));
    let words = |number: i64, one: [&'static str; 3], many: [&'static str; 3]| {
        format!("{number} {}", language.pick(if number == 1 { one } else { many }))
    };
    Some(match (years, days) {
        (_, ..0) => return None,
        (_, 0..=13) => words(days, ["dag", "dag", "day"], ["dager", "dagar", "days"]),
        (_, 14..=83) => words(days / 7, ["uke", "veke", "week"], ["uker", "veker", "weeks"]),
        (0..=1, _) => words(years * 12 + months, ["måned", "månad", "month"], ["måneder", "månader", "months"]),
        _ => words(years, ["år", "år", "year"], ["år", "år", "years"]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 22.11.2026 13:00 in Norway.
    const NOW: i64 = 1_795_348_800_000_000;

    #[test]
    fn ages_are_said_in_the_unit_that_fits() {
        let check = |born: &str, expected: Option<&str>| {
            assert_eq!(age(born, NOW, Language::Nb).as_deref(), expected, "{born}");
        };
        check("1942-08-14", Some("84 år"));
        check("2025-11-22", Some("12 måneder"));
        check("2024-11-23", Some("23 måneder"));
        check("2024-11-22", Some("2 år"));
        check("2026-11-01", Some("3 uker"));
        check("2026-11-21", Some("1 dag"));
        check("2027-01-01", None);
        check("1942", None);
    }

    #[test]
    fn a_day_is_near_or_has_a_date() {
        let hour = 3_600_000_000;
        assert_eq!(near(NOW - hour, NOW, Language::Nb), "i dag 12:00");
        assert_eq!(near(NOW - 24 * hour, NOW, Language::Nn), "i går 13:00");
        assert_eq!(near(NOW - 48 * hour, NOW, Language::En), "20.11.2026 13:00");
        assert_eq!(clock(midnight(NOW, 0)), "00:00");
        assert_eq!(date(midnight(NOW, 1)), "23.11.2026");
        assert_eq!(moment("2026-11-22"), Some(midnight(NOW, 0)));
        assert_eq!(moment("2026-11-22T13:00:00+01:00"), Some(NOW));
        assert_eq!(day("2026-02-14"), "14.02.2026");
    }
}
