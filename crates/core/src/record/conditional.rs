//! Conditions that name a resource: the one visible match of a search.

use akson_store::search::sight::Sight;
use akson_store::{Stored, View};

use super::{Record, look};
use crate::error::Error;
use crate::query::Pair;

/// What a condition matches among what the caller may see.
pub(super) enum Match {
    /// Nothing.
    None,
    /// One resource.
    One(Stored),
    /// Several: the condition does not say which.
    Several,
}

impl Match {
    /// None or one; several are a refusal.
    pub(super) fn at_most_one(self) -> Result<Option<Stored>, Error> {
        match self {
            Match::None => Ok(None),
            Match::One(stored) => Ok(Some(stored)),
            Match::Several => {
                Err(Error::Precondition("several resources match the condition; make it narrower".to_string()))
            }
        }
    }
}

impl Record {
    /// Finds out whether a condition can be looked up in the time there is, before the writer does it while all others wait.
    pub(super) fn affordable(&self, sight: &Sight, type_name: &'static str, criteria: &[Pair]) -> Result<(), Error> {
        let view = self.view()?;
        self.matching(&view, sight, type_name, criteria).map(|_| ())
    }

    /// What matches. While the index is made anew that can't be known: what it lacks would be written twice.
    pub(super) fn matching(
        &self,
        view: &View,
        sight: &Sight,
        type_name: &'static str,
        criteria: &[Pair],
    ) -> Result<Match, Error> {
        if view.answers_are_old() {
            let text = "the search index is being made anew, and conditions wait for it; try again when /health says it is done";
            return Err(Error::Unavailable(text.to_string()));
        }
        let query = self.condition(view, type_name, criteria)?;
        let mut found = look::matches(view, sight, &query, 2)?;
        Ok(match (found.pop(), found.pop()) {
            (None, _) => Match::None,
            (Some(one), None) => Match::One(one),
            (Some(_), Some(_)) => Match::Several,
        })
    }
}
