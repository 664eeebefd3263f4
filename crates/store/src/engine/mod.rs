//! The engine: a connection that runs SQL text with bound values.
//!
//! One style of SQL for all engines: `$1…` in order of first appearance, integers, doubles, texts and bytes only.
//! What differs per engine stands in `dialect`. Only SQLite is here so far.

pub(crate) mod deadline;
pub(crate) mod dialect;
pub(crate) mod migrate;
pub(crate) mod pool;
pub(crate) mod sqlite;
pub(crate) mod write_ahead;

use std::cell::Cell;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use self::deadline::Deadline;
use crate::Error;

/// A value bound to a statement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bind<'a> {
    /// An integer.
    Int(i64),
    /// A double.
    Real(f64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Nothing.
    Null,
}

impl ToSql for Bind<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Bind::Int(value) => ValueRef::Integer(value),
            Bind::Real(value) => ValueRef::Real(value),
            Bind::Text(value) => ValueRef::Text(value.as_bytes()),
            Bind::Bytes(value) => ValueRef::Blob(value),
            Bind::Null => ValueRef::Null,
        }))
    }
}

/// A connection. Statements are prepared once and kept.
pub struct Connection {
    pub(crate) raw: rusqlite::Connection,
    pub(crate) deadline: Deadline,
    /// A reader's transaction began after so many commits.
    pub(crate) begun_after: Cell<u64>,
}

impl Connection {
    /// All rows of a statement, each made into a `T`.
    pub fn query<T>(
        &self,
        sql: &str,
        binds: &[Bind<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        self.deadline.check()?;
        let mut statement = self.raw.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(binds))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(each(&Row(row))?);
        }
        Ok(found)
    }

    /// Goes through the rows of a statement without keeping them.
    pub fn each(
        &self,
        sql: &str,
        binds: &[Bind<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.deadline.check()?;
        let mut statement = self.raw.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(binds))?;
        while let Some(row) = rows.next()? {
            each(&Row(row))?;
        }
        Ok(())
    }

    /// The rows of a statement, one after the other, for as long as `each` answers true.
    pub fn walk(
        &self,
        sql: &str,
        binds: &[Bind<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        self.deadline.check()?;
        let mut statement = self.raw.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(binds))?;
        while let Some(row) = rows.next()? {
            if !each(&Row(row))? {
                break;
            }
        }
        Ok(())
    }

    /// The first row of a statement.
    pub fn one<T>(
        &self,
        sql: &str,
        binds: &[Bind<'_>],
        each: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.deadline.check()?;
        let mut statement = self.raw.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(binds))?;
        match rows.next()? {
            Some(row) => Ok(Some(each(&Row(row))?)),
            None => Ok(None),
        }
    }

    /// Runs a statement that answers nothing; how many rows it changed.
    pub fn execute(&self, sql: &str, binds: &[Bind<'_>]) -> Result<usize, Error> {
        let mut statement = self.raw.prepare_cached(sql)?;
        Ok(statement.execute(rusqlite::params_from_iter(binds))?)
    }
}

/// A row of an answer; columns are counted from 0.
pub struct Row<'r>(&'r rusqlite::Row<'r>);

impl Row<'_> {
    /// An integer.
    pub fn int(&self, column: usize) -> Result<i64, Error> {
        Ok(self.0.get(column)?)
    }

    /// An integer, or nothing.
    pub fn int_or_null(&self, column: usize) -> Result<Option<i64>, Error> {
        Ok(self.0.get(column)?)
    }

    /// A double.
    pub fn real(&self, column: usize) -> Result<f64, Error> {
        Ok(self.0.get(column)?)
    }

    /// A text.
    pub fn text(&self, column: usize) -> Result<&str, Error> {
        self.0.get_ref(column)?.as_str().map_err(|error| Error::broken(format!("column {column}: {error}")))
    }

    /// A text, or nothing.
    pub fn text_or_null(&self, column: usize) -> Result<Option<&str>, Error> {
        self.0.get_ref(column)?.as_str_or_null().map_err(|error| Error::broken(format!("column {column}: {error}")))
    }

    /// Bytes; none for null.
    pub fn bytes(&self, column: usize) -> Result<&[u8], Error> {
        match self.0.get_ref(column)? {
            ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Ok(bytes),
            ValueRef::Null => Ok(&[]),
            _ => Err(Error::broken(format!("column {column} holds no bytes"))),
        }
    }
}
