//! The only differences between the engines' SQL.

/// The text of a migration for SQLite.
pub(crate) fn sqlite(text: &str) -> String {
    text.replace("{{BYTES}}", "BLOB").replace("{{CLUSTERED}}", "WITHOUT ROWID")
}
