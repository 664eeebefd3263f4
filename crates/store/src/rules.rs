//! Whether the index of a database was made by the rules of this program.
//!
//! The rules are the search parameters of R4 and the code that takes values out of resources. Their fingerprint is kept in
//! the database. One made by another program gets an index made anew in the background ([`crate::Work`] of the subject
//! [`RULES`]); until that is done, searches answer by the rows that are there ([`crate::View::answers_are_old`]).
//! What it does not do: search parameters added at run time (`parameters.rs`), which have work of their own.

use akson_fhir::definition::Definitions;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::engine::Connection;
use crate::{reindex, settings};

/// The subject of work that is due since the rules have changed.
pub const RULES: &str = "rules";

/// The edition of the code that makes index rows: raised with every change that gives a resource other rows.
const EDITION: u32 = 1;

const KEPT: &str = "rules";
/// The rules by which the work was begun that is not finished.
const BEGUN: &str = "rules_begun";

/// Of the rules of this program.
fn fingerprint() -> [u8; 32] {
    let definitions = Definitions::r4();
    let mut hash = Sha256::new();
    hash.update(EDITION.to_le_bytes());
    for found in definitions.resource_types() {
        hash.update(found.name);
        for parameter in definitions.search_parameters(found.name) {
            let components = parameter.components.iter().flat_map(|part| [part.definition, part.expression]);
            let words = [parameter.code, parameter.expression].into_iter();
            for word in words.chain(parameter.targets.iter().copied()).chain(components) {
                hash.update(word);
                hash.update([0]);
            }
            hash.update([parameter.kind as u8]);
        }
    }
    hash.finalize().into()
}

/// Notes work if the index is by other rules. Called inside a transaction, when the database is opened.
pub(crate) fn check(connection: &Connection, at: i64) -> Result<(), Error> {
    let own = fingerprint();
    if settings::get(connection, KEPT)?.as_deref() == Some(&own) {
        return Ok(());
    }
    let some = connection.one("SELECT rid FROM resource ORDER BY part, rid LIMIT 1", &[], |_| Ok(()))?;
    if some.is_none() {
        return settings::put(connection, KEPT, &own);
    }
    let sql = "SELECT id FROM job WHERE kind = 'reindex' AND subject = 'rules' AND state = 1 ORDER BY id LIMIT 1";
    let open = connection.one(sql, &[], |_| Ok(()))?;
    if open.is_none() || settings::get(connection, BEGUN)?.as_deref() != Some(&own) {
        reindex::begin(connection, "reindex", RULES, at)?;
        settings::put(connection, BEGUN, &own)?;
    }
    Ok(())
}

/// The index is by the rules of this program.
pub(crate) fn are_kept(connection: &Connection) -> Result<(), Error> {
    settings::put(connection, KEPT, &fingerprint())
}

#[cfg(test)]
mod tests {
    use akson_fhir::resource::Resource;

    use super::*;
    use crate::Hashes;
    use crate::search::index;
    use crate::search::registry::Registry;

    /// What the rows of `tests/rules.ndjson` add up to, by the present edition.
    const SUM: &str = "6c96b04d0ae85ccb";

    #[test]
    fn other_rows_are_another_edition() {
        let (registry, hashes) = (Registry::r4(), Hashes::new([7; 16]));
        let mut hash = Sha256::new();
        for line in include_str!("../tests/rules.ndjson").lines() {
            let resource = Resource::parse_json(line.as_bytes()).unwrap();
            hash.update(format!("{:?}", index::rows(&resource, &registry, &hashes)));
        }
        let sum: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sum, SUM, "resources have other index rows: raise EDITION, and keep {sum} here as SUM");
    }
}
