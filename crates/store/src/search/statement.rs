//! The SQL of one walk.
//!
//! Promise: conditions and scope stand at the table that is walked, and the order is the one that was asked for.
//! What it does not do: choose the driver (`drive`), or run anything (`walk`).

use super::compile::{conditions_at, type_number};
use super::drive::Drive;
use super::expr::{Expr, Test};
use super::narrow::Among;
use super::registry::Parameter;
use super::sql::{At, Sql};
use super::visible::{told, visible};
use super::walk::*;
use crate::Place;

/// What the key of a row is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum KeyKind {
    None,
    Int,
    Real,
    Text,
}

/// What the rows of a statement look like.
pub(super) struct Shape {
    pub(super) key: KeyKind,
    pub(super) scattered: bool,
}

/// Writes the whole statement of a walk.
pub(super) fn write(sql: &mut Sql<'_>, walk: &Walk<'_>, driver: Option<usize>, end: i64) -> Shape {
    let drive = driver.and_then(|at| Drive::of(walk.conditions[at]));
    let key = match &walk.order {
        Order::By(parameter, _) => Some(match parameter.kind {
            akson_fhir::definition::SearchKind::Date => "lo",
            akson_fhir::definition::SearchKind::String => "text",
            _ => "low",
        }),
        Order::Updated(_) => Some("updated"),
        Order::Natural => drive.as_ref().and_then(Drive::key),
    };
    let natural_rows =
        matches!(walk.order, Order::Natural) && matches!(walk.within, Within::Anywhere | Within::Part(_));
    let own = table(walk, &drive) == "resource";
    let scattered = match &walk.order {
        Order::By(parameter, _) => !parameter.single && key == Some("text"),
        _ => key == Some("text"),
    };
    // Rows of one resource that stand apart from each other, and have no order of their own, are gathered first.
    let gathered = key.is_none() && natural_rows && drive.as_ref().is_some_and(Drive::scattered);
    sql.push("SELECT ");
    if walk.bodies && own {
        sql.push(
            "d.part, d.rid, d.type, d.version, d.updated, d.controller, d.state, d.patients, d.sum, d.dict, d.body",
        );
    } else if walk.bodies {
        sql.push(
            "r.part, r.rid, r.type, r.version, r.updated, r.controller, r.state, r.patients, r.sum, r.dict, r.body",
        );
    } else {
        sql.push("d.part, d.rid");
    }
    if let Some(key) = key {
        sql.push(", d.").push(key);
    }
    sql.push(" FROM ");
    if gathered {
        sql.push("(SELECT DISTINCT d.part, d.rid FROM ");
        body(sql, &Walk { bodies: false, ..walk.clone() }, driver, end);
        sql.push(") d");
        if walk.bodies {
            sql.push(" CROSS JOIN resource r WHERE r.part = d.part AND r.rid = d.rid");
        }
    } else {
        body(sql, walk, driver, end);
        if walk.bodies && !own {
            sql.push(" AND r.part = d.part AND r.rid = d.rid");
        }
    }
    let descending = matches!(walk.order, Order::By(_, true) | Order::Updated(true));
    let way = if descending { " DESC" } else { "" };
    sql.push(" ORDER BY ");
    if let Some(key) = key {
        sql.push("d.").push(key).push(way).push(", ");
    }
    sql.push("d.part").push(way).push(", d.rid").push(way).push(" LIMIT ").int(ROWS_MAX);
    let key = match key {
        None => KeyKind::None,
        Some("lo" | "updated") => KeyKind::Int,
        Some("low") => KeyKind::Real,
        Some(_) => KeyKind::Text,
    };
    // Otherwise rows of one resource follow each other, and are seen as often as they come.
    Shape { key, scattered: scattered || !gathered }
}

/// The table that is walked.
fn table(walk: &Walk<'_>, drive: &Option<Drive<'_>>) -> &'static str {
    match (&walk.order, &walk.within) {
        (Order::By(parameter, _), _) => match parameter.kind {
            akson_fhir::definition::SearchKind::Date => "date",
            akson_fhir::definition::SearchKind::String => "string",
            _ => "quantity",
        },
        (Order::Updated(_), Within::Anywhere | Within::Part(_)) => "resource",
        (_, Within::Referring(..)) => "reference",
        (_, Within::Shared(_)) => "compartment",
        _ => drive.as_ref().map_or("resource", Drive::table),
    }
}

/// `table d [CROSS JOIN resource r] WHERE …`.
pub(super) fn body(sql: &mut Sql<'_>, walk: &Walk<'_>, driver: Option<usize>, end: i64) {
    let mut drive = driver.and_then(|at| Drive::of(walk.conditions[at]));
    let table = table(walk, &drive);
    if matches!(table, "reference" | "compartment") && !matches!(walk.within, Within::Anywhere | Within::Part(_)) {
        drive = None;
    }
    let driver = if drive.is_some() { driver } else { None };
    sql.push(table).push(" d");
    if walk.bodies && table != "resource" {
        sql.push(" CROSS JOIN resource r");
    }
    sql.push(" WHERE ");
    let mut at = if table == "resource" { At::resource("d", walk.type_name) } else { At::row("d", walk.type_name) };
    if walk.bodies && table != "resource" {
        at.resource = Some("r".to_string());
    }
    if let Within::Part(part) = walk.within {
        at.fixed_part = Some(part);
        at.few = drive.as_ref().and_then(|drive| drive.few(sql));
    }
    match (&walk.order, &drive) {
        (Order::By(parameter, descending), _) => ordered(sql, parameter, *descending),
        (_, Some(drive)) => {
            told(sql, &at, drive.parameter());
            drive.condition(sql, "d");
        }
        _ => match &walk.within {
            Within::Referring(rows, target) => {
                sql.push("d.param").among(rows).push(" AND d.target = ").int(*target);
            }
            Within::Shared(patient) => {
                sql.push("d.patient = ").int(*patient).push(" AND d.type = ").int(type_number(walk.type_name));
            }
            _ => {
                sql.push("d.type = ").int(type_number(walk.type_name)).push(" AND d.state = 1");
            }
        },
    }
    if let Within::Part(part) = walk.within {
        sql.push(" AND d.part = ").int(part);
        if walk.type_name == "Patient" {
            sql.push(" AND d.rid = ").int(part);
        }
    }
    match &walk.among {
        Among::All => {}
        Among::Shared => {
            sql.push(" AND d.part <= 0");
        }
        Among::Patients(patients) => {
            sql.push(" AND d.part").one_of_evened(patients);
        }
    }
    let mut rest: Vec<&Expr> = match driver {
        Some(driver) => without(&walk.conditions, driver),
        None => walk.conditions.clone(),
    };
    if let Order::By(parameter, _) = &walk.order {
        rest.retain(|one| !on_the_order(sql, one, parameter));
    }
    conditions_at(sql, &at, &rest);
    sql.push(" AND ");
    visible(sql, &at);
    // The end is no way into the table of resources.
    sql.push(if table == "resource" { " AND d.rid + 0 < " } else { " AND d.rid < " }).int(end);
    if let Some((key, place)) = &walk.after {
        after(sql, walk, &drive, key, *place);
    }
}

/// A condition on the very date the answer is sorted by holds for the walked row itself.
fn on_the_order(sql: &mut Sql<'_>, one: &Expr, parameter: &Parameter) -> bool {
    match one {
        Expr::Test(tested, Test::Date(test)) if parameter.single && tested.rows == parameter.rows => {
            sql.push(" AND ");
            super::param::date::condition(sql, "d.lo", "d.lo + d.span", *test, parameter.short);
            true
        }
        _ => false,
    }
}

/// Rows in the order of a parameter: for each resource its first.
fn ordered(sql: &mut Sql<'_>, parameter: &Parameter, descending: bool) {
    sql.push("d.param").among(&parameter.rows);
    let (table, column) = match parameter.kind {
        akson_fhir::definition::SearchKind::Date => ("date", "lo"),
        akson_fhir::definition::SearchKind::Number => ("quantity", "low"),
        _ => return,
    };
    if parameter.single {
        return;
    }
    let before = if descending { " > " } else { " < " };
    sql.push(" AND NOT EXISTS (SELECT 1 FROM ")
        .push(table)
        .push(" e WHERE e.param = d.param AND e.part = d.part AND e.rid = d.rid AND e.");
    sql.push(column).push(before).push("d.").push(column).push(")");
}

/// Only what comes after the last one of the page before.
fn after(sql: &mut Sql<'_>, walk: &Walk<'_>, drive: &Option<Drive<'_>>, key: &Key, place: Place) {
    let descending = matches!(walk.order, Order::By(_, true) | Order::Updated(true));
    let column = match &walk.order {
        Order::By(parameter, _) => match parameter.kind {
            akson_fhir::definition::SearchKind::Date => "lo",
            akson_fhir::definition::SearchKind::String => "text",
            _ => "low",
        },
        Order::Updated(_) => "updated",
        Order::Natural => drive.as_ref().and_then(Drive::key).unwrap_or(""),
    };
    let sign = if descending { " < " } else { " > " };
    let with_key = !column.is_empty() && *key != Key::None;
    sql.push(" AND (");
    if with_key {
        sql.push("d.").push(column).push(", ");
    }
    sql.push("d.part, d.rid)").push(sign).push("(");
    if with_key {
        match key {
            Key::Int(number) => sql.int(*number),
            Key::Real(number) => sql.real(*number),
            Key::Text(text) => sql.text(text),
            Key::None => sql,
        };
        sql.push(", ");
    }
    sql.int(place.part).push(", ").int(place.rid).push(")");
}
