//! Names that are nearest to a mistyped one, for messages.

/// How many names a message shows.
const SHOWN: usize = 5;
/// Longer names are not compared.
const LENGTH_MAX: usize = 64;

/// "nearest are a, b, c", or all names if there are few.
pub fn said<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut ranked: Vec<(usize, &str)> = known.map(|name| (distance(wrong, name), name)).collect();
    ranked.sort_unstable();
    let names: Vec<&str> = ranked.into_iter().take(SHOWN).map(|(_, name)| name).collect();
    format!("the nearest are {}", names.join(", "))
}

/// How many letters have to be changed, added or left out.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(LENGTH_MAX).collect();
    let other: Vec<char> = other.chars().take(LENGTH_MAX).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (n, letter) in one.iter().enumerate() {
        let mut before = row[0];
        row[0] = n + 1;
        for m in 0..other.len() {
            let change = before + usize::from(*letter != other[m]);
            before = row[m + 1];
            row[m + 1] = change.min(row[m] + 1).min(before + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first() {
        assert_eq!(distance("birthdat", "birthdate"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert!(said("nmae", ["gender", "name", "family"].into_iter()).starts_with("the nearest are name"));
    }
}
