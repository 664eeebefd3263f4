//! A statement in the making: its text and what is bound to it.
//!
//! Values are bound in the order in which they stand in the text, so the engine's numbering by first appearance holds.
//! No value of a query ever becomes part of the text.

use std::fmt::Write;
use std::sync::Arc;

use super::numbers::Numbers;
use super::registry::Registry;
use super::sight::Sight;
use crate::Hashes;
use crate::engine::dialect;

/// Finds the part and number of a resource by type and id; none if it was never mentioned.
pub type Find<'a> = dyn Fn(&str, &str) -> Option<(i64, i64)> + 'a;

/// A value bound to a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// An integer.
    Int(i64),
    /// A double.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Arc<[u8]>),
}

/// Where a condition is put: the columns that hold the part and the number of the resource in question.
#[derive(Debug, Clone)]
pub struct At {
    /// Column of the part.
    pub part: String,
    /// Column of the number.
    pub rid: String,
    /// The alias of a row of `resource`, if it is one.
    pub resource: Option<String>,
    /// The type in question.
    pub type_name: &'static str,
    /// The part, if it is known beforehand.
    pub fixed_part: Option<i64>,
    /// Among which few the resource in question is.
    pub few: Option<Few>,
}

/// Few resources: those that have a row with this value.
#[derive(Debug, Clone)]
pub struct Few {
    /// The table of the rows.
    pub table: &'static str,
    /// The numbers of their parameter.
    pub rows: Vec<i32>,
    /// The column of the value.
    pub column: &'static str,
    /// The value.
    pub value: i64,
}

impl At {
    /// A row of an index table.
    pub fn row(alias: &str, type_name: &'static str) -> At {
        let (part, rid) = (format!("{alias}.part"), format!("{alias}.rid"));
        At { part, rid, resource: None, type_name, fixed_part: None, few: None }
    }

    /// A row of `resource`.
    pub fn resource(alias: &str, type_name: &'static str) -> At {
        At { resource: Some(alias.to_string()), ..At::row(alias, type_name) }
    }
}

/// A statement in the making.
pub struct Sql<'a> {
    /// Its text so far.
    pub text: String,
    /// What is bound so far.
    pub binds: Vec<Bound>,
    /// The hashes of the database.
    pub hashes: &'a Hashes,
    /// What the caller may see.
    pub sight: &'a Sight,
    /// The parameters.
    pub registry: &'a Registry,
    find: &'a Find<'a>,
    aliases: u32,
}

impl<'a> Sql<'a> {
    /// An empty one.
    pub fn new(hashes: &'a Hashes, registry: &'a Registry, sight: &'a Sight, find: &'a Find<'a>) -> Sql<'a> {
        Sql {
            text: String::with_capacity(512),
            binds: Vec::with_capacity(16),
            hashes,
            sight,
            registry,
            find,
            aliases: 0,
        }
    }

    /// Another one with the same surroundings.
    pub fn another(&self) -> Sql<'a> {
        Sql::new(self.hashes, self.registry, self.sight, self.find)
    }

    /// Adds text.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    fn bind(&mut self, value: Bound) -> &mut Self {
        self.binds.push(value);
        let _ = write!(self.text, "${}", self.binds.len());
        self
    }

    /// Binds an integer that is the next to stand in the text; how it is written there, as often as needed.
    pub fn will_bind(&mut self, value: i64) -> String {
        self.binds.push(Bound::Int(value));
        format!("${}", self.binds.len())
    }

    /// Adds an integer.
    pub fn int(&mut self, value: i64) -> &mut Self {
        self.bind(Bound::Int(value))
    }

    /// Adds a double.
    pub fn real(&mut self, value: f64) -> &mut Self {
        self.bind(Bound::Real(value))
    }

    /// Adds a text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.bind(Bound::Text(value.to_string()))
    }

    /// Adds ` = 5` or ` IN (5, 6)`.
    pub fn one_of(&mut self, values: &[i64]) -> &mut Self {
        if let [only] = values {
            return self.push(" = ").int(*only);
        }
        self.push(" IN (");
        for (n, value) in values.iter().enumerate() {
            if n > 0 {
                self.push(", ");
            }
            self.int(*value);
        }
        self.push(")")
    }

    /// Adds the same, as one of few texts however many numbers there are.
    pub fn one_of_evened(&mut self, values: &[i64]) -> &mut Self {
        self.one_of(&evened(values))
    }

    /// Adds the same for the numbers of parameters.
    pub fn among(&mut self, rows: &[i32]) -> &mut Self {
        let rows: Vec<i64> = rows.iter().copied().map(i64::from).collect();
        self.one_of(&rows)
    }

    /// A new alias beginning with a letter.
    pub fn alias(&mut self, letter: &str) -> String {
        self.aliases += 1;
        format!("{letter}{}", self.aliases)
    }

    /// Adds the condition that a column holds one of these numbers.
    pub fn within(&mut self, column: &str, numbers: &Numbers) -> &mut Self {
        let Some(bytes) = numbers.bytes() else {
            return match numbers.list() {
                [] => self.push("1 = 0"),
                list => self.push(column).one_of(&evened(list)),
            };
        };
        let known =
            self.binds.iter().position(|bound| matches!(bound, Bound::Bytes(other) if Arc::ptr_eq(other, bytes)));
        let at = known.unwrap_or_else(|| {
            self.binds.push(Bound::Bytes(Arc::clone(bytes)));
            self.binds.len() - 1
        });
        self.push(&dialect::within(column, at + 1))
    }

    /// Where a resource is or would be.
    pub fn place_of(&self, type_name: &str, id: &str) -> Option<(i64, i64)> {
        (self.find)(type_name, id)
    }
}

/// The same numbers, the last one repeated up to the next power of two: so that callers with a few more or less keys share
/// their statements.
fn evened(list: &[i64]) -> Vec<i64> {
    let mut even = list.to_vec();
    even.resize(list.len().next_power_of_two(), list.last().copied().unwrap_or_default());
    even
}
