//! From what somebody writes to queries for patients: a name, a birth date, an identity number, a telephone, an address.
//!
//! Words of a name stand in any order and are found from their beginnings; å, æ and ø also as aa, ae and oe, and, since not
//! every keyboard has them, as a and o. What it does not do: search; and it never guesses that one match is the right one.

use akson_core::query::Pair;

/// Words of a name that are looked for.
const WORDS_MAX: usize = 6;
/// Spellings of one word.
const SPELLINGS_MAX: usize = 24;

/// The query for what was written.
pub fn query(written: &str) -> Vec<Pair> {
    let written = written.trim();
    let pair = |name: &str, value: String| vec![(name.to_string(), value)];
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let plain = written.chars().all(|c| c.is_ascii_digit() || " .-/+".contains(c));
    if let Some(date) = date(written) {
        return pair("birthdate", date);
    }
    match (plain, digits.len()) {
        (true, 11) => return pair("identifier", digits),
        (true, 8..) => return pair("phone", digits[digits.len() - 8..].to_string()),
        _ => {}
    }
    if digits.is_empty() {
        let words = written.split([' ', ',']).filter(|word| !word.is_empty()).take(WORDS_MAX);
        return words.map(|word| ("name".to_string(), spellings(word).join(","))).collect();
    }
    pair("address:contains", spellings(written).join(","))
}

/// `14.08.1942`, `14081942`, `140842`, `1942-08-14` or a year as FHIR writes it.
fn date(written: &str) -> Option<String> {
    let parts: Vec<&str> = written.split(['.', '-', '/', ' ']).filter(|part| !part.is_empty()).collect();
    let number = |text: &str| text.parse::<u32>().ok();
    let (day, month, year) = match parts[..] {
        [year, month, day] if year.len() == 4 => (number(day)?, number(month)?, number(year)?),
        [day, month, year] if day.len() <= 2 && year.len() == 4 => (number(day)?, number(month)?, number(year)?),
        [all] if all.len() == 8 && all.is_ascii() => (number(&all[..2])?, number(&all[2..4])?, number(&all[4..])?),
        [year] if year.len() == 4 && year.starts_with(['1', '2']) => return number(year).map(|year| year.to_string()),
        _ => return None,
    };
    let sound = (1..=31).contains(&day) && (1..=12).contains(&month) && (1850..=2100).contains(&year);
    sound.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// The ways in which a word may have been meant; the first is as it was written.
fn spellings(word: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for letter in word.chars() {
        // What has a meaning in a query is written so that it has none.
        let own = if matches!(letter, '\\' | ',' | '|' | '$') { format!("\\{letter}") } else { letter.to_string() };
        let others: &[&str] = match letter {
            'a' | 'A' => &["å", "æ"],
            'o' | 'O' => &["ø"],
            _ => &[],
        };
        let room = SPELLINGS_MAX / (others.len() + 1);
        let more: Vec<String> = match all.len() <= room {
            true => others.iter().flat_map(|other| all.iter().map(move |done| format!("{done}{other}"))).collect(),
            false => Vec::new(),
        };
        for done in &mut all {
            done.push_str(&own);
        }
        all.extend(more);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, expected: &[(&str, &str)]) {
        let expected: Vec<Pair> = expected.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        assert_eq!(query(written), expected, "{written}");
    }

    #[test]
    fn what_is_written_says_what_it_is() {
        check("14.08.1942", &[("birthdate", "1942-08-14")]);
        check("14081942", &[("birthdate", "1942-08-14")]);
        check("1942-08-14", &[("birthdate", "1942-08-14")]);
        check("1942", &[("birthdate", "1942")]);
        check("029138 00004", &[("identifier", "02913800004")]);
        check("555 01 002", &[("phone", "55501002")]);
        check("+47 555 01 002", &[("phone", "55501002")]);
        check("Vegen 12", &[("address:contains", "Vegen 12")]);
        check("Vik  Liv", &[("name", "Vik"), ("name", "Liv")]);
        check("Vik, Liv", &[("name", "Vik"), ("name", "Liv")]);
    }

    #[test]
    fn letters_that_a_keyboard_lacks_are_meant_too() {
        check("Ase", &[("name", "Ase,åse,æse")]);
        check("Sorby", &[("name", "Sorby,Sørby")]);
        check("Åse", &[("name", "Åse")]);
    }

    #[test]
    fn spellings_and_words_have_a_number() {
        assert!(spellings("anastasia-aurora-alma").len() <= SPELLINGS_MAX);
        assert_eq!(spellings("aa").len(), 9);
        assert_eq!(query("a b c d e f").len(), WORDS_MAX);
        assert_eq!(query("b c d e f g h i").len(), WORDS_MAX);
    }

    #[test]
    fn what_has_a_meaning_in_a_query_has_none_in_a_name() {
        check("x|y$z\\", &[("name", "x\\|y\\$z\\\\")]);
    }
}
