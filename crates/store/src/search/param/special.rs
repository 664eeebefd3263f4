//! Positions: `near=latitude|longitude|distance|units`.
//!
//! Distances are taken on a plane around the asked position, which is exact enough for some hundred kilometres.
//! Spec: <https://hl7.org/fhir/R4/location.html#positional>.

use akson_fhir::json::Value;

use crate::search::collect::Collector;
use crate::search::expr::{Expr, NearTest, Test};
use crate::search::read::Asked;
use crate::search::rows::PairRow;
use crate::search::split::{plain, split};
use crate::search::sql::{At, Sql};

/// How near is near when nothing is said, and the farthest that can be asked for.
const DISTANCE_KM: f64 = 10.0;
const DISTANCE_KM_MAX: f64 = 1_000.0;
const DEGREE_KM: f64 = 111.195;

/// Reads a value.
pub fn parse(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    let wrong = || "a position is written latitude|longitude or latitude|longitude|distance|km".to_string();
    let pieces: Vec<String> = split(text, '|').into_iter().map(plain).collect::<Result<_, _>>()?;
    if asked.parameter.code != "near" || asked.modifier.is_some() || !(2..=4).contains(&pieces.len()) {
        return Err(wrong());
    }
    let number = |at: usize| pieces[at].parse::<f64>().ok().filter(|n| n.is_finite()).ok_or_else(wrong);
    let (latitude, longitude) = (number(0)?, number(1)?);
    let written = if pieces.len() > 2 && !pieces[2].is_empty() { number(2)? } else { DISTANCE_KM };
    let factor = match pieces.get(3).map(String::as_str) {
        None | Some("" | "km") => 1.0,
        Some("m") => 0.001,
        Some("mi" | "[mi_us]" | "[mi_i]") => 1.609_344,
        Some(_) => return Err("distances are in km, m or mi".to_string()),
    };
    let distance_km = written * factor;
    if !(-90.0..=90.0).contains(&latitude)
        || !(-180.0..=180.0).contains(&longitude)
        || !(0.0..=DISTANCE_KM_MAX).contains(&distance_km)
    {
        return Err(format!(
            "a position is within 90 degrees north or south and 180 east or west, a distance at most {DISTANCE_KM_MAX} km"
        ));
    }
    Ok(asked.test(Test::Near(NearTest { latitude, longitude, distance_km })))
}

/// Indexes a position.
pub fn index(into: &mut Collector<'_>, param: i32, value: Value<'_>) {
    let degrees = |key: &str| value.get(key)?.number()?.parse::<f64>().ok();
    if let (Some(north), Some(east)) = (degrees("latitude"), degrees("longitude")) {
        let row = PairRow {
            param,
            a: 0,
            a_system: 0,
            b: 0,
            b_system: 0,
            low: north,
            high: east,
            raw_low: 0.0,
            raw_high: 0.0,
            target: None,
        };
        into.pair(row);
    }
}

/// The whole condition at a place.
pub fn sql(sql: &mut Sql<'_>, at: &At, rows: &[i32], test: &NearTest) {
    let narrow = test.latitude.to_radians().cos();
    let east_km = DEGREE_KM * narrow;
    sql.push("EXISTS (SELECT 1 FROM pair c WHERE c.param")
        .among(rows)
        .push(" AND c.a = 0 AND c.part = ")
        .push(&at.part);
    sql.push(" AND c.rid = ")
        .push(&at.rid)
        .push(" AND (c.low - ")
        .real(test.latitude)
        .push(") * (c.low - ")
        .real(test.latitude);
    sql.push(") * ")
        .real(DEGREE_KM * DEGREE_KM)
        .push(" + (c.high - ")
        .real(test.longitude)
        .push(") * (c.high - ")
        .real(test.longitude);
    sql.push(") * ").real(east_km * east_km).push(" <= ").real(test.distance_km * test.distance_km).push(")");
}
