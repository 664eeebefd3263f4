//! The few patients of a caller, as a way into the tables.
//!
//! Who is related to some dozens of patients asks over everybody: then the rows of these patients are looked up instead of
//! everybody's being walked past. Promises: the same resources in the same order, since patients come by their number and what
//! is shared stands before them either way; the scope stands at every row as ever. What it does not do: narrow a walk that
//! few rows drive, or one whose order is a text's or a date's.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::drive::{self, Drive};
use super::sight::{Clause, Scope};
use super::walk::{Order, Walk, Walker, Within};
use crate::Error;
use crate::engine::Bind;

/// So many patients are few.
pub(super) const FEW_MAX: usize = 64;
/// From this rank on the rows of a driver may be many.
const MANY_RANK: u8 = 16;

/// Among whose resources a walk goes.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Among {
    /// Everybody's.
    #[default]
    All,
    /// What is not in one patient's part.
    Shared,
    /// Those in the parts of these patients.
    Patients(Arc<[i64]>),
}

/// The few patients whose resources of a type are in sight, as they were found out.
pub(super) type Known = RefCell<HashMap<&'static str, Option<Arc<[i64]>>>>;

impl Walker<'_> {
    /// The walks that make up a walk, in its order.
    pub(super) fn amongs(&self, walk: &Walk<'_>, driver: Option<usize>) -> Result<Vec<Among>, Error> {
        let everybody = walk.within == Within::Anywhere && matches!(walk.order, Order::Natural);
        let broad = match driver {
            None => true,
            Some(at) => {
                let drive = Drive::of(walk.conditions[at]);
                drive.is_some_and(|drive| drive.key().is_none())
                    && drive::rank(walk.conditions[at], None).is_some_and(|rank| rank >= MANY_RANK)
            }
        };
        if !everybody || !broad {
            return Ok(vec![Among::All]);
        }
        Ok(match self.few_patients(walk.type_name)? {
            None => vec![Among::All],
            Some(patients) if patients.is_empty() => vec![Among::Shared],
            Some(patients) => vec![Among::Shared, Among::Patients(patients)],
        })
    }

    /// All patients in whose parts the caller may see resources of a type, if they are few.
    pub(super) fn few_patients(&self, type_name: &'static str) -> Result<Option<Arc<[i64]>>, Error> {
        if let Some(known) = self.few.borrow().get(type_name) {
            return Ok(known.clone());
        }
        let found = self.find_few(type_name)?;
        self.few.borrow_mut().insert(type_name, found.clone());
        Ok(found)
    }

    fn find_few(&self, type_name: &str) -> Result<Option<Arc<[i64]>>, Error> {
        let Scope::Some(limits) = self.sight.of(type_name) else { return Ok(None) };
        let mut patients = BTreeSet::new();
        for all in &limits.only {
            // Each alternative is bound to patients by one of its clauses, or it is bound to none.
            let mut bound = false;
            for clause in all {
                if self.add_patients(clause, &mut patients)? {
                    bound = true;
                    break;
                }
            }
            if !bound || patients.len() > FEW_MAX {
                return Ok(None);
            }
        }
        Ok(Some(patients.into_iter().collect()))
    }

    /// Adds the patients for whom a clause can hold; whether it is one that holds for patients. When they are too many, some.
    fn add_patients(&self, clause: &Clause, patients: &mut BTreeSet<i64>) -> Result<bool, Error> {
        let moment = self.sight.moment();
        match clause {
            Clause::Parts(numbers) => patients.extend(numbers.list().iter().take(FEW_MAX + 1)),
            Clause::Related { keys, kinds } => {
                let sql = "SELECT patient FROM relation WHERE who = $1 AND since <= $2 AND until > $3 \
                           AND ($4 >> kind) & 1 = 1 ORDER BY patient LIMIT $5";
                for key in keys.list() {
                    let binds = [*key, moment, moment, kinds.bits(), i64::MAX].map(Bind::Int);
                    self.add_rows(sql, &binds, patients)?;
                }
            }
            Clause::Opened { who, .. } => {
                let sql = "SELECT part FROM opening WHERE who = $1 AND until > $2 ORDER BY part LIMIT $3";
                self.add_rows(sql, &[*who, moment, i64::MAX].map(Bind::Int), patients)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn add_rows(&self, sql: &str, binds: &[Bind<'_>], patients: &mut BTreeSet<i64>) -> Result<(), Error> {
        if patients.len() > FEW_MAX {
            return Ok(());
        }
        self.view.connection.walk(sql, binds, |row| {
            patients.insert(row.int(0)?);
            Ok(patients.len() <= FEW_MAX)
        })
    }
}
