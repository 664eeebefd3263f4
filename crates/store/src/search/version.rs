//! Whether a caller sees a version that is not the newest, or of something deleted.
//!
//! Each version has its own patients, controller, unit and labels. An older one is seen if the newest is and it is too;
//! what is deleted, if its last content would be. Older versions have no index rows: their own content is looked at here.
//! Promise: what cannot be told of a version hides it.

use akson_fhir::definition::Definitions;
use akson_fhir::path::{Context, Item};
use akson_fhir::resource::Resource;

use super::expr::{Expr, System, Test, TokenTest};
use super::index::{Indexing, rows_of, values};
use super::registry::{Parameter, Registry};
use super::sight::{Blocked, Clause, Limits, Scope, Sight};
use super::sql::{At, Sql};
use super::visible;
use super::walk::{binds, place_of};
use crate::access::block;
use crate::access::grounds::Block;
use crate::engine::Bind::Int;
use crate::{Error, State, Stored, View, types};

/// A version with what it says of itself.
struct Version<'v> {
    view: &'v View,
    registry: &'v Registry,
    sight: &'v Sight,
    type_name: &'static str,
    stored: &'v Stored,
    resource: Resource,
    unit: i64,
}

impl View {
    /// Whether the caller sees a version, newest or not, live or not.
    pub fn sees_version(&self, sight: &Sight, stored: &Stored) -> Result<bool, Error> {
        let name = Definitions::r4().get(stored.type_id).name;
        let limits = match sight.of(name) {
            Scope::Nothing => return Ok(false),
            Scope::Everything => return Ok(true),
            Scope::Some(limits) => limits,
        };
        let Some(head) = self.get(stored.type_id, &stored.id)? else { return Ok(false) };
        let seen = match head.state {
            State::Live => self.sees(sight, head.type_id, head.place)?,
            State::Deleted => self.last_content_seen(sight, limits, &head)?,
        };
        if !seen || head.version == stored.version {
            return Ok(seen);
        }
        match stored.state {
            State::Live => self.content_seen(sight, limits, stored),
            State::Deleted => self.last_content_seen(sight, limits, stored),
        }
    }

    /// Whether the last content before a deletion is seen.
    fn last_content_seen(&self, sight: &Sight, limits: &Limits, deleted: &Stored) -> Result<bool, Error> {
        match self.version(deleted.type_id, &deleted.id, deleted.version - 1)? {
            Some(before) if before.state == State::Live => self.content_seen(sight, limits, &before),
            _ => Ok(false),
        }
    }

    fn content_seen(&self, sight: &Sight, limits: &Limits, stored: &Stored) -> Result<bool, Error> {
        let type_name = Definitions::r4().get(stored.type_id).name;
        let resource = Resource::parse_json(stored.bare().as_bytes())
            .map_err(|_| Error::Damaged("a stored body is no resource".to_owned()))?;
        let registry = self.registry();
        let unit = self.unit_of(stored)?;
        Version { view: self, registry: &registry, sight, type_name, stored, resource, unit }.is_seen(limits)
    }

    /// The unit that answers for a version; 0 if it is not known.
    pub fn unit_of(&self, stored: &Stored) -> Result<i64, Error> {
        let key = [Int(stored.place.part), Int(stored.place.rid), Int(stored.version)];
        for sql in [
            "SELECT unit FROM resource WHERE part = $1 AND rid = $2 AND version = $3 ORDER BY part LIMIT 1",
            "SELECT unit FROM history WHERE part = $1 AND rid = $2 AND version = $3 ORDER BY part LIMIT 1",
        ] {
            if let Some(unit) = self.connection.one(sql, &key, |row| row.int(0))? {
                return Ok(unit);
            }
        }
        Ok(0)
    }
}

impl Version<'_> {
    fn is_seen(&self, limits: &Limits) -> Result<bool, Error> {
        Ok(self.any(&limits.only)? == Some(true) && self.any(&limits.except)? == Some(false))
    }

    /// Whether all clauses of any of these hold; none if that cannot be told.
    fn any(&self, any: &[Vec<Clause>]) -> Result<Option<bool>, Error> {
        let mut found = Some(false);
        for clauses in any {
            let mut all = Some(true);
            for clause in clauses {
                all = and(all, self.holds(clause)?);
            }
            found = or(found, all);
        }
        Ok(found)
    }

    fn holds(&self, clause: &Clause) -> Result<Option<bool>, Error> {
        Ok(match clause {
            Clause::Where(expr) => self.satisfies(expr),
            Clause::Parts(parts) => Some(self.all_patients(|patient| Ok(parts.has(patient)))?),
            Clause::Related { .. } | Clause::Opened { .. } => {
                Some(self.all_patients(|patient| self.asks(clause, patient))?)
            }
            Clause::Blocked(blocked) => self.is_blocked(blocked)?,
            Clause::Controllers(numbers) => Some(numbers.has(self.stored.controller)),
            Clause::Units(numbers) => Some(numbers.has(self.unit)),
            Clause::Label(labels) => {
                let Some(security) = self.registry.find(self.type_name, "_security") else { return Ok(None) };
                Some(labels.iter().any(|(system, code)| self.has_code(security, system_of(system), code)))
            }
            Clause::Not(inner) => self.holds(inner)?.map(|holds| !holds),
        })
    }

    fn patients(&self) -> Vec<i64> {
        match self.stored.place.part {
            part if part > 0 => vec![part],
            _ => self.stored.patients.clone(),
        }
    }

    fn all_patients(&self, holds: impl Fn(i64) -> Result<bool, Error>) -> Result<bool, Error> {
        let patients = self.patients();
        for patient in &patients {
            if !holds(*patient)? {
                return Ok(false);
            }
        }
        Ok(!patients.is_empty())
    }

    /// Whether a clause about a patient alone holds.
    fn asks(&self, clause: &Clause, patient: i64) -> Result<bool, Error> {
        let find = |type_name: &str, id: &str| place_of(self.view, type_name, id);
        let mut sql = Sql::new(self.view.hashes(), self.registry, self.sight, &find);
        sql.push("SELECT 1 WHERE ");
        let at = At { fixed_part: Some(patient), ..At::row("none", self.type_name) };
        visible::clause(&mut sql, &at, clause);
        sql.push(" ORDER BY 1 LIMIT 1");
        Ok(self.view.connection.one(&sql.text, &binds(&sql.binds), |_| Ok(()))?.is_some())
    }

    fn is_blocked(&self, blocked: &Blocked) -> Result<Option<bool>, Error> {
        let rows = block::label_rows(self.registry, self.type_name);
        let type_number = types::number(self.stored.type_id);
        let mut labels = None;
        for patient in self.patients() {
            for Block { type_number: of_type, label, item, unit, .. } in
                self.view.blocks(patient, blocked, self.sight.moment())?
            {
                let labels = labels.get_or_insert_with(|| self.codes(&rows));
                let fits = |wanted: i64, own: i64| wanted == 0 || wanted == own;
                if fits(of_type, type_number)
                    && fits(item, self.stored.place.rid)
                    && fits(unit, self.unit)
                    && (label == 0 || labels.contains(&label))
                {
                    return Ok(Some(true));
                }
            }
        }
        Ok(Some(false))
    }

    /// The hashes of the codes under some parameters.
    fn codes(&self, rows: &[i32]) -> Vec<i64> {
        let among = self.registry.parameters(self.type_name).iter().filter(|one| rows.contains(&one.number));
        among.flat_map(|parameter| self.rows(parameter).tokens).map(|row| row.code).collect()
    }

    fn rows(&self, parameter: &Parameter) -> super::rows::Rows {
        rows_of(&Indexing { registry: self.registry, hashes: self.view.hashes() }, &self.resource, parameter)
    }

    /// Whether it satisfies a condition; none if that cannot be told without index rows.
    fn satisfies(&self, expr: &Expr) -> Option<bool> {
        match expr {
            Expr::All(all) => all.iter().map(|one| self.satisfies(one)).fold(Some(true), and),
            Expr::Any(any) => any.iter().map(|one| self.satisfies(one)).fold(Some(false), or),
            Expr::Not(inner) => self.satisfies(inner).map(|holds| !holds),
            Expr::Id(ids) => Some(ids.contains(&self.stored.id)),
            Expr::Present(parameter) => {
                let root = Item::node(self.resource.root(), self.resource.type_id);
                Some(!values(parameter, &root, &Context::of(self.resource.root())).is_empty())
            }
            Expr::Test(parameter, Test::Token(test)) => match test {
                TokenTest::Code(system, code) => Some(self.has_code(parameter, system.clone(), code)),
                TokenTest::Among(codes) => {
                    Some(codes.iter().any(|(system, code)| self.has_code(parameter, among(system), code)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn has_code(&self, parameter: &Parameter, system: System, code: &str) -> bool {
        let hashes = self.view.hashes();
        let code = hashes.code(code);
        let fits = |own: i64| match &system {
            System::Any => true,
            System::None => own == 0,
            System::Is(system) => own == hashes.system(system),
        };
        self.rows(parameter).tokens.iter().any(|row| row.code == code && fits(row.system))
    }
}

/// The system of a label: an empty one is any.
fn system_of(system: &str) -> System {
    if system.is_empty() { System::Any } else { System::Is(system.to_owned()) }
}

/// The system of a listed code: an empty one is none.
fn among(system: &str) -> System {
    if system.is_empty() { System::None } else { System::Is(system.to_owned()) }
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}
