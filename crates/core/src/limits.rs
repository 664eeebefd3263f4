//! The limits of the record; the program's settings can change them.

/// What is too much for the record.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Entries of a batch or transaction.
    pub entries: usize,
    /// Matches on one page.
    pub page: usize,
    /// Matches on one page when nobody says how many.
    pub page_default: usize,
    /// Resources that one page may include.
    pub included: usize,
    /// Steps of a chained search.
    pub chain: usize,
    /// Resources in the answer of `$everything`.
    pub everything: usize,
    /// How often a write is prepared anew because others wrote first.
    pub attempts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            entries: 20_000,
            page: 1000,
            page_default: 20,
            included: 5000,
            chain: 5,
            everything: 20_000,
            attempts: 12,
        }
    }
}
