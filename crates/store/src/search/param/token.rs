//! Tokens: codes, identifiers, flags, telephone numbers.
//!
//! `code`, `|code`, `system|code` and `system|`. A bare code element belongs to the systems of the value set bound to it.
//! For `:text` the text and the displays of a concept are kept as rows of their own, marked by their system.
//! Spec: <https://hl7.org/fhir/R4/search.html#token>.

use akson_fhir::codes::Cannot;
use akson_fhir::json::{Kind, Value};

use super::string::after_prefix;
use crate::search::collect::Collector;
use crate::search::expr::{Expr, System, Test, TokenTest};
use crate::search::fold::fold;
use crate::search::read::Asked;
use crate::search::registry::Parameter;
use crate::search::split::{plain, split};
use crate::search::sql::{At, Sql};

/// The system under which texts of codes are kept.
pub const TEXT: i64 = 1;
/// The system under which kinds of identifiers are kept.
pub const OF_TYPE: i64 = 2;
/// How many codes a value set or a hierarchy may have to be searched.
pub const CODES_MAX: usize = 5_000;
/// Codes of this type are found in small and capital letters.
const TEXT_TYPE: &str = "string";
const SPECIAL_VALUES: &str = "http://terminology.hl7.org/CodeSystem/special-values";

/// Reads a value.
pub fn parse(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    let token = |test: TokenTest| asked.test(Test::Token(test));
    match asked.modifier {
        None | Some("not") => Ok(Expr::any(as_text(asked, test(asked, text)?).into_iter().map(token).collect())),
        Some("text") => {
            let folded = fold(&asked.plain(text)?);
            if folded.is_empty() {
                return Err("a text to look for is missing".to_string());
            }
            Ok(token(TokenTest::Text(folded)))
        }
        Some("of-type") => match split(text, '|').as_slice() {
            [system, code, value] if !code.is_empty() && !value.is_empty() => {
                Ok(token(TokenTest::OfType(plain(system)?, plain(code)?, plain(value)?)))
            }
            _ => Err("an identifier of a kind is written system|code|value".to_string()),
        },
        Some("in" | "not-in") => in_value_set(asked, &asked.plain(text)?).map(token),
        Some(direction @ ("above" | "below")) => related(asked, test(asked, text)?, direction == "below").map(token),
        Some(_) => Err(asked.wrong_modifier("missing, not, text, in, not-in, above, below, of-type")),
    }
}

/// A code; where the element may be a string, also in small letters, since strings are found in any case.
fn as_text(asked: &Asked<'_>, test: TokenTest) -> Vec<TokenTest> {
    let small = match &test {
        TokenTest::Code(system, code) if asked.parameter.value_types.contains(&TEXT_TYPE) => {
            Some(TokenTest::Code(system.clone(), code.to_lowercase()))
        }
        _ => None,
    };
    let small = small.filter(|small| *small != test);
    std::iter::once(test).chain(small).collect()
}

/// Reads `code`, `|code`, `system|code` or `system|`.
pub fn test(asked: &Asked<'_>, text: &str) -> Result<TokenTest, String> {
    match split(text, '|').as_slice() {
        [code] if !code.is_empty() => Ok(TokenTest::Code(System::Any, plain(code)?)),
        ["", code] if !code.is_empty() => Ok(TokenTest::Code(System::None, plain(code)?)),
        [system, ""] if !system.is_empty() => Ok(TokenTest::System(plain(system)?)),
        [system, code] if !code.is_empty() => {
            let (system, code) = (plain(system)?, plain(code)?);
            Ok(implied(asked.parameter, system, code))
        }
        _ => Err("a token is written code, system|code, |code or system|".to_string()),
    }
}

/// A bare code element has no system of its own: where the one asked for is implied, the code alone decides.
fn implied(parameter: &Parameter, system: String, code: String) -> TokenTest {
    let is_flag = system == SPECIAL_VALUES && matches!(code.as_str(), "true" | "false");
    if is_flag {
        return TokenTest::Code(System::None, code);
    }
    if parameter.systems().contains(&system.as_str()) && is_bare(parameter) {
        return TokenTest::Code(System::None, code);
    }
    TokenTest::Code(System::Is(system), code)
}

fn is_bare(parameter: &Parameter) -> bool {
    parameter.value_types.iter().all(|name| *name == "code")
}

/// The codes of a value set, given by its address or as `ValueSet/id`.
fn in_value_set(asked: &Asked<'_>, url: &str) -> Result<TokenTest, String> {
    let own = url.strip_prefix(asked.reading.base).filter(|_| !asked.reading.base.is_empty());
    let url = own.map_or(url, |rest| rest.trim_start_matches('/'));
    let set = (asked.reading.codes)().expand(url).map_err(|cannot| match cannot {
        Cannot::Unknown(_) if url.contains("?fhir_vs") => {
            "value sets that a code system implies (?fhir_vs) are not known here; give a ValueSet that lists its codes"
                .to_string()
        }
        Cannot::Unknown(ref other) if other == url => cannot.to_string(),
        _ => format!("the value set {} cannot be expanded here: {cannot}", shown(url)),
    })?;
    if set.len() > CODES_MAX {
        return Err(format!("the value set {} has more than {CODES_MAX} codes", shown(url)));
    }
    let (bare, systems) = (is_bare(asked.parameter), asked.parameter.systems());
    // A bare code belongs to the systems of the value set bound to it, and to no other.
    let fits = |system: &str| !bare || systems.is_empty() || systems.contains(&system);
    let listed = set.iter().filter(|(system, _)| fits(system));
    let listed = listed.map(|(system, code)| (if bare { String::new() } else { system.to_string() }, code.to_string()));
    Ok(TokenTest::Among(listed.collect()))
}

fn shown(url: &str) -> String {
    url.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// The codes below or above one in its code system, itself included.
fn related(asked: &Asked<'_>, test: TokenTest, below: bool) -> Result<TokenTest, String> {
    let codes = (asked.reading.codes)();
    let walk = |system: &str, code: &str| if below { codes.below(system, code) } else { codes.above(system, code) };
    let found: Vec<(String, String)> = match test {
        TokenTest::Code(System::Is(system), code) => {
            let found = walk(&system, &code).ok_or_else(|| {
                format!("the hierarchy of the code system {} is not known here in full", shown(&system))
            })?;
            found.into_iter().map(|code| (system.clone(), code)).collect()
        }
        TokenTest::Code(_, code) if is_bare(asked.parameter) && !asked.parameter.systems().is_empty() => {
            let found = asked.parameter.systems().iter().filter_map(|system| walk(system, &code)).flatten();
            found.map(|code| (String::new(), code)).collect()
        }
        _ => return Err("write system|code: a hierarchy belongs to a code system".to_string()),
    };
    if found.len() > CODES_MAX {
        return Err(format!("more than {CODES_MAX} codes"));
    }
    Ok(TokenTest::Among(found))
}

/// Indexes a value by its type.
pub fn index(into: &mut Collector<'_>, param: i32, value: Value<'_>, type_name: &str) {
    match type_name {
        "CodeableConcept" => {
            for coding in value.get("coding").into_iter().flat_map(Value::items) {
                index_coding(into, param, coding);
            }
            text(into, param, value.get("text"));
        }
        "Coding" => index_coding(into, param, value),
        "Identifier" => index_identifier(into, param, value),
        "ContactPoint" => index_contact(into, param, value),
        "Money" => code(into, param, value.get("currency"), None),
        "CodeableReference" | "Reference" => {
            if let Some(identifier) = value.get("identifier") {
                index_identifier(into, param, identifier);
            }
        }
        _ => match value.kind() {
            Kind::String if type_name == TEXT_TYPE => {
                if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
                    into.token(param, &text.to_lowercase(), None);
                }
            }
            Kind::String => code(into, param, Some(value), None),
            Kind::Bool | Kind::Number => into.token(param, value.raw(), None),
            _ => {}
        },
    }
}

fn code(into: &mut Collector<'_>, param: i32, code: Option<Value<'_>>, system: Option<&str>) {
    if let Some(code) = code.and_then(Value::as_str).filter(|code| !code.is_empty()) {
        into.token(param, &code, system);
    }
}

fn text(into: &mut Collector<'_>, param: i32, text: Option<Value<'_>>) {
    if let Some(text) = text.and_then(Value::as_str) {
        into.display(param, &text);
    }
}

fn index_coding(into: &mut Collector<'_>, param: i32, coding: Value<'_>) {
    let system = coding.get("system").and_then(Value::as_str);
    code(into, param, coding.get("code"), system.as_deref());
    text(into, param, coding.get("display"));
}

/// Indexes an identifier, its kinds and the text of its kind.
pub fn index_identifier(into: &mut Collector<'_>, param: i32, identifier: Value<'_>) {
    let system = identifier.get("system").and_then(Value::as_str);
    let value = identifier.get("value");
    code(into, param, value, system.as_deref());
    let Some(kind) = identifier.get("type") else { return };
    text(into, param, kind.get("text"));
    let Some(value) = value.and_then(Value::as_str) else { return };
    for coding in kind.get("coding").into_iter().flat_map(Value::items) {
        let part = |key: &str| coding.get(key).and_then(Value::as_str).unwrap_or_default();
        let hash = into.hashes.code(&of_type(&part("system"), &part("code"), &value));
        into.marked(param, hash, OF_TYPE);
    }
}

fn of_type(system: &str, code: &str, value: &str) -> String {
    // The first letter keeps these apart from all codes.
    format!("\u{2}{system}|{code}|{value}")
}

/// A telephone number or address of mail; numbers also without blanks and hyphens.
fn index_contact(into: &mut Collector<'_>, param: i32, contact: Value<'_>) {
    let Some(value) = contact.get("value").and_then(Value::as_str).filter(|value| !value.is_empty()) else { return };
    into.token(param, &value, None);
    let squeezed: String = value.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    if squeezed != value && !value.contains('@') && !squeezed.is_empty() {
        into.token(param, &squeezed, None);
    }
}

/// The condition on a row `alias` of the table of tokens.
pub fn condition(sql: &mut Sql<'_>, alias: &str, rows: &[i32], test: &TokenTest) {
    columns(sql, &format!("{alias}.code"), &format!("{alias}.system"), rows, test);
}

/// The condition on two columns that hold a code and its system.
pub fn columns(sql: &mut Sql<'_>, code_at: &str, system_at: &str, rows: &[i32], test: &TokenTest) {
    match test {
        TokenTest::Code(system, code) => {
            let code = sql.hashes.code(code);
            sql.push(code_at).push(" = ").int(code);
            match system {
                System::Any => {}
                System::None => {
                    sql.push(" AND ").push(system_at).push(" = 0");
                }
                System::Is(system) => {
                    let system = sql.hashes.system(system);
                    sql.push(" AND ").push(system_at).push(" = ").int(system);
                }
            }
        }
        TokenTest::System(system) => {
            let system = sql.hashes.system(system);
            sql.push(system_at).push(" = ").int(system);
        }
        TokenTest::Text(text) => {
            sql.push(code_at).push(" IN (SELECT w.code FROM word w WHERE w.param").among(rows);
            sql.push(" AND w.text >= ").text(text);
            if let Some(end) = after_prefix(text) {
                sql.push(" AND w.text < ").text(&end);
            }
            sql.push(") AND ").push(system_at).push(" = 1");
        }
        TokenTest::OfType(system, code, value) => {
            let code = sql.hashes.code(&of_type(system, code, value));
            sql.push(code_at).push(" = ").int(code).push(" AND ").push(system_at).push(" = 2");
        }
        TokenTest::Among(codes) => among(sql, code_at, system_at, codes),
    }
}

fn among(sql: &mut Sql<'_>, code_at: &str, system_at: &str, codes: &[(String, String)]) {
    let mut systems: Vec<&str> = codes.iter().map(|(system, _)| system.as_str()).collect();
    systems.sort_unstable();
    systems.dedup();
    if systems.is_empty() {
        sql.push("1 = 0");
        return;
    }
    sql.push("(");
    for (n, system) in systems.iter().enumerate() {
        if n > 0 {
            sql.push(" OR ");
        }
        let listed = codes.iter().filter(|(other, _)| other == system);
        let mut hashes: Vec<i64> = listed.map(|(_, code)| sql.hashes.code(code)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let system = if system.is_empty() { 0 } else { sql.hashes.system(system) };
        sql.push(code_at).one_of(&hashes).push(" AND ").push(system_at).push(" = ").int(system);
    }
    sql.push(")");
}

/// The whole condition at a place.
pub fn sql(sql: &mut Sql<'_>, at: &At, rows: &[i32], test: &TokenTest) {
    if matches!(test, TokenTest::System(_)) {
        // No index leads from a system to its rows: they are gathered once.
        sql.push("(")
            .push(&at.part)
            .push(", ")
            .push(&at.rid)
            .push(") IN (SELECT t.part, t.rid FROM token t WHERE t.param");
        sql.among(rows).push(" AND ");
        condition(sql, "t", rows, test);
        sql.push(")");
        return;
    }
    sql.push("EXISTS (SELECT 1 FROM token t WHERE t.param").among(rows).push(" AND ");
    condition(sql, "t", rows, test);
    sql.push(" AND t.part = ").push(&at.part).push(" AND t.rid = ").push(&at.rid).push(")");
}
