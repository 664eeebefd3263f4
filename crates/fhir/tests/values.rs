//! Units held against FHIR's value set of common UCUM units, which lies outside the project, and readers of values
//! against texts bent by chance.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use akson_fhir::json::{Tree, Value};
use akson_fhir::value::date::{DateTime, Step, Time, Zone};
use akson_fhir::value::decimal::{Decimal, DecimalRange};
use akson_fhir::value::quantity::Quantity;
use akson_fhir::value::ucum::Canonical;

#[test]
fn the_common_units_have_a_canonical_form() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let root = std::env::var_os("AKSON_SHARED").map_or_else(|| beside.into(), std::path::PathBuf::from);
    let Ok(text) = std::fs::read(root.join("data/r4/definitions/valuesets.json")) else {
        println!("skipped: no shared data");
        return;
    };
    let tree = Tree::parse(&text).unwrap();
    let id = |value: Value<'_>| value.get("id").and_then(Value::str).map(str::to_string);
    let mut entries = tree.root().get("entry").unwrap().items().filter_map(|entry| entry.get("resource"));
    let common = entries.find(|resource| id(*resource).as_deref() == Some("ucum-common")).unwrap();
    let include = common.get("compose").unwrap().get("include").unwrap().items();
    let (mut total, mut unknown) = (0, Vec::new());
    for concept in include.filter_map(|include| include.get("concept")).flat_map(Value::items) {
        let code = concept.get("code").unwrap().as_str().unwrap().into_owned();
        total += 1;
        if Canonical::parse(&code).is_none() {
            unknown.push(code);
        }
    }
    println!("{} of {total} common units have a canonical form", total - unknown.len());
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn no_text_makes_a_reader_of_values_panic() {
    let seeds = [
        "2024-05-17T10:30:15.250+02:00",
        "9999-12-31",
        "0001-01-01T00:00:00Z",
        "2024-02-29",
        "14:30:05.123",
        "-1.50",
        "1e2",
        "1e-38",
        "170141183460469231731687303715884105727",
        "-99999999999999999999999999999999999999",
        "0.00000000000000000001",
        "mL/min/(173.10*-2.m2)",
        "mm[Hg]",
        "10*3/uL",
        "kg.m/s2",
        "{a}/[HPF]",
        "4 'mg'",
        "7 days",
        "10^99",
        "m99",
    ];
    let letters: Vec<char> = "0123456789-+.:TZeE/()[]{}'*^ mgLæ\u{1F600}\0".chars().collect();
    let mut state = 7_u64;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let mut last = Decimal::ONE;
    for _ in 0..40_000 {
        let mut text: Vec<char> = seeds[below(seeds.len())].chars().collect();
        for _ in 0..below(4) {
            let at = below(text.len() + 1);
            if below(2) == 0 && at < text.len() {
                text.remove(at);
            } else {
                text.insert(at, letters[below(letters.len())]);
            }
        }
        let text: String = text.into_iter().collect();
        if let Some(date) = DateTime::parse(&text) {
            assert_eq!(DateTime::parse(&date.to_string()), Some(date), "{text}");
            let _ =
                (date.range(Zone(-720)), date.plus(Step::Months(i64::MIN)), date.plus(Step::Milliseconds(i64::MAX)));
        }
        let _ = Time::parse(&text).map(|time| time.plus(i64::MIN));
        let _ = DecimalRange::parse(&text);
        if let Ok(number) = Decimal::parse(&text) {
            assert_eq!(Decimal::parse(&number.to_string()), Ok(number), "{text}");
            let _ = (
                number.plus(last),
                number.times(last),
                number.divided_by(last),
                number.remainder(last),
                number.cmp(&last),
            );
            let _ = (number.whole_quotient(last), number.floor(), number.ceiling(), number.rounded(2), number.to_f64());
            last = number;
        }
        let _ = Canonical::parse(&text).map(|canonical| canonical.value(last));
        if let Some(quantity) = Quantity::parse(&text) {
            let other = Quantity::number(last);
            let _ = (quantity.step(), quantity.compare(&other), quantity.times(&other), quantity.divided_by(&other));
        }
    }
}
