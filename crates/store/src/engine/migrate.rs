//! Brings a database to the newest layout, one numbered step at a time.
//!
//! Each step is one file of `migrations/`, run in its own transaction and noted with its checksum. A step that was run
//! with other words, or a step this program does not know, makes the database unusable for it. Steps are
//! never edited after a release.

use sha2::{Digest, Sha256};

use super::{Bind, Connection, dialect};
use crate::Error;

/// A step: its number and its SQL.
pub(crate) struct Step {
    number: i64,
    text: &'static str,
}

/// All steps, in order.
pub(crate) const STEPS: &[Step] = &[
    Step { number: 1, text: include_str!("../../migrations/0001_record.sql") },
    Step { number: 2, text: include_str!("../../migrations/0002_search.sql") },
    Step { number: 3, text: include_str!("../../migrations/0003_audit.sql") },
    Step { number: 4, text: include_str!("../../migrations/0004_access.sql") },
    Step { number: 5, text: include_str!("../../migrations/0005_people.sql") },
    Step { number: 6, text: LINES },
    Step { number: 7, text: include_str!("../../migrations/0007_apps.sql") },
    Step { number: 8, text: include_str!("../../migrations/0008_grant_used.sql") },
    Step { number: 9, text: include_str!("../../migrations/0009_openings.sql") },
];

/// The tables of a log, the same in both files.
const LINES: &str = include_str!("../../migrations/0006_lines.sql");

/// All steps of the audit's own file, in order.
pub(crate) const AUDIT_STEPS: &[Step] = &[
    Step { number: 1, text: LINES },
    Step { number: 2, text: include_str!("../../migrations/audit_0002.sql") },
    Step { number: 3, text: include_str!("../../migrations/audit_0003.sql") },
];

/// Runs the steps that are missing.
pub(crate) fn migrate(connection: &Connection, steps: &[Step]) -> Result<(), Error> {
    connection.raw.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (number BIGINT NOT NULL PRIMARY KEY, sum TEXT NOT NULL) WITHOUT ROWID",
    )?;
    let sql = "SELECT number, sum FROM migration ORDER BY number LIMIT 10000";
    let done = connection.query(sql, &[], |row| Ok((row.int(0)?, row.text(1)?.to_owned())))?;
    for (number, sum) in &done {
        let known = steps.iter().find(|step| step.number == *number);
        match known {
            None => return Err(Error::Unusable(format!("it has step {number}, made by a newer program"))),
            Some(step) if checksum(step.text) != *sum => {
                return Err(Error::Unusable(format!("step {number} was made with other words")));
            }
            Some(_) => {}
        }
    }
    for step in &steps[done.len().min(steps.len())..] {
        run(connection, step)?;
    }
    Ok(())
}

fn run(connection: &Connection, step: &Step) -> Result<(), Error> {
    connection.raw.execute_batch("BEGIN IMMEDIATE")?;
    let done = connection.raw.execute_batch(&dialect::sqlite(step.text)).map_err(Error::from).and_then(|()| {
        let sum = checksum(step.text);
        let sql = "INSERT INTO migration (number, sum) VALUES ($1, $2)";
        connection.execute(sql, &[Bind::Int(step.number), Bind::Text(&sum)])
    });
    match done {
        Ok(_) => Ok(connection.raw.execute_batch("COMMIT")?),
        Err(error) => {
            connection.raw.execute_batch("ROLLBACK")?;
            Err(error)
        }
    }
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Connection {
        Connection {
            raw: rusqlite::Connection::open_in_memory().unwrap(),
            deadline: Default::default(),
            begun_after: Default::default(),
        }
    }

    fn schema(connection: &Connection) -> Vec<String> {
        let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name LIMIT 1000";
        connection.query(sql, &[], |row| Ok(row.text(0)?.to_owned())).unwrap()
    }

    #[test]
    fn a_fresh_database_equals_a_migrated_one() {
        let (at_once, by_steps) = (fresh(), fresh());
        migrate(&at_once, STEPS).unwrap();
        for count in 1..=STEPS.len() {
            migrate(&by_steps, &STEPS[..count]).unwrap();
        }
        migrate(&by_steps, STEPS).unwrap();
        assert_eq!(schema(&at_once), schema(&by_steps));
    }

    #[test]
    fn released_steps_keep_their_words() {
        assert!(STEPS[0].text.contains("{{CLUSTERED}}"));
        assert_eq!(STEPS[0].number, 1);
    }

    #[test]
    fn a_failed_step_leaves_nothing() {
        let connection = fresh();
        let steps = [Step { number: 1, text: "CREATE TABLE a (b INT); CREATE TABLE a (b INT)" }];
        assert!(migrate(&connection, &steps).is_err());
        assert_eq!(schema(&connection).len(), 1);
    }

    #[test]
    fn other_words_and_newer_steps_are_refused() {
        let connection = fresh();
        migrate(&connection, &[Step { number: 1, text: "CREATE TABLE a (b INT)" }]).unwrap();
        let changed = migrate(&connection, &[Step { number: 1, text: "CREATE TABLE a (c INT)" }]);
        assert!(matches!(changed, Err(Error::Unusable(_))));
        assert!(matches!(migrate(&connection, &[]), Err(Error::Unusable(_))));
    }
}
