//! What a resource says about access, with its references still to be turned to numbers.
//!
//! What it does not do: read particular resources (`relation`, `block`), or write rows (`keep`).

use std::collections::HashMap;

use akson_fhir::definition::TypeId;
use akson_fhir::json::Value;
use akson_fhir::reference::Reference;
use akson_fhir::resource::Resource;

use super::{block, relation};
use crate::Hashes;
use crate::search::rows::{BlockRow, Party, RelationRow, Rows};

/// Rows of relations or blocks that one resource may have; more of them are not taken.
pub(crate) const ROWS_MAX: usize = 20_000;

/// Facts in the making.
pub(crate) struct Facts<'a> {
    pub(crate) hashes: &'a Hashes,
    base: &'a str,
    rows: &'a mut Rows,
    known: HashMap<(TypeId, String), u32>,
}

/// Adds what a resource says about access to its index rows.
pub(crate) fn add(resource: &Resource, rows: &mut Rows, hashes: &Hashes, base: &str) {
    let name = resource.type_name();
    let is_relation = relation::SOURCES.contains(&name);
    if !is_relation && name != "Consent" {
        return;
    }
    let known = (0..).zip(&rows.targets).map(|(at, target)| (target.clone(), at)).collect();
    let mut facts = Facts { hashes, base, rows, known };
    if is_relation {
        relation::read(name, resource.root(), &mut facts);
    } else {
        block::read(resource.root(), &mut facts);
    }
    rows.relations.sort_unstable();
    rows.relations.dedup();
    rows.blocks.sort_unstable();
    rows.blocks.dedup();
}

impl Facts<'_> {
    /// Whom a Reference names, if that is a resource of this database; and of which type.
    pub(crate) fn party(&mut self, reference: Option<Value<'_>>) -> Option<(Party, &'static str)> {
        let text = reference?.get("reference")?.as_str()?;
        let Reference::Local(address) = Reference::parse(&text, self.base) else { return None };
        let key = (address.type_id, address.id.to_owned());
        let targets = &mut self.rows.targets;
        let at = *self.known.entry(key).or_insert_with_key(|key| {
            targets.push(key.clone());
            targets.len() as u32 - 1
        });
        Some((Party::Target(at), address.type_name()))
    }

    /// The patient that a Reference names.
    pub(crate) fn patient(&mut self, reference: Option<Value<'_>>) -> Option<Party> {
        self.party(reference).filter(|(_, name)| *name == "Patient").map(|(party, _)| party)
    }

    pub(crate) fn relation(&mut self, row: RelationRow) {
        if self.rows.relations.len() < ROWS_MAX {
            self.rows.relations.push(row);
        }
    }

    pub(crate) fn block(&mut self, row: BlockRow) {
        if self.rows.blocks.len() < ROWS_MAX {
            self.rows.blocks.push(row);
        }
    }
}

/// The entries of a list.
pub(crate) fn list<'v>(value: Value<'v>, key: &str) -> impl Iterator<Item = Value<'v>> {
    value.get(key).into_iter().flat_map(Value::items)
}

/// Whether a member is one of these texts.
pub(crate) fn is(value: Value<'_>, key: &str, texts: &[&str]) -> bool {
    value.get(key).and_then(Value::as_str).is_some_and(|text| texts.contains(&text.as_ref()))
}
