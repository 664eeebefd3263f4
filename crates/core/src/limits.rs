//! The limits of the record; the program's settings can change them.

/// What is too much for the record.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Entries of a batch or transaction.
    pub entries: usize,
    /// Versions on one page of a history; a search has limits of its own.
    pub page: usize,
    /// Versions on one page when nobody says how many.
    pub page_default: usize,
    /// Resources in the answer of `$everything`.
    pub everything: usize,
    /// How often a write is prepared anew because others wrote first.
    pub attempts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { entries: 20_000, page: 1000, page_default: 20, everything: 20_000, attempts: 12 }
    }
}
