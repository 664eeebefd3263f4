//! From a condition to SQL at a place.
//!
//! Promises: every row of another resource that a condition looks at is within the caller's sight. Conditions on rows
//! that can be found by their resource are probes; all others gather their rows once.
//! What it does not do: choose what drives a query (`drive`), or order anything.

use akson_fhir::definition::SearchKind;

use super::drive::{self, Drive};
use super::expr::{DateTest, Expr, Prefix, Test};
use super::param;
use super::registry::Parameter;
use super::sight::Scope;
use super::sql::{At, Sql};
use super::visible::{self, visible};
use crate::hash::TARGETS;
use crate::types;

pub(super) const NO: &str = "1 = 0";
pub(super) const YES: &str = "1 = 1";

/// Writes a condition.
pub fn condition(sql: &mut Sql<'_>, at: &At, expr: &Expr) {
    match expr {
        Expr::All(all) => joined(sql, all, " AND ", YES, |sql, one| condition(sql, at, one)),
        Expr::Any(any) => joined(sql, any, " OR ", NO, |sql, one| condition(sql, at, one)),
        Expr::Not(inner) => {
            sql.push("NOT (");
            condition(sql, at, inner);
            sql.push(")");
        }
        Expr::Test(parameter, test) => {
            visible::told(sql, at, parameter);
            tested(sql, at, parameter, test);
        }
        Expr::Present(parameter) => {
            visible::told(sql, at, parameter);
            present(sql, at, parameter);
        }
        Expr::Id(ids) => by_id(sql, at, ids),
        Expr::Updated(test) => on_resource(sql, at, |sql, r| updated(sql, &format!("{r}.updated"), *test)),
        Expr::Chain(parameter, target, inner) => chain(sql, at, parameter, target, inner),
        Expr::Has(source, parameter, inner) => has(sql, at, source, parameter, inner),
        Expr::Cites(parameter, target, inner) => cites(sql, at, parameter, target, inner),
        Expr::CitedBy(source, parameter, inner) => cited_by(sql, at, source, parameter, inner),
        Expr::List(id) => listed(sql, at, id),
        Expr::OfPatient(id) => of_patient(sql, at, id),
        Expr::Told(parameter) => {
            visible::told(sql, at, parameter);
            sql.push(YES);
        }
        // Words are looked for in the bodies, by the one who reads them.
        Expr::Narrative(_) | Expr::Content(_) => {
            sql.push(YES);
        }
    }
}

/// Writes conditions side by side; `none` if there are none.
pub(super) fn joined<T>(sql: &mut Sql<'_>, list: &[T], word: &str, none: &str, mut each: impl FnMut(&mut Sql<'_>, &T)) {
    match list {
        [] => {
            sql.push(none);
        }
        _ => halved(sql, list, word, &mut each),
    }
}

/// How many conditions stand side by side; longer lists are halved, since engines limit how deep a condition may be.
const BESIDE_MAX: usize = 64;

fn halved<T>(sql: &mut Sql<'_>, list: &[T], word: &str, each: &mut dyn FnMut(&mut Sql<'_>, &T)) {
    sql.push("(");
    if list.len() > BESIDE_MAX {
        let (first, second) = list.split_at(list.len() / 2);
        halved(sql, first, word, each);
        sql.push(word);
        halved(sql, second, word, each);
        sql.push(")");
        return;
    }
    for (n, one) in list.iter().enumerate() {
        if n > 0 {
            sql.push(word);
        }
        each(sql, one);
    }
    sql.push(")");
}

fn tested(sql: &mut Sql<'_>, at: &At, parameter: &Parameter, test: &Test) {
    let rows = &parameter.rows;
    match test {
        Test::Token(test) => param::token::sql(sql, at, rows, test),
        Test::String(test) => param::string::sql(sql, at, rows, test),
        Test::Date(test) => param::date::sql(sql, at, rows, *test, parameter.short),
        Test::Quantity(test) => param::quantity::sql(sql, at, rows, test),
        Test::Reference(test) => param::reference::sql(sql, at, parameter, test),
        Test::Uri(test) => param::uri::sql(sql, at, rows, test),
        Test::Composite(tests) => param::composite::sql(sql, at, parameter, tests),
        Test::Near(test) => param::special::sql(sql, at, rows, test),
    }
}

/// A condition on the row of `resource` itself.
pub(super) fn on_resource(sql: &mut Sql<'_>, at: &At, write: impl FnOnce(&mut Sql<'_>, &str)) {
    if let Some(alias) = &at.resource {
        return write(sql, alias);
    }
    let alias = sql.alias("z");
    sql.push("EXISTS (SELECT 1 FROM resource ")
        .push(&alias)
        .push(" WHERE ")
        .push(&alias)
        .push(".part = ")
        .push(&at.part);
    sql.push(" AND ").push(&alias).push(".rid = ").push(&at.rid).push(" AND ");
    write(sql, &alias);
    sql.push(")");
}

fn present(sql: &mut Sql<'_>, at: &At, parameter: &Parameter) {
    match parameter.bit {
        Some(bit) => on_resource(sql, at, |sql, alias| {
            sql.push(alias).push(".present & ").int(1 << bit).push(" <> 0");
        }),
        None => among_rows(sql, at, parameter),
    }
}

/// Whether a parameter without a bit has a value: whether it has a row.
fn among_rows(sql: &mut Sql<'_>, at: &At, parameter: &Parameter) {
    let table = match parameter.kind {
        SearchKind::Token | SearchKind::Uri => "token",
        SearchKind::String => "string",
        SearchKind::Date => "date",
        SearchKind::Number | SearchKind::Quantity | SearchKind::Special => "quantity",
        SearchKind::Reference => "reference",
        SearchKind::Composite => "pair",
    };
    let row = sql.alias("e");
    sql.push("EXISTS (SELECT 1 FROM ").push(table).push(" ").push(&row).push(" WHERE ").push(&row).push(".param");
    sql.among(&parameter.rows);
    sql.push(" AND ").push(&row).push(".part = ").push(&at.part);
    sql.push(" AND ").push(&row).push(".rid = ").push(&at.rid).push(")");
}

/// When a resource was last changed: its own time is a point.
fn updated(sql: &mut Sql<'_>, column: &str, test: DateTest) {
    let (low, high) = (test.low.saturating_mul(1000), test.high.saturating_mul(1000));
    match test.prefix {
        Prefix::Eq | Prefix::Ap | Prefix::Po => {
            sql.push(column).push(" >= ").int(low).push(" AND ").push(column).push(" < ").int(high)
        }
        Prefix::Ne => {
            sql.push("(").push(column).push(" < ").int(low).push(" OR ").push(column).push(" >= ").int(high).push(")")
        }
        Prefix::Gt | Prefix::Sa => sql.push(column).push(" >= ").int(high),
        Prefix::Lt | Prefix::Eb => sql.push(column).push(" < ").int(low),
        Prefix::Ge => sql.push(column).push(" >= ").int(low),
        Prefix::Le => sql.push(column).push(" < ").int(high),
    };
}

fn by_id(sql: &mut Sql<'_>, at: &At, ids: &[String]) {
    let places: Vec<(i64, i64)> = ids.iter().filter_map(|id| sql.place_of(at.type_name, id)).collect();
    joined(sql, &places, " OR ", NO, |sql, (part, rid)| {
        sql.push("(").push(&at.part).push(" = ").int(*part).push(" AND ").push(&at.rid).push(" = ").int(*rid).push(")");
    });
}

/// A reference leads to something: through the part where the part is the patient in question, through rows otherwise.
fn chain(sql: &mut Sql<'_>, at: &At, parameter: &Parameter, target: &'static str, inner: &Expr) {
    let conditions = drive::flat(inner);
    sql.push("(");
    if parameter.primary && target == "Patient" {
        let alias = sql.alias("h");
        sql.push("EXISTS (SELECT 1 FROM resource ")
            .push(&alias)
            .push(" WHERE ")
            .push(&alias)
            .push(".part = ")
            .push(&at.part);
        sql.push(" AND ").push(&alias).push(".rid = ").push(&at.part);
        whole(sql, &alias, target);
        let hop = At { fixed_part: at.fixed_part, ..At::resource(&alias, target) };
        conditions_at(sql, &hop, &conditions);
        sql.push(") OR ");
    }
    let (row, hop) = (sql.alias("f"), sql.alias("h"));
    sql.push("(")
        .push(&at.part)
        .push(", ")
        .push(&at.rid)
        .push(") IN (SELECT ")
        .push(&row)
        .push(".part, ")
        .push(&row)
        .push(".rid FROM ");
    let driver = drive::choose(&conditions, None);
    source(sql, &hop, target, &conditions, driver, |sql| {
        sql.push(" CROSS JOIN reference ").push(&row);
    });
    sql.push(" AND ").push(&row).push(".param").among(&parameter.rows);
    sql.push(" AND ").push(&row).push(".target = ").push(&hop).push(".rid))");
}

/// Something refers to this resource: through its part where it is a patient, through rows otherwise.
fn has(sql: &mut Sql<'_>, at: &At, source_type: &'static str, parameter: &Parameter, inner: &Expr) {
    let conditions = drive::flat(inner);
    sql.push("(");
    if parameter.primary && at.type_name == "Patient" {
        let alias = sql.alias("s");
        sql.push("EXISTS (SELECT 1 FROM ");
        let driver = drive::choose_within_part(&conditions);
        source(sql, &alias, source_type, &conditions, driver, |_| {});
        sql.push(" AND ").push(&alias).push(".part = ").push(&at.rid).push(") OR ");
    }
    let row = sql.alias("f");
    sql.push("EXISTS (SELECT 1 FROM reference ")
        .push(&row)
        .push(" WHERE ")
        .push(&row)
        .push(".param")
        .among(&parameter.rows);
    sql.push(" AND ").push(&row).push(".target = ").push(&at.rid);
    let from = At::row(&row, source_type);
    conditions_at(sql, &from, &conditions);
    sql.push(" AND ");
    visible(sql, &from);
    sql.push("))");
}

/// A canonical address leads to something: what it is to be is found first, then its addresses, then what has these.
fn cites(sql: &mut Sql<'_>, at: &At, parameter: &Parameter, target: &'static str, inner: &Expr) {
    let Some(url) = sql.registry.url(target).cloned() else {
        sql.push(NO);
        return;
    };
    let (row, name, hop) = (sql.alias("f"), sql.alias("u"), sql.alias("h"));
    pair(sql, &at.part, &at.rid);
    sql.push(" IN (SELECT ").push(&format!("{row}.part, {row}.rid FROM reference {row} WHERE {row}.param"));
    sql.among(&parameter.rows);
    sql.push(&format!(" AND {row}.target IN (SELECT {name}.code - {TARGETS} FROM token {name} WHERE {name}.param"));
    sql.among(&url.rows);
    sql.push(" AND ");
    pair(sql, &format!("{name}.part"), &format!("{name}.rid"));
    sql.push(&format!(" IN (SELECT {hop}.part, {hop}.rid FROM "));
    let conditions = drive::flat(inner);
    let driver = drive::choose(&conditions, None);
    source(sql, &hop, target, &conditions, driver, |_| {});
    sql.push(")))");
}

/// Something refers to this resource by its canonical address.
fn cited_by(sql: &mut Sql<'_>, at: &At, source_type: &'static str, parameter: &Parameter, inner: &Expr) {
    let Some(url) = sql.registry.url(at.type_name).cloned() else {
        sql.push(NO);
        return;
    };
    let (row, name) = (sql.alias("f"), sql.alias("u"));
    pair(sql, &at.part, &at.rid);
    sql.push(&format!(" IN (SELECT {name}.part, {name}.rid FROM token {name} WHERE {name}.param"));
    sql.among(&url.rows);
    sql.push(&format!(" AND {name}.code IN (SELECT {row}.target + {TARGETS} FROM reference {row} WHERE {row}.param"));
    sql.among(&parameter.rows);
    sql.push(&format!(" AND {row}.target < 0"));
    let from = At::row(&row, source_type);
    conditions_at(sql, &from, &drive::flat(inner));
    sql.push(" AND ");
    visible(sql, &from);
    sql.push("))");
}

fn pair(sql: &mut Sql<'_>, part: &str, rid: &str) {
    sql.push("(").push(part).push(", ").push(rid).push(")");
}

/// ` AND state AND type AND sight` of a row of `resource`.
fn whole(sql: &mut Sql<'_>, alias: &str, type_name: &'static str) {
    sql.push(" AND ").push(alias).push(".type = ").int(type_number(type_name));
    sql.push(" AND ").push(alias).push(".state = 1 AND ");
    visible(sql, &At::resource(alias, type_name));
}

/// ` AND …` for each condition.
pub fn conditions_at(sql: &mut Sql<'_>, at: &At, conditions: &[&Expr]) {
    let limited = matches!(sql.sight.of(at.type_name), Scope::Some(_));
    for one in conditions {
        sql.push(" AND ");
        match limited {
            true => probe(sql, |sql| condition(sql, at, one)),
            false => condition(sql, at, one),
        }
    }
}

/// A condition beside those of a scope, tried as soon as its row is known. The engine would make a join of a bare `EXISTS`,
/// behind the others: rows that do not fit would be looked at in full, and what is the same for all rows asked for each.
pub(super) fn probe(sql: &mut Sql<'_>, write: impl FnOnce(&mut Sql<'_>)) {
    let start = sql.text.len();
    write(sql);
    if sql.text[start..].starts_with("EXISTS") {
        sql.push(" IS TRUE");
    }
}

/// Rows of a type for which conditions hold, driven by one of them: `table alias … WHERE …`, open at its end.
pub fn source(
    sql: &mut Sql<'_>,
    alias: &str,
    type_name: &'static str,
    conditions: &[&Expr],
    driver: Option<usize>,
    join: impl FnOnce(&mut Sql<'_>),
) {
    let drive = driver.and_then(|at| Drive::of(conditions[at]));
    sql.push(drive.as_ref().map_or("resource", Drive::table)).push(" ").push(alias);
    join(sql);
    sql.push(" WHERE ");
    let at = match &drive {
        Some(drive) => {
            let at = At::row(alias, type_name);
            visible::told(sql, &at, drive.parameter());
            drive.condition(sql, alias);
            at
        }
        None => {
            sql.push(alias).push(".type = ").int(type_number(type_name)).push(" AND ").push(alias).push(".state = 1");
            At::resource(alias, type_name)
        }
    };
    let rest: Vec<&Expr> = conditions
        .iter()
        .enumerate()
        .filter(|(n, _)| drive.is_none() || Some(*n) != driver)
        .map(|(_, one)| *one)
        .collect();
    conditions_at(sql, &at, &rest);
    sql.push(" AND ");
    visible(sql, &at);
}

/// The number of a type in the tables.
pub fn type_number(type_name: &str) -> i64 {
    akson_fhir::definition::Definitions::r4().type_id(type_name).map_or(0, types::number)
}

/// Whether a list that can be seen names the resource.
fn listed(sql: &mut Sql<'_>, at: &At, id: &str) {
    let (Some((part, rid)), Some(item)) = (sql.place_of("List", id), sql.registry.find("List", "item").cloned()) else {
        sql.push(NO);
        return;
    };
    let row = sql.alias("l");
    sql.push("EXISTS (SELECT 1 FROM reference ").push(&row).push(" WHERE ").push(&row).push(".param").among(&item.rows);
    sql.push(" AND ").push(&row).push(".target = ").push(&at.rid).push(" AND ").push(&row).push(".part = ").int(part);
    sql.push(" AND ").push(&row).push(".rid = ").int(rid).push(" AND ");
    visible(sql, &At::row(&row, "List"));
    sql.push(")");
}

fn of_patient(sql: &mut Sql<'_>, at: &At, id: &str) {
    let Some((_, patient)) = sql.place_of("Patient", id) else {
        sql.push(NO);
        return;
    };
    sql.push("(").push(&at.part).push(" = ").int(patient);
    sql.push(" OR EXISTS (SELECT 1 FROM compartment c WHERE c.patient = ")
        .int(patient)
        .push(" AND c.type = ")
        .int(type_number(at.type_name));
    sql.push(" AND c.part = ").push(&at.part).push(" AND c.rid = ").push(&at.rid).push("))");
}
