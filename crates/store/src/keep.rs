//! Index rows into the tables and out of them.
//!
//! References have become numbers here, and each row gets the part and number of its resource.
//! What it does not do: decide what is indexed (`search::index`).

use crate::compartment::{self, Whose};
use crate::engine::{Bind, Connection};
use crate::prepare::Indexed;
use crate::search::rows::{PairRow, Party, Rows, Target};
use crate::{Error, Place, verify};

use Bind::{Int, Real, Text};

/// An index whose references are numbers.
pub(crate) struct Settled<'i> {
    pub(crate) place: Place,
    pub(crate) type_number: i64,
    pub(crate) rows: &'i Rows,
    /// Of each of `rows.targets`.
    pub(crate) targets: Vec<Place>,
    /// Patients with a row in `compartment`: of a resource in a bucket.
    pub(crate) patients: Vec<i64>,
}

impl<'i> Settled<'i> {
    /// Of a resource with this number, whose targets have these places.
    pub(crate) fn new(index: &'i Indexed, type_number: i64, rid: i64, mut targets: Vec<Place>) -> Settled<'i> {
        let patient = |at: &u32| targets.get(*at as usize).map(|place| place.rid);
        let mut patients: Vec<i64> = index.patients.iter().filter_map(patient).collect();
        let part = match (index.whose, patients.as_slice()) {
            (Whose::Own, _) => rid,
            (Whose::One, [patient]) => *patient,
            _ => compartment::bucket(rid),
        };
        if part > 0 {
            patients.clear();
        }
        patients.sort_unstable();
        // What refers to itself refers to where it is about to stand.
        targets.iter_mut().filter(|target| target.rid == rid).for_each(|target| target.part = part);
        Settled { place: Place { part, rid }, type_number, rows: &index.rows, targets, patients }
    }

    /// Parameter, target and target's part of each reference row. What the part says already has none.
    pub(crate) fn references(&self) -> Vec<(i64, i64, i64)> {
        let mut found = Vec::with_capacity(self.rows.references.len());
        for row in &self.rows.references {
            let (target, part) = match row.target {
                Target::Other(hash) => (hash, 0),
                Target::Local(at) => match self.targets.get(at as usize) {
                    Some(place) if row.primary && place.rid == self.place.part => continue,
                    Some(place) => (place.rid, place.part),
                    None => continue,
                },
            };
            found.push((i64::from(row.param), target, part));
        }
        found
    }

    fn number(&self, party: Party) -> i64 {
        match party {
            Party::Own => self.place.rid,
            Party::Number(number) => number,
            // What has no place is nobody, and is never found.
            Party::Target(at) => self.targets.get(at as usize).map_or(i64::MIN, |place| place.rid),
        }
    }

    /// Kind, who, patient, since and until of each relation; sorted, each once.
    pub(crate) fn relations(&self) -> Vec<[i64; 5]> {
        let rows = self.rows.relations.iter();
        let number = |party| self.number(party);
        sorted(rows.map(|row| [row.kind.into(), number(row.who), number(row.patient), row.since, row.until]))
    }

    /// Type, patient, whom, emergency, label, item, unit, since and until of each block; sorted, each once.
    pub(crate) fn blocks(&self) -> Vec<[i64; 9]> {
        let number = |party| self.number(party);
        sorted(self.rows.blocks.iter().map(|row| {
            let (patient, whom) = (number(row.patient), number(row.whom));
            let what = [row.emergency.into(), row.label, number(row.item), number(row.unit)];
            [row.type_number, patient, whom, what[0], what[1], what[2], what[3], row.since, row.until]
        }))
    }

    /// The second value of a composite row.
    pub(crate) fn pair_b(&self, row: &PairRow) -> i64 {
        let target = row.target.and_then(|at| self.targets.get(at as usize));
        target.map_or(row.b, |place| place.rid)
    }
}

fn sorted<T: Ord>(rows: impl Iterator<Item = T>) -> Vec<T> {
    let mut rows: Vec<T> = rows.collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Writes all rows; none of them is there.
pub(crate) fn insert(connection: &Connection, new: &Settled<'_>) -> Result<(), Error> {
    write(connection, new, None)
}

/// Writes the rows that are not in the tables.
pub(crate) fn insert_missing(connection: &Connection, new: &Settled<'_>) -> Result<(), Error> {
    for row in verify::index_rows(new) {
        let (sql, binds) = row.insertion();
        connection.execute(&sql, &binds)?;
    }
    Ok(())
}

/// Takes all rows out.
pub(crate) fn delete(connection: &Connection, old: &Settled<'_>) -> Result<(), Error> {
    remove(connection, old, None)
}

/// Makes the rows of one version those of the next.
pub(crate) fn change(connection: &Connection, old: &Settled<'_>, new: &Settled<'_>) -> Result<(), Error> {
    if old.place == new.place {
        remove(connection, old, Some(new))?;
        return write(connection, new, Some(old));
    }
    delete(connection, old)?;
    insert(connection, new)
}

/// Whether there are rows to keep, and this one is among them.
fn holds<T: Ord>(kept: Option<&Vec<T>>, row: &T) -> bool {
    kept.is_some_and(|kept| kept.binary_search(row).is_ok())
}

/// Writes the rows that `except` has not.
fn write(connection: &Connection, new: &Settled<'_>, except: Option<&Settled<'_>>) -> Result<(), Error> {
    let Place { part, rid } = new.place;
    let (part, rid) = (Int(part), Int(rid));
    let kept = except.map(|except| except.rows);
    for row in &new.rows.tokens {
        if !holds(kept.map(|kept| &kept.tokens), row) {
            let sql = "INSERT INTO token (param, code, part, rid, system) VALUES ($1, $2, $3, $4, $5)";
            connection.execute(sql, &[Int(row.param.into()), Int(row.code), part, rid, Int(row.system)])?;
        }
    }
    for row in &new.rows.strings {
        if !holds(kept.map(|kept| &kept.strings), row) {
            let sql = "INSERT INTO string (param, text, part, rid, exact) VALUES ($1, $2, $3, $4, $5)";
            connection.execute(sql, &[Int(row.param.into()), Text(&row.text), part, rid, Int(row.exact)])?;
        }
    }
    for row in &new.rows.dates {
        if !holds(kept.map(|kept| &kept.dates), row) {
            let sql = "INSERT INTO date (param, part, lo, rid, span) VALUES ($1, $2, $3, $4, $5)";
            connection.execute(sql, &[Int(row.param.into()), part, Int(row.lo), rid, Int(row.span)])?;
        }
    }
    for row in &new.rows.quantities {
        if kept.is_none_or(|kept| !kept.quantities.contains(row)) {
            let sql = "INSERT INTO quantity (param, part, low, rid, high, unit, raw_low, raw_high, raw_unit) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
            connection.execute(sql, &quantity(row, part, rid))?;
        }
    }
    write_references(connection, new, except)?;
    write_access(connection, new, except)?;
    for row in &new.rows.pairs {
        let b = new.pair_b(row);
        if !except.is_some_and(|except| except.rows.pairs.iter().any(|old| same_pair(except, old, row, b))) {
            let sql = "INSERT INTO pair (param, a, part, rid, a_system, b, b_system, low, high, raw_low, raw_high) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
            connection.execute(sql, &pair(row, b, part, rid))?;
        }
    }
    Ok(())
}

fn write_references(connection: &Connection, new: &Settled<'_>, except: Option<&Settled<'_>>) -> Result<(), Error> {
    let (part, rid) = (Int(new.place.part), Int(new.place.rid));
    let mut kept = except.map(Settled::references).unwrap_or_default();
    kept.sort_unstable();
    for row in new.references() {
        if kept.binary_search(&row).is_err() {
            let (param, target, target_part) = row;
            let sql = "INSERT INTO reference (param, target, part, rid, target_part) VALUES ($1, $2, $3, $4, $5)";
            connection.execute(sql, &[Int(param), Int(target), part, rid, Int(target_part)])?;
        }
    }
    for patient in &new.patients {
        if except.is_none_or(|except| except.patients.binary_search(patient).is_err()) {
            let sql = "INSERT INTO compartment (patient, type, part, rid) VALUES ($1, $2, $3, $4)";
            connection.execute(sql, &[Int(*patient), Int(new.type_number), part, rid])?;
        }
    }
    Ok(())
}

/// Writes the relations and blocks that `except` has not.
fn write_access(connection: &Connection, new: &Settled<'_>, except: Option<&Settled<'_>>) -> Result<(), Error> {
    let (part, rid) = (Int(new.place.part), Int(new.place.rid));
    let kept = except.map(Settled::relations).unwrap_or_default();
    for row in new.relations().iter().filter(|row| kept.binary_search(row).is_err()) {
        let [kind, who, patient, since, until] = row.map(Int);
        let sql =
            "INSERT INTO relation (patient, who, kind, since, until, part, rid) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        connection.execute(sql, &[patient, who, kind, since, until, part, rid])?;
    }
    let kept = except.map(Settled::blocks).unwrap_or_default();
    for row in new.blocks().iter().filter(|row| kept.binary_search(row).is_err()) {
        let sql = "INSERT INTO block (type, patient, whom, emergency, label, item, unit, since, until, part, rid) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let binds: Vec<Bind<'_>> = row.iter().copied().map(Int).chain([part, rid]).collect();
        connection.execute(sql, &binds)?;
    }
    Ok(())
}

/// Takes out the relations and blocks that `except` has not.
fn remove_access(connection: &Connection, old: &Settled<'_>, except: Option<&Settled<'_>>) -> Result<(), Error> {
    let (part, rid) = (Int(old.place.part), Int(old.place.rid));
    let kept = except.map(Settled::relations).unwrap_or_default();
    for row in old.relations().iter().filter(|row| kept.binary_search(row).is_err()) {
        let [kind, who, patient, since, until] = row.map(Int);
        let sql = "DELETE FROM relation WHERE patient = $1 AND who = $2 AND kind = $3 AND since = $4 AND until = $5 \
                   AND part = $6 AND rid = $7";
        connection.execute(sql, &[patient, who, kind, since, until, part, rid])?;
    }
    let kept = except.map(Settled::blocks).unwrap_or_default();
    for row in old.blocks().iter().filter(|row| kept.binary_search(row).is_err()) {
        let sql = "DELETE FROM block WHERE type = $1 AND patient = $2 AND whom = $3 AND emergency = $4 AND label = $5 \
                   AND item = $6 AND unit = $7 AND since = $8 AND until = $9 AND part = $10 AND rid = $11";
        let binds: Vec<Bind<'_>> = row.iter().copied().map(Int).chain([part, rid]).collect();
        connection.execute(sql, &binds)?;
    }
    Ok(())
}

/// Takes out the rows that `except` has not.
fn remove(connection: &Connection, old: &Settled<'_>, except: Option<&Settled<'_>>) -> Result<(), Error> {
    let Place { part, rid } = old.place;
    let (part, rid) = (Int(part), Int(rid));
    let kept = except.map(|except| except.rows);
    for row in &old.rows.tokens {
        if !holds(kept.map(|kept| &kept.tokens), row) {
            let sql = "DELETE FROM token WHERE param = $1 AND code = $2 AND part = $3 AND rid = $4 AND system = $5";
            connection.execute(sql, &[Int(row.param.into()), Int(row.code), part, rid, Int(row.system)])?;
        }
    }
    for row in &old.rows.strings {
        if !holds(kept.map(|kept| &kept.strings), row) {
            let sql = "DELETE FROM string WHERE param = $1 AND text = $2 AND part = $3 AND rid = $4 AND exact = $5";
            connection.execute(sql, &[Int(row.param.into()), Text(&row.text), part, rid, Int(row.exact)])?;
        }
    }
    for row in &old.rows.dates {
        if !holds(kept.map(|kept| &kept.dates), row) {
            let sql = "DELETE FROM date WHERE param = $1 AND part = $2 AND lo = $3 AND rid = $4 AND span = $5";
            connection.execute(sql, &[Int(row.param.into()), part, Int(row.lo), rid, Int(row.span)])?;
        }
    }
    for row in &old.rows.quantities {
        if kept.is_none_or(|kept| !kept.quantities.contains(row)) {
            let sql = "DELETE FROM quantity WHERE param = $1 AND part = $2 AND low = $3 AND rid = $4 AND high = $5 \
                       AND unit = $6 AND raw_low = $7 AND raw_high = $8 AND raw_unit = $9";
            connection.execute(sql, &quantity(row, part, rid))?;
        }
    }
    remove_references(connection, old, except)?;
    remove_access(connection, old, except)?;
    for row in &old.rows.pairs {
        let b = old.pair_b(row);
        if !except.is_some_and(|except| except.rows.pairs.iter().any(|new| same_pair(except, new, row, b))) {
            let sql = "DELETE FROM pair WHERE param = $1 AND a = $2 AND part = $3 AND rid = $4 AND a_system = $5 AND b = $6 \
                       AND b_system = $7 AND low = $8 AND high = $9 AND raw_low = $10 AND raw_high = $11";
            connection.execute(sql, &pair(row, b, part, rid))?;
        }
    }
    Ok(())
}

fn remove_references(connection: &Connection, old: &Settled<'_>, except: Option<&Settled<'_>>) -> Result<(), Error> {
    let (part, rid) = (Int(old.place.part), Int(old.place.rid));
    let mut kept = except.map(Settled::references).unwrap_or_default();
    kept.sort_unstable();
    for row in old.references() {
        if kept.binary_search(&row).is_err() {
            let sql = "DELETE FROM reference WHERE param = $1 AND target = $2 AND part = $3 AND rid = $4";
            connection.execute(sql, &[Int(row.0), Int(row.1), part, rid])?;
        }
    }
    for patient in &old.patients {
        if except.is_none_or(|except| except.patients.binary_search(patient).is_err()) {
            let sql = "DELETE FROM compartment WHERE patient = $1 AND type = $2 AND part = $3 AND rid = $4";
            connection.execute(sql, &[Int(*patient), Int(old.type_number), part, rid])?;
        }
    }
    Ok(())
}

fn same_pair(of: &Settled<'_>, one: &PairRow, other: &PairRow, other_b: i64) -> bool {
    let flat = |row: &PairRow, b: i64| PairRow { b, target: None, ..*row };
    flat(one, of.pair_b(one)) == flat(other, other_b)
}

fn quantity<'a>(row: &crate::search::rows::QuantityRow, part: Bind<'a>, rid: Bind<'a>) -> [Bind<'a>; 9] {
    [
        Int(row.param.into()),
        part,
        Real(row.low),
        rid,
        Real(row.high),
        Int(row.unit),
        Real(row.raw_low),
        Real(row.raw_high),
        Int(row.raw_unit),
    ]
}

fn pair<'a>(row: &PairRow, b: i64, part: Bind<'a>, rid: Bind<'a>) -> [Bind<'a>; 11] {
    [
        Int(row.param.into()),
        Int(row.a),
        part,
        rid,
        Int(row.a_system),
        Int(b),
        Int(row.b_system),
        Real(row.low),
        Real(row.high),
        Real(row.raw_low),
        Real(row.raw_high),
    ]
}
