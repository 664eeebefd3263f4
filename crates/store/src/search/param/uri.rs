//! Addresses: compared letter by letter. `:above` and `:below` go by the segments of URLs; URNs have none.
//!
//! Spec: <https://hl7.org/fhir/R4/search.html#uri>.

use akson_fhir::json::Value;

use super::string::after_prefix;
use crate::search::collect::Collector;
use crate::search::expr::{Expr, Test, UriTest};
use crate::search::read::Asked;
use crate::search::sql::{At, Sql};

/// How many addresses above one are looked for.
const ABOVE_MAX: usize = 64;

/// Reads a value.
pub fn parse(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    let plain = asked.plain(text)?;
    if plain.is_empty() {
        return Err("an address is missing".to_string());
    }
    let hierarchical = plain.contains("://") && !plain.starts_with("urn:");
    let test = match asked.modifier {
        None => UriTest::Is(plain),
        Some("contains") => UriTest::Contains(plain),
        Some("above" | "below") if !hierarchical => return Ok(Expr::NOTHING),
        Some("above") => UriTest::Above(above(&plain)),
        Some("below") => UriTest::Below(plain),
        Some(_) => return Err(asked.wrong_modifier("missing, above, below, contains")),
    };
    Ok(asked.test(Test::Uri(test)))
}

/// The address and what stands above it, segment by segment.
fn above(url: &str) -> Vec<String> {
    let start = url.find("://").map_or(0, |at| at + 3);
    let mut found = vec![url.to_string()];
    for (at, _) in url.char_indices().rev().filter(|(at, c)| *at > start && matches!(c, '/' | '#' | '?' | '|')) {
        if found.len() + 2 > ABOVE_MAX {
            break;
        }
        found.push(url[..=at].to_string());
        found.push(url[..at].to_string());
    }
    found.dedup();
    found
}

/// Indexes a value.
pub fn index(into: &mut Collector<'_>, param: i32, value: Value<'_>) {
    if let Some(text) = value.as_str() {
        into.address(param, &text);
    }
}

/// The condition on a row `alias` of the table of tokens.
pub fn condition(sql: &mut Sql<'_>, alias: &str, rows: &[i32], test: &UriTest) {
    sql.push(alias).push(".code");
    match test {
        UriTest::Is(url) => {
            let code = sql.hashes.code(url);
            sql.push(" = ").int(code);
        }
        UriTest::Above(urls) => {
            let codes: Vec<i64> = urls.iter().map(|url| sql.hashes.code(url)).collect();
            sql.one_of(&codes);
        }
        UriTest::Below(url) => {
            sql.push(" IN (SELECT w.code FROM word w WHERE w.param").among(rows);
            sql.push(" AND (w.text = ").text(url);
            let below = if url.ends_with('/') { url.clone() } else { format!("{url}/") };
            sql.push(" OR (w.text >= ").text(&below);
            if let Some(end) = after_prefix(&below) {
                sql.push(" AND w.text < ").text(&end);
            }
            sql.push(")))");
        }
        UriTest::Contains(text) => {
            sql.push(" IN (SELECT w.code FROM word w WHERE w.param").among(rows);
            sql.push(" AND instr(w.text, ").text(text).push(") > 0)");
        }
    }
}

/// The whole condition at a place.
pub fn sql(sql: &mut Sql<'_>, at: &At, rows: &[i32], test: &UriTest) {
    sql.push("EXISTS (SELECT 1 FROM token t WHERE t.param").among(rows).push(" AND ");
    condition(sql, "t", rows, test);
    sql.push(" AND t.part = ").push(&at.part).push(" AND t.rid = ").push(&at.rid).push(")");
}
