//! Text: names, addresses, descriptions. Compared folded (`fold`), by its beginning unless a modifier says otherwise.
//!
//! Spec: <https://hl7.org/fhir/R4/search.html#string>.

use akson_fhir::json::Value;

use crate::search::collect::Collector;
use crate::search::expr::{Expr, StringTest, Test};
use crate::search::fold::fold;
use crate::search::read::Asked;
use crate::search::sql::{At, Sql};

/// Reads a value.
pub fn parse(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    let plain = asked.plain(text)?;
    let folded = fold(&plain);
    if folded.is_empty() {
        return Err("a text to look for is missing".to_string());
    }
    let test = match asked.modifier {
        None => StringTest::Starts(folded),
        Some("contains") => StringTest::Contains(folded),
        Some("exact") => StringTest::Exact(plain),
        Some(_) => return Err(asked.wrong_modifier("missing, exact, contains")),
    };
    Ok(asked.test(Test::String(test)))
}

/// Indexes a value: a plain text, or the parts of a name or an address.
pub fn index(into: &mut Collector<'_>, param: i32, value: Value<'_>, type_name: &str) {
    let parts: &[&str] = match type_name {
        "HumanName" => &["text", "family", "given", "prefix", "suffix"],
        "Address" => &["text", "line", "city", "district", "state", "postalCode", "country"],
        _ => {
            if let Some(text) = value.as_str() {
                into.string(param, &text);
            }
            return;
        }
    };
    for part in parts.iter().filter_map(|part| value.get(part)) {
        if let Some(text) = part.as_str() {
            into.string(param, &text);
        }
        for text in part.items().filter_map(Value::as_str) {
            into.string(param, &text);
        }
    }
}

/// The condition on a row `alias` of the table of texts.
pub fn condition(sql: &mut Sql<'_>, alias: &str, test: &StringTest) {
    match test {
        StringTest::Starts(text) => {
            sql.push(alias).push(".text >= ").text(text);
            if let Some(end) = after_prefix(text) {
                sql.push(" AND ").push(alias).push(".text < ").text(&end);
            }
        }
        StringTest::Equals(text) => {
            sql.push(alias).push(".text = ").text(text);
        }
        StringTest::Exact(text) => {
            let exact = sql.hashes.code(text);
            sql.push(alias).push(".text = ").text(&fold(text));
            sql.push(" AND ").push(alias).push(".exact = ").int(exact);
        }
        StringTest::Contains(text) => {
            sql.push(alias).push(".text LIKE ").text(&format!("%{}%", like(text))).push(" ESCAPE '\\'");
        }
        StringTest::Ends(text) => {
            sql.push(alias).push(".text LIKE ").text(&format!("%{}", like(text))).push(" ESCAPE '\\'");
        }
    }
}

/// The whole condition at a place. A text cannot be probed by its resource, so the rows are gathered once.
pub fn sql(sql: &mut Sql<'_>, at: &At, rows: &[i32], test: &StringTest) {
    sql.push("(")
        .push(&at.part)
        .push(", ")
        .push(&at.rid)
        .push(") IN (SELECT s.part, s.rid FROM string s WHERE s.param");
    sql.among(rows).push(" AND ");
    condition(sql, "s", test);
    sql.push(")");
}

fn like(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// The first text after all that begin with this one; none if there is none.
pub fn after_prefix(text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    while let Some(last) = letters.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            other => char::from_u32(other as u32 + 1),
        };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_text() {
        assert_eq!(after_prefix("ab").unwrap(), "ac");
        assert_eq!(after_prefix("a\u{10ffff}").unwrap(), "b");
        assert_eq!(after_prefix("\u{d7ff}").unwrap(), "\u{e000}");
        assert!(after_prefix("\u{10ffff}").is_none());
    }
}
