//! The data lists beside the code, read once: names, streets, conditions, medicines, measures, vaccines, growth.
//!
//! A line that cannot be read is left out; a test counts them. Each list's first lines say where it comes from.

use std::sync::LazyLock;

/// What somebody may live with.
pub(super) struct Condition {
    /// Codes with their texts.
    pub icpc: (&'static str, &'static str),
    pub icd: (&'static str, &'static str),
    /// From which age to which.
    pub ages: (i32, i32),
    /// `F`, `M` or `*`.
    pub gender: &'static str,
    /// Per thousand at home, and per thousand in care.
    pub often: (u32, u32),
    pub medicines: Vec<&'static Medicine>,
    pub measures: Vec<&'static Measure>,
    /// Laboratory tests by key.
    pub tests: Vec<&'static str>,
}

/// What brings somebody to the doctor for a while.
pub(super) struct Episode {
    pub icpc: (&'static str, &'static str),
    pub icd: (&'static str, &'static str),
    pub ages: (i32, i32),
    pub gender: &'static str,
    pub weight: u32,
    /// A course of a medicine, with its days.
    pub course: Option<(&'static Medicine, i32)>,
    /// What is told, found and done.
    pub told: [&'static str; 3],
}

/// A medicine as it is prescribed here.
pub(super) struct Medicine {
    pub atc: &'static str,
    pub substance: &'static str,
    pub product: &'static str,
    pub dose: &'static str,
    pub unit: &'static str,
    pub amount: u32,
    /// Hours of the day; none: as needed, or seldom.
    pub hours: Vec<i32>,
}

/// Something that home care or a nursing home does.
pub(super) struct Measure {
    pub key: &'static str,
    pub name: &'static str,
    pub how: &'static str,
    pub minutes: i32,
    pub hours: Vec<i32>,
}

/// A dose of the child vaccination programme.
pub(super) struct Vaccine {
    /// Due so many days after birth.
    pub days: i32,
    pub atc: &'static str,
    pub name: &'static str,
    pub dose: u32,
    pub against: &'static str,
}

/// Median and coefficient of variation.
pub(super) type Spread = (f64, f64);

/// Growth at an age in months: weight, height and head of girls, then of boys.
pub(super) struct Growth {
    pub months: f64,
    pub of: [[Spread; 3]; 2],
}

/// Names of a group.
pub(super) struct Names {
    pub origin: &'static str,
    /// `F`, `M`, or `X` for family names.
    pub kind: &'static str,
    pub cohort: &'static str,
    pub names: Vec<&'static str>,
}

/// Streets with one postal code.
pub(super) struct Streets {
    pub town: usize,
    pub code: &'static str,
    pub place: &'static str,
    pub streets: Vec<&'static str>,
}

/// All lists.
pub(super) struct Lists {
    pub names: Vec<Names>,
    pub streets: Vec<Streets>,
    pub conditions: Vec<Condition>,
    pub episodes: Vec<Episode>,
    pub vaccines: Vec<Vaccine>,
    pub growth: Vec<Growth>,
    /// Of each town: inhabitants by five years of age.
    pub ages: Vec<(u32, Vec<u32>)>,
    pub functions: Vec<&'static str>,
}

/// The lists.
pub(super) static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists {
    names: read(include_str!("lists/names.txt"), names),
    streets: read(include_str!("lists/streets.txt"), streets),
    conditions: read(include_str!("lists/conditions.txt"), condition),
    episodes: read(include_str!("lists/episodes.txt"), episode),
    vaccines: read(include_str!("lists/vaccines.txt"), vaccine),
    growth: read(include_str!("lists/growth.txt"), growth),
    ages: read(include_str!("lists/population.txt"), ages),
    functions: read(include_str!("lists/function.txt"), Some),
});
static MEDICINES: LazyLock<Vec<Medicine>> = LazyLock::new(|| read(include_str!("lists/medicines.txt"), medicine));
static MEASURES: LazyLock<Vec<Measure>> = LazyLock::new(|| read(include_str!("lists/measures.txt"), measure));

/// A medicine by its code.
pub(super) fn medicine_of(atc: &str) -> Option<&'static Medicine> {
    MEDICINES.iter().find(|medicine| medicine.atc == atc)
}

/// A measure by its key.
pub(super) fn measure_of(key: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.key == key)
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn read<T>(text: &'static str, of: fn(&'static str) -> Option<T>) -> Vec<T> {
    lines(text).filter_map(of).collect()
}

fn fields<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    line.split('|').collect::<Vec<_>>().try_into().ok()
}

fn names(line: &'static str) -> Option<Names> {
    let (group, names) = line.split_once(": ")?;
    let [origin, kind, cohort] = group.split(' ').collect::<Vec<_>>().try_into().ok()?;
    Some(Names { origin, kind, cohort, names: names.split_whitespace().collect() })
}

fn streets(line: &'static str) -> Option<Streets> {
    let (head, streets) = line.split_once(": ")?;
    let [town, code, place] = fields(head)?;
    Some(Streets { town: town.parse().ok()?, code, place, streets: streets.split(';').collect() })
}

fn range(text: &str) -> Option<(i32, i32)> {
    let (from, to) = text.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn condition(line: &'static str) -> Option<Condition> {
    let [icpc, name, icd, diagnosis, ages, gender, home, care, medicines, measures, tests] = fields(line)?;
    Some(Condition {
        icpc: (icpc, name),
        icd: (icd, diagnosis),
        ages: range(ages)?,
        gender,
        often: (home.parse().ok()?, care.parse().ok()?),
        medicines: medicines.split_whitespace().filter_map(medicine_of).collect(),
        measures: measures.split_whitespace().filter_map(measure_of).collect(),
        tests: tests.split_whitespace().collect(),
    })
}

fn episode(line: &'static str) -> Option<Episode> {
    let [icpc, name, icd, diagnosis, ages, gender, weight, atc, days, told, found, done] = fields(line)?;
    let course = medicine_of(atc).zip(days.parse().ok());
    Some(Episode {
        icpc: (icpc, name),
        icd: (icd, diagnosis),
        ages: range(ages)?,
        gender,
        weight: weight.parse().ok()?,
        course,
        told: [told, found, done],
    })
}

fn hours(text: &str) -> Vec<i32> {
    text.split(',').filter_map(|hour| hour.parse().ok()).collect()
}

fn medicine(line: &'static str) -> Option<Medicine> {
    let [atc, substance, product, dose, unit, amount, times] = fields(line)?;
    Some(Medicine { atc, substance, product, dose, unit, amount: amount.parse().ok()?, hours: hours(times) })
}

fn measure(line: &'static str) -> Option<Measure> {
    let [key, name, how, minutes, times] = fields(line)?;
    Some(Measure { key, name, how, minutes: minutes.parse().ok()?, hours: hours(times) })
}

fn vaccine(line: &'static str) -> Option<Vaccine> {
    let [months, atc, name, dose, against] = fields(line)?;
    let months: f64 = months.parse().ok()?;
    Some(Vaccine { days: (months * 30.44) as i32, atc, name, dose: dose.parse().ok()?, against })
}

fn growth(line: &'static str) -> Option<Growth> {
    let [months, girls, boys] = fields(line)?;
    let spreads = |text: &str| -> Option<[Spread; 3]> {
        let numbers: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let [w, ws, h, hs, c, cs] = numbers.try_into().ok()?;
        Some([(w, ws), (h, hs), (c, cs)])
    };
    Some(Growth { months: months.parse().ok()?, of: [spreads(girls)?, spreads(boys)?] })
}

fn ages(line: &'static str) -> Option<(u32, Vec<u32>)> {
    let (head, bands) = line.split_once(": ")?;
    let [_, inhabitants] = fields(head)?;
    Some((inhabitants.parse().ok()?, bands.split_whitespace().filter_map(|band| band.parse().ok()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let check = |text: &'static str, read: usize| assert_eq!(lines(text).count(), read);
        check(include_str!("lists/names.txt"), LISTS.names.len());
        check(include_str!("lists/streets.txt"), LISTS.streets.len());
        check(include_str!("lists/conditions.txt"), LISTS.conditions.len());
        check(include_str!("lists/episodes.txt"), LISTS.episodes.len());
        check(include_str!("lists/medicines.txt"), MEDICINES.len());
        check(include_str!("lists/measures.txt"), MEASURES.len());
        check(include_str!("lists/vaccines.txt"), LISTS.vaccines.len());
        check(include_str!("lists/growth.txt"), LISTS.growth.len());
        check(include_str!("lists/population.txt"), LISTS.ages.len());
        assert_eq!(LISTS.functions.len(), 20);
    }

    #[test]
    fn every_medicine_and_measure_named_is_there() {
        for (text, column) in [(include_str!("lists/conditions.txt"), 8), (include_str!("lists/episodes.txt"), 7)] {
            for code in lines(text).filter_map(|line| line.split('|').nth(column)).flat_map(str::split_whitespace) {
                assert!(medicine_of(code).is_some(), "{code}");
            }
        }
        for line in lines(include_str!("lists/conditions.txt")) {
            for key in line.split('|').nth(9).unwrap().split_whitespace() {
                assert!(measure_of(key).is_some(), "{key}");
            }
        }
    }
}
