//! The machine's limit for `cargo xtask bench`: writes the rows of a loaded database into an empty one with the same
//! tables, bare: no parsing, no index extraction, no compression, one durable commit per 300 resources.
//!
//! Prints resources per second. The argument is the data folder; the new database is made beside the old one.
#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Resources in one commit, as many as a usual bundle holds.
const BATCH: usize = 300;

/// A statement and the rows it writes, by resource.
type Rows = BTreeMap<i64, Vec<(usize, Vec<Value>)>>;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: bare FOLDER")?);
    let path = database(&folder)?;
    let old = Connection::open(&path)?;
    let copy = folder.join("bare.db");
    let new = Connection::open(&copy)?;
    new.execute_batch(
        "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144;",
    )?;
    let mut rows = Rows::new();
    let mut statements = Vec::new();
    for (table, sql) in tables(&old)? {
        new.execute_batch(&sql)?;
        gather(&old, &table, &mut statements, &mut rows)?;
    }
    for sql in indexes(&old)? {
        new.execute_batch(&sql)?;
    }
    let resources: i64 = old.query_row("SELECT count(*) FROM resource", [], |row| row.get(0))?;
    let start = Instant::now();
    write(&new, &statements, &rows)?;
    println!("{:.0} resources/s, {resources} resources", resources as f64 / start.elapsed().as_secs_f64());
    drop(new);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", copy.display()));
    }
    Ok(())
}

/// The largest file of the folder that is a database.
fn database(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let files = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let databases = files.filter(|path| path.extension().is_some_and(|e| e == "db" || e == "sqlite"));
    databases.max_by_key(|path| path.metadata().map_or(0, |meta| meta.len())).ok_or_else(|| "no database".into())
}

fn tables(old: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut query = old.prepare(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )?;
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn indexes(old: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query =
        old.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// Reads a table's rows by the resource they belong to; tables without a `rid` column are left out.
fn gather(old: &Connection, table: &str, statements: &mut Vec<String>, rows: &mut Rows) -> rusqlite::Result<()> {
    let mut query = old.prepare(&format!("SELECT * FROM \"{table}\""))?;
    let columns: Vec<String> = query.column_names().map(str::to_owned).collect();
    let Some(rid) = columns.iter().position(|name| name == "rid") else { return Ok(()) };
    let marks = vec!["?"; columns.len()].join(",");
    statements.push(format!("INSERT INTO \"{table}\" VALUES ({marks})"));
    let mut found = query.query([])?;
    while let Some(row) = found.next()? {
        let values: Vec<Value> = (0..columns.len()).map(|at| row.get(at)).collect::<Result<_, _>>()?;
        if let Value::Integer(key) = values[rid] {
            rows.entry(key).or_default().push((statements.len() - 1, values));
        }
    }
    Ok(())
}

fn write(new: &Connection, statements: &[String], rows: &Rows) -> rusqlite::Result<()> {
    let mut prepared = statements.iter().map(|sql| new.prepare(sql)).collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<_> = rows.values().collect();
    for batch in rows.chunks(BATCH) {
        new.execute_batch("BEGIN IMMEDIATE")?;
        for (statement, values) in batch.iter().flat_map(|rows| rows.iter()) {
            prepared[*statement].execute(params_from_iter(values))?;
        }
        new.execute_batch("COMMIT")?;
    }
    Ok(())
}
