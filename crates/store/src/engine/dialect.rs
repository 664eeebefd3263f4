//! The only differences between the engines' SQL.

/// The text of a migration for SQLite.
pub(crate) fn sqlite(text: &str) -> String {
    text.replace("{{BYTES}}", "BLOB").replace("{{CLUSTERED}}", "WITHOUT ROWID")
}

/// The condition that a column is in a set bound as bytes.
pub(crate) fn within(column: &str, bound: usize) -> String {
    format!("within({column}, ${bound})")
}
