//! Norwegian numbers with their control digits: of invented persons, health personnel and organisations.
//!
//! The month of an identity number is raised by 80, as the tax administration does for synthetic persons: it never makes a
//! number that a living person could have.

use super::day::Day;
use super::person::Gender;

const FIRST: [u32; 9] = [3, 7, 6, 1, 8, 9, 4, 5, 2];
const SECOND: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/// What a person is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// A national identity number.
    Identity(String),
    /// A number of somebody who lives here for a while.
    Temporary(String),
    /// A shared help number: neither date nor gender can be derived.
    Help(String),
    /// None yet.
    None,
}

/// Whether a number is given for good or for a while.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    ForGood,
    ForAWhile,
}

/// The `nth` valid number of a day and gender, from zero.
pub(super) fn identity(born: Day, gender: Gender, nth: usize, given: Given) -> Option<String> {
    let (year, month, day) = born.civil();
    let series = if year < 2000 { 0..500 } else { 500..1000 };
    let day = if given == Given::ForAWhile { day + 40 } else { day };
    let parity = if gender == Gender::Female { 0 } else { 1 };
    let valid = series.filter(|n| n % 2 == parity);
    let mut valid = valid.filter_map(|n| closed(&format!("{day:02}{:02}{:02}{n:03}", month + 80, year % 100)));
    valid.nth(nth)
}

/// The `nth` shared help number of the series that starts with 899.
pub(super) fn help(nth: usize) -> Option<String> {
    (0..1_000_000).filter_map(|n| closed(&format!("899{n:06}"))).nth(nth)
}

/// Nine digits with their two control digits; some have none.
fn closed(nine: &str) -> Option<String> {
    let ten = format!("{nine}{}", control(nine, &FIRST)?);
    let last = control(&ten, &SECOND)?;
    Some(format!("{ten}{last}"))
}

/// The `nth` number with nine digits of a series, given by its first two.
pub(super) fn nine_digits(series: u64, nth: u64) -> String {
    let begin = series * 1_000_000 + nth * 10;
    let eights = (begin..begin + 10).map(|eight| eight.to_string());
    let mut closed = eights.filter_map(|eight| control(&eight, &SECOND[2..]).map(|last| format!("{eight}{last}")));
    closed.next().unwrap_or_default()
}

/// Weighted sum modulo 11; ten is no digit.
fn control(digits: &str, weights: &[u32]) -> Option<u32> {
    let sum: u32 = digits.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    Some((11 - sum % 11) % 11).filter(|digit| *digit < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_digits_agree_with_published_numbers() {
        // Worked examples and synthetic persons published by the authorities.
        for known in ["21905297101", "13717404089", "15720255178", "01817510120", "17912099997", "29822099635"] {
            assert_eq!(closed(&known[..9]).as_deref(), Some(known));
        }
        assert_eq!(control("97475807", &SECOND[2..]), Some(5), "974758075 is a worked example");
    }

    #[test]
    fn month_is_synthetic_and_gender_is_kept() {
        let born = Day::of(1944, 3, 17);
        let number = identity(born, Gender::Female, 0, Given::ForGood).unwrap();
        assert_eq!(&number[..6], "178344");
        assert_eq!((number.as_bytes()[8] - b'0') % 2, 0);
        let other = identity(born, Gender::Male, 3, Given::ForAWhile).unwrap();
        assert_eq!(&other[..6], "578344");
        assert_eq!((other.as_bytes()[8] - b'0') % 2, 1);
    }

    #[test]
    fn every_day_has_numbers_enough() {
        for day in 0..400 {
            for born in [Day::of(1930, 1, 1), Day::of(1999, 1, 1), Day::of(2025, 1, 1)] {
                for gender in [Gender::Female, Gender::Male] {
                    assert!(identity(born.plus(day), gender, super::super::people::SERIALS, Given::ForGood).is_some());
                }
            }
        }
    }
}
