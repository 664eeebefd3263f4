//! What drives a query: the condition whose rows are walked while all others are probed.
//!
//! The choice depends on the question alone, never on what is stored, so that the order of an answer tells nothing of
//! rows that cannot be seen. The rules: an identifier before a text, a text before a reference, a reference before a
//! code, a code before a time, a time before a flag; within one patient, whatever leads into that patient's rows.

use akson_fhir::definition::SearchKind;

use super::expr::{Expr, Prefix, ReferenceTest, StringTest, Test, TokenTest, Unit, UriTest};
use super::param;
use super::registry::Parameter;
use super::sql::{Few, Sql};

/// Ranks from here on are too common to gather: the order of an answer drives before them.
pub const COMMON: u8 = 50;

/// The conditions of a conjunction, one by one.
pub fn flat(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::All(all) => all.iter().flat_map(flat).collect(),
        other => vec![other],
    }
}

/// The best driver among conditions. `type_name`: what the conditions are about, if chains may drive.
pub fn choose(conditions: &[&Expr], chains: Option<&str>) -> Option<usize> {
    let ranked = conditions.iter().enumerate().filter_map(|(n, one)| Some((rank(one, chains)?, n)));
    ranked.min().map(|(_, n)| n)
}

/// The best driver where the part is known.
pub fn choose_within_part(conditions: &[&Expr]) -> Option<usize> {
    let ranked = conditions.iter().enumerate().filter_map(|(n, one)| Some((rank_within_part(one)?, n)));
    ranked.min().map(|(_, n)| n)
}

/// How rare the rows of a condition are by its nature; none if it cannot drive.
pub fn rank(expr: &Expr, chains: Option<&str>) -> Option<u8> {
    match expr {
        Expr::Id(_) => Some(0),
        Expr::Test(parameter, test) => rank_of(parameter, test),
        Expr::Any(any) if chains.is_some() && all_chains(any) => {
            let ranks: Option<Vec<u8>> = any.iter().map(|one| rank(one, chains)).collect();
            ranks?.into_iter().max()
        }
        Expr::Any(any) => {
            same_codes(any).map(|_| any.iter().filter_map(|one| rank(one, None)).max().unwrap_or(COMMON) + 1)
        }
        Expr::Chain(_, _, inner) if chains.is_some() => {
            let conditions = flat(inner);
            let best = choose(&conditions, chains).and_then(|at| rank(conditions[at], chains))?;
            (best < COMMON).then_some(best + 4)
        }
        Expr::Has(source, parameter, inner) if chains == Some("Patient") && parameter.primary => {
            let conditions = flat(inner);
            let best = choose(&conditions, Some(source)).and_then(|at| rank(conditions[at], Some(source)))?;
            (best < COMMON).then_some(best + 6)
        }
        _ => None,
    }
}

fn all_chains(any: &[Expr]) -> bool {
    !any.is_empty() && any.iter().all(|one| matches!(one, Expr::Chain(..)))
}

/// Whether a condition drives by a walk within a walk.
pub fn is_nested(expr: &Expr) -> bool {
    match expr {
        Expr::Chain(..) | Expr::Has(..) => true,
        Expr::Any(any) => all_chains(any),
        _ => false,
    }
}

fn rank_of(parameter: &Parameter, test: &Test) -> Option<u8> {
    Some(match test {
        Test::Token(TokenTest::Code(..) | TokenTest::OfType(..)) => match parameter.code.as_str() {
            "identifier" => 2,
            "_tag" | "_security" | "_profile" | "category" => COMMON + 2,
            _ if is_flag(parameter) => COMMON + 3,
            _ => 20,
        },
        Test::Token(_) => return None,
        Test::Uri(UriTest::Is(_)) if matches!(parameter.code.as_str(), "_source" | "_profile") => COMMON + 2,
        Test::Uri(UriTest::Is(_)) => 3,
        Test::String(StringTest::Starts(_) | StringTest::Equals(_) | StringTest::Exact(_))
            if parameter.rows.len() == 1 =>
        {
            6
        }
        Test::Reference(ReferenceTest::Local(..) | ReferenceTest::Other(_)) if !parameter.primary => 12,
        Test::Date(test) if parameter.rows.len() == 1 && parameter.single => match test.prefix {
            Prefix::Eq => 16,
            _ => COMMON,
        },
        Test::Quantity(test)
            if parameter.rows.len() == 1 && matches!(test.unit, Unit::Canonical(_) | Unit::Coded(..)) =>
        {
            COMMON - 10
        }
        _ => return None,
    })
}

fn is_flag(parameter: &Parameter) -> bool {
    let types = &parameter.value_types;
    types.is_empty() || types.iter().any(|name| matches!(*name, "code" | "boolean"))
}

fn rank_within_part(expr: &Expr) -> Option<u8> {
    match expr {
        Expr::Test(parameter, Test::Token(TokenTest::Code(..) | TokenTest::OfType(..))) => {
            Some(if is_flag(parameter) { 20 } else { 4 })
        }
        Expr::Any(any) => same_codes(any).map(|_| 6),
        Expr::Test(_, Test::Uri(UriTest::Is(_))) => Some(3),
        Expr::Test(parameter, Test::Reference(ReferenceTest::Local(..) | ReferenceTest::Other(_)))
            if !parameter.primary =>
        {
            Some(8)
        }
        Expr::Test(parameter, Test::Quantity(_)) if parameter.rows.len() == 1 => Some(10),
        Expr::Test(parameter, Test::Date(_)) if parameter.rows.len() == 1 => Some(12),
        _ => None,
    }
}

/// Alternatives that are all codes of one parameter.
fn same_codes(any: &[Expr]) -> Option<(&Parameter, Vec<&TokenTest>)> {
    let mut found: Option<&Parameter> = None;
    let mut tests = Vec::new();
    for one in any {
        let Expr::Test(parameter, Test::Token(test @ TokenTest::Code(..))) = one else { return None };
        if found.is_some_and(|first| first.number != parameter.number) {
            return None;
        }
        found = Some(parameter);
        tests.push(test);
    }
    Some((found?, tests))
}

/// A condition as the walk over its rows.
pub struct Drive<'a> {
    parameter: &'a Parameter,
    tests: Vec<&'a Test>,
    codes: Vec<&'a TokenTest>,
}

impl<'a> Drive<'a> {
    /// None if the condition cannot drive a statement by itself.
    pub fn of(expr: &'a Expr) -> Option<Drive<'a>> {
        match expr {
            Expr::Test(parameter, test) => {
                let fits = !matches!(test, Test::Composite(_) | Test::Near(_))
                    && !matches!(test, Test::Reference(ReferenceTest::Identifier(_) | ReferenceTest::Never));
                fits.then(|| Drive { parameter, tests: vec![test], codes: Vec::new() })
            }
            Expr::Any(any) => {
                let (parameter, codes) = same_codes(any)?;
                Some(Drive { parameter, tests: Vec::new(), codes })
            }
            _ => None,
        }
    }

    /// The table that is walked.
    pub fn table(&self) -> &'static str {
        match self.tests.first() {
            None | Some(Test::Token(_) | Test::Uri(_)) => "token",
            Some(Test::String(_)) => "string",
            Some(Test::Date(_)) => "date",
            Some(Test::Quantity(_)) => "quantity",
            Some(Test::Reference(_)) => "reference",
            Some(Test::Composite(_) | Test::Near(_)) => "pair",
        }
    }

    /// What is walked as one value, if that is rare within a patient: other conditions need to look at no more than this.
    pub fn few(&self, sql: &Sql<'_>) -> Option<Few> {
        let test = self.tests.first()?;
        if rank_of(self.parameter, test).is_none_or(|rank| rank >= COMMON) {
            return None;
        }
        let (column, value) = match test {
            Test::Token(token) => ("code", hash(sql, token)?),
            Test::Reference(reference) => match param::reference::targets_of(sql, reference).numbers.as_slice() {
                [only] => ("target", *only),
                _ => return None,
            },
            _ => return None,
        };
        Some(Few { table: self.table(), rows: self.parameter.rows.clone(), column, value })
    }

    /// The parameter.
    pub fn parameter(&self) -> &'a Parameter {
        self.parameter
    }

    /// The test of a text, if that is what drives.
    pub fn string(&self) -> Option<&'a StringTest> {
        match self.tests.first() {
            Some(Test::String(test)) => Some(test),
            _ => None,
        }
    }

    /// The column by which rows come in order, before part and number; none if part and number are the order.
    pub fn key(&self) -> Option<&'static str> {
        match self.tests.first() {
            Some(Test::String(_)) => Some("text"),
            Some(Test::Date(_)) if self.parameter.single => Some("lo"),
            _ => None,
        }
    }

    /// Whether the rows of a resource may stand apart from each other in the order.
    pub fn scattered(&self) -> bool {
        match self.tests.first() {
            None => true,
            Some(Test::Token(TokenTest::Code(..) | TokenTest::OfType(..)) | Test::Uri(UriTest::Is(_))) => {
                self.parameter.rows.len() > 1
            }
            Some(Test::Date(_) | Test::Quantity(_)) => !self.parameter.single,
            Some(Test::Reference(_)) => self.parameter.rows.len() > 1,
            _ => true,
        }
    }

    /// What the walked rows have to be.
    pub fn condition(&self, sql: &mut Sql<'_>, alias: &str) {
        sql.push(alias).push(".param").among(&self.parameter.rows).push(" AND ");
        let Some(test) = self.tests.first() else {
            let hashes: Vec<i64> = self.codes.iter().filter_map(|test| hash(sql, test)).collect();
            sql.push(alias).push(".code").one_of(&hashes).push(" AND (");
            for (n, test) in self.codes.iter().enumerate() {
                if n > 0 {
                    sql.push(" OR ");
                }
                param::token::condition(sql, alias, &self.parameter.rows, test);
            }
            sql.push(")");
            return;
        };
        match test {
            Test::Token(test) => param::token::condition(sql, alias, &self.parameter.rows, test),
            Test::Uri(test) => param::uri::condition(sql, alias, &self.parameter.rows, test),
            Test::String(test) => param::string::condition(sql, alias, test),
            Test::Date(test) => {
                let (lo, hi) = (format!("{alias}.lo"), format!("{alias}.lo + {alias}.span"));
                param::date::condition(sql, &lo, &hi, *test, self.parameter.short);
            }
            Test::Quantity(test) => param::quantity::condition(sql, alias, test),
            Test::Reference(test) => {
                let targets = param::reference::targets_of(sql, test).numbers;
                if targets.is_empty() {
                    sql.push("1 = 0");
                } else {
                    sql.push(alias).push(".target").one_of(&targets);
                }
            }
            Test::Composite(_) | Test::Near(_) => {
                sql.push("1 = 0");
            }
        }
    }
}

fn hash(sql: &Sql<'_>, test: &TokenTest) -> Option<i64> {
    match test {
        TokenTest::Code(_, code) => Some(sql.hashes.code(code)),
        _ => None,
    }
}

/// Whether an answer can be walked in the order of a parameter.
pub fn ordered_by(parameter: &Parameter) -> bool {
    matches!(parameter.kind, SearchKind::Date | SearchKind::String | SearchKind::Number)
        && parameter.rows.len() == 1
        && parameter.live
}
