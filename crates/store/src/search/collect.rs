//! Gathers the index rows of one resource.
//!
//! What it does not do: evaluate expressions (`index`) or know what a row means (`param`).

use std::collections::HashMap;

use akson_fhir::definition::TypeId;
use akson_fhir::value::date::Zone;

use super::fold::fold;
use super::param::token::TEXT;
use super::registry::Parameter;
use super::rows::{DateRow, PairRow, QuantityRow, ReferenceRow, Rows, StringRow, Target, TokenRow, WordRow};
use crate::Hashes;

/// Rows in the making.
pub struct Collector<'a> {
    /// The hashes of this database.
    pub hashes: &'a Hashes,
    /// This server's own address.
    pub base: &'a str,
    /// The zone of times without one.
    pub zone: Zone,
    rows: Rows,
    /// Where each of `rows.targets` stands.
    listed: HashMap<(TypeId, String), u32>,
}

impl<'a> Collector<'a> {
    /// None yet.
    pub fn new(hashes: &'a Hashes, base: &'a str, zone: Zone) -> Collector<'a> {
        Collector { hashes, base, zone, rows: Rows::default(), listed: HashMap::new() }
    }

    /// The rows, distinct and sorted.
    pub fn finish(self) -> Rows {
        let mut rows = self.rows;
        rows.tokens.sort_unstable();
        rows.tokens.dedup();
        rows.strings.sort_unstable();
        rows.strings.dedup();
        rows.dates.sort_unstable();
        rows.dates.dedup();
        rows.quantities.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        rows.quantities.dedup();
        rows.references.sort_unstable();
        rows.references.dedup();
        rows.pairs.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        rows.pairs.dedup();
        rows.words.sort_unstable();
        rows.words.dedup();
        rows
    }

    /// Notes that a parameter has a value.
    pub fn present(&mut self, bit: u8) {
        self.rows.present |= 1 << bit;
    }

    /// A code with its system.
    pub fn token(&mut self, param: i32, code: &str, system: Option<&str>) {
        let row =
            TokenRow { param, code: self.hashes.code(code), system: self.hashes.system(system.unwrap_or_default()) };
        self.rows.tokens.push(row);
    }

    /// A row of another meaning in the table of tokens.
    pub fn marked(&mut self, param: i32, code: i64, mark: i64) {
        self.rows.tokens.push(TokenRow { param, code, system: mark });
    }

    /// A text that belongs to a code.
    pub fn display(&mut self, param: i32, text: &str) {
        let folded = fold(text);
        if folded.is_empty() {
            return;
        }
        // The first letter keeps these apart from all codes.
        let code = self.hashes.code(&format!("\u{1}{folded}"));
        self.marked(param, code, TEXT);
        self.rows.words.push(WordRow { param, text: folded, code, system: TEXT });
    }

    /// An address.
    pub fn address(&mut self, param: i32, url: &str) {
        let code = self.hashes.code(url);
        self.marked(param, code, 0);
        self.rows.words.push(WordRow { param, text: url.to_string(), code, system: 0 });
    }

    /// A text.
    pub fn string(&mut self, param: i32, text: &str) {
        let folded = fold(text);
        if !folded.is_empty() {
            self.rows.strings.push(StringRow { param, text: folded, exact: self.hashes.code(text) });
        }
    }

    /// A span of milliseconds, the end not included.
    pub fn date(&mut self, param: i32, low: i64, high: i64) {
        self.rows.dates.push(DateRow { param, lo: low, span: high - low });
    }

    /// A number.
    pub fn number(&mut self, param: i32, value: f64) {
        self.quantity(QuantityRow {
            param,
            low: value,
            high: value,
            unit: 0,
            raw_low: value,
            raw_high: value,
            raw_unit: 0,
        });
    }

    /// A quantity.
    pub fn quantity(&mut self, row: QuantityRow) {
        self.rows.quantities.push(row);
    }

    /// A reference to a resource of this server.
    pub fn local(&mut self, parameter: &Parameter, type_id: TypeId, id: &str) {
        let target = Target::Local(self.target(type_id, id));
        self.rows.references.push(ReferenceRow { param: parameter.number, target, primary: parameter.primary });
    }

    /// A reference to anything else.
    pub fn foreign(&mut self, parameter: &Parameter, url: &str) {
        let target = Target::Other(self.hashes.target(url));
        self.rows.references.push(ReferenceRow { param: parameter.number, target, primary: parameter.primary });
    }

    /// The place of a local resource in the list of those that are named.
    pub fn target(&mut self, type_id: TypeId, id: &str) -> u32 {
        *self.listed.entry((type_id, id.to_string())).or_insert_with_key(|target| {
            self.rows.targets.push(target.clone());
            self.rows.targets.len() as u32 - 1
        })
    }

    /// The values of one item of a composite.
    pub fn pair(&mut self, row: PairRow) {
        self.rows.pairs.push(row);
    }
}
