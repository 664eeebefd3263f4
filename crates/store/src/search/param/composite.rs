//! Composites: several parameters that must hold for the same item, joined by `$`.
//!
//! Where the item is the resource itself, the parts' own parameters answer. Where it repeats (a component of an
//! observation), each item has rows of its own that hold its parts together: a token first, then a token, a quantity,
//! a date, a reference, or two numbers. Spec: <https://hl7.org/fhir/R4/search.html#composite>.

use akson_fhir::definition::{Definitions, SearchKind};
use akson_fhir::path::{Context, Item, Items};
use akson_fhir::reference::Reference;

use super::{date, quantity, reference, token};
use crate::search::collect::Collector;
use crate::search::expr::{Expr, ReferenceTest, Test, TokenTest};
use crate::search::read::{Asked, value as read_value};
use crate::search::registry::{Component, Parameter};
use crate::search::rows::{PairRow, Rows};
use crate::search::split::split;
use crate::search::sql::{At, Sql};

/// Reads a value.
pub fn parse(asked: &Asked<'_>, text: &str) -> Result<Expr, String> {
    if asked.modifier.is_some() {
        return Err(asked.wrong_modifier("missing"));
    }
    let parameter = asked.parameter;
    if !parameter.union.is_empty() {
        let parts = parameter.union.iter().map(|part| parse(&Asked { parameter: part, ..*asked }, text));
        return Ok(Expr::any(parts.collect::<Result<_, _>>()?));
    }
    let pieces = split(text, '$');
    if pieces.len() != parameter.components.len() {
        let names: Vec<&str> = parameter.components.iter().map(|c| c.parameter.code.as_str()).collect();
        return Err(format!("the value has {} parts joined by $: {}", names.len(), names.join("$")));
    }
    let mut parts = Vec::with_capacity(pieces.len());
    for (component, piece) in parameter.components.iter().zip(pieces) {
        parts.push(read_value(&Asked { parameter: &component.parameter, ..*asked }, piece)?);
    }
    if parameter.at_root {
        return Ok(Expr::All(parts));
    }
    let tests = parts.into_iter().map(|part| match part {
        Expr::Test(_, test) => Ok(test),
        _ => Err("this part cannot be searched together with others".to_string()),
    });
    Ok(asked.test(Test::Composite(tests.collect::<Result<_, _>>()?)))
}

/// Indexes one item.
pub fn index<'a>(into: &mut Collector<'_>, parameter: &Parameter, item: &Item<'a>, context: &Context<'a>) {
    let parts: Vec<Items<'a>> = parameter.components.iter().map(|c| part(c, item, context)).collect();
    let [first, rest @ ..] = parts.as_slice() else { return };
    let (mut codes, mut others) = (scratch(into), scratch(into));
    for item in first {
        with(item, |value, type_name| token::index(&mut codes, 0, value, type_name));
    }
    let blank = PairRow {
        param: parameter.number,
        a: 0,
        a_system: 0,
        b: 0,
        b_system: 0,
        low: 0.0,
        high: 0.0,
        raw_low: 0.0,
        raw_high: 0.0,
        target: None,
    };
    let mut rows: Vec<PairRow> = Vec::new();
    if let [second, third] = rest {
        rows.extend(
            numbers(second)
                .iter()
                .flat_map(|a| numbers(third).into_iter().map(|b| PairRow { low: *a, high: b, ..blank })),
        );
    } else if let ([second], Some(component)) = (rest, parameter.components.get(1)) {
        for item in second {
            match component.parameter.kind {
                SearchKind::Token => with(item, |value, name| token::index(&mut others, 0, value, name)),
                SearchKind::Quantity => with(item, |value, name| quantity::index(&mut others, 0, value, name)),
                SearchKind::Date => with(item, |value, name| date::index(&mut others, 0, value, name)),
                SearchKind::Reference => {
                    rows.extend(target(into, item).map(|target| PairRow { ..target_row(&blank, target) }))
                }
                _ => {}
            }
        }
        rows.extend(of(&blank, &others.finish()));
    }
    for code in codes.finish().tokens.iter().filter(|code| code.system != token::TEXT && code.system != token::OF_TYPE)
    {
        for row in &rows {
            into.pair(PairRow { a: code.code, a_system: code.system, ..*row });
        }
    }
}

fn scratch<'a>(into: &Collector<'a>) -> Collector<'a> {
    Collector::new(into.hashes, into.base, into.zone)
}

fn part<'a>(component: &Component, item: &Item<'a>, context: &Context<'a>) -> Items<'a> {
    let Some(expression) = component.compiled() else { return Items::new() };
    expression.evaluate(item.clone(), context).unwrap_or_default()
}

fn with(item: &Item<'_>, then: impl FnOnce(akson_fhir::json::Value<'_>, &str)) {
    if let Item::Node { value, type_id, .. } = item {
        then(*value, Definitions::r4().get(*type_id).name);
    }
}

fn numbers(items: &Items<'_>) -> Vec<f64> {
    items.iter().filter_map(|item| item.value()?.number()?.parse().ok()).collect()
}

enum Found {
    Local(u32),
    Other(i64),
}

fn target(into: &mut Collector<'_>, item: &Item<'_>) -> Option<Found> {
    let text = item.value()?.get("reference")?.as_str()?;
    Some(match Reference::parse(&text, into.base) {
        Reference::Local(address) => Found::Local(into.target(address.type_id, address.id)),
        _ => Found::Other(into.hashes.target(&text)),
    })
}

fn target_row(blank: &PairRow, found: Found) -> PairRow {
    match found {
        Found::Local(target) => PairRow { target: Some(target), ..*blank },
        Found::Other(hash) => PairRow { b: hash, ..*blank },
    }
}

fn of(blank: &PairRow, found: &Rows) -> Vec<PairRow> {
    let tokens = found.tokens.iter().filter(|t| t.system != token::TEXT && t.system != token::OF_TYPE);
    let tokens = tokens.map(|t| PairRow { b: t.code, b_system: t.system, ..*blank });
    let quantities = found.quantities.iter().map(|q| PairRow {
        b: q.unit,
        b_system: q.raw_unit,
        low: q.low,
        high: q.high,
        raw_low: q.raw_low,
        raw_high: q.raw_high,
        ..*blank
    });
    let dates = found.dates.iter().map(|d| PairRow { low: d.lo as f64, high: (d.lo + d.span) as f64, ..*blank });
    tokens.chain(quantities).chain(dates).collect()
}

/// The whole condition at a place.
pub fn sql(sql: &mut Sql<'_>, at: &At, parameter: &Parameter, tests: &[Test]) {
    sql.push("EXISTS (SELECT 1 FROM (SELECT c.param, c.a, c.a_system, c.b, c.b_system, c.part, c.rid, c.low, c.high, c.raw_low, c.raw_high, ");
    sql.push("c.b AS unit, c.b_system AS raw_unit FROM pair c) c WHERE c.param").among(&parameter.rows);
    sql.push(" AND c.part = ").push(&at.part).push(" AND c.rid = ").push(&at.rid);
    for (n, test) in tests.iter().enumerate() {
        sql.push(" AND (");
        match (n, test) {
            (0, Test::Token(test)) => code(sql, "c.a", "c.a_system", test),
            (1, Test::Token(test)) => code(sql, "c.b", "c.b_system", test),
            (1, Test::Quantity(test)) if tests.len() == 2 => quantity::condition(sql, "c", test),
            (1, Test::Quantity(test)) => {
                quantity::compare(sql, "c.low", "c.low", test.prefix, [test.value, test.low, test.high])
            }
            (2, Test::Quantity(test)) => {
                quantity::compare(sql, "c.high", "c.high", test.prefix, [test.value, test.low, test.high])
            }
            (1, Test::Date(test)) => date::condition(sql, "c.low", "c.high", *test, false),
            (1, Test::Reference(test)) => lead(sql, test),
            _ => {
                sql.push("1 = 0");
            }
        }
        sql.push(")");
    }
    sql.push(")");
}

fn code(sql: &mut Sql<'_>, code: &str, system: &str, test: &TokenTest) {
    match test {
        TokenTest::Text(_) | TokenTest::OfType(..) => {
            sql.push("1 = 0");
        }
        _ => token::columns(sql, code, system, &[], test),
    }
}

fn lead(sql: &mut Sql<'_>, test: &ReferenceTest) {
    let targets = reference::targets_of(sql, test);
    if targets.numbers.is_empty() {
        sql.push("1 = 0");
    } else {
        sql.push("c.b").one_of(&targets.numbers);
    }
}
