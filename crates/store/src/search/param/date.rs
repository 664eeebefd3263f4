//! Times: dates, instants and periods as half-open spans of milliseconds.
//!
//! A partial date stands for its whole span; a date without a zone is taken in the zone the reader gives. Of a Timing
//! only the outer limits count. `ap` means overlap with the span widened by a tenth of its distance from now.
//! Spec: <https://hl7.org/fhir/R4/search.html#date>.

use akson_fhir::json::Value;
use akson_fhir::value::date::{DateRange, Zone};

use crate::search::collect::Collector;
use crate::search::expr::{DateTest, Expr, Prefix, Test};
use crate::search::read::{Asked, prefix};
use crate::search::sql::{At, Sql};

/// The beginning of what has none.
pub const BEGINNING: i64 = -(1 << 52);
/// The end of what has none.
pub const END: i64 = 1 << 52;
/// Longer than any date that is written as a point, a year included.
pub const SHORT_MS: i64 = 367 * 86_400_000;

/// Reads a value.
pub fn parse(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    if asked.modifier.is_some() {
        return Err(asked.wrong_modifier("missing"));
    }
    Ok(asked.test(Test::Date(test(asked, text)?)))
}

/// Reads a time with its prefix.
pub fn test(asked: &Asked<'_>, text: &str) -> Result<DateTest, String> {
    let plain = asked.plain(text)?;
    let (prefix, rest) = prefix(&plain);
    test_of(prefix, rest, asked.reading.zone, asked.reading.now_ms)
}

/// A time after its prefix.
pub fn test_of(prefix: Prefix, text: &str, zone: Zone, now_ms: i64) -> Result<DateTest, String> {
    // A plus that was not escaped in the address arrives as a blank.
    let repaired = text.replace(' ', "+");
    let range = DateRange::parse(&repaired, zone).ok_or_else(|| {
        "a date is written 2024, 2024-05, 2024-05-17 or 2024-05-17T10:30:00+02:00, after eq ne gt lt ge le sa eb ap or nothing".to_string()
    })?;
    if prefix != Prefix::Ap {
        return Ok(DateTest { prefix, low: range.low, high: range.high });
    }
    let slack = (now_ms - range.low).abs() / 10;
    Ok(DateTest { prefix, low: range.low - slack, high: range.high + slack })
}

/// Indexes a date, dateTime, instant, Period or Timing.
pub fn index(into: &mut Collector<'_>, param: i32, value: Value<'_>, type_name: &str) {
    let span = match type_name {
        "Period" => period(value, into.zone),
        "Timing" => timing(value, into.zone),
        _ => value.as_str().and_then(|text| DateRange::parse(&text, into.zone)).map(|range| (range.low, range.high)),
    };
    if let Some((low, high)) = span {
        into.date(param, low, high);
    }
}

fn point(value: Option<Value<'_>>, zone: Zone) -> Option<DateRange> {
    DateRange::parse(&value?.as_str()?, zone)
}

fn period(value: Value<'_>, zone: Zone) -> Option<(i64, i64)> {
    let (start, end) = (point(value.get("start"), zone), point(value.get("end"), zone));
    if start.is_none() && end.is_none() {
        return None;
    }
    let low = start.map_or(BEGINNING, |range| range.low);
    let high = end.map_or(END, |range| range.high);
    // A period that ends before it begins is taken as its beginning.
    Some(if high > low { (low, high) } else { (low, start.map_or(low + 1, |range| range.high)) })
}

fn timing(value: Value<'_>, zone: Zone) -> Option<(i64, i64)> {
    let events = value.get("event").into_iter().flat_map(|list| list.items());
    let mut spans: Vec<(i64, i64)> =
        events.filter_map(|event| point(Some(event), zone)).map(|range| (range.low, range.high)).collect();
    if let Some(bounds) = value.get("repeat").and_then(|repeat| repeat.get("boundsPeriod")) {
        spans.extend(period(bounds, zone));
    }
    let low = spans.iter().map(|span| span.0).min()?;
    Some((low, spans.iter().map(|span| span.1).max()?))
}

/// The condition on two terms that are the beginning and the end of a span. `short`: the span is at most a year.
pub fn condition(sql: &mut Sql<'_>, lo: &str, hi: &str, test: DateTest, short: bool) {
    let (low, high) = (test.low, test.high);
    match test.prefix {
        Prefix::Eq => {
            sql.push(lo).push(" >= ").int(low).push(" AND ").push(lo).push(" < ").int(high);
            sql.push(" AND ").push(hi).push(" <= ").int(high);
        }
        Prefix::Ne => {
            sql.push("(").push(lo).push(" < ").int(low).push(" OR ").push(hi).push(" > ").int(high).push(")");
        }
        Prefix::Gt => {
            bounded(sql, lo, high, short);
            sql.push(hi).push(" > ").int(high);
        }
        Prefix::Lt => {
            sql.push(lo).push(" < ").int(low);
        }
        Prefix::Ge => {
            bounded(sql, lo, low, short);
            sql.push("(").push(hi).push(" > ").int(high).push(" OR (");
            sql.push(lo).push(" >= ").int(low).push(" AND ").push(hi).push(" <= ").int(high).push("))");
        }
        Prefix::Le => {
            sql.push(lo).push(" < ").int(high).push(" AND (").push(lo).push(" < ").int(low);
            sql.push(" OR ").push(hi).push(" <= ").int(high).push(")");
        }
        Prefix::Sa => {
            sql.push(lo).push(" >= ").int(high);
        }
        Prefix::Eb => {
            bounded_above(sql, lo, low);
            sql.push(hi).push(" <= ").int(low);
        }
        Prefix::Ap | Prefix::Po => {
            bounded(sql, lo, low, short);
            sql.push(lo).push(" < ").int(high).push(" AND ").push(hi).push(" > ").int(low);
        }
    }
}

/// What ends after a moment begins at most a year before it, if it is short: this lets an index be used.
fn bounded(sql: &mut Sql<'_>, lo: &str, moment: i64, short: bool) {
    if short {
        sql.push(lo).push(" > ").int(moment - SHORT_MS).push(" AND ");
    }
}

fn bounded_above(sql: &mut Sql<'_>, lo: &str, moment: i64) {
    sql.push(lo).push(" < ").int(moment).push(" AND ");
}

/// The whole condition at a place: gathered once where the part is known, probed within the part otherwise.
pub fn sql(sql: &mut Sql<'_>, at: &At, rows: &[i32], test: DateTest, short: bool) {
    within(sql, at, "date", rows);
    condition(sql, "v.lo", "v.lo + v.span", test, short);
    sql.push(")");
}

/// Opens a condition on rows `v` of a table that is ordered by part; the caller writes the rest and closes it.
pub fn within(sql: &mut Sql<'_>, at: &At, table: &str, rows: &[i32]) {
    if let Some(part) = at.fixed_part {
        // Not a way into the driving table: its own few rows are looked up in the list, not the other way round.
        sql.push(&at.rid).push(" + 0 IN (SELECT v.rid FROM ").push(table).push(" v WHERE v.param").among(rows);
        sql.push(" AND v.part = ").int(part).push(" AND ");
        if let Some(few) = &at.few {
            // A list of few is made sooner than one of all that a patient has.
            sql.push("v.rid IN (SELECT w.rid FROM ").push(few.table).push(" w WHERE w.param").among(&few.rows);
            sql.push(" AND w.").push(few.column).push(" = ").int(few.value);
            sql.push(" AND w.part = ").int(part).push(") AND ");
        }
    } else {
        sql.push("EXISTS (SELECT 1 FROM ").push(table).push(" v WHERE v.param").among(rows);
        sql.push(" AND v.part = ").push(&at.part).push(" AND v.rid = ").push(&at.rid).push(" AND ");
    }
}
