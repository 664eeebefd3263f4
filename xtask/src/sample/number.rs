//! Norwegian numbers with their control digits: identity numbers of invented persons and of invented organisations.
//!
//! The month of an identity number is raised by 80, as the tax administration does for synthetic persons.
//! It never makes a number that a living person could have.

use super::life::Gender;

/// An identity number for a birth date `YYYY-MM-DD`: the `nth` valid one of that day and gender.
pub(super) fn identity(birth: &str, gender: Gender, nth: usize) -> String {
    let (year, month, day) = (number(&birth[..4]), number(&birth[5..7]), number(&birth[8..10]));
    let series = match year {
        1900..=1999 => 0..500,
        _ => 500..1000,
    };
    let parity = match gender {
        Gender::Female => 0,
        Gender::Male => 1,
    };
    let wanted = series.filter(|n| n % 2 == parity);
    let numbers = wanted.filter_map(|n| closed(&format!("{day:02}{:02}{:02}{n:03}", month + 80, year % 100)));
    numbers.into_iter().nth(nth).unwrap_or_default()
}

fn number(digits: &str) -> u32 {
    digits.parse().unwrap_or(0)
}

const FIRST: [u32; 9] = [3, 7, 6, 1, 8, 9, 4, 5, 2];
const SECOND: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/// Nine digits with their two control digits; some have none.
fn closed(nine: &str) -> Option<String> {
    let ten = format!("{nine}{}", control(nine, &FIRST)?);
    let last = control(&ten, &SECOND)?;
    Some(format!("{ten}{last}"))
}

/// A number of the register of legal entities, from its first eight digits.
pub(super) fn organisation(eight: &str) -> String {
    let control = control(eight, &[3, 2, 7, 6, 5, 4, 3, 2]);
    format!("{eight}{}", control.unwrap_or_default())
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
        assert_eq!(organisation("97475807"), "974758075", "a worked example");
    }

    #[test]
    fn control_digits_agree_with_shared_vectors() {
        let shared = std::env::var("AKSON_SHARED").map_or_else(|_| crate::root().join("../shared"), Into::into);
        let Ok(text) = std::fs::read_to_string(shared.join("data/norway/codes/fnr-test-vectors.json")) else {
            println!("skipped: no shared data");
            return;
        };
        let member = |block: &str, key: &str| -> String {
            let rest = block.split_once(&format!("\"{key}\": ")).map_or("", |(_, rest)| rest);
            rest.chars().take_while(|c| !",\n".contains(*c)).filter(|c| *c != '"').collect()
        };
        let mut seen = 0;
        for block in text.split('{').skip(1).filter(|block| member(block, "kind").contains("synthetic")) {
            let id = member(block, "id");
            let valid = closed(&id[..9]).as_deref() == Some(&id[..]);
            let date = id[..2].parse::<u32>().is_ok();
            assert!(date && (valid || member(block, "valid_today") == "false"), "{id}");
            seen += 1;
        }
        assert!(seen > 5);
    }

    #[test]
    fn month_is_synthetic_and_gender_is_kept() {
        let number = identity("1944-03-17", Gender::Female, 0);
        assert_eq!(&number[..6], "178344");
        assert_eq!(u32::from(number.as_bytes()[8] - b'0') % 2, 0);
        assert_ne!(number, identity("1944-03-17", Gender::Female, 1));
    }
}
