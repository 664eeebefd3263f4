//! Proves that the database says one thing: checksums, index = f(resources), directory, versions, audit chain.
//!
//! All on one snapshot, so that it runs beside writes; the log cannot begin anew while it does. The index is built again in memory from the bodies and compared with the tables by sums per table
//! and parameter; only where these differ are the rows themselves compared. Nothing is changed.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::engine::Bind::Int;
use crate::keep::Settled;
use crate::prepare::Indexed;
use crate::search::registry::Registry;
use crate::view::{State, head_columns};
use crate::watch::{Counter, Watch};
use crate::{Bind, Error, Next, Place, Row, Store, View, ids, parameters, types};

/// Differences that are told one by one; all are counted.
const TOLD_MAX: usize = 100;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Resources, live and deleted.
    pub resources: u64,
    /// Older versions.
    pub versions: u64,
    /// Index rows.
    pub rows: u64,
    /// Audit lines.
    pub lines: u64,
    /// How many differences there are.
    pub differences: u64,
    /// The first of them.
    pub told: Vec<String>,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.differences == 0
    }

    fn tell(&mut self, difference: String) {
        self.differences += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push(difference);
        }
    }
}

/// The index tables and the columns that are compared; `param` first, part and rid next.
pub(crate) const TABLES: [(&str, &str); 9] = [
    ("token", "param, part, rid, code, system"),
    ("string", "param, part, rid, text, exact"),
    ("date", "param, part, rid, lo, span"),
    ("quantity", "param, part, rid, low, high, unit, raw_low, raw_high, raw_unit"),
    ("reference", "param, part, rid, target, target_part"),
    ("pair", "param, part, rid, a, a_system, b, b_system, low, high, raw_low, raw_high"),
    ("compartment", "type, part, rid, patient"),
    ("relation", "kind, part, rid, who, patient, since, until"),
    ("block", "type, part, rid, patient, whom, emergency, label, item, unit, since, until"),
];

/// A row of an index table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct IndexRow {
    /// Entry of [`TABLES`].
    pub(crate) table: usize,
    pub(crate) param: i64,
    pub(crate) place: Place,
    pub(crate) values: Vec<Cell>,
}

/// A value in an index row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Int(i64),
    Real(f64),
    Text(String),
}

impl IndexRow {
    fn sum(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.table, self.param, self.place).hash(&mut hasher);
        for value in &self.values {
            match value {
                Cell::Int(number) => number.hash(&mut hasher),
                // Zero has two signs; the engine keeps whole doubles as integers and loses one.
                Cell::Real(number) => (number + 0.0).to_bits().hash(&mut hasher),
                Cell::Text(text) => text.hash(&mut hasher),
            }
        }
        hasher.finish()
    }

    fn read(table: usize, row: &Row<'_>) -> Result<IndexRow, Error> {
        let count = TABLES[table].1.split(',').count();
        let reals = |column: &str| matches!(column, "low" | "high" | "raw_low" | "raw_high");
        let mut values = Vec::with_capacity(count - 3);
        for (at, column) in TABLES[table].1.split(", ").enumerate().skip(3) {
            values.push(match column {
                "text" => Cell::Text(row.text(at)?.to_owned()),
                column if reals(column) => Cell::Real(row.real(at)?),
                _ => Cell::Int(row.int(at)?),
            });
        }
        Ok(IndexRow { table, param: row.int(0)?, place: Place { part: row.int(1)?, rid: row.int(2)? }, values })
    }
}

/// All rows of an index, as they stand in the tables.
pub(crate) fn index_rows(of: &Settled<'_>) -> Vec<IndexRow> {
    let mut rows = Vec::new();
    let place = of.place;
    let mut add = |table, param: i64, values| rows.push(IndexRow { table, param, place, values });
    for row in &of.rows.tokens {
        add(0, row.param.into(), vec![Cell::Int(row.code), Cell::Int(row.system)]);
    }
    for row in &of.rows.strings {
        add(1, row.param.into(), vec![Cell::Text(row.text.clone()), Cell::Int(row.exact)]);
    }
    for row in &of.rows.dates {
        add(2, row.param.into(), vec![Cell::Int(row.lo), Cell::Int(row.span)]);
    }
    for row in &of.rows.quantities {
        let (raw, unit) = ([Cell::Real(row.raw_low), Cell::Real(row.raw_high)], Cell::Int(row.unit));
        let mut values = vec![Cell::Real(row.low), Cell::Real(row.high), unit];
        values.extend(raw);
        values.push(Cell::Int(row.raw_unit));
        add(3, row.param.into(), values);
    }
    for (param, target, part) in of.references() {
        add(4, param, vec![Cell::Int(target), Cell::Int(part)]);
    }
    for row in &of.rows.pairs {
        let ints = [row.a, row.a_system, of.pair_b(row), row.b_system].map(Cell::Int);
        let reals = [row.low, row.high, row.raw_low, row.raw_high].map(Cell::Real);
        add(5, row.param.into(), ints.into_iter().chain(reals).collect());
    }
    for patient in &of.patients {
        add(6, of.type_number, vec![Cell::Int(*patient)]);
    }
    for [kind, rest @ ..] in of.relations() {
        add(7, kind, rest.map(Cell::Int).to_vec());
    }
    for [type_number, rest @ ..] in of.blocks() {
        add(8, type_number, rest.map(Cell::Int).to_vec());
    }
    rows
}

/// How many rows there are and what they add up to, per table and parameter.
type Sums = HashMap<(usize, i64), (u64, u64)>;

fn add(sums: &mut Sums, row: &IndexRow) {
    let sum = sums.entry((row.table, row.param)).or_default();
    sum.0 += 1;
    sum.1 = sum.1.wrapping_add(row.sum());
}

impl Store {
    /// Looks at everything there is.
    pub fn verify(&self) -> Result<Report, Error> {
        self.verify_watched(&mut |_| Next::On)
    }

    /// The same, telling each step; [`Error::Interrupted`] if it was stopped.
    pub fn verify_watched(&self, watch: Watch<'_>) -> Result<Report, Error> {
        let view = self.read()?;
        let look = Look::at(&view)?;
        let (mut report, mut counter) = (Report::default(), Counter::new(watch));
        counter.begin("the file", 0)?;
        check_file(&view, &mut report)?;
        let expected = check_heads(&look, &mut report, &mut counter)?;
        check_history(&view, &mut report, &mut counter)?;
        counter.begin("ids", 0)?;
        check_directory(&view, &mut report)?;
        let different = compare(&view, &expected, &mut report, &mut counter)?;
        if !different.is_empty() {
            for difference in differences(&look, &different, &mut counter)? {
                report.tell(difference.words());
            }
        }
        counter.begin("audit", 0)?;
        let (lines, faults) = self.verify_audit()?;
        report.lines = lines;
        faults.into_iter().for_each(|fault| report.tell(fault));
        Ok(report)
    }
}

/// A view with the search parameters of its moment, which may not be those of now.
pub(crate) struct Look<'v> {
    view: &'v View,
    registry: Registry,
    /// Numbers whose rows are still being made: some are missing.
    unfinished: Vec<i64>,
}

impl<'v> Look<'v> {
    pub(crate) fn at(view: &'v View) -> Result<Look<'v>, Error> {
        let registry = parameters::load(&view.connection, &view.shared.options.base)?;
        let unfinished = registry.unfinished().map(i64::from).collect();
        Ok(Look { view, registry, unfinished })
    }
}

fn count(view: &View, sql: &str) -> Result<u64, Error> {
    Ok(view.connection.one(sql, &[], |row| row.int(0))?.map_or(0, i64::unsigned_abs))
}

fn check_file(view: &View, report: &mut Report) -> Result<(), Error> {
    view.connection.each("PRAGMA integrity_check(100)", &[], |row| {
        if row.text(0)? != "ok" {
            report.tell(format!("file: {}", row.text(0)?));
        }
        Ok(())
    })
}

/// All heads: checksum, id, index.
fn check_heads(look: &Look<'_>, report: &mut Report, counter: &mut Counter<'_>) -> Result<Sums, Error> {
    let view = look.view;
    let mut sums = Sums::new();
    let mut findings = Vec::new();
    counter.begin("resources", heads(view)?)?;
    each_head(look, counter, |place, head| {
        report.resources += 1;
        match head {
            Ok((type_number, id, index)) => {
                if let Some(finding) = check_head(view, place, type_number, &id, &index, &mut sums)? {
                    findings.push(finding);
                }
            }
            Err(Some(damage)) => findings.push(format!("resource {}: {damage}", place.rid)),
            Err(None) => {}
        }
        Ok(())
    })?;
    findings.into_iter().for_each(|finding| report.tell(finding));
    Ok(sums)
}

/// A live head: type, id and index; or what is wrong with it; or nothing, if it is deleted.
type Head = Result<(i64, String, Indexed), Option<String>>;

/// How many resources there are, live and deleted.
pub(crate) fn heads(view: &View) -> Result<u64, Error> {
    count(view, "SELECT COUNT(*) FROM resource ORDER BY 1 LIMIT 1")
}

/// How many older versions there are.
pub(crate) fn older(view: &View) -> Result<u64, Error> {
    count(view, "SELECT COUNT(*) FROM history ORDER BY 1 LIMIT 1")
}

/// Goes through all heads.
fn each_head(
    look: &Look<'_>,
    counter: &mut Counter<'_>,
    mut each: impl FnMut(Place, Head) -> Result<(), Error>,
) -> Result<(), Error> {
    let Look { view, registry, .. } = look;
    let sql = concat!("SELECT ", head_columns!(), " FROM resource ORDER BY part, rid LIMIT $1");
    view.connection.each(sql, &[Int(i64::MAX)], |row| {
        let place = Place { part: row.int(0)?, rid: row.int(1)? };
        let head = match view.stored_anew(row) {
            Ok(stored) if stored.state == State::Live => match view.shared.index_text(view, stored.bare(), registry) {
                Ok(index) => Ok((types::number(stored.type_id), stored.id, index)),
                Err(error) => Err(Some(error.to_string())),
            },
            Ok(_) => Err(None),
            Err(error) => Err(Some(error.to_string())),
        };
        each(place, head)?;
        counter.one()
    })
}

fn check_head(
    view: &View,
    place: Place,
    type_number: i64,
    id: &str,
    index: &Indexed,
    sums: &mut Sums,
) -> Result<Option<String>, Error> {
    let type_id = types::type_id(type_number).ok_or_else(|| Error::broken("a type has no number"))?;
    if view.place(type_id, id)? != Some(place) {
        return Ok(Some(format!("resource {}: its id does not lead to it", place.rid)));
    }
    let Some(targets) = places(view, index)? else {
        return Ok(Some(format!("resource {}: it refers to something without a number", place.rid)));
    };
    let settled = Settled::new(index, type_number, place.rid, targets);
    if settled.place != place {
        return Ok(Some(format!(
            "resource {}: it stands in part {}, its content says {}",
            place.rid, place.part, settled.place.part
        )));
    }
    for row in index_rows(&settled) {
        add(sums, &row);
    }
    Ok(None)
}

/// Places of an index's targets as they are known; `None` if one is not.
fn places(view: &View, index: &Indexed) -> Result<Option<Vec<Place>>, Error> {
    let mut places = Vec::with_capacity(index.targets.len());
    for (target, (type_id, id)) in index.targets.iter().zip(&index.rows.targets) {
        let place = if target.certain { Some(target.place) } else { view.place(*type_id, id)? };
        let Some(place) = place else { return Ok(None) };
        places.push(place);
    }
    Ok(Some(places))
}

/// Older versions: checksums, and that none is missing.
fn check_history(view: &View, report: &mut Report, counter: &mut Counter<'_>) -> Result<(), Error> {
    let mut found: HashMap<i64, i64> = HashMap::new();
    let mut findings = Vec::new();
    counter.begin("earlier versions", older(view)?)?;
    let sql = concat!("SELECT ", head_columns!(), " FROM history ORDER BY part, rid, version LIMIT $1");
    view.connection.each(sql, &[Int(i64::MAX)], |row| {
        report.versions += 1;
        *found.entry(row.int(1)?).or_default() += 1;
        if let Err(error) = view.stored_anew(row) {
            findings.push(format!("resource {} version {}: {error}", row.int(1)?, row.int(3)?));
        }
        counter.one()
    })?;
    let sql = "SELECT rid, version FROM resource WHERE version > 1 ORDER BY part, rid LIMIT $1";
    view.connection.each(sql, &[Int(i64::MAX)], |row| {
        let (rid, version) = (row.int(0)?, row.int(1)?);
        if found.remove(&rid) != Some(version - 1) {
            findings.push(format!("resource {rid}: versions are missing before {version}"));
        }
        Ok(())
    })?;
    findings.extend(found.keys().map(|rid| format!("resource {rid}: it has a history but no newest version")));
    findings.into_iter().for_each(|finding| report.tell(finding));
    Ok(())
}

/// Ids that clients chose: what stands where they lead has that id.
fn check_directory(view: &View, report: &mut Report) -> Result<(), Error> {
    let mut findings = Vec::new();
    let sql = "SELECT d.type, d.id, d.rid, r.type FROM directory AS d \
               LEFT JOIN resource AS r ON r.part = d.part AND r.rid = d.rid ORDER BY d.type, d.id LIMIT $1";
    view.connection.each(sql, &[Int(i64::MAX)], |row| {
        if row.int_or_null(3)?.is_some_and(|type_number| row.int(0).is_ok_and(|own| own != type_number)) {
            findings.push(format!("directory: an id leads to number {}, which is of another type", row.int(2)?));
        }
        if !akson_fhir::resource::is_id(&ids::unpack(row.bytes(1)?)) {
            findings.push(format!("directory: the id of number {} cannot be read", row.int(2)?));
        }
        Ok(())
    })?;
    findings.into_iter().for_each(|finding| report.tell(finding));
    Ok(())
}

/// Compares sums; which tables and parameters differ.
fn compare(
    view: &View,
    expected: &Sums,
    report: &mut Report,
    counter: &mut Counter<'_>,
) -> Result<Vec<(usize, i64)>, Error> {
    let mut actual = Sums::new();
    counter.begin("index rows", expected.values().map(|sum| sum.0).sum())?;
    for table in 0..TABLES.len() {
        each_row(view, table, counter, |row| {
            report.rows += 1;
            add(&mut actual, &row);
        })?;
    }
    let mut different: Vec<(usize, i64)> = expected.keys().chain(actual.keys()).copied().collect();
    different.retain(|key| expected.get(key) != actual.get(key));
    different.sort_unstable();
    different.dedup();
    Ok(different)
}

fn each_row(view: &View, table: usize, counter: &mut Counter<'_>, mut each: impl FnMut(IndexRow)) -> Result<(), Error> {
    let (name, columns) = TABLES[table];
    let sql = format!("SELECT {columns} FROM {name} ORDER BY 1 LIMIT $1");
    view.connection.each(&sql, &[Int(i64::MAX)], |row| {
        each(IndexRow::read(table, row)?);
        counter.one()
    })
}

/// A row that should be there, or should not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) row: IndexRow,
    pub(crate) missing: bool,
}

impl Difference {
    fn words(&self) -> String {
        let what = if self.missing { "is missing" } else { "should not be there" };
        let IndexRow { table, param, place, .. } = &self.row;
        format!("index: a row in {} of parameter {param} for resource {} {what}", TABLES[*table].0, place.rid)
    }
}

/// The rows that differ in some tables and parameters.
pub(crate) fn differences(
    look: &Look<'_>,
    among: &[(usize, i64)],
    counter: &mut Counter<'_>,
) -> Result<Vec<Difference>, Error> {
    let view = look.view;
    let mut expected: HashMap<u64, IndexRow> = HashMap::new();
    counter.begin("differences", heads(view)?)?;
    each_head(look, counter, |place, head| {
        let Ok((type_number, _, index)) = head else { return Ok(()) };
        if let Some(targets) = places(view, &index)? {
            let settled = Settled::new(&index, type_number, place.rid, targets);
            let rows = index_rows(&settled).into_iter();
            expected.extend(rows.filter(|row| among.contains(&(row.table, row.param))).map(|row| (row.sum(), row)));
        }
        Ok(())
    })?;
    let mut found = Vec::new();
    for table in 0..TABLES.len() {
        if among.iter().any(|(other, _)| *other == table) {
            each_row(view, table, counter, |row| {
                if among.contains(&(row.table, row.param)) && expected.remove(&row.sum()).is_none() {
                    found.push(Difference { row, missing: false });
                }
            })?;
        }
    }
    let by_param = |row: &IndexRow| TABLES[row.table].1.starts_with("param");
    let due = |row: &IndexRow| !by_param(row) || !look.unfinished.contains(&row.param);
    found.extend(expected.into_values().filter(due).map(|row| Difference { row, missing: true }));
    Ok(found)
}

/// Tables and parameters whose rows are not those the bodies give.
pub(crate) fn different(look: &Look<'_>, counter: &mut Counter<'_>) -> Result<Vec<(usize, i64)>, Error> {
    let mut report = Report::default();
    let expected = check_heads(look, &mut report, counter)?;
    compare(look.view, &expected, &mut report, counter)
}

impl IndexRow {
    fn binds(&self) -> Vec<Bind<'_>> {
        let mut binds = vec![Int(self.param), Int(self.place.part), Int(self.place.rid)];
        binds.extend(self.values.iter().map(|value| match value {
            Cell::Int(number) => Int(*number),
            Cell::Real(number) => Bind::Real(*number),
            Cell::Text(text) => Bind::Text(text),
        }));
        binds
    }

    /// The statement that takes it out, and its values.
    pub(crate) fn removal(&self) -> (String, Vec<Bind<'_>>) {
        let (name, columns) = TABLES[self.table];
        let terms: Vec<String> = columns.split(", ").zip(1..).map(|(column, n)| format!("{column} = ${n}")).collect();
        (format!("DELETE FROM {name} WHERE {}", terms.join(" AND ")), self.binds())
    }

    /// The statement that writes it if it is not there, and its values.
    pub(crate) fn insertion(&self) -> (String, Vec<Bind<'_>>) {
        let (name, columns) = TABLES[self.table];
        let marks: Vec<String> = (1..=columns.split(", ").count()).map(|n| format!("${n}")).collect();
        let same = if name == "reference" { REFERENCE_AGAIN } else { "ON CONFLICT DO NOTHING" };
        (format!("INSERT INTO {name} ({columns}) VALUES ({}) {same}", marks.join(", ")), self.binds())
    }
}

/// A reference that is there gets its target's part anew.
const REFERENCE_AGAIN: &str = "ON CONFLICT (param, target, part, rid) DO UPDATE SET target_part = excluded.target_part";
