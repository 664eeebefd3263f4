//! What a caller's sight shows, as SQL at a place.
//!
//! Promises: one text per shape of a scope, whatever numbers are in it. What many patients share is shown only if all of
//! them are in sight; where the patient is known beforehand, their relations are asked for once and not for each row.
//! What it does not do: conditions of a query (`compile`).

use super::compile::{NO, YES, condition, joined, on_resource, probe, type_number};
use super::drive;
use super::numbers::Numbers;
use super::registry::Parameter;
use super::sight::{Blocks, Clause, Limits, Scope};
use super::sql::{At, Sql};
use crate::access::block;
use crate::access::kind::KindSet;

/// What the caller's sight shows of the resources at a place.
pub fn visible(sql: &mut Sql<'_>, at: &At) {
    match sql.sight.of(at.type_name) {
        Scope::Everything => {
            sql.push(YES);
        }
        Scope::Nothing => {
            sql.push(NO);
        }
        Scope::Some(limits) => limited(sql, at, limits),
    }
}

/// What all alternatives ask for stands once, before them: each term by itself can be tried as early as its columns are known.
fn limited(sql: &mut Sql<'_>, at: &At, limits: &Limits) {
    let common: Vec<&Clause> = match limits.only.as_slice() {
        [first, rest @ ..] => first.iter().filter(|one| rest.iter().all(|other| has(other, one))).collect(),
        [] => Vec::new(),
    };
    for one in &common {
        probe(sql, |sql| clause(sql, at, one));
        sql.push(" AND ");
    }
    joined(sql, &limits.only, " OR ", NO, |sql, all| {
        let own: Vec<&Clause> = all.iter().filter(|one| !common.iter().any(|other| other.is(one))).collect();
        joined(sql, &own, " AND ", YES, |sql, one| clause(sql, at, one));
    });
    for all in &limits.except {
        sql.push(" AND NOT ");
        joined(sql, all, " AND ", YES, |sql, one| clause(sql, at, one));
    }
}

fn has(clauses: &[Clause], clause: &Clause) -> bool {
    clauses.iter().any(|one| one.is(clause))
}

/// All clauses of any of these.
fn any(sql: &mut Sql<'_>, at: &At, any: &[Vec<Clause>]) {
    joined(sql, any, " OR ", NO, |sql, all| joined(sql, all, " AND ", YES, |sql, one| clause(sql, at, one)));
}

/// `NOT … AND ` if a parameter must not tell what is hidden about the resource at a place.
pub fn told(sql: &mut Sql<'_>, at: &At, parameter: &Parameter) {
    let sight = sql.sight;
    for redaction in sight.hidden(at.type_name).filter(|redaction| redaction.covers(parameter)) {
        sql.push("NOT ");
        any(sql, at, &redaction.of);
        sql.push(" AND ");
    }
}

/// One clause at a place.
pub fn clause(sql: &mut Sql<'_>, at: &At, asked: &Clause) {
    match asked {
        // Words are looked for in bodies, which a scope does not read: such a clause holds for nothing.
        Clause::Where(expr) if super::words::any(&drive::flat(expr)) => {
            sql.push(NO);
        }
        // What decides about sight looks at everything: a rule may rest on what the caller does not see.
        Clause::Where(expr) => {
            let everything = super::sight::all();
            let before = std::mem::replace(&mut sql.sight, everything);
            condition(sql, at, expr);
            sql.sight = before;
        }
        Clause::Parts(parts) => of_all(sql, at, parts.is_empty(), |sql, patient| {
            sql.within(patient, parts);
        }),
        Clause::Related { keys, kinds } => {
            of_all(sql, at, keys.is_empty(), |sql, patient| related(sql, patient, keys, *kinds));
        }
        Clause::Opened { who, kind } => of_all(sql, at, false, |sql, patient| opened(sql, patient, *who, *kind as i64)),
        Clause::Blocked(blocked) => {
            let whom = block::whom(sql.hashes, blocked);
            of_any(sql, at, |sql, patient| is_blocked(sql, at, patient, (&whom, blocked.blocks)));
        }
        Clause::Controllers(numbers) => on_resource(sql, at, |sql, r| {
            sql.within(&format!("{r}.controller"), numbers);
        }),
        Clause::Units(numbers) => on_resource(sql, at, |sql, r| {
            sql.within(&format!("{r}.unit"), numbers);
        }),
        Clause::Label(labels) => labelled(sql, at, labels),
        Clause::Not(inner) => {
            sql.push("NOT (");
            clause(sql, at, inner);
            sql.push(")");
        }
    }
}

/// It belongs to a patient for whom something holds; what is in a bucket names patients, and it holds for all of them.
/// `holds` writes the patient first.
fn of_all(sql: &mut Sql<'_>, at: &At, never: bool, holds: impl Fn(&mut Sql<'_>, &str)) {
    if never {
        sql.push(NO);
        return;
    }
    if at.fixed_part.is_some() || at.type_name == "Patient" {
        return of_part(sql, at, holds);
    }
    sql.push("(").push(&at.part).push(" > 0 AND ");
    holds(sql, &at.part);
    sql.push(" OR ").push(&at.part).push(" < 0 AND EXISTS (SELECT 1 FROM compartment c WHERE c.part = ");
    sql.push(&at.part).push(" AND c.rid = ").push(&at.rid);
    sql.push(") AND NOT EXISTS (SELECT 1 FROM compartment c WHERE c.part = ").push(&at.part);
    sql.push(" AND c.rid = ").push(&at.rid).push(" AND NOT ");
    holds(sql, "c.patient");
    sql.push("))");
}

/// Something holds for any of its patients. `holds` writes the patient first.
fn of_any(sql: &mut Sql<'_>, at: &At, holds: impl Fn(&mut Sql<'_>, &str)) {
    if at.fixed_part.is_some() || at.type_name == "Patient" {
        return of_part(sql, at, holds);
    }
    sql.push("(").push(&at.part).push(" > 0 AND ");
    holds(sql, &at.part);
    sql.push(" OR ").push(&at.part).push(" < 0 AND EXISTS (SELECT 1 FROM compartment c WHERE c.part = ");
    sql.push(&at.part).push(" AND c.rid = ").push(&at.rid).push(" AND ");
    holds(sql, "c.patient");
    sql.push("))");
}

/// The patient is the part. A part that is known beforehand is bound, so that what holds for it is found out once.
fn of_part(sql: &mut Sql<'_>, at: &At, holds: impl Fn(&mut Sql<'_>, &str)) {
    match at.fixed_part {
        Some(part) => {
            let named = sql.will_bind(part);
            holds(sql, &named);
        }
        None => holds(sql, &at.part),
    }
}

/// A patient has few relations that are current, so they are looked through: a key of the caller's is no way in, which the
/// plus sign says.
fn related(sql: &mut Sql<'_>, patient: &str, keys: &Numbers, kinds: KindSet) {
    let moment = sql.sight.moment();
    sql.push("EXISTS (SELECT 1 FROM relation n WHERE n.patient = ").push(patient).push(" AND ");
    sql.within("+n.who", keys);
    sql.push(" AND n.since <= ").int(moment).push(" AND n.until > ").int(moment);
    sql.push(" AND (").int(kinds.bits()).push(" >> n.kind) & 1 = 1)");
}

fn opened(sql: &mut Sql<'_>, patient: &str, who: i64, kind: i64) {
    let moment = sql.sight.moment();
    sql.push(&format!("EXISTS (SELECT 1 FROM opening o WHERE o.part = {patient} AND o.who = ")).int(who);
    sql.push(" AND o.kind = ").int(kind).push(" AND o.since <= ").int(moment).push(" AND o.until > ").int(moment);
    sql.push(" AND (o.ended = 0 OR o.ended > ").int(moment).push("))");
}

fn is_blocked(sql: &mut Sql<'_>, at: &At, patient: &str, (whom, blocks): (&Numbers, Blocks)) {
    let (moment, type_name) = (sql.sight.moment(), type_number(at.type_name));
    sql.push("EXISTS (SELECT 1 FROM block b WHERE b.patient = ").push(patient).push(" AND ");
    sql.within("+b.whom", whom);
    sql.push(" AND b.since <= ").int(moment).push(" AND b.until > ").int(moment);
    if blocks == Blocks::InEmergency {
        sql.push(" AND b.emergency = 1");
    }
    sql.push(" AND b.type IN (0, ").int(type_name).push(") AND b.item IN (0, ").push(&at.rid);
    sql.push(") AND (b.unit = 0 OR ");
    on_resource(sql, at, |sql, r| {
        sql.push("b.unit = ").push(r).push(".unit");
    });
    sql.push(") AND (b.label = 0 OR ");
    let rows = block::label_rows(sql.registry, at.type_name);
    match rows.is_empty() {
        true => sql.push(NO),
        false => {
            sql.push("EXISTS (SELECT 1 FROM token t WHERE t.param").among(&rows).push(" AND t.code = b.label");
            sql.push(" AND t.part = ").push(&at.part).push(" AND t.rid = ").push(&at.rid).push(")")
        }
    };
    sql.push("))");
}

fn labelled(sql: &mut Sql<'_>, at: &At, labels: &[(String, String)]) {
    let Some(security) = sql.registry.find(at.type_name, "_security").cloned() else {
        sql.push(NO);
        return;
    };
    joined(sql, labels, " OR ", NO, |sql, (system, code)| {
        let (code, system) = (sql.hashes.code(code), sql.hashes.system(system));
        sql.push("EXISTS (SELECT 1 FROM token t WHERE t.param").among(&security.rows).push(" AND t.code = ").int(code);
        if system != 0 {
            sql.push(" AND t.system = ").int(system);
        }
        sql.push(" AND t.part = ").push(&at.part).push(" AND t.rid = ").push(&at.rid).push(")");
    });
}
